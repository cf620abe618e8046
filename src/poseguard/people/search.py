"""Finds people in a photo that has been read: the smallest input size that loses no hand, boxes in full-size pixels."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poseguard.people.detector import BODY, HAND, HEAD, PeopleNetwork
from poseguard.people.types import SURE_HEAD, Found, People
from poseguard.reading.photo import Pixels, ReadPhoto
from poseguard.results import Digest
from poseguard.weights import digest, verified_bytes
from poseguard.yolo import Rows, non_max_suppression

# Scores under these are not handed on. Hands and heads are generous: the crop network has a second look at hands, and
# a head that might be one is covered in pictures.
SCORES = {BODY: 0.35, HEAD: 0.15, HAND: 0.05}
FIRST = 640
SECOND = 1280
# A photo whose smallest heads and hands are at least this large at FIRST loses nothing there.
COMFORTABLE = 44.0
# A close-up smaller than this is enlarged to it, with room around: the network has to see where a hand ends.
SMALL, ROOM = 320, 64
# What takes this share of the photo's longer side fills much of it. A photo of so few heads, none of them as large, is
# seen from afar too.
FEW, LARGE = 3, 0.3


class PeopleSearch:
    """The people pass; keeps its network. `folder`: a user's own networks. Not shared between threads."""

    name = "people"

    def __init__(self, folder: Path | None = None, *, lang: str | None = None, threads: int = 1) -> None:
        self._net = PeopleNetwork(verified_bytes("people", extra_dir=folder, lang=lang), threads)
        self._digest = digest("people", extra_dir=folder, lang=lang)

    def digests(self) -> tuple[Digest, ...]:
        return (self._digest,)

    def find(self, photo: ReadPhoto) -> People:
        """Bodies, heads and hands with the person each hand belongs to. `photo.pixels` must not be None."""
        assert photo.pixels is not None
        rows = self.rows(photo.pixels)
        rows[:, 2:] /= photo.scale
        bodies, heads, hands = (_found(rows, kind) for kind in (BODY, HEAD, HAND))
        return People(bodies, heads, hands, owners(hands, heads))

    def rows(self, pixels: Pixels) -> Rows:
        """Boxes in pixels of `pixels`."""
        lowest = min(SCORES.values())
        longest = max(pixels.shape[:2])
        if longest <= FIRST:
            rows = self._net.run(pixels, max(longest, SMALL), lowest, ROOM if longest <= 1.5 * SMALL else 0)
        else:
            rows = self._net.run(pixels, FIRST, lowest)
            if self._wants_more(rows, longest):
                rows = self._closer(pixels, rows, lowest)
        rows = rows[rows[:, 1] >= np.array([SCORES[k] for k in (BODY, HEAD, HAND)])[rows[:, 0].astype(int)]]
        rows = non_max_suppression(rows)
        return self._from_afar(pixels, rows, lowest) if self._may_fill(rows, longest) else rows

    @staticmethod
    def _wants_more(rows: Rows, longest: int) -> bool:
        """Something small is there, or nobody was seen."""
        small = rows[(rows[:, 0] != BODY) & (rows[:, 1] >= 0.12)]
        if not len(small):
            return True
        return float(small[:, 4:].max(1).min()) * FIRST / longest < COMFORTABLE

    @staticmethod
    def _may_fill(rows: Rows, longest: int) -> bool:
        """Few heads and none of them large: one face may fill the photo, and its parts be taken for heads."""
        heads = rows[(rows[:, 0] == HEAD) & (rows[:, 1] >= SURE_HEAD)]
        return longest > 1.5 * SMALL and len(heads) <= FEW and not (heads[:, 4:].max(1) > LARGE * longest).any()

    def _from_afar(self, pixels: Pixels, rows: Rows, lowest: float) -> Rows:
        """With the heads that fill much of the photo, seen with room around; what lies in one of them and has no body,
        as somebody before a large poster has, is none.
        """
        seen = self._net.run(pixels, SMALL, lowest, ROOM)
        large = (seen[:, 0] == HEAD) & (seen[:, 1] >= SURE_HEAD) & (seen[:, 4:].max(1) > LARGE * max(pixels.shape[:2]))
        # The best last: of several boxes over one head it takes the place of the others.
        for head in non_max_suppression(seen[large])[::-1]:
            x, y = rows[:, 2] + rows[:, 4] / 2 - head[2], rows[:, 3] + rows[:, 5] / 2 - head[3]
            inside = (x > 0) & (x < head[4]) & (y > 0) & (y < head[5])
            part = (rows[:, 0] == HEAD) & inside & ~_on_bodies(rows)
            rows = np.concatenate([rows[~part], head[None]])
        return rows

    def _closer(self, pixels: Pixels, rows: Rows, lowest: float) -> Rows:
        """A second pass at SECOND; what fills much of the frame stays with the first pass."""
        longest = max(pixels.shape[:2])
        second = self._net.run(pixels, min(SECOND, longest * 2), lowest)
        large = rows[(rows[:, 4:].max(1) > LARGE * longest)]
        return np.concatenate([second, large])


def _on_bodies(rows: Rows) -> NDArray[np.bool_]:
    """Of each row, whether it lies where the head of one of the bodies would: at its top, not much smaller."""
    x, y, width, height = rows[:, None, 2:].transpose(2, 0, 1)
    left, top, wide, tall = rows[None, rows[:, 0] == BODY][..., 2:].transpose(2, 0, 1)
    middle = x + width / 2
    there = (left < middle) & (middle < left + wide) & (np.abs(top - y) < height) & (tall < 9 * height)
    return np.asarray(there.any(1))


def _found(rows: Rows, kind: int) -> tuple[Found, ...]:
    """The surest first: a person's number is no larger than how many are counted."""
    part = rows[rows[:, 0] == kind]
    part = part[np.argsort(-part[:, 1], kind="stable")]
    return tuple(Found((float(x), float(y), float(w), float(h)), float(s)) for _, s, x, y, w, h in part)


def owners(hands: tuple[Found, ...], heads: tuple[Found, ...], reach: float = 4.0) -> tuple[int | None, ...]:
    """For each hand the head it belongs to: the nearest by arm's reach, measured in head heights.

    An arm reaches about 4 head heights from the chest (a head height below the head); beyond that a hand has no owner.
    """
    out: list[int | None] = []
    for hand in hands:
        x, y = hand.box[0] + hand.box[2] / 2, hand.box[1] + hand.box[3] / 2
        best, nearest = None, reach
        for i, head in enumerate(heads):
            if head.score < SURE_HEAD:
                continue
            hx, hy, hw, hh = head.box
            apart = math.hypot(x - hx - hw / 2, y - hy - 1.8 * hh) / max(hh, 1.0)
            if apart < nearest:
                best, nearest = i, apart
        out.append(best)
    return tuple(out)
