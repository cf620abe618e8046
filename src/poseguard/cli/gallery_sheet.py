"""The contact sheet of `poseguard gallery check`: from photos that were kept or named, as a PNG or JPEG."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import click

from poseguard.cli.gallery_args import ensure_free, save
from poseguard.cli.gallery_words import DIGITS
from poseguard.errors import UsageError
from poseguard.faces.checks import Kind, Trouble
from poseguard.faces.enrol import Portrait, Unfit, picture_of
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto
from poseguard.faces.sheet import Cell, Row, drawn
from poseguard.reading.photo import Pixels
from poseguard.reading.problems import printable
from poseguard.reports.words import number
from poseguard.texts import say

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def check_target(sheet: Path, lang: str) -> None:
    """Raises UsageError where the name is not that of a PNG or JPEG."""
    if sheet.suffix.lower() not in _FORMATS:
        message = say("gallery.sheet-suffix", lang, path=printable(sheet))
        raise UsageError(message, say("gallery.sheet-suffix-remedy", lang))


def write_sheet(
    sheet: Path,
    file: Path,
    gallery: Gallery,
    troubles: Sequence[Trouble],
    named: Mapping[str, Portrait],
    lang: str,
    *,
    force: bool,
) -> None:
    """One page, or several (`NAME-2.png`). Raises UsageError where there is not one photo to show, or where a page
    would replace a file without `force`.
    """
    pictures = {photo.sha256: shown for _, photo in _photos(gallery) if (shown := _picture(photo, named)) is not None}
    if not pictures:
        remedy = say("gallery.sheet-empty-remedy", lang, file=printable(file), sheet=printable(sheet))
        raise UsageError(say("gallery.sheet-empty", lang), remedy)
    today = datetime.date.today().isoformat()
    slots = {"candidates": len(gallery.candidates), "date": today}
    heading = say("gallery.sheet-title", lang, file=printable(file.name), **slots)
    for nth, page in enumerate(drawn(heading, list(_rows(gallery, troubles, pictures, lang))), 1):
        place = sheet if nth == 1 else sheet.with_stem(f"{sheet.stem}-{nth}")
        ensure_free(place, force, lang)
        out = BytesIO()
        page.save(out, _FORMATS[sheet.suffix.lower()])
        save(place, out.getvalue(), lang)
        count = sum(1 for _ in _photos(gallery))
        click.echo(say("gallery.sheet-written", lang, file=printable(place), shown=len(pictures), photos=count))


def _photos(gallery: Gallery) -> Iterator[tuple[Candidate, GalleryPhoto]]:
    return ((one, photo) for one in gallery.candidates for photo in one.photos)


def _picture(photo: GalleryPhoto, named: Mapping[str, Portrait]) -> Pixels | None:
    """What is shown of a photo: kept or named; None where it is neither, or what was kept is no picture."""
    if photo.sha256 in named:
        return named[photo.sha256].picture
    try:
        return picture_of(photo.jpeg) if photo.jpeg else None
    except Unfit:
        return None


def _rows(gallery: Gallery, troubles: Sequence[Trouble], pictures: Mapping[str, Pixels], lang: str) -> Iterator[Row]:
    """A row a candidate, then one for each pair who look alike."""
    names = {one.id: one.name for one in gallery.candidates}
    short: dict[tuple[str, str], list[str]] = defaultdict(list)
    for trouble in troubles:
        if trouble.photo is not None and trouble.kind is not Kind.ALIKE:
            other = names.get(trouble.other or "", "")
            word = say(f"gallery.short-{trouble.kind.value}", lang, other=other)
            short[trouble.candidate, trouble.photo].append(word)
            if trouble.kind is Kind.COPY and trouble.other not in (None, trouble.candidate):
                short[trouble.other or "", trouble.other_photo or ""].append(word)
    for one in gallery.candidates:
        cells = tuple(_cell(photo, pictures, tuple(short[one.id, photo.sha256]), lang) for photo in one.photos)
        ballot = "" if one.number is None else f"{one.number} · "
        yield Row(f"{ballot}{one.name} ({one.id})", cells)
    by_digest = {(one.id, photo.sha256): photo for one, photo in _photos(gallery)}
    for trouble in troubles:
        if trouble.kind is not Kind.ALIKE:
            continue
        sides = (trouble.candidate, trouble.photo), (trouble.other, trouble.other_photo)
        pair = [by_digest[who, digest] for who, digest in sides if who and digest]
        title = say(
            "gallery.sheet-pair",
            lang,
            score=number(trouble.score or 0.0, lang, 2),
            name=names[trouble.candidate],
            other=names[trouble.other or ""],
        )
        yield Row(title, tuple(_cell(photo, pictures, (), lang) for photo in pair))


def _cell(photo: GalleryPhoto, pictures: Mapping[str, Pixels], warnings: tuple[str, ...], lang: str) -> Cell:
    size = say("gallery.sheet-size", lang, size=number(photo.size_px, lang))
    words = (photo.sha256[:DIGITS], " · ".join(filter(None, (photo.date, size))), photo.source)
    return Cell(pictures.get(photo.sha256), words, warnings)
