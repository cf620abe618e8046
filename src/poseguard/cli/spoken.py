"""Click commands whose help speaks Indonesian and English.

A help text of the form "room.key" is looked up in poseguard.texts when it is shown, so a command module names keys
(`help="weights.help-from"`) and both languages follow.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import click

from poseguard.cli.complaints import Told
from poseguard.errors import PoseguardError
from poseguard.texts import LANGS, default_lang, say

LANG_META = "poseguard.lang"
_KEY = re.compile(r"[a-z_]+\.[a-z0-9_-]+")
_AnyCommand = TypeVar("_AnyCommand", bound=Callable[..., Any] | click.Command)


def lang_of(ctx: click.Context) -> str:
    """The language asked for: the last `--lang`, else what `main` made of the whole line, else the locale."""
    return str(ctx.meta.get(LANG_META) or (ctx.obj if ctx.obj in LANGS else default_lang()))


def tell(line: str, *, nl: bool = True) -> None:
    """On stderr. Where that cannot be written (`2>/dev/full`) nothing is said there any more, and the run goes on."""
    try:
        click.echo(line, err=True, nl=nl)
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def lang_option(command: _AnyCommand) -> _AnyCommand:
    """Adds `--lang id|en` without passing it on: the command asks `lang_of(ctx)`."""
    return click.option(
        "--lang", type=click.Choice(LANGS), is_eager=True, expose_value=False, callback=_keep, help="cli.help-lang"
    )(command)


def _keep(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value:
        ctx.meta[LANG_META] = value


def spoken(text: str, lang: str) -> str:
    """`text` with a leading texts key replaced by its sentence."""
    found = _KEY.match(text)
    return say(found[0], lang) + text[found.end() :] if found else text


class _Spoken(click.Command):
    """The help page of a command: same layout as click's, words from poseguard.texts."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            # The parser itself does not say of which command it complains.
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PoseguardError as error:
            error.lang = error.lang or lang_of(ctx)
            raise

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = lang_of(ctx)
        known = {self.options_metavar: say("cli.options-metavar", lang)}
        if isinstance(self, click.Group):
            known[self.subcommand_metavar] = say("cli.command-metavar", lang)
        pieces = " ".join(known.get(piece, piece) for piece in self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=say("cli.usage", lang) + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(spoken(self.help, lang_of(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = lang_of(ctx)
        rows = [(param, row) for param in self.get_params(ctx) if (row := param.get_help_record(ctx))]
        if rows:
            with formatter.section(say("cli.options", lang)):
                formatter.write_dl([(name, _help_words(param, text, ctx)) for param, (name, text) in rows])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "cli.help-help"
        return option


def _help_words(param: click.Parameter, text: str, ctx: click.Context) -> str:
    """The help of one parameter with what click adds to it: `[default: X; required]`."""
    lang = lang_of(ctx)
    key = (param.help if isinstance(param, click.Option) else None) or text
    more = text.removeprefix(key)
    for english, ours in (("default: ", "default"), ("required", "required")):
        more = more.replace(english, say(f"cli.{ours}", lang))
    return spoken(key, lang) + more


class SpokenCommand(_Spoken):
    """`@click.command(cls=SpokenCommand, help="room.key")`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise Told(say("cli.extra-arguments", lang_of(ctx), words=" ".join(rest)), ctx)
        return rest


class SpokenGroup(_Spoken, click.Group):
    """`@click.group(cls=SpokenGroup, help="room.key")`; alone it shows its help."""

    command_class = SpokenCommand

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        out = super().parse_args(ctx, list(args))
        _, named, _ = self.make_parser(ctx).parse_args(list(args))
        if not named and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        return out

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            names = ", ".join(self.list_commands(ctx))
            raise Told(say("cli.no-such-command", lang_of(ctx), name=args[0], names=names), ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = lang_of(ctx)
        with formatter.section(say("cli.commands", lang)):
            formatter.write_dl([(name, spoken(text, lang)) for name, text in self.one_liners(ctx)])

    def one_liners(self, ctx: click.Context) -> Iterable[tuple[str, str]]:
        """Name and help of every command shown."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command.help or "") for name, command in commands if command is not None]
