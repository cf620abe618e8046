"""Party shirts: upper bodies told as `attribute` by their colours and by the emblems on them and beside them.

A shirt of one colour is only a shirt. It is likelier a party's where others wear the same, where a party's emblem is
in the photo, and where that emblem stands on the same colour; the detector, which knows few parties' shirts, has a
word too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import grown, overlap
from poseguard.props.marks import log_odds, logistic, near
from poseguard.reading.photo import Pixels
from poseguard.results import Box

SIGNS = ("on", "beside", "colour", "alike", "emblem", "detector")
"""What speaks for a party's shirt, as the columns of `signs`."""
# An upper body in head heights, as labelled shirts of the train side are: half its width, its ends below the chin.
_WIDE, _TOP, _END = 1.05, -0.15, 2.1
# So far out a body's box is followed, arms included.
_WIDEST = 1.7
_LEAST_PX = 8
_MEETS = 0.4
_HUES = 16
_SIDE = 32  # pixels that are enough to tell colours
# A pixel is coloured from this saturation and brightness on (of 255); grey, white and black are no party's colour here.
_SATURATED, _BRIGHT = 70, 50
_MIDDLE = -0.2  # of a shirt, arms and ground are left aside
_AROUND = 0.2  # an emblem stands on what lies around it
_LITTLE = 0.3  # colours of which less shows hardly count
_ALONE = 0.3  # how alike the shirt of somebody without company is to others
_UNSEEN = 0.01  # score of what the detector does not see

Floats = NDArray[np.float32]


def torsos(heads: Sequence[Box], bodies: Sequence[Box], width: int, height: int) -> list[Box]:
    """Upper bodies in a picture of that size, one below every head, as wide as its body where one is seen."""
    out = []
    for head in heads:
        middle, chin, tall = head[0] + head[2] / 2, head[1] + head[3], head[3]
        box = (middle - _WIDE * tall, chin + _TOP * tall, 2 * _WIDE * tall, (_END - _TOP) * tall)
        left, top, right, end = box[0], box[1], box[0] + box[2], box[1] + box[3]
        own = [
            (x, chin, w, y + h - chin)
            for x, y, w, h in bodies
            if x <= middle <= x + w and y - tall <= head[1] <= y + tall and y + h > chin
        ]
        if own:
            x, _, w, h = max(own, key=lambda body: overlap(box, body))
            left, right = max(x, middle - _WIDEST * tall), min(x + w, middle + _WIDEST * tall)
            end = min(end, chin + h)
        left, top, right, end = max(left, 0.0), max(top, 0.0), min(right, width), min(end, height)
        if right - left >= _LEAST_PX and end - top >= _LEAST_PX:
            out.append((left, top, right - left, end - top))
    return out


def met(found: Box, shirt: Box) -> bool:
    """Whether a box of the detector and an upper body are one shirt."""
    return overlap(found, shirt) >= _MEETS


def hues(pixels: Pixels, box: Box) -> Floats:
    """Share of the box's pixels that are coloured, by hue: 16 values, each with its neighbours on the circle."""
    height, width = pixels.shape[:2]
    left, top = min(max(int(box[0]), 0), width - 1), min(max(int(box[1]), 0), height - 1)
    piece = pixels[top : max(int(box[1] + box[3]), top) + 1, left : max(int(box[0] + box[2]), left) + 1]
    if max(piece.shape[:2]) > 2 * _SIDE:
        piece = np.asarray(cv2.resize(piece, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    hsv = cv2.cvtColor(np.ascontiguousarray(piece), cv2.COLOR_RGB2HSV_FULL).reshape(-1, 3)
    coloured = hsv[(hsv[:, 1] > _SATURATED) & (hsv[:, 2] > _BRIGHT), 0]
    shares = np.bincount(coloured // (256 // _HUES), minlength=_HUES) / len(hsv)
    return np.asarray(shares + np.roll(shares, 1) + np.roll(shares, -1), np.float32)


def signs(
    pixels: Pixels, shirts: Sequence[Box], emblems: Sequence[tuple[Box, float]], found: Sequence[tuple[Box, float]]
) -> Floats:
    """N × SIGNS of the upper bodies `shirts`.

    `emblems`: box and probability of each party emblem; `found`: the detector's own boxes of `attribute`, with scores.
    All boxes in pixels of `pixels`. In order: log odds of the likeliest emblem on it, and in the photo (`near`); the
    share of its main hue; how alike the others' hues are; how alike those around the likeliest emblem, by how likely
    that is; log odds of the detector's score.
    """
    colours = np.array([hues(pixels, grown(box, _MIDDLE)) for box in shirts], np.float32).reshape(-1, _HUES)
    grounds = np.array([hues(pixels, grown(box, _AROUND)) for box, _ in emblems], np.float32).reshape(-1, _HUES)
    sure = np.array([sure for _, sure in emblems], np.float32)
    masses = np.maximum(colours.sum(1), _LITTLE)
    rows = []
    for i, (box, own, mass) in enumerate(zip(shirts, colours, masses, strict=True)):
        others = np.delete(np.minimum(own, colours).sum(1) / np.maximum(mass, masses), i)
        alike = float(others.mean()) if len(others) else _ALONE
        emblem = float((np.minimum(own, grounds).sum(1) / mass * sure).max(initial=0.0))
        score = max((score for other, score in found if met(other, box)), default=_UNSEEN)
        rows.append((*near(box, emblems), float(own.max()), alike, emblem, log_odds(max(score, _UNSEEN))))
    return np.array(rows, np.float32).reshape(-1, len(SIGNS))


class Worn:
    """Weighs the signs; its numbers are fitted by training/worn_fit.py and lie in `marks.json`.

    Raises KeyError, TypeError or ValueError where they are not complete.
    """

    def __init__(self, numbers: Mapping[str, Any]) -> None:
        self._bias, self.least = float(numbers["bias"]), float(numbers["least"])
        self._weights = np.array([float(numbers[name]) for name in SIGNS], np.float32)

    def __call__(self, row: Floats) -> float:
        """Probability that an upper body with these signs wears a party's attribute."""
        return logistic(self._bias + float(self._weights @ row))

    def told(
        self,
        pixels: Pixels,
        shirts: Sequence[Box],
        emblems: Sequence[tuple[Box, float]],
        found: Sequence[tuple[Box, float]],
    ) -> list[tuple[Box, float, float]]:
        """Box, the detector's score (0: unseen) and probability of what is worn with `least` or more; as for `signs`.

        Where the detector sees it too, its box is taken.
        """
        out = []
        for shirt, row in zip(shirts, signs(pixels, shirts, emblems, found), strict=True):
            if (sure := self(row)) >= self.least:
                score, box = max(((score, box) for box, score in found if met(box, shirt)), default=(0.0, shirt))
                out.append((box, score, sure))
        return out
