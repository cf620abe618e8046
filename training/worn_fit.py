"""Fits what makes an upper body's clothes a party's attribute (poseguard/props/worn.py); `training.props_fit` calls it.

The signs of colours and emblems are weighed on the train side's photos, where the detector's own score would flatter
itself; what that is worth beside them, on the held-out repositories (labels/props_held_out.txt), which it has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import box_of
from poseguard.boxes import overlap, scaled
from poseguard.people.search import PeopleSearch
from poseguard.people.types import SURE_HEAD
from poseguard.props.marks import UNKNOWN, Marks, logistic
from poseguard.props.search import PropsSearch
from poseguard.props.worn import SIGNS, signs, torsos
from poseguard.reading.photo import Pixels
from poseguard.reading.read import read_photo
from poseguard.results import Box
from poseguard.yolo import Rows
from training.props_data import NAMES, sides
from training.regression import Seen, regression
from training.shared import DATA, table

_RIGHT, _ELSEWHERE = 0.5, 0.3
_PENALTY = 2.5e-3
LEAST = 0.25
"""Of held-out shirts that are named from here on, half to two thirds are a party's: a shirt alone weighs nothing."""
_WORN = NAMES.index("attribute")

Floats = NDArray[np.float64]


def emblems_of(marks: Marks, pixels: NDArray[np.uint8], rows: Rows) -> list[tuple[tuple[float, ...], float]]:
    """Box and probability of what the recogniser takes for a party's emblem."""
    found = [row for row in rows[rows[:, 0] == 0] if row[1] >= marks.least_box]
    boxes = [tuple(float(v) for v in row[2:]) for row in found]
    told = marks.opinions(pixels, boxes, [float(row[1]) for row in found])  # type: ignore[arg-type]
    return [
        (box, opinion.confidence)
        for box, opinion in zip(boxes, told, strict=True)
        if opinion.label in marks.parties or opinion.label == UNKNOWN
    ]


def with_people(path: Path, people: PeopleSearch) -> tuple[Pixels, float, list[Box], list[Box]]:
    """Pixels of a photo as a scan sees it, their scale, and the heads and bodies in them."""
    photo = read_photo(path)
    assert photo.pixels is not None, path
    found = people.find(photo)
    heads = [scaled(head.box, photo.scale) for head in found.heads if head.score >= SURE_HEAD]
    return photo.pixels, photo.scale, heads, [scaled(body.box, photo.scale) for body in found.bodies]


def seen(
    marks: Marks, search: PropsSearch, of: Sequence[str]
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_], int]:
    """Signs of every upper body of the train side and of sides `of`, which the detector has not seen; whether it is a
    labelled attribute, whether it is of the latter; how many there.
    """
    people, side_of = PeopleSearch(), sides()
    labelled: dict[str, list[tuple[Box, bool]]] = {}
    for row in table(DATA / "props/boxes.csv"):
        if row["class"] == "prop:attribute":
            labelled.setdefault(row["file"], []).append((box_of(row), row["crowd"] == "1"))
    x: list[NDArray[np.float32]] = []
    y, held, there = [], [], 0
    for file, side in side_of.items():
        if side not in ("train", *of):
            continue
        pixels, scale, heads, bodies = with_people(DATA / "props" / file, people)
        truth = [(scaled(box, scale), crowd) for box, crowd in labelled.get(file, ())]
        there += sum(not crowd for _, crowd in truth) if side in of else 0
        rows = search.rows(pixels, heads, bodies)
        own = [(tuple(float(v) for v in row[2:]), float(row[1])) for row in rows[rows[:, 0] == _WORN]]
        shirts = torsos(heads, bodies, pixels.shape[1], pixels.shape[0])
        for shirt, row in zip(shirts, signs(pixels, shirts, emblems_of(marks, pixels, rows), own), strict=True):  # type: ignore[arg-type]
            shares = [overlap(shirt, box) for box, crowd in truth if not crowd]
            crowded = any(crowd and overlap(shirt, box) > 0.02 for box, crowd in truth)
            best = max(shares, default=0.0)
            if best >= _RIGHT or not (best >= _ELSEWHERE or crowded):
                x.append(row)
                y.append(best >= _RIGHT)
                held.append(side in of)
    return np.stack(x).astype(np.float64), np.array(y), np.array(held), there


def weights(x: Floats, y: NDArray[np.bool_]) -> Floats:
    """Logistic weights, bias first, with the penalty on columns of one spread."""
    middle, spread = x.mean(0), x.std(0) + 1e-6
    rows = Seen()
    for row, right in zip((x - middle) / spread, y, strict=True):
        rows.add([1.0, *row.tolist()], bool(right), 1.0, "")
    count = x.shape[1] + 1
    found = np.array(regression(rows, count, tuple(range(count)), _PENALTY))
    own = found[1:] / spread
    return np.concatenate([[found[0] - own @ middle], own])


def fitted(marks: Marks, search: PropsSearch, of: Sequence[str]) -> dict[str, float]:
    """The numbers of `poseguard.props.worn.Worn`; prints what thresholds give on the held-out repositories."""
    x, y, held, there = seen(marks, search, of)
    bare, score = x[:, :-1], x[:, -1:]
    own = weights(bare[~held], y[~held])
    told = own[0] + bare @ own[1:]
    both = weights(np.concatenate([told[:, None], score], 1)[held], y[held])
    final = np.r_[both[0] + both[1] * own[0], both[1] * own[1:], both[2]]
    sure = np.array([logistic(v) for v in final[0] + x @ final[1:]])
    print(f"upper bodies: {len(y)}, {y.sum()} party attributes; held out {held.sum()}, {y[held].sum()} of {there}")
    for least in (0.15, 0.25, 0.35, 0.5):
        hit = held & (sure >= least)
        print(f"  {least}: precision {y[hit].mean():.3f}, recall {y[hit].sum() / there:.3f}")
    numbers = {name: round(float(v), 4) for name, v in zip(("bias", *SIGNS), final, strict=True)}
    return numbers | {"least": LEAST}
