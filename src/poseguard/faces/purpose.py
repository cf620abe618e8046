"""What faces are compared for: a user must say it, and every report repeats it."""

from __future__ import annotations

from poseguard.errors import UsageError
from poseguard.texts import say

PURPOSE_LENGTH = 200
"""Longest purpose, in characters."""


def checked_purpose(said: str, lang: str) -> str:
    """On one line, with single spaces. Raises UsageError where it is empty, too long, or holds control characters."""
    if not said.strip():
        raise UsageError(say("faces.no-purpose", lang), say("faces.no-purpose-remedy", lang))
    purpose = " ".join(said.split())
    if not said.strip().isprintable() or len(purpose) > PURPOSE_LENGTH:
        remedy = say("faces.bad-purpose-remedy", lang, longest=PURPOSE_LENGTH)
        raise UsageError(say("faces.bad-purpose", lang), remedy)
    return purpose
