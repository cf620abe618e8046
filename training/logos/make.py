"""Writes drawn training pictures of logos and props. The same seed gives the same pictures.

python -m training.logos.make scenes DIR --side train --count 1000 --seed 0 [--jobs 1]
    # images/, labels/ (YOLO: class cx cy w h), marks.csv: file, x, y, w, h, label, version, visible
python -m training.logos.make marks DIR --side train --count 1000 --seed 0 [--jobs 1] [--fiction 3000 | --anew 0.6]
    # tiles.npy (N×128×128×3 RGB), rows.csv: label, version, size, source_file; --fiction: only of so many emblems of
    # nobody, each a label of its own; --anew: that share of the emblems drawn anew (redrawn.py)
python -m training.logos.make staged DIR --side train --count 1000 --seed 0 --wheel DIR [--jobs 1]
    # as scenes, of group photos with banners and flags behind the people; DIR holds the mediapipe==0.10.21 wheel
python -m training.logos.make sheet OUT.png        # a contact sheet of fictional marks in drawn places
"""

from __future__ import annotations

import argparse
import csv
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Row, load_marks
from training.logos.canvas import CLASSES, Seen
from training.logos.compose import scene
from training.logos.outlines import outlines
from training.logos.places import Library
from training.logos.sheet import contact_sheet
from training.logos.staged import staged
from training.logos.tiles import SIDE, Tile, numbered_tile, tile
from training.logos.worn import find_people
from training.props_data import EVERYTHING, TRAIN, plain_photos
from training.shared import DATA, RUNS, read, split_of_repo, table

U8 = NDArray[np.uint8]
T = TypeVar("T")
SEEDS = {"train": 41, "test": 42, "both": 43}
LONGEST = 1280
# Sites of parties whose group photos no table of props lists.
PARTY_SITES = ("asimainterior-a11y/nasdem-ciamis", "Dandyskie/golkar-skh", "seisoci/dprd_taggamus")
MARK_COLUMNS = ("file", "x", "y", "w", "h", "label", "version", "visible")


def photos(side: str) -> list[Path]:
    """Photos without campaign marks, of the train side of the tables.

    For testing, those of hands/group, which nothing else in the training of logos and props looks at; the repositories
    that thresholds are fitted on (labels/props_held_out.txt) give none for training.
    """
    sides = split_of_repo()
    known = table(DATA / "props/index.csv")
    if side == "test":
        campaign = {r["repo"] for r in known if r["parties"]} | set(PARTY_SITES)
        rows = unseen_elsewhere([r for r in table(DATA / "hands/group.csv") if r["repo"] not in campaign], known)
        return [DATA / "hands" / r["file"] for r in rows if sides.get(r["repo"], "train") == "train"]
    return plain_photos(EVERYTHING if side == "both" else TRAIN)


def unseen_elsewhere(rows: Sequence[Row], known: Sequence[Row]) -> list[Row]:
    """Rows of pictures that `known` does not list too: same repository, same path."""
    taken = {(row["repo"], row["path"]) for row in known}
    return [row for row in rows if (row["repo"], row["path"]) not in taken]


@lru_cache(maxsize=2)
def library(side: str, wheel: Path | None = None) -> Library:
    """Everything a side's pictures are made of; the people's outlines too where the wheel is given."""
    marks = load_marks(side)
    places = []
    for path in photos(side):
        rgb = read(path)
        scale = LONGEST / max(rgb.shape[:2])
        if scale < 1:
            rgb = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        places.append(rgb)
    parties = {k: v for k, v in marks.items() if not k.startswith("neg:")}
    known_by = zlib.crc32("\n".join(map(str, photos(side))).encode())
    people = find_people(places, RUNS / f"logos/people_{side}_{known_by:08x}.json")
    masks = outlines(places, RUNS / f"logos/outlines_{side}_{known_by:08x}.npz", wheel) if wheel else ()
    return Library(parties, {k: v for k, v in marks.items() if k.startswith("neg:")}, places, people, masks)


def yolo_rows(seen: Iterable[Seen], side: int) -> list[str]:
    """Lines of a label file."""
    out = []
    for s in seen:
        x, y, w, h = s.box
        middle = ((x + w / 2) / side, (y + h / 2) / side, w / side, h / side)
        out.append(" ".join([str(CLASSES.index(s.name)), *(f"{v:.5f}" for v in middle)]))
    return out


def _scene(index: int, folder: Path, side: str, seed: int, wheel: Path | None) -> list[list[str | float]]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEEDS[side], seed, index])
    rgb, seen = staged(library(side, wheel), rng) if wheel else scene(library(side), rng)
    name = f"{index:06d}"
    quality = int(rng.integers(60, 96))
    cv2.imwrite(
        str(folder / "images" / f"{name}.jpg"),
        cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR),
        [cv2.IMWRITE_JPEG_QUALITY, quality],
    )
    lines = yolo_rows(seen, rgb.shape[0])
    (folder / "labels" / f"{name}.txt").write_text("".join(line + "\n" for line in lines))
    return [
        [f"{name}.jpg", *s.box, s.mark.label, s.mark.version, round(s.visible, 3)] for s in seen if s.mark is not None
    ]


def _tile(index: int, side: str, seed: int, fiction: int, anew: float) -> Tile:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEEDS[side] + 100, seed, index])
    return numbered_tile(library(side), fiction, rng) if fiction else tile(library(side), rng, anew)


def _each(work: Callable[[int], T], side: str, count: int, jobs: int, wheel: Path | None = None) -> Iterable[T]:
    if jobs <= 1:
        yield from map(work, range(count))
        return
    library(side, wheel)  # finds the people once, before the workers look for them
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, range(count), chunksize=64)


def scenes(folder: Path, side: str, count: int, seed: int, jobs: int, wheel: Path | None = None) -> None:
    """Write scenes with their labels; staged ones where `wheel` is given."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    work = partial(_scene, folder=folder, side=side, seed=seed, wheel=wheel)
    with (folder / "marks.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(MARK_COLUMNS)
        for rows in _each(work, side, count, jobs, wheel):
            out.writerows(rows)


def marks(folder: Path, side: str, count: int, seed: int, jobs: int, fiction: int = 0, anew: float = 0.0) -> None:
    """Write crops for the recogniser."""
    folder.mkdir(parents=True, exist_ok=True)
    tiles = np.lib.format.open_memmap(folder / "tiles.npy", "w+", np.uint8, (count, SIDE, SIDE, 3))
    with (folder / "rows.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("label", "version", "size", "source_file"))
        work = partial(_tile, side=side, seed=seed, fiction=fiction, anew=anew)
        for i, made in enumerate(_each(work, side, count, jobs)):
            tiles[i] = made.rgb
            out.writerow((made.label, made.version, made.size, made.source))
    tiles.flush()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("scenes", "staged", "marks", "sheet"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--side", choices=tuple(SEEDS), default="train", help="both: no figure may come of it")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--fiction", type=int, default=0)
    parser.add_argument("--anew", type=float, default=0.0)
    parser.add_argument("--wheel", type=Path, help="for staged: folder of the mediapipe==0.10.21 wheel")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.what == "sheet":
        cv2.imwrite(str(args.out), cv2.cvtColor(contact_sheet(args.seed), cv2.COLOR_RGB2BGR))
        return
    if args.what == "staged" and args.wheel is None:
        parser.error("staged needs --wheel")
    if args.what != "marks":
        scenes(args.out, args.side, args.count, args.seed, args.jobs, args.wheel if args.what == "staged" else None)
    else:
        marks(args.out, args.side, args.count, args.seed, args.jobs, args.fiction, args.anew)


if __name__ == "__main__":
    main()
