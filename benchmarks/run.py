"""What every section of `benchmarks.measure` is given, and where it puts what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Target
from benchmarks.scanning import Report, write_lines
from benchmarks.scoring import Score, score
from benchmarks.truth import TruthSet


@dataclass
class Measured:
    """What has been found so far: text for a person, JSON for programs, and targets."""

    lines: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def say(self, title: str, *lines: str) -> None:
        self.lines += ["", f"== {title} ==", *lines]


@dataclass(frozen=True)
class Run:
    """The sets of one side, and the report of every photo that was scanned."""

    shared: Path
    out: Path
    sets: Mapping[str, TruthSet]
    reports: Mapping[Path, Report]

    def of(self, name: str) -> list[tuple[str, Report]]:
        """(file as the tables name it, report) of a set."""
        part = self.sets[name]
        return [(file, self.reports[path]) for file, path in zip(part.files, part.photos(), strict=True)]

    def score(self, name: str) -> Score:
        """score.py's word on one set."""
        part = self.sets[name]
        assert part.mode is not None
        report, truth = self.out / f"{name}.jsonl", self.out / f"{name}.csv"
        write_lines(report, [line for _, line in self.of(name)])
        part.write(truth)
        return score(self.shared, part.mode, report, truth)
