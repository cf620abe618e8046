"""A face brought to where every embedder expects it: 112 × 112 pixels, by the similarity that fits its five points."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.reading.photo import Pixels
from poseguard.results import Point

SIDE = 112
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Eyes, nose and mouth corners in an aligned face, left before right of the picture (the ArcFace template)."""
FACE_WIDTH = 78.0
"""Pixels that a face is wide in an aligned crop."""

# Points that all but fall together would ask for a crop of nothing; such a face is smaller than anything compared.
_LEAST_SCALE, _MOST_ROOM = 0.02, 3.0

Doubles = NDArray[np.float64]


def similarity(points: Sequence[Point] | Doubles) -> tuple[Doubles, float]:
    """Matrix 2 × 3 from a crop to the picture that the points lie in, and how many of its pixels a crop's pixel takes.

    The least squares of Umeyama (IEEE TPAMI 13, 1991), without mirroring, which for a plane is one complex number.
    """
    given = np.asarray(points, np.float64)
    (here, there), (mine, theirs) = (given.mean(0), TEMPLATE.mean(0)), (given, TEMPLATE)
    a, b = (theirs - there) @ (1, 1j), (mine - here) @ (1, 1j)
    turn = complex((a.conj() @ b) / (a.conj() @ a).real)
    scale = abs(turn)
    if scale < _LEAST_SCALE:
        turn, scale = complex(_LEAST_SCALE), _LEAST_SCALE
    rotation = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([rotation, here - rotation @ there]), scale


def aligned(pixels: Pixels, points: Sequence[Point] | Doubles) -> tuple[Pixels, float]:
    """The face as SIDE × SIDE × 3, and how many pixels of `pixels` one of its pixels takes; smooth when reduced.

    `points`: 5 × (x, y) in `pixels`. Beyond the picture its edges are repeated. A face is FACE_WIDTH times the second
    value wide.
    """
    matrix, scale = similarity(points)
    if scale > 1:
        pixels, matrix = _reduced(pixels, matrix, scale)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(pixels, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8), scale


def _reduced(pixels: Pixels, matrix: Doubles, scale: float) -> tuple[Pixels, Doubles]:
    """What the crop takes of `pixels`, made `scale` times smaller by averaging, and the matrix into that."""
    corners = np.array([[0, 0, 1], [SIDE, 0, 1], [0, SIDE, 1], [SIDE, SIDE, 1]]) @ matrix.T
    height, width = pixels.shape[:2]
    room = _MOST_ROOM * scale
    left, top = (max(0, math.floor(v - room)) for v in corners.min(0))
    right, bottom = (math.ceil(v + room) for v in corners.max(0))
    left, top = min(left, width - 1), min(top, height - 1)
    part = pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    size = max(1, round(part.shape[1] / scale)), max(1, round(part.shape[0] / scale))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    # Centres of pixels: x' = (x + 0.5) · zoom - 0.5.
    zoom = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
    moved = matrix.copy()
    moved[:, 2] += 0.5 - np.array([left, top])
    moved *= zoom[:, None]
    moved[:, 2] -= 0.5
    return small, moved
