"""Trains the project's face embedder by distillation, stage by stage: each learns by itself what MobileFaceNet's does.

    python -m training.face_embed train --stages 0 8 --name face_1 [--start FILE ...]
    python -m training.face_embed train --stages 8 19 --name face_2 [--start FILE ...]
    python -m training.face_embed export --start runs/face_1.pt runs/face_2.pt [--out weights/face_embedder.onnx]
    python -m training.face_embed verify [--model FILE.onnx | --teacher 0|1]

Stages learn from the teacher's map before them, so that runs of some stages each can go on beside one another. They see
aligned faces of runs/faces and faces/ilfw, two of them laid over each other mostly, half of all smaller, blurred,
tinted, recompressed, partly hidden. `train` prints how far each stage is off. What is exported puts its values round
the middle of the people it learned from (`Placed`). `--start`: checkpoints, each with the stages of its run, or the
network that ships (.onnx).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from poseguard.faces.align import SIDE
from poseguard.faces.embedder import Embedder as Shipped
from poseguard.faces.embedder import Kind
from training.export import export
from training.face_data import aligned_faces, held_out, ilfw, mixture
from training.face_network import LARGE, Embedder, Placed, teacher
from training.face_teachers import Faces, Floats, Teachers
from training.muon import Muon
from training.shared import DATA, ROOT, RUNS, read
from training.shipped import tensors

_PAIRS = 500_000
_PART = 64
"""Side in pixels of the piece of a face that the first stages see: it is all the same to them."""
_BATCH, _MIXED = 32, 0.7


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


def views(count: int, seed: int) -> Iterator[Faces]:
    """So many faces, a batch at a time, no two alike."""
    faces = aligned_faces()
    for start in range(0, count, _BATCH):
        some = []
        for index in range(start, min(start + _BATCH, count)):
            rng = np.random.default_rng([seed, index])
            face = mixture(faces, rng)
            some.append(spoil(moved(face, rng), rng) if rng.random() < 0.5 else face)
        yield np.stack(some)


@torch.no_grad()
def shown(taught: Embedder, first: int, last: int, count: int, seed: int) -> torch.Tensor:
    """What the teacher's stage `first` is given of so many views; of a piece of each where the last is an early one."""
    rng = np.random.default_rng(seed)
    out = []
    for some in views(count, seed):
        if last <= LARGE:
            # Where pieces begin on even pixels, strides fall on them as on the whole.
            x, y = 2 * rng.integers(0, (SIDE - _PART) // 2 + 1, 2)
            some = some[:, y : y + _PART, x : x + _PART]
        fed = torch.from_numpy(np.ascontiguousarray(some.transpose(0, 3, 1, 2))).float() / 255
        given = taught.maps(fed.to(memory_format=torch.channels_last), first)[-1]
        out.append(given.half().contiguous(memory_format=torch.channels_last))
        if len(out) % 50 == 0:
            print(f"{len(out) * _BATCH} of {count} views", file=sys.stderr, flush=True)
    return torch.cat(out)


def begun(start: Sequence[Path], *, whole: bool = False) -> Embedder:
    """An embedder with the stages of these files. Raises KeyError where `whole` and a stage is in none of them."""
    model, known = Embedder(), dict[str, torch.Tensor]()
    for path in start:
        known |= tensors(path, "model.") if path.suffix == ".onnx" else torch.load(path, weights_only=True)
    lost = [name for name in model.load_state_dict(known, strict=False).missing_keys if name.startswith("stages.")]
    if whole and lost:
        raise KeyError(f"in no file of --start: {', '.join(lost)}")
    return model


def train(args: argparse.Namespace) -> None:
    # A second thread adds half as much again; another training beside this one gets more out of it.
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    first, last = args.stages
    model = begun(args.start).to(memory_format=torch.channels_last)
    taught = teacher().to(memory_format=torch.channels_last)
    given = shown(taught, first, last, args.views, args.seed)
    stages = model.stages[first:last]
    optimizer = Muon(stages, args.lr, weight_decay=0.0)

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / 100, max(args.steps - step, 1) / (args.steps * args.falling))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    started, total = time.time(), torch.zeros(last - first)
    for step in range(1, args.steps + 1):
        one, two = given[torch.randint(len(given), (2, args.batch))].float()
        # What lies between two maps is as good a question as either.
        share = torch.rand(args.batch, 1, 1, 1) / 2 * (torch.rand(args.batch, 1, 1, 1) < _MIXED)
        x = torch.lerp(one, two, share).contiguous(memory_format=torch.channels_last)
        parts = []
        with torch.autocast("cpu", torch.bfloat16):
            for own, theirs in zip(stages, taught.stages[first:last], strict=True):
                with torch.no_grad():
                    wanted = theirs(x)
                parts.append(off(own(x), x, wanted))
                x = wanted
        optimizer.zero_grad(set_to_none=True)
        torch.stack(parts).sum().backward()
        optimizer.step()
        schedule.step()
        total += torch.stack(parts).detach()
        if step % 200 == 0:
            pace = step * args.batch / (time.time() - started)
            told = " ".join(f"{v / 200:.4f}" for v in total.tolist())
            print(f"step {step} of {args.steps}: {told}, {pace:.0f} faces/s", file=sys.stderr, flush=True)
            total.zero_()
    kept = tuple(f"stages.{n}." for n in range(first, last))
    torch.save({k: v for k, v in model.state_dict().items() if k.startswith(kept)}, RUNS / f"{args.name}.pt")


def off(made: torch.Tensor, given: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How far a stage is off the teacher's map, as a share of how much the teacher's changes what it is `given`."""
    goal = wanted.float()
    change = goal - given.float() if given.shape == goal.shape else goal
    return ((made.float() - goal) ** 2).mean() / change.var()


def written(args: argparse.Namespace) -> None:
    model: nn.Module = begun(args.start, whole=True).eval()
    paths = ilfw()
    _, person, photos = np.unique([path.parent.name for path in paths], return_inverse=True, return_counts=True)
    rows = _embed_torch(model, np.stack([read(path) for path in paths]))
    model = Placed(model, rows, np.float32(1 / photos[person] / len(photos)))
    export(model, args.out, torch.rand(2, 3, SIDE, SIDE), "faces", ["embedding"])


def figures(embed: Shipped | Teachers, which: int = 0) -> str:
    """True accept rates on the people of labels/faces_fit.txt at false accept rates of 1e-2, 1e-3, 1e-4."""
    names = sorted(held_out("fit"))
    paths = [p for name in names for p in sorted((DATA / "faces/ilfw" / name).glob("[0-9]*"))]
    faces, owner = np.stack([read(p) for p in paths]), np.array([names.index(p.parent.name) for p in paths])
    rows = embed.embed(faces) if isinstance(embed, Shipped) else embed.one(which, faces)
    cosines = rows @ rows.T
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
    parser.add_argument("--stages", type=int, nargs=2, default=(0, 19), metavar=("FIRST", "END"))
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--views", type=int, default=20_000, help="of faces, kept in memory")
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--falling", type=float, default=0.8, help="share of the run in which the rate falls")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, nargs="*", default=[])
    parser.add_argument("--name", default="face_embedder")
    parser.add_argument("--model", type=Path, default=ROOT / "weights/face_embedder.onnx")
    parser.add_argument("--teacher", type=int, choices=(0, 1))
    parser.add_argument("--out", type=Path, default=ROOT / "weights/face_embedder.onnx")
    args = parser.parse_args()
    if args.what == "train":
        train(args)
    elif args.what == "export":
        written(args)
    elif args.teacher is None:
        print(figures(Shipped(args.model.read_bytes(), Kind.OWN)))
    else:
        print(figures(Teachers(), args.teacher))


if __name__ == "__main__":
    main()
