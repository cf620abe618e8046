"""Step 1. Finds the hand in every close-up of ../shared/data/hands: its box and its 21 landmarks.

    python -m training.closeups

The teacher proposes boxes, the whole frame is one more proposal, the landmark network decides. Written to
runs/closeups.npz, which the later steps read.
"""

from __future__ import annotations

import sys
from multiprocessing import Pool

import numpy as np

from poseguard.hands.landmarks import LandmarkNetwork, Landmarks
from poseguard.weights import verified_bytes
from training.shared import DATA, RUNS, read, table
from training.teacher import Teacher

_tools: list[object] = []


def _start() -> None:
    _tools[:] = [Teacher(), LandmarkNetwork(verified_bytes("hand_landmark"))]


def _proposals(found: np.ndarray, width: int, height: int) -> list[tuple[float, tuple[float, float, float, float]]]:
    hands = found[found[:, 0] == 2]
    hands = hands[np.argsort(-hands[:, 1])][:3]
    boxes = [(float(r[1]), (float(r[2]), float(r[3]), float(r[4]), float(r[5]))) for r in hands]
    return [*boxes, (0.0, (0.0, 0.0, float(width), float(height)))]


def one(file: str) -> tuple[np.ndarray, float, float, np.ndarray, np.ndarray]:
    """Landmarks (21 × 3), presence, right, hand box and every box of the teacher."""
    teacher, net = _tools
    assert isinstance(teacher, Teacher) and isinstance(net, LandmarkNetwork)
    image = read(DATA / "hands" / file)
    height, width = image.shape[:2]
    found = teacher.find(image, 320, 0.1, pad=80)
    best: tuple[float, Landmarks, tuple[float, float, float, float]] | None = None
    for score, box in _proposals(found, width, height):
        marks = net.settle(image, box)
        merit = marks.presence * (1 + score)
        if best is None or merit > best[0]:
            best = (merit, marks, box)
    assert best is not None
    _, marks, box = best
    if marks.presence > 0.5:
        low, high = marks.points[:, :2].min(0), marks.points[:, :2].max(0)
        pad = 0.08 * float((high - low).max())
        low, high = low - pad, high + pad
        box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return marks.points, marks.presence, marks.right, np.array(box, np.float32), found


def main() -> None:
    rows = table(DATA / "hands/truth.csv")
    files = [row["file"] for row in rows]
    results = []
    with Pool(2, _start) as pool:
        for n, result in enumerate(pool.imap(one, files, chunksize=16), 1):
            results.append(result)
            if n % 500 == 0:
                print(f"{n} of {len(files)}", file=sys.stderr)
    RUNS.mkdir(exist_ok=True)
    counts = np.array([len(r[4]) for r in results])
    np.savez_compressed(
        RUNS / "closeups.npz",
        files=np.array(files),
        points=np.stack([r[0] for r in results]),
        presence=np.array([r[1] for r in results], np.float32),
        right=np.array([r[2] for r in results], np.float32),
        box=np.stack([r[3] for r in results]),
        teacher=np.concatenate([r[4] for r in results]),
        teacher_count=counts,
    )


if __name__ == "__main__":
    main()
