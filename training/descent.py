"""How crop networks learn: the rate along half a cosine, gradients cut short, a mean of the weights that follows."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import torch
from torch import nn

_WARM, _LEAST = 100, 0.02  # steps until the full rate; share of it that the last step has
_LONGEST = 5.0


@dataclass
class Descent:
    """`steps` of `optimizer` on `model`, at most at `rate`. `mean`: a second copy of it, which is what is kept.

    `running`: the loss, of late.
    """

    model: nn.Module
    mean: nn.Module
    optimizer: torch.optim.Optimizer
    rate: float
    steps: int
    done: int = 0
    running: float = 0.0
    started: float = field(default_factory=time.time)

    def step(self, loss: torch.Tensor) -> None:
        """One step down `loss`; `mean` moves towards the model by less and less, at last by a thousandth."""
        fallen = (1 + math.cos(math.pi * self.done / self.steps)) / 2
        rate = self.rate * min(1.0, (self.done + 1) / _WARM) * (_LEAST + (1 - _LEAST) * fallen)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), _LONGEST)
        self.optimizer.step()
        keep = min(0.999, (1 + self.done) / (20 + self.done))
        with torch.no_grad():
            for a, b in zip(self.mean.state_dict().values(), self.model.state_dict().values(), strict=True):
                a.mul_(keep).add_(b, alpha=1 - keep) if a.dtype.is_floating_point else a.copy_(b)
        self.done += 1
        self.running = 0.98 * self.running + 0.02 * float(loss.detach())

    def told(self, batch: int) -> str:
        """How far it is, for whoever watches. `batch`: crops a step."""
        pace = self.done * batch / (time.time() - self.started)
        return f"step {self.done}/{self.steps} loss {self.running:.3f} {pace:.0f} crops/s"
