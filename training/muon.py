"""Muon (Jordan et al. 2024, as in ultralytics' MuSGD): momentum whose matrices are made orthogonal before each step."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

_A, _B, _C = 3.4445, -4.7750, 2.0315
_ROUNDS = 5

_State = dict[nn.Parameter, dict[str, torch.Tensor]]


class Muon(torch.optim.AdamW):
    """Muon for convolutions and linear layers, AdamW for what has one dimension and for depthwise convolutions.

    A step of a matrix is scaled to the size that AdamW's would have (Liu et al. 2025: 0.2 √max(rows, columns)), so that
    one learning rate serves both.
    """

    def __init__(self, model: nn.Module, lr: float, weight_decay: float) -> None:
        wide = [p for p in model.parameters() if p.ndim > 1 and p[0].numel() >= 64]
        known = {id(p) for p in wide}
        super().__init__([p for p in model.parameters() if id(p) not in known], lr, weight_decay=weight_decay)
        self.add_param_group({"params": wide, "muon": True})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            if group.get("muon"):
                _step(group["params"], group["lr"], group["weight_decay"], self.state)
        # AdamW passes over what has no gradient.
        super().step(closure)


def _step(params: Iterable[nn.Parameter], lr: float, decay: float, state: _State) -> None:
    for p in params:
        if p.grad is None:
            continue
        kept = state[p].setdefault("momentum", torch.zeros_like(p))
        kept.lerp_(p.grad, 0.05)
        flat = p.grad.lerp(kept, 0.95).reshape(len(p), -1)
        p.mul_(1 - lr * decay).sub_(orthogonal(flat).reshape(p.shape), alpha=lr * 0.2 * max(flat.shape) ** 0.5)
        p.grad = None


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """The matrix with singular values brought near one by five Newton-Schulz rounds."""
    x = matrix / (matrix.norm() + 1e-7)
    turned = x.shape[0] > x.shape[1]
    x = x.T if turned else x
    for _ in range(_ROUNDS):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.T if turned else x
