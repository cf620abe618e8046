"""Step 6a. Hands of close-ups cut out and laid on places of group photos, in runs/pose/pasted*.

    python -m training.pose_paste [--count 16000]

Group photos show few posing hands, and those of close-ups stand before walls: a network may learn that whoever poses
does so at home. What is a hand GrabCut says, told by the landmarks that step 6 saw; ordinary hands are laid as well.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pose_data import REACH, TILE, Rows, known_points
from training.shared import RUNS, LabelledHand, group_hands, read

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator

_BONES = (
    (0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 6), (6, 7), (7, 8), (5, 9), (9, 10), (10, 11), (11, 12),
    (9, 13), (13, 14), (14, 15), (15, 16), (13, 17), (0, 17), (17, 18), (18, 19), (19, 20),
)  # fmt: skip
_PALM = (0, 1, 5, 9, 13, 17)
# A cut-out of less or more of the tile is no hand.
_COVERS = (0.02, 0.45)
_PER_PHOTO = 24
_SMALLEST = 14.0


def cut_out(picture: U8, points: Floats) -> NDArray[np.bool_]:
    """Where a tile shows the hand with these landmarks (21 × 2, in its pixels), its arm included."""
    points = np.asarray(points, np.int32)
    along = (points[0] - points[9]).astype(np.float64)
    palm = np.linalg.norm(along) + np.linalg.norm(points[5] - points[17])
    along /= max(float(np.linalg.norm(along)), 1e-6)
    told = np.full((TILE, TILE), cv2.GC_BGD, np.uint8)

    def bones(kind: int, thick: float) -> None:
        for a, b in _BONES:
            cv2.line(told, points[a].tolist(), points[b].tolist(), (kind,), max(1, round(palm * thick)))

    def arm(kind: int, long: float, thick: float) -> None:
        end = np.int32(points[0] + along * long).tolist()
        cv2.line(told, points[0].tolist(), end, (kind,), max(1, round(palm * thick)))

    arm(cv2.GC_PR_BGD, 1.5 * TILE, 0.75)
    arm(cv2.GC_PR_FGD, 0.6 * palm, 0.5)
    bones(cv2.GC_PR_BGD, 0.5)
    bones(cv2.GC_PR_FGD, 0.26)
    cv2.fillConvexPoly(told, cv2.convexHull(points[list(_PALM)]), (cv2.GC_FGD,))
    bones(cv2.GC_FGD, 0.07)
    ground, hand = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(picture), told, None, ground, hand, 4, cv2.GC_INIT_WITH_MASK)
    shown = np.isin(told, (cv2.GC_FGD, cv2.GC_PR_FGD))
    _, parts = cv2.connectedComponents(shown.astype(np.uint8))
    x, y = np.clip(points[9], 0, TILE - 1)
    return np.asarray(shown & (parts == parts[y, x]))


def spot(hands: Sequence[LabelledHand], width: int, height: int, rng: Rng) -> tuple[float, float, float] | None:
    """A place beside a labelled hand, with none in its middle, and how large a hand is there; None: not found."""
    for _ in range(30):
        near = hands[rng.integers(len(hands))]
        size = max(near.size * math.exp(rng.normal(0, 0.2)), _SMALLEST)
        angle, apart = rng.uniform(0, 2 * math.pi), rng.uniform(1.2, 6) * near.size
        x, y = _middle(near) + apart * np.array([math.cos(angle), 0.8 * math.sin(angle)])
        free = all(np.abs(_middle(one) - (x, y)).max() >= 0.45 * (one.size + size) for one in hands)
        if free and 0 <= x < width and 0 <= y < height:
            return x, y, size
    return None


def _middle(hand: LabelledHand) -> NDArray[np.float64]:
    x, y, width, height = hand.box
    return np.array([x + width / 2, y + height / 2])


def place(image: U8, x: float, y: float, size: float) -> Floats:
    """The square of REACH times `size` around a place, in the photo's own pixels; no larger than a tile."""
    side = max(round(REACH * size), 16)
    zoom = side / (REACH * size)
    matrix = np.array([[zoom, 0, side / 2 - x * zoom], [0, zoom, side / 2 - y * zoom]], np.float32)
    out = cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    if side > TILE:
        out = cv2.resize(out, (TILE, TILE), interpolation=cv2.INTER_AREA)
    return np.asarray(out, np.float32)


def laid(picture: U8, shown: NDArray[np.bool_], ground: Floats, rng: Rng) -> U8:
    """A tile: the hand on that ground, in about its light, turned a little, often in a sleeve."""
    if rng.random() < 0.5:
        shown = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    tint = np.exp(rng.normal(0, 0.05, 3)) * (1.02, 1, 0.97) * math.exp(rng.normal(-0.15, 0.22))
    hand = np.clip(picture * tint, 0, 255)
    light = (ground.mean() + 60) / (hand[shown].mean() + 60) if shown.any() else 1.0
    hand = np.clip(hand * light ** rng.uniform(0, 0.5), 0, 255).astype(np.float32)
    clear = cv2.GaussianBlur(shown.astype(np.float32), (0, 0), 1.2)
    low = len(ground)
    zoom = math.exp(rng.normal(0, 0.07)) * low / TILE
    matrix = cv2.getRotationMatrix2D((TILE / 2, TILE / 2), rng.normal(0, 22), zoom)
    matrix[:, 2] += low / 2 - TILE / 2
    if zoom < 0.7:
        hand, clear = (cv2.GaussianBlur(layer, (0, 0), 0.45 / zoom) for layer in (hand, clear))
    layer = cv2.warpAffine(hand, matrix, (low, low), borderMode=cv2.BORDER_REPLICATE)
    opaque = cv2.warpAffine(clear, matrix, (low, low))[..., None]
    if rng.random() < 0.6:
        down, across = np.mgrid[0:low, 0:low].astype(np.float32)
        hem = low / 2 + rng.uniform(0.42, 0.75) * low / REACH
        sleeve = np.clip(down - across * rng.normal(0, 0.15) - hem, 0, 1)[..., None]
        cloth = ground[rng.integers(low), rng.integers(low)] * rng.uniform(0.6, 1.2) + rng.normal(0, 6, (low, low, 1))
        layer = layer * (1 - sleeve) + cloth * sleeve
    out = np.clip(ground * (1 - opaque) + layer * opaque, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(out, (TILE, TILE), interpolation=cv2.INTER_LINEAR), np.uint8)


def hands(tiles: U8, rows: Rows) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Close-ups of one sure pose whose hand can be cut out: index of the tile, and where the hand is."""
    points = known_points(rows)
    plain = np.array(["|" not in str(label) and label != "hand_heart" for label in rows["labels"]])
    usable = (rows["kinds"] == "close") & (rows["splits"] == "train") & plain & ~np.isnan(points).any((1, 2))
    for n, i in enumerate(np.flatnonzero(usable)):
        shown = cut_out(tiles[i], points[i])
        if _COVERS[0] < shown.mean() < _COVERS[1]:
            yield int(i), shown
        if n % 1000 == 0:
            print(f"{n} of {usable.sum()} cut out", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=16_000)
    args = parser.parse_args()
    tiles = np.load(RUNS / "pose/tiles.npy", mmap_mode="r")
    rows = dict(np.load(RUNS / "pose/rows.npz"))
    index, shown = zip(*hands(tiles, rows), strict=True)
    labels = rows["labels"][list(index)]
    # Sources and poses evened; ordinary hands, which are of many kinds, a little more.
    sources = np.char.add(rows["sources"][list(index)].astype(str), labels.astype(str))
    _, which, counts = np.unique(sources, return_inverse=True, return_counts=True)
    often = counts[which] ** -0.6 * np.where(labels == "other", 1.5, 1.0)
    photos: dict[Path, list[LabelledHand]] = defaultdict(list)
    for hand in group_hands():
        if hand.split == "train":
            photos[hand.file].append(hand)
    files = sorted(photos)
    share = np.sqrt([min(len(photos[file]), 30) for file in files])
    rng = np.random.default_rng(3)
    made, sizes, of, repos = [], [], [], []
    while len(made) < args.count:
        file = files[rng.choice(len(files), p=share / share.sum())]
        image = read(file)
        for _ in range(_PER_PHOTO):
            if (found := spot(photos[file], image.shape[1], image.shape[0], rng)) is None:
                continue
            one = int(rng.choice(len(index), p=often / often.sum()))
            made.append(laid(np.array(tiles[index[one]]), shown[one], place(image, *found), rng))
            sizes.append(found[2])
            of.append(index[one])
            repos.append(photos[file][0].repo)
    out = RUNS / "pose"
    np.save(out / "pasted_tiles.npy", np.stack(made))
    np.savez(out / "pasted.npz", sizes=np.array(sizes, np.float32), of=np.array(of), places=np.array(repos))


if __name__ == "__main__":
    main()
