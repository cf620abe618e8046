"""What the rules make of the evidence: calm photos that are raised, and posing photos that are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.scanning import Report
from benchmarks.truth import LISTED, Row, TruthSet, maybe_listed, sure_listed
from poseguard.results import Level

LARGE_PX = 48.0


@dataclass(frozen=True, slots=True)
class Looked:
    """One photo that went the wrong way, for a person to look at. `why`: what it shows by its labels."""

    file: str
    level: str
    named: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of `photos` reach medium, and those to look at."""

    photos: int
    raised: int
    look: tuple[Looked, ...]

    @property
    def share(self) -> float:
        return self.raised / self.photos if self.photos else float("nan")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def medium(report: Report) -> bool:
    """Medium or above."""
    return Level(report["risk"]["level"]).rank >= Level.MEDIUM.rank


def calm_raised(calm: TruthSet, labelled: Sequence[Row], reports: Mapping[Path, Report]) -> Reached:
    """Of all calm photos, those that reach medium without a labelled listed pose (palm is in no default list)."""
    posing = {row["file"] for row in labelled if maybe_listed(row)}
    raised = [
        _looked(row["file"], reports[path], f"by eye: {row['finger_pose'] or 'no finger pose'}")
        for row, path in zip(calm.rows, calm.photos(), strict=True)
        if medium(reports[path]) and row["file"] not in posing
    ]
    return Reached(len(calm.rows), len(raised), tuple(raised))


def posing_raised(sets: Iterable[TruthSet], reports: Mapping[Path, Report]) -> Reached:
    """Of the photos with a sure listed pose of LARGE_PX and more other than palm, those that reach medium."""
    photos = raised = 0
    look: list[Looked] = []
    for part in sets:
        large: dict[str, list[str]] = defaultdict(list)
        for row in part.rows:
            if sure_listed(row, LARGE_PX):
                large[row["file"]].append(row["label"])
        for file, labels in large.items():
            report = reports[(part.folder / file).resolve()]
            photos += 1
            if medium(report):
                raised += 1
            else:
                look.append(_looked(file, report, f"labelled: {' '.join(sorted(labels))}"))
    return Reached(photos, raised, tuple(look))


def _looked(file: str, report: Report, why: str) -> Looked:
    named = tuple(
        f"{e['label']} {e['confidence']:.2f} {max(e['box'][2:]):.0f} px"
        for e in report["evidence"]
        if e["label"] in LISTED
    )
    return Looked(file, report["risk"]["level"], named, why)


def level_lines(title: str, reached: Reached, which: str) -> list[str]:
    """The share, and the photos to look at."""
    lines = [f"{title}: {reached.raised} of {reached.photos} ({reached.share:.3f}); {which}:"]
    return lines + [f"  {one.file}  {one.level}  [{', '.join(one.named)}]  {one.why}" for one in reached.look]
