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
# Control characters drive a terminal, bidirectional marks turn a file name round, lone surrogates cannot be written.
_ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


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
    return (one or words[lang]).format(
        **{key: readable(value) if isinstance(value, str) else value for key, value in slots.items()}
    )


def readable(text: str) -> str:
    """Foreign text, with characters that act instead of show written as escapes, but for line ends."""
    return _ACTS.sub(lambda hit: hit[0].encode("unicode_escape").decode("ascii"), text)


def default_lang(environ: Mapping[str, str] = os.environ) -> str:
    """Language of the locale; Indonesian where the locale is unknown (unset, C or POSIX)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return "id" if value.lower().startswith(("id", "ms")) else "en"
    return "id"
