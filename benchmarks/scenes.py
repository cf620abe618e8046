"""Logos and props on drawn test scenes, whose renderings and backgrounds no training has seen."""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.averages import Found, average_precision, nearest
from benchmarks.campaign import named
from benchmarks.drawn import (
    MAKE,
    NOBODY,
    Scene,
    empty_gallery,
    networks,
    party_codes,
    scenes,
    weights_folder,
    without_thresholds,
)
from benchmarks.figures import Target
from benchmarks.matching import interval
from benchmarks.run import Measured
from poseguard.props.detector import PropsDetector
from poseguard.results import Box, plain

WANTED_MAP = 0.85
WANTED_RECALL = {24: 0.60, 32: 0.75, 48: 0.88, 96: 0.93}
_ROWS = ("smaller", *(f"{size} px" for size in WANTED_RECALL), "larger")
_WEAKEST = 5
Truth = dict[str, dict[str, list[Box]]]  # class -> file -> boxes


@dataclass
class Size:
    """Party logos of about one size. `boxed`: a logo-like box meets it; `named`: and its party is named."""

    logos: int = 0
    boxed: int = 0
    named: int = 0

    @property
    def recall(self) -> float:
        return self.named / self.logos if self.logos else math.nan


@dataclass
class Looked:
    """What was labelled and what was found. Boxes in pixels; classes are `prop:CLASS` and `logo:PARTY`.

    `said`, `right`: parties named at the thresholds that ship, and how many of them where that party's logo is.
    """

    scenes: int = 0
    truth: Truth = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    found: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[str, Size] = field(default_factory=lambda: {name: Size() for name in _ROWS})
    said: int = 0
    right: int = 0

    def add(
        self, scene: Scene, side: tuple[int, int], every: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]
    ) -> None:
        """One scene of `side` (width, height). `every`: evidence without thresholds; `told`: with those that ship."""
        self.scenes += 1
        file = scene.path.name
        for label, (x, y, w, h) in scene.props:
            box = (x * side[0], y * side[1], w * side[0], h * side[1])
            self.truth[f"prop:{label}"][file].append(box)
        for code, box in scene.marks:
            self.truth[f"logo:{code}"][file].append(box)
        for e in every:
            self.found[f"{e['kind']}:{e['label']}"].append((e["confidence"], file, e["box"]))
        parties = named({"evidence": told})
        met = rightly_named(scene.marks, parties)
        self.said += len(parties)
        self.right += len(met)
        boxes = [e["box"] for e in every if e["kind"] == "logo"]
        for i, (_, box) in enumerate(scene.marks):
            size = self.sizes[size_of(box)]
            size.logos += 1
            size.boxed += nearest(box, boxes) is not None
            size.named += i in met

    def averages(self) -> dict[str, float]:
        """Average precision by class, of classes that the scenes show."""
        return {label: average_precision(self.truth[label], self.found[label]) for label in sorted(self.truth)}


def size_of(box: Box) -> str:
    """The row of a logo: the size that its longer side is nearest to by ratio."""
    longest = max(box[2:])
    sizes = list(WANTED_RECALL)
    if longest < sizes[0] * math.sqrt(sizes[0] / sizes[1]):
        return "smaller"
    if longest > sizes[-1] * math.sqrt(sizes[-1] / sizes[-2]):
        return "larger"
    return f"{min(sizes, key=lambda size: abs(math.log(longest / size)))} px"


def rightly_named(marks: Sequence[tuple[str, Box]], parties: Iterable[Mapping[str, Any]]) -> set[int]:
    """Indices of the marks that a logo of the right label meets, each logo counting once, the surest first."""
    met: set[int] = set()
    for e in sorted(parties, key=lambda e: -float(e["confidence"])):
        left = [i for i, (code, _) in enumerate(marks) if code == e["label"] and i not in met]
        best = nearest(e["box"], [marks[i][1] for i in left])
        if best is not None:
            met.add(left[best])
    return met


def look(folder: Path, weights: Path | None) -> Looked:
    """Both ways over every scene of `folder`, at native size."""
    models = networks(weights)
    numbers = json.loads(models["marks_numbers"])
    out = Looked()
    with TemporaryDirectory(prefix="poseguard-scenes-") as name:
        gallery = empty_gallery(Path(name) / "none.npz")
        bare = weights_folder(Path(name) / "bare", {**models, "marks_numbers": without_thresholds(numbers)})
        every, told = (PropsDetector(folder, lang="en", gallery=gallery) for folder in (bare, weights))
        drawn = scenes(folder, party_codes(numbers))
        print(f"looking at {len(drawn)} scenes ...", file=sys.stderr)
        for scene in drawn:
            photo = scene.read()
            assert photo.pixels is not None
            height, width = photo.pixels.shape[:2]
            seen = [[plain(e) for e in detector.detect(photo, NOBODY).evidence] for detector in (every, told)]
            out.add(scene, (width, height), *seen)
    return out


def drawn_scenes(measured: Measured, folder: Path, weights: Path | None) -> None:
    """The section: average precision by class, and recall of party logos by their size."""
    name = "scenes"
    if not (folder / "marks.csv").is_file():
        reason = f"{folder} holds no scenes: {MAKE.replace('DIR', str(folder))}"
        measured.say("drawn test scenes", f"left out: {reason}")
        measured.figures[name] = {"left_out": reason}
        measured.targets += targets({}, Looked())
        return
    looked = look(folder, weights)
    averages = looked.averages()
    measured.say(f"drawn test scenes ({looked.scenes} of {folder.name})", *lines(averages, looked))
    measured.targets += targets(averages, looked)
    measured.figures[name] = {
        "scenes": looked.scenes,
        "map50": mean(averages.values()),
        "classes": {label: {"boxes": count(looked, label), "ap50": ap} for label, ap in averages.items()},
        "sizes": {size: {**asdict(row), "recall": row.recall} for size, row in looked.sizes.items()},
        "named": looked.said,
        "named_rightly": looked.right,
    }


def lines(averages: Mapping[str, float], looked: Looked) -> list[str]:
    """For a person: classes, the weakest of them, and sizes."""
    out = [f"{'class':<20} {'boxes':>6} {'AP50':>6}"]
    out += [f"{label:<20} {count(looked, label):>6} {ap:>6.3f}" for label, ap in averages.items()]
    for words, start in (("all classes", ""), ("props", "prop:"), ("parties", "logo:")):
        part = [ap for label, ap in averages.items() if label.startswith(start)]
        under = sum(ap < WANTED_MAP for ap in part)
        out.append(f"mAP50 of {words}: {mean(part):.3f} ({under} of {len(part)} classes under {WANTED_MAP})")
    weakest = sorted(averages, key=lambda label: averages[label])[:_WEAKEST]
    out.append("weakest: " + ", ".join(f"{label} {averages[label]:.3f}" for label in weakest))
    share = looked.right / looked.said if looked.said else math.nan
    low, high = interval(share, looked.said)
    out.append(f"parties named: {looked.said}, rightly {looked.right} ({share:.3f}; 95 %: {low:.3f} to {high:.3f})")
    out.append(f"{'party logos':<12} {'logos':>6} {'boxed':>6} {'named':>6}  95 % of named")
    for size, row in looked.sizes.items():
        low, high = interval(row.recall, row.logos)
        boxed = row.boxed / row.logos if row.logos else math.nan
        out.append(f"{size:<12} {row.logos:>6} {boxed:>6.3f} {row.recall:>6.3f}  {low:.3f} to {high:.3f}")
    return out


def targets(averages: Mapping[str, float], looked: Looked) -> list[Target]:
    """mAP50 over all classes, and recall at the four sizes."""
    found = [Target("scenes", "mAP50 over props and parties", mean(averages.values()), WANTED_MAP, looked.scenes)]
    for size, bound in WANTED_RECALL.items():
        row = looked.sizes[f"{size} px"]
        found.append(Target("scenes", f"party logos of about {size} px, found and named", row.recall, bound, row.logos))
    return found


def count(looked: Looked, label: str) -> int:
    """Labelled boxes of a class."""
    return sum(map(len, looked.truth[label].values()))


def mean(values: Iterable[float]) -> float:
    """NaN of nothing."""
    known = list(values)
    return sum(known) / len(known) if known else math.nan
