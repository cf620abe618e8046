"""Speed and memory of the real scan on 12-megapixel photos, beside a naive pipeline: `make bench`.

    python -m benchmarks.bench [--weights DIR] [--shared DIR] [--jobs 2] [--photos 30] [--rounds 3] [--out DIR]
                               [--naive-props FILE] [--naive-python PYTHON]

Photos are made from samples/ and, where ../shared is at hand, from its labelled group photos, in a folder that is
removed again. Each round runs the scan with and without logos and props and the naive pipeline on each kind of photo,
so that a busy machine slows all alike. The naive way to logos and props is ultralytics with torch: `--naive-props` is
the checkpoint that training leaves, `--naive-python` a Python that has the extra `train` and poseguard.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_WANTED_MORE = 0.6  # of the time of a scan without logos and props
_WANTED_MB, _WANTED_FIRST_S = 600.0, 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of photo, once through every pipeline. `naive_props`: None where it was left out."""

    scan: Watched
    without_props: Watched
    naive: Watched
    naive_props: Watched | None


def one_round(batch: Batch, args: argparse.Namespace, folder: Path) -> Round:
    """Every pipeline on the same photos."""
    # The naive one has no workers that warm up at the same time and is far slower: a third of the photos is enough.
    many = tuple(islice(cycle(batch.photos), args.photos))
    fewer = many[: max(4, args.photos // 3)]
    scans = [
        scan_command(*CONTEXT, "--fail-on", "never", option, weights=args.weights, jobs=args.jobs)
        for option in ("--props", "--no-props")
    ]
    own, without = (watched(command, listed(many), folder) for command in scans)
    naive = [sys.executable, "-m", "benchmarks.naive"] + (["--weights", str(args.weights)] if args.weights else [])
    with_torch = [str(args.naive_python), *naive[1:], "--props", str(args.naive_props)]
    return Round(
        own,
        without,
        watched(naive, listed(fewer), ROOT),
        watched(with_torch, listed(fewer), ROOT) if args.naive_left_out is None else None,
    )


def left_out(python: Path, checkpoint: Path) -> str | None:
    """Why the naive way to logos and props cannot be timed; None where it can."""
    if not checkpoint.is_file():
        return f"{checkpoint} is not there: training leaves it, or give --naive-props FILE"
    look = [str(python), "-c", "import poseguard, torch, ultralytics"]
    if subprocess.run(look, capture_output=True, cwd=ROOT, check=False).returncode:
        return f"{python} has no ultralytics with torch beside poseguard: give --naive-python PYTHON"
    return None


def timed(batch: Batch, args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Medians over the rounds; ratios, and what the props pass adds, are medians of each round's own."""
    rounds = [one_round(batch, args, folder) for _ in range(args.rounds)]
    own = [r.scan for r in rounds]
    peaks = [w.peak_mb for w in own if w.peak_mb is not None]
    stages = where_time_goes(batch.photos, args.weights)
    median, jobs = statistics.median, args.jobs
    torch = [(r.scan, r.naive_props) for r in rounds if r.naive_props is not None]
    return {
        "photos": len(batch.photos),
        "people": list(batch.people),
        "megabytes": batch.megabytes,
        "photos_a_second": median(w.pace(jobs) for w in own),
        "photos_a_second_with_start": median(w.whole_pace for w in own),
        "first_result_s": median(w.first for w in own),
        "worker_peak_mb": max(peaks) if peaks else None,
        "without_props_photos_a_second": median(r.without_props.pace(jobs) for r in rounds),
        "props_add": median(r.without_props.pace(jobs) / r.scan.pace(jobs) - 1 for r in rounds),
        "props_add_by_cpu": stages["props"] / (stages["all"] - stages["props"]),
        "naive_photos_a_second": median(r.naive.pace(1) for r in rounds),
        "ratio": median(r.without_props.pace(jobs) / r.naive.pace(1) for r in rounds),
        "naive_props_photos_a_second": median(b.pace(1) for _, b in torch) if torch else None,
        "props_ratio": median(a.pace(jobs) / b.pace(1) for a, b in torch) if torch else None,
        "photos_a_second_by_cpu": 1000 * min(jobs, available_cpus()) / stages["all"],
        "stages_ms": stages,
    }


def targets(figures: dict[str, dict[str, Any]], rounds: int) -> Iterator[Target]:
    """Photos a second were asked for before logos and props were looked for; all else is with them."""
    for name, found in figures.items():
        pace = found["without_props_photos_a_second"]
        yield Target("speed", f"photos a second without props, {name}", pace, _WANTED_PACE[name], rounds)
        yield Target("speed", f"props add to the time, {name}", found["props_add"], _WANTED_MORE, rounds, most=True)
        by_cpu = found["props_add_by_cpu"]
        yield Target("speed", f"props add to the CPU time, {name}", by_cpu, _WANTED_MORE, found["photos"], most=True)
        yield Target("speed", f"first result (s), {name}", found["first_result_s"], _WANTED_FIRST_S, rounds, most=True)
        peak = found["worker_peak_mb"]
        yield Target("memory", f"one worker (MB), {name}", peak or float("nan"), _WANTED_MB, rounds, most=True)


def told(figures: dict[str, dict[str, Any]], jobs: int, load: float, naive_left_out: str | None) -> list[str]:
    """For a person. `load`: processes that wanted a core before the first run."""
    cores = available_cpus()
    lines = [f"{cores} cores, --jobs {jobs}, load before the first run {load:.1f}"]
    if load > _QUIET:
        lines.append("the machine was busy with other work: photos a second and first results are worse than they are")
    if naive_left_out:
        lines.append(f"the naive way to logos and props was left out: {naive_left_out}")
    for name, found in figures.items():
        lines += [
            "",
            f"== {name} ({found['photos']} photos of {found['megabytes']:.1f} MB, people {found['people']}) ==",
            f"{'photos a second':<22} {'the scan':>9} {'naive':>9} {'times as fast':>14}",
            _row("hands", found["without_props_photos_a_second"], found["naive_photos_a_second"], found["ratio"]),
            _row(
                "hands, logos, props",
                found["photos_a_second"],
                found["naive_props_photos_a_second"],
                found["props_ratio"],
            ),
            f"logos and props add    {found['props_add']:.0%} to the time of a scan without them, "
            f"{found['props_add_by_cpu']:.0%} by CPU time",
            f"with the start         {found['photos_a_second_with_start']:.2f} photos a second, logos and props too",
            f"by CPU time alone      {found['photos_a_second_by_cpu']:.2f} photos a second, with {jobs} cores free",
            f"first result           {found['first_result_s']:.2f} s after the start",
            f"memory of one worker   {found['worker_peak_mb'] or float('nan'):.0f} MB at most",
            "CPU milliseconds a photo, one thread: "
            + ", ".join(f"{stage} {found['stages_ms'][stage]:.0f}" for stage in (*STAGES, "all")),
        ]
    return lines


def _row(name: str, scan: float, naive: float | None, ratio: float | None) -> str:
    nan = float("nan")
    return f"{name:<22} {scan:>9.2f} {nan if naive is None else naive:>9.2f} {nan if ratio is None else ratio:>14.1f}"


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
    checkpoint = ROOT / "runs/props_train/weights/last.pt"
    parser.add_argument("--naive-props", type=Path, default=checkpoint, metavar="FILE")
    parser.add_argument("--naive-python", type=Path, default=Path(sys.executable), metavar="PYTHON")
    args = parser.parse_args(argv)
    args.naive_props = args.naive_props.resolve()
    args.naive_left_out = left_out(args.naive_python, args.naive_props)
    args.weights = args.weights.resolve() if args.weights else None
    sources = candidates(args.samples, args.shared)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with TemporaryDirectory(prefix="poseguard-bench-") as name:
        folder = Path(name)
        print(f"making photos of 12 megapixels from {len(sources)} pictures ...", file=sys.stderr)
        made = batches(sources, folder, weights=args.weights, each=args.each)
        figures = {batch.name: timed(batch, args, folder) for batch in made}
    wanted = list(targets(figures, args.rounds))
    text = "\n".join([*told(figures, args.jobs, load, args.naive_left_out), "", *target_lines(wanted)]) + "\n"
    args.out.mkdir(parents=True, exist_ok=True)
    body = {
        "schema": "poseguard.bench/1",
        "jobs": args.jobs,
        "cores": available_cpus(),
        "load": load,
        "naive_props_left_out": args.naive_left_out,
        **figures,
        "targets": [target.to_json() for target in wanted],
    }
    (args.out / "bench.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    (args.out / "bench.txt").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
