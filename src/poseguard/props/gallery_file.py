"""The file of enrolled logos: a zip of plain arrays and one JSON text, written whole or not at all, trusted by nobody.

`header.json` says the format, the network and the logos; `NNN/embeddings`, `NNN/sizes` and `NNN/K` (the pictures)
are .npy arrays of logo NNN. Nothing in it is code: object arrays are refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poseguard.archive import NPY_HEADER, WRONG, array, expect, member, opened, put, put_array, replace_file, why
from poseguard.errors import UsageError, os_reason
from poseguard.props.gallery import CODE, LONGEST, MOST_PICTURES, RESERVED, Book, Logo, Picture
from poseguard.reading.problems import printable
from poseguard.texts import say

FORMAT = "poseguard.logos/1"
MOST_LOGOS = 500

_MOST_BYTES = 256_000_000
_MOST_HEADER = 1_000_000
_MOST_ROWS, _MOST_WIDE = 1000, 1024
# Times as long as wide; enrolment takes less.
_LONGEST_SHAPE = 16
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEADER = "header.json"


def read_book(path: Path, *, lang: str) -> Book:
    """Raises UsageError where the file is missing, cannot be read, or is anything but what `write_book` writes."""
    try:
        data = _bytes(path)
        with opened(BytesIO(data), MOST_LOGOS * (MOST_PICTURES + 2) + 1) as archive:
            return _book(archive, hashlib.sha256(data).hexdigest())
    except OSError as error:
        message = say("logos.no-file", lang, path=printable(path), reason=os_reason(error, lang))
        raise UsageError(message, say("logos.no-file-remedy", lang)) from error
    except WRONG as error:
        message = say("logos.bad-file", lang, path=printable(path), what=why(error, lang))
        raise UsageError(message, say("logos.bad-file-remedy", lang)) from error


def write_book(path: Path, book: Book, *, lang: str, over: str | None = None) -> None:
    """The same book always gives the same bytes. `over`: as for `replace_file`.

    Raises UsageError where the file cannot be written.
    """
    if _size(book) > _MOST_BYTES - _MOST_HEADER:
        raise UsageError(say("logos.full", lang, most=len(book.logos) - 1), say("logos.full-remedy", lang))
    body = _packed(book)
    try:
        replace_file(path, body, ".logos-", over)
    except OSError as error:
        message = say("logos.cannot-write", lang, path=printable(path), reason=os_reason(error, lang))
        raise UsageError(message, say("logos.cannot-write-remedy", lang)) from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    expect(len(data) <= _MOST_BYTES, "larger than allowed")
    return data


def _size(book: Book) -> int:
    """Bytes of all arrays: more than `read_book` takes must never take the place of a file that can be read."""
    sizes = [values.nbytes for one in book.logos for values in (one.embeddings, one.sizes)]
    sizes += [picture.rgba.nbytes for one in book.logos for picture in one.pictures]
    return sum(sizes) + NPY_HEADER * len(sizes)


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
        put(archive, _HEADER, json.dumps(header, ensure_ascii=False, indent=1).encode())
        for name, values in arrays.items():
            put_array(archive, name, values)
    return out.getvalue()


def _book(archive: zipfile.ZipFile, digest: str) -> Book:
    expect(sum(info.file_size for info in archive.infolist()) <= _MOST_BYTES, "larger than allowed")
    header = json.loads(member(archive, _HEADER, _MOST_HEADER).decode())
    expect(isinstance(header, dict) and header.get("format") == FORMAT, "format")
    network, rows = header["network"], header["logos"]
    expect(isinstance(network, str) and _DIGEST.fullmatch(network) is not None, "network")
    expect(isinstance(rows, list) and len(rows) <= MOST_LOGOS, "logos")
    logos = tuple(_logo(archive, i, row) for i, row in enumerate(rows))
    expect(len({logo.key for logo in logos}) == len(logos), "the same logo twice")
    return Book(network, logos, digest)


def _logo(archive: zipfile.ZipFile, index: int, row: Mapping[str, Any]) -> Logo:
    where = f"logo {index}"
    expect(isinstance(row, dict) and set(row) == {"code", "name", "version", "pictures"}, where)
    code, name, version, digests = row["code"], row["name"], row["version"], row["pictures"]
    expect(isinstance(code, str) and CODE.fullmatch(code) is not None and code not in RESERVED, f"{where}: code")
    expect(_text(name) and (version is None or _text(version)), f"{where}: name or version")
    expect(isinstance(digests, list) and 1 <= len(digests) <= MOST_PICTURES, f"{where}: pictures")
    expect(all(isinstance(d, str) and _DIGEST.fullmatch(d) for d in digests), f"{where}: pictures")
    embeddings = array(archive, f"{index:03d}/embeddings", np.dtype("<f4"), (None, None), _MOST_BYTES)
    sizes = array(archive, f"{index:03d}/sizes", np.dtype("<f4"), (len(embeddings),), _MOST_BYTES)
    # Another network's may be of another length: `logos rebuild` has to read them.
    expect(0 < len(embeddings) <= _MOST_ROWS and embeddings.shape[1] <= _MOST_WIDE, f"{where}: embeddings")
    # Longer rows would be likelier than any picture can be.
    expect(
        bool(np.isfinite(embeddings).all() and (np.linalg.norm(embeddings, axis=1) < 1.01).all()),
        f"{where}: embeddings",
    )
    expect(bool(np.isfinite(sizes).all() and (sizes >= 1).all()), f"{where}: sizes")
    pictures = []
    for k, digest in enumerate(digests):
        rgba = array(archive, f"{index:03d}/{k}", np.dtype("u1"), (None, None, 4), _MOST_BYTES)
        expect(min(rgba.shape) > 0 and max(rgba.shape) <= LONGEST, f"{where}: picture {k}")
        expect(max(rgba.shape[:2]) <= _LONGEST_SHAPE * min(rgba.shape[:2]), f"{where}: picture {k}")
        pictures.append(Picture(digest, rgba))
    return Logo(code, name, version, tuple(pictures), embeddings, sizes)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 80 and value.isprintable()
