"""Crops with boxes of emblems and props, as a YOLO data set in runs/props.

    python -m training.props_data [--scenes DIR] [--crops 40] [--seed 77]

Photos of the train side with their boxes (props/boxes.csv), cut so that emblems are 12 to 200 px; photos of offices and
student groups without politics, cut anywhere; and the scenes of `training.logos.make`. Every emblem is a `logo`.
The repositories of labels/props_held_out.txt stay out: thresholds are fitted on them.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import box_of
from poseguard.boxes import scaled
from poseguard.results import Box
from training.shared import DATA, ROOT, RUNS, read, table

SIDE = 320
NAMES = ("logo", "baliho", "spanduk", "umbul_umbul", "flag", "poster", "attribute", "ballot")
_OUT = RUNS / "props"
TRAIN, EVERYTHING = ("train",), ("train", "fit", "measure")
"""Sides as `sides` calls them, to learn from; of what learned from everything no figure may come."""
HELD, UNSEEN = ("fit",), ("fit", "measure")
"""Sides that networks of the train side have not seen, to fit numbers on; from the latter no figure may come."""
OTHER_COLOURS = 0.25
"""Share of crops whose props are shown in other hues: few parties are labelled, and the detector names none."""

# A crowd is one box over many: what lies in it is greyed out, for it cannot be learnt either way.
_CROWD = -1.0

Rows = NDArray[np.float32]  # class (or _CROWD), x, y, width, height


def sides() -> dict[str, str]:
    """Of every photo of props/: `train`, `fit` (the held-out repositories of the train side) or `measure`."""
    out = set((ROOT / "training/labels/props_held_out.txt").read_text().split())
    return {r["file"]: "fit" if r["repo"] in out else r["split"] for r in table(DATA / "props/index.csv")}


def labelled(of: Sequence[str] = TRAIN) -> dict[Path, Rows]:
    """Boxes of every photo of those sides in props/boxes.csv; difficult emblems are crowds."""
    side_of = sides()
    per: dict[Path, list[tuple[float, ...]]] = defaultdict(list)
    for row in table(DATA / "props/boxes.csv"):
        if side_of[row["file"]] not in of:
            continue
        rows = per[DATA / "props" / row["file"]]
        if row["class"] == "none":
            continue
        kind, name = row["class"].split(":")
        number = 0 if kind == "logo" else NAMES.index(name)
        dim = row["crowd"] == "1" or (kind == "logo" and row["difficult"] == "1")
        rows.append((_CROWD if dim else number, *box_of(row)))
    return {path: np.array(rows, np.float32).reshape(-1, 5) for path, rows in per.items()}


def drawn_things(folder: Path, stem: str) -> list[tuple[str, Box]]:
    """Name and box of all that a scene of `training.logos.make` lists."""
    lines = (folder / f"labels/{stem}.txt").read_text().splitlines()
    rows = ((int(kind), *map(float, box)) for kind, *box in map(str.split, lines))
    return [(NAMES[kind], scaled((cx - w / 2, cy - h / 2, w, h), SIDE)) for kind, cx, cy, w, h in rows]


def plain_photos(of: Sequence[str] = TRAIN) -> list[Path]:
    """Photos of those sides without campaign material."""
    out = [DATA / "props" / file for file, side in sides().items() if side in of and file.startswith("negative/")]
    return out + [DATA / "hands" / r["file"] for r in table(DATA / "hands/wild_index.csv") if r["split"] in of]


def cut(image: NDArray[np.uint8], rows: Rows, x: float, y: float, side: float) -> tuple[NDArray[np.uint8], Rows]:
    """The square at x, y as SIDE × SIDE; boxes clipped; an emblem half outside and a prop of which little shows go."""
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
    longest = (high - low).max(1)
    crowd = rows[:, 0] == _CROWD
    for i in np.flatnonzero(crowd & (shown > 0)):
        (x0, y0), (x1, y1) = low[i].astype(int), np.ceil(high[i]).astype(int)
        crop[y0:y1, x0:x1] = 114
    keep = ~crowd & (shown > np.where(rows[:, 0] == 0, 0.5, 0.3)) & (longest >= np.where(rows[:, 0] == 0, 9, 16))
    return np.asarray(crop, np.uint8), np.concatenate([rows[:, :1], low, high - low], 1)[keep].astype(np.float32)


def crops_of(
    image: NDArray[np.uint8], rows: Rows, count: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.uint8], Rows]]:
    """The whole photo, then squares around emblems and props (or anywhere), at many scales."""
    height, width = image.shape[:2]
    longest = max(height, width)
    yield cut(image, rows, -(longest - width) / 2, -(longest - height) / 2, longest)
    marks, props = rows[rows[:, 0] == 0], rows[rows[:, 0] > 0]
    for _ in range(count - 1):
        choice = rng.random()
        if len(marks) and choice < 0.5:
            box, low, high = marks[rng.integers(len(marks)), 1:], 12, 200
        elif len(props) and choice < 0.85:
            # Every kind as often as every other: a photo of ten shirts and a flag shows the flag too.
            alike = props[props[:, 0] == rng.choice(np.unique(props[:, 0]))]
            box, low, high = alike[rng.integers(len(alike)), 1:], 40, 300
        else:
            scale = math.exp(rng.uniform(math.log(SIDE / longest), math.log(1.3)))
            x, y = rng.uniform((0, 0), (width, height))
            yield cut(image, rows, *_inside((x, y), SIDE / scale, width, height), SIDE / scale)
            continue
        x, y, w, h = box
        target = math.exp(rng.uniform(math.log(low), math.log(high)))
        side = SIDE / float(np.clip(target / max(w, h), SIDE / (1.2 * longest), 2.0))
        centre = np.array([x + w / 2, y + h / 2]) + rng.uniform(-0.4, 0.4, 2) * max(side - max(w, h), 0.2 * side)
        yield cut(image, rows, *_inside((centre[0], centre[1]), side, width, height), side)


def _inside(centre: tuple[float, float], side: float, width: int, height: int) -> tuple[float, float]:
    """Corner of the square at `centre`, moved so that little of it lies outside the photo."""
    margin = 0.08 * side
    x, y = (
        float(np.clip(c - side / 2, min(-margin, length - side), max(length - side + margin, 0)))
        for c, length in zip(centre, (width, height), strict=True)
    )
    return x, y


def recoloured(crop: NDArray[np.uint8], rows: Rows, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The same things in another party's colours: the hues turned in all boxes."""
    hsv = cv2.cvtColor(crop, cv2.COLOR_RGB2HSV_FULL)
    hsv[..., 0] += np.uint8(rng.integers(20, 236))
    turned = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL)
    out = crop.copy()
    for x, y, w, h in rows[:, 1:].astype(int):
        out[y : y + h, x : x + w] = turned[y : y + h, x : x + w]
    return out


def _photo(job: tuple[str, tuple[int, int], Path, Rows, int]) -> list[str]:
    name, seed, path, rows, count = job
    rng = np.random.default_rng(seed)
    names = []
    image = read(path)
    low, high = rows[:, 1:3], (rows[:, 1:3] + rows[:, 3:]).clip(0, (image.shape[1], image.shape[0]))
    rows = np.concatenate([rows[:, :1], low.clip(0), high - low.clip(0)], 1)
    for n, (crop, part) in enumerate(crops_of(image, rows, count, rng)):
        if n and rng.random() < OTHER_COLOURS:
            crop = recoloured(crop, part, rng)
        names.append(f"{name}_{n:03d}")
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
        cv2.imwrite(str(_OUT / f"images/{names[-1]}.jpg"), crop[:, :, ::-1], quality)
        lines = [
            f"{int(k)} {(x + w / 2) / SIDE:.5f} {(y + h / 2) / SIDE:.5f} {w / SIDE:.5f} {h / SIDE:.5f}"
            for k, x, y, w, h in part
        ]
        (_OUT / f"labels/{names[-1]}.txt").write_text("\n".join(lines))
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, nargs="*", default=[], help="folders of `training.logos.make scenes`")
    parser.add_argument(
        "--crops", type=int, default=100, help="crops a labelled photo; a photo without politics gives a quarter"
    )
    parser.add_argument("--seed", type=int, default=77, help="other crops for another run")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    args = parser.parse_args()
    for part in ("images", "labels"):
        (_OUT / part).mkdir(parents=True, exist_ok=True)
    of = EVERYTHING if args.everything else TRAIN
    seen = labelled(of)
    none = np.zeros((0, 5), np.float32)
    jobs = [
        (f"photo_{i:04d}", (args.seed, i), path, rows, args.crops)
        for i, (path, rows) in enumerate(sorted(seen.items()))
    ]
    plain = [path for path in plain_photos(of) if path not in seen]
    jobs += [
        (f"plain_{i:04d}", (args.seed, 9000 + i), path, none, max(args.crops // 4, 1)) for i, path in enumerate(plain)
    ]
    with Pool(2) as pool:
        names = [name for some in pool.imap(_photo, jobs) for name in some]
    images = [str(_OUT / f"images/{name}.jpg") for name in names]
    print(f"{len(seen)} labelled and {len(plain)} plain photos, {len(images)} crops", file=sys.stderr)
    for folder in args.scenes:
        images += [str(p.resolve()) for p in sorted((folder / "images").glob("*.jpg"))]
    print(f"{len(images)} with the scenes", file=sys.stderr)
    (_OUT / "train.txt").write_text("\n".join(images))
    (_OUT / "val.txt").write_text("\n".join(images[::150]))
    classes = ", ".join(f"{i}: {name}" for i, name in enumerate(NAMES))
    (_OUT / "data.yaml").write_text(f"path: {_OUT}\ntrain: train.txt\nval: val.txt\nnames: {{{classes}}}\n")


if __name__ == "__main__":
    main()
