"""What is wrong with a gallery, or looks so: copies, poor photos, photos of somebody else, candidates who look alike.

    for trouble in check(matcher): ...

Nothing is changed; a person looks at what is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.faces.gallery import BAND, COPY_COSINE_PRINTED, ENOUGH, Candidate, Floats, GalleryPhoto, Matcher, copies
from poseguard.faces.numbers import Numbers
from poseguard.reading.photo import Pixels

# The share of strangers' photos that may pass as the candidate's own before `check` asks a person to look.
STRANGER_PASSES = 1e-2
# Where nobody measured the embedder: MobileFaceNet and retail-0095 let one stranger in a hundred pass about this far
# under the one threshold that is assumed for them.
_UNMEASURED = 0.2

_SIDE = 8
_ROWS = 512
# So many of the photos that are most like one are asked whether they are one picture with it.
_LIKELY = 8


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


def check(matcher: Matcher) -> list[Trouble]:
    """Everything found: pictures of two candidates, then candidate by candidate in the order of the gallery; pairs who
    look alike last, worst first.
    """
    candidates = matcher.gallery.candidates
    nearest = _Nearest(matcher)
    out = list(_of_two(candidates, nearest))
    unlike: set[tuple[int, int]] = set()
    for i, one in enumerate(candidates):
        found = one.groups()
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
    """Other candidates' centroids near the photos of the gallery, counted in blocks: 60,000 photos fit in memory.

    Of a picture that two candidates have, each is left out for the other: its likeness says nothing of either.
    """

    def __init__(self, matcher: Matcher) -> None:
        candidates = matcher.gallery.candidates
        self.owner = np.repeat(np.arange(len(candidates)), [len(one.photos) for one in candidates])
        self.start = np.concatenate([[0], np.cumsum([len(one.photos) for one in candidates])])
        rows = np.concatenate([one.embeddings for one in candidates])
        photos = [photo for one in candidates for photo in one.photos]
        self.twins = _twins(photos, rows, self.owner)
        """Photos of two candidates that are one picture, the earlier first."""
        masked: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for a, b in self.twins:
            masked[a // _ROWS].append((a % _ROWS, int(self.owner[b])))
            masked[b // _ROWS].append((b % _ROWS, int(self.owner[a])))
        who, cosine = [], []
        self.close: list[tuple[int, int, float]] = []
        """(photo, other candidate, cosine) wherever the other would be possible."""
        for at in range(0, len(rows), _ROWS):
            owner = self.owner[at : at + _ROWS]
            scores = np.asarray(rows[at : at + _ROWS] @ matcher.centroids.T, np.float32)
            scores[np.arange(len(owner)), owner] = -2
            for row, other in masked[at // _ROWS]:
                scores[row, other] = -2
            who.append(scores.argmax(1))
            cosine.append(scores.max(1))
            near = np.argwhere(scores >= matcher.thresholds - BAND)
            self.close += [(at + int(k), int(other), float(scores[k, other])) for k, other in near]
        self._who, self._cosine = np.concatenate(who), np.concatenate(cosine)

    def of(self, index: int) -> _Close:
        mine = slice(self.start[index], self.start[index + 1])
        return _Close(self._who[mine].tolist(), self._cosine[mine].tolist())

    def place(self, row: int) -> tuple[int, int]:
        """Of a photo of the gallery: the index of its candidate, and its own among their photos."""
        owner = int(self.owner[row])
        return owner, row - int(self.start[owner])


def _twins(photos: Sequence[GalleryPhoto], rows: Floats, owner: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Photos that are one picture with a later one of another candidate, each with the one that it is most like."""
    out = {}
    last: dict[str, int] = {}
    for i in reversed(range(len(photos))):
        j = last.setdefault(photos[i].sha256, i)
        if owner[j] != owner[i]:
            out[i] = j
    for at in range(0, len(rows), _ROWS):
        alike = np.asarray(rows[at : at + _ROWS] @ rows[at:].T, np.float32)
        near, others = np.nonzero(alike >= COPY_COSINE_PRINTED)
        later = owner[at + near] < owner[at + others]
        for k in sorted({*near[later].tolist()} - {i - at for i in out}):
            mine = others[later & (near == k)]
            best = mine[np.argsort(-alike[k, mine])[:_LIKELY]].tolist()
            twin = next((at + j for j in best if copies(photos[at + k], photos[at + j], float(alike[k, j]))), None)
            if twin is not None:
                out[at + k] = twin
    return sorted(out.items())


def _of_two(candidates: Sequence[Candidate], nearest: _Nearest) -> Iterator[Trouble]:
    for a, b in nearest.twins:
        (i, k), (j, other) = nearest.place(a), nearest.place(b)
        one, two = candidates[i], candidates[j]
        yield Trouble(Kind.COPY, one.id, one.photos[k].sha256, two.id, two.photos[other].sha256)


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
        score, least, worst = min(scored, key=lambda each: (each[0], -each[1]))
        doubtful = left if len(left) == 2 else [worst]
        if score >= least:
            doubtful = [group for group in doubtful if close.cosine[group[0]] > score]
        if not doubtful:
            return
        for group in doubtful:
            for k in group:
                yield _unlike(one, k, group[0], score, least, close, matcher), k
        left = [] if len(left) == 2 else [group for group in left if group is not worst]


def _unlike(one: Candidate, k: int, first: int, score: float, least: float, close: _Close, matcher: Matcher) -> Trouble:
    """Of photo `k`, a copy of `first`."""
    photo, other, cosine = one.photos[k].sha256, close.who[first], close.cosine[first]
    if cosine > score and (score >= least or cosine >= matcher.thresholds[other] - BAND):
        return Trouble(Kind.OTHERS, one.id, photo, matcher.gallery.candidates[other].id, score=cosine, threshold=score)
    return Trouble(Kind.STRANGER, one.id, photo, score=score, threshold=least)


def _middle(rows: Floats) -> Floats:
    total = rows.sum(0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-6), np.float32)


def _own_threshold(centroid: Floats, numbers: Numbers) -> float:
    strangers = numbers.strangers(centroid)
    least = float(strangers.cosine(numbers.z(STRANGER_PASSES), strangers))
    return least if numbers.measured else least - _UNMEASURED


def _pairs(matcher: Matcher, nearest: _Nearest, unlike: set[tuple[int, int]]) -> Iterator[Trouble]:
    """One entry a pair, its highest score; photos of somebody else say nothing of whom the candidate looks like, nor do
    centroids of two who share a picture.
    """
    candidates = matcher.gallery.candidates
    worst: dict[frozenset[int], Trouble] = {}
    mixed = {frozenset((nearest.place(a)[0], nearest.place(b)[0])) for a, b in nearest.twins}
    for row, other, score in nearest.close:
        owner, k = nearest.place(row)
        if frozenset((owner, other)) in mixed:
            continue
        one, two = candidates[owner], candidates[other]
        photo, least = one.photos[k].sha256, float(matcher.thresholds[other])
        known = worst.get(frozenset((owner, other)))
        if (owner, k) not in unlike and (known is None or (known.score or 0.0) < score):
            worst[frozenset((owner, other))] = Trouble(Kind.ALIKE, one.id, photo, two.id, score=score, threshold=least)
    yield from sorted(worst.values(), key=lambda each: -(each.score or 0.0))
