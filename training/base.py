"""The network that crop networks start from, and what of a map goes into their last layer."""

from __future__ import annotations

import torch
from safetensors.torch import load_file
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from training.shared import SHARED


def body() -> nn.Sequential:
    """The first nine layers of yolov5n with the base weights: N × 3 × H × W in 0..1 to N × 256 × H/32 × W/32."""
    whole = DetectionModel("yolov5n.yaml", ch=3, nc=3, verbose=False)
    base = load_file(SHARED / "weights/yolov5n_base.safetensors")
    whole.load_state_dict({k: v.float() for k, v in base.items()}, strict=False)
    return nn.Sequential(*[whole.model[i] for i in range(9)])


def pooled(features: torch.Tensor) -> torch.Tensor:
    """N × C × H × W to N × 2C: the mean of each channel, then its most."""
    return torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1)
