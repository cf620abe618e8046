"""The file of a gallery, `NAME.faces`: a zip of one JSON text, the embeddings, and the photos that the user had kept.

`header.json` says the format, the embedder and the candidates; `embeddings.npy` holds one row a photo, candidate after
candidate; `photos/SHA256.jpg` those that were kept. Written whole or not at all, and trusted by nobody.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from poseguard.archive import WRONG, array, expect, member, opened, put, put_array, replace_file, why
from poseguard.errors import UsageError, os_reason
from poseguard.faces.gallery import ID, Candidate, Floats, Gallery, GalleryPhoto
from poseguard.faces.numbers import WIDTHS
from poseguard.reading.problems import printable
from poseguard.texts import say

FORMAT = "poseguard.faces/1"
SUFFIX = ".faces"
MOST_CANDIDATES = 20_000
MOST_PHOTOS = 50
"""Most photos of one candidate."""
NAME_LENGTH, SOURCE_LENGTH = 120, 500
"""Longest name (also of an election, an office), and longest source or note, in characters."""

_MOST_BYTES = 600_000_000
# Room for 20,000 candidates with three photos each, and no more: a header of nothing but brackets takes a hundred times
# its size in memory, and a minute, to be read.
_MOST_HEADER = 24_000_000
_MOST_BRACKETS, _MOST_COMMAS = 300_000, 700_000
_MOST_JPEG = 20_000_000
_MOST_MEMBERS = 65_535
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"([0-9a-f]{16})?")
_DATE = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
_HEADER = "header.json"
_ABOUT = ("id", "name", "election", "office", "number", "ticket")
_OF_PHOTO = ("sha256", "source", "date", "size_px", "note", "fingerprint")


def read_gallery(path: Path, *, lang: str, photos: bool = True) -> Gallery:
    """`photos`: with the pictures that were kept, which a scan does not need (never write what was read without them).

    Raises UsageError where the file is missing, cannot be read, or is anything but what `write_gallery` writes.
    """
    try:
        with path.open("rb") as file:
            expect(file.seek(0, 2) <= _MOST_BYTES, "larger than allowed")
            file.seek(0)
            return _read(file, hashlib.file_digest(file, "sha256").hexdigest(), photos)
    except OSError as error:
        message = say("faces.no-file", lang, path=printable(path), reason=os_reason(error, lang))
        raise UsageError(message, say("faces.no-file-remedy", lang)) from error
    except WRONG as error:
        message = say("faces.bad-file", lang, path=printable(path), what=why(error, lang))
        raise UsageError(message, say("faces.bad-file-remedy", lang)) from error


def write_gallery(path: Path, gallery: Gallery, *, lang: str, over: str | None = None) -> str:
    """SHA-256 of the file; the same gallery always gives the same bytes, whatever its own `sha256` says.

    `over`: as for `replace_file`. Raises UsageError where the file cannot be written, or could not be read again.
    """
    body = _packed(gallery)
    try:
        expect(len(body) <= _MOST_BYTES, "larger than allowed")
        _read(BytesIO(body), "", photos=True)
    except WRONG as error:
        message = say("faces.cannot-keep", lang, what=why(error, lang))
        raise UsageError(message, say("faces.cannot-keep-remedy", lang)) from error
    try:
        replace_file(path, body, ".faces-", over)
    except OSError as error:
        message = say("faces.cannot-write", lang, path=printable(path), reason=os_reason(error, lang))
        raise UsageError(message, say("faces.cannot-write-remedy", lang)) from error
    return hashlib.sha256(body).hexdigest()


def _packed(gallery: Gallery) -> bytes:
    candidates = [
        {name: getattr(one, name) for name in _ABOUT}
        | {
            "photos": [
                {name: getattr(photo, name) for name in _OF_PHOTO} | {"kept": bool(photo.jpeg)} for photo in one.photos
            ]
        }
        for one in gallery.candidates
    ]
    header = {
        "format": FORMAT,
        "network": gallery.network,
        "created": gallery.created,
        "purpose_note": gallery.purpose_note,
        "candidates": candidates,
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        put(archive, _HEADER, json.dumps(header, ensure_ascii=False, indent=1).encode())
        if gallery.candidates:
            rows = np.concatenate([one.embeddings for one in gallery.candidates])
            put_array(archive, "embeddings", rows.astype("<f4"), packed=False)
        kept = {photo.sha256: photo.jpeg for one in gallery.candidates for photo in one.photos if photo.jpeg}
        for sha256 in sorted(kept):
            put(archive, _picture(sha256), kept[sha256], packed=False)
    return out.getvalue()


def _picture(sha256: str) -> str:
    return f"photos/{sha256}.jpg"


def _read(file: IO[bytes], digest: str, photos: bool) -> Gallery:
    with opened(file, _MOST_MEMBERS) as archive:
        expect(sum(info.file_size for info in archive.infolist()) <= _MOST_BYTES, "larger than allowed")
        header = _header(archive)
        network, created, rows = header["network"], header["created"], header["candidates"]
        expect(isinstance(network, str) and _DIGEST.fullmatch(network) is not None, "network")
        expect(_date(created) and bool(created), "created")
        expect(_text(header["purpose_note"], SOURCE_LENGTH, empty=True), "purpose_note")
        expect(isinstance(rows, list) and len(rows) <= MOST_CANDIDATES, "candidates")
        embeddings = _embeddings(archive) if rows else np.zeros((0, 0), np.float32)
        candidates, start = [], 0
        for i, row in enumerate(rows):
            where = f"candidates[{i}]"
            pictures = _photos(archive, row, where, photos)
            candidates.append(_candidate(row, where, pictures, embeddings[start:][: len(pictures)]))
            start += len(pictures)
        expect(start == len(embeddings), "embeddings")
        expect(len({one.id for one in candidates}) == len(candidates), "candidates: id")
        return Gallery(network, created, header["purpose_note"], tuple(candidates), digest)


def _header(archive: zipfile.ZipFile) -> dict[str, Any]:
    body = member(archive, _HEADER, _MOST_HEADER)
    brackets = body.count(b"{") + body.count(b"[")
    expect(brackets <= _MOST_BRACKETS and body.count(b",") <= _MOST_COMMAS, f"{_HEADER}: structure")
    header = json.loads(body.decode())
    expect(isinstance(header, dict) and header.get("format") == FORMAT, "format")
    return dict(header)


def _embeddings(archive: zipfile.ZipFile) -> Floats:
    rows = array(archive, "embeddings", np.dtype("<f4"), (None, None), _MOST_BYTES)
    expect(rows.shape[1] in WIDTHS, "embeddings: width")
    # A longer row would be more like every face than any photo can be.
    expect(bool((np.abs(np.linalg.norm(rows, axis=1) - 1) < 0.01).all()), "embeddings: length")
    return np.asarray(rows, np.float32)


def _photos(archive: zipfile.ZipFile, row: Mapping[str, Any], where: str, wanted: bool) -> tuple[GalleryPhoto, ...]:
    expect(isinstance(row, dict) and set(row) == {*_ABOUT, "photos"}, where)
    found = row["photos"]
    expect(isinstance(found, list) and 1 <= len(found) <= MOST_PHOTOS, f"{where}.photos")
    out = []
    for one in found:
        expect(isinstance(one, dict) and set(one) == {*_OF_PHOTO, "kept"}, f"{where}.photos")
        sha256, size = one["sha256"], one["size_px"]
        expect(isinstance(sha256, str) and _DIGEST.fullmatch(sha256) is not None, f"{where}.photos: sha256")
        expect(_text(one["source"], SOURCE_LENGTH), f"{where}.photos: source")
        expect(_text(one["note"], SOURCE_LENGTH, empty=True), f"{where}.photos: note")
        expect(_date(one["date"]), f"{where}.photos: date")
        sized = isinstance(size, int | float) and not isinstance(size, bool) and 0 < size < 1e6
        expect(sized, f"{where}.photos: size_px")
        marked = one["fingerprint"]
        expect(isinstance(marked, str) and _FINGERPRINT.fullmatch(marked) is not None, f"{where}.photos: fingerprint")
        expect(isinstance(one["kept"], bool), f"{where}.photos: kept")
        jpeg = member(archive, _picture(sha256), _MOST_JPEG) if wanted and one["kept"] else b""
        expect(not jpeg or jpeg.startswith(b"\xff\xd8"), f"{where}.photos: JPEG")
        out.append(GalleryPhoto(sha256, one["source"], one["date"], float(size), one["note"], marked, jpeg))
    expect(len({photo.sha256 for photo in out}) == len(out), f"{where}.photos: sha256")
    return tuple(out)


def _candidate(row: Mapping[str, Any], where: str, photos: tuple[GalleryPhoto, ...], embeddings: Floats) -> Candidate:
    expect(len(embeddings) == len(photos), "embeddings")
    key, number, ticket = row["id"], row["number"], row["ticket"]
    expect(isinstance(key, str) and ID.fullmatch(key) is not None, f"{where}: id")
    expect(isinstance(ticket, str) and (not ticket or ID.fullmatch(ticket) is not None), f"{where}: ticket")
    expect(_text(row["name"], NAME_LENGTH) and _text(row["election"], NAME_LENGTH), f"{where}: name, election")
    expect(_text(row["office"], NAME_LENGTH, empty=True), f"{where}: office")
    right = number is None or (isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= 999)
    expect(right, f"{where}: number")
    return Candidate(key, row["name"], row["election"], row["office"], number, ticket, photos, embeddings)


def _text(value: object, longest: int, *, empty: bool = False) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.isprintable() and (empty or bool(value.strip()))


def _date(value: object) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None
