"""The embedding by which enrolled logos are told: a network of its own, that was taught on no party's logo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poseguard.props.marks import seen_twice
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import session

WIDTH = 192
"""Length of an embedding."""

Floats = NDArray[np.float32]


class LogoEmbedder:
    """`logo_embedder.onnx`: `crops` as `marks.seen_twice` makes them, to `embedding` N × WIDTH.

    Raises ValueError where the network gives something else.
    """

    def __init__(self, model: bytes) -> None:
        self._net = session(model)
        self.sha256 = hashlib.sha256(model).hexdigest()
        if self._net.get_outputs()[0].shape[-1] != WIDTH:
            raise ValueError("embedding")

    def embed(self, pixels: Pixels, boxes: Sequence[Box]) -> Floats:
        """N × WIDTH of length one, for boxes in pixels of `pixels`."""
        said = seen_twice(self._net, "embedding", pixels, boxes)
        return np.asarray(said / np.maximum(np.linalg.norm(said, axis=1, keepdims=True), 1e-6), np.float32)
