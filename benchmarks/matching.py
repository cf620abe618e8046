"""Which reported hand is which labelled hand, and whether reported confidences mean what they say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.truth import Row, box_of, size_of
from poseguard.results import Box

Hand = dict[str, Any]  # one piece of evidence of kind hand


def meets(truth: Box, hand_px: float, box: Box) -> bool:
    """score.py's rule: the centre lies in the padded truth box, and the sizes agree within a factor of 3."""
    x, y, width, height = truth
    centre_x, centre_y = box[0] + box[2] / 2, box[1] + box[3] / 2
    inside = x <= centre_x <= x + width and y <= centre_y <= y + height
    return inside and hand_px / 3 <= max(box[2:]) <= hand_px * 3


def matched(rows: Sequence[Row], hands: Iterable[Hand], least_px: float = 24.0) -> list[tuple[Row, Hand]]:
    """Labelled hands of one photo with the reported hand that meets each, largest first, the nearest centre winning.

    Dense photos give none. Places that are no hand, unsure labels and hands under `least_px` are left out, though each
    uses up its match.
    """
    if any(row["dense"] == "1" for row in rows):
        return []
    left = list(hands)
    pairs = []
    for row in sorted(rows, key=lambda row: -max(box_of(row)[2:])):
        truth = box_of(row)
        near = [hand for hand in left if meets(truth, size_of(row), hand["box"])]
        if not near:
            continue
        best = min(near, key=lambda hand: _apart(truth, hand["box"]))
        left.remove(best)
        sure = row["label"] != "none" and not row["label"].endswith("?")
        if sure and size_of(row) >= least_px:
            pairs.append((row, best))
    return pairs


def _apart(a: Box, b: Box) -> float:
    return math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """Hands whose confidence lies in [low, low + 0.1)."""

    low: float
    hands: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error`: expected calibration error, the mean of |confidence - share right| over the bins, weighted by hands."""

    hands: int
    error: float
    bins: tuple[Bin, ...]


def calibration(said: Iterable[tuple[float, bool]]) -> Calibration:
    """Of (confidence, was it right) pairs, in ten bins; empty bins are left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for confidence, right in said:
        bins[min(int(confidence * 10), 9)].append((confidence, right))
    total = sum(map(len, bins))
    filled = tuple(
        Bin(n / 10, len(part), sum(c for c, _ in part) / len(part), sum(r for _, r in part) / len(part))
        for n, part in enumerate(bins)
        if part
    )
    error = sum(b.hands * abs(b.confidence - b.right) for b in filled) / total if total else math.nan
    return Calibration(total, error, filled)


def sayings(pairs: Iterable[tuple[Row, Hand]]) -> dict[str, list[tuple[float, bool]]]:
    """Three questions to the confidences of matched hands.

    reported: the label and confidence of the report, `other` included; named: only where a pose is named;
    weighed: the likelier label of both opinions together, before a hand that cannot be told is refused.
    """
    out: dict[str, list[tuple[float, bool]]] = {"reported": [], "named": [], "weighed": []}
    for row, hand in pairs:
        right = row["label"].split("|")
        told = (float(hand["confidence"]), hand["label"] in right)
        out["reported"].append(told)
        if hand["label"] != "other":
            out["named"].append(told)
        best = hand["details"]["opinions"]["weighed"]
        out["weighed"].append((float(best["confidence"]), best["label"] in right))
    return out


def interval(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen on `count` cases: what few examples can and cannot show."""
    if not count or math.isnan(share):
        return 0.0, 1.0
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)
