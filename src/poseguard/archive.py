"""Zips of plain arrays and JSON, which enrolled logos and candidates are kept in; trusted by nobody.

Nothing in such a file is code: object arrays are refused, and nothing is unpacked beyond what it may hold. Reading
one that is not what it should be raises one of `WRONG`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
import tempfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from poseguard.paths import real
from poseguard.texts import say


class Odd(ValueError):
    """Something in such a file that is not as it should be: `PART: WHAT` or either, as `expect` was told."""


NPY_HEADER = 256
"""Bytes that an array takes in a file beside its values, at most."""
WRONG = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
)
"""What reading a file that is not what it should be may raise (RecursionError: JSON as deep as it is long)."""
_STAMP = (1980, 1, 1, 0, 0, 0)
# The end of a zip without a comment, and the mark of one with more members or bytes than plain zips may have.
_END, _LARGE_END, _LARGE = struct.Struct("<4s4HLLH"), 20, b"PK\x06\x07"
_ENTRY = 128
_LONGEST = 100
# What `expect` is told, after the part it is said of: text that has words for it.
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


def opened(file: IO[bytes], members: int) -> zipfile.ZipFile:
    """To read from. Refused before its directory is read where that has room for many more than so many members (at
    most 65,535), as the reader keeps half a kilobyte of each.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - _LARGE_END))
    end = file.read()
    expect(len(end) >= _END.size, "too short")
    mark, *_, directory, _, comment = _END.unpack(end[-_END.size :])
    expect(mark == b"PK\x05\x06" and comment == 0, "end")
    expect(not end.startswith(_LARGE) and directory <= members * _ENTRY, "members")
    return zipfile.ZipFile(file)


def put(archive: zipfile.ZipFile, name: str, body: bytes, *, packed: bool = True) -> None:
    """Adds a member; the same body always gives the same bytes."""
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    archive.writestr(zipfile.ZipInfo(name, _STAMP), body, how)


def put_array(archive: zipfile.ZipFile, name: str, array: NDArray[Any], *, packed: bool = True) -> None:
    """Adds `name`.npy."""
    body = BytesIO()
    npy.write_array(body, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    put(archive, f"{name}.npy", body.getvalue(), packed=packed)


def member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Never more bytes than `most`, whatever the directory of the zip says."""
    try:
        how = archive.getinfo(name).compress_type
    except KeyError:
        raise Odd(f"{name}: missing") from None
    # LZMA takes as much memory as the file asks for.
    expect(how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), f"{name}: compression")
    with archive.open(name) as file:
        data = file.read(most + 1)
    expect(len(data) <= most, f"{name}: larger than allowed")
    return data


def array(
    archive: zipfile.ZipFile, name: str, dtype: np.dtype[Any], shape: tuple[int | None, ...], most: int
) -> NDArray[Any]:
    """`name`.npy, of that type and shape (None: any). Read by hand: np.load would make room for whatever shape the
    header claims before it looks for the bytes.
    """
    name = f"{name}.npy"
    body = BytesIO(member(archive, name, most))
    try:
        expect(npy.read_magic(body) == (1, 0), f"{name}: version")
        claimed, fortran, kind = npy.read_array_header_1_0(body)
    except Exception as error:  # numpy's reader lets the tokenizer's and others through
        raise Odd(f"{name}: header") from error
    fits = len(claimed) == len(shape) and all(w in (None, c) for w, c in zip(shape, claimed, strict=True))
    expect(fits and not fortran and kind == dtype, f"{name}: {claimed} {kind}")
    raw = body.read()
    count = 1
    for side in claimed:
        count *= int(side)
    expect(len(raw) == count * dtype.itemsize, f"{name}: length")
    return np.frombuffer(raw, dtype).reshape(claimed)


def why(error: Exception, lang: str) -> str:
    """What was wrong, as a part of a sentence: never in the words of Python or of the file, whose parts are named as
    they are in the format, with escapes.
    """
    match error:
        case json.JSONDecodeError() | UnicodeDecodeError() | RecursionError():
            return say("system.archive-json", lang)
        case zipfile.BadZipFile() | zlib.error() | EOFError() | NotImplementedError():
            return say("system.archive-zip", lang)
        case KeyError():
            return say("system.archive-missing", lang, part=_safe(error.args[0] if error.args else ""))
        case Odd():
            part, _, what = str(error).rpartition(": ")
            if what not in _KNOWN:
                return say("system.archive-odd", lang, part=_safe(error))
            return say(f"system.archive-{_KNOWN[what]}", lang, part=_safe(part) or say("system.archive-file", lang))
        case _:
            return say("system.archive-other", lang)


def _safe(text: object) -> str:
    return ascii(str(text)[:_LONGEST])[1:-1]


def expect(right: bool, what: str) -> None:
    """Raises Odd, saying `what`, where it is not `right`."""
    if not right:
        raise Odd(what)


def replace_file(path: Path, body: bytes, prefix: str, over: str | None = None) -> None:
    """Writes `path`, or what it links to, whole or not at all. `prefix`: of the file beside it that is written first.

    `over`: SHA-256 of what it was read as ("": there was none), so that nothing is lost that somebody else wrote
    meanwhile. Raises OSError, ESTALE where that is so.
    """
    path = real(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=prefix, delete=False) as file:
        try:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if over is not None and over != (hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""):
                raise OSError(errno.ESTALE, "changed", str(path))
            if path.exists():  # who may read it stays as it was
                Path(file.name).chmod(path.stat().st_mode & 0o777)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
