"""The command line: `main` starts it and is the one place that turns an error into words and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

import click

from poseguard import __version__
from poseguard.cli.complaints import words as complaint
from poseguard.cli.spoken import SpokenGroup, lang_option, tell
from poseguard.errors import ExitCode, PoseguardError, os_reason
from poseguard.interrupt import asked_to_stop, ends_at_once
from poseguard.texts import LANGS, default_lang, say

# Name of the command -> where it lives; the module is imported when the command is called, not before.
COMMANDS = {
    "scan": "poseguard.cli.scan:scan",
    "explain": "poseguard.cli.scan:explain",
    "schema": "poseguard.cli.schema:schema",
    "logos": "poseguard.cli.logos:logos_group",
    "gallery": "poseguard.cli.gallery:gallery_group",
    "weights": "poseguard.cli.weights:weights_group",
    "rules": "poseguard.cli.rules:rules_group",
    "elections": "poseguard.cli.elections:elections_group",
}


class LazyGroup(SpokenGroup):
    """Knows its commands by name and one line of help, so that `--version` and `--help` import nothing heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with ends_at_once():
            command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def one_liners(self, ctx: click.Context) -> Iterable[tuple[str, str]]:
        return [(name, f"cli.help-{name}") for name in COMMANDS]


@click.group(cls=LazyGroup, help="cli.about", context_settings={"help_option_names": ["-h", "--help"]})
@lang_option
@click.option("--debug", is_flag=True, expose_value=False, help="cli.help-debug")
@click.version_option(__version__, prog_name="poseguard", message="%(prog)s %(version)s", help="cli.help-version")
def cli() -> None:
    pass


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (poseguard.errors.ExitCode); `--debug` prints tracebacks."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller (`2>&-`)
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    args = list(sys.argv[1:] if argv is None else argv)
    lang = _asked_lang(args)
    options = args[: args.index("--")] if "--" in args else args
    debug = "--debug" in options
    args = [arg for arg in options if arg != "--debug"] + args[len(options) :]
    try:
        with asked_to_stop():
            code = cli.main(args=args, prog_name="poseguard", standalone_mode=False, obj=lang)
        sys.stdout.flush()
        return code if isinstance(code, int) else ExitCode.CLEAN
    except PoseguardError as error:
        return _fail(error.exit_code, error.message, error.remedy, error.lang or lang)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "poseguard"
        return _fail(ExitCode.USAGE, complaint(error, lang), say("cli.see-help", lang, command=path), lang)
    except (KeyboardInterrupt, click.Abort):
        tell(say("cli.interrupted", lang))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing is left to say, and the interpreter must not try to at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED
    except OSError as error:
        # A full disk, a place that may not be seen: nothing is wrong with the tool.
        from poseguard.reading.problems import printable

        _trace(debug)
        place = (
            say("cli.stdout", lang)
            if error.filename == getattr(sys.stdout, "name", None)
            else printable(str(error.filename or ""))
        )
        message = say("cli.system" if place else "cli.system-nowhere", lang, path=place, why=os_reason(error, lang))
        return _fail(ExitCode.USAGE, message, say("cli.system-remedy", lang), lang)
    except SystemExit:
        # rich's Console leaves this way, with 1, when its reader has gone.
        return ExitCode.INTERRUPTED
    except Exception as error:
        _trace(debug)
        message = say("cli.internal", lang, kind=type(error).__name__, detail=error)
        return _fail(ExitCode.INTERNAL, message, say("cli.internal-remedy", lang), lang)


def _trace(debug: bool) -> None:
    if debug:
        import traceback

        tell(traceback.format_exc())


def _fail(code: ExitCode, message: str, remedy: str, lang: str) -> int:
    tell(say("cli.error", lang, message=message))
    if remedy:
        tell(say("cli.remedy", lang, remedy=remedy))
    return code


def _asked_lang(args: Sequence[str]) -> str:
    """`--lang` wherever it stands, so that even a usage error is told in the right language."""
    for i, arg in enumerate(args):
        name, _, value = arg.partition("=")
        if name == "--lang":
            value = value or (args[i + 1] if i + 1 < len(args) else "")
            if value in LANGS:
                return value
    return default_lang()
