"""Step 6. Trains the classifier on landmarks, strong on large hands.

    python -m training.pose_landmarks views      landmarks of spoiled views of every tile (once, minutes)
    python -m training.pose_landmarks train [--hold-out 0.15] [--name pose_landmarks]

Three plain two-layer networks on `poseguard.hands.features`, averaged, one ONNX file.
"""

from __future__ import annotations

import argparse
import math
import sys
from multiprocessing import Pool

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from poseguard.hands.features import COUNT, features, mirrored
from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.weights import verified_bytes
from training.export import export
from training.pose_crop import draw_weights, held_out
from training.pose_data import REACH, TILE, Tiles, rows_of_tiles
from training.shared import POSES, RUNS

_tools: dict[str, object] = {}


def _start() -> None:
    _tools["net"] = LandmarkNetwork(verified_bytes("hand_landmark"))
    _tools["tiles"] = Tiles()
    _tools["sizes"] = rows_of_tiles()["sizes"]


def small(
    picture: NDArray[np.uint8], native: float, rng: np.random.Generator | None
) -> tuple[NDArray[np.uint8], float]:
    """The tile with its hand made 18 to 150 px (never larger than it was), and that size; rng None: as it was."""
    size = native if rng is None else min(native, math.exp(rng.uniform(math.log(18), math.log(150))))
    side = max(12, round(REACH * min(size, TILE / REACH)))
    out = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    if rng is not None:
        matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.normal(0, 12), 1.0)
        matrix[:, 2] += rng.normal(0, 0.05, 2) * side / REACH
        out = cv2.warpAffine(out, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
        if rng.random() < 0.3:
            out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, 0.9))
        if rng.random() < 0.6:
            out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])[1], 1)
    return np.asarray(out, np.uint8), size


def view(job: tuple[int, int]) -> tuple[NDArray[np.float32], float, float]:
    """Landmarks of view k of tile i (view 0 is the tile as it was), scaled to the photo's pixels."""
    i, k = job
    net, tiles, sizes = _tools["net"], _tools["tiles"], _tools["sizes"]
    assert isinstance(net, LandmarkNetwork) and isinstance(tiles, Tiles) and isinstance(sizes, np.ndarray)
    rng = None if k == 0 else np.random.default_rng((i, k))
    picture, size = small(tiles[i], float(sizes[i]), rng)
    side = picture.shape[0]
    hand = side / REACH * (1 if rng is None else math.exp(rng.normal(0, 0.08)))
    box = ((side - hand) / 2, (side - hand) / 2, hand, hand)
    marks = net.settle(picture, box)
    return marks.points, marks.presence, size


def views(count: int) -> None:
    """View 0 of every tile in order, then the spoiled views; tiles that an earlier run has seen are kept.

    A pasted hand has one spoiled view only: what it is like in the clear, its close-up shows.
    """
    pasted = rows_of_tiles()["kinds"] == "pasted"
    path = RUNS / "pose/landmarks.npz"
    known = dict(np.load(path)) if path.exists() else {}
    done = set(zip(known.get("tile", np.zeros(0)).tolist(), known.get("view", np.zeros(0)).tolist(), strict=True))
    wanted = [(i, k) for k in range(count) for i in range(len(pasted)) if not pasted[i] or k == 1]
    jobs = [job for job in wanted if job not in done]
    out = []
    with Pool(2, _start) as pool:
        for n, result in enumerate(pool.imap(view, jobs, chunksize=64), 1):
            out.append(result)
            if n % 5000 == 0:
                print(f"{n} of {len(jobs)}", file=sys.stderr, flush=True)
    new = {
        "points": np.array([r[0] for r in out], np.float32).reshape(-1, 21, 3),
        "presence": np.array([r[1] for r in out], np.float32),
        "sizes": np.array([r[2] for r in out], np.float32),
        "tile": np.array([j[0] for j in jobs], np.int64),
        "view": np.array([j[1] for j in jobs], np.int64),
    }
    merged = {k: np.concatenate([known[k], v]) if known else v for k, v in new.items()}
    order = np.lexsort((merged["tile"], merged["view"]))
    np.savez_compressed(path, **{k: v[order] for k, v in merged.items()})


class Plain(nn.Module):
    """COUNT features to 15 logits; the features' mean and deviation are part of the network."""

    def __init__(self, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layers = nn.Sequential(
            nn.Linear(COUNT, 192), nn.SiLU(), nn.Dropout(0.3), nn.Linear(192, 96), nn.SiLU(), nn.Dropout(0.2),
            nn.Linear(96, len(POSES)),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(((x - self.mean) / self.deviation).clamp(-6, 6))
        return out


class Average(nn.Module):
    """Log of the mean probability of several networks."""

    def __init__(self, parts: list[Plain]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([torch.softmax(p(x), 1) for p in self.parts]).mean(0).clamp_min(1e-6).log()


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    rows = rows_of_tiles()
    marks = np.load(RUNS / "pose/landmarks.npz")
    usable = np.ones(len(rows["splits"]), bool) if args.everything else rows["splits"] == "train"
    usable &= ~held_out(rows, args.hold_out)
    per_tile = np.zeros(len(usable))
    index = np.flatnonzero(usable)
    per_tile[index] = draw_weights({k: v[index] for k, v in rows.items()})
    pick = np.flatnonzero(usable[marks["tile"]])
    points, presence, sizes, tile = (marks[k][pick] for k in ("points", "presence", "sizes", "tile"))
    x = np.stack([features(p, float(q), float(s)) for p, q, s in zip(points, presence, sizes, strict=True)])
    m = np.stack([features(mirrored(p), float(q), float(s)) for p, q, s in zip(points, presence, sizes, strict=True)])
    both = torch.from_numpy(np.stack([x, m], 1))
    target = torch.from_numpy(rows["soft"][tile, : len(POSES)].copy())
    target[:, -1] += torch.from_numpy(rows["soft"][tile, len(POSES)])  # nothing there: no pose
    weight = per_tile[tile] / per_tile[tile].sum()
    mean, deviation = both.mean((0, 1)), both.std((0, 1)) + 1e-3
    parts = []
    for seed in range(3):
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        net = Plain(mean, deviation)
        steps, batch = args.steps, 512
        optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.03)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
        order = rng.choice(len(weight), (steps, batch), p=weight)
        for step in range(steps):
            i = torch.from_numpy(order[step])
            side = torch.randint(0, 2, (batch,))
            data = both[i, side] + 0.02 * torch.randn(batch, COUNT)
            goal = target[i] * 0.97 + 0.03 / len(POSES)
            loss = -(goal * torch.log_softmax(net(data), 1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"network {seed}: loss {float(loss):.3f}", file=sys.stderr, flush=True)
        parts.append(net.eval())
    export(Average(parts), RUNS / f"{args.name}.onnx", torch.rand(2, COUNT), "features", ["logits"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("views", "train"))
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--hold-out", type=float, default=0.0)
    parser.add_argument("--name", default="pose_landmarks")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    args = parser.parse_args()
    if args.step == "views":
        views(args.views)
    else:
        train(args)


if __name__ == "__main__":
    main()
