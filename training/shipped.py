"""A network that ships as the start of more training: checkpoints are never committed, weights/ is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.utils.data import Dataset
from ultralytics.nn.modules import Conv

_ROW = 0.6
_BATCHES, _BATCH = 8, 128


def tensors(path: Path, prefix: str = "") -> dict[str, torch.Tensor]:
    """Weights of an ONNX file by the name that PyTorch knows them by, without `prefix`; others are left out."""
    graph = onnx.load(str(path)).graph
    # Where a weight was changed by the export, the step that takes it still knows its module.
    named = {
        weight: f"{_module(node.name)}.{part}"
        for node in graph.node
        if node.op_type in ("Conv", "Gemm")
        for weight, part in zip(node.input[1:], ("weight", "bias"), strict=True)
    }
    values = {named.get(one.name, one.name): numpy_helper.to_array(one) for one in graph.initializer}
    return {k.removeprefix(prefix): torch.from_numpy(v.copy()) for k, v in values.items() if k.startswith(prefix)}


def _module(scope: str) -> str:
    """`/body/body.2/m/m.0/conv/Conv` is body.2.m.0.conv."""
    parts: list[str] = []
    for part in scope.strip("/").split("/")[:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def shown(crops: Dataset[tuple[Any, ...]]) -> Iterator[torch.Tensor]:
    """What `unfuse` is to be shown: eight batches of what is trained on, crops first in its items."""
    for start in range(0, _BATCHES * _BATCH, _BATCH):
        yield torch.stack([crops[n][0] for n in range(start, start + _BATCH)]).float() / 255


@torch.no_grad()
def unfuse(model: nn.Module, folded: Mapping[str, torch.Tensor], pictures: Iterable[torch.Tensor]) -> None:
    """Fills `model` from weights into which its export folded batch normalisation.

    It answers as they do. What normalisation has to undo is read off `pictures`, each N × 3 × H × W in 0..1. Raises
    KeyError where a weight is missing.
    """
    convs = {name: part for name, part in model.named_modules() if isinstance(part, Conv)}
    # Under normalisation only a row's direction counts; lengths of a trained body's let a step turn each as far.
    length = {name: folded[f"{name}.conv.weight"].flatten(1).norm(dim=1) / _ROW for name in convs}
    plain = {k: v for k, v in folded.items() if k.removesuffix(".conv.bias") not in convs}
    for name, by in length.items():
        plain[f"{name}.conv.weight"] = folded[f"{name}.conv.weight"] / by[:, None, None, None]
    missing = model.load_state_dict(plain, strict=False).missing_keys
    if lost := [name for name in missing if ".bn." not in name]:
        raise KeyError(f"not in the file: {lost}")
    seen: dict[str, list[torch.Tensor]] = {name: [] for name in convs}
    hooks = []
    for name, part in convs.items():
        part.bn.running_mean.zero_()
        part.bn.running_var.fill_(1 - part.bn.eps)
        part.bn.weight.copy_(length[name])
        part.bn.bias.copy_(folded[f"{name}.conv.bias"])
        hooks.append(part.bn.register_forward_pre_hook(partial(_note, seen[name])))
    model.eval()
    for some in pictures:
        model(some)
    for hook in hooks:
        hook.remove()
    for name, part in convs.items():
        mean, square = torch.stack(seen[name]).mean(0)
        part.bn.running_mean.copy_(mean)
        part.bn.running_var.copy_(square - mean**2)
        part.bn.weight.mul_((square - mean**2 + part.bn.eps).sqrt())
        part.bn.bias.add_(mean * length[name])
    model.train()


def _note(kept: list[torch.Tensor], _: nn.Module, fed: tuple[torch.Tensor, ...]) -> None:
    kept.append(torch.stack([fed[0].mean((0, 2, 3)), (fed[0] ** 2).mean((0, 2, 3))]))
