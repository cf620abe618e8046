"""The network that crop networks start from."""

from __future__ import annotations

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
