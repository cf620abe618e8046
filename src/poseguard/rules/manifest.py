"""A CSV with one row a photo: file, election, region, posted, taken, subject, declare."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poseguard.errors import DataError
from poseguard.rules.context import Given
from poseguard.texts import say

COLUMNS = ("file", "election", "region", "posted", "taken", "subject", "declare")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, for messages, and its answers."""

    line: int
    given: Given


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rows by absolute path of the photo."""

    rows: Mapping[Path, Row]

    def row_for(self, photo: str | Path) -> Row | None:
        """The row of a photo, or None. A relative path is taken from the working folder, as the scan takes it."""
        return self.rows.get(_absolute(Path(photo)))


def load_manifest(path: Path, lang: str = "id") -> Manifest:
    """Reads UTF-8 with commas or semicolons, as Excel saves it; paths are relative to the manifest's folder.

    Raises DataError with file and line for unknown columns, empty or repeated files and rows that are too long.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as broken:
        raise DataError(
            say("rules.unreadable-file", lang, file=path.name), say("rules.unreadable-file-remedy", lang)
        ) from broken
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    for column in columns:
        if column not in COLUMNS:
            raise _error(path, 1, "manifest-columns", lang, column=column, known=", ".join(COLUMNS))
    if "file" not in columns:
        raise _error(path, 1, "manifest-no-file", lang, "manifest-columns", known=", ".join(COLUMNS))
    rows: dict[Path, Row] = {}
    for values in reader:
        line = reader.line_num
        if None in values:
            raise _error(path, line, "manifest-fields", lang)
        cells = {name: (value or "").strip() for name, value in values.items()}
        if not cells["file"]:
            raise _error(path, line, "manifest-empty-file", lang)
        photo = _absolute(path.parent / cells["file"])
        if photo in rows:
            raise _error(path, line, "manifest-twice", lang, name=cells["file"], first=rows[photo].line)
        rows[photo] = Row(line, _given(cells))
    return Manifest(rows)


def _given(cells: Mapping[str, str]) -> Given:
    facts = cells.get("declare", "").replace(";", ",").split(",")
    answers = {name: cells.get(name) or None for name in COLUMNS if name not in ("file", "declare")}
    return Given(**answers, declare=tuple(fact.strip() for fact in facts if fact.strip()))


def _absolute(path: Path) -> Path:
    # Links are kept as they are: the scan names a photo by the path it met it under.
    return Path(*path.absolute().parts) if ".." not in path.parts else path.resolve()


def _error(path: Path, line: int, problem: str, lang: str, remedy: str | None = None, **slots: object) -> DataError:
    told = say(f"rules.{problem}", lang, **slots)
    message = say("rules.manifest-error", lang, file=path.name, line=line, problem=told)
    return DataError(message, say(f"rules.{remedy or problem}-remedy", lang, **slots))
