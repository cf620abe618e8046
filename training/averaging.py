"""The mean of the weights of runs that went on from each other (Wortsman et al. 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch


def averaged(states: Sequence[Mapping[str, torch.Tensor]], weights: Sequence[float]) -> dict[str, torch.Tensor]:
    """`states` weighed by `weights`; counts are those of the last one."""
    mean: dict[str, torch.Tensor] = {}
    for state, weight in zip(states, weights, strict=True):
        for key, values in state.items():
            share = values * (weight / sum(weights)) if values.dtype.is_floating_point else values
            mean[key] = mean[key] + share if key in mean and values.dtype.is_floating_point else share
    return mean
