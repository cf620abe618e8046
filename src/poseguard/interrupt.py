"""Ctrl-C and its likes, and what it does while modules are imported, when nothing could be ended in good order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_INTERRUPTED = 130  # `poseguard.errors.ExitCode.INTERRUPTED`, whose import would take its time unguarded


@contextmanager
def asked_to_stop() -> Iterator[None]:
    """Inside, SIGTERM and a lost terminal (SIGHUP) do what Ctrl-C does: what is done is written.

    Does nothing where this is not the main thread, or somebody else has said what these do (`nohup`).
    """
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    with suppress(ValueError):  # not the main thread
        for number in ours:
            signal.signal(number, _as_ctrl_c)
    try:
        yield
    finally:
        with suppress(ValueError):
            for number in ours:
                signal.signal(number, signal.SIG_DFL)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """Who answers Ctrl-C answers; where nobody does (after a shell's `&` it is ignored), the run ends all the same."""
    behind = signal.getsignal(signal.SIGINT)
    if not callable(behind):
        raise KeyboardInterrupt
    behind(signal.SIGINT, frame)


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Inside, Ctrl-C ends the process with exit code 130 and no words.

    KeyboardInterrupt would not do: the import system and C extensions swallow it or turn it into other errors. Does
    nothing where this is not the main thread, or SIGINT is somebody else's.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with suppress(ValueError):  # not the main thread
        if ours:
            signal.signal(signal.SIGINT, lambda number, frame: os._exit(_INTERRUPTED))
    try:
        yield
    finally:
        with suppress(ValueError):
            if ours:
                signal.signal(signal.SIGINT, signal.default_int_handler)
