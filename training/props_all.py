"""Steps 9 to 11 in one command, for a machine with a GPU: scenes, crops, the props detector and its export.

    python -m training.props_all --device 0 [--scenes 60000] [--staged 20000 --wheel DIR] [--epochs 12] [--batch 128]
                                 [--jobs 16] [--start FILE]

It learns from the train side: what it writes is the twin that is measured. Needs this folder, src/, benchmarks/, and of
../shared only data/props, data/hands/wild, data/hands/group, data/logos and the base weights, for staged photos the
teacher too; everything else is drawn where it runs. Says how long each step took; a step that fails ends the run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.truth import TWINS
from training.shared import ROOT, RUNS


def steps(args: argparse.Namespace) -> list[list[str]]:
    """Module and arguments of each step."""
    scenes, staged = str(RUNS / "logo_scenes_all"), str(RUNS / "logo_staged_all")
    how = ["--side", "train", "--seed", str(args.seed), "--jobs", str(args.jobs)]
    drawn = [["training.logos.make", "scenes", scenes, *how, "--count", str(args.scenes)]]
    if args.wheel:
        wheel = ["--wheel", str(args.wheel)]
        drawn.append(["training.logos.make", "staged", staged, *how, "--count", str(args.staged), *wheel])
    train = ["training.yolo_train", "props", "--device", args.device, "--batch", str(args.batch)]
    start = ["--start", str(args.start)] if args.start else []
    return [
        *drawn,
        ["training.props_data", "--scenes", *(step[2] for step in drawn)],
        [*train, "--epochs", str(args.epochs), *start],
        ["training.yolo_export", "props", "--out", str(args.out)],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--scenes", type=int, default=60000)
    parser.add_argument("--staged", type=int, default=20000)
    parser.add_argument("--wheel", type=Path, help="folder of the mediapipe==0.10.21 wheel, for staged photos")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--jobs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--out", type=Path, default=TWINS / "props.onnx")
    args = parser.parse_args()
    for step in steps(args):
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", *step], cwd=ROOT, check=True)
        print(f"{step[0]}: {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
