"""The embedding by which enrolled logos are told: a network of its own, that was taught on no party's logo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poseguard.props.marks import crops
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import session

WIDTH = 192
"""Length of an embedding."""

_BATCH = 32

Floats = NDArray[np.float32]


class LogoEmbedder:
    """`logo_embedder.onnx`: `crops` N × 3 × 96 × 96 RGB in 0..1, as `marks.crops` makes them, to `embedding` N × WIDTH.

    Raises ValueError where the network gives something else.
    """

    def __init__(self, model: bytes) -> None:
        self._net = session(model)
        self.sha256 = hashlib.sha256(model).hexdigest()
        if self._net.get_outputs()[0].shape[-1] != WIDTH:
            raise ValueError("embedding")

    def embed(self, pixels: Pixels, boxes: Sequence[Box]) -> Floats:
        """N × WIDTH of length one, for boxes in pixels of `pixels`."""
        out = [np.zeros((0, WIDTH), np.float32)]
        for start in range(0, len(boxes), _BATCH):
            fed = crops(pixels, boxes[start : start + _BATCH])
            out.append(self._net.run(["embedding"], {"crops": fed})[0])
        return np.concatenate(out)
