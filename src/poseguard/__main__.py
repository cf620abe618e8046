"""The command `poseguard`, and `python -m poseguard`."""

import sys

from poseguard.interrupt import ends_at_once


def run() -> int:
    """`poseguard.cli.main`, imported where Ctrl-C already ends it quietly. Returns the exit code."""
    with ends_at_once():
        from poseguard.cli import main
        from poseguard.errors import ExitCode
    try:
        return main()
    except KeyboardInterrupt:  # before `main` was ready for it
        return ExitCode.INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
