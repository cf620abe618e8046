"""The terminal report: summary first, worst first, in plain words."""

from __future__ import annotations

import io
from bisect import insort
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from poseguard.reports.output import Sink
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import WORST_FIRST, Summary
from poseguard.reports.words import (
    candidate_counts,
    candidate_said,
    clean,
    duration,
    given_names,
    label_name,
    level_name,
    matching_line,
    moment,
    number,
    pose_counts,
    possible_names,
    prose,
    shown_level,
    status_name,
    thing_counts,
    thing_name,
)
from poseguard.results import Level, PhotoReport, Status
from poseguard.texts import say

PHOTOS_SHOWN = 50
UNASSESSED_SHOWN = 20
_PLAIN_WIDTH = 100
STYLES = {
    Level.HIGH: "bold red",
    Level.MEDIUM: "dark_orange3",
    Level.LOW: "yellow",
    Level.UNKNOWN: "magenta",
    Level.NONE: "green",
}


class TextReporter:
    """Keeps only what it will print (the worst photos), whatever the number of photos; prints on `close`.

    `terminal`: the stream to measure and colour for; without it the text is plain and 100 columns wide.
    """

    wants = Wants()

    def __init__(self, sink: Sink, lang: str, terminal: TextIO | None = None) -> None:
        self._sink = sink
        self._lang = lang
        self._terminal = terminal
        self._worst: list[PhotoReport] = []
        self._unassessed: list[PhotoReport] = []
        self._possibles: list[PhotoReport] = []
        self._possible = 0

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        level = shown_level(report)
        if level is Level.UNKNOWN:
            _keep(self._unassessed, report, UNASSESSED_SHOWN)
        elif level is not Level.NONE:
            _keep(self._worst, report, PHOTOS_SHOWN)
        elif possible_names(report, self._lang):
            self._possible += 1
            if len(self._possibles) < PHOTOS_SHOWN:
                self._possibles.append(report)

    def close(self, summary: Summary) -> None:
        if self._terminal is not None:
            show(self._terminal, lambda console: self._print(console, summary))
        else:
            text = io.StringIO()
            show(text, lambda console: self._print(console, summary))
            self._sink.write(text.getvalue().encode("utf-8"))
        self._sink.close()

    def discard(self) -> None:
        self._sink.discard()

    def _print(self, console: Console, summary: Summary) -> None:
        lang = self._lang
        console.print()
        _print_summary(console, summary, lang)
        if self._worst:
            _heading(console, say("reports.look_at", lang))
            for report in self._worst:
                _print_photo(console, report, lang)
            above = sum(summary.levels[level] for level in (Level.HIGH, Level.MEDIUM, Level.LOW))
            _more(console, above - len(self._worst), lang)
        elif summary.photos:
            console.print()
            console.print(Text(say("reports.nothing_found", lang)))
        if self._possibles:
            _heading(console, say("reports.possible_faces", lang))
            for report in self._possibles:
                _print_photo(console, report, lang)
            _more(console, self._possible - len(self._possibles), lang)
        if self._unassessed:
            _heading(console, say("reports.unassessed", lang))
            for report in self._unassessed:
                _print_unassessed(console, report, lang)
            _more(console, summary.levels[Level.UNKNOWN] - len(self._unassessed), lang)
        console.print()
        console.print(Text(say("reports.not_a_verdict", lang), style="dim"))
        if summary.levels[Level.NONE]:
            console.print(Text(say("reports.none_is_not_clearance", lang), style="dim"))
        if self._worst:
            console.print(Text(say("reports.explain_hint", lang), style="dim"))


def show(stream: TextIO, draw: Callable[[Console], None]) -> None:
    """Draws on `stream`: in colour on a terminal (without NO_COLOR), else plain and 100 columns wide."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
    if isinstance(stream, io.TextIOWrapper) and not encoding.startswith("utf"):
        stream.reconfigure(errors="replace")
    if stream.isatty():
        draw(Console(file=stream, highlight=False, markup=False, emoji=False))
        return
    plain = io.StringIO()
    draw(Console(file=plain, width=_PLAIN_WIDTH, highlight=False, markup=False, emoji=False, force_terminal=False))
    stream.write("".join(f"{line.rstrip()}\n" for line in plain.getvalue().splitlines()))


def badge(level: Level, lang: str) -> Text:
    """The level as a mark and a word: colour is never the only sign."""
    marks = {Level.HIGH: "▲", Level.MEDIUM: "●", Level.LOW: "○", Level.UNKNOWN: "?", Level.NONE: "·"}
    return Text(f"{marks[level]} {say(f'reports.short_{level}', lang)}", style=STYLES[level])


def _keep(kept: list[PhotoReport], report: PhotoReport, most: int) -> None:
    insort(kept, report, key=lambda one: (-one.risk.level.rank, -one.risk.score, one.photo.path))
    del kept[most:]


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _print_summary(console: Console, summary: Summary, lang: str) -> None:
    if not summary.photos:
        console.print(Text(say("reports.no_photos", lang), style="bold"))
    else:
        time = duration(summary.elapsed_s, lang)
        console.print(Text(say("reports.checked", lang, n=number(summary.photos, lang), time=time), style="bold"))
    if summary.interrupted:
        console.print(Text(say("reports.interrupted", lang), style="bold"))
    if summary.first_taken:
        first, last = (moment(one)[:10] for one in (summary.first_taken, summary.last_taken))
        console.print(Text(say("reports.taken_span", lang, first=first, last=last), style="dim"))
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=15)
    table.add_column(justify="right", min_width=6)
    table.add_column()
    for level in WORST_FIRST:
        count = summary.levels[level]
        style = "dim" if not count else ""
        note = _reading_note(summary, lang) if level is Level.UNKNOWN and count else ""
        table.add_row(
            badge(level, lang) if count else Text(f"  {say(f'reports.short_{level}', lang)}", style=style),
            Text(number(count, lang), style=style or "bold"),
            Text(note or level_name(level, lang), style="dim"),
        )
    console.print(table)
    lines = []
    if summary.poses:
        poses = ", ".join(f"{label_name(label, lang)} {number(n, lang)}" for label, n in summary.poses.items())
        lines.append(f"{say('reports.poses_seen', lang)} ({say('reports.poses_unit', lang)}): {poses}.")
    if summary.things:
        things = ", ".join(
            f"{thing_name(*one, lang, summary.given)} {number(n, lang)}" for one, n in summary.things.items()
        )
        lines.append(f"{say('reports.things_seen', lang)} ({say('reports.poses_unit', lang)}): {things}.")
    if summary.candidates:
        names = ", ".join(
            f"{candidate_said(name, lang)} {number(n, lang)}" for (_, name), n in summary.candidates.items()
        )
        lines.append(f"{say('reports.faces_seen', lang)} ({say('reports.poses_unit', lang)}): {names}.")
    if summary.matching:
        lines.append(matching_line(summary.matching, lang))
    if summary.hands_unreadable:
        n, every = number(summary.hands_unreadable, lang), number(summary.hands, lang)
        lines.append(say("reports.hands_unreadable", lang, n=n, all=every))
    if summary.skipped:
        lines.append(say("reports.skipped", lang, n=number(summary.skipped, lang)))
    if lines:
        console.print()
    for line in lines:
        console.print(Text(line))


def _reading_note(summary: Summary, lang: str) -> str:
    counts = ((status, summary.unknown.get(status, 0)) for status in Status)
    parts = [f"{status_name(status, lang)} {number(count, lang)}" for status, count in counts if count]
    return f"{level_name(Level.UNKNOWN, lang)}: {', '.join(parts)}" if parts else ""


def _print_photo(console: Console, report: PhotoReport, lang: str) -> None:
    console.print()
    body = Text(clean(report.photo.path), style="bold", overflow="fold")
    facts = [f"{label_name(label, lang)} ×{count}" for label, count in pose_counts(report).items()]
    facts += [f"{thing_name(*one, lang, given_names(report))} ×{count}" for one, count in thing_counts(report).items()]
    facts += [f"{candidate_said(name, lang)} ×{count}" for (_, name), count in candidate_counts(report).items()]
    facts += possible_names(report, lang)
    if report.scene:
        facts.append(f"{report.scene.people} {say('reports.people', lang, n=report.scene.people)}")
    if report.status is not Status.OK:
        facts.append(status_name(report.status, lang))
    if facts:
        body.append(f"\n{' · '.join(facts)}", style="not bold dim")
    for finding in report.findings:
        if finding.level.rank > Level.UNKNOWN.rank:
            body.append(f"\n{prose(finding.title)}", style="not bold")
    worst = max(report.findings, key=lambda one: one.level.rank, default=None)
    if worst is not None and worst.advice:
        body.append(f"\n→ {prose(worst.advice[0])}", style="not bold cyan")
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=9, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(badge(shown_level(report), lang), body)
    console.print(table)


def _print_unassessed(console: Console, report: PhotoReport, lang: str) -> None:
    text = Text(clean(report.photo.path), overflow="fold")
    why = f"{status_name(report.status, lang)}"
    if report.error:
        why += f": {prose(report.error.message)}"
    text.append(f"\n  {why}", style="dim")
    console.print(Padding(text, (0, 0, 0, 2)))


def _more(console: Console, count: int, lang: str) -> None:
    if count > 0:
        console.print()
        console.print(Text(say("reports.more_photos", lang, n=number(count, lang)), style="dim"))
