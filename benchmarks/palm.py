"""MediaPipe's way of finding hands, for comparison only: one palm pass over the whole frame, then its landmarks.

`palm_detection_full.tflite` (Apache-2.0, in the mediapipe wheel) on LiteRT. Anchors, decoding and the region of a palm
follow MediaPipe's palm_detection_cpu and palm_detection_detection_to_roi graphs; overlapping palms are dropped,
where MediaPipe averages them.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.wheel import from_wheel
from poseguard.hands.landmarks import LandmarkNetwork, Region
from poseguard.reading.photo import Pixels
from poseguard.results import Box

MEMBER = "mediapipe/modules/palm_detection/palm_detection_full.tflite"
SHA256 = "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"  # of mediapipe==0.10.21
SIDE = 192
_SCORE = 0.5  # MediaPipe's defaults, for palms and for the presence of a hand
_OVERLAP = 0.3
_WRIST, _MIDDLE_KNUCKLE = 0, 2

Floats = NDArray[np.float32]


def palm_model(folder: Path) -> bytes:
    """The network from `folder`, which holds it or the wheel. Raises SystemExit where it does not, or it is another."""
    return from_wheel(folder, MEMBER, SHA256)


def anchors() -> Floats:
    """2016 × 2 anchor centres in 0..1: two a cell of a 24 × 24 grid, six a cell of a 12 × 12 grid, row by row."""
    out = []
    for cells, each in ((24, 2), (12, 6)):
        centres = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        grid = np.stack(np.meshgrid(centres, centres), -1).reshape(-1, 2)
        out.append(np.repeat(grid, each, axis=0))
    return np.concatenate(out)


def decoded(raw: Floats, logits: Floats, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Palms over the score: boxes N × 4 (x, y, width, height), keypoints N × 7 × 2, scores N; 0..1 of the input."""
    scores = 1 / (1 + np.exp(-logits.clip(-100, 100)))
    hit = scores >= _SCORE
    raw, centres, scores = raw[hit] / SIDE, centres[hit], scores[hit]
    middle, size = raw[:, :2] + centres, raw[:, 2:4]
    points = raw[:, 4:].reshape(-1, 7, 2) + centres[:, None]
    boxes = np.concatenate([middle - size / 2, size], 1)
    kept = np.asarray(cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), _SCORE, _OVERLAP), np.int64).reshape(-1)
    return boxes[kept], points[kept], scores[kept]


def hand_region(box: Floats, points: Floats) -> Region:
    """From a palm (pixels) to the hand: upright along wrist to middle knuckle, half a palm up, 2.6 times as large."""
    towards = points[_MIDDLE_KNUCKLE] - points[_WRIST]
    angle = math.pi / 2 - math.atan2(-float(towards[1]), float(towards[0]))
    angle = (angle + math.pi) % (2 * math.pi) - math.pi
    x, y, width, height = map(float, box)
    shift = -0.5 * height
    centre_x, centre_y = x + width / 2 - shift * math.sin(angle), y + height / 2 + shift * math.cos(angle)
    return Region(centre_x, centre_y, 2.6 * max(width, height), angle)


def _square(pixels: Pixels) -> Pixels:
    """SIDE × SIDE with the photo in the middle, its longer side SIDE."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    out = np.zeros((SIDE, SIDE, 3), np.uint8)
    x, y = (SIDE - w) // 2, (SIDE - h) // 2
    out[y : y + h, x : x + w] = cv2.resize(
        pixels, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    return out


class WholeFrame:
    """Palms of the whole frame once, each confirmed by its landmarks, as the library does."""

    def __init__(self, palm: bytes, landmarks: LandmarkNetwork) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from ai_edge_litert.interpreter import Interpreter

        self._net: Any = Interpreter(model_content=palm, num_threads=1)
        self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        outputs = {int(d["shape"][-1]): d["index"] for d in self._net.get_output_details()}
        self._boxes, self._logits = outputs[18], outputs[1]
        self._anchors = anchors()
        self._landmarks = landmarks

    def palms(self, pixels: Pixels) -> tuple[Floats, Floats, Floats]:
        """`decoded`, in pixels of the photo: the longer side scaled to the input, the rest black."""
        height, width = pixels.shape[:2]
        longest = max(height, width)
        crop = _square(pixels)
        self._net.set_tensor(self._input, crop[None].astype(np.float32) / 255)
        self._net.invoke()
        raw, logits = (np.array(self._net.get_tensor(i))[0] for i in (self._boxes, self._logits))
        boxes, points, scores = decoded(raw, logits.reshape(-1), self._anchors)
        corner = np.array([(width - longest) / 2, (height - longest) / 2], np.float32)
        boxes = boxes * longest
        boxes[:, :2] += corner
        return boxes, points * longest + corner, scores

    def hands(self, pixels: Pixels) -> list[tuple[Box, float]]:
        """Boxes around the landmarks of every palm whose landmarks are present, with the presence."""
        found: list[tuple[Box, float]] = []
        boxes, points, _ = self.palms(pixels)
        for box, marks in zip(boxes, points, strict=True):
            seen = self._landmarks.run(pixels, hand_region(box, marks))
            if seen.presence >= _SCORE:
                low, high = seen.points[:, :2].min(0), seen.points[:, :2].max(0)
                x, y, width, height = (float(v) for v in (*low, *(high - low)))
                found.append(((x, y, width, height), seen.presence))
        return found
