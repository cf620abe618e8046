"""What the props detector takes for an emblem on train-side photos and is none: `background` for the recogniser.

    python -m training.marks_mine [--props FILE] [--add] [--everything]

Written to runs/marks_mined.csv (file, x, y, w, h); with --everything both sides, to runs/marks_mined_everything.csv.
Photos of offices, students and campaigns, and the upper bodies of hands/many: prints on shirts, pictures on walls.
Emblems of offices that no table boxes are among them, which is meant: nobody is to be named for them. One source of
hands/many in six stays out of the former; thresholds are fitted on it.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.truth import TWINS, box_of
from poseguard.boxes import overlap
from poseguard.people.search import PeopleSearch
from poseguard.props.search import PropsSearch
from poseguard.results import Box
from poseguard.yolo import YoloNetwork
from training.props_data import EVERYTHING, TRAIN, labelled, plain_photos
from training.shared import DATA, RUNS, read, table
from training.worn_fit import with_people

_LEAST, _MOST, _MOST_CLOSE = 0.02, 40, 4
_SAME = 0.5
MINED, MINED_EVERYWHERE = RUNS / "marks_mined.csv", RUNS / "marks_mined_everything.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--props", type=Path, default=TWINS / "props.onnx")
    parser.add_argument("--add", action="store_true", help="beside what an earlier detector took for emblems")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    args = parser.parse_args()
    of, path_of_all = (EVERYTHING, MINED_EVERYWHERE) if args.everything else (TRAIN, MINED)
    before = table(MINED) if args.add else []
    told: dict[str, list[Box]] = defaultdict(list)
    for row in before:
        told[row["file"]].append(box_of(row))
    search = PropsSearch(YoloNetwork(args.props.read_bytes(), 2), frozenset({0}))
    people = PeopleSearch()
    boxed = labelled(of)
    total = 0
    with path_of_all.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["file", "x", "y", "w", "h"])
        out.writerows(row.values() for row in before)
        close = set().union(*(closeups(side) for side in of))
        for path in sorted({*boxed, *plain_photos(of), *close}):
            if path in close:
                rows = search.network.run(read(path), 640, _LEAST)
            else:
                # Where people are seen, a scan looks closer.
                image, scale, heads, bodies = with_people(path, people)
                rows = search.rows(image, heads, bodies, _LEAST)
                rows[:, 2:] /= scale
            rows = rows[(rows[:, 0] == 0) & (rows[:, 1] >= _LEAST)]
            # Crowds and difficult emblems are among the known: they are no background.
            known = boxed.get(path, np.zeros((0, 5), np.float32))
            known = known[known[:, 0] <= 0, 1:]
            most = _MOST_CLOSE if path in close else _MOST
            name = str(path.relative_to(DATA))
            for row in [r for r in rows if not any(_touch(r[2:], box) for box in known)][:most]:
                x, y, w, h = (round(float(v), 1) for v in row[2:])
                if all(overlap((x, y, w, h), box) < _SAME for box in told[name]):
                    out.writerow([name, x, y, w, h])
                    total += 1
    print(f"{total} places, {len(before)} of before", file=sys.stderr)


def closeups(side: str) -> set[Path]:
    """Upper bodies of hands/many, three a group of pictures of one person: for `train`, the sixth kept to `fit`, or
    those of `measure`.
    """
    taken: dict[str, list[Path]] = defaultdict(list)
    for row in table(DATA / "hands/truth.csv"):
        kept = row["split"] == "train" and zlib.crc32(row["source"].encode()) % 6 == 0
        if row["file"].startswith("many/") and ("fit" if kept else row["split"]) == side:
            taken[row["source"] + row["group"]].append(DATA / "hands" / row["file"])
    return {path for paths in taken.values() for path in sorted(paths)[:: max(len(paths) // 12, 1)]}


def _touch(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((np.minimum(a[:2] + a[2:], b[:2] + b[2:]) > np.maximum(a[:2], b[:2])).all())


if __name__ == "__main__":
    main()
