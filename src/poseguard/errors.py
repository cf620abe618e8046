"""Errors a user can meet: each carries its exit code and what to do about it."""

from __future__ import annotations

import errno
from enum import IntEnum

from poseguard.texts import say


class ExitCode(IntEnum):
    """What the process says to a script. Where FOUND and UNREADABLE both hold, FOUND wins and the summary says both."""

    CLEAN = 0
    FOUND = 1
    USAGE = 2
    UNREADABLE = 3
    INTERNAL = 4
    INTERRUPTED = 130


class PoseguardError(Exception):
    """Base of every expected error: `message` says what and where, `remedy` what to do next, in the user's language."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.lang: str | None = None
        """Of both, where it is known."""


class UsageError(PoseguardError):
    """A flag, a path or a configuration file is wrong."""

    exit_code = ExitCode.USAGE


class DataError(UsageError):
    """A rule pack, election profile, text or manifest is wrong; the message names file and line."""


class WeightsError(UsageError):
    """A network is missing, or its digest is not the one in the manifest; the file is not used."""


def os_reason(error: OSError, lang: str) -> str:
    """Why the system refused, as a part of a sentence in `lang`: what the system itself says is English."""
    code = errno.errorcode.get(error.errno or 0, type(error).__name__)
    try:
        return say(f"system.{code}", lang)
    except KeyError:
        return say("system.other", lang, code=code)
