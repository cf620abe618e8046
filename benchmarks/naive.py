"""The pipeline one would write first, to compare with: `python -m benchmarks.naive [--weights DIR] < list-of-photos`.

Pillow decodes every photo whole, the people network always runs at 1280, every hand gets its landmarks, one photo comes
after another in one process. The networks are the same, and so is what is done with their numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.hands.pose import CropNetwork, Fusion, LandmarkClassifier
from poseguard.people.detector import HAND, PeopleNetwork
from poseguard.people.search import SCORES, SECOND
from poseguard.results import Box
from poseguard.weights import verified_bytes
from poseguard.workers import available_cpus
from poseguard.yolo import non_max_suppression


class Naive:
    """Looks at one photo; the people network gets every core."""

    def __init__(self, weights: Path | None) -> None:
        names = ("people", "hand_landmark", "pose_crop", "pose_landmarks", "pose_fusion")
        people, marks, crop, classifier, fusion = (verified_bytes(name, extra_dir=weights) for name in names)
        self._people = PeopleNetwork(people, threads=available_cpus())
        self._marks = LandmarkNetwork(marks)
        self._crop = CropNetwork(crop)
        self._classifier = LandmarkClassifier(classifier)
        self._fusion = Fusion(fusion)

    def look(self, path: Path) -> list[tuple[str, float, Box]]:
        """Label, confidence and box (pixels of the upright photo) of every hand."""
        with Image.open(path) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        rows = non_max_suppression(self._people.run(pixels, SECOND, SCORES[HAND]))
        hands: list[tuple[float, Box]] = [
            (score, (x, y, w, h)) for kind, score, x, y, w, h in rows.tolist() if int(kind) == HAND
        ]
        opinions = self._crop.opinions(pixels, [box for _, box in hands])
        told = []
        for (score, box), opinion in zip(hands, opinions, strict=True):
            size = max(box[2:])
            marks = self._marks.settle(pixels, box)
            second = self._classifier.opinion(marks, size)
            hand = self._fusion.hand(score, opinion.hand)
            if hand >= self._fusion.least_hand:
                weighed = self._fusion.probabilities(opinion.poses, second, marks.presence, size, hand)
                judged = self._fusion.judge(weighed, size)
                told.append((judged.label, judged.confidence, box))
        return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.naive", description=__doc__)
    parser.add_argument("--weights", type=Path)
    args = parser.parse_args()
    naive = Naive(args.weights)
    for entry in filter(None, sys.stdin.buffer.read().split(b"\0")):
        hands = naive.look(Path(entry.decode()))
        print(json.dumps({"path": entry.decode(), "hands": hands}), flush=True)


if __name__ == "__main__":
    main()
