"""`poseguard schema`."""

from __future__ import annotations

import json

import click

from poseguard.cli.spoken import SpokenCommand, lang_of, lang_option
from poseguard.reports.schema import schema as report_schema


@click.command(cls=SpokenCommand, help="cli.help-schema")
@lang_option
@click.pass_context
def schema(ctx: click.Context, /) -> None:
    # A contract reads the same everywhere: English, unless another language is asked for.
    asked = ctx.meta.get("poseguard.lang")
    click.echo(json.dumps(report_schema(lang_of(ctx) if asked else "en"), indent=2, ensure_ascii=False))
