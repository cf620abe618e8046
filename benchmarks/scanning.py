"""Runs the real `poseguard scan` in a process of its own, with the list of photos on its standard input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poseguard.errors import ExitCode

Report = dict[str, Any]  # one line of the JSON Lines report (`poseguard schema`)
CONTEXT = ("--election", "pilkada-2024", "--posted", "2024-10-15", "--subject", "pns")
_FINE = (ExitCode.CLEAN, ExitCode.FOUND, ExitCode.UNREADABLE)


def scan_command(*options: str, weights: Path | None, jobs: int) -> list[str]:
    """`poseguard scan -` of the environment that runs this, writing JSON Lines."""
    program = shutil.which("poseguard", path=str(Path(sys.executable).parent))
    if program is None:
        raise SystemExit("poseguard is not installed beside this Python: pip install --editable .")
    own = ["--weights", str(weights.resolve())] if weights else []
    return [program, "scan", "-", "--format", "jsonl", "--lang", "en", "--quiet", "--jobs", str(jobs), *own, *options]


def listed(photos: Sequence[Path]) -> bytes:
    """Paths as `scan -` reads them."""
    return b"".join(os.fsencode(path) + b"\0" for path in photos)


def scan(photos: Sequence[Path], out: Path, *, weights: Path | None, jobs: int, options: Sequence[str]) -> list[Report]:
    """One report a photo, in their order. Runs in `out`, so that no poseguard.toml of the caller's folder takes part.

    Raises SystemExit with what the scan said where it did not end well.
    """
    command = scan_command(*options, weights=weights, jobs=jobs)
    done = subprocess.run(command, input=listed(photos), capture_output=True, cwd=out, check=False)
    if done.returncode not in _FINE:
        raise SystemExit(done.stderr.decode(errors="replace") or f"scan ended with {done.returncode}")
    reports = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(reports) != len(photos):
        raise SystemExit(f"{len(photos)} photos were given, {len(reports)} reports came back")
    return reports


def write_lines(path: Path, reports: Sequence[Report]) -> None:
    """JSON Lines."""
    path.write_text("".join(json.dumps(report, ensure_ascii=False) + "\n" for report in reports), encoding="utf-8")
