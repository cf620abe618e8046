"""Where the five points of a face are in the square around a head, whether a face can be seen there, and a mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import planes, square
from poseguard.faces.align import FACE_WIDTH, TEMPLATE, similarity
from poseguard.reading.photo import Pixels
from poseguard.results import Box, Point
from poseguard.yolo import session

HEAD = 64
GROW = 1.25
"""The network sees HEAD × HEAD pixels: the square of GROW times the longer side of a head's box."""

_BATCH = 32


@dataclass(frozen=True, slots=True)
class Face:
    """What is seen at one head, in pixels of the picture given. `box`: the square around the face.

    `points`: the eye on the left of the picture, the other eye, nose, the mouth's corner on the left, and the other.
    `face`, `mask`: probabilities that a face can be seen, and that its mouth and nose are covered.
    """

    box: Box
    points: tuple[Point, ...]
    face: float
    mask: float


class FacePoints:
    """`face_points.onnx`: heads N × 3 × 64 × 64 RGB in 0..1 to `points` N × 5 × 2, `face` N and `mask` N.

    Raises ValueError where the file gives anything else. Not shared between threads.
    """

    def __init__(self, model: bytes) -> None:
        self._net = session(model)
        points, face, mask = self._raw([np.zeros((HEAD, HEAD, 3), np.uint8)])
        if points.shape != (1, 5, 2) or face.shape != (1,) or mask.shape != (1,):
            raise ValueError("points, face, mask")

    def find(self, pixels: Pixels, heads: Sequence[Box]) -> list[Face]:
        """One a head, in their order, whether or not it shows a face. `heads`: boxes in `pixels`."""
        out: list[Face] = []
        for start in range(0, len(heads), _BATCH):
            part = heads[start : start + _BATCH]
            found = self._raw([square(pixels, box, HEAD, GROW) for box in part])
            out += [_face(box, *row) for box, *row in zip(part, *found, strict=True)]
        return out

    def _raw(self, crops: Sequence[Pixels]) -> tuple[NDArray[np.float32], ...]:
        points, face, mask = self._net.run(["points", "face", "mask"], {"heads": planes(crops)})
        return points, face.reshape(len(face)), mask.reshape(len(mask))


def _face(head: Box, shares: NDArray[np.float32], face: float, mask: float) -> Face:
    x, y, width, height = head
    length = GROW * max(width, height, 4.0)
    corner = np.array([x + width / 2 - length / 2, y + height / 2 - length / 2])
    points = corner + np.nan_to_num(shares.astype(np.float64)).clip(-1, 2) * length
    return Face(face_box(points), tuple((float(px), float(py)) for px, py in points), _sure(face), _sure(mask))


def face_box(points: NDArray[np.float64]) -> Box:
    """The square FACE_WIDTH aligned pixels wide around the middle of the five points."""
    matrix, scale = similarity(points)
    middle = matrix @ (*TEMPLATE.mean(0), 1)
    side = FACE_WIDTH * scale
    return float(middle[0] - side / 2), float(middle[1] - side / 2), side, side


def _sure(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(np.nan_to_num(np.float64(logit), nan=-60.0), -60, 60))))
