"""An agency's defaults, `poseguard.toml`: what flags and manifest rows leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from poseguard.errors import DataError, UsageError
from poseguard.results import Level
from poseguard.rules.context import Given, facts_in
from poseguard.rules.shape import build, choice_error
from poseguard.rules.tomldoc import read
from poseguard.texts import LANGS, say

SETTINGS_NAME = "poseguard.toml"
NEVER = "never"
FAIL_ON = (Level.LOW.value, Level.MEDIUM.value, Level.HIGH.value, NEVER)
"""Levels from which a run may end with exit code 1."""


@dataclass(frozen=True, slots=True)
class _File:
    election: str | None = None
    region: str | None = None
    subject: str | None = None
    pose_list: str | None = None
    lang: str | None = None
    fail_on: str | None = None
    declare: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    gallery: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What poseguard.toml says; None where it is silent. `rules`, `gallery`: already made relative to the file."""

    given: Given = field(default_factory=Given)
    pose_list: str | None = None
    lang: str | None = None
    fail_on: str | None = None
    rules: tuple[Path, ...] = ()
    gallery: Path | None = None
    purpose: str | None = None
    name: str = SETTINGS_NAME
    lines: Mapping[str, int] = field(default_factory=dict)

    def wrong(self, key: str, error: UsageError, lang: str) -> DataError:
        """The same error, with the line of the file that brought it."""
        line = self.lines.get(key, 1)
        return DataError(say("rules.data-error", lang, file=self.name, line=line, problem=error.message), error.remedy)


def load_settings(path: Path, lang: str = "id") -> Settings:
    """Raises DataError, with file, line and remedy, for an unknown key or a value of the wrong kind."""
    document = read(path, path.name, lang)
    said = build(_File, document.data, document, (), lang)
    for key, value, known in (
        ("lang", said.lang, LANGS),
        ("fail_on", said.fail_on, FAIL_ON),
    ):
        if value is not None and value not in known:
            raise choice_error(document, (key,), value, known, lang)
    return Settings(
        given=Given(election=said.election, region=said.region, subject=said.subject, declare=facts_in(*said.declare)),
        pose_list=said.pose_list,
        lang=said.lang,
        fail_on=said.fail_on,
        rules=tuple(path.parent / folder for folder in said.rules),
        gallery=path.parent / said.gallery if said.gallery else None,
        purpose=said.purpose,
        name=path.name,
        lines={key: document.line((key,)) for key in document.data},
    )
