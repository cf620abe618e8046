"""A PyTorch network as ONNX with a free batch, checked for parity."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

_TOLERANCE = 1e-3


def export(model: nn.Module, path: Path, example: torch.Tensor, takes: str, gives: Sequence[str]) -> None:
    """Writes `path`: input `takes` like `example` (N × ...), outputs `gives`.

    Exits where ONNX Runtime does not give what PyTorch gives.
    """
    model = model.eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        model, (example,), str(path), dynamo=False, opset_version=17, input_names=[takes], output_names=list(gives),
        dynamic_axes={name: {0: "n"} for name in (takes, *gives)},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path))
    net = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        told = model(example)
    wanted = (told,) if isinstance(told, torch.Tensor) else told
    pairs = zip(net.run(None, {takes: example.numpy()}), wanted, strict=True)
    worst = max(float(np.abs(got - own.numpy()).max()) for got, own in pairs)
    print(f"{path}: {path.stat().st_size} bytes, largest difference to PyTorch {worst:.6f}")
    if worst > _TOLERANCE:
        raise SystemExit("the export does not give what PyTorch gives")
