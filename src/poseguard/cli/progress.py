"""Progress on stderr: a live line on a terminal, a line now and then where it is not one."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from poseguard.cli.spoken import tell
from poseguard.reports.words import number
from poseguard.results import PhotoReport
from poseguard.texts import say

_LIVE_EVERY = 0.1
_PLAIN_EVERY = 10.0


class Progress:
    """Counts photos as they are done; silent for the first second, and wherever `quiet`."""

    def __init__(self, lang: str, *, quiet: bool = False) -> None:
        self._lang = lang
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._started = self._last = time.monotonic()
        self._done = 0
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown and self._live:
            tell("\r\033[2K", nl=False)

    def step(self, report: PhotoReport) -> None:
        """One more photo is done."""
        self._done += 1
        now = time.monotonic()
        if self._quiet or now - self._started < 1 or now - self._last < (_LIVE_EVERY if self._live else _PLAIN_EVERY):
            return
        self._last, self._shown = now, True
        rate = number(self._done / (now - self._started), self._lang, 1)
        text = say("cli.progress", self._lang, done=number(self._done, self._lang), rate=rate)
        tell(f"\r\033[2K{text}" if self._live else text, nl=not self._live)
