"""Trains the embedding by which enrolled logos are told: which of thousands of made-up logos a crop shows.

    python -m training.logo_embed train [--crops 600000] [--start CHECKPOINT | NETWORK.onnx] [--name logo_embedder]
    python -m training.logo_embed export [--name logo_embedder [MORE...]] [--out weights/logo_embedder.onnx]

Learns from runs/logo_pictures.npy (`training.logos.icons`) and from tiles of the numbered emblems and of offices'
emblems (`training.logos.make marks`), and from no party's emblem: what it is worth on a logo that it has never seen is
measured on every party. The first nine layers of the base YOLOv5n; 192 values of length one, compared by cosine.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from poseguard.props.embedder import WIDTH
from poseguard.props.marks import GROW, SIDE
from training.averaging import averaged
from training.base import body, pooled
from training.export import export
from training.logos.artwork import Mark
from training.logos.crops import BEYOND, CUT_OFF
from training.logos.crops import spoil as spoiled_tile
from training.logos.icons import FICTIONS
from training.logos.redrawn import redrawn
from training.muon import Muon
from training.shared import ROOT, RUNS, table
from training.shipped import shown, tensors, unfuse

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator

_SHARPNESS, _MARGIN = 30.0, 0.12
_RIVALS = 6000
_ANEW = 0.5  # pictures that are drawn anew
_TILES = 0.3  # crops of drawn scenes among those of pictures laid over a ground


class Embedder(nn.Module):
    """N × 3 × 96 × 96 RGB in 0..1 to N × WIDTH of length one.

    What is seen where tells one flat logo from another, so a map of 6 × 6 goes in beside what is seen anywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        layers = body()
        self.fine, self.coarse = layers[:7], nn.Sequential(*layers[7:])
        self.where = nn.Conv2d(128, 32, 1)
        self.drop = nn.Dropout(0.1)
        self.project = nn.Linear(32 * 36 + 512, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fine = self.fine(x)
        coarse = self.coarse(fine)
        seen = [self.where(fine).flatten(1), pooled(coarse)]
        return nn.functional.normalize(self.project(self.drop(torch.cat(seen, 1))).float(), dim=1)


def homography(width: float, height: float, longest: float, rng: Rng) -> NDArray[np.float64]:
    """From a flat logo to where it is seen, its box round 0, 0 and `longest` long."""
    often = 6.0 if rng.random() < 0.9 else 25.0
    a, b, c = (math.radians(v) for v in (rng.normal(0, 22), rng.normal(0, 12), rng.normal(0, often)))
    around_y = np.array([(math.cos(a), 0, math.sin(a)), (0, 1, 0), (-math.sin(a), 0, math.cos(a))])
    around_x = np.array([(1, 0, 0), (0, math.cos(b), -math.sin(b)), (0, math.sin(b), math.cos(b))])
    around_z = np.array([(math.cos(c), -math.sin(c), 0), (math.sin(c), math.cos(c), 0), (0, 0, 1)])
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    turned = np.column_stack([flat - (width / 2, height / 2), np.zeros(4)]) @ (around_z @ around_x @ around_y).T
    seen = turned[:, :2] / np.maximum(1 + turned[:, 2:] / (rng.uniform(2.5, 6) * max(width, height)), 0.3)
    low, high = seen.min(0), seen.max(0)
    placed = ((seen - (low + high) / 2) * (longest / (high - low).max())).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat.astype(np.float32), placed), np.float64)


def laid(picture: U8, ground: Floats, mark: float, rng: Rng) -> Floats:
    """A picture (SIDE × SIDE × 4) on a ground (H × W × 3), the logo `mark` pixels long and near its middle."""
    rows, columns = np.flatnonzero(picture[..., 3].any(1)), np.flatnonzero(picture[..., 3].any(0))
    part = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    zoom = mark / max(part.shape[:2])
    if zoom < 0.7:
        size = (max(round(part.shape[1] * zoom * 1.3), 2), max(round(part.shape[0] * zoom * 1.3), 2))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    matrix = homography(part.shape[1], part.shape[0], mark, rng)
    side = ground.shape[0]
    shift = np.array([[1, 0, side / 2 + rng.normal(0, 0.05) * mark], [0, 1, side / 2 + rng.normal(0, 0.05) * mark],
                      [0, 0, 1]])  # fmt: skip
    warped = cv2.warpPerspective(
        part, shift @ matrix, (side, side), borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255, 0)
    ).astype(np.float32)
    clear = 1 - warped[..., 3:] / 255
    return np.asarray((warped[..., :3] - 255 * clear).clip(0) + ground * clear, np.float32)


def cut_off(picture: U8, ground: Floats, mark: float, rng: Rng) -> Floats:
    """The same with a part of the logo beyond the photo's edge; past it, the edge goes on."""
    turns = int(rng.integers(4))
    turned = np.rot90(picture, turns)
    columns = np.flatnonzero(turned[..., 3].any(0))
    left = columns[0] + round(rng.uniform(*BEYOND) * len(columns))
    kept = np.ascontiguousarray(turned[:, left:])
    if not kept[..., 3].any():
        return laid(picture, ground, mark, rng)
    rows = np.flatnonzero(kept[..., 3].any(1))
    wide, high = columns[-1] + 1 - left, rows[-1] + 1 - rows[0]
    out = laid(kept, ground, mark, rng)
    edge = max(round(out.shape[1] / 2 - 0.47 * mark * wide / max(wide, high)), 0)
    out[:, :edge] = out[:, edge : edge + 1]
    return np.ascontiguousarray(np.rot90(out, -turns))


def grounds(kind: float, side: int, places: U8, rng: Rng) -> Floats:
    """What a logo lies on: a piece of a photo, cloth or paper of one colour, or a page."""
    if kind < 0.45:
        place = places[rng.integers(len(places))]
        part = int(rng.integers(32, 129))
        x, y = rng.integers(0, 129 - part, 2)
        return np.asarray(cv2.resize(place[y : y + part, x : x + part], (side, side)), np.float32)
    if kind < 0.85:
        colour = rng.integers(0, 256, 3) if rng.random() < 0.7 else np.full(3, rng.integers(150, 256))
        corners = colour + rng.normal(0, 14, (2, 2, 1)) + rng.normal(0, 4, (2, 2, 3))
        return np.asarray(cv2.resize(corners.astype(np.float32), (side, side)), np.float32)
    return np.full((side, side, 3), 255 if rng.random() < 0.6 else 128, np.float32)


def view(picture: U8, places: U8, rng: Rng) -> U8:
    """A crop of SIDE × SIDE as the recogniser of a photo gets it: turned, folded, lit, partly hidden, small."""
    mark = math.exp(rng.uniform(math.log(14), math.log(110)))
    side = max(12, round(GROW * mark * math.exp(rng.normal(0, 0.09))))
    kind = float(rng.random())
    if rng.random() < _ANEW:
        drawn = Mark("", "", "", picture, np.ascontiguousarray(picture[..., 3]), False, (255, 255, 255))
        picture = redrawn(drawn, rng).rgba
    ground = grounds(kind, side, places, rng)
    out = cut_off(picture, ground, mark, rng) if rng.random() < CUT_OFF else laid(picture, ground, mark, rng)
    if rng.random() < 0.3:
        depth, length, start = rng.uniform(0.01, 0.08) * mark, rng.uniform(0.3, 1.2) * mark, rng.uniform(0, 6.3)
        y, x = np.mgrid[0:side, 0:side].astype(np.float32)
        phase = (x + y * rng.normal(0, 0.4)) * (2 * math.pi / length) + start
        out = cv2.remap(out, x, y + depth * np.sin(phase), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out *= (1 + rng.uniform(0, 0.25) * np.cos(phase))[..., None]
    if rng.random() < 0.25:
        light = rng.uniform(0.5, 1.4, (2, 2)).astype(np.float32)
        out *= cv2.resize(light, (side, side))[..., None]
    if rng.random() < 0.2:
        w, h = (rng.uniform(0.1, 0.4, 2) * side + 1).astype(int)
        x, y = int(rng.integers(0, side - w + 1)), int(rng.integers(0, side - h + 1))
        out[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    if rng.random() < 0.8:
        out = out * rng.uniform(0.6, 1.35) + rng.uniform(-25, 25)
    if rng.random() < 0.5:
        out = out * rng.uniform(0.86, 1.14, 3).astype(np.float32)
    if rng.random() < 0.3:
        grey = out.mean(2, keepdims=True)
        out = grey + (out - grey) * rng.uniform(0.2, 1.3)
    if rng.random() < 0.3:
        out = out * (1 - (fade := rng.uniform(0, 0.5))) + fade * rng.uniform(100, 220)
    out = out.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.35:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, 1.3) * (mark / 60) ** 0.5)
    if rng.random() < 0.25:
        out = (out + rng.normal(0, rng.uniform(2, 12), out.shape)).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1], 1)
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(out, (SIDE, SIDE), interpolation=how), np.uint8)


@dataclass
class _Tiles:
    """Crops of drawn scenes that show what there are classes for. `rows`: index and class."""

    tiles: U8
    sizes: Floats
    rows: NDArray[np.int64]


class Crops(Dataset[tuple[torch.Tensor, int]]):
    """`count` crops, each with its class: pictures in their order, then the offices' emblems."""

    def __init__(self, pictures: U8, folders: list[Path], count: int, seed: int) -> None:
        self.pictures, self.count, self.seed = pictures, count, seed
        self.tiles, places, names = [], [], list[str]()
        for folder in folders:
            rows = table(folder / "rows.csv")
            labels = [row["label"] for row in rows]
            names += sorted({n for n in labels if n.startswith("neg:") and n not in ("neg:fiction", "neg:daerah")})
            names = list(dict.fromkeys(names))
            told = [(i, self._class(label, names)) for i, label in enumerate(labels)]
            tiles = np.load(folder / "tiles.npy", mmap_mode="r")
            sizes = np.array([float(row["size"]) for row in rows], np.float32)
            self.tiles.append(_Tiles(tiles, sizes, np.array([one for one in told if one[1] >= 0])))
            places.append(tiles[[i for i, label in enumerate(labels) if label == "background"]])
        self.places = np.concatenate(places)
        self.classes = len(pictures) + len(names)

    def _class(self, label: str, names: list[str]) -> int:
        if label.startswith("fiction:"):
            number = int(label.removeprefix("fiction:"))
            return number if number < FICTIONS else -1
        return len(self.pictures) + names.index(label) if label in names else -1

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, n: int) -> tuple[torch.Tensor, int]:
        rng = np.random.default_rng((self.seed, n))
        if rng.random() < _TILES:
            shares = np.array([len(part.rows) for part in self.tiles], np.float64)
            part = self.tiles[int(rng.choice(len(self.tiles), p=shares / shares.sum()))]
            i, label = part.rows[rng.integers(len(part.rows))]
            out = spoiled_tile(np.array(part.tiles[i]), float(part.sizes[i]), rng)
        else:
            label = rng.integers(len(self.pictures))
            out = view(np.array(self.pictures[label]), self.places, rng)
        return torch.from_numpy(np.ascontiguousarray(out.transpose(2, 0, 1))), int(label)


def train(args: argparse.Namespace) -> None:
    # Another training beside this one gets more out of a second core than a second thread would.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(1)
    crops = Crops(np.load(args.pictures, mmap_mode="r"), args.tiles, args.crops, args.seed)
    loader = DataLoader(crops, args.batch, drop_last=True)
    model = Embedder().to(memory_format=torch.channels_last)
    directions = nn.Embedding(crops.classes, WIDTH, sparse=True)
    # Short, so that the few crops that a class gets turn its direction.
    nn.init.normal_(directions.weight, std=0.03)
    if args.start and args.start.suffix == ".onnx":
        unfuse(model, tensors(args.start), shown(crops))
    elif args.start:
        known = torch.load(args.start, weights_only=True)
        model.load_state_dict(known["model"])
        if len(known["directions"]) == crops.classes:
            directions.weight.data.copy_(known["directions"])
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    slow, fast = Muon(model, args.lr, weight_decay=0.02), torch.optim.SparseAdam(directions.parameters(), 4 * args.lr)
    steps = len(loader)

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / 200, max(steps - step, 1) / (steps * args.falling))

    schedules = [torch.optim.lr_scheduler.LambdaLR(one, rate) for one in (slow, fast)]
    print(f"{crops.classes} classes, {len(crops.places)} places", file=sys.stderr)
    started, running, right = time.time(), 0.0, 0.0
    model.train()
    for step, (pictures, target) in enumerate(loader):
        x = (pictures.float() / 255).contiguous(memory_format=torch.channels_last)
        # Against a part of the others: all of them would take as long as the network.
        some, target = torch.unique(torch.cat([target, torch.randint(crops.classes, (_RIVALS,))]), return_inverse=True)
        target = target[: args.batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            cosines = (model(x) @ nn.functional.normalize(directions(some), dim=1).T).float()
        logits = _SHARPNESS * cosines
        right = 0.99 * right + 0.01 * float((logits.argmax(1) == target).float().mean())
        logits[torch.arange(len(target)), target] -= _SHARPNESS * _MARGIN
        loss = nn.functional.cross_entropy(logits, target)
        for one in (slow, fast):
            one.zero_grad(set_to_none=True)
        loss.backward()
        for one, schedule in zip((slow, fast), schedules, strict=True):
            one.step()
            schedule.step()
        average.update_parameters(model)
        running = 0.98 * running + 0.02 * float(loss.detach())
        if (step + 1) % 100 == 0:
            pace = (step + 1) * args.batch / (time.time() - started)
            print(f"step {step + 1}/{steps} loss {running:.3f} right {right:.3f} {pace:.0f} crops/s", file=sys.stderr)
        if (step + 1) % 1000 == 0 or step + 1 == steps:
            state = {"model": average.module.state_dict(), "directions": directions.weight.data}
            torch.save(state, RUNS / f"{args.name[0]}.pt")


def written(args: argparse.Namespace) -> None:
    model = Embedder().eval()
    runs = [torch.load(RUNS / f"{name}.pt", weights_only=True)["model"] for name in args.name]
    model.load_state_dict(averaged(runs, [1.0] * len(runs)))
    export(model, args.out, torch.rand(2, 3, SIDE, SIDE), "crops", ["embedding"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "export"))
    parser.add_argument("--pictures", type=Path, default=RUNS / "logo_pictures.npy")
    parser.add_argument("--tiles", type=Path, nargs="+", default=[RUNS / "marks_a", RUNS / "marks_b", RUNS / "marks_f"])
    parser.add_argument("--crops", type=int, default=600_000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--falling", type=float, default=0.7, help="share of the run in which the rate falls")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--name", nargs="+", default=["logo_embedder"], help="to export: the mean of these runs")
    parser.add_argument("--out", type=Path, default=ROOT / "weights/logo_embedder.onnx")
    args = parser.parse_args()
    train(args) if args.what == "train" else written(args)


if __name__ == "__main__":
    main()
