"""Clothes of people on staged photos: dyed alike, with an emblem of a few pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.canvas import Canvas
from training.logos.cloth import Colour
from training.logos.people import cloth, varied
from training.logos.stage import FULL, Stage, someone
from training.logos.worn import Person, on_chest, stamp

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator
HIPS = 3.1
"""End of an upper body in head heights below the top of the head, as labelled shirts have it."""
_EMBLEM = 7.0  # pixels from which an emblem on a shirt says whose it is


def uniform(canvas: Canvas, stage: Stage, mark: Mark, campaign: bool, rng: Rng) -> None:
    """Clothes alike on all or some of the people, with the mark; a party's (`campaign`) are its attributes, where the
    mark or what hangs around says so.
    """
    shown = bool(canvas.printed.props)
    colour = varied(mark.ground, rng, 10) if rng.random() < 0.6 else cloth(rng)
    dyed = rng.random() < 0.75
    size, chest = rng.uniform(0.25, 0.55), float(rng.choice([0.55, 0.55, 0.55, -0.55]))
    if rng.random() < 0.12:
        size, chest = rng.uniform(0.8, 1.3), 0.0
    part = float(rng.choice([1.0, 1.0, 0.5, 0.2]))
    first = someone(stage, rng)
    for person in sorted(stage.people, key=lambda p: p.head[1]):
        if person is not first and rng.random() > part:
            continue
        region = _clothes(stage, person)
        if region is None:
            continue
        box, cover = region
        x0, y0, x1, y1 = box
        if dyed:
            view = canvas.rgb[y0:y1, x0:x1]
            view[:] = _dyed(view, cover, varied(colour, rng, 5))
        pixels = size * person.head[2]
        plain = pixels >= _EMBLEM
        if campaign and (plain or (shown and dyed)):
            number = canvas.printed.prop("attribute")
            worn = cover > 0.5
            canvas.things[y0:y1, x0:x1][worn] = number
            canvas.whole["prop", number] = max(int(worn.sum()), 1)
        if plain:
            stamp(canvas, mark, on_chest(person, chest, rng), pixels, rng)


def _clothes(stage: Stage, person: Person) -> tuple[tuple[int, int, int, int], Floats] | None:
    """x0, y0, x1, y1 of someone's upper body, and how much of each pixel in it is cloth; None where hardly any is."""
    hx, hy, hw, hh = person.head
    bx, by, bw, bh = person.body
    middle = hx + hw / 2
    x0, x1 = max(bx, middle - 1.7 * hw), min(bx + bw, middle + 1.7 * hw)
    y0, y1 = hy + 1.02 * hh, min(by + bh, hy + HIPS * hh)
    box = int(max(x0, 0)), int(max(y0, 0)), int(min(x1, FULL)), int(min(y1, FULL))
    a, b, c, d = box
    if c - a < 8 or d - b < 8:
        return None
    face = stage.rgb[
        max(int(hy + 0.4 * hh), 0) : int(hy + 0.8 * hh) + 1, max(int(hx + 0.3 * hw), 0) : int(hx + 0.7 * hw) + 1
    ]
    if not face.size:
        return None
    skin = np.median(cv2.cvtColor(face, cv2.COLOR_RGB2LAB).reshape(-1, 3), axis=0)
    lab = cv2.cvtColor(stage.rgb[b:d, a:c], cv2.COLOR_RGB2LAB).astype(np.float32)
    bare = (np.abs(lab[..., 1:] - skin[1:]).sum(2) < 11) & (np.abs(lab[..., 0] - skin[0]) < 55)
    cover = stage.outline[b:d, a:c]
    if float(bare[cover > 0.5].mean() if (cover > 0.5).any() else 1) < 0.5:  # else the cloth itself is of that colour
        cover = cover * np.asarray(cv2.blur((~bare).astype(np.float32), (3, 3)), np.float32)
    return (box, cover) if float((cover > 0.5).mean()) > 0.25 else None


def _dyed(view: U8, cover: Floats, colour: Colour) -> U8:
    """The same cloth in another colour: its folds stay."""
    grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle = max(float(np.median(grey[cover > 0.5])), 25.0)
    light = np.clip(grey / middle, 0.35, 1.6) ** np.float32(0.8)
    dyed = np.clip(light[..., None] * np.asarray(colour, np.float32) * 0.9 + 6, 0, 255)
    return np.asarray(view + (dyed - view) * cover[..., None], np.uint8)
