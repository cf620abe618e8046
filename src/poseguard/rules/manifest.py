"""A CSV with one row a photo: file, election, region, posted, taken, subject, declare."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from poseguard.errors import DataError
from poseguard.paths import real
from poseguard.rules.context import Given, facts_in
from poseguard.rules.tomldoc import read_text
from poseguard.texts import say

COLUMNS = ("file", "election", "region", "posted", "taken", "subject", "declare")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, for messages, and its answers."""

    line: int
    given: Given


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rows by the place of the photo. `name`: the manifest's own, for messages."""

    name: str
    rows: Mapping[str, Row]

    def row_for(self, photo: str | Path) -> Row | None:
        """The row of a photo, or None. A relative path is taken from the working folder, as the scan takes it."""
        return self.rows.get(_place(Path(photo)))


def load_manifest(path: Path, lang: str = "id") -> Manifest:
    """Reads UTF-8 with commas or semicolons, as Excel saves it; paths are relative to the manifest's folder.

    Lines and columns without any value, as Excel leaves them, are passed over. Raises DataError with file and line for
    unknown or repeated columns, empty or repeated files, rows that are too long and quotes that are not closed.
    """
    text = read_text(path, lang)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines = _lines(path, text, delimiter, lang)
    _, header = next(lines, (1, []))
    columns = [name.lower() for name in header]
    known = ", ".join(COLUMNS)
    for n, column in enumerate(columns):
        if column and column not in COLUMNS:
            raise _error(path, 1, "manifest-columns", lang, column=column, known=known)
        if column and column in columns[:n]:
            raise _error(path, 1, "manifest-column-twice", lang, column=column)
    if "file" not in columns:
        raise _error(path, 1, "manifest-no-file", lang, "manifest-columns", known=known)
    rows: dict[str, Row] = {}
    for line, values in lines:
        if any(value for value, column in zip_longest(values, columns) if not column):
            raise _error(path, line, "manifest-fields", lang)
        named = dict(zip(columns, values, strict=False))
        file = named.get("file", "")
        if not file:
            raise _error(path, line, "manifest-empty-file", lang)
        photo = _place(path.parent / file)
        if photo in rows:
            raise _error(path, line, "manifest-twice", lang, name=file, first=rows[photo].line)
        rows[photo] = Row(line, _given(named))
    return Manifest(path.name, rows)


def _lines(path: Path, text: str, delimiter: str, lang: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that has any."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    started = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield started, [cell.strip() for cell in cells]
            started = reader.line_num + 1
    except csv.Error as broken:
        raise _error(path, started, "manifest-quotes", lang) from broken


def _given(cells: Mapping[str, str]) -> Given:
    answers = {name: cells.get(name) or None for name in COLUMNS if name not in ("file", "declare")}
    return Given(**answers, declare=facts_in(cells.get("declare", "").replace(";", ",")))


def _place(path: Path) -> str:
    """Where a photo lies, however its folder is reached and its letters are composed; a link to a photo is its own."""
    with suppress(ValueError):  # no file can have that name: its row will meet none
        path = real(path.parent) / path.name
    return unicodedata.normalize("NFC", str(path))


def _error(path: Path, line: int, problem: str, lang: str, remedy: str | None = None, **slots: object) -> DataError:
    told = say(f"rules.{problem}", lang, **slots)
    message = say("rules.manifest-error", lang, file=path.name, line=line, problem=told)
    return DataError(message, say(f"rules.{remedy or problem}-remedy", lang, **slots))
