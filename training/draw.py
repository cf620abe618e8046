"""Step 0. Draws hands and scenes for what the photos lack, into runs/rendered and runs/scenes.

    python -m training.draw hands [--count 300]     poses cut out on nothing (RGBA)
    python -m training.draw scenes [--count 300]    people in places, with boxes of bodies, heads and hands

Seeds differ from those of samples/: the samples are never trained on.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from multiprocessing import Pool

import cv2
import numpy as np

from training.render.hand import POSES, render_hand
from training.render.scene import render_scene
from training.shared import RUNS

# Enough photos show these.
_FEW = ("peace", "palm", "other")


def hand(job: tuple[str, int]) -> tuple[str, str]:
    """One hand, 160 px."""
    pose, n = job
    rng = np.random.default_rng([zlib.crc32(pose.encode()), n])
    path = RUNS / "rendered" / pose / f"{n:03d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(render_hand(pose, size=160, rng=rng).rgba, cv2.COLOR_RGBA2BGRA))
    return f"{pose}/{path.name}", pose


def scene(n: int) -> list[tuple[str | float, ...]]:
    """One scene and its boxes; a hand's box is drawn with the margin that the labelled boxes have."""
    rng = np.random.default_rng([77, n])
    drawn = render_scene(rng, people=int(rng.choice([1, 1, 2, 3, 5, 8, 12])))
    name = f"{n:04d}.jpg"
    cv2.imwrite(str(RUNS / "scenes" / name), drawn.rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    rows: list[tuple[str | float, ...]] = [(name, "body", *box) for box in drawn.bodies]
    rows += [(name, "head", *box) for box in drawn.heads]
    for one in drawn.hands:
        x, y, w, h = one.box
        pad = 0.08 * max(w, h)
        rows.append((name, "hand", x - pad, y - pad, w + 2 * pad, h + 2 * pad))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("hands", "scenes"))
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    folder = RUNS / ("rendered" if args.what == "hands" else "scenes")
    folder.mkdir(parents=True, exist_ok=True)
    with Pool(2) as pool, (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        if args.what == "hands":
            out.writerow(["file", "pose"])
            jobs = [(p, n) for p in POSES for n in range(args.count // 2 if p in _FEW else args.count)]
            out.writerows(pool.imap(hand, jobs, chunksize=4))
        else:
            out.writerow(["file", "kind", "x", "y", "w", "h"])
            for n, rows in enumerate(pool.imap(scene, range(args.count)), 1):
                out.writerows(rows)
                if n % 50 == 0:
                    print(f"{n} of {args.count}", file=sys.stderr)


if __name__ == "__main__":
    main()
