"""A second look at what the detector takes for a prop: of which kind it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import planes, square
from poseguard.props.networks import PROPS
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import session

SIDE = 128
GROW = 1.4
NOTHING = "nothing"
CLASSES = (*PROPS, NOTHING)
"""What a box may show, in the order of the network's classes."""
DIM = 0.5
"""How strong the crop is outside the box: the network sees what is meant, and what is round it."""
# A print from edge to edge is no photo of a board or a banner, it is one made to be posted: a poster, unless it is as
# wide as banners are (the train side's labels have 9 posters of up to 1.93 times their height there and 3 banners of
# 2.4 and more, and one backdrop of 1.47).
_PRINTS, _POSTED, _BANNER = ("baliho", "spanduk", "poster"), "poster", "spanduk"
_EDGE, _WIDE = 0.93, 2.2
_BATCH = 16
_GREY = 114.0
_LEAST = np.float32(1e-6)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """What a box shows. `kinds`: probabilities in the order of CLASSES."""

    kinds: Floats

    def likeliest(self, said: str, trust: float) -> tuple[tuple[str, float], tuple[str, float]]:
        """The likeliest kind of prop, and what it may be instead, each with its probability.

        What the detector `said` it is has `trust` on its side, in log odds.
        """
        odds = np.log(self.kinds[: len(PROPS)] + _LEAST)
        odds[PROPS.index(said)] += trust
        first = int(odds.argmax())
        second = max((i for i in range(len(CLASSES)) if i != first), key=lambda i: self.kinds[i])
        return (CLASSES[first], float(self.kinds[first])), (CLASSES[second], float(self.kinds[second]))


def dimmed(crop: Pixels, width: float, height: float) -> Pixels:
    """The crop with what lies outside its middle, `width` × `height` shares of it, at DIM of its strength."""
    side = len(crop)
    out = crop * np.float32(DIM) + np.float32(_GREY * (1 - DIM))
    left, top = (round(side * (1 - part) / 2) for part in (width, height))
    out[top : side - top, left : side - left] = crop[top : side - top, left : side - left]
    return np.asarray(out + np.float32(0.5), np.uint8)


def cut(pixels: Pixels, box: Box) -> Pixels:
    """What the network sees of a box (pixels of `pixels`): SIDE × SIDE RGB, GROW times its longer side."""
    longest = GROW * max(box[2], box[3], 4.0)
    return dimmed(square(pixels, box, SIDE, GROW), box[2] / longest, box[3] / longest)


class Kinds:
    """`prop_kinds.onnx`: `crops` N × 3 × 128 × 128 RGB in 0..1 to `kinds`, N × 8 logits.

    Raises ValueError where the network is another.
    """

    def __init__(self, model: bytes) -> None:
        self._net = session(model)
        try:
            told = self._logits(np.full((2, 3, SIDE, SIDE), 0.5, np.float32))
        except Exception as error:  # ONNX Runtime raises classes of its own, one a reason
            raise ValueError(f"no second look: {error}") from error
        if told.shape != (2, len(CLASSES)) or not np.isfinite(told).all():
            raise ValueError(f"not {len(CLASSES)} logits a crop")

    def _logits(self, crops: Floats) -> Floats:
        (logits,) = self._net.run(["kinds"], {"crops": crops})
        return np.asarray(logits, np.float32)

    def looks(self, pixels: Pixels, boxes: Sequence[Box]) -> list[Look]:
        """One a box (pixels of `pixels`)."""
        out: list[Look] = []
        for start in range(0, len(boxes), _BATCH):
            logits = self._logits(planes([cut(pixels, box) for box in boxes[start : start + _BATCH]]))
            shares = np.exp(logits - logits.max(1, keepdims=True))
            out += [Look(row / row.sum()) for row in shares]
        return [_posted(look, box, pixels.shape[1], pixels.shape[0]) for look, box in zip(out, boxes, strict=True)]


def _posted(look: Look, box: Box, width: int, height: int) -> Look:
    """The same, but of a print that is all of the picture its shape says which."""
    if box[2] < _EDGE * width or box[3] < _EDGE * height:
        return look
    kinds = look.kinds.copy()
    prints = [CLASSES.index(name) for name in _PRINTS]
    kinds[prints] = 0
    kinds[CLASSES.index(_BANNER if width >= _WIDE * height else _POSTED)] = look.kinds[prints].sum()
    return Look(kinds)
