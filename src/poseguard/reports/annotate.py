"""Marked copies (`--annotate DIR`): the photo drawn anew with its boxes, heads covered, no metadata."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from poseguard.paths import real
from poseguard.reports.output import FileSink, ensure_outside
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import Summary
from poseguard.results import PhotoReport

_ODD = re.compile(r"[^\w .,()+&@-]|[\ud800-\udfff]")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
_LONGEST_PART = 80
_COPY = re.compile(r".*-[0-9a-f]{8}-[0-9a-f]{6}\.jpg")


class Annotator:
    """Writes one JPEG a photo into `folder`, under the photo's path below its scanned folder.

    Raises UsageError where `folder` lies in a scanned folder, or cannot be made in a folder that is there.
    """

    wants = Wants(marked=True)

    def __init__(self, folder: Path, inputs: Sequence[Path], lang: str) -> None:
        self._folder = real(folder)
        self._made = not self._folder.exists()
        ensure_outside(folder, inputs, lang)
        self._roots = tuple(real(one) for one in inputs if one.is_dir())

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        if picture is None or picture.marked is None:
            return
        name = marked_name(self._below(report.photo.path), report.photo.path, report.photo.sha256)
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not real(target.parent).is_relative_to(self._folder):
            target = self._folder / name.name
        sink = FileSink(target)
        try:
            sink.write(picture.marked)
            sink.close()
        except OSError:
            sink.discard()
            raise

    def close(self, summary: Summary) -> None:
        """Every copy is whole as soon as it is there."""

    def discard(self) -> None:
        """Copies that are done stay; a folder that was made for none goes again."""
        if self._made:
            with suppress(OSError):
                self._folder.rmdir()

    def _below(self, path: str) -> PurePath:
        place = real(Path(path))
        below = [place.relative_to(root) for root in self._roots if place.is_relative_to(root)]
        return min(below, key=lambda one: len(one.parts), default=PurePath(place.name))


def marked_name(below: PurePath, path: str, sha256: str | None) -> PurePath:
    """`a/b/IMG 1-<8 of the photo's SHA-256>-<6 of its path's>.jpg`: can neither leave the folder nor collide."""
    parts = [_safe(part) for part in below.parent.parts if part not in ("", ".", "..", below.anchor)]
    mark = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    return PurePath(*parts, f"{_safe(below.stem)}-{(sha256 or mark)[:8]}-{mark[:6]}.jpg")


def is_copy(name: str) -> bool:
    """Whether a file is called as `marked_name` calls copies."""
    return _COPY.fullmatch(name) is not None


def _safe(part: str) -> str:
    """A name that every file system takes: no separators or control characters, not hidden, not reserved, not long."""
    name = _ODD.sub("_", part).encode("utf-8")[:_LONGEST_PART].decode("utf-8", "ignore").strip(". ")
    return f"_{name}" if not name or _RESERVED.match(name) else name
