"""Whose emblem a logo-like region shows: the recogniser's opinion, weighed with the detector's."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import centre, grown, holds, planes, square
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SIDE = 96
GROW, CLOSER = 1.25, 1.1
BACKGROUND = "background"
UNKNOWN = "unknown"
"""Label of what looks like a party's mark but cannot be told; shown, never weighed."""

_BATCH = 16
_EDGE = 1e-4
_NO_EMBLEM = 0.02
# A logo whose centre lies this share of a prop's sides outside it still lies on it.
_MARGIN = 0.05

Floats = NDArray[np.float32]


def log_odds(probability: float) -> float:
    """Natural logarithm of p / (1 - p), with p kept between 0.0001 and 0.9999."""
    kept = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(kept / (1 - kept))


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -60.0), 60.0)))


def seen_twice(net: InferenceSession, output: str, pixels: Pixels, boxes: Sequence[Box]) -> Floats:
    """N × K: what a network says of boxes (pixels of `pixels`), the mean of what it says of a crop and a closer one.

    It takes `crops`, N × 3 × SIDE × SIDE RGB in 0..1: the squares of GROW and of CLOSER times a box's longer side.
    """
    out = []
    for start in range(0, len(boxes), _BATCH):
        crops = [square(pixels, box, SIDE, grow) for box in boxes[start : start + _BATCH] for grow in (GROW, CLOSER)]
        said = np.asarray(net.run([output], {"crops": planes(crops)})[0], np.float32)
        out.append(said.reshape(len(crops) // 2, 2, -1).mean(1))
    return np.concatenate(out) if out else np.zeros((0, net.get_outputs()[0].shape[-1]), np.float32)


@dataclass(frozen=True, slots=True)
class MarkOpinion:
    """What is told of one region. `label`: a party's code, UNKNOWN, or a class that is none (`neg:...`, BACKGROUND).

    `confidence`: calibrated that the likeliest party's logo is there; for a class that is none, its probability.
    `version`: which of the party's logos, None for the one it has now. `second`: the next likely party or class and its
    probability; where the label is UNKNOWN, the likeliest party.
    """

    label: str
    version: str | None
    confidence: float
    second: tuple[str, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns scores into a probability; a thing is reported where that reaches `least`. `scale` weighs the detector's,
    `look` what a second look at the box says.

    What carries a party's emblem, or stands in a photo beside one, is likelier to be campaign material than a shirt or
    a banner alone: `on` and `beside` weigh the log odds of the likeliest such emblem (`near`).
    """

    scale: float
    bias: float
    least: float
    on: float = 0.0
    beside: float = 0.0
    look: float = 0.0

    def __call__(self, score: float, on: float = 0.0, beside: float = 0.0, look: float = 0.5) -> float:
        seen = self.scale * log_odds(score) + self.look * log_odds(look)
        return logistic(seen + self.on * on + self.beside * beside + self.bias)


def lies_on(logo: Box, prop: Box) -> bool:
    """Whether a logo is one that the prop carries."""
    return holds(grown(prop, _MARGIN), centre(logo))


def near(box: Box, emblems: Sequence[tuple[Box, float]]) -> tuple[float, float]:
    """Log odds of the likeliest party emblem on a prop's box, and of the likeliest one anywhere in the photo.

    `emblems`: box and probability of each. Without one it is as improbable as _NO_EMBLEM.
    """

    def likeliest(sure: Iterable[float]) -> float:
        return log_odds(min(max([*sure, _NO_EMBLEM]), 1 - _NO_EMBLEM))

    on = likeliest(sure for emblem, sure in emblems if lies_on(emblem, box))
    return on, likeliest(sure for _, sure in emblems)


class Marks:
    """`marks.onnx`, `crops` N × 3 × 96 × 96 RGB in 0..1 to `logits` N × K, with `marks.json`.

    Raises KeyError, TypeError or ValueError where the numbers are not complete or do not fit the network.
    """

    def __init__(self, model: bytes, numbers: bytes) -> None:
        read: dict[str, Any] = json.loads(numbers)
        self._net = session(model)
        self.sha256 = hashlib.sha256(model).hexdigest()
        self.classes: tuple[str, ...] = tuple(read["classes"])
        if len(self.classes) != self._net.get_outputs()[0].shape[-1]:
            raise ValueError("classes")
        self._background = self.classes.index(BACKGROUND)
        named = {name: (str(row["party"]), row["version"]) for name, row in read["party"].items()}
        self._versions = {name: version for name, (_, version) in named.items()}
        # A party's versions are one thing to tell, every other class is one by itself.
        self._things = tuple(dict.fromkeys(named[name][0] if name in named else name for name in self.classes))
        owner = [self._things.index(named[name][0] if name in named else name) for name in self.classes]
        self._sum = np.eye(len(self._things), dtype=np.float32)[owner]
        self.parties = frozenset(party for party, _ in named.values())
        self._is_party = np.array([thing in self.parties for thing in self._things])
        if not self.parties or not named.keys() <= set(self.classes):
            raise ValueError("party")
        self._temperature = float(read["temperature"])
        self._weights = tuple(float(v) for v in read["logo"])
        if len(self._weights) != 3 or self._temperature <= 0:
            raise ValueError("logo, temperature")
        self.least = float(read["least"])
        self.least_box = float(read["least_box"])
        self.props = {
            name: Calibration(*(float(row[key]) for key in ("scale", "bias", "least", "on", "beside", "look")))
            for name, row in read["props"].items()
        }
        self.trust = float(read["trust"])
        if not math.isfinite(self.trust):
            raise ValueError("trust")
        self.worn: dict[str, Any] = dict(read["worn"])
        self.enrol: dict[str, Any] = dict(read["enrol"])

    def opinions(
        self, pixels: Pixels, boxes: Sequence[Box], scores: Sequence[float] | None = None
    ) -> list[MarkOpinion]:
        """One a box (pixels of `pixels`). `scores`: the detector's, of each; without them it counts as undecided."""
        given = scores if scores is not None else [0.5] * len(boxes)
        said = seen_twice(self._net, "logits", pixels, boxes)
        return [self._opinion(row, score) for row, score in zip(said, given, strict=True)]

    def _opinion(self, logits: Floats, score: float) -> MarkOpinion:
        scaled = logits.astype(np.float64) / self._temperature
        shares = np.exp(scaled - scaled.max())
        shares /= shares.sum()
        things = shares @ self._sum
        ranked = [int(i) for i in np.argsort(-things, kind="stable")]
        party = next(i for i in ranked if self._is_party[i])
        bias, by_score, by_party = self._weights
        sure = logistic(bias + by_score * log_odds(score) + by_party * log_odds(float(things[party])))
        nothing, all_parties = float(shares[self._background]), float(things[self._is_party].sum())
        second = party
        if sure >= self.least:
            label, version = self._things[party], self._version_of(party, shares)
            second = next(i for i in ranked if i != party)
        elif nothing < 0.5 and all_parties > 0.5 * (1 - nothing):
            label, version = UNKNOWN, None
        else:
            told = next(i for i in ranked if not self._is_party[i])
            label, version, sure = self._things[told], None, float(things[told])
            second = next(i for i in ranked if i != told)
        return MarkOpinion(label, version, sure, (self._things[second], float(things[second])))

    def _version_of(self, thing: int, shares: NDArray[np.float64]) -> str | None:
        """The likeliest of a party's logos; None for its present one."""
        best = max(np.flatnonzero(self._sum[:, thing]), key=lambda i: shares[i])
        version = self._versions.get(self.classes[best])
        return None if version is None else str(version)
