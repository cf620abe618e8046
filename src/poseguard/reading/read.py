"""One photo from disk to upright pixels, whatever the file turns out to be."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

from poseguard.results import PhotoInfo, Status

from .decode import decode
from .limits import Limits
from .photo import ReadPhoto
from .problems import Unread, printable, problem, unread
from .sniff import ALLOWED, HEAD, sniff

TARGET = 2048
"""Longest side in pixels that the rooms after this one work with."""


def read_photo(
    path: str | os.PathLike[str], *, limits: Limits | None = None, target: int | None = TARGET, lang: str = "id"
) -> ReadPhoto:
    """Reads one file; `target`: longest side of the pixels (None: full size), `lang`: of the sentence in `problem`.

    Never raises for what a file holds, but for MemoryError. It may take long on a hostile file: time is
    the business of `poseguard.workers`.
    """
    limits = limits or Limits()
    info = PhotoInfo(printable(path))
    try:
        data = _bytes(Path(path), limits)
        info = replace(info, sha256=hashlib.sha256(data).hexdigest())
        kind = sniff(data[:HEAD])
        if kind is None:
            raise Unread("not-a-photo")
        info = replace(info, format=kind)
        if kind not in ALLOWED:
            raise Unread("format-not-allowed", format=kind.upper())
        got = decode(data, kind, target, lambda width, height: _check_size(width, height, limits))
    except Unread as reason:
        width, height = reason.slots.get("width"), reason.slots.get("height")
        if isinstance(width, int) and isinstance(height, int):
            info = replace(info, width=width, height=height)
        return unread(info, reason.code, lang, **reason.slots)
    info = replace(info, width=got.width, height=got.height, taken=got.taken)
    # By the longer side: of the shorter one too few pixels may be left to tell.
    scale = min(1.0, max(got.pixels.shape[:2]) / max(got.width, got.height))
    if got.fault:
        return ReadPhoto(info, Status.PARTIAL, problem(got.fault, lang), got.pixels, scale)
    return ReadPhoto(info, Status.OK, None, got.pixels, scale)


def _bytes(path: Path, limits: Limits) -> bytes:
    """The whole file, once. Anything but an ordinary file is left shut: opening a pipe or a device may hang or act."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            os.scandir(path).close()
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unread("not-a-file")
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unread("not-a-file")
            data = file.read(limits.file_bytes + 1) if size <= limits.file_bytes else b""
    except FileNotFoundError:
        raise Unread("not-found") from None
    except PermissionError:
        raise Unread("no-permission") from None
    except OSError as error:
        raise Unread("read-failed", detail=error) from error
    except ValueError as error:  # no path can hold a zero byte
        raise Unread("read-failed", detail=OSError(errno.EINVAL, str(error))) from error
    size = max(size, len(data))
    if size > limits.file_bytes:
        raise Unread("file-too-large", megabytes=size / 1e6, limit=limits.file_bytes / 1e6)
    if not data:
        raise Unread("empty")
    return data


# Non-blocking, in case a pipe takes the file's place between the look and the opening.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise Unread(
            "too-many-pixels",
            width=width,
            height=height,
            megapixels=width * height / 1e6,
            limit=limits.pixels / 1e6,
        )
