"""Turns a TOML table into a frozen data class: the class is the schema, what does not fit is an error with its line."""

from __future__ import annotations

import difflib
import types
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from poseguard.errors import DataError
from poseguard.rules.tomldoc import Document, Where
from poseguard.texts import say

T = TypeVar("T")


def build(cls: type[T], table: object, doc: Document, where: Where, lang: str, **given: object) -> T:
    """An instance of data class `cls`; `given` are fields that do not stand in the table (the id of `[pose.like]`).

    Raises DataError for an unknown key (with the nearest known one), a missing key and a value of the wrong kind.
    """
    if not isinstance(table, Mapping):
        raise doc.error(where, "rules.wrong-kind", lang, entry=_name(where), wanted="{ }")
    known = {f.name: f for f in fields(cast(Any, cls)) if f.name not in given}
    for key in table:
        if key not in known:
            slots = {"hint": hint(key, known, lang), "known": ", ".join(known)}
            raise doc.error((*where, key), "rules.unknown-key", lang, entry=key, **slots)
    hints = _hints(cast(Hashable, cls))
    values: dict[str, object] = dict(given)
    for name, spec in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], doc, (*where, name), lang)
        elif _required(spec):
            raise doc.error(where, "rules.missing-key", lang, entry=name, table=_name(where))
    return cls(**values)


def hint(word: str, known: Iterable[str], lang: str) -> str:
    """Asks, in front of another sentence, for the known word that `word` was probably meant to be; "" if none is."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return say("rules.hint", lang, nearest=close[0]) + " " if close else ""


def choice_error(doc: Document, where: Where, value: object, choices: Iterable[object], lang: str) -> DataError:
    """A value that is none of those it may be."""
    allowed = ", ".join(map(str, choices))
    return doc.error(where, "rules.not-a-choice", lang, entry=_name(where), value=value, choices=allowed)


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return get_type_hints(cast(type, cls))


def _required(spec: Field[Any]) -> bool:
    return spec.default is MISSING and spec.default_factory is MISSING


def _name(where: Where) -> str:
    return ".".join(str(step) for step in where) or "-"


def _value(hint: Any, value: Any, doc: Document, where: Where, lang: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (arm for arm in get_args(hint) if arm is not type(None))
        return _value(inner, value, doc, where, lang)
    if origin is tuple:
        if not isinstance(value, list):
            raise doc.error(where, "rules.wrong-kind", lang, entry=_name(where), wanted="[ ]")
        return tuple(_value(get_args(hint)[0], v, doc, (*where, i), lang) for i, v in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise doc.error(where, "rules.wrong-kind", lang, entry=_name(where), wanted="{ }")
        inner = get_args(hint)[1]
        if is_dataclass(inner) and any(f.metadata.get("keyed") for f in fields(inner)):
            return {k: build(cast(type, inner), v, doc, (*where, k), lang, id=k) for k, v in value.items()}
        return {k: _value(inner, v, doc, (*where, k), lang) for k, v in value.items()}
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return _choice(hint, value, doc, where, lang)
    if is_dataclass(hint):
        return build(cast(type, hint), value, doc, where, lang)
    return _plain(hint, value, doc, where, lang)


def _choice(hint: Any, value: Any, doc: Document, where: Where, lang: str) -> Any:
    choices = list(get_args(hint)) or [member.value for member in hint]
    if value not in choices:
        raise choice_error(doc, where, value, choices, lang)
    return hint(value) if isinstance(hint, type) else value


def _plain(hint: Any, value: Any, doc: Document, where: Where, lang: str) -> Any:
    if hint is date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise doc.error(where, "rules.not-a-date", lang, entry=_name(where), value=value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        wanted = {str: '"..."', int: "1", float: "0.5", bool: "true / false"}[hint]
        raise doc.error(where, "rules.wrong-kind", lang, entry=_name(where), wanted=wanted)
    return value
