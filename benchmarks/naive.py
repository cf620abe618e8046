"""The pipeline one would write first, to compare with: `python -m benchmarks.naive [--weights DIR] < list-of-photos`.

Pillow decodes every photo whole, the people network always runs at 1280, every hand gets its landmarks, one photo comes
after another in one process. The networks are the same, and so is what is done with their numbers. With `--props FILE`
(the checkpoint of the props detector) ultralytics and torch look for logos and props, always at 1280, and the
recogniser looks at every emblem.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.hands.pose import CropNetworks, Fusion, LandmarkClassifier
from poseguard.people.detector import HAND, PeopleNetwork
from poseguard.people.search import SCORES, SECOND
from poseguard.props.marks import Marks
from poseguard.props.networks import LOGO
from poseguard.props.search import LOWEST
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.weights import verified_bytes
from poseguard.workers import available_cpus
from poseguard.yolo import non_max_suppression

Told = list[tuple[str, float, Box]]  # label, confidence, pixels of the upright photo


def decoded(path: Path) -> Pixels:
    """All of the photo, upright."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


class Naive:
    """Looks for hands; the people network gets every core."""

    def __init__(self, weights: Path | None) -> None:
        names = ("people", "hand_landmark", "pose_crop", "pose_wide", "pose_landmarks", "pose_fusion")
        people, marks, near, wide, classifier, fusion = (verified_bytes(name, extra_dir=weights) for name in names)
        self._people = PeopleNetwork(people, threads=available_cpus())
        self._marks = LandmarkNetwork(marks)
        self._crop = CropNetworks(near, wide)
        self._classifier = LandmarkClassifier(classifier)
        self._fusion = Fusion(fusion)

    def look(self, pixels: Pixels) -> Told:
        """Every hand with its pose."""
        rows = non_max_suppression(self._people.run(pixels, SECOND, SCORES[HAND]))
        hands: list[tuple[float, Box]] = [
            (score, (x, y, w, h)) for kind, score, x, y, w, h in rows.tolist() if int(kind) == HAND
        ]
        opinions = self._crop.opinions(pixels, [box for _, box in hands])
        boxes, alone = [], []
        for (score, box), opinion in zip(hands, opinions, strict=True):
            size = max(box[2:])
            marks = self._marks.settle(pixels, box)
            second = self._classifier.opinion(marks, size)
            hand = self._fusion.hand(score, opinion.hand)
            if hand >= self._fusion.least_hand:
                boxes.append(box)
                alone.append(self._fusion.probabilities(opinion.poses, second, marks.presence, size, hand))
        judged = [
            self._fusion.judge(p, max(box[2:])) for p, box in zip(self._fusion.in_company(alone), boxes, strict=True)
        ]
        return [(one.label, one.confidence, box) for one, box in zip(judged, boxes, strict=True)]


class NaiveProps:
    """Looks for logos and props with ultralytics, which brings torch; neither is needed by the scan."""

    def __init__(self, checkpoint: Path, weights: Path | None) -> None:
        os.environ.update({"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"})
        ultralytics: Any = importlib.import_module("ultralytics")
        ultralytics.settings.update({"sync": False})  # it reports usage to its makers otherwise
        self._yolo = ultralytics.YOLO(str(checkpoint), task="detect")
        model, numbers = (verified_bytes(name, extra_dir=weights) for name in ("marks", "marks_numbers"))
        self._recogniser = Marks(model, numbers)

    def look(self, pixels: Pixels) -> Told:
        """Props as they are detected, emblems as the recogniser tells them."""
        bgr = np.ascontiguousarray(pixels[:, :, ::-1])
        (seen,) = self._yolo.predict(bgr, imgsz=SECOND, conf=LOWEST, device="cpu", verbose=False)
        found: list[tuple[str, float, Box]] = [
            (seen.names[int(kind)], score, (x0, y0, x1 - x0, y1 - y0))
            for x0, y0, x1, y1, score, kind in seen.boxes.data.tolist()
        ]
        logos = [(score, box) for label, score, box in found if label == LOGO]
        opinions = self._recogniser.opinions(pixels, [box for _, box in logos], [score for score, _ in logos])
        told = [(one.label, one.confidence, box) for one, (_, box) in zip(opinions, logos, strict=True)]
        return told + [one for one in found if one[0] != LOGO]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.naive", description=__doc__)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--props", type=Path, metavar="FILE", help="checkpoint of the props detector (.pt)")
    args = parser.parse_args()
    hands = Naive(args.weights)
    props = NaiveProps(args.props, args.weights) if args.props else None
    for entry in filter(None, sys.stdin.buffer.read().split(b"\0")):
        pixels = decoded(Path(entry.decode()))
        line = {"path": entry.decode(), "hands": hands.look(pixels), "props": props.look(pixels) if props else None}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
