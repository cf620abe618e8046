"""`poseguard elections list|show|check`: phases, ballot numbers and hand signs."""

from __future__ import annotations

from pathlib import Path

import click

from poseguard.cli.rules import check_rules, lang_option, rules_option
from poseguard.cli.spoken import SpokenGroup
from poseguard.cli.spoken import lang_option as spoken_lang_option
from poseguard.rules import model
from poseguard.rules.pack import Pack, load_pack, unknown
from poseguard.rules.wording import long_date, signs_words
from poseguard.texts import say


@click.group("elections", cls=SpokenGroup, help="rules.cli-elections")
@spoken_lang_option
def elections_group() -> None:
    """Election profiles and the user's regions."""


@elections_group.command("list", help="rules.help-list")
@rules_option
@lang_option
def list_elections(folders: tuple[Path, ...], lang: str) -> None:
    """One line an election."""
    pack = load_pack(folders, lang=lang)
    click.secho(say("rules.cli-heading-elections", lang, count=len(pack.elections)), bold=True)
    for election in pack.elections.values():
        counts = {
            "phases": len(election.phase),
            "participants": len(election.party) + len(election.ticket),
            "regions": len(_regions(election, pack)),
        }
        click.echo("  " + say("rules.cli-election-line", lang, id=election.id, name=election.name.say(lang), **counts))


@elections_group.command("show", help="rules.help-show")
@click.argument("name")
@rules_option
@lang_option
def show_election(name: str, folders: tuple[Path, ...], lang: str) -> None:
    """Phases with their regime, ballot numbers, signs and regions."""
    pack = load_pack(folders, lang=lang)
    if name not in pack.elections:
        raise unknown("election", name, pack.elections, lang)
    election = pack.elections[name]
    click.secho(election.name.say(lang), bold=True)
    for phase in election.phase.values():
        slots = {
            "start": long_date(phase.start, lang),
            "end": long_date(phase.end, lang) or say("rules.cli-open", lang),
            "name": phase.name.say(lang),
            "regime": say(f"rules.regime-{phase.regime}", lang),
        }
        click.echo("  " + say("rules.cli-phase-line", lang, **slots))
        if phase.note:
            click.echo("    " + phase.note.say(lang))
    for kind, members in (("party", election.party), ("ticket", election.ticket)):
        for who in members:
            click.echo("  " + say(f"rules.participant-{kind}", lang, number=who.number, name=who.name))
    if election.parties_of:
        national = pack.elections[election.parties_of].name.say(lang)
        click.echo("  " + say("rules.cli-parties-of", lang, election=national))
    for one in election.logo_version:
        slots = {
            "name": pack.parties[one.party].name,
            "version": one.version or say("rules.cli-version-known", lang),
            "start": long_date(one.valid_from, lang) or "…",
            "end": long_date(one.valid_until, lang) or say("rules.cli-open", lang),
            "checked": say("rules.verified" if one.verified else "rules.unverified", lang),
        }
        click.echo("  " + say("rules.cli-version-line", lang, **slots))
    for sign in election.sign:
        click.echo(f"  {pack.poses[sign.pose].name.say(lang)}: {signs_words([sign], lang)}")
    for region in _regions(election, pack):
        for who in region.paslon:
            slots = {"number": str(who.number), "name": who.name, "region": region.region}
            click.echo("  " + say("rules.participant-paslon", lang, **slots))
    if election.local_numbers:
        click.echo("  " + say("rules.cli-local", lang))


elections_group.add_command(check_rules, "check")


def _regions(election: model.Election, pack: Pack) -> list[model.Region]:
    return [region for (ident, _), region in pack.regions.items() if ident == election.id]
