"""Trains the recogniser of emblems: whose a logo-like region is.

    python -m training.marks_train --tiles runs/marks --start FILE [--leave-out pkb,pks] [--name marks]
    python -m training.marks_train --average marks_1 marks_2 --name marks
    python -m training.marks_train --ship marks_both

Tiles of `training.logos.make marks` and of the train side's boxed emblems; 96 px crops of 1.25 times the emblem. The
logo embedder's body, from its run on logos of nobody (`--start`: its checkpoint, or weights/logo_embedder.onnx; with
weights/marks.onnx a run goes on from what ships), compared by cosine with one direction a class. Every
numbered emblem of nobody (`training.logos.make marks --fiction`) is a class of its own while training, so that it
learns what emblems look like beyond those it is to name; what ships has one class for all of them. `--leave-out`
keeps classes out, to measure enrolment on emblems that no recogniser has seen. `--average`: the mean of the weights of
runs from one start (Wortsman et al. 2022), which is surer of what is nothing. `--ship`: to weights/, where
`training.props_fit --everything` has put its numbers.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.truth import TWINS, box_of
from poseguard.boxes import shared
from poseguard.props.embedder import WIDTH
from poseguard.props.marks import SIDE
from poseguard.results import Box
from training.averaging import averaged
from training.descent import Descent
from training.export import export
from training.logo_embed import Embedder
from training.logos.crops import spoil, tile
from training.marks_mine import MINED, MINED_EVERYWHERE
from training.props_data import EVERYTHING, TRAIN, drawn_things, sides
from training.props_fit import rows_of
from training.shared import DATA, ROOT, RUNS, read, table
from training.shipped import shown, tensors, unfuse

BACKGROUND = "background"
SELDOM = (
    "berkarya", "gerakanrakyat", "pkpi", "pda2014", "pna2014", "pks_old", "perindo_old",
    "gabthat", "partaiaceh", "pasaceh", "pda", "pna", "sira",
)  # fmt: skip
_SHARPNESS = 24.0  # what a cosine is multiplied by before the softmax
_LARGE_FLAG = 64.0  # pixels; on smaller ones an emblem may show and be too small to be listed
_PIECES = 8
_VISIBLE = 0.5  # share of an emblem of a staged photo that must be seen
_MARGIN = 0.15  # what the right class must be ahead by, in cosine, while training


class Marks(nn.Module):
    """N × 3 × 96 × 96 RGB in 0..1 to N × K logits.

    `owner`: for every class of the training, which class of what ships it belongs to.
    """

    def __init__(self, classes: int, owner: Sequence[int] = ()) -> None:
        super().__init__()
        self.owner = tuple(owner)
        self.embedder = Embedder()
        self.classes = nn.Parameter(torch.randn(classes, WIDTH) * 0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = _SHARPNESS * self.embedder(x) @ nn.functional.normalize(self.classes, dim=1).T
        if self.training or not self.owner:
            return logits
        # Classes of one owner are one to whoever uses the network.
        owner = torch.tensor(self.owner)
        several = [logits[:, owner == k].logsumexp(1) for k in range(max(self.owner) + 1)]
        return torch.stack(several, 1)


def real_tiles(everything: bool) -> tuple[list[NDArray[np.uint8]], list[str], list[float]]:
    """Boxed emblems of the train side, or of both; pieces of props and of photos without politics are `background`."""
    of, mined = (EVERYTHING, MINED_EVERYWHERE) if everything else (TRAIN, MINED)
    side_of = sides()
    tiles, labels, sizes = [], [], []
    for row in table(DATA / "props/boxes.csv"):
        if side_of[row["file"]] not in of or not row["class"].startswith("logo:") or row["crowd"] == "1":
            continue
        image = read(DATA / "props" / row["file"])
        box = box_of(row)
        tiles.append(tile(image, box))
        labels.append(row["class"].removeprefix("logo:"))
        sizes.append(max(box[2:]))
    for row in table(mined) if mined.exists() else ():
        box = box_of(row)
        tiles.append(tile(read(DATA / row["file"]), box))
        labels.append(BACKGROUND)
        sizes.append(max(box[2:]))
    return tiles, labels, sizes


def scene_tiles(folder: Path) -> tuple[NDArray[np.uint8], list[dict[str, str]]]:
    """Emblems of staged photos of which enough shows, and as `background` pieces of flags whose folds hide theirs; rows
    as `training.logos.make marks` writes them.
    """
    rng = np.random.default_rng(4)
    emblems: dict[str, list[tuple[Box, str, float]]] = defaultdict(list)
    for row in table(folder / "marks.csv"):
        emblems[row["file"]].append((box_of(row), row["label"], float(row["visible"])))
    tiles, rows = [], []
    for path in sorted((folder / "images").glob("*.jpg")):
        shown = [(box, label) for box, label, visible in emblems[path.name] if visible >= _VISIBLE]
        for name, flag in drawn_things(folder, path.stem):
            if name != "flag" or max(flag[2:]) < _LARGE_FLAG:
                continue
            if not any(shared(flag, box) > 0 for box, _, _ in emblems[path.name]):
                shown += [(_piece(flag, rng), BACKGROUND) for _ in range(_PIECES)]
        picture = read(path) if shown else None
        for box, label in shown:
            assert picture is not None
            tiles.append(tile(picture, box))
            rows.append({"label": label, "size": str(max(box[2:]))})
    return np.stack(tiles), rows


def _piece(box: Box, rng: np.random.Generator) -> Box:
    """Some part of a box."""
    wide, tall = rng.uniform(0.5, 1.0) * box[2], rng.uniform(0.3, 0.8) * box[3]
    return box[0] + rng.random() * (box[2] - wide), box[1] + rng.random() * (box[3] - tall), wide, tall


class Crops(Dataset[tuple[torch.Tensor, int]]):
    """Spoiled views of the tiles at `order`."""

    def __init__(
        self,
        parts: list[NDArray[np.uint8]],
        sizes: NDArray[np.float32],
        labels: NDArray[np.int64],
        order: NDArray[np.int64],
    ) -> None:
        self.parts, self.sizes, self.labels, self.order = parts, sizes, labels, order
        self.starts = np.cumsum([0, *(len(p) for p in parts)])

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, n: int) -> tuple[torch.Tensor, int]:
        i = int(self.order[n])
        part = int(np.searchsorted(self.starts, i, "right")) - 1
        picture = self.parts[part][i - self.starts[part]]
        out = spoil(picture, float(self.sizes[i]), np.random.default_rng((3, n)))
        return torch.from_numpy(out.transpose(2, 0, 1).copy()), int(self.labels[i])


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    tables = [table(folder / "rows.csv") for folder in args.tiles]
    # A run of the generator that was cut short has fewer rows than room for tiles.
    stored = [np.load(folder / "tiles.npy", mmap_mode="r") for folder in args.tiles]
    parts = [tiles[: len(part)] for tiles, part in zip(stored, tables, strict=True)]
    for tiles, part in map(scene_tiles, args.staged):
        parts.append(tiles)
        tables.append(part)
    rows = [row for part in tables for row in part]
    real, real_labels, real_sizes = real_tiles(args.everything)
    names = np.array([row["label"] for row in rows] + real_labels)
    sizes = np.array([float(row["size"]) for row in rows] + real_sizes, np.float32)
    genuine = np.arange(len(names)) >= len(rows)
    left_out = set(args.leave_out.split(",")) if args.leave_out else set()
    # Unnumbered emblems of nobody stay beside the numbered ones: without them one never seen is taken for a party's.
    keep = np.array([n not in left_out and n != "other" for n in names])
    classes = sorted({str(name) for name in names[keep]})
    labels = np.array([classes.index(n) if k else -1 for n, k in zip(names, keep, strict=True)])
    # What is hardly ever seen is drawn less often, so that a doubtful emblem is not taken for it.
    seldom = np.isin(names, SELDOM) & ~genuine
    weights = np.where(keep, np.where(seldom, 0.3, 1.0), 0.0)
    weights[genuine] *= args.real * weights[~genuine].sum() / max(_evened(labels, genuine & keep).sum(), 1e-9)
    weights[genuine] *= _evened(labels, genuine & keep)[genuine]
    rng = np.random.default_rng(1)
    steps = args.epochs * (12_800 // args.batch)
    order = rng.choice(len(names), steps * args.batch, p=weights / weights.sum())
    crops = Crops([*parts, np.stack(real)], sizes, labels, order)
    loader = DataLoader(crops, args.batch, num_workers=1, prefetch_factor=4)
    shipped = sorted({owner_of(name) for name in classes})
    owner = [shipped.index(owner_of(name)) for name in classes]
    model = Marks(len(classes), owner).to(memory_format=torch.channels_last)
    if args.start:
        begin(model, classes, args.start, crops)
    mean = Marks(len(classes), owner)
    mean.load_state_dict(model.state_dict())
    decay = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": 0.03}, {"params": rest, "weight_decay": 0.0}]
    descent = Descent(model, mean, torch.optim.AdamW(groups, lr=args.lr), args.lr, steps)
    print(f"{len(names)} tiles ({genuine.sum()} of photos), {len(classes)} classes", file=sys.stderr)
    model.train()
    for pictures, target in loader:
        x = (pictures.float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x)
        logits = logits.float() - _SHARPNESS * _MARGIN * nn.functional.one_hot(target, len(classes))
        loss = nn.functional.cross_entropy(logits, target, label_smoothing=0.03)
        descent.step(loss)
        if descent.done % 100 == 0:
            print(descent.told(args.batch), file=sys.stderr, flush=True)
    keep_run(mean, classes, args.name)


def begin(model: Marks, classes: list[str], start: Path, crops: Crops) -> None:
    """From a run of this script (classes that it lacks begin anywhere), the embedder's, or a file that ships.

    Raises ValueError where the last knows other classes.
    """
    if start.suffix != ".onnx":
        run = torch.load(start, weights_only=True)
        if "state" not in run:
            model.embedder.load_state_dict(run["model"])
            return
        directions = run["state"].pop("classes")
        model.load_state_dict(run["state"], strict=False)
        for name, direction in zip(run["classes"], directions, strict=True):
            model.classes.data[classes.index(name)] = direction
        return
    known = {name.removeprefix("embedder."): values for name, values in tensors(start).items()}
    if (directions := known.get("classes")) is not None:
        if directions.shape != model.classes.shape:
            raise ValueError(f"{start}: {len(directions)} classes, not {len(model.classes)}")
        model.classes.data.copy_(directions)
    unfuse(model.embedder, known, shown(crops))


def average(names: Sequence[str], name: str) -> None:
    """The mean of runs from one start on the same classes. Raises ValueError where they differ."""
    runs = [torch.load(RUNS / f"{one}.pt", weights_only=True) for one in names]
    classes = runs[0]["classes"]
    if any(run["classes"] != classes for run in runs):
        raise ValueError(f"{', '.join(names)}: not the same classes")
    shipped = sorted({owner_of(one) for one in classes})
    model = Marks(len(classes), [shipped.index(owner_of(one)) for one in classes])
    model.load_state_dict(averaged([run["state"] for run in runs], [1.0] * len(runs)))
    keep_run(model, classes, name)


def keep_run(model: Marks, classes: list[str], name: str) -> None:
    """Writes runs/NAME.pt, NAME.onnx and the classes of what ships."""
    torch.save({"classes": classes, "state": model.state_dict()}, RUNS / f"{name}.pt")
    export(model, RUNS / f"{name}.onnx", torch.rand(2, 3, SIDE, SIDE), "crops", ["logits"])
    (RUNS / f"{name}.classes.json").write_text(json.dumps(sorted({owner_of(one) for one in classes})))


def ship(name: str) -> None:
    """A run's network becomes what ships, with its own classes and the numbers of enrolment that its twin has."""
    shipped = ROOT / "weights/marks.json"
    classes = json.loads((RUNS / f"{name}.classes.json").read_text())
    enrol = json.loads((TWINS / "marks.json").read_text())["enrol"]
    numbers = json.loads(shipped.read_text()) | {"classes": classes, "party": rows_of(classes), "enrol": enrol}
    shipped.write_text(json.dumps(numbers, indent=1) + "\n")
    shutil.copyfile(RUNS / f"{name}.onnx", ROOT / "weights/marks.onnx")


def owner_of(name: str) -> str:
    """The class of what ships that a class of the training belongs to."""
    return "neg:fiction" if name.startswith("fiction:") else name


def _evened(labels: NDArray[np.int64], part: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights within `part` by which a common class counts no more than its number's square root."""
    counts = np.bincount(labels[part], minlength=int(labels.max()) + 1)
    out = np.zeros(len(labels))
    out[part] = 1 / np.sqrt(counts[labels[part]])
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=Path, nargs="+")
    parser.add_argument("--staged", type=Path, nargs="*", default=[], help="folders of `training.logos.make staged`")
    parser.add_argument("--epochs", type=int, default=16, help="of 12,800 crops each")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--real", type=float, default=0.3, help="crops of photos for each crop of a scene")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--leave-out", default="")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    parser.add_argument("--start", type=Path, help="what to go on from")
    parser.add_argument("--average", nargs="+", metavar="NAME", help="no training: the mean of these runs")
    parser.add_argument("--ship", metavar="NAME", help="no training: this run to weights/")
    parser.add_argument("--name", default="marks")
    args = parser.parse_args()
    if args.average:
        average(args.average, args.name)
    elif args.ship:
        ship(args.ship)
    elif args.tiles:
        train(args)
    else:
        parser.error("--tiles, --average or --ship is wanted")


if __name__ == "__main__":
    main()
