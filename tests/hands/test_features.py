"""The numbers that the landmark classifier reads tell the shape, not the place, the size or which hand it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from poseguard.hands.features import COUNT, features, mirrored

LOOKS = json.loads((Path(__file__).parents[1] / "parity/expected.json").read_text())["looks"]
HANDS = [np.array(look["landmarks"], np.float32) for look in LOOKS[::5]]


def turned(points: np.ndarray, angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return (points @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])).astype(np.float32)


def test_there_are_as_many_as_are_announced() -> None:
    assert features(HANDS[0], 0.9, 80).shape == (COUNT,)
    assert features(HANDS[0], 0.9, 80).dtype == np.float32


@pytest.mark.parametrize("points", HANDS)
def test_place_does_not_matter(points: np.ndarray) -> None:
    moved = points + np.array([3000, -40, 7], np.float32)
    np.testing.assert_allclose(features(moved, 0.9, 80), features(points, 0.9, 80), atol=2e-3)


@pytest.mark.parametrize("points", HANDS)
def test_size_matters_only_where_it_is_told(points: np.ndarray) -> None:
    np.testing.assert_allclose(features(points * np.float32(7), 0.9, 80), features(points, 0.9, 80), atol=2e-4)
    small, large = features(points, 0.9, 20), features(points, 0.9, 200)
    assert small[-1] < large[-1]
    np.testing.assert_array_equal(small[:-1], large[:-1])


@pytest.mark.parametrize("points", HANDS)
def test_a_turned_hand_keeps_its_shape_and_tells_its_turn(points: np.ndarray) -> None:
    straight, leaning = features(points, 0.9, 80), features(turned(points, 0.7), 0.9, 80)
    np.testing.assert_allclose(leaning[:63], straight[:63], atol=2e-4)
    told = [np.arctan2(f[63], f[64]) for f in (straight, leaning)]
    assert np.cos(told[1] - told[0] - 0.7) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("points", HANDS)
def test_the_shape_is_upright_with_a_palm_of_one(points: np.ndarray) -> None:
    shape = features(points, 0.9, 80)[:63].reshape(21, 3)
    assert shape[0] == pytest.approx(0, abs=1e-6)
    assert shape[9, 0] == pytest.approx(0, abs=1e-3)
    assert shape[9, 1] < 0
    assert np.linalg.norm(shape[[5, 9, 13, 17]], axis=1).mean() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("points", HANDS)
def test_the_mirror_shows_the_other_hand(points: np.ndarray) -> None:
    straight, other = features(points, 0.9, 80), features(mirrored(points), 0.9, 80)
    shape, image = straight[:63].reshape(21, 3), other[:63].reshape(21, 3)
    np.testing.assert_allclose(image * (-1, 1, 1), shape, atol=2e-4)
    np.testing.assert_allclose(other[125:-2], straight[125:-2], atol=2e-4)
    np.testing.assert_array_equal(mirrored(mirrored(points)), points)


def test_points_that_lie_on_one_spot_give_finite_numbers() -> None:
    assert np.isfinite(features(np.zeros((21, 3), np.float32), 0.0, 0.0)).all()
