"""Drawn test scenes with their truth, and folders of networks to look at them with."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.truth import read_table
from poseguard.people.types import People
from poseguard.props.gallery import Book
from poseguard.props.gallery_file import write_book
from poseguard.props.networks import CLASSES, LOGO
from poseguard.reading.photo import ReadPhoto
from poseguard.reading.read import read_photo
from poseguard.results import Box
from poseguard.weights import verified_bytes

NOBODY = People((), (), (), ())
MAKE = "python -m training.logos.make scenes DIR --side test"
_FILES = {"props": "props.onnx", "prop_kinds": "prop_kinds.onnx", "marks": "marks.onnx", "marks_numbers": "marks.json",
    "logo_embedder": "logo_embedder.onnx"}  # fmt: skip
_NONE = "neg:"  # classes of emblems that are no party's


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `marks`: emblems of parties (code, box in pixels); `props`: (class, box in parts of the picture)."""

    path: Path
    marks: tuple[tuple[str, Box], ...]
    props: tuple[tuple[str, Box], ...]

    def read(self) -> ReadPhoto:
        """Its pixels. Raises ValueError where it cannot be read."""
        photo = read_photo(self.path, lang="en")
        if photo.pixels is None:
            raise ValueError(f"{self.path}: {photo.problem}")
        return photo


def scenes(folder: Path, parties: Mapping[str, str]) -> list[Scene]:
    """What `training.logos.make scenes` wrote. `parties`: code by class of the recogniser, older logos included."""
    marks: dict[str, list[tuple[str, Box]]] = defaultdict(list)
    for row in read_table(folder / "marks.csv"):
        if not row["label"].startswith(_NONE):
            box = (float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"]))
            marks[row["file"]].append((parties.get(row["label"], row["label"]), box))
    return [
        Scene(path, tuple(marks[path.name]), _props(folder / "labels" / f"{path.stem}.txt"))
        for path in sorted((folder / "images").glob("*.jpg"))
    ]


def _props(path: Path) -> tuple[tuple[str, Box], ...]:
    out: list[tuple[str, Box]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, x, y, width, height = line.split()
        w, h = float(width), float(height)
        if CLASSES[int(kind)] != LOGO:
            out.append((CLASSES[int(kind)], (float(x) - w / 2, float(y) - h / 2, w, h)))
    return tuple(out)


def party_codes(numbers: Mapping[str, Any]) -> dict[str, str]:
    """Party by class, of marks.json."""
    return {name: str(row["party"]) for name, row in numbers["party"].items()}


def networks(weights: Path | None) -> dict[str, bytes]:
    """The models that look at drawn scenes, of `weights` or of those that ship."""
    return {name: verified_bytes(name, extra_dir=weights) for name in _FILES}


def weights_folder(folder: Path, models: Mapping[str, bytes]) -> Path:
    """Makes a folder for `--weights` in which these models (keys of _FILES) stand for what ships."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name, content in models.items():
        (folder / _FILES[name]).write_bytes(content)
        tables.append(
            f'[[model]]\nname = "{name}"\nversion = "measured"\nfile = "{_FILES[name]}"\nbytes = {len(content)}\n'
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"\nlicence = "none"\norigin = "own"\n'
            f'purpose = {{ id = "{name}", en = "{name}" }}\n'
        )
    (folder / "manifest.toml").write_text("\n".join(tables), encoding="utf-8")
    return folder


def without_thresholds(numbers: Mapping[str, Any]) -> bytes:
    """marks.json for average precision: every box is reported, every emblem for its likeliest party."""
    props = {name: {**row, "least": 0.0} for name, row in numbers["props"].items()}
    return json.dumps({**numbers, "least": 0.0, "least_box": 0.0, "props": props}).encode()


def empty_gallery(path: Path) -> Path:
    """A file of enrolled logos that holds none, so that those of whoever measures take no part."""
    write_book(path, Book("0" * 64), lang="en")
    return path
