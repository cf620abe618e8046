"""What click complains of, in the user's language: its own sentences are English."""

from __future__ import annotations

import click

from poseguard.texts import say


class Told(click.UsageError):
    """A complaint that is in the user's language already."""


def words(error: click.ClickException, lang: str) -> str:
    """The complaint in `lang`."""
    if isinstance(error, Told):
        return error.message
    if isinstance(error, click.NoSuchOption):
        return say("cli.no-such-option", lang, name=error.option_name)
    if isinstance(error, click.BadOptionUsage):
        key = "no-value" if _is_flag(error) else "needs-value"
        return say(f"cli.{key}", lang, name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.get_error_hint(error.ctx) if error.ctx else error.param.human_readable_name
        if isinstance(error, click.MissingParameter):
            return say("cli.missing-parameter", lang, name=name)
        return say("cli.bad-parameter", lang, name=name, detail=_expected(error.param.type, lang) or error.message)
    return error.format_message()


def _is_flag(error: click.BadOptionUsage) -> bool:
    params = error.ctx.command.params if error.ctx else []
    flags = [one for one in params if isinstance(one, click.Option) and (one.is_flag or one.count)]
    return any(error.option_name in (*one.opts, *one.secondary_opts) for one in flags)


def _expected(kind: object, lang: str) -> str:
    """What such a value must be; empty where the texts have no words for it."""
    if isinstance(kind, click.Choice):
        return say("cli.expected-choice", lang, choices=", ".join(str(one) for one in kind.choices))
    if isinstance(kind, click.IntRange | click.FloatRange):
        whole = "whole-" if isinstance(kind, click.IntRange) else ""
        if kind.max is None:
            return say(f"cli.expected-{whole}from", lang, low=kind.min)
        return say(f"cli.expected-{whole}range", lang, low=kind.min, high=kind.max)
    if isinstance(kind, click.Path):
        what = "place" if kind.dir_okay and kind.file_okay else "folder" if kind.dir_okay else "file"
        return say(f"cli.expected-{what}", lang)
    return ""
