"""`poseguard weights list|pull|verify|where`."""

from __future__ import annotations

from pathlib import Path

import click

from poseguard.cli.spoken import SpokenGroup, lang_of, lang_option, tell
from poseguard.errors import ExitCode, WeightsError
from poseguard.texts import say
from poseguard.weights import find, models, search_dirs, user_dir
from poseguard.weights.pull import carry_out, plan
from poseguard.weights.store import checked_bytes

_weights_option = click.option(
    "--weights", "extra_dir", type=click.Path(path_type=Path), metavar="DIR", help="weights.help-weights"
)


@click.group("weights", cls=SpokenGroup, help="cli.help-weights")
@lang_option
def weights_group() -> None:
    pass


@weights_group.command("list", help="weights.help-list")
@_weights_option
@lang_option
@click.pass_context
def list_models(ctx: click.Context, extra_dir: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    lang = lang_of(ctx)
    table = Table(
        *(say(f"weights.head-{name}", lang) for name in ("name", "version", "size", "licence", "purpose", "from"))
    )
    for column in table.columns:
        column.overflow = "fold"
    table.columns[0].no_wrap = True
    for model in models(extra_dir, lang=lang):
        size = f"{model.bytes / 1e6:.1f} MB"
        origin = (model.package or say("weights.own", lang)).partition("==")[0]
        table.add_row(model.name, model.version, size, model.licence, model.purpose[lang], origin)
    Console().print(table)


@weights_group.command(help="weights.help-pull")
@click.option(
    "--from",
    "from_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="weights.help-from",
)
@click.option("--dry-run", is_flag=True, help="weights.help-dry-run")
@click.option("--quiet", "-q", is_flag=True, help="weights.help-quiet")
@lang_option
@click.pass_context
def pull(ctx: click.Context, from_dir: Path | None, dry_run: bool, quiet: bool) -> None:
    lang = lang_of(ctx)
    steps = plan(models(lang=lang), from_dir=from_dir, lang=lang)
    for step in steps if dry_run or not quiet else ():
        origin = step.source or step.model.package
        tell(say(f"weights.way-{step.way}", lang, name=step.model.name, source=origin, target=user_dir()))
    if not dry_run:
        carry_out(steps, lang=lang, tell=tell)


@weights_group.command(help="weights.help-verify")
@_weights_option
@lang_option
@click.pass_context
def verify(ctx: click.Context, extra_dir: Path | None) -> int:
    lang = lang_of(ctx)
    code = ExitCode.CLEAN
    for model in models(extra_dir, lang=lang):
        try:
            path = find(model.name, extra_dir=extra_dir, lang=lang)
            checked_bytes(path, model, lang=lang)
            click.echo(say("weights.right", lang, name=model.name, path=path))
        except WeightsError as error:
            code = error.exit_code
            click.echo(say("weights.not-right", lang, name=model.name, message=error.message, remedy=error.remedy))
    return code


@weights_group.command(help="weights.help-where")
@_weights_option
@lang_option
@click.pass_context
def where(ctx: click.Context, extra_dir: Path | None) -> None:
    lang = lang_of(ctx)
    click.echo(say("weights.searched", lang))
    for number, folder in enumerate(search_dirs(extra_dir), 1):
        state = say("weights.there" if folder.is_dir() else "weights.not-there", lang)
        click.echo(f"  {number}. {folder} ({state})")
    click.echo(say("weights.used", lang))
    for model in models(extra_dir, lang=lang):
        try:
            used = str(find(model.name, extra_dir=extra_dir, lang=lang))
        except WeightsError as error:
            used = f"{error.message} {error.remedy}"
        click.echo(f"  {model.name}: {used}")
