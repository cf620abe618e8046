"""Figures beside their targets, as text for a person."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.matching import Calibration, interval

# A pose of fewer hands than this is shown, but its figures cannot decide anything.
FEW = 20


@dataclass(frozen=True, slots=True)
class Target:
    """One line of issue section 7. `of`: the number of cases; `most`: the bound is an upper one."""

    section: str
    name: str
    figure: float
    bound: float
    of: int
    most: bool = False

    @property
    def met(self) -> bool | None:
        """None where there was nothing to measure."""
        if math.isnan(self.figure) or not self.of:
            return None
        return self.figure <= self.bound if self.most else self.figure >= self.bound

    def to_json(self) -> dict[str, Any]:
        figure = None if math.isnan(self.figure) else round(self.figure, 4)
        wanted = f"{'<=' if self.most else '>='} {self.bound:g}"
        return {
            "section": self.section,
            "name": self.name,
            "figure": figure,
            "wanted": wanted,
            "of": self.of,
            "met": self.met,
        }


def target_lines(targets: Iterable[Target]) -> list[str]:
    """A table; the last line counts what is not met."""
    words = {True: "met", False: "NOT MET", None: "nothing to measure"}
    rows = list(targets)
    lines = [f"{'section':<12} {'figure':<54} {'is':>8} {'wanted':>9} {'of':>6}  "]
    lines += [
        f"{t.section:<12} {t.name:<54} {t.figure:>8.{5 if 0 < t.bound < 0.01 else 3}f} {'<=' if t.most else '>='} "
        f"{t.bound:>6g} {t.of:>6}  {words[t.met]}"
        for t in rows
    ]
    lines.append(f"{sum(t.met is True for t in rows)} of {len(rows)} targets met")
    return lines


def pose_lines(labels: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Per pose: precision, recall with its 95 % interval, and a word where there are too few to tell."""
    lines = [f"{'pose':<14} {'hands':>6} {'precision':>9} {'recall':>7}  {'95 % of recall':<14} {'f1':>6}"]
    for pose, row in labels.items():
        low, high = interval(row["recall"], row["count"])
        few = f"  fewer than {FEW}: shows little" if row["count"] < FEW else ""
        lines.append(
            f"{pose:<14} {row['count']:>6.0f} {row['precision']:>9.3f} {row['recall']:>7.3f}  "
            f"{low:.2f} to {high:.2f}   {row['f1']:>6.3f}{few}"
        )
    return lines


def calibration_lines(name: str, found: Calibration) -> list[str]:
    """One line a bin: what was said, what was right."""
    lines = [f"{name}: {found.hands} hands, expected calibration error {found.error:.3f}"]
    lines += [
        f"  said {b.low:.1f} to {b.low + 0.1:.1f}: {b.hands:>5} hands, mean {b.confidence:.3f}, right {b.right:.3f}"
        for b in found.bins
    ]
    return lines
