"""Logistic regression, by which scores become probabilities in steps 13 and 13a."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch


@dataclass
class Seen:
    """Boxes of one kind: network's log odds, whether they are right, and their weight."""

    x: list[list[float]] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    photo: list[str] = field(default_factory=list)

    def add(self, x: list[float], right: bool, weight: float, photo: str) -> None:
        self.x.append(x)
        self.y.append(float(right))
        self.weight.append(weight)
        self.photo.append(photo)


def regression(seen: Seen, columns: int, free: tuple[int, ...] = (0,), penalty: float = 2e-3) -> list[float]:
    """Logistic weights, bias first; only those in `free` may be below zero."""
    kept = torch.tensor([i in free for i in range(columns)])
    x = torch.tensor(seen.x, dtype=torch.double)
    y, w = torch.tensor(seen.y, dtype=torch.double), torch.tensor(seen.weight, dtype=torch.double)
    raw = torch.zeros(columns, dtype=torch.double, requires_grad=True)
    with torch.no_grad():
        raw[1:] = 0.7
    optimizer = torch.optim.LBFGS([raw], max_iter=500, line_search_fn="strong_wolfe")

    def weights() -> torch.Tensor:
        # A square, and no cut at zero: from beyond one there is no way back.
        return torch.where(kept, raw, raw**2)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights(), y, reduction="none")
        value = (losses * w).sum() / w.sum() + penalty * (weights()[1:] ** 2).sum()
        value.backward()
        return value

    optimizer.step(closure)
    return [round(float(v), 4) for v in weights().detach()]
