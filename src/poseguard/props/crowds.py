"""Crowds in party clothes: many who stand together, small in the photo, are one thing to look at."""

from __future__ import annotations

from collections.abc import Sequence

from poseguard.boxes import grown, shared
from poseguard.results import Box

FEWEST = 6
"""Fewer are shown one by one."""
# Longer side of the clothes, as a part of the photo's, up to which somebody is one of many.
_SMALL = 0.1
# Neighbours are no farther apart than the clothes are large.
_REACH = 1.0


def crowds(clothes: Sequence[Box], parties: Sequence[frozenset[str]], longest: float) -> list[list[int]]:
    """Indices of `clothes` that are one crowd, each in order: neighbours of neighbours, with one party's logos or none.

    `parties`: codes of the logos on each; `longest`: longer side of the photo, in the pixels of the boxes.
    """
    small = [i for i, box in enumerate(clothes) if max(box[2:]) <= _SMALL * longest]
    near = {i: grown(clothes[i], _REACH) for i in small}
    # Whose a crowd is, those say on whose clothes it can be read.
    left = sorted(small, key=lambda i: not parties[i])
    found = []
    while left:
        crowd = [left.pop(0)]
        theirs = parties[crowd[0]]
        for one in crowd:
            beside = [i for i in left if parties[i] in (theirs, frozenset()) and shared(near[i], near[one]) > 0]
            crowd += beside
            left = [i for i in left if i not in beside]
        if len(crowd) >= FEWEST:
            found.append(sorted(crowd))
    return found


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all."""
    left, top = (min(box[k] for box in boxes) for k in (0, 1))
    right, below = (max(box[k] + box[k + 2] for box in boxes) for k in (0, 1))
    return left, top, right - left, below - top
