"""A face comes out where embedders expect it, whatever its size and tilt in the photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from poseguard.faces.align import FACE_WIDTH, SIDE, TEMPLATE, aligned, similarity
from poseguard.faces.points import face_box
from poseguard.faces.quality import yaw


def turned(degrees: float, scale: float, to: tuple[float, float]) -> np.ndarray:
    """The template's points, turned, scaled and moved."""
    angle = np.deg2rad(degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * (TEMPLATE - 56) @ rotation.T + to


def dotted(points: np.ndarray, side: int, radius: int) -> np.ndarray:
    picture = np.full((side, side, 3), 255, np.uint8)
    for i, (x, y) in enumerate(points):
        colour = [0, 0, 0]
        colour[i % 3] = 200
        cv2.circle(picture, (round(x), round(y)), radius, colour, -1)
    return picture


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (25, 0.6), (-40, 2.5), (170, 5.0), (8, 7.3)])
def test_points_land_on_the_template(degrees: float, scale: float) -> None:
    points = turned(degrees, scale, (450.0, 430.0))
    crop, took = aligned(dotted(points, 900, max(2, round(3 * scale))), points)
    assert crop.shape == (SIDE, SIDE, 3) and took == pytest.approx(scale)
    for x, y in TEMPLATE:
        dark = np.argwhere(crop[round(y) - 6 : round(y) + 7, round(x) - 6 : round(x) + 7].min(2) < 128)
        assert dark.mean(0) == pytest.approx((y - round(y) + 6, x - round(x) + 6), abs=0.8)


def test_the_fit_is_the_least_squares_of_opencv_for_points_that_do_not_fit() -> None:
    points = turned(12, 1.7, (200, 200)) + np.random.default_rng(1).normal(0, 4, (5, 2))
    matrix, _ = similarity(points)

    def off(m: np.ndarray) -> float:
        return float((((TEMPLATE @ m[:, :2].T + m[:, 2]) - points) ** 2).sum())

    robust = cv2.estimateAffinePartial2D(TEMPLATE, points, method=cv2.LMEDS)[0]
    assert off(matrix) <= off(robust) + 1e-9
    for nudge in np.random.default_rng(2).normal(0, 0.01, (20, 4)):
        a, b, x, y = nudge
        moved = matrix + np.array([[a, -b, 10 * x], [b, a, 10 * y]])
        assert off(moved) > off(matrix)


def test_a_large_face_is_averaged_not_sampled() -> None:
    stripes = np.zeros((900, 900, 3), np.uint8)
    stripes[:, ::2] = 255
    crop, _ = aligned(stripes, turned(0, 7.0, (450, 450)))
    assert abs(float(crop.mean()) - 127.5) < 2 and crop.std() < 6


def test_pixels_are_taken_as_they_are_where_the_face_already_fits() -> None:
    picture = np.random.default_rng(3).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    crop, scale = aligned(picture, TEMPLATE)
    assert scale == pytest.approx(1) and np.abs(crop.astype(int) - picture).max() <= 1


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.full((5, 2), 1e5), turned(0, 3, (-900, 30))])
def test_points_that_fall_together_or_outside_do_no_harm(points: np.ndarray) -> None:
    crop, scale = aligned(np.zeros((40, 30, 3), np.uint8), points)
    assert crop.shape == (SIDE, SIDE, 3) and scale > 0


def test_the_box_of_a_face_is_as_wide_as_the_face() -> None:
    x, y, width, height = face_box(turned(30, 2.0, (300.0, 200.0)))
    assert width == height == pytest.approx(2 * FACE_WIDTH)
    assert (x + width / 2, y + height / 2) == pytest.approx(turned(30, 2.0, (300, 200)).mean(0), abs=0.1)


def test_yaw_is_the_way_of_the_nose_to_an_eye_and_does_not_mind_a_tilt() -> None:
    frontal = np.array([[0, 0], [10, 0], [5, 6], [2, 12], [8, 12]], float)
    assert yaw(frontal) == pytest.approx(0)
    for shift in (-2.5, 2.5):
        moved = frontal.copy()
        moved[2, 0] += shift
        angle = np.deg2rad(35)
        tilt = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        assert (yaw(moved), yaw(moved @ tilt.T)) == pytest.approx((0.5, 0.5))
    assert yaw(np.zeros((5, 2))) > 1, "eyes in one place: nothing can be told"


@pytest.mark.shared
def test_crops_that_are_aligned_already_stay_as_they_are(shared: Path) -> None:
    path = sorted((shared / "data/faces/ilfw").glob("*/[0-9]*"))[0]
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    assert np.abs(aligned(picture, TEMPLATE)[0].astype(int) - picture).max() <= 1
