"""Landmarks as numbers a classifier can read: shape free of place and size, and how the hand is turned."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from poseguard.results import Hand

Floats = NDArray[np.float32]

_BONES = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 6), (6, 7), (7, 8), (0, 9), (9, 10), (10, 11), (11, 12),
     (0, 13), (13, 14), (14, 15), (15, 16), (0, 17), (17, 18), (18, 19), (19, 20)]
)  # fmt: skip
_KEY = np.array([0, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20])
_PAIRS = np.array([(a, b) for n, a in enumerate(_KEY) for b in _KEY[n + 1 :]])
COUNT = 63 + 2 + 60 + len(_PAIRS) + 2


def features(points: Floats, presence: float, size: float) -> Floats:
    """COUNT numbers from 21 × 3 points (pixels), presence (0..1) and the hand's longer side in pixels.

    Coordinates turned upright along wrist to middle knuckle and divided by the palm's length; that turn; bone
    directions as seen; distances between tips, knuckles and wrist; presence and log size.
    """
    centred = points - points[Hand.WRIST]
    knuckles = centred[[Hand.INDEX_MCP, Hand.MIDDLE_MCP, Hand.RING_MCP, Hand.PINKY_MCP]]
    palm = max(float(np.linalg.norm(knuckles, axis=1).mean()), 1e-3)
    shape = centred / palm
    up = shape[Hand.MIDDLE_MCP, :2]
    angle = math.atan2(float(up[0]), -float(up[1]))
    cos, sin = math.cos(angle), math.sin(angle)
    turned = shape.copy()
    turned[:, :2] = shape[:, :2] @ np.array([[cos, -sin], [sin, cos]], np.float32)
    bones = shape[_BONES[:, 1]] - shape[_BONES[:, 0]]
    bones /= np.linalg.norm(bones, axis=1, keepdims=True) + 1e-6
    spans = np.linalg.norm(shape[_PAIRS[:, 0]] - shape[_PAIRS[:, 1]], axis=1)
    rest = [presence, math.log(max(size, 1.0)) / 5]
    return np.concatenate([turned.ravel(), [sin, cos], bones.ravel(), spans, rest]).astype(np.float32)


def mirrored(points: Floats) -> Floats:
    """The other hand: every pose reads the same in a mirror."""
    return points * np.array([-1, 1, 1], np.float32)
