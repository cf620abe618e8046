"""Which fingers are raised, read off the landmarks' angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FINGERS = {"index": (5, 6, 8), "middle": (9, 10, 12), "ring": (13, 14, 16), "pinky": (17, 18, 20)}
# A straight finger bends less than this at its middle joint; chosen on rendered hands, whose joints are known.
_BENT = np.deg2rad(50)


def raised(points: NDArray[np.float32]) -> list[str]:
    """`["out" | "in" for the thumb, then the names of raised fingers]` from 21 × 3 points."""
    out = []
    for name, (knuckle, joint, tip) in _FINGERS.items():
        if _angle(points[joint] - points[knuckle], points[tip] - points[joint]) < _BENT:
            out.append(name)
    palm = float(np.linalg.norm(points[9] - points[0]))
    away = float(np.linalg.norm(points[4] - points[9]))
    straight = _angle(points[3] - points[2], points[4] - points[3]) < _BENT
    return ["out" if straight and away > 0.8 * palm else "in", *out]


def _angle(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    cos = float(a @ b) / (float(np.linalg.norm(a)) * float(np.linalg.norm(b)) + 1e-9)
    return float(np.arccos(np.clip(cos, -1, 1)))
