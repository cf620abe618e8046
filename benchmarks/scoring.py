"""Runs the yardstick, ../shared/yardsticks/score.py, and reads the numbers off what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SENTENCES = (
    r"photos (?P<photos>\d+), not in the report (?P<missing>\d+)",
    r"with a hand found (?P<hand_found>[\d.]+|nan)",
    r"false pose on `other` (?P<false_pose>[\d.]+|nan)",
    r"macro-F1 (?P<macro_f1>[\d.]+|nan)",
    r"without palm: recall (?P<bare_recall>[\d.]+|nan)  precision (?P<bare_precision>[\d.]+|nan)",
    r"  of (?P<bare_hands>\d+) hands",
    r"poses reported where no hand is labelled (?P<stray_poses>\d+)",
    r"fists read as a pose (?P<fists_posed>\d+) of (?P<fists>\d+)",
    r"listed poses: recall (?P<listed_recall>[\d.]+|nan)  precision (?P<listed_precision>[\d.]+|nan)",
    r"hand recall (?P<hand_recall>[\d.]+|nan)  hand precision (?P<hand_precision>[\d.]+|nan)",
    r"micro precision (?P<tag_precision>[\d.]+|nan)  recall (?P<tag_recall>[\d.]+|nan)",
    r"false alarms on (?P<clean>\d+) clean photos: (?P<alarms>\d+)",
    r"logo: mAP50 (?P<logo_map>[\d.]+|nan)  weighted by boxes (?P<logo_ap>[\d.]+|nan)",
    r"prop: mAP50 (?P<prop_map>[\d.]+|nan)  weighted by boxes (?P<prop_ap>[\d.]+|nan)",
)


@dataclass(frozen=True, slots=True)
class Score:
    """`text`: as printed. `labels`: count, precision, recall and f1 a label or tag, in `ap` AP50 for f1.

    `sizes`: true, found, recall a group of hands.
    """

    text: str
    labels: dict[str, dict[str, float]]
    sizes: dict[str, dict[str, float]]
    numbers: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        return {"labels": self.labels, "sizes": self.sizes, **self.numbers}


def score(shared: Path, mode: str, report: Path, truth: Path) -> Score:
    """What score.py says of a report. Raises CalledProcessError where it fails."""
    command = [sys.executable, str(shared / "yardsticks/score.py"), mode, str(report), str(truth)]
    # It goes through photos in the order of a set: boxes of equal confidence would change places from run to run.
    same = os.environ | {"PYTHONHASHSEED": "0"}
    return parsed(subprocess.run(command, capture_output=True, text=True, check=True, env=same).stdout)


def parsed(text: str) -> Score:
    """The tables and sentences that score.py prints."""
    labels: dict[str, dict[str, float]] = {}
    sizes: dict[str, dict[str, float]] = {}
    head: list[str] = []
    for line in text.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if cells[0] in ("label", "tag", "class", "hands") and len(cells) > 2:
            head = cells
        elif len(cells) == len(head) and all(re.fullmatch(r"[\d.]+|nan", cell) for cell in cells[1:]):
            row = dict(zip(head[1:], map(float, cells[1:]), strict=True))
            if head[0] == "hands":
                sizes[cells[0]] = row
            else:
                labels[cells[0]] = {"count": row.pop(head[1]), **row}
    numbers: dict[str, float] = {}
    for sentence in _SENTENCES:
        if found := re.search(sentence, text):
            numbers.update({name: float(value) for name, value in found.groupdict().items()})
    return Score(text, labels, sizes, numbers)
