"""A picture under construction: who owns each pixel, and so the true boxes of what can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.cloth import Floats, Printed, Sheet

U8 = NDArray[np.uint8]
CLASSES = ("logo", "baliho", "spanduk", "umbul_umbul", "flag", "poster", "attribute", "ballot")
LEAST_SEEN, LEAST_PX = 0.35, 12


@dataclass(frozen=True, slots=True)
class Seen:
    """A mark or prop that can be seen. `box`: x, y, width, height in pixels; `visible`: share of it, 0..1."""

    name: str
    box: tuple[float, float, float, float]
    visible: float
    mark: Mark | None = None

    def part(self, rgb: U8) -> U8:
        """Its pixels on the picture."""
        x, y, w, h = (int(v) for v in self.box)
        return rgb[y : y + h, x : x + w]


@dataclass(slots=True)
class Canvas:
    """A picture under construction with a margin round it, and who owns each pixel."""

    rgb: U8
    ids: NDArray[np.uint8]
    things: NDArray[np.uint8]
    printed: Printed
    whole: dict[tuple[str, int], int] = field(default_factory=dict)

    @staticmethod
    def over(picture: U8) -> Canvas:
        """A canvas on a copy of a picture."""
        blank = np.zeros(picture.shape[:2], np.uint8)
        return Canvas(picture.copy(), blank, blank.copy(), Printed())

    def hang(self, sheet: Sheet, corners: Floats) -> None:
        """Lay a sheet so that its corners come to lie there."""
        h, w = sheet.ids.shape
        low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
        a, b = max(int(low[0]), 0), max(int(low[1]), 0)
        c, d = min(int(high[0]), self.ids.shape[1]), min(int(high[1]), self.ids.shape[0])
        if c - a < 2 or d - b < 2:
            return
        flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        move = cv2.getPerspectiveTransform(flat, (corners - (a, b)).astype(np.float32))
        size = (c - a, d - b)
        rgba = np.asarray(cv2.warpPerspective(sheet.rgba, move, size, flags=cv2.INTER_LINEAR), np.uint8)
        ids = np.asarray(cv2.warpPerspective(sheet.ids, move, size, flags=cv2.INTER_NEAREST), np.uint8)
        things = np.asarray(cv2.warpPerspective(sheet.things, move, size, flags=cv2.INTER_NEAREST), np.uint8)
        view = self.rgb[b:d, a:c]
        share = rgba[..., 3:].astype(np.float32) / 255
        base = view.astype(np.float32)
        view[:] = (base + (rgba[..., :3] - base) * share + 0.5).astype(np.uint8)
        solid = rgba[..., 3] > 127
        self.ids[b:d, a:c][solid] = ids[solid]
        self.things[b:d, a:c][solid] = things[solid]
        self._count(ids, things)

    def _count(self, ids: NDArray[np.uint8], things: NDArray[np.uint8]) -> None:
        for kind, field_ in (("mark", ids), ("prop", things)):
            counts = np.bincount(field_.ravel(), minlength=1)
            for number in np.flatnonzero(counts[1:]) + 1:
                self.whole[kind, int(number)] = int(counts[number])

    def seen(self, frame: tuple[int, int, int, int], least: float = LEAST_PX) -> list[Seen]:
        """What can be seen inside x, y, width, height, boxes relative to it."""
        x, y, w, h = frame
        out: list[Seen] = []
        for kind, field_, names in (("mark", self.ids, self.printed.marks), ("prop", self.things, self.printed.props)):
            part = np.ascontiguousarray(field_[y : y + h, x : x + w])
            counts = np.bincount(part.ravel(), minlength=1)
            for number in np.flatnonzero(counts[1:]) + 1:
                entry = names[int(number) - 1]
                visible = counts[number] / max(self.whole.get((kind, int(number)), 1), 1)
                if entry is None:
                    continue
                bx, by, bw, bh = cv2.boundingRect((part == number).astype(np.uint8))
                if max(bw, bh) < least or (kind == "mark" and visible < LEAST_SEEN):
                    continue
                if kind == "mark" and drowned(self.rgb[y + by : y + by + bh, x + bx : x + bx + bw]):
                    continue
                box = (float(bx), float(by), float(bw), float(bh))
                if isinstance(entry, Mark):
                    out.append(Seen("logo", box, min(float(visible), 1.0), entry))
                elif counts[number] > 300 and (visible > 0.25 or counts[number] > 12000):
                    out.append(Seen(entry, box, min(float(visible), 1.0)))
        return out


def drowned(part: U8) -> bool:
    """Whether nothing of a mark stands out from its ground."""
    small = cv2.resize(part, (24, 24), interpolation=cv2.INTER_AREA)
    return float(small.reshape(-1, 3).std(axis=0).max()) < 7
