"""Marks on the clothes of people on photos: on the chest, lit and folded as the cloth there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.canvas import Canvas

U8 = NDArray[np.uint8]
Rng = np.random.Generator
Box = tuple[float, float, float, float]
BODY, HEAD = 0, 1


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on a photo of the library: `photo` is its number, boxes are x, y, width, height in its pixels."""

    photo: int
    head: Box
    body: Box

    def moved(self, x: float, y: float, scale: float, mirror: float | None = None) -> Person:
        """The same after a crop at x, y, a scaling, and mirroring in a picture of that width."""
        boxes = []
        for a, b, w, h in (self.head, self.body):
            left = (a - x) * scale
            if mirror is not None:
                left = mirror - left - w * scale
            boxes.append((left, (b - y) * scale, w * scale, h * scale))
        return Person(self.photo, boxes[0], boxes[1])


def find_people(photos: Sequence[U8], cache: Path) -> list[Person]:
    """People whose chest can be seen, by the teacher network; kept in a file, since it takes minutes."""
    if cache.exists():
        rows = json.loads(cache.read_text())
        return [Person(int(p), _box(h), _box(b)) for p, h, b in rows]
    from training.teacher import Teacher

    teacher = Teacher()
    found: list[Person] = []
    for number, photo in enumerate(photos):
        rows = teacher.find(photo, 960, 0.4)
        bodies, heads = ([_box(r[2:6]) for r in rows if r[0] == kind] for kind in (BODY, HEAD))
        found += [Person(number, head, body) for head in heads for body in bodies if _belong(head, body)]
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps([(p.photo, p.head, p.body) for p in found]))
    return found


def _box(values: Sequence[float] | NDArray[np.float32]) -> Box:
    x, y, w, h = (float(v) for v in values)
    return x, y, w, h


def _belong(head: Box, body: Box) -> bool:
    """Whether a head sits on top of a body that shows its chest."""
    hx, hy, hw, hh = head
    bx, by, bw, bh = body
    above = bx < hx + hw / 2 < bx + bw and abs(by - hy) < 0.4 * hh
    return above and bh > 2.2 * hh and 1.3 * hw < bw < 4.5 * hw and hw > 16


def dress(
    canvas: Canvas,
    people: Sequence[Person],
    choose: Callable[[], tuple[Mark, bool]],
    size: float,
    chest: float,
    rng: Rng,
) -> None:
    """Put a mark on the chest of people of the canvas.

    `choose`: a mark, and whether clothes with it are a party's; `size`: in pixels on the first of the people;
    `chest`: where on it, in heads from its middle; 0 is a large print in the middle.
    """
    for number, person in enumerate(people):
        mark, campaign = choose()
        side = chest if number == 0 or rng.random() < 0.8 else -chest
        at = on_chest(person, side, rng)
        if campaign:
            _garment(canvas, person)
        stamp(canvas, mark, at, size * person.head[2] / max(people[0].head[2], 1) * rng.uniform(0.92, 1.08), rng)


def on_chest(person: Person, chest: float, rng: Rng) -> tuple[float, float]:
    """About where a mark sits, `chest` head widths from the middle; at 0 a large print, a little lower."""
    x, y, w, h = person.head
    left = x + w / 2 + (chest + rng.normal(0, 0.05)) * w
    return left, y + ((1.75 if chest else 1.95) + rng.normal(0, 0.08)) * h


def _garment(canvas: Canvas, person: Person) -> None:
    """The box of what someone wears, from the neck to the hip."""
    hx, hy, hw, hh = person.head
    bx, by, bw, bh = person.body
    cx = hx + hw / 2
    x0, x1 = max(bx, cx - 1.7 * hw), min(bx + bw, cx + 1.7 * hw)
    y0, y1 = hy + 1.05 * hh, min(by + bh, hy + 3.4 * hh)
    height, width = canvas.things.shape
    a, b, c, d = int(max(x0, 0)), int(max(y0, 0)), int(min(x1, width)), int(min(y1, height))
    if c - a > 8 and d - b > 8:
        number = canvas.printed.prop("attribute")
        canvas.things[b:d, a:c][canvas.things[b:d, a:c] == 0] = number
        canvas.whole["prop", number] = max(int((x1 - x0) * (y1 - y0)), 1)


def stamp(canvas: Canvas, mark: Mark, at: tuple[float, float], size: float, rng: Rng) -> None:
    """Print a mark on what is there, with its light and softness."""
    rgba, mask = mark.sized(max(round(size), 6))
    x, y, w, h = cv2.boundingRect(mask)
    turn, squeeze = rng.normal(0, 5), rng.uniform(0.72, 1.0)
    room = int(np.hypot(*mask.shape)) + 2
    move = np.asarray(cv2.getRotationMatrix2D((x + w / 2, y + h / 2), turn, 1), np.float64)
    move[:, 2] += room / 2 - np.array([x + w / 2, y + h / 2])
    move[0] = move[0] * squeeze + (0, 0, room / 2 * (1 - squeeze))
    rgba = np.asarray(cv2.warpAffine(rgba, move, (room, room)), np.uint8)
    mask = np.asarray(cv2.warpAffine(mask, move, (room, room)), np.uint8)
    left, top = round(at[0] - room / 2), round(at[1] - room / 2)
    height, width = canvas.ids.shape
    a, b, c, d = max(left, 0), max(top, 0), min(left + room, width), min(top + room, height)
    if c - a < 4 or d - b < 4:
        return
    part, cover = rgba[b - top : d - top, a - left : c - left], mask[b - top : d - top, a - left : c - left]
    view = canvas.rgb[b:d, a:c].astype(np.float32)
    grey = view.mean(axis=2)
    middle = float(np.median(grey))
    light = np.clip(grey / max(middle, 20), 0.4, 1.5) ** np.float32(0.7)
    light *= np.float32(np.clip(middle / 170, 0.55, 1.05) ** 0.6)
    share = part[..., 3:].astype(np.float32) / 255 * np.float32(rng.uniform(0.82, 1.0))
    canvas.rgb[b:d, a:c] = np.clip(view + (part[..., :3] * light[..., None] - view) * share, 0, 255).astype(np.uint8)
    number = canvas.printed.mark(mark)
    canvas.ids[b:d, a:c][cover > 127] = number
    canvas.whole["mark", number] = max(int((mask > 127).sum()), 1)
