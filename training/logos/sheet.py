"""A contact sheet that may be shown: marks of nobody in drawn places, in every bad condition."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.banners import Brief
from training.logos.canvas import CLASSES, Canvas, Seen
from training.logos.cloth import crumple, quad, shaded, waves
from training.logos.compose import MAKERS, obstruct, scene
from training.logos.fiction import fictional_mark
from training.logos.light import blurred, compressed, faded, noisy, uneven
from training.logos.places import Library
from training.render.backdrop import PLACES, draw_backdrop

U8 = NDArray[np.uint8]
Rng = np.random.Generator
COLOURS = (
    (255, 230, 0), (255, 80, 80), (80, 220, 80), (80, 160, 255), (255, 140, 0), (220, 90, 255),
    (0, 220, 220), (250, 250, 250),
)  # fmt: skip
CONDITIONS = ("crumpled", "tilted", "hidden", "faded", "24 px", "any")
SHOWN = ("spanduk", "flag", "poster", "attribute", "baliho", "umbul_umbul", "ballot", "cap")


def contact_sheet(seed: int, rows: int = 5, side: int = 320) -> U8:
    """A column for each condition, with the true boxes. No real artwork and no photo is in it."""
    rng = np.random.default_rng([77, seed])
    marks = {f"fiction-{k}": [fictional_mark(rng)] for k in range(12)}
    places = [draw_backdrop(p, 640, 480, rng).astype(np.uint8) for p in PLACES]
    library = Library(marks, {}, places)
    columns = []
    for n, condition in enumerate(CONDITIONS):
        pictures = []
        for k in range(rows):
            own = np.random.default_rng([78, seed, n, k])
            kind = SHOWN[(n + k) % len(SHOWN)]
            rgb, seen = scene(library, own, side) if condition == "any" else shown(condition, kind, library, own, side)
            pictures.append(boxed(rgb, seen))
        head = np.full((28, side, 3), 255, np.uint8)
        cv2.putText(head, condition, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1, cv2.LINE_AA)
        columns.append(np.vstack([head, *pictures]))
    return np.hstack(columns)


def shown(condition: str, kind: str, library: Library, rng: Rng, side: int) -> tuple[U8, list[Seen]]:
    """One thing with marks of nobody in one condition."""
    photo = library.places[int(rng.integers(len(library.places)))]
    x = int(rng.integers(0, photo.shape[1] - side + 1))
    canvas = Canvas.over(np.ascontiguousarray(photo[-side:, x : x + side]))
    marks: Sequence[Mark] = [library.party(rng) for _ in range(6 if kind == "ballot" else 1)]
    size = 24.0 if condition == "24 px" else 60.0
    sheet = MAKERS[kind](Brief(marks, True, size, "attribute" if kind == "cap" else kind), canvas.printed, rng)
    h, w = sheet.ids.shape
    if condition == "crumpled":
        sheet = shaded(sheet, crumple(w, h, 1.0, rng) if kind in ("poster", "ballot") else waves(w, h, 1.0, rng))
    if condition == "faded":
        sheet.rgba = faded(sheet.rgba, rng, 0.9)
    fit = min(1.0, 0.94 * side / max(w, h))
    lean, turn = (0.45, rng.choice([-0.45, 0.45])) if condition == "tilted" else (0.05, 0.0)
    canvas.hang(sheet, quad(w * fit, h * fit, turn, lean, rng) + np.float32(side / 2))
    if condition == "hidden":
        obstruct(canvas, rng)
    rgb = canvas.rgb
    if condition == "faded":
        rgb = uneven(rgb, rng)
    rgb = compressed(noisy(blurred(rgb, rng, 0.3, 0.8), rng), rng)
    return rgb, canvas.seen((0, 0, side, side))


def boxed(rgb: U8, seen: Sequence[Seen]) -> U8:
    """A picture with the boxes of what is seen on it."""
    out = np.ascontiguousarray(rgb)
    for s in seen:
        x, y, w, h = (int(v) for v in s.box)
        cv2.rectangle(out, (x, y), (x + w - 1, y + h - 1), COLOURS[CLASSES.index(s.name)], 1)
    return out
