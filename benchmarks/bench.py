"""Speed and memory of the real scan on 12-megapixel photos, beside a naive pipeline: `make bench`.

    python -m benchmarks.bench [--weights DIR] [--shared DIR] [--jobs 2] [--photos 30] [--rounds 3] [--out DIR]

Photos are made from samples/ and, where ../shared is at hand, from its labelled group photos, in a folder that is
removed again. Each round runs both pipelines on each kind of photo, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Target, target_lines
from benchmarks.photos12 import Batch, batches, candidates
from benchmarks.scanning import CONTEXT, listed, scan_command
from benchmarks.stages import STAGES, where_time_goes
from benchmarks.truth import ROOT
from benchmarks.watching import Watched, watched
from poseguard.workers import available_cpus

_WANTED_PACE = {"up to three people": 6.0, "groups of a dozen": 3.0}
_QUIET = 0.5  # load from which other work takes part in what is timed
_WANTED_MB, _WANTED_FIRST_S = 600.0, 2.0


def one_round(batch: Batch, args: argparse.Namespace, folder: Path) -> tuple[Watched, Watched]:
    """The scan, then the naive pipeline, on the same photos."""
    # The naive one has no workers that warm up at the same time and is far slower: a third of the photos is enough.
    many = tuple(islice(cycle(batch.photos), args.photos))
    fewer = many[: max(4, args.photos // 3)]
    command = scan_command(*CONTEXT, "--fail-on", "never", weights=args.weights, jobs=args.jobs)
    own = watched(command, listed(many), folder)
    naive = [sys.executable, "-m", "benchmarks.naive"] + (["--weights", str(args.weights)] if args.weights else [])
    return own, watched(naive, listed(fewer), ROOT)


def timed(batch: Batch, args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Medians over the rounds; `ratio` is the median of each round's own ratio."""
    rounds = [one_round(batch, args, folder) for _ in range(args.rounds)]
    own, naive = [r[0] for r in rounds], [r[1] for r in rounds]
    peaks = [w.peak_mb for w in own if w.peak_mb is not None]
    stages = where_time_goes(batch.photos, args.weights)
    return {
        "photos": len(batch.photos),
        "people": list(batch.people),
        "megabytes": batch.megabytes,
        "photos_a_second": statistics.median(w.pace(args.jobs) for w in own),
        "photos_a_second_with_start": statistics.median(w.whole_pace for w in own),
        "first_result_s": statistics.median(w.first for w in own),
        "worker_peak_mb": max(peaks) if peaks else None,
        "naive_photos_a_second": statistics.median(w.pace(1) for w in naive),
        "ratio": statistics.median(a.pace(args.jobs) / b.pace(1) for a, b in rounds),
        "photos_a_second_by_cpu": 1000 * min(args.jobs, available_cpus()) / stages["all"],
        "stages_ms": stages,
    }


def targets(figures: dict[str, dict[str, Any]], rounds: int) -> Iterator[Target]:
    """Issue section 7, speed and memory."""
    for name, found in figures.items():
        yield Target("speed", f"photos a second, {name}", found["photos_a_second"], _WANTED_PACE[name], rounds)
        yield Target("speed", f"first result (s), {name}", found["first_result_s"], _WANTED_FIRST_S, rounds, most=True)
        peak = found["worker_peak_mb"]
        yield Target("memory", f"one worker (MB), {name}", peak or float("nan"), _WANTED_MB, rounds, most=True)


def told(figures: dict[str, dict[str, Any]], jobs: int, load: float) -> list[str]:
    """For a person. `load`: processes that wanted a core before the first run."""
    cores = available_cpus()
    lines = [f"{cores} cores, --jobs {jobs}, load before the first run {load:.1f}"]
    if load > _QUIET:
        lines.append("the machine was busy with other work: photos a second and first results are worse than they are")
    for name, found in figures.items():
        lines += [
            "",
            f"== {name} ({found['photos']} photos of {found['megabytes']:.1f} MB, people {found['people']}) ==",
            f"the scan              {found['photos_a_second']:.2f} photos a second "
            f"({found['photos_a_second_with_start']:.2f} with the start)",
            f"the naive pipeline    {found['naive_photos_a_second']:.2f} photos a second; "
            f"the scan is {found['ratio']:.1f} times as fast",
            f"by CPU time alone     {found['photos_a_second_by_cpu']:.2f} photos a second, with {jobs} cores free",
            f"first result          {found['first_result_s']:.2f} s after the start",
            f"memory of one worker  {found['worker_peak_mb'] or float('nan'):.0f} MB at most",
            "CPU milliseconds a photo, one thread: "
            + ", ".join(f"{stage} {found['stages_ms'][stage]:.0f}" for stage in (*STAGES, "all")),
        ]
    return lines


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--samples", type=Path, default=ROOT / "samples")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--photos", type=int, default=30, help="photos of each kind in one run, made from --each")
    parser.add_argument("--each", type=int, default=6, help="different photos of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "out/bench")
    args = parser.parse_args(argv)
    args.weights = args.weights.resolve() if args.weights else None
    sources = candidates(args.samples, args.shared)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with TemporaryDirectory(prefix="poseguard-bench-") as name:
        folder = Path(name)
        print(f"making photos of 12 megapixels from {len(sources)} pictures ...", file=sys.stderr)
        made = batches(sources, folder, weights=args.weights, each=args.each)
        figures = {batch.name: timed(batch, args, folder) for batch in made}
    wanted = list(targets(figures, args.rounds))
    text = "\n".join([*told(figures, args.jobs, load), "", *target_lines(wanted)]) + "\n"
    args.out.mkdir(parents=True, exist_ok=True)
    body = {
        "schema": "poseguard.bench/1",
        "jobs": args.jobs,
        "cores": available_cpus(),
        "load": load,
        **figures,
        "targets": [target.to_json() for target in wanted],
    }
    (args.out / "bench.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    (args.out / "bench.txt").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
