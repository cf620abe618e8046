"""Step 4a. Places without a hand on the train side, `none` for the crop network: what the people detector takes for
a hand and no label knows, and a few at random.

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

from poseguard.people.detector import HAND, PeopleNetwork
from poseguard.yolo import non_max_suppression
from training.shared import DATA, RUNS, LabelledHand, group_hands, group_photos, read
from training.teacher import Teacher

_MOST, _ANYWHERE = 25, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, default=RUNS / "people.onnx")
    args = parser.parse_args()
    network = PeopleNetwork(args.people.read_bytes())
    teacher = Teacher()
    rng = np.random.default_rng(7)
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
            taken = [row[2:] for row in rows[:_MOST]] + _anywhere(rng, image.shape[:2])
            for box in (b for b in taken if not any(_near(b, other) for other in known)):
                out.writerow([path.relative_to(DATA), *(round(float(v), 1) for v in box), "none"])
            if n % 50 == 0:
                print(f"{n} of {len(photos)}", file=sys.stderr, flush=True)


def _anywhere(rng: np.random.Generator, shape: tuple[int, int]) -> list[np.ndarray]:
    """Boxes of 20 to 200 px: walls, floors and cloth are no hand either."""
    sides = np.minimum(np.exp(rng.uniform(np.log(20), np.log(200), _ANYWHERE)), min(shape))
    return [
        np.array([rng.uniform(0, shape[1] - s), rng.uniform(0, shape[0] - s), s, s * rng.uniform(0.6, 1)])
        for s in sides
    ]


def _near(box: np.ndarray, other: np.ndarray) -> bool:
    """The boxes touch by more than a tenth of the smaller."""
    low = np.maximum(box[:2], other[:2])
    high = np.minimum(box[:2] + box[2:], other[:2] + other[2:])
    shared = np.clip(high - low, 0, None).prod()
    return bool(shared > 0.1 * min(box[2:].prod(), other[2:].prod()))


if __name__ == "__main__":
    main()
