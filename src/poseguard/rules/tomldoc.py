"""TOML with line numbers: `tomllib` gives none for what is wrong in meaning, so the keys are found again here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poseguard.errors import DataError, os_reason
from poseguard.texts import say

Where = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_SHOWN = 60
_LONG_QUOTES = re.compile(r'"""|\'\'\'')


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that has been read. `name`: how errors call it; `lines`: line number of each key that was found."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """Line of a key, or of the nearest table around it; 1 where nothing nearer is known."""
        for end in range(len(where), 0, -1):
            if where[:end] in self.lines:
                return self.lines[where[:end]]
        return 1

    def error(self, where: Where, problem: str, lang: str, **slots: Any) -> DataError:
        """An error that names file, line and remedy. `problem`: a text that has a `<problem>-remedy`."""
        message = say(
            "rules.data-error", lang, file=self.name, line=self.line(where), problem=say(problem, lang, **slots)
        )
        return DataError(message, say(f"{problem}-remedy", lang, **slots))


def parse(text: str, name: str, lang: str) -> Document:
    """Raises DataError with file and line where the text is no TOML."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        found = re.search(r"line (\d+)", str(broken))
        lines = text.rstrip().splitlines() or [""]
        # A document that ends too early has no line in the message: its last line is the place.
        at = int(found.group(1)) if found else len(lines)
        # What the parser complains of is English: the line itself says as much.
        problem = say("rules.not-toml", lang, text=lines[min(at, len(lines)) - 1].strip()[:_SHOWN])
        message = say("rules.data-error", lang, file=name, line=at, problem=problem)
        raise DataError(message, say("rules.not-toml-remedy", lang)) from broken
    return Document(name, data, _lines(text, data))


def read(path: Path, name: str, lang: str) -> Document:
    """Reads and parses a file. Raises DataError where it cannot be read or is no UTF-8."""
    return parse(read_text(path, lang), name, lang)


def read_text(path: Path, lang: str) -> str:
    """A file of UTF-8, without the mark in front. Raises DataError where it cannot be read or is something else."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as refused:
        message = say("rules.no-file", lang, file=str(path), why=os_reason(refused, lang))
        raise DataError(message, say("rules.no-file-remedy", lang)) from refused
    except UnicodeDecodeError as broken:
        message = say("rules.not-utf8", lang, file=str(path))
        raise DataError(message, say("rules.not-utf8-remedy", lang)) from broken


def _lines(text: str, data: Mapping[str, Any]) -> dict[Where, int]:
    lines: dict[Where, int] = {}
    last: dict[Where, int] = {}
    table: Where = ()
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        was_inside = inside
        if len(_LONG_QUOTES.findall(line)) % 2:
            inside = not inside
        if was_inside:
            continue
        if header := _HEADER.match(line):
            parts = _parts(header.group(2))
            table = _place((), parts, last)
            if header.group(1) == "[[":
                last[table] = last.get(table, -1) + 1
                table = (*table, last[table])
            _remember(lines, table, number, data)
        elif key := _KEY.match(line):
            _remember(lines, _place(table, _parts(key.group(1)), last), number, data)
    return lines


def _parts(dotted: str) -> list[str]:
    try:
        node: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return []
    parts = []
    while isinstance(node, dict):
        ((name, node),) = node.items()
        parts.append(name)
    return parts


def _place(table: Where, parts: list[str], last: Mapping[Where, int]) -> Where:
    """`[a.b]` after `[[a]]` means the last a: the index goes in between."""
    for position, part in enumerate(parts):
        table = (*table, part)
        if table in last and position < len(parts) - 1:
            table = (*table, last[table])
    return table


def _remember(lines: dict[Where, int], where: Where, number: int, data: Any) -> None:
    """Only what is in the data: a line of a long string that looks like a key is none."""
    for depth, step in enumerate(where, 1):
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
        lines.setdefault(where[:depth], number)
