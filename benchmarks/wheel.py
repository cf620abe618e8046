"""Networks out of the mediapipe wheel that the project does not ship, for comparison and for training."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path


def from_wheel(folder: Path, member: str, sha256: str) -> bytes:
    """A file of mediapipe==0.10.21 from `folder`, which holds it or the wheel.

    Raises SystemExit where it holds neither, or another file.
    """
    name = Path(member).name
    wheel = next(folder.glob("mediapipe-0.10.21-*.whl"), None)
    if (folder / name).is_file():
        content = (folder / name).read_bytes()
    elif wheel is not None:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(member)
    else:
        raise SystemExit(f"{folder} holds neither {name} nor the mediapipe==0.10.21 wheel")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{name} in {folder} is not the one of mediapipe==0.10.21")
    return content
