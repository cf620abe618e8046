"""The teacher: YOLOX nano of bodies, heads and hands (../shared/weights/README.md). It labels; it never ships."""

from __future__ import annotations

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from poseguard.yolo import non_max_suppression
from training.shared import SHARED

CLASSES = ("body", "head", "hand")


class Teacher:
    """Runs the network on an RGB image; `find` gives rows of class, score, x, y, width, height in its pixels."""

    def __init__(self, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        path = str(SHARED / "weights/yolox_nano_body_head_hand.onnx")
        self._net = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def find(self, image: NDArray[np.uint8], longest: int, score: float = 0.1, pad: int = 0) -> NDArray[np.float32]:
        height, width = image.shape[:2]
        scale = longest / max(height, width)
        small = cv2.resize(image, (round(width * scale), round(height * scale)),
                           interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)  # fmt: skip
        h, w = small.shape[:2]
        canvas = np.full(((h + 2 * pad + 31) // 32 * 32, (w + 2 * pad + 31) // 32 * 32, 3), 114, np.float32)
        canvas[pad : pad + h, pad : pad + w] = small[:, :, ::-1]
        outputs = self._net.run(None, {"images": canvas.transpose(2, 0, 1)[None]})
        rows = []
        for stride, out in zip((8, 16, 32), outputs, strict=True):
            cells = out[0]
            ys, xs = np.mgrid[: cells.shape[1], : cells.shape[2]]
            scores = cells[4] * cells[5:8]
            for kind in range(3):
                hit = scores[kind] > score
                if hit.any():
                    bw, bh = np.exp(cells[2][hit]) * stride, np.exp(cells[3][hit]) * stride
                    x, y = (cells[0][hit] + xs[hit]) * stride, (cells[1][hit] + ys[hit]) * stride
                    left, top = x - bw / 2 - pad, y - bh / 2 - pad
                    rows.append(np.stack([np.full_like(x, kind), scores[kind][hit], left, top, bw, bh], 1))
        if not rows:
            return np.zeros((0, 6), np.float32)
        found = np.concatenate(rows).astype(np.float32)
        found = non_max_suppression(found, 0.5)
        found[:, 2:] /= scale
        return found
