"""A scan with sockets forbidden: `python -m benchmarks.offline [PATH...] [--weights DIR] [--jobs N]`.

An audit hook (guard/sitecustomize.py) forbids sockets in the Python of every process of the run, workers too. Where the
system has `unshare` and allows it, the run also gets a network of its own without any way out, which holds for C code
as well. Passes where the scan ends well, nothing was tried, the guard stood in every process, and, as a control, a
program that does open a socket fails under the same guard.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scanning import scan_command
from benchmarks.truth import ROOT
from poseguard.errors import ExitCode

_GUARD = Path(__file__).resolve().parent / "guard"
_CONTROL = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)"
_FINE = (ExitCode.CLEAN, ExitCode.FOUND, ExitCode.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Guarded:
    """`processes`: how many stood under the guard; `tried`: what they tried that is forbidden."""

    code: int
    lines: int
    processes: int
    tried: tuple[str, ...]
    words: str


def own_network() -> list[str]:
    """The command that takes the network away from what follows; empty where the system has or allows none."""
    unshare = shutil.which("unshare")
    for options in (["--net"], ["--map-root-user", "--net"]) if unshare else ():
        command = [str(unshare), *options]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return []


def guarded(command: Sequence[str], given: bytes, prefix: Sequence[str] = ()) -> Guarded:
    """Runs `command` under the guard."""
    with TemporaryDirectory(prefix="poseguard-guard-") as notes:
        path = os.pathsep.join(filter(None, (str(_GUARD), os.environ.get("PYTHONPATH", ""))))
        env = {**os.environ, "PYTHONPATH": path, "POSEGUARD_GUARD": notes}
        done = subprocess.run([*prefix, *command], input=given, capture_output=True, env=env, cwd=notes, check=False)
        tried = Path(notes) / "tried.txt"
        return Guarded(
            done.returncode,
            len(done.stdout.splitlines()),
            len(list(Path(notes).glob("*.on"))),
            tuple(tried.read_text().splitlines()) if tried.is_file() else (),
            done.stderr.decode(errors="replace"),
        )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks.offline", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "samples"], help="default: samples/")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args(argv)
    prefix = own_network()
    control = guarded([sys.executable, "-c", _CONTROL], b"")
    given = b"".join(os.fsencode(path.resolve()) + b"\0" for path in args.paths)
    run = guarded(scan_command("--fail-on", "never", weights=args.weights, jobs=args.jobs), given, prefix)
    checks = {
        "a program that opens a socket fails under the guard": control.code != 0 and bool(control.tried),
        f"the scan ended well (exit {run.code}) with {run.lines} photos": run.code in _FINE and run.lines > 0,
        f"the guard stood in {run.processes} processes, the workers among them": run.processes > 1,
        f"sockets tried: {len(run.tried)}": not run.tried,
    }
    print(f"network: {'none (' + ' '.join(prefix) + ')' if prefix else 'untouched, only Python is guarded'}")
    for said, right in checks.items():
        print(f"{'pass' if right else 'FAIL'}  {said}")
    print(*run.tried, "" if all(checks.values()) else run.words, sep="\n", end="")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
