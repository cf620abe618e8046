"""One run of a program that reports a line a photo: when each line came, and how much memory its workers took."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

_GLANCE = 0.05


@dataclass(frozen=True, slots=True)
class Watched:
    """`arrivals`: seconds from the start to each line. `peak_mb`: most resident memory of any child, if known."""

    arrivals: tuple[float, ...]
    peak_mb: float | None

    @property
    def first(self) -> float:
        """Seconds from the start of the process to the first result."""
        return self.arrivals[0]

    def pace(self, jobs: int) -> float:
        """Photos a second once every worker is at work: from the result number `jobs` to the last."""
        done = self.arrivals[jobs - 1 :]
        return (len(done) - 1) / (done[-1] - done[0])

    @property
    def whole_pace(self) -> float:
        """Photos a second, start included."""
        return len(self.arrivals) / self.arrivals[-1]


def watched(command: Sequence[str], given: bytes, cwd: Path) -> Watched:
    """Runs `command` with `given`, paths each ended by NUL, on its standard input.

    Raises SystemExit with its words where it does not report every photo.
    """
    started = time.perf_counter()
    with (
        TemporaryFile() as words,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, cwd=cwd) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        memory = _Memory(process.pid)
        memory.start()
        process.stdin.write(given)
        process.stdin.close()
        # Libraries may say something too: a result is an object.
        arrivals = [time.perf_counter() - started for line in process.stdout if line.startswith(b"{")]
        process.wait()
        memory.stop()
        words.seek(0)
        said = words.read().decode(errors="replace")
    if len(arrivals) < given.count(b"\0"):
        raise SystemExit(said or f"{command[0]} ended with {process.returncode} after {len(arrivals)} photos")
    return Watched(tuple(arrivals), memory.peak_mb)


class _Memory(threading.Thread):
    """Keeps the high-water mark (VmHWM) of the children of a process, where the system tells it (Linux)."""

    def __init__(self, parent: int) -> None:
        super().__init__(daemon=True)
        self._parent = parent
        self._over = threading.Event()
        self._peak_kb = 0

    @property
    def peak_mb(self) -> float | None:
        return self._peak_kb * 1024 / 1e6 if self._peak_kb else None

    def run(self) -> None:
        while sys.platform == "linux" and not self._over.wait(_GLANCE):
            for child in children(self._parent):
                self._peak_kb = max(self._peak_kb, high_water_kb(child))

    def stop(self) -> None:
        self._over.set()
        self.join()


def children(parent: int) -> list[int]:
    """Processes whose parent is `parent`."""
    try:
        tasks = Path(f"/proc/{parent}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:
        return []


def high_water_kb(pid: int) -> int:
    """Largest resident memory of a process so far, in units of 1024 bytes; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
