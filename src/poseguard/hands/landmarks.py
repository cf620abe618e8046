"""MediaPipe's hand landmark network on LiteRT, on a region of our choice.

The network (hand_landmark_full.tflite, Apache-2.0) takes a 224 × 224 RGB region and gives 21 points, a presence
and a handedness. `follow` turns its own landmarks into the next, rotated region the way MediaPipe's
hand_landmarks_to_roi graph does: palm and PIP joints only, upright along wrist to knuckles, scaled by 2.0 and
shifted by a tenth towards the fingers.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.reading.photo import Pixels
from poseguard.results import Box

SIDE = 224
_PALM_AND_PIPS = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Region:
    """A square of a photo: centre and side in its pixels, `angle` in radians, clockwise, 0 = upright."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, box: Box, grow: float = 1.4, angle: float = 0.0) -> Region:
        """Upright square of `grow` times the box's longer side; 1.4 is measured.md's best of 1.2 to 2.0."""
        x, y, width, height = box
        return cls(x + width / 2, y + height / 2, grow * max(width, height), angle)

    def matrix(self, side: int) -> Floats:
        """2 × 3 affine map from a `side` × `side` crop to the photo."""
        scale = self.side / side
        cos, sin = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = side / 2
        return np.array(
            [[cos, -sin, self.x - cos * half + sin * half], [sin, cos, self.y - sin * half - cos * half]], np.float32
        )

    def cut(self, pixels: Pixels, side: int) -> Pixels:
        """The region as a `side` × `side` crop; outside the photo its edge is repeated, as MediaPipe does."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(pixels, self.matrix(side), (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(crop, np.uint8)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """`points`: 21 × 3, x and y in pixels of the image given; z is the network's own, 0.4 times what MediaPipe tells.

    `presence`: 0 to 1, that the region shows a hand. `right`: 0 to 1, that it is a right hand in an unmirrored photo.
    """

    points: Floats
    presence: float
    right: float

    def follow(self) -> Region:
        """The rotated region that these landmarks give."""
        points = self.points[:, :2]
        middle = (points[5] + points[13]) / 4 + points[9] / 2
        towards = middle - points[0]
        angle = math.pi / 2 - math.atan2(-float(towards[1]), float(towards[0]))
        angle = (angle + math.pi) % (2 * math.pi) - math.pi
        cos, sin = math.cos(angle), math.sin(angle)
        palm = points[list(_PALM_AND_PIPS)]
        centre = (palm.min(0) + palm.max(0)) / 2
        turned = (palm - centre) @ np.array([[cos, -sin], [sin, cos]], np.float32)
        low, high = turned.min(0), turned.max(0)
        extent = high - low
        shift = (low + high) / 2 + np.array([0, -0.1 * float(extent[1])], np.float32)
        x = float(centre[0]) + cos * float(shift[0]) - sin * float(shift[1])
        y = float(centre[1]) + sin * float(shift[0]) + cos * float(shift[1])
        return Region(x, y, 2.0 * float(extent.max()), angle)


class LandmarkNetwork:
    """One interpreter, one thread; not shared between threads."""

    def __init__(self, model: bytes) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from ai_edge_litert.interpreter import Interpreter

        self._net: Any = Interpreter(model_content=model, num_threads=1)
        self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        # Order of the exported graph: screen landmarks, presence, handedness, world landmarks.
        self._outputs = [d["index"] for d in self._net.get_output_details()]

    def run(self, pixels: Pixels, region: Region) -> Landmarks:
        """Landmarks of the region, in pixels of `pixels` (RGB)."""
        crop = region.cut(pixels, SIDE).astype(np.float32) / 255.0
        self._net.set_tensor(self._input, crop[None])
        self._net.invoke()
        raw, presence, right = (np.array(self._net.get_tensor(i)).reshape(-1) for i in self._outputs[:3])
        points = raw.reshape(21, 3)
        out = np.empty((21, 3), np.float32)
        matrix = region.matrix(SIDE)
        out[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        out[:, 2] = points[:, 2] * (region.side / SIDE)
        return Landmarks(out, float(presence[0]), float(right[0]))

    def settle(self, pixels: Pixels, box: Box) -> Landmarks:
        """Upright region first, then the rotated one its landmarks give; the second only where the first saw a hand.

        Where presence stays under 0.5, a quarter turn either way is tried (measured.md section 1).
        """
        best = self._twice(pixels, Region.around(box))
        for angle in (math.pi / 2, -math.pi / 2):
            if best.presence >= 0.5:
                break
            turned = self._twice(pixels, Region.around(box, angle=angle))
            best = max(best, turned, key=lambda found: found.presence)
        return best

    def _twice(self, pixels: Pixels, region: Region) -> Landmarks:
        first = self.run(pixels, region)
        if first.presence < 0.1:
            return first
        second = self.run(pixels, first.follow())
        return second if second.presence >= first.presence * 0.8 else first
