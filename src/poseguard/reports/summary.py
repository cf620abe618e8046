"""Counts over a run, and the exit code that follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from poseguard.errors import ExitCode
from poseguard.reading.sources import Skipped as LeftOut
from poseguard.reports.words import (
    candidate_counts,
    duration,
    given_names,
    number,
    pose_counts,
    shown_level,
    thing_counts,
)
from poseguard.results import Level, Matching, PhotoReport, Skipped, Status
from poseguard.texts import say

WORST_FIRST = (Level.HIGH, Level.MEDIUM, Level.LOW, Level.UNKNOWN, Level.NONE)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of photos. `poses`: photos that show the label, most first; `unknown`: photos of unknown risk, by status.

    `things`: photos that show the (kind, label), logos first; `given`: names of enrolled logos, by code; `candidates`:
    photos that depict someone like the candidate (id, name), most first; `matching`: all faces of the run together,
    None where none were compared.

    `unjudged`: not read whole, or of unknown risk (a partial photo counts even where a risk was seen); `skipped`: files
    that are plainly no photos; `first_taken`, `last_taken`: earliest and latest date taken, ISO 8601; `interrupted`:
    the run was ended early.
    """

    photos: int
    statuses: Mapping[Status, int]
    unknown: Mapping[Status, int]
    levels: Mapping[Level, int]
    poses: Mapping[str, int]
    things: Mapping[tuple[str, str], int]
    problems: Mapping[str, int]
    hands: int
    hands_unreadable: int
    unjudged: int
    given: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[tuple[str, str], int] = field(default_factory=dict)
    matching: Matching | None = None
    skipped: int = 0
    first_taken: str | None = None
    last_taken: str | None = None
    elapsed_s: float = 0.0
    interrupted: bool = False


class Tally:
    """Counts reports as they come, in memory that does not grow with the number of photos."""

    def __init__(self) -> None:
        self._statuses: Counter[Status] = Counter()
        self._unknown: Counter[Status] = Counter()
        self._levels: Counter[Level] = Counter()
        self._poses: Counter[str] = Counter()
        self._things: Counter[tuple[str, str]] = Counter()
        self._given: dict[str, str] = {}
        self._candidates: Counter[tuple[str, str]] = Counter()
        self._matching: Matching | None = None
        self._problems: Counter[str] = Counter()
        self._hands = self._unreadable = self._unjudged = 0
        self._first: str | None = None
        self._last: str | None = None

    def add(self, report: PhotoReport) -> None:
        level = shown_level(report)
        self._statuses[report.status] += 1
        self._levels[level] += 1
        if level is Level.UNKNOWN:
            self._unknown[report.status] += 1
        self._poses.update(pose_counts(report).keys())
        self._things.update(thing_counts(report).keys())
        self._given.update(given_names(report))
        self._candidates.update(candidate_counts(report).keys())
        if report.matching:
            self._matching = _added(self._matching, report.matching)
        if report.error:
            self._problems[report.error.code] += 1
        if report.scene:
            self._hands += report.scene.hands_seen
            self._unreadable += report.scene.hands_unreadable
        self._unjudged += report.status is not Status.OK or level is Level.UNKNOWN
        if taken := report.photo.taken:
            self._first = min(self._first or taken, taken)
            self._last = max(self._last or taken, taken)

    def summary(self, *, skipped: int = 0, elapsed_s: float = 0.0, interrupted: bool = False) -> Summary:
        return Summary(
            photos=self._statuses.total(),
            statuses={status: self._statuses[status] for status in Status},
            unknown=dict(self._unknown),
            levels={level: self._levels[level] for level in WORST_FIRST},
            poses=dict(sorted(self._poses.items(), key=lambda item: (-item[1], item[0]))),
            things=dict(sorted(self._things.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))),
            problems=dict(sorted(self._problems.items())),
            hands=self._hands,
            hands_unreadable=self._unreadable,
            unjudged=self._unjudged,
            given=dict(self._given),
            candidates=dict(sorted(self._candidates.items(), key=lambda item: (-item[1], item[0]))),
            matching=self._matching,
            skipped=skipped,
            first_taken=self._first,
            last_taken=self._last,
            elapsed_s=elapsed_s,
            interrupted=interrupted,
        )


def _added(total: Matching | None, one: Matching) -> Matching:
    """The faces of one more photo."""
    if total is None:
        return one
    counts = {name: getattr(total, name) + getattr(one, name) for name in ("compared", "named", "unnamed")}
    names = [each.name for each in fields(Skipped)]
    skipped = {name: getattr(total.skipped, name) + getattr(one.skipped, name) for name in names}
    return replace(total, **counts, skipped=Skipped(**skipped))


def reached(summary: Summary, fail_on: Level | None) -> int:
    """Photos at `fail_on` or above; none where `fail_on` is None."""
    if fail_on is None:
        return 0
    return sum(count for level, count in summary.levels.items() if level.rank >= fail_on.rank)


def exit_code(summary: Summary, fail_on: Level | None = Level.MEDIUM) -> ExitCode:
    """FOUND where a photo reaches `fail_on`, else UNREADABLE where one was not judged, else CLEAN; INTERRUPTED wins."""
    if summary.interrupted:
        return ExitCode.INTERRUPTED
    if reached(summary, fail_on):
        return ExitCode.FOUND
    return ExitCode.UNREADABLE if summary.unjudged else ExitCode.CLEAN


def closing_lines(summary: Summary, fail_on: Level | None, lang: str) -> tuple[str, ...]:
    """What the exit code stands for, in sentences, for stderr: both reasons are named where both hold."""
    photos = number(summary.photos, lang)
    lines = [say("reports.closing_photos", lang, n=photos, time=duration(summary.elapsed_s, lang))]
    if summary.interrupted:
        lines.append(say("reports.interrupted", lang))
    if fail_on is not None and (found := reached(summary, fail_on)):
        level = say(f"reports.short_{fail_on}", lang).lower()
        lines.append(say("reports.closing_found", lang, n=number(found, lang), level=level))
    if summary.unjudged:
        lines.append(say("reports.closing_unjudged", lang, n=number(summary.unjudged, lang)))
    return tuple(lines)


def left_out_lines(skipped: LeftOut, lang: str) -> tuple[str, ...]:
    """What may hold photos and was not looked at, in sentences, for stderr."""
    counts = {
        "links": skipped.links,
        "hidden": skipped.hidden,
        "unopened": skipped.unreadable,
        "copies": skipped.copies,
    }
    return tuple(say(f"reports.closing_{what}", lang, n=number(n, lang)) for what, n in counts.items() if n)
