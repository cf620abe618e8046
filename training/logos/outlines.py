"""Where people are on photos, to the pixel, so that drawn things can hang behind them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.wheel import from_wheel
from poseguard.hands.landmarks import Region
from training.logos.worn import BODY
from training.teacher import Teacher

U8 = NDArray[np.uint8]
MEMBER = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
SHA256 = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"  # of mediapipe==0.10.21
_SIDE = 256
_GROW, _SURE = 1.15, 0.35


class Outlines:
    """MediaPipe's selfie segmentation (Apache-2.0, in the mediapipe wheel) on LiteRT, one look a person.

    `folder` holds the wheel. Raises SystemExit where it does not.
    """

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from ai_edge_litert.interpreter import Interpreter

        self._net = Interpreter(model_content=from_wheel(folder, MEMBER, SHA256), num_threads=1)
        self._net.allocate_tensors()
        self._in = self._net.get_input_details()[0]["index"]
        self._out = self._net.get_output_details()[0]["index"]
        self._teacher = Teacher()

    def __call__(self, rgb: U8) -> U8:
        """H × W, 255 on people, 0 elsewhere, soft at the edge."""
        height, width = rgb.shape[:2]
        out = np.zeros((height, width), np.float32)
        for row in self._teacher.find(rgb, 960, _SURE):
            if row[0] == BODY:
                x, y, w, h = (float(v) for v in row[2:6])
                a, b, c, d = int(max(x - 0.1 * w, 0)), int(max(y - 0.05 * h, 0)), int(x + 1.1 * w), int(y + 1.1 * h)
                out[b:d, a:c] = np.maximum(out[b:d, a:c], self._person(rgb, (x, y, w, h))[b:d, a:c])
        return np.asarray(np.clip((out - 0.3) / 0.4, 0, 1) * 255, np.uint8)

    def _person(self, rgb: U8, box: tuple[float, float, float, float]) -> NDArray[np.float32]:
        region = Region.around(box, _GROW)
        crop = region.cut(rgb, _SIDE)
        self._net.set_tensor(self._in, (crop[None] / 255).astype(np.float32))
        self._net.invoke()
        mask = self._net.get_tensor(self._out)[0, ..., -1]
        size = (rgb.shape[1], rgb.shape[0])
        return np.asarray(cv2.warpAffine(mask, region.matrix(_SIDE), size, flags=cv2.INTER_LINEAR), np.float32)


def outlines(photos: Sequence[U8], cache: Path, folder: Path) -> list[U8]:
    """Those of every photo; kept in a file, since it takes minutes."""
    if not cache.exists():
        find = Outlines(folder)
        packed = [cv2.imencode(".png", find(photo))[1].reshape(-1) for photo in photos]
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, *packed)
    kept = np.load(cache)
    return [np.asarray(cv2.imdecode(kept[f"arr_{n}"], cv2.IMREAD_GRAYSCALE), np.uint8) for n in range(len(photos))]
