"""What is wrong with a gallery, or looks so: copies, poor photos, photos of somebody else, candidates who look alike.

    for trouble in check(matcher): ...

Nothing is changed; a person looks at what is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from poseguard.faces.gallery import BAND, COPY_COSINE, ENOUGH, Candidate, Floats, GalleryPhoto, Matcher
from poseguard.faces.numbers import Numbers
from poseguard.reading.photo import Pixels

# Two photos less alike than COPY_COSINE are one picture where they are this alike and their fingerprints so few bits
# apart: about nine in ten of the 35 such pairs among those that COPY_COSINE was looked at on.
COPY_COSINE_PRINTED, COPY_BITS = 0.75, 8
# The share of strangers' photos that may pass as the candidate's own before `check` asks a person to look.
STRANGER_PASSES = 1e-2
# Where nobody measured the embedder: MobileFaceNet and retail-0095 let one stranger in a hundred pass about this far
# under the one threshold that is assumed for them.
_UNMEASURED = 0.2

_SIDE = 8
_ROWS = 512


class Kind(StrEnum):
    """What `check` finds. The middle four are those that a photo was enrolled with (`GalleryPhoto.note`)."""

    FEW = "few"
    COPY = "copy"
    SMALL = "small"
    BLURRED = "blurred"
    TURNED = "turned"
    MASKED = "masked"
    STRANGER = "stranger"
    OTHERS = "others"
    ALIKE = "alike"


NOTED = (Kind.SMALL, Kind.BLURRED, Kind.TURNED, Kind.MASKED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to look at. `photo`: SHA-256, None where it is about the candidate.

    COPY: the photo is one picture with `other_photo` of candidate `other` (the same one, mostly). STRANGER: it is
    unlike the candidate's other photos, `score` under `threshold`. OTHERS: it is more like candidate `other` (`score`)
    than like those (`threshold`). ALIKE: it reaches `score` with `other`, who is named from `threshold` on, and is most
    like `other_photo`. FEW: there are `score` independent photos.
    """

    kind: Kind
    candidate: str
    photo: str | None = None
    other: str | None = None
    other_photo: str | None = None
    score: float | None = None
    threshold: float | None = None


def fingerprint(crop: Pixels) -> str:
    """16 hex digits of an aligned face (112 × 112 × 3): whether each of 8 × 8 places is brighter than its left."""
    grey = cv2.resize(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA)
    bits = grey[:, 1:].astype(np.int16) > grey[:, :-1]
    return np.packbits(bits).tobytes().hex()


def copies(a: GalleryPhoto, b: GalleryPhoto, cosine: float) -> bool:
    """Whether both show one picture, though cut, scaled, coloured or mirrored anew."""
    if a.sha256 == b.sha256 or cosine >= COPY_COSINE:
        return True
    return cosine >= COPY_COSINE_PRINTED and bool(a.fingerprint and b.fingerprint) and _apart(a, b) <= COPY_BITS


def groups(candidate: Candidate) -> list[list[int]]:
    """Photos by picture: those in one group are copies of its first, so each group is one independent photo."""
    alike = candidate.embeddings @ candidate.embeddings.T
    out: list[list[int]] = []
    for i, photo in enumerate(candidate.photos):
        for group in out:
            if copies(candidate.photos[group[0]], photo, float(alike[group[0], i])):
                group.append(i)
                break
        else:
            out.append([i])
    return out


def check(matcher: Matcher) -> list[Trouble]:
    """Everything found, candidate by candidate in the order of the gallery; pairs who look alike last, worst first."""
    candidates = matcher.gallery.candidates
    nearest = _Nearest(matcher)
    out: list[Trouble] = []
    unlike: set[tuple[int, int]] = set()
    for i, one in enumerate(candidates):
        found = groups(one)
        for group in found:
            first = one.photos[group[0]].sha256
            out += [Trouble(Kind.COPY, one.id, one.photos[k].sha256, one.id, first) for k in group[1:]]
        out += _poor(one, matcher.numbers)
        for trouble, k in _strangers(one, found, matcher, nearest.of(i)):
            out.append(trouble)
            unlike.add((i, k))
        if len(found) < ENOUGH:
            out.append(Trouble(Kind.FEW, one.id, score=float(len(found))))
    return out + list(_pairs(matcher, nearest, unlike))


def _apart(a: GalleryPhoto, b: GalleryPhoto) -> int:
    """Bits in which two fingerprints differ; the lesser of as they are and one of them mirrored."""
    one, two = (
        np.unpackbits(np.frombuffer(bytes.fromhex(p.fingerprint), np.uint8)).reshape(_SIDE, _SIDE) for p in (a, b)
    )
    return int(min((one != two).sum(), (one != 1 - two[:, ::-1]).sum()))


def _poor(candidate: Candidate, numbers: Numbers) -> Iterator[Trouble]:
    for photo in candidate.photos:
        noted = set(photo.note.split())
        if photo.size_px < numbers.gates.least_px:
            noted.add(Kind.SMALL)
        yield from (Trouble(kind, candidate.id, photo.sha256) for kind in NOTED if kind in noted)


@dataclass(frozen=True, slots=True)
class _Close:
    """Of each photo of one candidate: the other candidate whose centroid is nearest, and its cosine."""

    who: Sequence[int]
    cosine: Sequence[float]


class _Nearest:
    """Other candidates' centroids near the photos of the gallery, counted in blocks: 60,000 photos fit in memory."""

    def __init__(self, matcher: Matcher) -> None:
        candidates = matcher.gallery.candidates
        self.owner = np.repeat(np.arange(len(candidates)), [len(one.photos) for one in candidates])
        self.start = np.concatenate([[0], np.cumsum([len(one.photos) for one in candidates])])
        rows = np.concatenate([one.embeddings for one in candidates])
        who, cosine = [], []
        self.close: list[tuple[int, int, float]] = []
        """(photo, other candidate, cosine) wherever the other would be possible."""
        for at in range(0, len(rows), _ROWS):
            owner = self.owner[at : at + _ROWS]
            scores = np.asarray(rows[at : at + _ROWS] @ matcher.centroids.T, np.float32)
            scores[np.arange(len(owner)), owner] = -2
            who.append(scores.argmax(1))
            cosine.append(scores.max(1))
            near = np.argwhere(scores >= matcher.thresholds - BAND)
            self.close += [(at + int(row), int(other), float(scores[row, other])) for row, other in near]
        self._who, self._cosine = np.concatenate(who), np.concatenate(cosine)

    def of(self, index: int) -> _Close:
        mine = slice(self.start[index], self.start[index + 1])
        return _Close(self._who[mine].tolist(), self._cosine[mine].tolist())


def _strangers(
    one: Candidate, found: list[list[int]], matcher: Matcher, close: _Close
) -> Iterator[tuple[Trouble, int]]:
    """Photos that are unlike the candidate's others, the least like first, each left out before the next is judged.

    Of two that are unlike each other nobody can say which is right: both are told.
    """
    left = list(found)
    while len(left) >= 2:
        scored = []
        for group in left:
            rest = _middle(one.embeddings[[k for other in left if other is not group for k in other[:1]]])
            scored.append((float(one.embeddings[group[0]] @ rest), _own_threshold(rest, matcher.numbers), group))
        score, least, worst = min(scored, key=lambda each: each[0])
        if score >= max(least, close.cosine[worst[0]]):
            return
        for group in left if len(left) == 2 else [worst]:
            for k in group:
                yield _unlike(one, k, score, least, close, matcher), k
        left = [] if len(left) == 2 else [group for group in left if group is not worst]


def _unlike(one: Candidate, k: int, score: float, least: float, close: _Close, matcher: Matcher) -> Trouble:
    photo, other, cosine = one.photos[k].sha256, close.who[k], close.cosine[k]
    if cosine > score and (score >= least or cosine >= matcher.thresholds[other] - BAND):
        return Trouble(Kind.OTHERS, one.id, photo, matcher.gallery.candidates[other].id, score=cosine, threshold=score)
    return Trouble(Kind.STRANGER, one.id, photo, score=score, threshold=least)


def _middle(rows: Floats) -> Floats:
    total = rows.sum(0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-6), np.float32)


def _own_threshold(centroid: Floats, numbers: Numbers) -> float:
    mean, spread = numbers.strangers(centroid[None])
    least = float(mean[0] + spread[0] * numbers.z(STRANGER_PASSES))
    return least if numbers.measured else least - _UNMEASURED


def _pairs(matcher: Matcher, nearest: _Nearest, unlike: set[tuple[int, int]]) -> Iterator[Trouble]:
    """One entry a pair, its highest score; photos of somebody else say nothing of whom the candidate looks like."""
    candidates = matcher.gallery.candidates
    worst: dict[frozenset[int], Trouble] = {}
    told: set[frozenset[str]] = set()
    for row, other, score in nearest.close:
        owner = int(nearest.owner[row])
        k = row - int(nearest.start[owner])
        one, two = candidates[owner], candidates[other]
        photo, least = one.photos[k].sha256, float(matcher.thresholds[other])
        twin = next((p for p, e in zip(two.photos, two.embeddings, strict=True) if _same(one, k, p, e)), None)
        if twin is not None and (both := frozenset((one.id, photo, two.id, twin.sha256))) not in told:
            told.add(both)
            yield Trouble(Kind.COPY, one.id, photo, two.id, twin.sha256)
        known = worst.get(frozenset((owner, other)))
        if (owner, k) not in unlike and (known is None or (known.score or 0.0) < score):
            worst[frozenset((owner, other))] = Trouble(Kind.ALIKE, one.id, photo, two.id, score=score, threshold=least)
    yield from sorted(worst.values(), key=lambda each: -(each.score or 0.0))


def _same(one: Candidate, k: int, photo: GalleryPhoto, embedding: Floats) -> bool:
    return copies(one.photos[k], photo, float(one.embeddings[k] @ embedding))
