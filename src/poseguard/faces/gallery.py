"""The gallery of registered candidates, and whether a face is like one of them: unknown by default.

    gallery = read_gallery(path, lang=lang)
    matcher = Matcher(gallery, numbers, lang=lang)
    decision = matcher.decide(embedding)

A face is compared with the centre of each candidate's photos. Every pair has a threshold of its own: how like either of
them strangers are on average and how far that spreads (from aggregates of strangers' embeddings in face_numbers.json),
raised with the number of candidates so that an unknown face reaches *any* threshold at most NAMED_WRONGLY of the time,
raised again where the gallery's own people are more alike than strangers are, for candidates with few photos (copies of
one picture count once), and for those whose photos are so alike that they would be like their owner too.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from poseguard.errors import UsageError
from poseguard.faces.numbers import Numbers, Strangers
from poseguard.results import Digest
from poseguard.texts import default_lang, say

NAMED_WRONGLY = 1e-3
"""Share of unknown faces that may be named, whatever the size of the gallery."""
FEWEST = 5
"""A gallery of fewer candidates is as strict as one of so many: it cannot show how alike its people are to each other,
and who stands around a candidate is more like them than strangers at large.
"""
BAND = 0.06
"""A face this far (cosine) under a threshold is possible: a person may look, nothing is named."""
ENOUGH = 3
"""Independent photos that a candidate should have."""
COPY_COSINE = 0.90
"""Two photos this alike are one picture. Of 4,026 pairs of 150 people of ILFW with MobileFaceNet (3,006 of 110 with the
project's own network) all that were looked at down to .89 (.90) were one, cut or coloured anew.
"""
COPY_COSINE_PRINTED, COPY_BITS = 0.75, 8
"""Two photos less alike than COPY_COSINE are one picture where they are this alike and their fingerprints so few bits
apart: about nine in ten of the 35 such pairs among those that COPY_COSINE was looked at on.
"""
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What a candidate's id and a ticket look like."""

_OF_OWN = 0.6
"""Share of how alike a candidate's photos are that a face has to reach with them. Of 4,369 names of the 90 people that
thresholds are fitted on it takes two; people of a kind that no embedder learned, drawn ones, are less alike than that.
"""
# So many candidates tell how alike the gallery's people are, and so many pairs weigh as much as the assumption of none.
_SAMPLE, _PAIRS = 500, 20
# A row of eight bits of a fingerprint, as it is in the mirror: the other way round, and darker where it was brighter.
_MIRRORED = bytes(~int(f"{bits:08b}"[::-1], 2) & 0xFF for bits in range(256))

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GalleryPhoto:
    """One enrolled photo. `sha256`: of its file; `date`: ISO 8601 or ""; `size_px`: width of the face in it.

    `note`: what `check` should say of it again (e.g. a gate's value), or ""; `fingerprint`: a difference hash of the
    aligned face, 16 hex digits or "", to find copies; `jpeg`: the photo itself where the user had it kept, else b"".
    """

    sha256: str
    source: str
    date: str
    size_px: float
    note: str = ""
    fingerprint: str = ""
    jpeg: bytes = b""


def copies(a: GalleryPhoto, b: GalleryPhoto, cosine: float) -> bool:
    """Whether both show one picture, though cut, scaled, coloured or mirrored anew."""
    if a.sha256 == b.sha256 or cosine >= COPY_COSINE:
        return True
    return cosine >= COPY_COSINE_PRINTED and bool(a.fingerprint and b.fingerprint) and _apart(a, b) <= COPY_BITS


def _apart(a: GalleryPhoto, b: GalleryPhoto) -> int:
    """Bits in which two fingerprints differ; the lesser of as they are and one of them mirrored."""
    one, two = (bytes.fromhex(photo.fingerprint) for photo in (a, b))
    seen = int.from_bytes(one)
    return min((seen ^ int.from_bytes(other)).bit_count() for other in (two, two.translate(_MIRRORED)))


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One registered person. `embeddings`: n × W of length one, one a photo, in the order of `photos`.

    `number`: on the ballot, None where not known; `ticket`: shared by the two of a pair, or ""; `office`: or "".
    """

    id: str
    name: str
    election: str
    office: str
    number: int | None
    ticket: str
    photos: tuple[GalleryPhoto, ...]
    embeddings: Floats

    def groups(self) -> list[list[int]]:
        """Photos by picture: those in one group are copies of its first, so each group is one independent photo."""
        alike = self.embeddings @ self.embeddings.T
        out: list[list[int]] = []
        for i, photo in enumerate(self.photos):
            for group in out:
                if copies(self.photos[group[0]], photo, float(alike[group[0], i])):
                    group.append(i)
                    break
            else:
                out.append([i])
        return out

    @property
    def pictures(self) -> int:
        """Independent photos."""
        return len(self.groups())

    @property
    def alike(self) -> float:
        """Mean cosine of two independent photos, 0 where there is one."""
        first = [group[0] for group in self.groups()]
        if len(first) == 1:
            return 0.0
        together = self.embeddings[first].sum(0)
        return (float(together @ together) - len(first)) / (len(first) * (len(first) - 1))

    @property
    def centroid(self) -> Floats:
        """W values of length one: the middle of the photos."""
        middle = self.embeddings.mean(0)
        return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-6), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Everything in one gallery file. `network`: SHA-256 of the embedder; `created`: ISO date; `sha256`: of the file.

    `purpose_note`: what its maker wrote it is for, or "".
    """

    network: str
    created: str
    purpose_note: str = ""
    candidates: tuple[Candidate, ...] = ()
    sha256: str = ""

    def digest(self) -> Digest:
        """The file, for the report."""
        return Digest("gallery", str(len(self.candidates)), self.sha256)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is told of one face. `candidate`: id, or None: unknown. `nearest`: id of the most alike, named or not.

    `score`: cosine with the nearest candidate; `threshold`: of that candidate for this face; `second`: id of the next,
    None where there is one candidate only; `margin`: how far its score lies behind, None likewise; `likelihood`:
    calibrated probability that this is the nearest candidate; `photo`: index of their photo that is most like it;
    `possible`: unnamed, but within BAND under the threshold with margin enough.
    """

    candidate: str | None
    nearest: str
    score: float
    threshold: float
    margin: float | None
    second: str | None
    likelihood: float
    photo: int
    possible: bool


class Matcher:
    """Compares embeddings with a gallery; keeps none of them. Searches 10,000 candidates in a few milliseconds.

    Raises UsageError where the gallery is empty or was made with another embedder than `numbers` belong to.
    """

    def __init__(self, gallery: Gallery, numbers: Numbers, *, lang: str | None = None) -> None:
        chosen = lang or default_lang()
        if gallery.network != numbers.network:
            raise UsageError(say("faces.other-network", chosen), say("faces.other-network-remedy", chosen))
        if not gallery.candidates:
            raise UsageError(say("faces.empty", chosen), say("faces.empty-remedy", chosen))
        self.gallery = gallery
        self.numbers = numbers
        self.centroids: Floats = np.stack([one.centroid for one in gallery.candidates])

    @cached_property
    def strangers(self) -> Strangers:
        """To the candidates, in the order of the gallery."""
        return self.numbers.strangers(self.centroids)

    @cached_property
    def standard(self) -> float:
        """The standard score that a face has to reach with a candidate of ENOUGH photos."""
        shift, stretch = self.alike
        return shift + stretch * self.numbers.z(1 - (1 - NAMED_WRONGLY) ** (1 / max(self.centroids.shape[0], FEWEST)))

    @cached_property
    def _few(self) -> Floats:
        return np.array([self.numbers.few.get(one.pictures, 0.0) for one in self.gallery.candidates], np.float32)

    @cached_property
    def thresholds(self) -> Floats:
        """One cosine a candidate, in the order of the gallery: for a face that strangers are as like as them."""
        by_strangers = self.strangers.cosine(self.standard, self.strangers) + self._few
        return np.asarray(np.maximum(by_strangers, self._own), np.float32)

    @cached_property
    def _own(self) -> Floats:
        return np.array([_OF_OWN * one.alike for one in self.gallery.candidates], np.float32)

    @cached_property
    def alike(self) -> tuple[float, float]:
        """Mean and deviation of the gallery's own impostor scores, where strangers' have 0 and 1; never less than that.

        Each photo against every other candidate's centroid; few pairs of candidates count less.
        """
        step = math.ceil(len(self.gallery.candidates) / _SAMPLE)
        chosen = self.gallery.candidates[::step]
        pairs = len(chosen) * (len(chosen) - 1) // 2
        if not pairs or not self.numbers.measured:
            return 0.0, 1.0
        centroids = self.centroids[::step]
        owner = np.repeat(np.arange(len(chosen)), [len(one.embeddings) for one in chosen])
        photos = np.concatenate([one.embeddings for one in chosen])
        theirs = self.numbers.strangers(photos)[:, None]
        scores = theirs.standard(photos @ centroids.T, self.strangers[::step])
        others = scores[owner[:, None] != np.arange(len(chosen))]
        share = pairs / (pairs + _PAIRS)
        return max(0.0, share * float(others.mean())), max(1.0, 1 + share * (float(others.std()) - 1))

    def decide(self, embedding: Floats) -> Decision:
        """`embedding`: W values of length one."""
        # Not `@`: BLAS would start threads for 2 ms of work, and wait 100 ms for them on a busy machine.
        scores = np.einsum("nw,w->n", self.centroids, embedding)
        face = self.numbers.strangers(embedding)
        best = int(face.standard(scores, self.strangers).argmax())
        score = float(scores[best])
        by_strangers = float(face.cosine(self.standard, self.strangers[best]) + self._few[best])
        threshold = max(by_strangers, float(self._own[best]))
        candidates = self.gallery.candidates
        second, margin = None, None
        if len(candidates) > 1:
            scores[best] = -math.inf
            next_best = int(scores.argmax())
            second, margin = candidates[next_best].id, score - float(scores[next_best])
        clear = margin is None or margin >= self.numbers.margin
        named = clear and score >= threshold
        one = candidates[best]
        return Decision(
            candidate=one.id if named else None,
            nearest=one.id,
            score=score,
            threshold=threshold,
            margin=margin,
            second=second,
            likelihood=self.numbers.likelihood(score - threshold),
            photo=int((one.embeddings @ embedding).argmax()),
            possible=clear and not named and score >= threshold - BAND,
        )
