"""The embedders that are compared, and the people whose faces they are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import ROOT
from poseguard.faces.gallery import COPY_COSINE
from poseguard.faces.networks import Networks, load
from poseguard.reading.photo import Pixels

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

HELD_OUT, FIT = (ROOT / f"training/labels/faces_{name}.txt" for name in ("held_out", "fit"))
TEACHER, SECOND_TEACHER = "mobilefacenet_foamliu.onnx", "face_reidentification_retail_0095.onnx"
_BATCH = 64


@dataclass(eq=False)
class Engine:
    """An embedder with its numbers; remembers its embeddings while the measurement runs, and writes none."""

    name: str
    networks: Networks
    _known: dict[Path, Floats] = field(default_factory=dict)

    def rows(self, paths: Sequence[Path]) -> Floats:
        """N × W, one row a crop of 112 × 112 pixels."""
        new = [path for path in dict.fromkeys(paths) if path not in self._known]
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            found = self.networks.embedder.embed(np.stack([crop(path) for path in part]))
            self._known.update(zip(part, found, strict=True))
        return np.stack([self._known[path] for path in paths])


@dataclass(eq=False)
class Bench:
    """What the sections on faces share. `own`: the embedder that is measured, `teacher` and `second` stand beside it.

    `embedder`: a user's own ONNX file to be measured in place of the project's; `teacher_file`: another copy of
    MobileFaceNet, with its numbers beside it. Raises WeightsError where a network is missing, wrong or unfit.
    """

    shared: Path
    out: Path
    weights: Path | None = None
    embedder: Path | None = None
    teacher_file: Path | None = None

    @cached_property
    def own(self) -> Engine:
        name = self.embedder.name if self.embedder else "own"
        return Engine(name, load(self.weights, embedder=self.embedder, lang="en"))

    @cached_property
    def teacher(self) -> Engine:
        path = self.teacher_file or self.shared / "weights" / TEACHER
        return Engine("MobileFaceNet", load(self.weights, embedder=path, lang="en"))

    @cached_property
    def second(self) -> Engine:
        path = self.shared / "weights" / SECOND_TEACHER
        return Engine("retail-0095", load(self.weights, embedder=path, lang="en"))

    @property
    def engines(self) -> tuple[Engine, ...]:
        return self.own, self.teacher, self.second

    @cached_property
    def held_out(self) -> frozenset[str]:
        """People that neither the project's networks nor its thresholds ever saw."""
        return frozenset(HELD_OUT.read_text(encoding="utf-8").split())

    @cached_property
    def apart(self) -> frozenset[str]:
        """Those, and the people on whom thresholds were fitted: the embedder learnt from neither."""
        return self.held_out | frozenset(FIT.read_text(encoding="utf-8").split())

    def people(self, names: Iterable[str] | None = None) -> People:
        """Crops without a mask of these people of faces/ilfw, or of all."""
        folder = self.shared / "data/faces/ilfw"
        wanted = sorted(names) if names is not None else sorted(path.name for path in folder.iterdir())
        paths = [path for name in wanted for path in sorted((folder / name).glob("[0-9]*.jpg"))]
        owner = np.array([wanted.index(path.parent.name) for path in paths], np.int64)
        return People(tuple(paths), owner, self.teacher.rows(paths))


@dataclass(frozen=True, eq=False)
class People:
    """`owner`: a number a crop, the same for one person. `seen`: MobileFaceNet's embeddings, to find copies."""

    paths: tuple[Path, ...]
    owner: Ints
    seen: Floats

    @cached_property
    def copies(self) -> Ints:
        """K × 2: crops of one person, the earlier first, that `gallery check` would take for one photo."""
        found = []
        for person in np.unique(self.owner):
            mine = np.flatnonzero(self.owner == person)
            alike = np.triu(self.seen[mine] @ self.seen[mine].T, 1) >= COPY_COSINE
            found += [(int(mine[i]), int(mine[j])) for i, j in np.argwhere(alike)]
        return np.array(found, np.int64).reshape(-1, 2)

    @cached_property
    def independent(self) -> Ints:
        """The crops that are no copy of an earlier one."""
        return np.setdiff1d(np.arange(len(self.paths)), self.copies[:, 1])


def crop(path: Path) -> Pixels:
    """RGB pixels. Raises ValueError where the file is no picture."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: not readable")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
