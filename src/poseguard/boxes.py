"""Boxes (x, y, width, height), and the pixels in and around one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.reading.photo import Pixels
from poseguard.results import Box, Point


def scaled(box: Box, scale: float) -> Box:
    """The box in pixels of a picture `scale` times as large."""
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale


def grown(box: Box, share: float) -> Box:
    """The box with `share` of its width and height more on every side."""
    x, y, width, height = box
    return x - share * width, y - share * height, width * (1 + 2 * share), height * (1 + 2 * share)


def centre(box: Box) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def holds(box: Box, point: Point) -> bool:
    """Whether the point lies in the box."""
    return box[0] <= point[0] <= box[0] + box[2] and box[1] <= point[1] <= box[1] + box[3]


def shared(a: Box, b: Box) -> float:
    """The area that two boxes share, as a part of the smaller one's."""
    return _both(a, b) / max(min(a[2] * a[3], b[2] * b[3]), 1e-6)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    both = _both(a, b)
    return both / max(a[2] * a[3] + b[2] * b[3] - both, 1e-6)


def _both(a: Box, b: Box) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)


def square(pixels: Pixels, box: Box, side: int, grow: float) -> Pixels:
    """The square of `grow` times the box's longer side around it, side × side, edges repeated, smooth when reduced."""
    x, y, width, height = box
    length = grow * max(width, height, 4.0)
    zoom = side / length
    left, top = x + width / 2 - length / 2, y + height / 2 - length / 2
    if zoom < 0.6:
        # Of a box beside the picture its nearest row or column is left: OpenCV reads what lies beyond an empty array.
        x0, y0 = (min(max(0, math.floor(v)), most - 1) for v, most in ((left, pixels.shape[1]), (top, pixels.shape[0])))
        right, below = max(math.ceil(left + length) + 1, x0 + 1), max(math.ceil(top + length) + 1, y0 + 1)
        part = pixels[y0:below, x0:right]
        # A photo of very few rows or columns would shrink to none.
        least = math.ceil(1 / zoom)
        rows, columns = max(0, least - part.shape[0]), max(0, least - part.shape[1])
        if rows or columns:
            part = np.asarray(cv2.copyMakeBorder(part, 0, rows, 0, columns, cv2.BORDER_REPLICATE), np.uint8)
        pixels = np.asarray(cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
        left, top, zoom = (left - x0) * zoom, (top - y0) * zoom, 1.0
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
    out = cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)


def planes(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
    """Pictures of one size as networks take them: N × 3 × H × W in 0..1."""
    return np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
