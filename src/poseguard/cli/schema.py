"""`poseguard schema`."""

from __future__ import annotations

import json

import click

from poseguard.cli.spoken import SpokenCommand, lang_option
from poseguard.reports.schema import schema as report_schema


@click.command(cls=SpokenCommand, help="cli.help-schema")
@lang_option
def schema() -> None:
    click.echo(json.dumps(report_schema(), indent=2, ensure_ascii=False))
