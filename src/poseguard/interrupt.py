"""Ctrl-C while modules are being imported, when nothing is under way that could be ended in good order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_INTERRUPTED = 130  # `poseguard.errors.ExitCode.INTERRUPTED`, whose import would take its time unguarded


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
