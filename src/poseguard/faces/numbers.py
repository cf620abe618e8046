"""face_numbers.json: what is known of strangers' faces to an embedder, and where the gates stand. Nobody is in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poseguard.archive import expect

Floats = NDArray[np.float32]

WIDTHS = range(16, 2049)
"""Lengths that an embedding may have."""

WRONG = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading numbers that are not what they should be may raise."""

_LARGEST = 20_000_000
# What stands in for an embedder of which nothing is measured (facts: MobileFaceNet names one unknown face in 1,000 at a
# cosine of .55 with 100 candidates, and its impostors' tail falls by a factor of ten every .073).
_ENOUGH, _ENOUGH_FAR, _DECADE = 0.55, -5.0, 0.073
_FEW, _MARGIN, _SLOPE, _OFFSET = {1: 0.06, 2: 0.03}, 0.1, 20.0, 2.2


@dataclass(frozen=True, slots=True)
class Gates:
    """What a face must have to be compared. `least_px`: width in pixels that were decoded; `blur`: least
    `quality.sharpness`; `yaw`: most `quality.yaw`; `face`, `mask`: probabilities, least of a face and most of a mask.
    """

    least_px: float
    blur: float
    yaw: float
    face: float
    mask: float


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """Mean and deviation of strangers' cosines with something, one or an array of them."""

    mean: Floats
    spread: Floats

    def __getitem__(self, key: Any) -> Strangers:
        """Of some of them; `[:, None]` for the rows of a table of cosines."""
        return Strangers(self.mean[key], self.spread[key])

    def standard(self, cosines: Floats, other: Strangers) -> Floats:
        """Standard scores of cosines between these and those: each side's strangers weigh the same (the S-norm of
        speaker recognition, Kenny 2010), so that a face which is a little like everybody is named no sooner.
        """
        return np.asarray(((cosines - self.mean) / self.spread + (cosines - other.mean) / other.spread) / 2, np.float32)

    def cosine(self, standard: float, other: Strangers) -> Floats:
        """The cosines that have this standard score."""
        both = self.mean / self.spread + other.mean / other.spread
        return np.asarray((2 * standard + both) / (1 / self.spread + 1 / other.spread), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What the decision rests on, for one embedder (`network`: its SHA-256).

    `mean` (W) and `root` (W × R, covariance = root · rootᵀ) of strangers' embeddings; `tail`: standard scores and the
    log10 of the share of strangers' comparisons above them; `few`: what a threshold gains with so many photos;
    `margin`: cosine by which the first must lead the second; `scale`, `bias`: of the likelihood. `measured`: False
    where `assumed` stands in.
    """

    network: str
    mean: Floats
    root: Floats
    tail: tuple[tuple[float, ...], tuple[float, ...]]
    scale: float
    bias: float
    gates: Gates
    few: Mapping[int, float]
    margin: float
    measured: bool = True

    @classmethod
    def assumed(cls, network: str, width: int, gates: Gates, stricter: float = 0.0) -> Numbers:
        """For an embedder that nobody measured: one conservative threshold for all, `stricter` by so much more."""
        least = _ENOUGH + stricter
        tail = ((least, least, least + _DECADE), (0.0, _ENOUGH_FAR, _ENOUGH_FAR - 1))
        nobody, one = np.zeros(width, np.float32), np.eye(width, dtype=np.float32)
        return cls(network, nobody, one, tail, _SLOPE, _OFFSET, gates, _FEW, _MARGIN, measured=False)

    @classmethod
    def read(cls, content: bytes) -> Numbers:
        """Raises one of WRONG where a number is missing, odd or does not fit the others."""
        expect(len(content) <= _LARGEST, "larger than allowed")
        said: dict[str, Any] = json.loads(content)
        width = int(said["width"])
        mean, root = (np.array(said[key], np.float32) for key in ("mean", "covariance_root"))
        expect(width in WIDTHS, "width")
        expect(mean.shape == (width,) and root.ndim == 2 and root.shape[0] == width, "mean, covariance_root")
        z, far = (tuple(float(v) for v in said["tail"][key]) for key in ("z", "log10_far"))
        rising = all(a < b for a, b in pairwise(z))
        falling = all(a > b for a, b in pairwise(far))
        expect(len(z) == len(far) >= 2 and rising and falling, "tail")
        scale, bias = (float(v) for v in said["likelihood"])
        few = {int(key): float(value) for key, value in said["few"].items()}
        numbers = cls(
            str(said["network"]), mean, root, (z, far), scale, bias, _gates(said["gates"]), few, float(said["margin"])
        )
        plain = (*z, *far, scale, bias, numbers.margin, *few.values())
        expect(all(math.isfinite(v) for v in plain), "inf, nan")
        expect(bool(np.isfinite(mean).all() and np.isfinite(root).all()) and scale > 0, "inf, nan")
        return numbers

    @property
    def width(self) -> int:
        """W, the length of an embedding."""
        return len(self.mean)

    def strangers(self, embeddings: Floats) -> Strangers:
        """Of strangers' cosines with each of N × W embeddings or centroids."""
        spread = np.linalg.norm(embeddings @ self.root, axis=-1)
        return Strangers(
            np.asarray(embeddings @ self.mean, np.float32), np.asarray(np.maximum(spread, 1e-3), np.float32)
        )

    def z(self, far: float) -> float:
        """The standard score that a share `far` of strangers' comparisons exceeds.

        Beyond the table the line of its last factor of ten at least goes on: two points close together were measured on
        a handful of faces each, and their slope is mostly chance.
        """
        scores, logs = self.tail
        wanted = math.log10(far)
        i = sum(wanted < log for log in logs[1:-1])
        j = i + 1
        if wanted < logs[-1]:
            i, j = max((k for k, log in enumerate(logs) if log >= logs[-1] + 1), default=0), len(logs) - 1
        slope = (scores[j] - scores[i]) / (logs[j] - logs[i])
        return scores[j] + slope * (wanted - logs[j])

    def likelihood(self, above: float) -> float:
        """Calibrated probability that the name is right, for a score `above` (or, negative, under) its threshold."""
        return 1 / (1 + math.exp(-min(max(self.scale * above + self.bias, -60.0), 60.0)))


def _gates(said: Mapping[str, Any]) -> Gates:
    gates = Gates(**{key: float(said[key]) for key in ("least_px", "blur", "yaw", "face", "mask")})
    expect(all(math.isfinite(float(v)) for v in said.values()), "gates")
    return gates
