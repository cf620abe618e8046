"""Crops for the recogniser, one mark each, cut as loosely as a detector's boxes are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.results import Box
from training.logos.artwork import Mark
from training.logos.canvas import Canvas, drowned
from training.logos.compose import hang_somewhere, make_sheet, obstruct, roll, worn_by_people
from training.logos.fiction import fictional_mark
from training.logos.light import spoiled
from training.logos.places import Library, drawn_place, place
from training.logos.redrawn import redrawn

U8 = NDArray[np.uint8]
Rng = np.random.Generator
SIDE, WIDER = 128, 1.67
KINDS = ("spanduk", "poster", "flag", "attribute", "sticker", "umbul_umbul", "baliho", "cap", "ballot")
SHARES = (0.16, 0.12, 0.2, 0.18, 0.14, 0.06, 0.06, 0.04, 0.04)


@dataclass(frozen=True, slots=True)
class Tile:
    """`rgb`: 128×128; `size`: native pixels of the box's longer side."""

    rgb: U8
    label: str
    version: str
    size: float
    source: str


def tile(library: Library, rng: Rng, anew: float = 0.0) -> Tile:
    """45 % parties, 30 % other emblems, 10 % of nobody, 15 % background. `anew`: share of emblems drawn anew."""
    kind = rng.random()
    if kind < 0.15:
        return _background(library, rng)
    for _ in range(6):
        mark = library.party(rng) if kind < 0.6 else fictional_mark(rng) if kind < 0.7 else _other(library, rng)
        if anew and rng.random() < anew:
            mark = redrawn(mark, rng)
        made = _around(mark, library, rng)
        if made is not None:
            return made
    return _background(library, rng)


def numbered_tile(library: Library, numbers: int, rng: Rng) -> Tile:
    """One of so many fictional emblems, labelled `fiction:N`: what teaches to tell emblems that no class stands for."""
    for _ in range(6):
        number = int(rng.integers(numbers))
        mark = replace(fictional_mark(np.random.default_rng([19, number])), label=f"fiction:{number}")
        made = _around(mark, library, rng)
        if made is not None:
            return made
    return _background(library, rng)


def _other(library: Library, rng: Rng) -> Mark:
    names = list(library.others)
    marks = library.others[names[int(rng.integers(len(names)))]]
    return marks[int(rng.integers(len(marks)))]


def _around(mark: Mark, library: Library, rng: Rng) -> Tile | None:
    size, harsh = _size(rng)
    side = int(size * 2.4) + 12
    only = Library({mark.label: [mark]}, {mark.label: [mark]}, library.places, library.people)
    if library.people and rng.random() < 0.22:
        canvas = worn_by_people(only, side, size, rng, single=True)
    else:
        canvas = Canvas.over(place(library, side, rng))
        sheet = make_sheet(str(rng.choice(KINDS, p=SHARES)), only, canvas.printed, size, rng, single=True)
        numbers = np.unique(sheet.ids)
        numbers = numbers[numbers > 0]
        if not len(numbers):
            return None
        hang_somewhere(canvas, sheet, rng, centred=int(rng.choice(numbers)))
    if rng.random() < 0.25:
        obstruct(canvas, rng)
    seen = [s for s in canvas.seen((0, 0, side, side), least=8) if s.mark is not None and s.visible >= 0.4]
    if not seen:
        return None
    best = min(
        seen, key=lambda s: float(np.hypot(s.box[0] + s.box[2] / 2 - side / 2, s.box[1] + s.box[3] / 2 - side / 2))
    )
    rgb = spoiled(canvas.rgb, rng, harsh)
    if drowned(best.part(rgb)):
        return None
    box = best.box
    # Of a carved state emblem a detector often boxes the shield alone: a part of nobody's emblem is nobody's too.
    if mark.label.startswith("neg:") and rng.random() < 0.3:
        box = _part(box, rng)
    longest = max(box[2], box[3])
    return Tile(cut(rgb, box, rng), mark.label, mark.version, round(longest, 1), mark.source)


def _part(box: Box, rng: Rng) -> Box:
    """A third to four fifths of each side, anywhere in the box, and 12 pixels of it at least."""
    wide, tall = (min(side, max(12.0, rng.uniform(0.33, 0.8) * side)) for side in box[2:])
    return box[0] + rng.random() * (box[2] - wide), box[1] + rng.random() * (box[3] - tall), wide, tall


def _size(rng: Rng) -> tuple[float, float]:
    """Native size of a mark, 12 to 160 pixels, and how harshly it is spoiled.

    Above 88 pixels a tile shrinks what it shows, and what a camera does with it: drawn at 88 and spoiled less.
    """
    size = float(np.exp(rng.uniform(np.log(12), np.log(160))))
    return min(size, 88.0), min(1.0, 88 / size)


def cut(rgb: U8, box: Box, rng: Rng) -> U8:
    """The tile round a box that a detector might have drawn: moved by up to 8 %, larger or smaller by up to 12 %."""
    longest = max(box[2], box[3])
    x = box[0] + box[2] / 2 + rng.uniform(-0.08, 0.08) * longest
    y = box[1] + box[3] / 2 + rng.uniform(-0.08, 0.08) * longest
    side = WIDER * longest * rng.uniform(0.88, 1.12)
    scale = SIDE / side
    if scale < 0.5:
        rgb = np.asarray(cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        x, y, scale = x / 2, y / 2, scale * 2
    move = np.array([[scale, 0, SIDE / 2 - x * scale], [0, scale, SIDE / 2 - y * scale]], np.float32)
    return np.asarray(
        cv2.warpAffine(rgb, move, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _background(library: Library, rng: Rng) -> Tile:
    """A patch of a place, or a part of a thing that carries no mark."""
    size, harsh = _size(rng)
    side = int(size * 2) + 12
    if rng.random() < 0.6:
        rgb = place(library, side, rng)
    else:
        canvas = Canvas.over(drawn_place(side, rng))
        kind = str(rng.choice(("spanduk", "poster", "baliho", "flag", "attribute")))
        hang_somewhere(
            canvas,
            make_sheet(
                kind, Library({}, {}, library.places), canvas.printed, size * rng.uniform(0.5, 1.5), rng, bare=True
            ),
            rng,
            centred=0,
        )
        if rng.random() < 0.3:
            obstruct(canvas, rng)
        if rng.random() < 0.2:
            roll(canvas, rng)
        rgb = canvas.rgb
    box = (side / 2 - size / 2, side / 2 - size / 2, size, size)
    return Tile(cut(spoiled(rgb, rng, harsh), box, rng), "background", "", round(size, 1), "")
