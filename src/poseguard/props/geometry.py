"""The geometric check: do points of an enrolled emblem lie in a photo as one flat thing seen from somewhere?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import square
from poseguard.reading.photo import Pixels
from poseguard.results import Box

SIDE = 256
"""Longest side in pixels at which emblems and crops are compared; smaller ones are enlarged to it."""
GROW = 1.25
"""A crop is the square of this many times the longer side of its box, as for the recogniser."""
LEAST_PX = 40.0
"""Smallest box whose points tell anything."""

_MOST_POINTS = 500
_RATIO = 0.8
_OFF_PX = 6.0
_FEWEST = 4
# How large the emblem may come out against its box (area), and how unequal its opposite edges (seen from the side).
_AREA = (0.2, 2.5)
_SKEW = 4.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Points:
    """Places worth comparing. `xy`: n × 2 pixels; `descriptors`: n × 128, square roots of SIFT's (RootSIFT)."""

    xy: Floats
    descriptors: Floats
    width: int
    height: int


def surroundings(pixels: Pixels, box: Box) -> Pixels:
    """The square of GROW times the box's longer side around it, in the photo's own pixels, edges repeated."""
    x, y, width, height = box
    side = 2 * max(round(GROW * max(width, height) / 2), 4)
    half = side / (2 * GROW)
    # Around a whole pixel, so that nothing is interpolated.
    return square(pixels, (round(x + width / 2) - half, round(y + height / 2) - half, 2 * half, 2 * half), side, GROW)


def points(pixels: Pixels) -> Points:
    """SIFT points of an emblem or a crop (H × W × 3 RGB), brought to SIDE first. None found: n is 0."""
    zoom = SIDE / max(pixels.shape[:2])
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=how) if zoom != 1 else pixels
    grey = cv2.cvtColor(np.asarray(sized, np.uint8), cv2.COLOR_RGB2GRAY)
    # Cloth and dusk leave little contrast: stretched, and with a threshold under SIFT's usual 0.04.
    grey = cv2.normalize(grey, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    found, raw = cv2.SIFT.create(nfeatures=_MOST_POINTS, contrastThreshold=0.02).detectAndCompute(grey, None)
    height, width = grey.shape[:2]
    if raw is None:
        return Points(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), width, height)
    share = raw / np.maximum(raw.sum(1, keepdims=True), 1e-6)
    return Points(np.array([p.pt for p in found], np.float32), np.sqrt(share).astype(np.float32), width, height)


def inliers(emblem: Points, crop: Points) -> int:
    """Points of `emblem` that one sane homography takes to their like in `crop`; 0 where there is none.

    `crop` is what `surroundings` cuts, so the emblem has to come out in its middle, neither mirrored nor folded, in
    about the size of the box.
    """
    if min(len(emblem.xy), len(crop.xy)) < _FEWEST:
        return 0
    pairs = _pairs(emblem, crop)
    if len(pairs) < _FEWEST:
        return 0
    here, there = emblem.xy[pairs[:, 0]], crop.xy[pairs[:, 1]]
    matrix, mask = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _OFF_PX, maxIters=2000, confidence=0.995)
    if matrix is None or mask is None or not np.isfinite(matrix).all():
        return 0
    if not _sane(np.asarray(matrix, np.float64), emblem, crop):
        return 0
    held = mask.ravel().astype(bool)
    # SIFT gives a place with two directions twice: places count, not points.
    return min(len(np.unique(np.round(side[held] / 3), axis=0)) for side in (here, there))


def _pairs(emblem: Points, crop: Points) -> NDArray[np.int64]:
    """Indices (emblem, crop) of points that are each other's like, clearly before the next; each point once."""
    near = cv2.BFMatcher(cv2.NORM_L2).knnMatch(crop.descriptors, emblem.descriptors, k=2)
    best: dict[int, tuple[float, int]] = {}
    for two in near:
        if len(two) == 2 and two[0].distance < _RATIO * two[1].distance:
            first = two[0]
            if first.distance < best.get(first.trainIdx, (math.inf, 0))[0]:
                best[first.trainIdx] = (first.distance, first.queryIdx)
    return np.array([(ours, theirs) for ours, (_, theirs) in best.items()], np.int64).reshape(-1, 2)


def _sane(matrix: NDArray[np.float64], emblem: Points, crop: Points) -> bool:
    width, height = emblem.width, emblem.height
    corners = np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)], np.float64) @ matrix.T
    if (corners[:, 2] * np.sign(matrix[2, 2] or 1.0) <= 1e-6).any():
        return False  # the horizon runs through the emblem
    quad = corners[:, :2] / corners[:, 2:]
    edges = np.roll(quad, -1, axis=0) - quad
    turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
    if (turns <= 0).any():
        return False  # mirrored or folded
    length = np.hypot(edges[:, 0], edges[:, 1])
    if max(length[0] / length[2], length[2] / length[0], length[1] / length[3], length[3] / length[1]) > _SKEW:
        return False
    box = (max(crop.width, crop.height) / GROW) ** 2 * min(width, height) / max(width, height)
    area = 0.5 * abs(float(np.sum(quad[:, 0] * np.roll(quad[:, 1], -1) - quad[:, 1] * np.roll(quad[:, 0], -1))))
    middle = (crop.width / 2, crop.height / 2)
    inside = cv2.pointPolygonTest(quad.astype(np.float32).reshape(-1, 1, 2), middle, False) >= 0
    return inside and _AREA[0] <= area / box <= _AREA[1]
