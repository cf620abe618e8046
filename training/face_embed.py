"""Trains the project's face embedder by distillation: one small network learns what both teachers say of a face.

    python -m training.face_embed train --stages 18 [--forced] [--start FILE] [--name face_embedder]
    python -m training.face_embed train [--frozen 8] --start FILE
    python -m training.face_embed verify [--model FILE.onnx | --teacher 0|1|2]
    python -m training.face_embed export [--name face_embedder] [--out weights/face_embedder.onnx]

Reads runs/faces (face_data pool). With `--stages` each stage of the network learns by itself what the same one of
MobileFaceNet makes of a face: of the teacher's map before it (`--forced`), then of what its own stages hand on. Then
all learn together what both teachers say of a face. They see the clean crop, the student one that is smaller, blurred,
tinted, recompressed, partly hidden: where a teacher would be unsure, it learns what the clean face is worth. What is
exported puts its values round the middle of the people it learned from (`Placed`). `--start` is a checkpoint or the
network that ships (.onnx).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset, RandomSampler

from poseguard.faces.align import SIDE
from poseguard.faces.embedder import Embedder as Shipped
from poseguard.faces.embedder import Kind
from training.export import export
from training.face_data import OUT, held_out, ilfw
from training.face_network import WIDTH, Embedder, Placed, teacher
from training.face_teachers import Faces, Floats, Teachers
from training.muon import Muon
from training.shared import DATA, ROOT, RUNS, read
from training.shipped import tensors

_PAIRS = 500_000
_TURNED = 4096
"""Faces from which it is read how the directions of a network to go on from lie: any turn of them is as good."""


def moved(face: Faces, rng: np.random.Generator) -> Faces:
    """A crop whose points are a little off, as they are in a photo; half of them mirrored."""
    matrix = cv2.getRotationMatrix2D((56, 58), rng.normal(0, 2.0), math.exp(rng.normal(0, 0.025)))
    matrix[:, 2] += rng.normal(0, 1.1, 2)
    out = cv2.warpAffine(face, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(out[:, ::-1] if rng.random() < 0.5 else out, np.uint8)


def spoil(out: Faces, rng: np.random.Generator) -> Faces:
    """A crop as it comes from a photo: smaller, blurred, tinted, recompressed, partly hidden."""
    low = SIDE if rng.random() < 0.4 else round(math.exp(rng.uniform(math.log(26), math.log(SIDE))))
    if low < SIDE:
        out = cv2.resize(out, (low, low), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.15:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.2) * low / SIDE + 0.2)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_COLOR)
    if low < SIDE:
        out = cv2.resize(out, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.6:
        values = out.astype(np.float32) * rng.uniform(0.7, 1.3) + rng.uniform(-25, 25)
        if rng.random() < 0.5:
            values *= rng.uniform(0.88, 1.12, 3).astype(np.float32)
        if rng.random() < 0.15:
            values[:] = values.mean(2, keepdims=True)
        out = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        w, h = rng.integers(10, 44, 2)
        x, y = rng.integers(0, SIDE - w), rng.integers(0, SIDE - h)
        out = out.copy()
        out[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return np.asarray(out, np.uint8)


class _Pool(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """A poor view of each face, and what the teachers say of the clean one: in the directions of `start`, if given."""

    def __init__(self, start: Embedder | None) -> None:
        self._faces = np.load(OUT / "pool.npy", mmap_mode="r")
        said = np.load(OUT / "targets.npy").astype(np.float32) @ basis()
        if start is not None:
            some = slice(None, None, max(len(said) // _TURNED, 1))
            left, _, right = np.linalg.svd(said[some].T @ _embed_torch(start.eval(), self._faces[some]))
            said = said @ np.float32(left @ right)
        self._targets = said / np.linalg.norm(said, axis=1, keepdims=True)
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._targets)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng([self.epoch, index])
        poor = spoil(moved(np.array(self._faces[index]), rng), rng)
        return torch.from_numpy(np.ascontiguousarray(poor.transpose(2, 0, 1))), torch.from_numpy(self._targets[index])


def basis() -> Floats:
    """384 × WIDTH: the directions in which the teachers' words differ most; cosines survive the projection."""
    said = np.load(OUT / "targets.npy", mmap_mode="r").astype(np.float64)
    _, directions = np.linalg.eigh(said.T @ said)
    return np.ascontiguousarray(directions[:, -WIDTH:], np.float32)


def train(args: argparse.Namespace) -> None:
    # A second thread adds half as much again; another training beside this one gets more out of it.
    torch.set_num_threads(1)
    torch.manual_seed(5)
    model = Embedder().to(memory_format=torch.channels_last)
    if args.start:
        known = args.start.suffix == ".onnx"
        model.load_state_dict(tensors(args.start, "model.") if known else torch.load(args.start, weights_only=True))
    pool = _Pool(model if args.start else None)
    drawn = RandomSampler(pool, num_samples=min(args.faces, len(pool)))
    loader = DataLoader(pool, args.batch, sampler=drawn, drop_last=True)
    model.stages[: args.frozen].requires_grad_(False)
    taught = teacher().to(memory_format=torch.channels_last) if args.stages else None
    optimizer = Muon(model, args.lr, weight_decay=0.02)
    steps = args.epochs * len(loader)

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / 200, max(steps - step, 1) / max(steps * args.falling, 1))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.995)
    averaged = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average, use_buffers=True)
    for epoch in range(args.epochs):
        model.train()
        pool.epoch = epoch + 100 * args.seed
        started, total = time.time(), np.zeros(len(model.stages))
        for done, (poor, wanted) in enumerate(loader, 1):
            fed = poor.to(memory_format=torch.channels_last).float() / 255
            with torch.autocast("cpu", torch.bfloat16):
                if taught is not None:
                    shown = taught.maps(fed)[: args.stages]
                    parts = stage_losses(model.by_stage(fed, shown, args.forced), shown)
                else:
                    said = model(fed)
                    # A target lies where its face is, and as far from the batch's other faces as the teachers put it.
                    apart = ((said @ wanted.T - wanted @ wanted.T) ** 2).mean()
                    parts = [(1 - (said * wanted).sum(1)).mean(), 8 * apart]
            loss = torch.stack(parts).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            averaged.update_parameters(model)
            total[: len(parts)] += [float(v.detach()) for v in parts]
            if done % 200 == 0:
                told = " ".join(f"{v / 200:.4f}" for v in total[: len(parts)])
                pace = 200 * args.batch / (time.time() - started)
                print(f"epoch {epoch}, {done} of {len(loader)}: {told}, {pace:.0f} faces/s", file=sys.stderr)
                started, total = time.time(), np.zeros_like(total)
        torch.save(averaged.module.state_dict(), RUNS / f"{args.name}.pt")
        print(figures(_embed_torch(averaged.module.eval(), people()[0])), file=sys.stderr)


def stage_losses(made: list[torch.Tensor], shown: list[torch.Tensor]) -> list[torch.Tensor]:
    """How far each stage's map is off the teacher's, in shares of how much the teacher's stage changes it."""
    out = []
    for n, (own, wanted) in enumerate(zip(made, shown, strict=True)):
        goal = wanted[: len(own)].float()
        change = goal - shown[n - 1][: len(own)].float() if n and wanted.shape == shown[n - 1].shape else goal
        out.append(((own.float() - goal) ** 2).mean() / change.var())
    return out


def written(args: argparse.Namespace) -> None:
    model: nn.Module = Embedder().eval()
    model.load_state_dict(torch.load(RUNS / f"{args.name}.pt", weights_only=True))
    paths = ilfw()
    _, person, photos = np.unique([path.parent.name for path in paths], return_inverse=True, return_counts=True)
    rows = _embed_torch(model, np.stack([read(path) for path in paths]))
    model = Placed(model, rows, np.float32(1 / photos[person] / len(photos)))
    export(model, args.out, torch.rand(2, 3, SIDE, SIDE), "faces", ["embedding"])


@lru_cache(maxsize=1)
def people() -> tuple[Faces, NDArray[np.int64]]:
    """Crops without a mask of the held-out people, and whose they are."""
    paths = [p for name in sorted(held_out()) for p in sorted((DATA / "faces/ilfw" / name).glob("[0-9]*"))]
    names = {name: i for i, name in enumerate(sorted(held_out()))}
    return np.stack([read(p) for p in paths]), np.array([names[p.parent.name] for p in paths])


def figures(embeddings: Floats) -> str:
    """True accept rates on the held-out people at false accept rates of 1e-2, 1e-3, 1e-4, with their thresholds."""
    _, owner = people()
    cosines = embeddings @ embeddings.T
    first, second = np.triu_indices(len(owner), 1)
    same = owner[first] == owner[second]
    true, false = cosines[first[same], second[same]], cosines[first[~same], second[~same]]
    false = np.sort(np.random.default_rng(3).permutation(false)[:_PAIRS])[::-1]
    out = [f"{len(true)} same, {len(false)} different pairs"]
    for far in (1e-2, 1e-3, 1e-4):
        threshold = false[int(far * len(false))]
        out.append(f"TAR@{far:g} {np.mean(true > threshold):.4f} ({threshold:.3f})")
    return ", ".join(out)


def _embed_torch(model: nn.Module, faces: Faces) -> Floats:
    out = []
    with torch.no_grad():
        for k in range(0, len(faces), 256):
            x = torch.from_numpy(faces[k : k + 256].transpose(0, 3, 1, 2).astype(np.float32) / 255)
            out.append(model(x) + model(x.flip(3)))
    return nn.functional.normalize(torch.cat(out), dim=1).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "verify", "export"))
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--falling", type=float, default=0.7, help="share of the run in which the rate falls")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--faces", type=int, default=60_000, help="of the pool, drawn anew every epoch")
    parser.add_argument(
        "--stages", type=int, default=0, help="learn the teacher's maps, of so many stages, each by itself"
    )
    parser.add_argument("--forced", action="store_true", help="with --stages: each goes on from the teacher's map")
    parser.add_argument("--frozen", type=int, default=0, help="first stages that stay as they are")
    parser.add_argument("--start", type=Path)
    parser.add_argument("--name", default="face_embedder")
    parser.add_argument("--model", type=Path, default=ROOT / "weights/face_embedder.onnx")
    parser.add_argument("--teacher", type=int, choices=(0, 1, 2))
    parser.add_argument("--out", type=Path, default=ROOT / "weights/face_embedder.onnx")
    args = parser.parse_args()
    if args.what == "train":
        train(args)
    elif args.what == "export":
        written(args)
    elif args.teacher is None:
        print(figures(Shipped(args.model.read_bytes(), Kind.OWN).embed(people()[0])))
    else:
        faces, teachers = people()[0], Teachers()
        print(figures(teachers.both(faces) if args.teacher == 2 else teachers.one(args.teacher, faces)))


if __name__ == "__main__":
    main()
