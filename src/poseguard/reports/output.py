"""Where a report goes: standard output as it comes, or a file that appears whole; never over a photo."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol, TextIO

from poseguard.errors import UsageError, os_reason
from poseguard.paths import real
from poseguard.reports.words import clean
from poseguard.texts import say

_PICTURE_SUFFIX = re.compile(r"\.(jpe?g|jpe|jfif|png|webp|hei[cf]|hif|avif|tiff?|bmp|dib|gif)", re.IGNORECASE)
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


class Sink(Protocol):
    """A place for bytes."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None: ...


class StreamSink:
    """Standard output: every write is flushed, so that the next tool sees a photo as soon as it is done."""

    def __init__(self, stream: TextIO, *, owned: bool = False) -> None:
        self._stream = stream
        self._owned = owned
        self._place = str(getattr(stream, "name", ""))
        self._buffer: IO[bytes] | None = getattr(stream, "buffer", None)

    def write(self, data: bytes) -> None:
        with at(self._place):
            if self._buffer is None:
                self._stream.write(data.decode("utf-8"))
            else:
                self._buffer.write(data)
            self._stream.flush()

    def close(self) -> None:
        with at(self._place):
            self._stream.flush()
            if self._owned:
                self._stream.close()

    def discard(self) -> None:
        """What has been written to a stream cannot be taken back."""
        with suppress(OSError):
            self.close()


class FileSink:
    """A file beside its target that takes the target's name on `close`, so that no half report ever stands there."""

    def __init__(self, target: Path) -> None:
        self._target = target
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:60]}.", suffix=".part", dir=target.parent)
        self._part = Path(name)
        self._file = os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        with at(str(self._target)):
            self._file.write(data)

    def close(self) -> None:
        with at(str(self._target)):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.chmod(0o666 & ~_umask())
            self._part.replace(self._target)

    def discard(self) -> None:
        with suppress(OSError):  # no place for what is still to be written: it is thrown away
            self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def at(place: str) -> Iterator[None]:
    """Errors of the system inside say where, which those of an open file do not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or place
        raise


def open_sink(target: Path | None, stdout: TextIO, lang: str) -> Sink:
    """A sink for `target`, or standard output where it is None; a device or pipe is written straight, never replaced.

    Raises UsageError where it cannot be written.
    """
    if target is None:
        return StreamSink(stdout)
    try:
        if target.exists() and not target.is_file():
            return StreamSink(target.open("w", encoding="utf-8", newline=""), owned=True)
        return FileSink(real(target))
    except OSError as error:
        raise UsageError(
            say("reports.output_no_folder", lang, path=clean(str(target)), why=os_reason(error, lang)),
            say("reports.output_folder_remedy", lang),
        ) from error


def ensure_not_input(target: Path, inputs: Sequence[Path], lang: str) -> None:
    """Raises UsageError where `target` is a file that the run reads, or a picture by name or content."""
    if target.is_dir():
        raise UsageError(
            say("reports.output_is_folder", lang, path=clean(str(target))), say("reports.output_folder_remedy", lang)
        )
    if not target.is_file():
        return
    if _is_picture(target):
        raise UsageError(
            say("reports.would_overwrite", lang, path=clean(str(target))), say("reports.would_overwrite_remedy", lang)
        )
    if any(one.is_file() and target.samefile(one) for one in inputs):
        raise UsageError(
            say("reports.overwrites_input", lang, path=clean(str(target))), say("reports.would_overwrite_remedy", lang)
        )


def ensure_outside(folder: Path, inputs: Sequence[Path], lang: str) -> None:
    """Makes `folder`, but no folder above it: a name mistyped further up is told, not made.

    Raises UsageError where it lies in a scanned folder (its copies would be scanned again), is a file, or cannot be
    made.
    """
    place = real(folder)
    if any(one.is_dir() and place.is_relative_to(real(one)) for one in inputs):
        raise UsageError(
            say("reports.annotate_inside", lang, path=clean(str(folder))), say("reports.annotate_inside_remedy", lang)
        )
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            say("reports.annotate_not_folder", lang, path=clean(str(folder)), why=os_reason(error, lang)),
            say("reports.annotate_not_folder_remedy", lang),
        ) from error


def _is_picture(path: Path) -> bool:
    if _PICTURE_SUFFIX.fullmatch(path.suffix):
        return True
    with path.open("rb") as file:
        start = file.read(16)
    return start.startswith(_PICTURE_STARTS) or start[8:12] == b"WEBP" or start[4:8] == b"ftyp"


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
