"""A contact sheet that may be shown: marks of nobody in drawn places."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.canvas import CLASSES, Seen
from training.logos.compose import scene
from training.logos.fiction import fictional_mark
from training.logos.places import Library

U8 = NDArray[np.uint8]
COLOURS = (
    (255, 230, 0),
    (255, 80, 80),
    (80, 220, 80),
    (80, 160, 255),
    (255, 140, 0),
    (220, 90, 255),
    (0, 220, 220),
    (250, 250, 250),
)


def contact_sheet(seed: int, columns: int = 6, rows: int = 4, side: int = 320) -> U8:
    """Scenes side by side with their true boxes. No real artwork and no photo is in it."""
    rng = np.random.default_rng([77, seed])
    marks = {f"fiction-{k}": [fictional_mark(rng)] for k in range(12)}
    library = Library(marks, {}, [])
    pictures = [boxed(*scene(library, np.random.default_rng([78, seed, k]), side)) for k in range(columns * rows)]
    return np.vstack([np.hstack(pictures[r * columns : (r + 1) * columns]) for r in range(rows)])


def boxed(rgb: U8, seen: list[Seen]) -> U8:
    """A picture with the boxes of what is seen on it."""
    out = np.ascontiguousarray(rgb)
    for s in seen:
        x, y, w, h = (int(v) for v in s.box)
        cv2.rectangle(out, (x, y), (x + w - 1, y + h - 1), COLOURS[CLASSES.index(s.name)], 1)
    return out
