"""`poseguard rules list|show|check`: what the tool weighs by, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path

import click

from poseguard.cli.spoken import SpokenGroup, lang_of
from poseguard.cli.spoken import lang_option as spoken_lang_option
from poseguard.rules import model
from poseguard.rules.citing import as_citation, list_citation
from poseguard.rules.pack import Pack, load_pack, unknown
from poseguard.texts import say


def lang_option(command: Callable[..., None]) -> Callable[..., None]:
    """`--lang id|en`; the command gets the language that was asked for as `lang`."""

    @wraps(command)
    def told(*args: object, **options: object) -> None:
        command(*args, lang=lang_of(click.get_current_context()), **options)

    return spoken_lang_option(told)


def rules_option(command: click.decorators.FC) -> click.decorators.FC:
    """`--rules PATH`, repeatable."""
    path = click.Path(exists=True, path_type=Path)
    option = click.option("--rules", "folders", type=path, multiple=True, help="rules.help-rules-dir")
    return option(command)


@click.group("rules", cls=SpokenGroup, help="rules.cli-rules")
@spoken_lang_option
def rules_group() -> None:
    """Rules, pose lists, citations and declarable facts."""


@rules_group.command("list", help="rules.help-list")
@rules_option
@lang_option
def list_rules(folders: tuple[Path, ...], lang: str) -> None:
    """Rules by level, pose lists, citations, declarable facts."""
    pack = load_pack(folders, lang=lang)
    _heading("cli-heading-rules", lang, count=len(pack.rules))
    for rule in sorted(pack.rules.values(), key=lambda one: -one.level.rank):
        click.echo(f"  {rule.level.value:8}{rule.id}")
    _heading("cli-heading-lists", lang, count=len(pack.lists), default=pack.default_list)
    for one in pack.lists.values():
        slots = {"id": one.id, "name": one.name.say(lang), "issuer": one.issuer, "date": one.date}
        counts = {"listed": len(one.listed), "allowed": len(one.allowed)}
        click.echo("  " + say("rules.cli-list-line", lang, **slots, **counts))
    verified = sum(cited.verified for cited in pack.citations.values())
    _heading("cli-heading-citations", lang, count=len(pack.citations), verified=verified)
    for cited in pack.citations.values():
        click.echo("  " + _citation_line(cited, lang))
    _heading("cli-heading-declare", lang, count=len(pack.declarables))
    for fact in pack.declarables.values():
        click.echo(f"  {fact.id + (':N' if fact.takes_number else ''):22}{fact.name.say(lang)}")


@rules_group.command("show", help="rules.help-show")
@click.argument("name")
@rules_option
@lang_option
def show_rule(name: str, folders: tuple[Path, ...], lang: str) -> None:
    """One rule, note, pose, shape, pose list, citation, cue or declarable fact."""
    pack = load_pack(folders, lang=lang)
    sections: Mapping[str, Mapping[str, object]] = {
        "rule": pack.rules,
        "list": pack.lists,
        "citation": pack.citations,
        "pose": pack.poses,
        "shape": pack.shapes,
        "cue": pack.cues,
        "lineup": pack.lineups,
        "declare": pack.declarables,
        "note": pack.notes,
        "threshold": pack.thresholds,
        "handler": pack.handlers,
        "portal": pack.portals,
    }
    found = [(section, entries[name]) for section, entries in sections.items() if name in entries]
    if not found:
        raise unknown("entry", name, {ident for entries in sections.values() for ident in entries}, lang)
    for section, entry in found:
        click.secho(f"[{section}.{name}]", bold=True)
        show_entry(entry, lang)
        _show_words(entry, pack, lang)


@rules_group.command("check", help="rules.help-check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@lang_option
def check_rules(paths: tuple[Path, ...], lang: str) -> None:
    """Loads each file or folder over what ships; the first error ends it."""
    shipped = load_pack(lang=lang).origins
    for path in paths:
        pack = load_pack([path], lang=lang)
        # Files of the same name ship too: what differs from those is from here; of a copy all is.
        own = {key for key, origin in pack.origins.items() if origin != shipped.get(key)} or pack.origins.keys()
        what = sorted({section for section, _ in own})
        click.echo(say("rules.cli-fine", lang, file=path, what=", ".join(what)))


def show_entry(entry: object, lang: str, indent: str = "  ") -> None:
    """Every field that says something, nested ones below."""
    if not is_dataclass(entry):
        return
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value in (None, "", (), {}, field.default) or field.metadata.get("keyed"):
            continue
        if isinstance(value, model.Words | model.Reading):
            click.echo(f"{indent}{field.name}: {value.en if lang == 'en' else value.id}")
        elif is_dataclass(value):
            click.echo(f"{indent}{field.name}:")
            show_entry(value, lang, indent + "  ")
        else:
            click.echo(f"{indent}{field.name}: {_plain(value, lang)}")


def _show_words(entry: object, pack: Pack, lang: str) -> None:
    """What stands behind the names: texts of a rule, and how a list or citation looks in a report."""
    if isinstance(entry, model.Rule):
        cited = {name for names in (*entry.cite.values(), *entry.cite_with.values()) for name in names}
        for name in sorted(cited & pack.citations.keys()):
            click.echo("  - " + _citation_line(pack.citations[name], lang))
    elif isinstance(entry, model.PoseList):
        click.echo("  " + list_citation(entry, pack, lang).text)
    elif isinstance(entry, model.Cited):
        click.echo(f"  → {as_citation(entry.id, pack, lang).source}")


def _citation_line(cited: model.Cited, lang: str) -> str:
    return say(
        "rules.cli-citation-line",
        lang,
        id=cited.id,
        title=cited.title,
        number=cited.number,
        date=cited.date,
        article=cited.article,
        binding=say("rules.binding" if cited.binding else "rules.advisory", lang),
        verified=say("rules.verified" if cited.verified else "rules.unverified", lang),
    )


def _plain(value: object, lang: str) -> str:
    if isinstance(value, model.Words | model.Reading):
        return value.en if lang == "en" else value.id
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(inner, lang)}" for key, inner in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_plain(inner, lang) for inner in value)
    return str(value)


def _heading(key: str, lang: str, **slots: object) -> None:
    click.secho(say(f"rules.{key}", lang, **slots), bold=True)
