"""Step 5. Every labelled hand, with its side, as a 192 px square with its soft label, in runs/pose.

    python -m training.pose_data [--rendered DIR]

A square shows 2.4 times the longer side of the hand's box, so that later steps can turn, shift and scale it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import box_of
from training.shared import CLASSES, DATA, RUNS, group_hands, read, table

TILE = 192
REACH = 2.4
_HEARSAY = 0.65  # weight of a label that the labeller marked as unsure; the rest says `other`


@dataclass(frozen=True)
class Example:
    """One hand: a picture under ../shared/data, its box there, and where it comes from."""

    file: Path
    box: tuple[float, float, float, float]
    label: str
    kind: str  # close, group, none, rendered
    source: str
    split: str


Rows = dict[str, NDArray[np.generic]]


class Tiles:
    """The squares of step 5, and after them those of step 6a where it has run; read as they are asked for."""

    def __init__(self) -> None:
        paths = (RUNS / "pose/tiles.npy", RUNS / "pose/pasted_tiles.npy")
        self._parts = [np.load(path, mmap_mode="r") for path in paths if path.exists()]

    def __getitem__(self, i: int) -> NDArray[np.uint8]:
        first = self._parts[0]
        return np.array(first[i] if i < len(first) else self._parts[1][i - len(first)])


def rows_of_tiles() -> Rows:
    """What `main` wrote of each, and `places`: the repository of the photo a pasted hand lies on, else empty."""
    rows: Rows = dict(np.load(RUNS / "pose/rows.npz"))
    rows["places"] = np.full(len(rows["sizes"]), "")
    path = RUNS / "pose/pasted.npz"
    if not path.exists():
        return rows
    pasted = np.load(path)
    new = {"sizes": pasted["sizes"], "places": pasted["places"], "kinds": np.full(len(pasted["of"]), "pasted")}
    return {name: np.concatenate([kept, new.get(name, kept[pasted["of"]])]) for name, kept in rows.items()}


def known_points(rows: Rows) -> NDArray[np.float32]:
    """N × 21 × 2 in pixels of the tiles: where the landmark network is sure of a hand of 40 px and more; else NaN."""
    marks = np.load(RUNS / "pose/landmarks.npz")
    first = marks["view"] == 0
    out = np.full((len(rows["sizes"]), 21, 2), np.nan, np.float32)
    sizes = np.asarray(rows["sizes"], np.float32)
    sure = first & (marks["presence"] > 0.9) & (sizes[marks["tile"]] >= 40)
    tile = marks["tile"][sure]
    # `pose_landmarks.small` saw the tile at this side.
    side = np.maximum(np.round(REACH * np.minimum(sizes[tile], TILE / REACH)), 12)
    out[tile] = marks["points"][sure][:, :, :2] * (TILE / side)[:, None, None]
    out[np.asarray(rows["soft"])[:, -1] > 0.3] = np.nan
    return out


def soft(label: str) -> NDArray[np.float32]:
    """CLASSES probabilities: `a|b` as a half each; `x?` as likely x."""
    out = np.zeros(len(CLASSES), np.float32)
    if label.endswith("?"):
        out[CLASSES.index(label[:-1])] += _HEARSAY
        out[CLASSES.index("other")] += 1 - _HEARSAY
        return out
    names = label.split("|")
    for name in names:
        out[CLASSES.index(name)] += 1 / len(names)
    return out


def closeups() -> Iterator[Example]:
    """The close-ups, with the boxes of step 1."""
    data = np.load(RUNS / "closeups.npz")
    boxes = {str(f): b for f, b in zip(data["files"], data["box"], strict=True)}
    for row in table(DATA / "hands/truth.csv"):
        box = tuple(float(v) for v in boxes[row["file"]])
        group = row.get("group") or row["source"]
        yield Example(DATA / "hands" / row["file"], box, row["label"], "close", group, row["split"])  # type: ignore[arg-type]


def groups() -> Iterator[Example]:
    """The labelled hands of group photos, and what step 4a mined."""
    for hand in group_hands():
        kind = "none" if hand.label.startswith("none") else "group"
        yield Example(hand.file, hand.box, hand.label, kind, hand.repo, hand.split)
    mined = RUNS / "mined.csv"
    repos = {hand.file: hand.repo for hand in group_hands()}
    for row in table(mined) if mined.exists() else ():
        path = DATA / row["file"]
        yield Example(path, box_of(row), "none", "none", repos.get(path, "mined"), "train")


def tile(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> tuple[NDArray[np.uint8], float]:
    """The square around the box, and how many pixels of the photo its longer side has."""
    x, y, w, h = box
    longest = max(w, h, 4.0)
    scale = TILE / (REACH * longest)
    if scale < 0.7:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x, y, w, h, scale = x * scale, y * scale, w * scale, h * scale, 1.0
    matrix = np.array(
        [[scale, 0, TILE / 2 - (x + w / 2) * scale], [0, scale, TILE / 2 - (y + h / 2) * scale]], np.float32
    )
    out = cv2.warpAffine(image, matrix, (TILE, TILE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8), longest


def rendered(folder: Path, backgrounds: list[NDArray[np.uint8]]) -> Iterator[tuple[Example, NDArray[np.uint8], float]]:
    """Rendered hands (RGBA) on pieces of real backgrounds; of a heart, one of its two hands, as tables box them."""
    rng = np.random.default_rng(5)
    for row in table(folder / "index.csv"):
        picture = cv2.imread(str(folder / row["file"]), cv2.IMREAD_UNCHANGED)
        rgb, alpha = picture[:, :, 2::-1].astype(np.float32), picture[:, :, 3:].astype(np.float32) / 255
        x, y, w, h = box_of(row)
        if row["pose"] == "hand_heart" and rng.random() < 0.7:
            w /= 2
            x += w * int(rng.integers(2))
        size = max(w, h)
        side = max(int(REACH * size), 8)
        ground = backgrounds[rng.integers(len(backgrounds))]
        cut = int(min(ground.shape[:2]) * rng.uniform(0.15, 0.6))
        top, left = rng.integers(0, ground.shape[0] - cut + 1), rng.integers(0, ground.shape[1] - cut + 1)
        square = cv2.resize(ground[top : top + cut, left : left + cut], (side, side)).astype(np.float32)
        matrix = np.array([[1, 0, side / 2 - x - w / 2], [0, 1, side / 2 - y - h / 2]], np.float32)
        layer = cv2.warpAffine(rgb, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.warpAffine(alpha, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)[:, :, None]
        out = (square * (1 - mask) + layer * mask).astype(np.uint8)
        example = Example(folder / row["file"], (0, 0, w, h), row["pose"], "rendered", "rendered", "train")
        yield example, cv2.resize(out, (TILE, TILE), interpolation=cv2.INTER_AREA), size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, help="folder of rendered hands with index.csv")
    args = parser.parse_args()
    examples = sorted([*closeups(), *groups()], key=lambda e: str(e.file))
    tiles, sizes, kept = [], [], []
    held: tuple[Path, NDArray[np.uint8]] | None = None
    backgrounds: list[NDArray[np.uint8]] = []
    for n, example in enumerate(examples):
        if held is None or held[0] != example.file:
            held = (example.file, read(example.file))
            if "props/negative" in str(example.file) and example.split == "train" and len(backgrounds) < 60:
                backgrounds.append(held[1])
        picture, size = tile(held[1], example.box)
        tiles.append(picture)
        sizes.append(size)
        kept.append(example)
        if n % 2000 == 0:
            print(f"{n} of {len(examples)}", file=sys.stderr)
    if args.rendered:
        for example, picture, size in rendered(args.rendered, backgrounds):
            tiles.append(picture)
            sizes.append(size)
            kept.append(example)
    out = RUNS / "pose"
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "tiles.npy", np.stack(tiles))
    np.savez(
        out / "rows.npz",
        files=np.array([str(e.file.relative_to(DATA)) if e.file.is_relative_to(DATA) else e.file.name for e in kept]),
        boxes=np.array([e.box for e in kept], np.float32),
        sizes=np.array(sizes, np.float32),
        labels=np.array([e.label for e in kept]),
        soft=np.stack([soft(e.label) for e in kept]),
        kinds=np.array([e.kind for e in kept]),
        sources=np.array([e.source for e in kept]),
        splits=np.array([e.split for e in kept]),
    )
    print(f"{len(kept)} hands", file=sys.stderr)


if __name__ == "__main__":
    main()
