"""Step 4a. What the people detector takes for a hand on the train side and no label knows: `none` for the crop network.

    python -m training.mine [--people runs/people.onnx]

Written to runs/mined.csv (file, x, y, w, h, label).
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from poseguard.people.detector import HAND, PeopleNetwork, non_max_suppression
from training.shared import DATA, RUNS, LabelledHand, group_hands, group_photos, read
from training.teacher import Teacher

_MOST = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, default=RUNS / "people.onnx")
    args = parser.parse_args()
    network = PeopleNetwork(args.people.read_bytes())
    teacher = Teacher()
    labelled: dict[Path, list[LabelledHand]] = defaultdict(list)
    for hand in group_hands():
        labelled[hand.file].append(hand)
    with (RUNS / "mined.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["file", "x", "y", "w", "h", "label"])
        photos = [p for p in group_photos("train") if not any(h.dense for h in labelled[p])]
        for n, path in enumerate(photos, 1):
            image = read(path)
            rows = non_max_suppression(network.run(image, min(1280, 2 * max(image.shape[:2])), 0.1))
            rows = rows[(rows[:, 0] == HAND) & (rows[:, 4:].max(1) >= 20)]
            known = [np.array(h.box) for h in labelled[path]]
            # Where the teacher sees anything like a hand, a person would have to decide.
            known += [row[2:] for row in teacher.find(image, 1280, 0.06) if row[0] == HAND]
            fresh = [row for row in rows if not any(_near(row[2:], box) for box in known)]
            for row in fresh[:_MOST]:
                out.writerow([path.relative_to(DATA), *(round(float(v), 1) for v in row[2:]), "none"])
            if n % 50 == 0:
                print(f"{n} of {len(photos)}", file=sys.stderr, flush=True)


def _near(box: np.ndarray, other: np.ndarray) -> bool:
    """The boxes touch by more than a tenth of the smaller."""
    low = np.maximum(box[:2], other[:2])
    high = np.minimum(box[:2] + box[2:], other[:2] + other[2:])
    shared = np.clip(high - low, 0, None).prod()
    return bool(shared > 0.1 * min(box[2:].prod(), other[2:].prod()))


if __name__ == "__main__":
    main()
