"""What a user says of a gallery on the command line, and whether it can be: texts, dates, ages, files."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poseguard.archive import replace_file
from poseguard.errors import UsageError, os_reason
from poseguard.faces.gallery import ID, Candidate, Gallery
from poseguard.faces.gallery_file import NAME_LENGTH, SOURCE_LENGTH
from poseguard.reading.problems import printable
from poseguard.reports.words import clean
from poseguard.texts import say

if TYPE_CHECKING:
    from poseguard.faces.networks import Networks

ADULT = 18
"""Nobody younger goes into a gallery; the law asks more of candidates."""

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# So much of a text that is refused is repeated.
_SHOWN = 80
_PREFIX = re.compile(r"[0-9a-f]{6,64}")


def about(known: Candidate | None, options: Mapping[str, Any], lang: str) -> Candidate:
    """The candidate as described, with the photos so far. Raises UsageError where something is wrong or lacking."""
    given = {key: options[key] for key in ("name", "election", "office", "number", "ticket")}
    code = options["code"]
    for text in (code, given["ticket"] or code):
        if not ID.fullmatch(text):
            raise UsageError(say("gallery.bad-id", lang, code=clean(text[:_SHOWN])), say("gallery.bad-id-remedy", lang))
    for key in ("name", "election", "office"):
        if given[key] is not None:
            check_text(f"--{key}", given[key], NAME_LENGTH, lang)
    if known is not None:
        new = {key: value for key, value in given.items() if value not in (None, getattr(known, key))}
        # A mistyped --id would put one person's photos under another's name.
        stored = [key for key in new if getattr(known, key) not in (None, "")]
        if stored and not options["change"]:
            told = ", ".join(f"--{key}: {getattr(known, key)} / {new[key]}" for key in stored)
            message = say("gallery.other-person", lang, code=code, name=known.name, told=clean(told))
            raise UsageError(message, say("gallery.other-person-remedy", lang))
        return replace(known, **new)
    if not (given["name"] and given["election"]):
        raise UsageError(say("gallery.new-needs", lang, code=code), say("gallery.new-needs-remedy", lang))
    given |= {key: given[key] or "" for key in ("office", "ticket")}
    return Candidate(code, **given, photos=(), embeddings=np.zeros((0, 0), np.float32))


def without(one: Candidate, digests: Sequence[str], file: Path, lang: str) -> Candidate:
    """Raises UsageError where no photo, or more than one, starts like this, or none would be left."""
    gone = set()
    for digest in digests:
        hits = [k for k, photo in enumerate(one.photos) if photo.sha256.startswith(digest.lower())]
        if len(hits) != 1 or not _PREFIX.fullmatch(digest.lower()):
            message = say("gallery.no-such-photo", lang, code=one.id, photo=clean(digest[:_SHOWN]))
            raise UsageError(message, say("gallery.no-such-photo-remedy", lang, file=printable(file)))
        gone.add(hits[0])
    left = [k for k in range(len(one.photos)) if k not in gone]
    if not left:
        remedy = say("gallery.last-photo-remedy", lang, file=printable(file), code=one.id)
        raise UsageError(say("gallery.last-photo", lang, code=one.id), remedy)
    return replace(one, photos=tuple(one.photos[k] for k in left), embeddings=one.embeddings[left])


def per_photo(option: str, given: Sequence[str], photos: Sequence[Path], lang: str) -> list[str]:
    """One text a photo. Raises UsageError for any other number of them, and for what a gallery cannot hold."""
    if len(given) not in (1, len(photos)):
        message = say("gallery.per-photo", lang, option=option, given=len(given), photos=len(photos))
        raise UsageError(message, say("gallery.per-photo-remedy", lang))
    for text in given:
        check_text(option, text, SOURCE_LENGTH, lang)
    return list(given) * (len(photos) if len(given) == 1 else 1)


def dates(given: Sequence[str], photos: Sequence[Path], lang: str) -> list[str]:
    """One date a photo, "" where none is given. Raises UsageError."""
    for text in given:
        try:
            datetime.date.fromisoformat((text + "-01-01")[:10] if _DATE.fullmatch(text) else "")
        except ValueError as error:
            message = say("gallery.bad-date", lang, date=clean(text[:_SHOWN]))
            raise UsageError(message, say("gallery.bad-date-remedy", lang)) from error
    return per_photo("--date", given, photos, lang) if given else [""] * len(photos)


def check_text(option: str, text: str, longest: int, lang: str, *, empty: bool = False) -> None:
    """Raises UsageError for a text that is empty (unless `empty`), longer than `longest` or not on one line."""
    fits = len(text) <= longest and text.isprintable() and (bool(text.strip()) or (empty and not text))
    if not fits:
        message = say("gallery.bad-text", lang, option=option, text=clean(text[:_SHOWN]))
        raise UsageError(message, say("gallery.bad-text-remedy", lang, longest=longest))


def ensure_adult(age: int | None, birth_year: int | None, lang: str) -> None:
    """Raises UsageError for a minor. Without an age, the birthday is taken to be still to come this year."""
    if age is None and birth_year is not None:
        age = datetime.date.today().year - birth_year - 1
    if age is not None and age < ADULT:
        raise UsageError(say("gallery.minor", lang), say("gallery.minor-remedy", lang))


def ensure_network(gallery: Gallery, networks: Networks, lang: str) -> None:
    """Raises UsageError where the gallery was made with another embedder."""
    if gallery.network != networks.embedder.sha256:
        raise UsageError(say("faces.other-network", lang), say("faces.other-network-remedy", lang))


def ensure_free(path: Path, force: bool, lang: str) -> None:
    """Raises UsageError where its folder is not there, or there is a file already that must not be replaced.

    No folder is made: where one is lacking, its name is mostly mistyped.
    """
    if not path.parent.is_dir():
        message = say("gallery.no-folder", lang, path=printable(path), folder=printable(path.parent))
        raise UsageError(message, say("gallery.no-folder-remedy", lang))
    if path.exists() and not force:
        raise UsageError(say("gallery.exists", lang, path=printable(path)), say("gallery.exists-remedy", lang))


def save(path: Path, body: bytes, lang: str) -> None:
    """Raises UsageError where the file cannot be written."""
    try:
        replace_file(path, body, ".gallery-")
    except OSError as error:
        message = say("gallery.cannot-write", lang, path=printable(path), reason=os_reason(error, lang))
        raise UsageError(message, say("gallery.cannot-write-remedy", lang)) from error
