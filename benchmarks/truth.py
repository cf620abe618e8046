"""Which photos a set holds on one side of the split, and what is known of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from poseguard.hands.pose import POSES
from poseguard.results import Box

ROOT = Path(__file__).resolve().parent.parent
TWINS = ROOT / "benchmarks/twins"
"""In place of networks that ship and learned from both sides: those that saw the train side only."""
Row = dict[str, str]
Side = Literal["measure", "train"]

# score.py's: in at least one published list. Palm is in the strict union only, not in the list that is the default.
LISTED = tuple(pose for pose in POSES if pose not in ("dislike", "fist", "hand_heart", "other"))
_PADDING = 1.5  # a truth box of a group photo is a quarter of the hand larger on each side


@dataclass(frozen=True, slots=True)
class TruthSet:
    """`mode`: what score.py is to do with it; None: nothing, it is only looked at. `rows`: of that side only."""

    name: str
    folder: Path
    mode: Literal["poses", "boxes", "tags", "ap"] | None
    rows: tuple[Row, ...]
    files: tuple[str, ...]

    def photos(self) -> list[Path]:
        """Absolute paths, each once."""
        return [(self.folder / file).resolve() for file in self.files]

    def write(self, path: Path) -> None:
        """The table as score.py reads it."""
        write_table(path, self.rows)


def read_table(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Rows of one shape as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def truth_sets(shared: Path, side: Side) -> dict[str, TruthSet]:
    """Hands: close-ups, props, wild. negative: photos without politics. Logos and props: tags, ap (with negative)."""
    data = shared / "data"
    close = [row for row in read_table(data / "hands/truth.csv") if row["split"] == side]
    sets = {"close-ups": TruthSet("close-ups", data / "hands", "poses", tuple(close), _files(close))}
    for name, folder, table, index in (
        ("props", "props", "hands.csv", "index.csv"),
        ("wild", "hands", "wild.csv", "wild_index.csv"),
    ):
        photos = {row["file"] for row in read_table(data / folder / index) if row["split"] == side}
        rows = [row for row in read_table(data / folder / table) if row["file"] in photos]
        sets[name] = TruthSet(name, data / folder, "boxes", tuple(rows), _files(rows))
    calm = [
        row
        for row in read_table(data / "props/index.csv")
        if row["split"] == side and row["file"].startswith("negative/")
    ]
    sets["negative"] = TruthSet("negative", data / "props", None, tuple(calm), _files(calm))
    of_side = {row["file"] for row in read_table(data / "props/index.csv") if row["split"] == side}
    tags, boxes = (
        [row for row in read_table(data / "props" / table) if row["file"] in of_side]
        for table in ("tags.csv", "boxes.csv")
    )
    sets["tags"] = TruthSet("tags", data / "props", "tags", tuple(tags), _files(tags))
    sets["ap"] = TruthSet("ap", data / "props", "ap", tuple(boxes), _files((*boxes, *calm)))
    return sets


def _files(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["file"] for row in rows))


def well_sourced(rows: Iterable[Row], least: int = 3) -> tuple[str, ...]:
    """Poses with photos of `least` sources or more; rows with alternatives count for none. `other` is no pose."""
    sources: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        sources[row["label"]].add(row["group"] or row["source"])
    return tuple(pose for pose in POSES if pose != "other" and len(sources[pose]) >= least)


def box_of(row: Row) -> Box:
    """The padded box of a row."""
    x, y, width, height = (float(row[k]) for k in "xywh")
    return x, y, width, height


def size_of(row: Row) -> float:
    """Longer side of the hand itself, in pixels."""
    return max(box_of(row)[2:]) / _PADDING


def sure_listed(row: Row, least_px: float) -> bool:
    """A listed pose other than palm that the labeller was sure of, `least_px` and larger."""
    return row["label"] in LISTED and row["label"] != "palm" and size_of(row) >= least_px


def maybe_listed(row: Row) -> bool:
    """A listed pose other than palm, sure or not."""
    return any(pose in LISTED and pose != "palm" for pose in row["label"].removesuffix("?").split("|"))
