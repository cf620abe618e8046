"""The file of enrolled logos: a zip of plain arrays and one JSON text, written whole or not at all, trusted by nobody.

`header.json` says the format, the recogniser and the logos; `NNN/embeddings`, `NNN/sizes` and `NNN/K` (the pictures)
are .npy arrays of logo NNN. Nothing in it is code: object arrays are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from poseguard.errors import UsageError
from poseguard.props.gallery import CODE, LONGEST, MOST_PICTURES, RESERVED, WIDTH, Book, Logo, Picture
from poseguard.reading.problems import printable
from poseguard.texts import say

FORMAT = "poseguard.logos/1"
MOST_LOGOS = 500

_MOST_BYTES = 256_000_000
_MOST_HEADER = 1_000_000
_MOST_ROWS = 1000
# Times as long as wide; enrolment takes less.
_LONGEST_SHAPE = 16
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NPY_HEADER = 256
_HEADER = "header.json"
_STAMP = (1980, 1, 1, 0, 0, 0)


def read_book(path: Path, *, lang: str) -> Book:
    """Raises UsageError where the file is missing, cannot be read, or is anything but what `write_book` writes."""
    try:
        data = _bytes(path)
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _book(archive, hashlib.sha256(data).hexdigest())
    except OSError as error:
        message = say("logos.no-file", lang, path=printable(path), reason=error.strerror or type(error).__name__)
        raise UsageError(message, say("logos.no-file-remedy", lang)) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _wrong(path, type(error).__name__, lang) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong(path, str(error)[:200], lang) from error


def write_book(path: Path, book: Book, *, lang: str) -> None:
    """The same book always gives the same bytes. Raises UsageError where the file cannot be written."""
    if _size(book) > _MOST_BYTES - _MOST_HEADER:
        raise UsageError(say("logos.full", lang, most=len(book.logos) - 1), say("logos.full-remedy", lang))
    body = _packed(book)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".logos-", delete=False) as file:
            try:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        message = say("logos.cannot-write", lang, path=printable(path), reason=error.strerror or type(error).__name__)
        raise UsageError(message, say("logos.cannot-write-remedy", lang)) from error


def _wrong(path: Path, what: str, lang: str) -> UsageError:
    message = say("logos.bad-file", lang, path=printable(path), what=printable(ascii(what)))
    return UsageError(message, say("logos.bad-file-remedy", lang))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    _expect(len(data) <= _MOST_BYTES, "larger than allowed")
    return data


def _size(book: Book) -> int:
    """Bytes of all arrays: more than `read_book` takes must never take the place of a file that can be read."""
    sizes = [array.nbytes for one in book.logos for array in (one.embeddings, one.sizes)]
    sizes += [picture.rgba.nbytes for one in book.logos for picture in one.pictures]
    return sum(sizes) + _NPY_HEADER * len(sizes)


def _packed(book: Book) -> bytes:
    logos = [
        {"code": one.code, "name": one.name, "version": one.version, "pictures": [p.sha256 for p in one.pictures]}
        for one in book.logos
    ]
    header = {"format": FORMAT, "network": book.network, "logos": logos}
    arrays: dict[str, NDArray[Any]] = {}
    for i, logo in enumerate(book.logos):
        arrays |= {f"{i:03d}/embeddings": logo.embeddings, f"{i:03d}/sizes": logo.sizes}
        arrays |= {f"{i:03d}/{k}": picture.rgba for k, picture in enumerate(logo.pictures)}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _put(archive, _HEADER, json.dumps(header, ensure_ascii=False, indent=1).encode())
        for name, array in arrays.items():
            body = BytesIO()
            npy.write_array(body, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            _put(archive, f"{name}.npy", body.getvalue())
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _STAMP), body, zipfile.ZIP_DEFLATED)


def _book(archive: zipfile.ZipFile, digest: str) -> Book:
    _expect(sum(info.file_size for info in archive.infolist()) <= _MOST_BYTES, "larger than allowed")
    header = json.loads(_member(archive, _HEADER, _MOST_HEADER).decode())
    _expect(isinstance(header, dict) and header.get("format") == FORMAT, f"format is not {FORMAT}")
    network, rows = header["network"], header["logos"]
    _expect(isinstance(network, str) and _DIGEST.fullmatch(network) is not None, "network")
    _expect(isinstance(rows, list) and len(rows) <= MOST_LOGOS, "logos")
    logos = tuple(_logo(archive, i, row) for i, row in enumerate(rows))
    _expect(len({logo.key for logo in logos}) == len(logos), "the same logo twice")
    return Book(network, logos, digest)


def _logo(archive: zipfile.ZipFile, index: int, row: Mapping[str, Any]) -> Logo:
    where = f"logo {index}"
    _expect(isinstance(row, dict) and set(row) == {"code", "name", "version", "pictures"}, where)
    code, name, version, digests = row["code"], row["name"], row["version"], row["pictures"]
    _expect(isinstance(code, str) and CODE.fullmatch(code) is not None and code not in RESERVED, f"{where}: code")
    _expect(_text(name) and (version is None or _text(version)), f"{where}: name or version")
    _expect(isinstance(digests, list) and 1 <= len(digests) <= MOST_PICTURES, f"{where}: pictures")
    _expect(all(isinstance(d, str) and _DIGEST.fullmatch(d) for d in digests), f"{where}: pictures")
    embeddings = _array(archive, f"{index:03d}/embeddings.npy", np.dtype("<f4"), (None, WIDTH))
    sizes = _array(archive, f"{index:03d}/sizes.npy", np.dtype("<f4"), (len(embeddings),))
    _expect(0 < len(embeddings) <= _MOST_ROWS, f"{where}: embeddings")
    # Longer rows would be likelier than any picture can be.
    _expect(
        bool(np.isfinite(embeddings).all() and (np.linalg.norm(embeddings, axis=1) < 1.01).all()),
        f"{where}: embeddings",
    )
    _expect(bool(np.isfinite(sizes).all() and (sizes >= 1).all()), f"{where}: sizes")
    pictures = []
    for k, digest in enumerate(digests):
        rgba = _array(archive, f"{index:03d}/{k}.npy", np.dtype("u1"), (None, None, 4))
        _expect(min(rgba.shape) > 0 and max(rgba.shape) <= LONGEST, f"{where}: picture {k}")
        _expect(max(rgba.shape[:2]) <= _LONGEST_SHAPE * min(rgba.shape[:2]), f"{where}: picture {k}")
        pictures.append(Picture(digest, rgba))
    return Logo(code, name, version, tuple(pictures), embeddings, sizes)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 80 and value.isprintable()


def _array(archive: zipfile.ZipFile, name: str, dtype: np.dtype[Any], shape: tuple[int | None, ...]) -> NDArray[Any]:
    """Read by hand: np.load would make room for whatever shape the header claims before it looks for the bytes."""
    body = BytesIO(_member(archive, name, _MOST_BYTES))
    _expect(npy.read_magic(body) == (1, 0), f"{name}: version")
    try:
        claimed, fortran, kind = npy.read_array_header_1_0(body)
    except Exception as error:  # numpy's reader lets the tokenizer's and others through
        raise ValueError(f"{name}: header") from error
    fits = len(claimed) == len(shape) and all(w in (None, c) for w, c in zip(shape, claimed, strict=True))
    _expect(fits and not fortran and kind == dtype, f"{name}: {claimed} {kind}")
    raw = body.read()
    count = 1
    for side in claimed:
        count *= int(side)
    _expect(len(raw) == count * dtype.itemsize, f"{name}: length")
    return np.frombuffer(raw, dtype).reshape(claimed)


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Never more bytes than `most`, whatever the directory of the zip says."""
    # LZMA takes as much memory as the file asks for.
    _expect(archive.getinfo(name).compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), f"{name}: compression")
    with archive.open(name) as file:
        data = file.read(most + 1)
    _expect(len(data) <= most, f"{name}: larger than allowed")
    return data


def _expect(right: bool, what: str) -> None:
    if not right:
        raise ValueError(what)
