"""`poseguard gallery create|add|remove|list|check|export|rebuild`: the candidates that faces are compared with."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from poseguard.cli.gallery_args import (
    about,
    check_text,
    dates,
    ensure_adult,
    ensure_free,
    ensure_network,
    per_photo,
    save,
    without,
)
from poseguard.cli.gallery_words import DIGITS, index, told, unfit_words, unusable
from poseguard.cli.spoken import SpokenGroup, lang_of, lang_option, tell
from poseguard.errors import ExitCode, UsageError
from poseguard.faces.gallery import Gallery, Matcher
from poseguard.faces.gallery_file import MOST_PHOTOS, SOURCE_LENGTH, read_gallery, write_gallery
from poseguard.paths import real
from poseguard.reading.problems import printable
from poseguard.reading.read import read_photo
from poseguard.reading.sources import find
from poseguard.reports.words import clean, number
from poseguard.texts import say

if TYPE_CHECKING:
    from poseguard.faces.enrol import Portrait
    from poseguard.faces.networks import Networks
    from poseguard.people.search import PeopleSearch

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


def load_networks(folder: Path | None, embedder: Path | None, lang: str) -> Networks:
    """Raises WeightsError where one is missing or unfit; says on stderr what there is to say of a user's own."""
    from poseguard.faces.networks import load

    networks = load(folder, embedder=embedder, lang=lang)
    if networks.note:
        tell(networks.note)
    return networks


def load_people(folder: Path | None, lang: str) -> PeopleSearch:
    """Raises WeightsError where the network is missing or unfit."""
    from poseguard.people.search import PeopleSearch

    return PeopleSearch(folder, lang=lang)


def _network_options(command: _Command) -> _Command:
    command = click.option("--weights", type=_FOLDER, metavar="DIR", help="weights.help-weights")(command)
    return click.option("--embedder", type=_FILE, metavar="FILE", help="gallery.help-embedder")(command)


_gallery_argument = click.argument("file", type=_FILE, metavar="GALLERY")
_force_option = click.option("--force", is_flag=True, help="gallery.help-force")


@click.group("gallery", cls=SpokenGroup, help="cli.help-gallery")
@lang_option
def gallery_group() -> None:
    pass


@gallery_group.command(help="gallery.help-create")
@_gallery_argument
@click.option("--note", default="", metavar="TEXT", help="gallery.help-note")
@_network_options
@_force_option
@lang_option
@click.pass_context
def create(
    ctx: click.Context, /, file: Path, note: str, weights: Path | None, embedder: Path | None, force: bool
) -> None:
    lang = lang_of(ctx)
    check_text("--note", note, SOURCE_LENGTH, lang, empty=True)
    ensure_free(file, force, lang)
    networks = load_networks(weights, embedder, lang)
    today = datetime.date.today().isoformat()
    write_gallery(file, Gallery(networks.embedder.sha256, today, note), lang=lang)
    click.echo(say("gallery.created", lang, file=printable(file)))


@gallery_group.command(help="gallery.help-add")
@_gallery_argument
@click.argument("photos", nargs=-1, required=True, type=_FILE, metavar="PHOTO...")
@click.option("--id", "code", required=True, metavar="ID", help="gallery.help-id")
@click.option("--name", metavar="NAME", help="gallery.help-name")
@click.option("--election", metavar="ELECTION", help="gallery.help-election")
@click.option("--office", metavar="TEXT", help="gallery.help-office")
@click.option("--number", type=click.IntRange(1, 999), metavar="N", help="gallery.help-number")
@click.option("--ticket", metavar="ID", help="gallery.help-ticket")
@click.option("--source", "sources", multiple=True, required=True, metavar="TEXT", help="gallery.help-source")
@click.option("--date", "dates", multiple=True, metavar="DATE", help="gallery.help-date")
@click.option("--age", type=click.IntRange(0, 150), metavar="N", help="gallery.help-age")
@click.option("--birth-year", type=click.IntRange(1850, 9999), metavar="YEAR", help="gallery.help-birth-year")
@click.option("--change", is_flag=True, help="gallery.help-change")
@click.option("--keep-photos", is_flag=True, help="gallery.help-keep-photos")
@click.option("--accept-poor", is_flag=True, help="gallery.help-accept-poor")
@_network_options
@lang_option
@click.pass_context
def add(ctx: click.Context, /, file: Path, photos: Sequence[Path], **options: Any) -> None:
    from poseguard.faces.enrol import added, embedded, photo_of

    lang = lang_of(ctx)
    ensure_adult(options["age"], options["birth_year"], lang)
    sources, taken = per_photo("--source", options["sources"], photos, lang), dates(options["dates"], photos, lang)
    gallery = read_gallery(file, lang=lang)
    known = next((one for one in gallery.candidates if one.id == options["code"]), None)
    before = about(known, options, lang)
    networks = load_networks(options["weights"], options["embedder"], lang)
    ensure_network(gallery, networks, lang)
    portraits = _portraits(photos, networks, load_people(options["weights"], lang), options["accept_poor"], file, lang)
    embeddings = embedded(portraits, networks)
    made = [
        photo_of(one, source, date, keep=options["keep_photos"])
        for one, source, date in zip(portraits, sources, taken, strict=True)
    ]
    one, left_out = added(before, made, embeddings)
    if len(one.photos) > MOST_PHOTOS:
        message = say("gallery.full", lang, count=len(one.photos), most=MOST_PHOTOS)
        raise UsageError(message, say("gallery.full-remedy", lang))
    others = [each for each in gallery.candidates if each is not known]
    gallery = replace(gallery, candidates=tuple(sorted([*others, one], key=lambda each: each.id)))
    write_gallery(file, gallery, lang=lang, over=gallery.sha256)
    paths = {id(photo): printable(path) for photo, path in zip(made, photos, strict=True)}
    for copy, original in left_out:
        other = paths.get(id(original), original.sha256[:DIGITS])
        tell(say("gallery.left-out", lang, path=paths[id(copy)], other=other))
    count = len(one.photos) - len(before.photos)
    key = "added" if count else "unchanged"
    click.echo(say(f"gallery.{key}", lang, name=one.name, count=count, total=len(one.photos)))
    _warn(Matcher(gallery, networks.numbers, lang=lang), one.id, file, lang)


@gallery_group.command(help="gallery.help-remove")
@_gallery_argument
@click.argument("code", metavar="ID")
@click.option("--photo", "digests", multiple=True, metavar="SHA256", help="gallery.help-photo")
@lang_option
@click.pass_context
def remove(ctx: click.Context, /, file: Path, code: str, digests: Sequence[str]) -> None:
    lang = lang_of(ctx)
    gallery = read_gallery(file, lang=lang)
    one = next((each for each in gallery.candidates if each.id == code), None)
    if one is None:
        message = say("gallery.unknown", lang, code=clean(code))
        raise UsageError(message, say("gallery.unknown-remedy", lang, file=printable(file)))
    others = [each for each in gallery.candidates if each is not one]
    if not digests:
        write_gallery(file, replace(gallery, candidates=tuple(others)), lang=lang, over=gallery.sha256)
        click.echo(say("gallery.removed", lang, name=one.name, file=printable(file)))
        return
    left = without(one, digests, file, lang)
    candidates = tuple(left if each is one else each for each in gallery.candidates)
    write_gallery(file, replace(gallery, candidates=candidates), lang=lang, over=gallery.sha256)
    count = len(one.photos) - len(left.photos)
    click.echo(say("gallery.removed-photo", lang, name=one.name, count=count, left=len(left.photos)))


@gallery_group.command("list", help="gallery.help-list")
@_gallery_argument
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", help="gallery.help-format")
@lang_option
@click.pass_context
def list_gallery(ctx: click.Context, /, file: Path, shape: str) -> None:
    lang = lang_of(ctx)
    gallery = read_gallery(file, lang=lang)
    if shape == "json":
        click.echo(index(gallery))
        return
    from rich.console import Console
    from rich.table import Table

    photos = [photo for one in gallery.candidates for photo in one.photos]
    kept = sum(bool(photo.jpeg) for photo in photos)
    slots = {"candidates": len(gallery.candidates), "photos": len(photos), "kept": kept, "created": gallery.created}
    click.echo(say("gallery.listed", lang, file=printable(file), network=gallery.network[:10], **slots))
    if gallery.purpose_note:
        click.echo(say("gallery.noted", lang, note=gallery.purpose_note))
    if gallery.candidates:
        keys = ("id", "name", "election", "office", "number", "ticket", "photos")
        table = Table(*(say(f"gallery.head-{key}", lang) for key in keys))
        for column in table.columns:
            column.overflow = "fold"
        for one in gallery.candidates:
            number = "-" if one.number is None else str(one.number)
            words = (one.id, one.name, one.election, one.office or "-", number, one.ticket or "-", len(one.photos))
            table.add_row(*map(str, words))
        Console(markup=False, emoji=False).print(table)


@gallery_group.command(help="gallery.help-check")
@_gallery_argument
@click.argument("photos", nargs=-1, metavar="[PHOTO|FOLDER]...")
@click.option("--sheet", type=_FILE, metavar="FILE", help="gallery.help-sheet")
@_network_options
@_force_option
@lang_option
@click.pass_context
def check(ctx: click.Context, /, file: Path, photos: Sequence[str], sheet: Path | None, **options: Any) -> int:
    from poseguard.cli.gallery_sheet import check_target, write_sheet
    from poseguard.faces.checks import check as checked

    lang = lang_of(ctx)
    if sheet is not None:
        check_target(sheet, lang)
        ensure_free(sheet, options["force"], lang)
    elif photos:
        raise UsageError(say("gallery.photos-without-sheet", lang), say("gallery.photos-without-sheet-remedy", lang))
    gallery = read_gallery(file, lang=lang, photos=sheet is not None)
    networks = load_networks(options["weights"], options["embedder"], lang)
    matcher = Matcher(gallery, networks.numbers, lang=lang)
    troubles = checked(matcher)
    enrolled = sum(len(one.photos) for one in gallery.candidates)
    low, high = float(matcher.thresholds.min()), float(matcher.thresholds.max())
    margin = networks.numbers.margin
    slots = {"candidates": number(len(gallery.candidates), lang), "photos": number(enrolled, lang)}
    named = {key: number(value, lang, 2) for key, value in (("low", low), ("high", high), ("margin", margin))}
    click.echo(say("gallery.checked", lang, file=printable(file), **slots, **named))
    key = "checked-found" if troubles else "checked-clean"
    click.echo(say(f"gallery.{key}", lang, count=len(troubles)))
    for trouble in troubles:
        click.echo(told(trouble, matcher, file, lang))
    if sheet is not None:
        originals = _originals(gallery, photos, networks, options["weights"], lang) if photos else {}
        write_sheet(sheet, file, gallery, troubles, originals, lang, force=options["force"])
    return ExitCode.FOUND if troubles else ExitCode.CLEAN


@gallery_group.command(help="gallery.help-export")
@_gallery_argument
@click.option("--to", "target", required=True, type=_FILE, metavar="FILE", help="gallery.help-to")
@click.option("--without-photos", is_flag=True, help="gallery.help-without-photos")
@click.option(
    "--format", "shape", type=click.Choice(["faces", "json"]), default="faces", help="gallery.help-export-format"
)
@_force_option
@lang_option
@click.pass_context
def export(ctx: click.Context, /, file: Path, target: Path, without_photos: bool, shape: str, force: bool) -> None:
    lang = lang_of(ctx)
    gallery = read_gallery(file, lang=lang)
    # Embeddings do not go out under the name of a mere list, nor a list over the gallery.
    if (target.suffix.lower() == ".json") != (shape == "json") or real(target) == real(file):
        raise UsageError(say("gallery.export-name", lang, file=printable(target)), say("gallery.export-remedy", lang))
    ensure_free(target, force, lang)
    if shape == "json":
        body = (index(gallery) + "\n").encode()
        save(target, body, lang)
        click.echo(say("gallery.exported", lang, file=printable(target), sha256=hashlib.sha256(body).hexdigest()))
        return
    if without_photos:
        bare = [
            replace(one, photos=tuple(replace(photo, jpeg=b"") for photo in one.photos)) for one in gallery.candidates
        ]
        gallery = replace(gallery, candidates=tuple(bare))
    sha256 = write_gallery(target, gallery, lang=lang)
    click.echo(say("gallery.exported", lang, file=printable(target), sha256=sha256))
    tell(say("gallery.export-reminder", lang))


@gallery_group.command(help="gallery.help-rebuild")
@_gallery_argument
@click.argument("photos", nargs=-1, metavar="[PHOTO|FOLDER]...")
@_network_options
@lang_option
@click.pass_context
def rebuild(
    ctx: click.Context, /, file: Path, photos: Sequence[str], weights: Path | None, embedder: Path | None
) -> None:
    from poseguard.faces.enrol import Unfit, embedded, kept, rebuilt

    lang = lang_of(ctx)
    gallery = read_gallery(file, lang=lang)
    networks = load_networks(weights, embedder, lang)
    named = _originals(gallery, photos, networks, weights, lang) if photos else {}
    pictures = {photo.sha256: photo for one in gallery.candidates for photo in one.photos if photo.jpeg}
    made, wrong = [], []
    for one in gallery.candidates:
        portraits = []
        for photo in one.photos:
            try:
                portraits.append(named.get(photo.sha256) or kept(pictures.get(photo.sha256, photo), networks))
            except Unfit as unfit:
                wrong.append((f"{one.id} {photo.sha256[:DIGITS]}", unfit))
        if len(portraits) == len(one.photos):
            made.append(rebuilt(one, portraits, embedded(portraits, networks)))
    total = sum(len(one.photos) for one in gallery.candidates)
    if wrong:
        raise unusable("cannot-rebuild", wrong, total, file, lang)
    gallery = replace(gallery, network=networks.embedder.sha256, candidates=tuple(made))
    write_gallery(file, gallery, lang=lang, over=gallery.sha256)
    click.echo(say("gallery.rebuilt", lang, file=printable(file), candidates=len(made), photos=total))


def _portraits(
    paths: Sequence[Path], networks: Networks, people: PeopleSearch, poor: bool, file: Path, lang: str
) -> list[Portrait]:
    """Raises UsageError that names every photo that cannot be used, and why."""
    from poseguard.faces.enrol import Unfit, portrait

    out, wrong = [], []
    for path in paths:
        try:
            out.append(portrait(read_photo(path, lang=lang), people, networks, poor=poor))
        except Unfit as unfit:
            wrong.append((printable(path), unfit))
    if wrong:
        raise unusable("unusable", wrong, len(paths), file, lang)
    return out


def _originals(
    gallery: Gallery, photos: Sequence[str], networks: Networks, weights: Path | None, lang: str
) -> dict[str, Portrait]:
    """By SHA-256: those of the files named that are photos of the gallery; the others are not looked at."""
    from poseguard.faces.enrol import Unfit, portrait

    wanted = {photo.sha256 for one in gallery.candidates for photo in one.photos}
    people = load_people(weights, lang)
    out: dict[str, Portrait] = {}
    for candidate in find(photos, lang=lang):
        photo = read_photo(candidate.path, lang=lang)
        if photo.info.sha256 is None or photo.info.sha256 not in wanted or photo.info.sha256 in out:
            continue
        try:
            out[photo.info.sha256] = portrait(photo, people, networks, poor=True)
        except Unfit as unfit:
            tell(f"{printable(candidate.path)}: {unfit_words(unfit, lang)}")
    return out


def _warn(matcher: Matcher, code: str, file: Path, lang: str) -> None:
    """On stderr, what `check` finds that concerns one candidate."""
    from poseguard.faces.checks import check as checked

    for trouble in checked(matcher):
        if code in (trouble.candidate, trouble.other):
            tell(told(trouble, matcher, file, lang))
