"""Step 7. Trains the small network on hand crops, strong where landmarks blur.

    python -m training.pose_crop [--epochs 40] [--hold-out 0.15] [--name pose_crop]
    python -m training.pose_crop --average pose_crop_1=1 pose_crop_2=3 --name pose_crop

The first nine layers of the base YOLOv5n, mean and maximum pooled, one linear layer; 112 px crops of 1.45 times
the hand. Crops are turned, shifted, mirrored, made 19 to 130 px small, blurred and recompressed while training.
Hands of close-ups are seen on places of group photos too (step 6a). Beside the pose it learns where the 21 landmarks
are that MediaPipe's network sees in the clean picture (step 6's `views`), which a poor view hardly shows: that head is
not exported.
`--average` weighs the weights of runs that went on from each other (Wortsman et al. 2022), at no cost to the scan.
`--hold-out` keeps that share of the train side's sources out: fusion and thresholds are fitted on them.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from training.averaging import averaged
from training.base import body, pooled
from training.descent import Descent
from training.export import export
from training.muon import Muon
from training.pose_data import REACH, TILE, Rows, Tiles, known_points, rows_of_tiles
from training.shared import CLASSES, RUNS
from training.shipped import shown, tensors, unfuse

SIDE = 112
GROW = 1.45
_NEW_HEAD = 400  # steps


class PoseCrop(nn.Module):
    """N × 3 × 112 × 112 RGB in 0..1 to N × 16 logits, in the order of training.shared.CLASSES."""

    def __init__(self) -> None:
        super().__init__()
        self.body = body()
        self.drop = nn.Dropout(0.25)
        self.head = nn.Linear(512, len(CLASSES))
        self.points = nn.Linear(256 * 4 * 4, 42)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pose(self.body(x))

    def pose(self, features: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(self.drop(pooled(features)))
        return out


def spoil(
    picture: NDArray[np.uint8], native: float, rng: np.random.Generator, grow: float = GROW
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """One random SIDE × SIDE view: turned, shifted, scaled, mirrored, made small, blurred, recompressed, tinted; and
    the 2 × 3 matrix that takes points of the tile to it."""
    hand = TILE / REACH
    crop = grow * hand * math.exp(rng.normal(0, 0.13))
    angle = rng.normal(0, 14) if rng.random() < 0.8 else rng.uniform(-40, 40)
    matrix = cv2.getRotationMatrix2D((TILE / 2, TILE / 2), angle, 1.0)
    shear = np.array([[1, rng.normal(0, 0.06), 0], [rng.normal(0, 0.04), math.exp(rng.normal(0, 0.06)), 0], [0, 0, 1]])
    matrix = matrix @ shear
    matrix[:, 2] += np.array([TILE / 2, TILE / 2]) - matrix @ np.array([TILE / 2, TILE / 2, 1])
    matrix[:, 2] += rng.normal(0, 0.06, 2) * hand
    # The hand's longer side in the picture the tool will see; never larger than it was.
    small = min(native, math.exp(rng.uniform(math.log(19), math.log(130))))
    low = max(8, round(small * crop / hand))
    zoom = low / crop
    matrix = np.array(
        [[zoom, 0, low / 2 - TILE / 2 * zoom], [0, zoom, low / 2 - TILE / 2 * zoom], [0, 0, 1]]
    ) @ np.vstack([matrix, [0, 0, 1]])
    source = picture
    if zoom < 0.6:
        source = cv2.GaussianBlur(picture, (0, 0), 0.45 / zoom)
    out = cv2.warpAffine(source, matrix[:2], (low, low), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    matrix = matrix[:2] * SIDE / low
    if rng.random() < 0.5:
        out = out[:, ::-1]
        matrix[0] = -matrix[0]
        matrix[0, 2] += SIDE
    if rng.random() < 0.2:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.1))
    values = out.astype(np.float32)
    values = values * rng.uniform(0.6, 1.4) + rng.uniform(-30, 30)
    if rng.random() < 0.5:
        values *= rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.3:
        grey = values.mean(2, keepdims=True)
        values = grey + (values - grey) * rng.uniform(0.0, 1.5)
    if rng.random() < 0.3:
        values += rng.normal(0, rng.uniform(2, 12), values.shape)
    out = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1], 1)
    if rng.random() < 0.15:
        s = int(low * rng.uniform(0.1, 0.3)) + 1
        x, y = rng.integers(0, low - s + 1, 2)
        out = out.copy()
        out[y : y + s, x : x + s] = rng.integers(0, 256, 3)
    view = cv2.resize(out, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.asarray(view, np.uint8), matrix.astype(np.float32)


def plain(picture: NDArray[np.uint8], grow: float = GROW) -> NDArray[np.uint8]:
    """The tile as the tool cuts it."""
    crop = grow * TILE / REACH
    zoom = SIDE / crop
    matrix = np.array([[zoom, 0, SIDE / 2 - TILE / 2 * zoom], [0, zoom, SIDE / 2 - TILE / 2 * zoom]], np.float32)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


class Hands(Dataset[tuple[torch.Tensor, ...]]):
    """Spoiled views of the tiles at `order`: picture, soft label, landmarks in -1..1 (NaN where not known)."""

    def __init__(self, tiles: Tiles, rows: Rows, order: NDArray[np.int64], seed: int, grow: float) -> None:
        self.tiles, self.rows, self.order, self.seed, self.grow = tiles, rows, order, seed, grow
        self.points = known_points(rows)

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, n: int) -> tuple[torch.Tensor, ...]:
        i = int(self.order[n])
        rng = np.random.default_rng((self.seed, n))
        picture, matrix = spoil(self.tiles[i], float(self.rows["sizes"][i]), rng, self.grow)
        points = (self.points[i] @ matrix[:, :2].T + matrix[:, 2]) / (SIDE / 2) - 1
        said = torch.from_numpy(np.asarray(self.rows["soft"][i]))
        return torch.from_numpy(picture.transpose(2, 0, 1).copy()), said, torch.from_numpy(points.astype(np.float32))


def held_out(rows: Rows, share: float) -> NDArray[np.bool_]:
    """True for hands of sources held out of training, every sixth or so, chosen by a stable order of their names; and
    for those that lie on a place of such a source.
    """
    small = ("hagrid", "asl_tomjack", "digits_ardamavi", "rendered", "")

    def mark(name: str) -> bool:
        return name not in small and int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < share

    return np.array([mark(str(s)) or mark(str(p)) for s, p in zip(rows["sources"], rows["places"], strict=True)])


def draw_weights(rows: Rows) -> NDArray[np.float64]:
    """How often a hand is drawn: group photos most, close-ups evened over sources and poses."""
    kinds, sources = rows["kinds"], rows["sources"]
    hardest = np.asarray(rows["soft"]).argmax(1)
    weights = np.ones(len(kinds))
    _, inverse, counts = np.unique(
        np.char.add(sources.astype(str), hardest.astype(str)), return_inverse=True, return_counts=True
    )
    close = kinds == "close"
    weights[close] = (counts[inverse] ** -0.5)[close]
    weights[close] *= 0.33 / weights[close].sum()
    per_pose = np.bincount(hardest[kinds == "group"], minlength=len(CLASSES))
    group = kinds == "group"
    weights[group] = (np.maximum(per_pose[hardest], 8.0) ** -0.45)[group]
    weights[group] *= 0.46 / weights[group].sum()
    for kind, share in (("none", 0.12), ("rendered", 0.09), ("pasted", 0.3)):
        part = kinds == kind
        if part.any():
            weights[part] = share / part.sum()
    return weights / weights.sum()


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tiles, rows = Tiles(), rows_of_tiles()
    out = held_out(rows, args.hold_out)
    usable = np.ones(len(out), bool) if args.everything else rows["splits"] == "train"
    index = np.flatnonzero(usable & ~out)
    weights = draw_weights({k: v[index] for k, v in rows.items()})
    model = PoseCrop().to(memory_format=torch.channels_last)
    steps = args.epochs * (12_800 // args.batch)
    rng = np.random.default_rng(args.seed)
    order = index[rng.choice(len(index), steps * args.batch, p=weights)]
    hands = Hands(tiles, rows, order, args.seed, args.grow)
    loader = DataLoader(hands, args.batch, num_workers=args.workers)
    if shipped := args.start is not None and args.start.suffix == ".onnx":
        begin(model, args.start, hands)
    elif args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True), strict=False)
    mean = PoseCrop().to(memory_format=torch.channels_last)
    mean.load_state_dict(model.state_dict())
    descent = Descent(model, mean, Muon(model, args.lr, weight_decay=0.05), args.lr, steps)
    error = 0.0
    model.train()
    for pictures, target, points in loader:
        x = (pictures.float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features = model.body(x)
            # What ships has lost its head for landmarks: a new one learns before anything learns from it.
            fixed = features.detach() if shipped and descent.done < _NEW_HEAD else features
            logits, places = model.pose(features), model.points(fixed.flatten(1))
        target = target * 0.96 + 0.04 / len(CLASSES)
        loss = -(target * torch.log_softmax(logits.float(), 1)).sum(1).mean()
        known = ~points.isnan().any(2).any(1)
        if known.any():
            off = nn.functional.smooth_l1_loss(places.float()[known], points[known].flatten(1), beta=0.05)
            loss = loss + args.points * off
            error = 0.98 * error + 0.02 * float(off.detach())
        descent.step(loss)
        if descent.done % 200 == 0:
            print(f"{descent.told(args.batch)}, points {error:.3f}", file=sys.stderr, flush=True)
            torch.save(mean.state_dict(), RUNS / f"{args.name}.pt")
    torch.save(mean.state_dict(), RUNS / f"{args.name}.pt")
    written(mean, args.name)


def begin(model: PoseCrop, start: Path, hands: Hands) -> None:
    """Goes on from an export, which lacks the head for landmarks."""
    own = {k: v for k, v in model.state_dict().items() if k.startswith("points.")}
    unfuse(model, tensors(start) | own, shown(hands))


def average(parts: Sequence[str], name: str) -> None:
    """`parts`: NAME=WEIGHT of runs in runs/; writes the checkpoint and the export of their weighted mean."""
    pairs = [part.split("=") for part in parts]
    states = [torch.load(RUNS / f"{run}.pt", weights_only=True) for run, _ in pairs]
    mean = averaged(states, [float(weight) for _, weight in pairs])
    model = PoseCrop()
    model.load_state_dict(mean)
    torch.save(mean, RUNS / f"{name}.pt")
    written(model, name)


def written(model: PoseCrop, name: str) -> None:
    """The export as runs/NAME.onnx."""
    export(model, RUNS / f"{name}.onnx", torch.rand(2, 3, SIDE, SIDE), "crops", ["logits"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=40, help="of 12,800 crops each")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--start", type=Path, help="an earlier run to go on from, or weights/pose_crop.onnx")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--points", type=float, default=3.0, help="what the landmarks weigh")
    parser.add_argument("--grow", type=float, default=GROW, help="how many times the hand a crop shows")
    parser.add_argument("--hold-out", type=float, default=0.0)
    parser.add_argument("--name", default="pose_crop")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    parser.add_argument("--average", nargs="+", metavar="NAME=WEIGHT", help="no training: the mean of these runs")
    args = parser.parse_args()
    average(args.average, args.name) if args.average else train(args)


if __name__ == "__main__":
    main()
