"""Every sentence a user can meet, in Indonesian and English: `<room>.toml` holds `[key]` with `id` and `en`.

`en_one`, where it is there, takes the place of `en` when the slot {n} is 1: “1 person”, “2 people”.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGS = ("id", "en")
# Control characters but line ends, and marks that turn the direction of writing: a terminal would obey them.
_ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def catalogue(room: str) -> Mapping[str, Mapping[str, str]]:
    """All texts of one room, by key."""
    return tomllib.loads((files(__name__) / f"{room}.toml").read_text(encoding="utf-8"))


def say(key: str, lang: str, **slots: Any) -> str:
    """The text `room.key` in `lang` ("id" or "en") with its {slots} filled. Raises KeyError for an unknown key.

    What slots bring from outside, such as names of files, can only be read: characters that act are escaped.
    """
    room, _, name = key.partition(".")
    words = catalogue(room)[name]
    one = words.get(f"{lang}_one") if str(slots.get("n")) == "1" else None
    return (one or words[lang]).format(**{key: _readable(value) for key, value in slots.items()})


def _readable(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _ACTS.sub(lambda hit: hit[0].encode("unicode_escape").decode("ascii"), value)


def default_lang(environ: Mapping[str, str] = os.environ) -> str:
    """Language of the locale; Indonesian where the locale is unknown (unset, C or POSIX)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return "id" if value.lower().startswith(("id", "ms")) else "en"
    return "id"
