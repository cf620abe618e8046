"""Flags in the air keep to their pole and their size."""

import numpy as np

from training.logos.flown import shapes


def test_cloth_hangs_at_its_pole_and_does_not_stretch() -> None:
    flags = shapes(24)
    assert np.isfinite(flags).all()
    pole = np.linalg.norm(flags[:, -1, 0] - flags[:, 0, 0], axis=-1)
    assert np.abs(pole - 1).max() < 0.15
    steps = np.linalg.norm(np.diff(flags, axis=2), axis=-1).sum(-1)
    assert 0.7 < np.median(steps) < 1.8 and steps.max() < 2.4


def test_calm_flags_sink_and_others_stand_out() -> None:
    flags = shapes(24)
    reach = np.abs(flags[:, :, -1, 0] - flags[:, :, 0, 0]).mean(1)
    assert reach.min() < 0.5 and reach.max() > 1.1
