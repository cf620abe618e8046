"""Step 11b. Trains the second look at props: of which kind a box is.

    python -m training.kinds_train [--epochs 14] [--start FILE] [--name prop_kinds]
    python -m training.kinds_train --average NAME ... --name NAME

The first nine layers of the base YOLOv5n on tiles of step 11a, seen through boxes that are off as a detector's are: a
box that meets its thing by less than half shows nothing.
"""

from __future__ import annotations

import argparse
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

from poseguard.boxes import overlap
from poseguard.props.kinds import CLASSES, GROW, NOTHING, SIDE, dimmed
from training.averaging import averaged
from training.base import body, pooled
from training.descent import Descent
from training.export import export
from training.kinds_data import OUT, REACH, TILE
from training.muon import Muon
from training.shared import RUNS

_NONE = CLASSES.index(NOTHING)
SHARES = {"photo": 0.28, "photo_nothing": 0.27, "scene": 0.3, "scene_nothing": 0.15}
"""Of what is drawn."""
_RIGHT = 0.5
_OTHER_HUES = 0.3  # few parties' props are labelled

U8 = NDArray[np.uint8]


class PropKinds(nn.Module):
    """N × 3 × 128 × 128 RGB in 0..1 to N × 8 logits in the order of CLASSES."""

    def __init__(self) -> None:
        super().__init__()
        self.body = body()
        self.drop = nn.Dropout(0.25)
        self.kinds = nn.Linear(512, len(CLASSES))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.kinds(self.drop(pooled(self.body(x))))
        return out


def spoil(picture: U8, sides: Sequence[float], thing: bool, rng: np.random.Generator) -> tuple[U8, bool]:
    """One random view through a box that is off, and whether that meets its thing by half."""
    longest = max(max(sides), 4.0)
    unit = TILE / (REACH * longest)
    width, height = (side * unit for side in sides)
    loose = 2.0 if thing and rng.random() < 0.25 else 1.0
    dx, dy = rng.normal(0, 0.06 * loose, 2)
    gx, gy = rng.normal(0, 0.1 * loose, 2)
    own = (width * math.exp(gx), height * math.exp(gy))
    x, y = TILE / 2 + dx * width, TILE / 2 + dy * height
    truth = (TILE / 2 - width / 2, TILE / 2 - height / 2, width, height)
    share = overlap((x - own[0] / 2, y - own[1] / 2, *own), truth)
    crop = GROW * max(own)
    low = round(
        min(
            max(longest, 16.0) * crop / max(width, height),
            SIDE,
            math.exp(rng.uniform(math.log(40), math.log(2 * SIDE))),
        )
    )
    zoom = low / crop
    matrix = np.array([[zoom, 0, low / 2 - x * zoom], [0, zoom, low / 2 - y * zoom]], np.float32)
    source = cv2.GaussianBlur(picture, (0, 0), 0.45 / zoom) if zoom < 0.6 else picture
    out = cv2.warpAffine(source, matrix, (low, low), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        out = out[:, ::-1]
    if rng.random() < 0.15:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.0))
    if rng.random() < _OTHER_HUES:
        hsv = cv2.cvtColor(np.ascontiguousarray(out), cv2.COLOR_RGB2HSV_FULL)
        hsv[..., 0] += np.uint8(rng.integers(20, 236))
        out = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL)
    values = out.astype(np.float32) * rng.uniform(0.65, 1.35) + rng.uniform(-25, 25)
    if rng.random() < 0.5:
        values *= rng.uniform(0.88, 1.12, 3).astype(np.float32)
    out = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1], 1)
    if rng.random() < 0.25:
        w, h = (int(low * v) + 1 for v in rng.uniform(0.1, 0.4, 2))
        left, top = rng.integers(0, low - w + 1), rng.integers(0, low - h + 1)
        out = out.copy()
        out[top : top + h, left : left + w] = rng.integers(0, 256, 3)
    view = np.asarray(cv2.resize(out, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)
    return dimmed(view, own[0] / crop, own[1] / crop), share >= _RIGHT


class Views(Dataset[tuple[torch.Tensor, int]]):
    """Spoiled views of the tiles at `order`, with their classes."""

    def __init__(self, order: NDArray[np.int64], seed: int) -> None:
        self.tiles = np.load(OUT / "tiles.npy", mmap_mode="r")
        self.rows, self.order, self.seed = dict(np.load(OUT / "rows.npz")), order, seed

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, n: int) -> tuple[torch.Tensor, int]:
        i = int(self.order[n])
        kind = int(self.rows["kinds"][i])
        rng = np.random.default_rng((self.seed, n))
        picture, met = spoil(np.array(self.tiles[i]), self.rows["sides"][i].tolist(), kind != _NONE, rng)
        return torch.from_numpy(picture.transpose(2, 0, 1).copy()), kind if met else _NONE


def draw_weights(kinds: NDArray[np.int64], drawn: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How often a tile is drawn: SHARES, and within things the rarer kinds more."""
    out = np.zeros(len(kinds))
    for name, share in SHARES.items():
        part = (drawn == name.startswith("scene")) & ((kinds == _NONE) == name.endswith("nothing"))
        counts = np.bincount(kinds[part], minlength=len(CLASSES))
        out[part] = counts[kinds[part]] ** -0.5
        out[part] *= share / max(out[part].sum(), 1e-9)
    return out / out.sum()


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rows = dict(np.load(OUT / "rows.npz"))
    model = PropKinds().to(memory_format=torch.channels_last)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True))
    mean = PropKinds()
    mean.load_state_dict(model.state_dict())
    steps = args.epochs * (12_800 // args.batch)
    rng = np.random.default_rng(args.seed)
    order = rng.choice(len(rows["kinds"]), steps * args.batch, p=draw_weights(rows["kinds"], rows["drawn"]))
    loader = DataLoader(Views(order, args.seed), args.batch, num_workers=1, prefetch_factor=4)
    descent = Descent(model, mean, Muon(model, args.lr, weight_decay=0.05), args.lr, steps)
    print(f"{len(rows['kinds'])} tiles, {steps} steps", file=sys.stderr)
    model.train()
    for pictures, target in loader:
        x = (pictures.float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x)
        loss = nn.functional.cross_entropy(logits.float(), target, label_smoothing=0.03)
        descent.step(loss)
        if descent.done % 100 == 0:
            print(descent.told(args.batch), file=sys.stderr, flush=True)
            torch.save(mean.state_dict(), RUNS / f"{args.name}.pt")
    written(mean, args.name)


def written(model: PropKinds, name: str) -> None:
    """The checkpoint and the export as runs/NAME.pt and runs/NAME.onnx."""
    torch.save(model.state_dict(), RUNS / f"{name}.pt")
    export(model, RUNS / f"{name}.onnx", torch.rand(2, 3, SIDE, SIDE), "crops", ["kinds"])


def average(names: Sequence[str], name: str) -> None:
    """The mean of runs that went on from each other."""
    model = PropKinds()
    states = [torch.load(RUNS / f"{one}.pt", weights_only=True) for one in names]
    model.load_state_dict(averaged(states, [1.0] * len(states)))
    written(model, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=14, help="of 12,800 crops each")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="prop_kinds")
    parser.add_argument("--average", nargs="+", metavar="NAME", help="no training: the mean of these runs")
    args = parser.parse_args()
    average(args.average, args.name) if args.average else train(args)


if __name__ == "__main__":
    main()
