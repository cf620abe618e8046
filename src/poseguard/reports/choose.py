"""Which formats go where: `--format`, `--output` and `--annotate` as one set of reporters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

from poseguard.errors import UsageError
from poseguard.paths import real
from poseguard.reports.annotate import Annotator
from poseguard.reports.csv import CsvReporter
from poseguard.reports.html import HtmlReporter
from poseguard.reports.jsonl import JsonlReporter
from poseguard.reports.output import ensure_not_input, open_sink
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.reporter import Reporter
from poseguard.reports.summary import Summary, Tally
from poseguard.reports.text import TextReporter
from poseguard.reports.words import clean
from poseguard.results import PhotoReport
from poseguard.texts import say

FORMATS = ("text", "jsonl", "csv", "html")
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
}


class Reports:
    """All reporters of a run and its tally. Leaving the `with` block before `finish` discards what was not done."""

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self._reporters = tuple(reporters)
        self._tally = Tally()
        self._done = False

    @property
    def wants(self) -> Wants:
        """The pictures a worker has to make; falsy where none are needed."""
        wants = Wants()
        for one in self._reporters:
            wants |= one.wants
        return wants

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        self._tally.add(report)
        for one in self._reporters:
            one.add(report, picture)

    def finish(self, *, skipped: int = 0, elapsed_s: float = 0.0, interrupted: bool = False) -> Summary:
        """Ends every report; after Ctrl-C too (`interrupted`), so that what is done is written and valid.

        Raises OSError, once all are ended, where one of them could not be written.
        """
        summary = self._tally.summary(skipped=skipped, elapsed_s=elapsed_s, interrupted=interrupted)
        self._done = True
        refused: OSError | None = None
        for one in self._reporters:
            try:
                one.close(summary)
            except OSError as error:  # the others are written all the same
                refused = refused or error
                with suppress(OSError):
                    one.discard()
        if refused is not None:
            raise refused
        return summary

    def __enter__(self) -> Reports:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._done:
            for one in self._reporters:
                one.discard()


def open_reporters(
    formats: Sequence[str],
    outputs: Sequence[str | Path],
    *,
    lang: str,
    inputs: Sequence[Path] = (),
    annotate: Path | None = None,
    stdout: TextIO | None = None,
    csv_delimiter: str = ",",
) -> Reports:
    """Reporters for the flags as given. `inputs`: the scanned files and folders, none of which is written over.

    Raises UsageError for flags that do not fit, or a place that cannot or must not be written.
    """
    pairs = pair(formats, outputs, lang)
    for _, target in pairs:
        if target is not None:
            ensure_not_input(target, inputs, lang)
    stream = stdout or sys.stdout
    opened: list[Reporter] = []
    try:
        if annotate is not None:
            opened.append(Annotator(annotate, inputs, lang))
        opened.extend(_open(name, target, stream, lang, csv_delimiter) for name, target in pairs)
    except (UsageError, OSError):
        for one in opened:
            one.discard()
        raise
    # Copies last: one that finds no place costs no row of a report.
    return Reports(sorted(opened, key=lambda one: isinstance(one, Annotator)))


def pair(formats: Sequence[str], outputs: Sequence[str | Path], lang: str) -> list[tuple[str, Path | None]]:
    """(format, file or None for standard output) for the flags.

    An output whose suffix names one of the formats takes it; one without a telling suffix takes the formats left, in
    order; then the suffix alone decides, unless it contradicts a format still left. A format left over goes to standard
    output, as does the output "-". Raises UsageError where that does not come out even.
    """
    for name in formats:
        if name not in FORMATS:
            raise _usage("unknown_format", lang, remedy={"formats": ", ".join(FORMATS)}, name=clean(name))
    left = list(dict.fromkeys(formats))
    chosen: dict[int, str] = {}
    suffixes = [_SUFFIXES.get(Path(output).suffix.lower()) for output in outputs]
    for index, told in enumerate(suffixes):
        if told in left:
            left.remove(told)
            chosen[index] = told
    for index, told in enumerate(suffixes):
        if told is None:
            if not left:
                raise _usage("unknown_suffix", lang, path=clean(str(outputs[index])))
            chosen[index] = left.pop(0)
    for index, told in enumerate(suffixes):
        if told is not None and index not in chosen:
            if left and told not in formats:
                slots = {"path": clean(str(outputs[index])), "suffix": told, "formats": ", ".join(left)}
                raise _usage("suffix_conflict", lang, remedy=slots, **slots)
            chosen[index] = told
    targets = {index: None if str(outputs[index]) == "-" else Path(outputs[index]) for index in chosen}
    pairs = [(name, targets[index]) for index, name in sorted(chosen.items())]
    pairs += [(name, None) for name in left]
    return _checked(pairs or [("text", None)], lang)


def _checked(pairs: list[tuple[str, Path | None]], lang: str) -> list[tuple[str, Path | None]]:
    streamed = [name for name, target in pairs if target is None]
    if len(streamed) > 1:
        raise _usage("two_to_stdout", lang, formats=", ".join(streamed))
    seen: set[Path] = set()
    for _, target in pairs:
        if target is not None:
            place = real(target)
            if place in seen:
                raise _usage("same_output", lang, path=clean(str(target)))
            seen.add(place)
    return pairs


def _open(name: str, target: Path | None, stdout: TextIO, lang: str, csv_delimiter: str) -> Reporter:
    sink = open_sink(target, stdout, lang)
    makers: dict[str, Callable[[], Reporter]] = {
        "text": lambda: TextReporter(sink, lang, stdout if target is None else None),
        "jsonl": lambda: JsonlReporter(sink),
        "csv": lambda: CsvReporter(sink, lang, csv_delimiter),
        "html": lambda: HtmlReporter(sink, lang),
    }
    return makers[name]()


def _usage(key: str, lang: str, remedy: dict[str, str] | None = None, **slots: str) -> UsageError:
    return UsageError(say(f"reports.{key}", lang, **slots), say(f"reports.{key}_remedy", lang, **(remedy or {})))
