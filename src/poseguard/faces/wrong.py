"""Why a gallery or a file of numbers is not what it should be, in words; never in those of Python or of the file."""

from __future__ import annotations

import json
from zipfile import BadZipFile
from zlib import error as ZlibError

from poseguard.archive import Odd
from poseguard.reading.problems import printable
from poseguard.texts import say

_LONGEST = 100
_KNOWN = {
    "too short": "zip",
    "end": "zip",
    "members": "members",
    "larger than allowed": "large",
    "structure": "large",
    "compression": "compression",
    "missing": "missing",
    "format": "format",
}


def why(error: Exception, lang: str) -> str:
    """A part of a sentence; names of parts of the file stand in it as they are in the format, with escapes."""
    match error:
        case json.JSONDecodeError() | UnicodeDecodeError() | RecursionError():
            return say("faces.why-json", lang)
        case BadZipFile() | ZlibError() | EOFError() | NotImplementedError():
            return say("faces.why-zip", lang)
        case KeyError():
            return say("faces.why-missing", lang, part=_safe(error.args[0] if error.args else ""))
        case Odd():
            part, _, what = str(error).rpartition(": ")
            if what not in _KNOWN:
                return say("faces.why-odd", lang, part=_safe(error))
            return say(f"faces.why-{_KNOWN[what]}", lang, part=_safe(part) or say("faces.the-file", lang))
        case _:
            return say("faces.why-other", lang)


def _safe(text: object) -> str:
    return printable(ascii(str(text)[:_LONGEST])[1:-1])
