"""Step 2. Crops of people with boxes of bodies, heads and hands, as a YOLO data set in runs/people.

    python -m training.people_data [--crops 34] [--scenes DIR] [--seed 0]

Boxes come from the teacher at three scales, corrected by the hand-labelled boxes (every labelled hand is in, every
`none` is out), from the landmark boxes of the close-ups (step 1), and from rendered scenes. Train side only.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import box_of
from poseguard.yolo import non_max_suppression
from training.shared import DATA, RUNS, LabelledHand, group_hands, group_photos, read, table
from training.teacher import Teacher

SIDE = 416
Rows = NDArray[np.float32]  # class, x, y, width, height

# A teacher's box under this is no label; bodies and heads are easier than hands.
_SURE = (0.30, 0.30, 0.22)


def _meets(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the centre of `boxes` lies in `box` and the sizes agree within a factor of 2.5."""
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    inside = ((centre >= box[:2]) & (centre <= box[:2] + box[2:])).all(1)
    size, sizes = box[2:].max(), boxes[:, 2:].max(1)
    return np.asarray(inside & (sizes < 2.5 * size) & (size < 2.5 * sizes))


def labels_of(image: NDArray[np.uint8], hands: list[LabelledHand], teacher: Teacher) -> Rows:
    """Teacher's boxes of one photo, corrected by its labelled hands."""
    longest = max(image.shape[:2])
    found = np.concatenate([teacher.find(image, side, 0.2) for side in (640, 960, min(1600, max(1280, longest)))])
    found = found[found[:, 1] >= np.array(_SURE)[found[:, 0].astype(int)]]
    rows: list[NDArray[np.float32]] = []
    for kind in range(3):
        part = non_max_suppression(found[found[:, 0] == kind], 0.5)
        for hand in hands if kind == 2 else ():
            part = part[~_meets(np.array(hand.box, np.float32), part[:, 2:])]
        rows.append(np.concatenate([part[:, :1], part[:, 2:]], 1))
    rows.append(np.array([(2, *h.box) for h in hands if not h.label.startswith("none")], np.float32).reshape(-1, 5))
    return np.concatenate(rows)


def cut(image: NDArray[np.uint8], rows: Rows, x: float, y: float, side: float) -> tuple[NDArray[np.uint8], Rows]:
    """The square at x, y as a SIDE × SIDE crop; boxes are clipped; one of which less than half shows is dropped."""
    scale = SIDE / side
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float32)
    if scale < 0.7:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix = np.array([[1, 0, -x * scale], [0, 1, -y * scale]], np.float32)
    crop = cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
    low = (rows[:, 1:3] - (x, y)) * scale
    high = low + rows[:, 3:] * scale
    area = (high - low).prod(1)
    low, high = low.clip(0, SIDE), high.clip(0, SIDE)
    shown = (high - low).clip(0).prod(1) / np.maximum(area, 1e-6)
    keep = (shown > np.where(rows[:, 0] == 0, 0.25, 0.5)) & ((high - low).max(1) >= 5)
    out = np.concatenate([rows[:, :1], low, high - low], 1)[keep]
    return np.asarray(crop, np.uint8), out.astype(np.float32)


def crops_of(
    image: NDArray[np.uint8], rows: Rows, count: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.uint8], Rows]]:
    """The whole photo, then squares around hands (or anywhere) at scales that make the hands 12 to 110 px."""
    height, width = image.shape[:2]
    longest = max(height, width)
    yield cut(image, rows, -(longest - width) / 2, -(longest - height) / 2, longest)
    hands = rows[rows[:, 0] == 2]
    for _ in range(count - 1):
        if len(hands) and rng.random() < 0.8:
            x, y, w, h = hands[rng.integers(len(hands)), 1:]
            target = np.exp(rng.uniform(np.log(12), np.log(110)))
            scale = np.clip(target / max(w, h), SIDE / (1.3 * longest), 2.2)
            centre = np.array([x + w / 2, y + h / 2]) + rng.uniform(-0.42, 0.42, 2) * SIDE / scale
        else:
            scale = np.exp(rng.uniform(np.log(SIDE / longest), np.log(1.5)))
            centre = rng.uniform((0, 0), (width, height))
        side = SIDE / scale
        yield cut(image, rows, centre[0] - side / 2, centre[1] - side / 2, side)


class CloseUps:
    """Hands that fill the frame: two or three close-ups on one canvas, each 90 to 400 px."""

    def __init__(self) -> None:
        data = np.load(RUNS / "closeups.npz")
        train = {r["file"] for r in table(DATA / "hands/truth.csv") if r["split"] == "train"}
        starts = np.concatenate([[0], np.cumsum(data["teacher_count"])])
        self.items: list[tuple[str, Rows]] = []
        for i, file in enumerate(data["files"]):
            if file not in train or data["presence"][i] < 0.6:
                continue
            found = data["teacher"][starts[i] : starts[i + 1]]
            found = found[(found[:, 1] >= 0.35)]
            box = data["box"][i]
            if len(found):
                clash = (found[:, 0] == 2) & _meets(box, found[:, 2:])
                found = found[~clash]
            rows = np.concatenate([found[:, :1], found[:, 2:]], 1)
            self.items.append((str(file), np.concatenate([rows, [[2, *box]]]).astype(np.float32)))

    def canvas(self, rng: np.random.Generator) -> tuple[NDArray[np.uint8], Rows]:
        """Cells of a random grid, each one close-up on its own ground."""
        ground = tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.5 else (114, 114, 114)
        canvas = np.full((SIDE, SIDE, 3), ground, np.uint8)
        grid = int(rng.choice([1, 2, 2, 3]))
        cell = SIDE // grid
        out = []
        for cy in range(grid):
            for cx in range(grid):
                file, rows = self.items[rng.integers(len(self.items))]
                image = read(DATA / "hands" / file)
                h, w = image.shape[:2]
                scale = cell * rng.uniform(0.45, 1.0) / max(h, w)
                small = cv2.resize(
                    image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
                )
                h, w = min(small.shape[0], cell), min(small.shape[1], cell)
                x, y = cx * cell + rng.integers(0, cell - w + 1), cy * cell + rng.integers(0, cell - h + 1)
                canvas[y : y + h, x : x + w] = small[:h, :w]
                low = (rows[:, 1:3] * scale).clip(0, (w, h)) + np.array([x, y])
                high = ((rows[:, 1:3] + rows[:, 3:]) * scale).clip(0, (w, h)) + np.array([x, y])
                out.append(np.concatenate([rows[:, :1], low, high - low], 1))
        return canvas, np.concatenate(out).astype(np.float32)


def write(folder: Path, name: str, image: NDArray[np.uint8], rows: Rows, quality: int) -> None:
    """One image and its label file in YOLO's form."""
    cv2.imwrite(str(folder / "images" / f"{name}.jpg"), image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    lines = []
    for kind, x, y, w, h in rows:
        lines.append(f"{int(kind)} {(x + w / 2) / SIDE:.5f} {(y + h / 2) / SIDE:.5f} {w / SIDE:.5f} {h / SIDE:.5f}")
    (folder / "labels" / f"{name}.txt").write_text("\n".join(lines))


_made: dict[str, object] = {}


def _start() -> None:
    _made["teacher"] = Teacher()


def _photo(job: tuple[str, int, Path, list[LabelledHand], int]) -> int:
    name, seed, path, hands, count = job
    rng = np.random.default_rng(seed)
    image = read(path)
    teacher = _made["teacher"]
    assert isinstance(teacher, Teacher)
    rows = labels_of(image, hands, teacher)
    for n, (crop, part) in enumerate(crops_of(image, rows, count, rng)):
        write(RUNS / "people", f"{name}_{n:03d}", crop, part, int(rng.integers(60, 96)))
    return count


def _close(job: tuple[int, int]) -> int:
    start, count = job
    if "close" not in _made:
        _made["close"] = CloseUps()
    close = _made["close"]
    assert isinstance(close, CloseUps)
    for n in range(start, start + count):
        rng = np.random.default_rng(10_000 + n)
        write(RUNS / "people", f"close_{n:05d}", *close.canvas(rng), int(rng.integers(60, 96)))
    return count


def _scene(job: tuple[int, Path, Rows, int]) -> int:
    seed, path, rows, count = job
    rng = np.random.default_rng(seed)
    for n, (crop, part) in enumerate(crops_of(read(path), rows, count, rng)):
        write(RUNS / "people", f"scene_{seed:05d}_{n:03d}", crop, part, int(rng.integers(60, 96)))
    return count


def scene_rows(folder: Path) -> dict[Path, Rows]:
    """Truth of the rendered scenes by picture; a hand gets the margin that the labelled boxes have."""
    kinds = {"body": 0, "head": 1, "hand": 2}
    per: dict[Path, list[tuple[float, ...]]] = defaultdict(list)
    for row in table(folder / "index.csv"):
        x, y, w, h = box_of(row)
        pad = 0.08 * max(w, h) if row["kind"] == "hand" else 0.0
        per[folder / row["file"]].append((kinds[row["kind"]], x - pad, y - pad, w + 2 * pad, h + 2 * pad))
    return {path: np.array(rows, np.float32) for path, rows in per.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=34, help="crops a photo")
    parser.add_argument("--close", type=int, default=3000, help="canvases of close-ups")
    parser.add_argument("--scenes", type=Path, help="folder of rendered scenes (training.render)")
    parser.add_argument("--seed", type=int, default=0, help="other crops of the same photos")
    args = parser.parse_args()
    seed = 100_000 * args.seed
    for part in ("images", "labels"):
        (RUNS / "people" / part).mkdir(parents=True, exist_ok=True)
    hands: dict[Path, list[LabelledHand]] = defaultdict(list)
    for hand in group_hands():
        hands[hand.file].append(hand)
    photos = [p for p in group_photos("train") if not any(h.dense for h in hands.get(p, ()))]
    jobs = [(f"photo_{i:04d}", seed + i, p, hands.get(p, []), args.crops) for i, p in enumerate(photos)]
    with Pool(2, _start) as pool:
        total = 0
        for done in pool.imap_unordered(_photo, jobs):
            total += done
        print(f"{len(photos)} photos, {total} crops", file=sys.stderr)
        total = sum(pool.imap_unordered(_close, [(seed + s, 100) for s in range(0, args.close, 100)]))
        print(f"{total} canvases of close-ups", file=sys.stderr)
        if args.scenes:
            scenes = list(scene_rows(args.scenes).items())
            total = sum(pool.imap_unordered(_scene, [(seed + i, p, r, 6) for i, (p, r) in enumerate(scenes)]))
            print(f"{total} crops of scenes", file=sys.stderr)
    images = sorted((RUNS / "people/images").glob("*.jpg"))
    (RUNS / "people/train.txt").write_text("\n".join(str(p) for p in images))
    (RUNS / "people/val.txt").write_text("\n".join(str(p) for p in images[::150]))
    (RUNS / "people/data.yaml").write_text(
        f"path: {RUNS / 'people'}\ntrain: train.txt\nval: val.txt\nnames: {{0: body, 1: head, 2: hand}}\n"
    )


if __name__ == "__main__":
    main()
