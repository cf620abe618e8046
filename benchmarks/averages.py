"""Average precision of boxes, as score.py reckons it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from poseguard.boxes import overlap
from poseguard.results import Box

MEET = 0.5
"""Intersection over union from which a box is the one that was labelled."""

Found = tuple[float, str, Box]  # confidence, file, box


def average_precision(truth: Mapping[str, Sequence[Box]], found: Iterable[Found]) -> float:
    """Of one class, at MEET: the surest first, each labelled box met once. NaN where nothing is labelled.

    `truth`: the labelled boxes by file.
    """
    total = sum(map(len, truth.values()))
    left = {file: list(boxes) for file, boxes in truth.items()}
    points: list[tuple[float, float]] = []
    right = 0
    for n, (_, file, box) in enumerate(sorted(found, key=lambda one: -one[0]), 1):
        met = nearest(box, left.get(file, ()))
        if met is not None:
            left[file].pop(met)
            right += 1
        points.append((right / total if total else math.nan, right / n))
    if not total:
        return math.nan
    area = last = best = 0.0
    envelope = []
    for recall, precision in reversed(points):
        best = max(best, precision)
        envelope.append((recall, best))
    for recall, precision in reversed(envelope):
        area += (recall - last) * precision
        last = recall
    return area


def nearest(box: Box, others: Sequence[Box], least: float = MEET) -> int | None:
    """Index of the box that overlaps `box` most, by `least` or more; None where there is none."""
    best = max(range(len(others)), key=lambda i: overlap(box, others[i]), default=None)
    return best if best is not None and overlap(box, others[best]) >= least else None
