"""Trains the network that shows five points on a head, whether a face can be seen there, and whether it is covered.

    python -m training.face_points train [--epochs 30]
    python -m training.face_points export [--out weights/face_points.onnx]

Reads runs/faces/heads.npz (face_data heads). 64 px crops of 1.25 times the head, turned, shifted and made as small and
poor as heads in group photos are. One head in eight is kept apart to measure on.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from poseguard.faces.points import GROW
from poseguard.faces.points import HEAD as SIDE
from training.export import export
from training.face_data import HEAD, OUT, ROOM
from training.face_teachers import Faces, Floats
from training.shared import ROOT, RUNS

_SWAPPED = [1, 0, 2, 4, 3]
_APART = 8
# Heads without a face are few, and each counts for more.
_RARER = 3.0


def _conv(into: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU())


class Points(nn.Module):
    """N × 3 × 64 × 64 RGB in 0..1 to points N × 5 × 2 (shares of the crop), logits of face and of mask."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(3, 24, 2), _conv(24, 32), _conv(32, 48, 2), _conv(48, 48), _conv(48, 64, 2), _conv(64, 64),
            _conv(64, 96, 2), nn.Flatten(), nn.Linear(96 * 16, 128), nn.ReLU(),
        )  # fmt: skip
        self.out = nn.Linear(128, 12)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        said = self.out(self.body(x)).float()
        return said[:, :10].reshape(-1, 5, 2) + 0.5, said[:, 10], said[:, 11]


def view(crop: Faces, points: Floats, rng: np.random.Generator | None) -> tuple[Faces, Floats]:
    """SIDE × SIDE of GROW times the head, and the points in it; varied by `rng`, or as the people pass draws it."""
    zoom = SIDE / (HEAD * GROW / ROOM)
    turn, shift = 0.0, np.zeros(2)
    if rng is not None:
        zoom *= math.exp(rng.normal(0, 0.1))
        turn, shift = rng.normal(0, 14), rng.normal(0, 0.05, 2) * SIDE
    matrix = cv2.getRotationMatrix2D((HEAD / 2, HEAD / 2), turn, zoom)
    matrix[:, 2] += SIDE / 2 - HEAD / 2 + shift
    out = cv2.warpAffine(crop, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dots = (points * HEAD @ matrix[:, :2].T + matrix[:, 2]) / SIDE
    if rng is None:
        return np.asarray(out, np.uint8), dots.astype(np.float32)
    low = round(math.exp(rng.uniform(math.log(18), math.log(SIDE)))) if rng.random() < 0.5 else SIDE
    if low < SIDE:
        out = cv2.resize(cv2.resize(out, (low, low), interpolation=cv2.INTER_AREA), (SIDE, SIDE))
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_COLOR)
    values = out.astype(np.float32) * rng.uniform(0.6, 1.4) + rng.uniform(-30, 30)
    if rng.random() < 0.2:
        values[:] = values.mean(2, keepdims=True)
    out = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out, dots = out[:, ::-1], (dots * (-1, 1) + (1, 0))[_SWAPPED]
    return np.asarray(out, np.uint8), dots.astype(np.float32)


def masked(crop: Faces, points: Floats, rng: np.random.Generator) -> Faces:
    """The crop with a mask drawn over nose and mouth, of any cloth; `points` as shares of it."""
    left, right, nose, low_left, low_right = points * len(crop)
    down = (low_left + low_right) / 2 - (left + right) / 2
    across = (right - left) * rng.uniform(0.75, 1.0)
    top = (left + right) / 2 + down * rng.uniform(0.25, 0.5)
    mouth = (low_left + low_right) / 2
    chin = mouth + down * rng.uniform(0.45, 0.75)
    corners = [
        top - across, top + (nose - top) * 0.3, top + across, mouth + across * 0.85, chin + across * 0.35,
        chin - across * 0.35, mouth - across * 0.85,
    ]  # fmt: skip
    colour = rng.integers(0, 256, 3) if rng.random() < 0.5 else np.full(3, rng.choice([12, 35, 200, 245]))
    cloth = np.full(crop.shape, colour, np.float32)
    light = cv2.GaussianBlur(crop.astype(np.float32).mean(2, keepdims=True), (0, 0), 0.05 * len(crop))
    cloth *= (0.6 + 0.4 * light / max(float(light.mean()), 1.0))[..., None]
    if rng.random() < 0.3:
        cloth += (
            rng.normal(0, rng.uniform(5, 40), (len(crop) // 4 + 1,) * 2)
            .repeat(4, 0)
            .repeat(4, 1)[: len(crop), : len(crop), None]
        )
    shape = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(shape, [np.round(np.array(corners)).astype(np.int32)], 255, cv2.LINE_AA)
    share = cv2.GaussianBlur(shape, (3, 3), 0)[..., None] / np.float32(255)
    return np.asarray((crop * (1 - share) + cloth * share).clip(0, 255), np.uint8)


class _Heads(Dataset[tuple[torch.Tensor, ...]]):
    def __init__(self, *, apart: bool) -> None:
        data = np.load(OUT / "heads.npz")
        rows = (np.arange(len(data["face"])) % _APART == 0) == apart
        self.crops, self.points = data["crops"][rows], data["points"][rows].astype(np.float32)
        self.face, self.mask = data["face"][rows].astype(np.float32), data["mask"][rows].astype(np.float32)
        self.vary, self.epoch = not apart, 0

    def __len__(self) -> int:
        return len(self.face)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, ...]:
        rng = np.random.default_rng([self.epoch, index]) if self.vary else None
        crop, mask = self.crops[index], self.mask[index]
        # Real masks are not labelled: what is drawn of many cloths stands for them.
        if rng is not None and self.face[index] and mask < 1 and rng.random() < 0.25:
            crop, mask = masked(crop, self.points[index], rng), 1.0
        crop, points = view(crop, self.points[index], rng)
        picture = torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1)))
        return picture, torch.from_numpy(points), torch.tensor(self.face[index]), torch.tensor(mask)


def train(epochs: int) -> None:
    torch.manual_seed(5)
    heads = _Heads(apart=False)
    loader = DataLoader(heads, 64, shuffle=True, drop_last=True, num_workers=1)
    model = Points().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, epochs * len(loader))
    binary = nn.functional.binary_cross_entropy_with_logits
    for epoch in range(epochs):
        model.train()
        heads.epoch, started, total = epoch, time.time(), 0.0
        for crops, points, face, mask in loader:
            with torch.autocast("cpu", torch.bfloat16):
                said, seen, covered = model(crops.to(memory_format=torch.channels_last).float() / 255)
            off = nn.functional.smooth_l1_loss(said, points, beta=0.02, reduction="none").mean((1, 2))
            known = (mask >= 0).float()
            hidden = binary(covered, mask.clamp(min=0), reduction="none")
            loss = 20 * (off * face).sum() / face.sum() + 0.5 * binary(seen, face, 1 + _RARER * (1 - face))
            loss = loss + 0.5 * (hidden * known).sum() / known.sum().clamp(min=1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss)
        print(f"epoch {epoch} loss {total / len(loader):.4f} {time.time() - started:.0f} s", file=sys.stderr)
    torch.save(model.state_dict(), RUNS / "face_points.pt")
    print(figures(model.eval()))


def figures(model: nn.Module) -> str:
    """On the heads kept apart: distance of the points in shares of the eyes' distance, and errors of both logits."""
    apart = _Heads(apart=True)
    rows = [apart[i] for i in range(len(apart))]
    crops, points, face, mask = (torch.stack([row[k] for row in rows]) for k in range(4))
    with torch.no_grad():
        said, seen, covered = model(crops.float() / 255)
    eyes = (points[:, 0] - points[:, 1]).norm(dim=1).clamp(min=0.05)
    off = ((said - points).norm(dim=2).mean(1) / eyes)[face > 0].numpy()
    true, false = seen[face > 0] > 0, seen[face == 0] > 0
    worn, bare = covered[mask == 1] > 0, covered[mask == 0] > 0
    return (
        f"{len(rows)} heads: points off by {np.median(off):.3f} (median), {np.quantile(off, 0.9):.3f} (one in ten) of "
        f"the eyes' distance; face seen {true.float().mean():.3f}, {false.float().mean():.3f} of heads without one; "
        f"mask told {worn.float().mean():.3f}, {bare.float().mean():.3f} of bare faces"
    )


def written(out: Path) -> None:
    model = Points().eval()
    model.load_state_dict(torch.load(RUNS / "face_points.pt", weights_only=True))
    print(figures(model))
    export(model, out, torch.rand(2, 3, SIDE, SIDE), "heads", ["points", "face", "mask"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "export"))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=ROOT / "weights/face_points.onnx")
    args = parser.parse_args()
    if args.what == "train":
        train(args.epochs)
    else:
        written(args.out)


if __name__ == "__main__":
    main()
