"""A detector of ours as a PyTorch model; a module of its own, so that checkpoints find it by name."""

from __future__ import annotations

from typing import Any

import torch
from ultralytics.nn.tasks import DetectionModel


class Yolo(DetectionModel):  # type: ignore[misc]
    """Trains in bfloat16 on a processor too, where ultralytics itself offers it on GPUs only."""

    def _predict_once(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if not self.training:
            return super()._predict_once(x, *args, **kwargs)
        with torch.autocast(x.device.type, dtype=torch.bfloat16):
            return _as_float(super()._predict_once(x.contiguous(memory_format=torch.channels_last), *args, **kwargs))


def _as_float(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float()
    if isinstance(value, dict):
        return {k: _as_float(v) for k, v in value.items()}
    return type(value)(_as_float(v) for v in value)
