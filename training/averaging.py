"""Means of weights: of one run as it goes on, and of runs that went on from each other (Wortsman et al. 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn


def averaged(states: Sequence[Mapping[str, torch.Tensor]], weights: Sequence[float]) -> dict[str, torch.Tensor]:
    """`states` weighed by `weights`; counts are those of the last one."""
    mean: dict[str, torch.Tensor] = {}
    for state, weight in zip(states, weights, strict=True):
        for key, values in state.items():
            share = values * (weight / sum(weights)) if values.dtype.is_floating_point else values
            mean[key] = mean[key] + share if key in mean and values.dtype.is_floating_point else share
    return mean


@torch.no_grad()
def follow(mean: nn.Module, model: nn.Module, step: int) -> None:
    """Moves `mean` towards `model` after that step: by less and less, at last by a thousandth."""
    keep = min(0.999, (1 + step) / (20 + step))
    for a, b in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
        a.mul_(keep).add_(b, alpha=1 - keep) if a.dtype.is_floating_point else a.copy_(b)
