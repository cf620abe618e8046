"""Trains one of the two detectors with ultralytics from the base body, in bfloat16 where the processor has it.

    python -m training.yolo_train people|props [--epochs 5] [--start FILE] [--resume]

`--start`: a checkpoint of an earlier run, or the network that ships (.onnx), to go on from with a schedule of its own.
Reads runs/WHAT (people_data, props_data), writes runs/WHAT_train/weights/last.pt after every epoch.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import yaml
from safetensors.torch import load_file
from ultralytics import settings
from ultralytics.models.yolo.detect import DetectionTrainer

from training.muon import Muon
from training.shared import RUNS, SHARED, read
from training.shipped import tensors, unfuse
from training.yolo_model import Yolo

ARCHITECTURE = Path(__file__).with_name("yolo.yaml")
# Emblems have a right way round, people have none; a party's colours are part of its emblem.
OVERRIDES: dict[str, dict[str, Any]] = {
    "people": {"imgsz": 416, "mosaic": 0.15, "scale": 0.2, "hsv_s": 0.6},
    "props": {"imgsz": 320, "mosaic": 0.05, "scale": 0.25, "hsv_s": 0.5, "hsv_h": 0.008, "fliplr": 0.0, "degrees": 4.0},
}

_BATCHES = 16


class Trainer(DetectionTrainer):  # type: ignore[misc]
    """Starts from the base body: every layer but the head loads by name and shape; or from the network that ships."""

    shipped: Path | None = None

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Yolo:
        layout = yaml.safe_load(ARCHITECTURE.read_text()) | {"scale": "n"}
        model = Yolo(layout, nc=self.data["nc"], ch=3, verbose=False)
        if weights is not None:
            model.load(weights)
            return model
        if self.shipped is not None:
            unfuse(model, tensors(self.shipped), self.pictures())
            return model.to(memory_format=torch.channels_last)
        base = load_file(SHARED / "weights/yolov5n_base.safetensors")
        missing = model.load_state_dict({k: v.float() for k, v in base.items()}, strict=False)
        if missing.unexpected_keys or any(not k.startswith("model.24") for k in missing.missing_keys):
            raise ValueError(f"the base does not fit the architecture: {missing}")
        return model.to(memory_format=torch.channels_last)

    def pictures(self) -> Iterator[torch.Tensor]:
        """Batches of the training's pictures as they lie, spread over all of them."""
        paths = Path(self.data["train"]).read_text().split("\n")
        side, count = self.args.imgsz, self.args.batch
        for start in range(_BATCHES):
            some = [Path(path) for path in paths[start :: len(paths) // count][:count]]
            rgb = np.stack([cv2.resize(read(path), (side, side)) for path in some])
            yield torch.from_numpy(np.ascontiguousarray(rgb.transpose(0, 3, 1, 2))).float() / 255

    def build_optimizer(self, model: torch.nn.Module, *_: Any, **__: Any) -> torch.optim.Optimizer:
        return Muon(model, self.args.lr0, self.args.weight_decay)

    def optimizer_step(self) -> None:
        """Up over the first 3 in 100 steps, then half a cosine down to nothing.

        ultralytics changes the rate once an epoch, so that a run of a few epochs never comes to rest.
        """
        done = (self.ema.updates + 1) / (self.epochs * len(self.train_loader))
        for group in self.optimizer.param_groups:
            group["lr"] = self.args.lr0 * min(done / 0.03, 0.5 + 0.5 * math.cos(math.pi * done))
        super().optimizer_step()

    def validate(self) -> tuple[dict[str, float], float]:
        """Nothing: figures come from `benchmarks.measure`, and a check that fails would cost the last epoch."""
        return {}, 0.0

    def final_eval(self) -> None:
        """Nothing, as before."""


def main() -> None:
    settings.update({"sync": False})
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=tuple(OVERRIDES))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1.2e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--resume", action="store_true", help="a run that was cut short")
    args = parser.parse_args()
    last = RUNS / f"{args.what}_train/weights/last.pt"
    shipped = args.start is not None and args.start.suffix == ".onnx"
    trainer = Trainer(
        overrides={
            "model": str(last) if args.resume else str(ARCHITECTURE),
            "resume": str(last) if args.resume else False,
            "data": str(RUNS / args.what / "data.yaml"),
            "project": str(RUNS),
            "name": f"{args.what}_train",
            "exist_ok": True,
            "epochs": args.epochs,
            "batch": args.batch,
            "device": args.device,
            "amp": False,
            "workers": 1 if args.device == "cpu" else 12,
            "nbs": args.batch,
            "lr0": args.lr,
            "warmup_epochs": 0,
            "weight_decay": 0.02,
            "close_mosaic": 1,
            "translate": 0.05,
            "hsv_v": 0.5,
            "val": False,
            "plots": False,
            # The one place where ultralytics looks for a start.
            "pretrained": str(args.start) if args.start and not shipped else False,
            "deterministic": False,
            "seed": 7,
            **OVERRIDES[args.what],
        }
    )
    trainer.shipped = args.start if shipped else None
    trainer.add_callback("on_train_start", lambda _: torch.set_num_threads(args.threads))
    trainer.train()


if __name__ == "__main__":
    main()
