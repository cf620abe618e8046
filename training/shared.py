"""Where the training data lies, and its tables. Nothing read here is ever committed."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import box_of

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("POSEGUARD_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data"
RUNS = Path(os.environ.get("POSEGUARD_RUNS", ROOT / "runs"))

POSES = (
    "like", "dislike", "one", "peace", "three", "four", "palm", "rock", "call", "ok",
    "thumb_index", "finger_heart", "fist", "hand_heart", "other",
)  # fmt: skip

# The crop network also says where there is no hand at all.
CLASSES = (*POSES, "none")


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(path: Path) -> NDArray[np.uint8]:
    """Upright RGB pixels."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: not readable")
    return np.ascontiguousarray(image[:, :, ::-1])


@dataclass(frozen=True)
class LabelledHand:
    """A hand of a group photo. `box`: x, y, width, height as the teacher draws it; `size`: its own longer side."""

    file: Path
    key: str
    repo: str
    split: str
    box: tuple[float, float, float, float]
    size: float
    label: str
    dense: bool


def teacher_like(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """A padded box of the tables as the teacher draws it: 0.85 of it (facts/measured.md section 1)."""
    return x + 0.075 * width, y + 0.075 * height, 0.85 * width, 0.85 * height


def group_hands() -> list[LabelledHand]:
    """Every labelled hand of props/hands.csv, hands/wild.csv and the project's own labels, `none` rows included."""
    found = _own_labels()
    for folder, rows, index in (
        (DATA / "props", DATA / "props/hands.csv", DATA / "props/index.csv"),
        (DATA / "hands", DATA / "hands/wild.csv", DATA / "hands/wild_index.csv"),
    ):
        photos = {row["file"]: row for row in table(index)}
        for row in table(rows):
            photo = photos[row["file"]]
            x, y, width, height = box_of(row)
            found.append(
                LabelledHand(
                    folder / row["file"],
                    row["file"],
                    photo["repo"],
                    photo["split"],
                    teacher_like(x, y, width, height),
                    max(width, height) / 1.5,
                    row["label"],
                    row["dense"] == "1",
                )
            )
    return found


def _own_labels() -> list[LabelledHand]:
    """training/labels/hands.csv: the teacher's boxes on train-side photos that no table labels, labelled one by one."""
    repos = {"props/" + r["file"]: r["repo"] for r in table(DATA / "props/index.csv")}
    repos |= {"hands/" + r["file"]: r["repo"] for r in table(DATA / "hands/group.csv")}
    repos |= {"hands/" + r["file"]: r["repo"] for r in table(DATA / "hands/wild_index.csv")}
    sides = split_of_repo()
    found = []
    for row in table(ROOT / "training/labels/hands.csv"):
        box = box_of(row)
        repo = repos[row["file"]]
        size = max(box[2:]) / (0.85 * 1.5)
        side = sides.get(repo, "train")
        label = row["label"]
        found.append(LabelledHand(DATA / row["file"], row["file"], repo, side, box, size, label, False))
    return found


def split_of_repo() -> dict[str, str]:
    """Side of the split of every repository that a table places."""
    sides: dict[str, str] = {}
    for index in (DATA / "props/index.csv", DATA / "hands/wild_index.csv"):
        sides.update({row["repo"]: row["split"] for row in table(index)})
    return sides


def group_photos(split: str) -> list[Path]:
    """Photos of people at large, by their side; hands/group has none of its own and follows its repository."""
    sides = split_of_repo()
    paths = [DATA / "props" / r["file"] for r in table(DATA / "props/index.csv") if r["split"] == split]
    paths += [DATA / "hands" / r["file"] for r in table(DATA / "hands/wild_index.csv") if r["split"] == split]
    paths += [
        DATA / "hands" / r["file"] for r in table(DATA / "hands/group.csv") if sides.get(r["repo"], "train") == split
    ]
    return paths
