"""Which fingers are raised, read off the landmarks' angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FINGERS = {"index": (5, 6, 8), "middle": (9, 10, 12), "ring": (13, 14, 16), "pinky": (17, 18, 20)}
# A raised finger bends less than this at its middle joint, and its tip is this much farther from the wrist than that
# joint. A thumb is out where its tip is this many palms from the middle knuckle. Chosen on hands of the train side;
# rendered hands, whose joints are known, agree.
_BENT = np.deg2rad(45)
_FARTHER = 1.2
_AWAY = 0.7


def raised(points: NDArray[np.float32]) -> list[str]:
    """`["out" | "in" for the thumb, then the names of raised fingers]` from 21 × 3 points."""
    out = []
    for name, (knuckle, joint, tip) in _FINGERS.items():
        straight = _angle(points[joint] - points[knuckle], points[tip] - points[joint]) < _BENT
        if straight and _length(points[tip] - points[0]) > _FARTHER * _length(points[joint] - points[0]):
            out.append(name)
    away = _length(points[4] - points[9]) > _AWAY * _length(points[9] - points[0])
    straight = _angle(points[3] - points[2], points[4] - points[3]) < _BENT
    return ["out" if straight and away else "in", *out]


def _length(v: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(v))


def _angle(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    cos = float(a @ b) / (_length(a) * _length(b) + 1e-9)
    return float(np.arccos(np.clip(cos, -1, 1)))
