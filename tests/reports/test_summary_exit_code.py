"""Counts, the rule that unknown is never clean, and the exit codes."""

from __future__ import annotations

import pytest
from report_samples import all_reports, damaged, fist, group, lone, rejected

from poseguard.errors import ExitCode
from poseguard.reports.summary import Summary, Tally, closing_lines, exit_code
from poseguard.reports.words import shown_level
from poseguard.results import Level, PhotoReport, Status


def summed(*reports: PhotoReport, interrupted: bool = False) -> Summary:
    tally = Tally()
    for report in reports:
        tally.add(report)
    return tally.summary(skipped=2, elapsed_s=3.0, interrupted=interrupted)


def test_everything_is_counted_once() -> None:
    summary = summed(*all_reports())
    assert summary.photos == 7
    assert summary.statuses == {Status.OK: 4, Status.PARTIAL: 2, Status.REJECTED: 1, Status.ERROR: 0}
    assert summary.levels == {Level.HIGH: 2, Level.MEDIUM: 1, Level.LOW: 1, Level.UNKNOWN: 2, Level.NONE: 1}
    assert summary.unknown == {Status.PARTIAL: 1, Status.REJECTED: 1}
    assert summary.poses == {"fist": 3, "hand_heart": 1, "like": 1, "peace": 1}
    logos = {("logo", code): 1 for code in ("perindo", "pkb", "relawan")}
    assert summary.things == logos | {("prop", "attribute"): 1, ("prop", "spanduk"): 1}
    assert summary.problems == {"not-a-photo": 1, "truncated": 2}
    assert (summary.hands, summary.hands_unreadable, summary.skipped, summary.unjudged) == (12, 3, 2, 3)
    assert (summary.first_taken, summary.last_taken) == ("2024-09-01T10:00:00", "2024-10-14T08:30:00")


def test_a_photo_not_read_whole_is_never_shown_as_clean() -> None:
    assert damaged().risk.level is Level.NONE
    assert shown_level(damaged()) is Level.UNKNOWN
    assert shown_level(lone()) is Level.LOW


@pytest.mark.parametrize(
    ("reports", "fail_on", "code"),
    [
        ((), Level.MEDIUM, ExitCode.CLEAN),
        ((fist(),), Level.MEDIUM, ExitCode.CLEAN),
        ((fist(),), Level.LOW, ExitCode.CLEAN),
        ((group(),), Level.MEDIUM, ExitCode.FOUND),
        ((group(),), Level.HIGH, ExitCode.FOUND),
        ((group(),), None, ExitCode.CLEAN),
        ((lone(),), Level.LOW, ExitCode.FOUND),
        ((lone(),), Level.MEDIUM, ExitCode.UNREADABLE),
        ((fist(), rejected()), Level.MEDIUM, ExitCode.UNREADABLE),
        ((damaged(),), Level.LOW, ExitCode.UNREADABLE),
        ((rejected(), group()), Level.MEDIUM, ExitCode.FOUND),
    ],
)
def test_the_exit_code_says_found_before_unreadable_before_clean(
    reports: tuple[PhotoReport, ...], fail_on: Level | None, code: ExitCode
) -> None:
    assert exit_code(summed(*reports), fail_on) is code


def test_a_run_that_was_ended_says_so_whatever_it_found() -> None:
    assert exit_code(summed(group(), interrupted=True)) is ExitCode.INTERRUPTED


@pytest.mark.parametrize("lang", ["id", "en"])
def test_where_both_hold_the_closing_lines_say_both(lang: str) -> None:
    lines = closing_lines(summed(group(), rejected()), Level.MEDIUM, lang)
    assert len(lines) == 3
    assert {"id": "perlu tinjauan manusia", "en": "human review"}[lang] in lines[1]
    assert {"id": "tidak dapat dinilai", "en": "could not be assessed"}[lang] in lines[2]


def test_one_photo_is_no_plural() -> None:
    found = closing_lines(summed(group()), Level.MEDIUM, "en")
    assert [line.split(" ")[:2] for line in found] == [["1", "photo"], ["1", "photo"]] and "it needs" in found[1]
    assert closing_lines(summed(rejected()), None, "en")[1].startswith("1 photo could")
    assert closing_lines(summed(group(), group()), None, "en")[0].startswith("2 photos")
