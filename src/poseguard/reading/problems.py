"""Every code that says why a photo was not read whole, and the status that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from poseguard.errors import os_reason
from poseguard.results import PhotoInfo, Problem, Status
from poseguard.texts import say

from .photo import ReadPhoto

STATUS: Mapping[str, Status] = MappingProxyType(
    {
        "cut-off": Status.PARTIAL,
        "damaged": Status.PARTIAL,
        "not-a-photo": Status.REJECTED,
        "not-a-file": Status.REJECTED,
        "empty": Status.REJECTED,
        "file-too-large": Status.REJECTED,
        "too-many-pixels": Status.REJECTED,
        "format-not-allowed": Status.REJECTED,
        "not-found": Status.ERROR,
        "no-permission": Status.ERROR,
        "read-failed": Status.ERROR,
        "unreadable": Status.ERROR,
        "timed-out": Status.ERROR,
        "worker-died": Status.ERROR,
        "out-of-memory": Status.ERROR,
        "unexpected": Status.ERROR,
    }
)


Slot = str | int | float | OSError


class Unread(Exception):
    """Nothing of the photo could be read, for the reason `code`; `slots` fill its sentence."""

    def __init__(self, code: str, **slots: Slot) -> None:
        super().__init__(code)
        self.code = code
        self.slots = slots


def problem(code: str, lang: str, **slots: Slot) -> Problem:
    """The code with its sentence in `lang`. Raises KeyError for an unknown code."""
    return Problem(code, say(f"reading.{code}", lang, **{name: _figure(one, lang) for name, one in slots.items()}))


def _figure(value: Slot, lang: str) -> str | int:
    """A limit and what goes beyond it must not read the same: up to two decimals."""
    if isinstance(value, OSError):
        return os_reason(value, lang)
    if not isinstance(value, float):
        return value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text if lang == "en" else text.replace(".", ",")


def printable(path: object) -> str:
    """The path as text that any report can write: bytes that are no UTF-8 become \\xNN."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def unread(info: PhotoInfo, code: str, lang: str, **slots: Slot) -> ReadPhoto:
    """The outcome for a photo of which nothing was read."""
    return ReadPhoto(info, STATUS[code], problem(code, lang, **slots), None)
