"""From aligned faces to embeddings: the project's own network, or one that a user brings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.faces.align import SIDE
from poseguard.faces.numbers import WIDTHS
from poseguard.reading.photo import Pixels
from poseguard.yolo import session

Floats = NDArray[np.float32]

_BATCH = 16
_LARGEST_BATCH = 64
_MEAN, _DEVIATION = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)
# retail-0095 sees a face closer: columns 8 to 104 of the aligned crop, enlarged.
_CLOSER, _ENLARGED = slice(8, 104), 128


class Kind(Enum):
    """How a network is fed. OWN: RGB 0..1; IMAGENET: RGB by ImageNet's mean and deviation; RAW: BGR 0..255, closer."""

    OWN = "own"
    IMAGENET = "imagenet"
    RAW = "raw"


class Embedder:
    """N aligned faces to N embeddings of length one; each face is seen with its mirror image.

    `kind`: None for a user's network, told by its input shape: 3 × 112 × 112 is IMAGENET (as MobileFaceNet is fed),
    3 × 128 × 128 RAW (as face-reidentification-retail-0095). `own`: whether it is the project's. `width`: W.
    Raises ValueError, with the shape, for any other input or output; what ONNX Runtime raises for what is no network.
    """

    def __init__(self, model: bytes, kind: Kind | None = None) -> None:
        self._net = session(model)
        inputs = self._net.get_inputs()
        shape: list[Any] = list(inputs[0].shape)
        if len(inputs) != 1 or len(shape) != 4 or inputs[0].type != "tensor(float)":
            raise ValueError(f"{len(inputs)} × {shape} {inputs[0].type}")
        self.kind = kind or _KINDS.get((shape[1], shape[2], shape[3]), Kind.OWN)
        if kind is None and self.kind is Kind.OWN:
            raise ValueError(f"{shape}")
        self._input: str = inputs[0].name
        self._fixed = isinstance(shape[0], int) and shape[0] > 0
        self._batch = int(shape[0]) if self._fixed else _BATCH
        if self._batch > _LARGEST_BATCH:
            raise ValueError(f"{shape}")
        self.sha256 = hashlib.sha256(model).hexdigest()
        trial = self._raw(np.full((1, SIDE, SIDE, 3), 114, np.uint8))
        self.width = trial.shape[1]
        if self.width not in WIDTHS or not np.isfinite(trial).all():
            raise ValueError(f"W = {self.width}")

    @property
    def own(self) -> bool:
        return self.kind is Kind.OWN

    def embed(self, crops: Pixels) -> Floats:
        """`crops`: N × 112 × 112 × 3 RGB, as `align.aligned` makes them; N × W."""
        if not len(crops):
            return np.zeros((0, self.width), np.float32)
        both = _unit(self._raw(crops)) + _unit(self._raw(crops[:, :, ::-1]))
        return _unit(both)

    def _raw(self, crops: Pixels) -> Floats:
        out = []
        for start in range(0, len(crops), self._batch):
            fed = _FEED[self.kind](crops[start : start + self._batch])
            part = np.ascontiguousarray(fed.transpose(0, 3, 1, 2), np.float32)
            lacking = self._batch - len(part) if self._fixed else 0
            whole = np.concatenate([part, np.zeros((lacking, *part.shape[1:]), np.float32)]) if lacking else part
            found = np.asarray(self._net.run(None, {self._input: whole})[0], np.float32)
            if found.ndim < 2 or found.shape[0] != len(whole):
                raise ValueError(f"{found.shape}")
            out.append(found.reshape(len(whole), -1)[: len(part)])
        return np.concatenate(out)


def _unit(rows: Floats) -> Floats:
    # What is no number is like nobody.
    rows = np.nan_to_num(rows)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def _own(crops: Pixels) -> Floats:
    return np.asarray(crops, np.float32) / np.float32(255)


def _imagenet(crops: Pixels) -> Floats:
    return np.asarray((_own(crops) - _MEAN) / _DEVIATION, np.float32)


def _raw_bgr(crops: Pixels) -> Floats:
    size = (_ENLARGED, _ENLARGED)
    large = [cv2.resize(np.ascontiguousarray(crop[:, _CLOSER]), size) for crop in crops]
    return np.stack(large)[..., ::-1].astype(np.float32)


_KINDS = {(3, SIDE, SIDE): Kind.IMAGENET, (3, _ENLARGED, _ENLARGED): Kind.RAW}
_FEED: dict[Kind, Callable[[Pixels], Floats]] = {
    Kind.OWN: _own,
    Kind.IMAGENET: _imagenet,
    Kind.RAW: _raw_bgr,
}
