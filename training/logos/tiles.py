"""Crops for the recogniser, one mark each, cut as loosely as a detector's boxes are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.canvas import Canvas, drowned
from training.logos.compose import hang_somewhere, make_sheet, obstruct, roll, worn_by_people
from training.logos.fiction import LABEL, fictional_mark
from training.logos.light import spoiled
from training.logos.places import Library, drawn_place, place
from training.logos.redrawn import redrawn
from training.logos.state import state_emblem

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
    """45 % parties, 27 % other emblems, 10 % of nobody, 3 % the state's, 15 % background. `anew`: share drawn anew."""
    kind = rng.random()
    if kind < 0.15:
        return _background(library, rng)
    if kind >= 0.97:
        return _of_the_state(library, rng)
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
    longest = max(best.box[2], best.box[3])
    return Tile(cut(rgb, best.box, rng), mark.label, mark.version, round(longest, 1), mark.source)


def _of_the_state(library: Library, rng: Rng) -> Tile:
    """The state emblem on a wall, or the part of it that is boxed: nobody's, whatever party's logo it looks like."""
    size, harsh = _size(rng)
    side = int(size * 2.4) + 12
    rgba, (x, y, w, h) = state_emblem(rng)
    zoom = size / max(w, h)
    if zoom < 0.5:
        small = cv2.resize(rgba, None, fx=zoom * 2, fy=zoom * 2, interpolation=cv2.INTER_AREA)
        rgba, (x, y, w, h), zoom = small, (x * zoom * 2, y * zoom * 2, w * zoom * 2, h * zoom * 2), 0.5
    tilt, lean = rng.normal(0, 0.05), rng.normal(0, 0.1)
    turn = zoom * np.array([[1.0, lean], [tilt, 1.0]])
    shift = side / 2 - turn @ np.array([x + w / 2, y + h / 2])
    placed = cv2.warpAffine(rgba, np.column_stack([turn, shift]), (side, side), flags=cv2.INTER_LINEAR)
    share = placed[..., 3:].astype(np.float32) / 255
    rgb = (place(library, side, rng) * (1 - share) + placed[..., :3] * share).astype(np.uint8)
    box = (side / 2 - w * zoom / 2, side / 2 - h * zoom / 2, w * zoom, h * zoom)
    return Tile(cut(spoiled(rgb, rng, harsh), box, rng), LABEL, "", round(size, 1), "")


def _size(rng: Rng) -> tuple[float, float]:
    """Native size of a mark, 12 to 160 pixels, and how harshly it is spoiled.

    Above 88 pixels a tile shrinks what it shows, and what a camera does with it: drawn at 88 and spoiled less.
    """
    size = float(np.exp(rng.uniform(np.log(12), np.log(160))))
    return min(size, 88.0), min(1.0, 88 / size)


def cut(rgb: U8, box: tuple[float, float, float, float], rng: Rng) -> U8:
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
