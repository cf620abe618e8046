"""The runner of YOLO networks: one pass over a picture, and the best of each heap of boxes."""

from __future__ import annotations

import math
import os
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.reading.photo import Pixels

_STRIDE = 32
_GREY = 114

Rows = NDArray[np.float32]  # class, score, x, y, width, height in pixels of the image given


def session(model: bytes, threads: int = 1) -> Any:
    """An ONNX Runtime session for small networks on few cores: no spinning, no telemetry, quiet.

    `model` is all there is of it: a network that keeps its weights in other files is refused, for its digest would say
    nothing of them and they would be looked for wherever the user stands.
    """
    # Its import alone leaves a telemetry file in the temporary folder; what turns that off has to be there before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class YoloNetwork:
    """One input 1 × 3 × H × W, RGB, 0 to 1, sides multiples of 32 (or the fixed ones that the file asks for).

    Output 1 × (4 + classes) × N: centre x, centre y, width, height, and the score of each class through the sigmoid.
    `fixed`: (height, width) where the file takes no other size, else None. `metadata`: the file's own entries.
    `takes_pictures`: its first input has four axes and single precision.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        self._net = session(model, threads)
        first = self._net.get_inputs()[0]
        self._input: str = first.name
        sides = [side for side in first.shape[2:] if isinstance(side, int)]
        self.fixed = (sides[0], sides[1]) if len(sides) == 2 else None
        self.takes_pictures = first.type == "tensor(float)" and len(first.shape) == 4
        self.metadata: dict[str, str] = dict(self._net.get_modelmeta().custom_metadata_map)

    def raw(self, canvas: Pixels) -> NDArray[np.float32]:
        """The output for one picture whose sides already fit, as the network gives it."""
        out = self._net.run(None, {self._input: canvas.transpose(2, 0, 1)[None] / np.float32(255)})[0]
        return np.asarray(out, np.float32)

    def run(self, pixels: Pixels, longest: int, score: float, pad: int = 0) -> Rows:
        """Boxes above `score`; the longer side of `pixels` is scaled to `longest`, with `pad` pixels of grey around.

        A network of fixed size sees the whole of `pixels` at that size, whatever `longest` says.
        """
        height, width = pixels.shape[:2]
        scale = longest / max(height, width)
        if self.fixed is not None:
            scale = min((self.fixed[0] - 2 * pad) / height, (self.fixed[1] - 2 * pad) / width)
        small = pixels
        if scale != 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small = np.asarray(
                cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8
            )
        h, w = small.shape[:2]
        sides = self.fixed or [math.ceil((side + 2 * pad) / _STRIDE) * _STRIDE for side in (h, w)]
        canvas = np.full((*sides, 3), _GREY, np.uint8)
        canvas[pad : pad + h, pad : pad + w] = small
        out = self.raw(canvas)[0]
        scores = out[4:]
        kinds = scores.argmax(0)
        best = scores.max(0)
        hit = best > score
        x, y, bw, bh = out[:4, hit]
        rows = np.stack(
            [kinds[hit], best[hit], (x - bw / 2 - pad) / scale, (y - bh / 2 - pad) / scale, bw / scale, bh / scale], 1
        )
        return rows.astype(np.float32)


def non_max_suppression(rows: Rows, overlap: float = 0.45) -> Rows:
    """The best of each heap of boxes of one class that overlap by more than `overlap` (IoU), best first."""
    if not len(rows):
        return rows
    kept = cv2.dnn.NMSBoxesBatched(
        rows[:, 2:].astype(float).tolist(),
        rows[:, 1].astype(float).tolist(),
        rows[:, 0].astype(int).tolist(),
        0.0,
        overlap,
    )
    return rows[np.asarray(kept, np.int64).reshape(-1)]
