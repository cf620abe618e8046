"""Enrolled logos: whether a logo-like thing in a photo is one of those that a user has added.

    gallery = LogoGallery(read_book(path, lang=lang), marks.enrol, network=embedder.sha256)
    match = gallery.match(surroundings(pixels, box), embedder.embed(pixels, [box])[0], known(opinion))

A candidate is ranked by the cosine between the box's embedding and those of the enrolled pictures at about the same
size. Where the box is large enough, points of the picture have to be found in the photo as well. A plain logo, to which
strangers come close (places on photos that show no party's logo), has to be liker than they are. A logistic regression
weighs all this against what else the recogniser takes the thing for, nothing included. Its numbers, one set for all
logos, stand under "enrol" in marks.json and are fitted on parties that the recogniser never saw.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import platformdirs
from numpy.typing import NDArray

from poseguard.errors import UsageError, WeightsError
from poseguard.props.embedder import WIDTH
from poseguard.props.geometry import GROW, LEAST_PX, Points, inliers, points
from poseguard.props.marks import log_odds
from poseguard.reading.photo import Pixels
from poseguard.results import Box, Digest
from poseguard.texts import default_lang, say

MOST_PICTURES = 5
LONGEST = 256
"""Longest side in pixels of the pictures that are kept."""
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What a party's code looks like."""
RESERVED = ("unknown", "other", "background", "neg")
"""Codes that mean something else in a report."""

WHITE, GREY = 255, 128
"""Grounds on which a picture with transparent parts is looked at."""

_NOTHING = "background"
# Classes of the recogniser that stand for no emblem or for any that is nobody's: an enrolled logo may well be taken so.
NOBODY = (_NOTHING, "neg:fiction")
_COARSE = 64
# So many points are no chance: other views need not be tried.
_PLENTY = 24
_CANDIDATES = 3
_ALIKE = 3
_OCTAVES = 0.8
# The strangers that come closest to a logo: this part of them.
_CLOSEST = 0.025
# Pictures whose points are kept, at most 0.8 MB each.
_REMEMBERED = 100

Floats = NDArray[np.float32]
Rgba = NDArray[np.uint8]


class Opinion(Protocol):
    """What the recogniser says of one box (`poseguard.props.marks.MarkOpinion`)."""

    @property
    def label(self) -> str | None: ...
    @property
    def confidence(self) -> float: ...
    @property
    def second(self) -> tuple[str, float]: ...


class Recogniser(Protocol):
    """`poseguard.props.marks.Marks`, as far as enrolment needs it."""

    def opinions(self, pixels: Pixels, boxes: Sequence[Box]) -> Sequence[Opinion]: ...


class Embedder(Protocol):
    """`poseguard.props.embedder.LogoEmbedder`, as far as enrolment needs it."""

    def embed(self, pixels: Pixels, boxes: Sequence[Box]) -> Floats: ...


Known = Sequence[tuple[str | None, float]]
"""Marks that the recogniser was trained on, with the probability that a box shows them; None: not told which."""


def known(opinion: Opinion) -> Known:
    """What else a box may be, by the recogniser's word."""
    return (opinion.label, opinion.confidence), opinion.second


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One enrolled picture, trimmed and at most 256 px: `rgba` H × W × 4, colours as seen on white, and opacity.

    `sha256`: of the file it was read from.
    """

    sha256: str
    rgba: Rgba

    def on(self, ground: int) -> Pixels:
        """H × W × 3, on a ground of that grey level."""
        clear = 1 - self.rgba[..., 3:].astype(np.float32) / 255
        return np.clip(self.rgba[..., :3] - clear * (255 - ground), 0, 255).astype(np.uint8)

    def grounds(self) -> tuple[int, ...]:
        """White, and grey where something shines through."""
        return (WHITE, GREY) if self.rgba[..., 3].min() < 255 else (WHITE,)

    def views(self) -> tuple[Pixels, ...]:
        """What a photo is compared with: every ground, and as coarse as a small logo in a photo is."""
        sharp = tuple(self.on(ground) for ground in self.grounds())
        zoom = min(_COARSE / max(self.rgba.shape[:2]), 1.0)
        coarse = cv2.resize(sharp[0], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        return (*sharp, np.asarray(coarse, np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class Logo:
    """One enrolled logo. `embeddings`: n × WIDTH, of its pictures in many lights; `sizes`: n, pixels of each.

    `version`: which of a party's logos, None where it has one.
    """

    code: str
    name: str
    version: str | None
    pictures: tuple[Picture, ...]
    embeddings: Floats
    sizes: Floats

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.code, self.version or ""


@dataclass(frozen=True, slots=True)
class Book:
    """Everything in one file of enrolled logos. `network`: SHA-256 of what made the embeddings."""

    network: str
    logos: tuple[Logo, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """How one enrolled logo compares with one box. `inliers`: None where the box is too small for a check.

    `rival`, `nothing`: probabilities that the box is another mark, one that the recogniser knows, or none; `usual`,
    `closest`: mean cosine of strangers with the logo, and of those that come closest; `confidence`: calibrated.
    """

    logo: Logo
    cosine: float
    inliers: int | None
    rival: float
    nothing: float
    size_px: float
    usual: float
    closest: float
    confidence: float = 0.0

    def features(self, fewest: int = 0) -> tuple[float, ...]:
        """What the regression gets: 1, cosine, log(1 + inliers) for a checked box, `usual`, `closest`, log odds of
        another mark and of none.

        `fewest`: fewer inliers than this count as none.
        """
        seen = () if self.inliers is None else (math.log1p(self.inliers if self.inliers >= fewest else 0),)
        return 1.0, self.cosine, *seen, self.usual, self.closest, _odds(self.rival), _odds(self.nothing)


def _odds(sure: float) -> float:
    """Log odds of a probability, kept where a network's word still counts."""
    return log_odds(min(max(sure, 0.01), 0.99))


@dataclass(frozen=True, slots=True)
class Match:
    """A box that is an enrolled logo, named by its `code`."""

    code: str
    name: str
    version: str | None
    confidence: float
    cosine: float
    inliers: int | None
    second: str | None
    second_confidence: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """marks.json, "enrol". `cosine`, `strict_cosine`: least to be a candidate, the latter for boxes under LEAST_PX.

    `inliers`: fewer count as none; `weights`, `small`: of `Measure.features` for checked and for small boxes; `margin`:
    log odds by which the first has to lead the next party; `least`: confidence from which a logo is named; `strangers`:
    N × WIDTH, embeddings of places without a party's logo.
    """

    cosine: float
    strict_cosine: float
    inliers: int
    weights: tuple[float, ...]
    small: tuple[float, ...]
    margin: float
    least: float
    strangers: Floats

    @classmethod
    def read(cls, said: Mapping[str, Any] | None, lang: str | None = None) -> Numbers:
        """Raises WeightsError where a number is missing or no number."""
        try:
            if said is None:
                raise KeyError("enrol")
            weights, small = (tuple(float(v) for v in said[key]) for key in ("weights", "small"))
            if (len(weights), len(small)) != (7, 6):
                raise ValueError("weights: 7, small: 6")
            plain = {key: float(said[key]) for key in ("cosine", "strict_cosine", "margin", "least")}
            inliers = int(said["inliers"])
            strangers = np.frombuffer(b64decode(said["strangers"], validate=True), "<f2").astype(np.float32)
            if not all(math.isfinite(v) for v in (*weights, *small, *plain.values(), float(strangers.sum()))):
                raise ValueError("not finite")
            if not len(strangers) or len(strangers) % WIDTH:
                raise ValueError("strangers")
            strangers = strangers.reshape(-1, WIDTH)
            return cls(inliers=inliers, weights=weights, small=small, strangers=strangers, **plain)
        except (KeyError, TypeError, ValueError) as wrong:
            lang = lang or default_lang()
            raise WeightsError(
                say("logos.no-numbers", lang, reason=repr(wrong)), say("logos.reinstall", lang)
            ) from wrong

    def logit(self, measure: Measure) -> float:
        """Log odds that the box is that logo."""
        weights = self.small if measure.inliers is None else self.weights
        return float(np.dot(weights, measure.features(self.inliers)))

    def is_candidate(self, one: Measure) -> bool:
        """Whether it is like enough."""
        return one.cosine >= (self.strict_cosine if one.inliers is None else self.cosine)


class LogoGallery:
    """Looks for enrolled logos. `network`: SHA-256 of the network whose embeddings will be given.

    Raises UsageError where the file was made with another one, WeightsError where marks.json lacks numbers.
    Points of a picture are computed when it is first a candidate. Not shared between threads.
    """

    def __init__(self, book: Book, enrol: Mapping[str, Any] | None, *, network: str, lang: str | None = None) -> None:
        self.numbers = Numbers.read(enrol, lang)
        self.book = book
        if book.logos and (book.network != network or any(one.embeddings.shape[1] != WIDTH for one in book.logos)):
            lang = lang or default_lang()
            raise UsageError(say("logos.other-network", lang), say("logos.other-network-remedy", lang))
        self._strangers = [strange(logo, self.numbers.strangers) for logo in book.logos]
        self._points: Callable[[int, int], tuple[Points, ...]] = lru_cache(_REMEMBERED)(self._points_of)

    def digest(self) -> Digest:
        """The file, for the report."""
        return Digest("logos", str(len(self.book.logos)), self.book.sha256)

    def measure(
        self, crop: Pixels, embedding: Floats, others: Known = (), *, all_of_them: bool = False
    ) -> list[Measure]:
        """Candidates, likeliest first. `crop`: `geometry.surroundings` of the box; `embedding`: WIDTH, of length 1.

        `others`: see `known`; one with the logo's own code is no rival, nor is what is nobody's emblem.
        `all_of_them`: also logos whose cosine is too low to be a candidate (for fitting, and for `logos test`).
        """
        size = max(crop.shape[:2]) / GROW
        checked = size >= LEAST_PX
        least = -math.inf if all_of_them else self.numbers.cosine if checked else self.numbers.strict_cosine
        near = [(likeness(logo, embedding, size), i) for i, logo in enumerate(self.book.logos)]
        near = sorted((pair for pair in near if pair[0] >= least), key=lambda pair: (-pair[0], pair[1]))
        nothing = max((sure for label, sure in others if label == _NOTHING), default=0.0)
        out = []
        seen = points(crop) if checked and near else None
        for cosine, i in near if all_of_them else near[:_CANDIDATES]:
            logo = self.book.logos[i]
            held = None if seen is None else self._inliers(i, logo, seen)
            rival = max((sure for label, sure in others if label not in (logo.code, *NOBODY)), default=0.0)
            one = Measure(logo, cosine, held, rival, nothing, size, *self._strangers[i])
            sure = 1 / (1 + math.exp(-min(max(self.numbers.logit(one), -30.0), 30.0)))
            out.append(replace(one, confidence=sure))
        return sorted(out, key=lambda one: -one.confidence)

    def match(self, crop: Pixels, embedding: Floats, others: Known = ()) -> Match | None:
        """The enrolled logo that the box shows, or None: none is likely enough, or two parties are about as likely."""
        return self.judge(self.measure(crop, embedding, others))

    def judge(self, found: Sequence[Measure]) -> Match | None:
        """The first of `measure`, where it is sure enough and ahead of every other party."""
        floor = [one for one in found if self.numbers.is_candidate(one)]
        if not floor or floor[0].confidence < self.numbers.least:
            return None
        first = floor[0]
        other = next((one for one in floor if one.logo.code != first.logo.code), None)
        if other is not None and self.numbers.logit(first) - self.numbers.logit(other) < self.numbers.margin:
            return None
        logo = first.logo
        return Match(
            code=logo.code,
            name=logo.name,
            version=logo.version,
            confidence=first.confidence,
            cosine=first.cosine,
            inliers=first.inliers,
            second=other.logo.code if other else None,
            second_confidence=other.confidence if other else 0.0,
        )

    def _inliers(self, index: int, logo: Logo, seen: Points) -> int:
        most = 0
        for view in (view for k in range(len(logo.pictures)) for view in self._points(index, k)):
            most = max(most, inliers(view, seen))
            if most >= _PLENTY:
                break
        return most

    def _points_of(self, index: int, picture: int) -> tuple[Points, ...]:
        return tuple(points(view) for view in self.book.logos[index].pictures[picture].views())


def likeness(logo: Logo, embedding: Floats, size: float) -> float:
    """Mean of the best cosines between `embedding` and those of the logo drawn at about `size` pixels."""
    apart = np.abs(np.log2(np.maximum(logo.sizes, 1) / max(size, 1)))
    rows = apart <= max(float(apart.min()) + 0.01, _OCTAVES)
    best = np.sort(logo.embeddings[rows] @ embedding)[-_ALIKE:]
    return float(best.mean())


def strange(logo: Logo, strangers: Floats) -> tuple[float, float]:
    """How like the logo strangers (N × WIDTH) are: the mean, and the mean of those that come closest."""
    cosines = np.sort(np.sort(strangers @ logo.embeddings.T, 1)[:, -_ALIKE:].mean(1))
    return float(cosines.mean()), float(cosines[-max(int(_CLOSEST * len(cosines)), 1) :].mean())


def default_path() -> Path:
    """The file that `poseguard logos` uses where none is named: in the user's data folder, beside the weights."""
    return platformdirs.user_data_path("poseguard", appauthor=False) / "logos.npz"
