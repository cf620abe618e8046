"""Gates: faces that cannot carry a name, and by what it is told. They are counted and go unnamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from poseguard.faces.numbers import Gates
from poseguard.reading.photo import Pixels
from poseguard.results import Point

# An aligned face of 32 px has its detail at this size of the crop; sharpness is measured there, so that a small face
# that was enlarged is not taken for a blurred one.
_SIDE = 48


class Gate(StrEnum):
    """Why a face is not compared."""

    SMALL = "small"
    BLURRED = "blurred"
    TURNED = "turned"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Quality:
    """`size_px`: width of the face in the pixels that were decoded; `sharpness`, `yaw`: see the functions;
    `mask`: probability.
    """

    size_px: float
    sharpness: float
    yaw: float
    mask: float

    def gate(self, gates: Gates) -> Gate | None:
        """The first gate that does not let the face pass, or None."""
        if self.size_px < gates.least_px:
            return Gate.SMALL
        if self.mask > gates.mask:
            return Gate.MASKED
        if self.yaw > gates.yaw:
            return Gate.TURNED
        return Gate.BLURRED if self.sharpness < gates.blur else None


def sharpness(crop: Pixels) -> float:
    """Variance of the Laplacian over the variance of the grey values of an aligned face; 0 for a plain ground."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    contrast = float(small.var())
    return float(cv2.Laplacian(small, cv2.CV_32F).var()) / contrast if contrast > 1 else 0.0


def yaw(points: Sequence[Point]) -> float:
    """How far the nose lies from the middle between the eyes, along their line: 0 from the front, 1 under an eye."""
    left, right, nose = (np.array(point) for point in points[:3])
    across = right - left
    length = float(across @ across)
    return abs(2 * float((nose - left) @ across) / length - 1) if length > 1e-6 else 2.0
