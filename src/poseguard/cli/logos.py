"""`poseguard logos add|list|remove|test|rebuild`: logos that the networks have never seen."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from poseguard.cli.spoken import SpokenGroup, lang_of, lang_option, tell
from poseguard.errors import UsageError
from poseguard.props.gallery import MOST_PICTURES, Book, Embedder, Logo, LogoGallery, Recogniser, default_path
from poseguard.props.gallery_file import MOST_LOGOS, read_book, write_book
from poseguard.reading.photo import Pixels
from poseguard.reading.problems import printable
from poseguard.reports.words import clean, mark_name, percent
from poseguard.results import Box
from poseguard.rules.pack import Pack, load_pack
from poseguard.texts import catalogue, say

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Kit:
    """The recogniser with its numbers for enrolled logos; what tells these apart, and its digest."""

    recogniser: Recogniser
    embedder: Embedder
    enrol: Mapping[str, Any]
    network: str


def load_kit(folder: Path | None, lang: str) -> Kit:
    """Raises WeightsError where a network is missing or does not fit its numbers."""
    from poseguard.props.detector import logo_embedder
    from poseguard.props.marks import Marks
    from poseguard.weights import fitting, verified_bytes

    network, numbers = (verified_bytes(name, extra_dir=folder, lang=lang) for name in ("marks", "marks_numbers"))
    marks = fitting("marks", lang, lambda: Marks(network, numbers))
    embedder = logo_embedder(folder, lang)
    return Kit(marks, embedder, marks.enrol, embedder.sha256)


def load_search(folder: Path | None, lang: str) -> Callable[[Pixels], list[Box]]:
    """Finds logo-like boxes in a picture, in its pixels. Raises WeightsError where the network is missing or unfit."""
    from poseguard.props.networks import shipped
    from poseguard.props.search import PropsSearch
    from poseguard.weights import fitting, verified_bytes

    model = verified_bytes("props", extra_dir=folder, lang=lang)
    network, classes = fitting("props", lang, lambda: shipped(model))
    search = PropsSearch(network, classes.logos)

    def boxes(pixels: Pixels) -> list[Box]:
        return [(x, y, w, h) for kind, _, x, y, w, h in search.rows(pixels).tolist() if int(kind) in classes.logos]

    return boxes


def _shared_options(command: _Command) -> _Command:
    command = click.option("--logos", "path", type=_FILE, metavar="FILE", help="logos.help-file")(command)
    return lang_option(command)


_weights_option = click.option(
    "--weights", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="weights.help-weights"
)
_version_option = click.option("--version", metavar="TEXT", help="logos.help-version")


@click.group("logos", cls=SpokenGroup, help="cli.help-logos")
@lang_option
def logos_group() -> None:
    pass


@logos_group.command(help="logos.help-add")
@click.option("--party", "code", required=True, metavar="CODE", help="logos.help-party")
@click.option("--name", metavar="NAME", help="logos.help-name")
@_version_option
@click.argument("images", nargs=-1, required=True, type=_FILE, metavar="IMAGE...")
@_weights_option
@_shared_options
@click.pass_context
def add(
    ctx: click.Context,
    /,
    code: str,
    name: str | None,
    version: str | None,
    images: Sequence[Path],
    weights: Path | None,
    path: Path | None,
) -> None:
    from poseguard.props.enrol import check_words, enrolled, read_picture

    lang, file = lang_of(ctx), path or default_path()
    check_words(code, name, version, lang)
    if path is not None and not path.parent.is_dir():
        message = say("logos.no-folder", lang, path=printable(path), folder=printable(path.parent))
        raise UsageError(message, say("logos.no-folder-remedy", lang))
    book = _book(file, lang)
    kit = load_kit(weights, lang)
    LogoGallery(book, kit.enrol, network=kit.network, lang=lang)  # another network's book is told at once
    known = _find(book, code, version)
    pictures = {
        one.sha256: one for one in (*(known.pictures if known else ()), *(read_picture(p, lang) for p in images))
    }
    if len(pictures) > MOST_PICTURES:
        raise UsageError(
            say("logos.too-many", lang, count=len(pictures), most=MOST_PICTURES),
            say("logos.too-many-remedy", lang, command=printable(_removal(code, version, path)))
            if known
            else say("logos.too-many-new-remedy", lang, most=MOST_PICTURES),
        )
    others = tuple(one for one in book.logos if one is not known)
    if len(others) >= MOST_LOGOS:
        raise UsageError(say("logos.full", lang, most=MOST_LOGOS), say("logos.full-remedy", lang))
    pack = load_pack(lang=lang)
    party = taken_codes(pack, lang).get(code)
    called = name or (known.name if known else party or code)
    logo = enrolled(code, called, version, list(pictures.values()), kit.embedder)
    made = Book(kit.network, tuple(sorted((*others, logo), key=lambda one: one.key)))
    write_book(file, made, lang=lang, over=book.sha256)
    click.echo(say("logos.added", lang, name=_called(logo), count=len(logo.pictures), file=printable(file)))
    if party is not None:
        command = printable(_removal(code, version, path))
        tell(say("logos.means-party", lang, code=code, party=party, command=command))
        dated = ", ".join(dict.fromkeys(_dated_versions(pack, code)))
        if version is None and dated:
            tell(say("logos.dated-versions", lang, party=party, versions=dated))
    _warn(logo, LogoGallery(made, kit.enrol, network=kit.network, lang=lang), kit, lang)


@logos_group.command("list", help="logos.help-list")
@_shared_options
@click.pass_context
def list_logos(ctx: click.Context, /, path: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    lang, file = lang_of(ctx), path or default_path()
    book = _book(file, lang) if path is None else read_book(file, lang=lang)
    click.echo(say("logos.listed", lang, count=len(book.logos), file=printable(file)))
    if book.logos:
        keys = ("code", "party", "name", "version", "pictures", "digests")
        table = Table(*(say(f"logos.head-{key}", lang) for key in keys))
        taken = taken_codes(load_pack(lang=lang), lang)
        for column in table.columns:
            column.overflow = "fold"
        for logo in book.logos:
            digests = " ".join(picture.sha256[:8] for picture in logo.pictures)
            party = taken.get(logo.code) or say("logos.own-code", lang)
            table.add_row(logo.code, party, logo.name, logo.version or "-", str(len(logo.pictures)), digests)
        Console(markup=False, emoji=False).print(table)


@logos_group.command(help="logos.help-remove")
@click.argument("code")
@_version_option
@_shared_options
@click.pass_context
def remove(ctx: click.Context, /, code: str, version: str | None, path: Path | None) -> None:
    lang, file = lang_of(ctx), path or default_path()
    book = read_book(file, lang=lang)
    gone = next((one for one in book.logos if one.key == (code, version or "")), None)
    if gone is None:
        raise _unknown(book, code, lang)
    left = tuple(one for one in book.logos if one is not gone)
    write_book(file, replace(book, logos=left), lang=lang, over=book.sha256)
    click.echo(say("logos.removed", lang, name=_called(gone), file=printable(file)))


@logos_group.command(help="logos.help-rebuild")
@_weights_option
@_shared_options
@click.pass_context
def rebuild(ctx: click.Context, /, weights: Path | None, path: Path | None) -> None:
    from poseguard.props.enrol import enrolled

    lang, file = lang_of(ctx), path or default_path()
    book = read_book(file, lang=lang)
    kit = load_kit(weights, lang)
    made = tuple(enrolled(one.code, one.name, one.version, one.pictures, kit.embedder) for one in book.logos)
    write_book(file, Book(kit.network, made), lang=lang, over=book.sha256)
    click.echo(say("logos.rebuilt", lang, count=len(made), file=printable(file)))


@logos_group.command(help="logos.help-test")
@click.argument("code")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE|FOLDER...")
@_version_option
@_weights_option
@_shared_options
@click.pass_context
def test(
    ctx: click.Context,
    /,
    code: str,
    images: Sequence[str],
    version: str | None,
    weights: Path | None,
    path: Path | None,
) -> None:
    from rich.console import Console
    from rich.table import Table

    from poseguard.props.trial import tried
    from poseguard.reading.read import read_photo
    from poseguard.reading.sources import find

    lang, file = lang_of(ctx), path or default_path()
    book = read_book(file, lang=lang)
    logos = [one for one in book.logos if one.code == code and version in (None, one.version)]
    if not logos:
        raise _unknown(book, code, lang)
    candidates = find(images, lang=lang)
    kit = load_kit(weights, lang)
    gallery = LogoGallery(book, kit.enrol, network=kit.network, lang=lang)
    search = load_search(weights, lang)
    keys = ("photo", "boxes", "size", "cosine", "inliers", "confidence", "named")
    table = Table(*(say(f"logos.head-{key}", lang) for key in keys))
    table.columns[0].overflow = "fold"
    hits = seen = 0
    for candidate in candidates:
        photo = read_photo(candidate.path, lang=lang)
        if photo.pixels is None:
            table.add_row(clean(printable(candidate.path)), *["-"] * 5, photo.problem.message if photo.problem else "-")
            continue
        boxes = search(photo.pixels)
        results = [tried(photo.pixels, boxes, logo, gallery, kit.recogniser, kit.embedder) for logo in logos]
        one = max(results, key=lambda each: (each.named == code, each.best.confidence))
        seen, hits = seen + 1, hits + (one.named == code)
        best = one.best
        held = "-" if best.inliers is None else str(best.inliers)
        figures = (str(one.boxes), f"{best.size_px:.0f}", f"{best.cosine:.2f}", held, f"{best.confidence:.2f}")
        table.add_row(clean(printable(candidate.path)), *figures, one.named or say("logos.not-named", lang))
    Console(markup=False, emoji=False).print(table)
    click.echo(say("logos.tested", lang, code=code, hits=hits, n=seen, least=gallery.numbers.least))
    for logo in logos:
        _warn(logo, gallery, kit, lang)


def _book(file: Path, lang: str) -> Book:
    """What is there, or an empty book where there is no file yet."""
    return read_book(file, lang=lang) if file.exists() else Book("0" * 64)


def taken_codes(pack: Pack, lang: str) -> dict[str, str]:
    """What codes already stand for: participants of the election profiles, and older parties that reports can name."""
    names = {key: words[lang] for key, words in catalogue("props").items()}
    older = {key.removeprefix("party_"): name for key, name in names.items() if key.startswith("party_")}
    listed = (who for one in pack.elections.values() for who in (*one.party, *one.ticket))
    return older | {who.code: who.name for who in listed if who.code}


def _dated_versions(pack: Pack, code: str) -> Iterator[str]:
    """Versions of a party's logo that the election profiles know the dates of, but for the one without a name."""
    for election in pack.elections.values():
        yield from (one.version for one in election.logo_version if one.party == code and one.version)


def _find(book: Book, code: str, version: str | None) -> Logo | None:
    return next((one for one in book.logos if one.key == (code, version or "")), None)


def _unknown(book: Book, code: str, lang: str) -> UsageError:
    codes = ", ".join(sorted({one.code for one in book.logos})) or "-"
    return UsageError(say("logos.unknown", lang, code=printable(code)), say("logos.unknown-remedy", lang, codes=codes))


def _removal(code: str, version: str | None, path: Path | None) -> str:
    """The command that takes just this logo out of just this file."""
    own_file = [] if path is None else ["--logos", os.fspath(path)]
    own_version = [] if version is None else ["--version", version]
    return shlex.join(["poseguard", "logos", "remove", code, *own_version, *own_file])


def _called(logo: Logo) -> str:
    """Code, name where it says more, and version."""
    name = "" if logo.name == logo.code else f" ({logo.name})"
    return logo.code + name + (f", {logo.version}" if logo.version else "")


def _warn(logo: Logo, gallery: LogoGallery, kit: Kit, lang: str) -> None:
    from poseguard.props.trial import too_like

    for one in too_like(logo, gallery, kit.recogniser, kit.embedder):
        kind, other = ("enrolled", one.label) if one.enrolled else ("known", mark_name(one.label, lang))
        share = percent(one.share)
        tell(say(f"logos.too-like-{kind}", lang, name=_called(logo), other=other, share=share))
