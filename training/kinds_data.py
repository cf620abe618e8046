"""Step 11a. What the second look at props learns from: tiles round boxes, in runs/kinds.

    python -m training.kinds_data --scenes DIR [--props FILE]

Props of drawn scenes and of the train side's photos; what the detector takes for one there and is none; and every upper
body of those photos, of which some wear a party's attribute. The repositories of labels/props_held_out.txt stay out.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import TWINS, box_of
from poseguard.boxes import overlap, scaled, square
from poseguard.people.search import PeopleSearch
from poseguard.props.kinds import CLASSES, NOTHING
from poseguard.props.search import PropsSearch
from poseguard.props.worn import torsos
from poseguard.results import Box
from poseguard.yolo import YoloNetwork
from training.props_data import drawn_things, plain_photos, sides
from training.shared import DATA, RUNS, read, table
from training.worn_fit import with_people

TILE, REACH = 176, 2.0
"""A tile is the square of REACH times a box's longer side, TILE × TILE."""
OUT = RUNS / "kinds"
_LEAST = 0.03  # detector's score from which a box is looked at
_MOST = 30  # of one photo
_RIGHT, _ELSEWHERE = 0.5, 0.35
_CROWDED = 0.02

U8 = NDArray[np.uint8]
Known = list[tuple[str, Box, bool]]  # class, box, whether it is a crowd
Example = tuple[str, Box]  # class; the box round which the tile lies


def in_scenes(folder: Path, search: PropsSearch) -> Iterator[tuple[U8, list[Example]]]:
    """Every scene with its props, and with what the detector takes for one."""
    for path in sorted((folder / "images").glob("*.jpg")):
        image = read(path)
        things = drawn_things(folder, path.stem)
        known: Known = [(name, box, False) for name, box in things if name != "logo"]
        yield image, [(name, box) for name, box, _ in known] + mistaken(image, search, known, [], [])


def in_photos(search: PropsSearch) -> Iterator[tuple[U8, list[Example]]]:
    """Every photo with its labelled props and its upper bodies, as a scan sees it."""
    side_of, people = sides(), PeopleSearch()
    known: dict[Path, Known] = defaultdict(list)
    for row in table(DATA / "props/boxes.csv"):
        if side_of[row["file"]] == "train" and row["class"].startswith("prop:"):
            known[DATA / "props" / row["file"]].append((row["class"][5:], box_of(row), row["crowd"] == "1"))
    labelled = {DATA / "props" / file for file, side in side_of.items() if side == "train"}
    for path in sorted({*labelled, *plain_photos()}):
        pixels, scale, heads, bodies = with_people(path, people)
        there = [(name, scaled(box, scale), crowd) for name, box, crowd in known[path]]
        found: list[Example] = [(name, box) for name, box, crowd in there if not crowd]
        shirts = [
            shirt for shirt in torsos(heads, bodies, pixels.shape[1], pixels.shape[0]) if not _crowded(shirt, there)
        ]
        worn = [box for name, box, crowd in there if name == "attribute" and not crowd]
        for shirt in shirts:
            share = max((overlap(shirt, box) for box in worn), default=0.0)
            if share >= _RIGHT or share < _ELSEWHERE:
                found.append(("attribute" if share >= _RIGHT else NOTHING, shirt))
        yield pixels, found + mistaken(pixels, search, there, heads, bodies)


def mistaken(image: U8, search: PropsSearch, known: Known, heads: list[Box], bodies: list[Box]) -> list[Example]:
    """What the detector takes for a prop and is none, the surest first."""
    rows = search.rows(image, heads, bodies, _LEAST)
    boxes = [tuple(float(v) for v in row[2:]) for row in rows[rows[:, 0] > 0]]
    none = [
        box
        for box in boxes
        if not _crowded(box, known) and all(overlap(box, other) < _ELSEWHERE for _, other, _ in known)  # type: ignore[arg-type]
    ]
    return [(NOTHING, box) for box in none[:_MOST]]  # type: ignore[misc]


def _crowded(box: Box, known: Known) -> bool:
    return any(crowd and overlap(box, other) > _CROWDED for _, other, crowd in known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, nargs="+", required=True)
    parser.add_argument("--props", type=Path, default=TWINS / "props.onnx")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    search = PropsSearch(YoloNetwork(args.props.read_bytes(), 1), frozenset({0}))
    sources = [("photo", in_photos(search)), *(("scene", in_scenes(folder, search)) for folder in args.scenes)]
    tiles: list[U8] = []
    kinds, boxes, drawn = [], [], []
    for source, pictures in sources:
        for n, (image, examples) in enumerate(pictures, 1):
            for name, box in examples:
                tiles.append(square(image, box, TILE, REACH))
                kinds.append(CLASSES.index(name))
                boxes.append(box[2:])
                drawn.append(source == "scene")
            if n % 200 == 0:
                print(f"{source} {n}: {len(tiles)} tiles", file=sys.stderr, flush=True)
    np.save(OUT / "tiles.npy", np.stack(tiles))
    np.savez(OUT / "rows.npz", kinds=np.array(kinds), sides=np.array(boxes, np.float32), drawn=np.array(drawn))
    counts = {
        source: np.bincount(np.array(kinds)[np.array(drawn) == (source == "scene")], minlength=len(CLASSES))
        for source, _ in sources
    }
    print({source: dict(zip(CLASSES, many.tolist(), strict=True)) for source, many in counts.items()}, file=sys.stderr)


if __name__ == "__main__":
    main()
