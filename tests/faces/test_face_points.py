"""From head boxes to five points in the photo, and the gates that faces have to pass."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from face_graphs import points

from poseguard.faces.align import SIDE, TEMPLATE
from poseguard.faces.numbers import Gates
from poseguard.faces.points import FacePoints
from poseguard.faces.quality import Gate, Quality, sharpness

GATES = Gates(least_px=32, blur=0.1, yaw=0.8, face=0.5, mask=0.5)
GOOD = Quality(size_px=80, sharpness=0.4, yaw=0.1, mask=0.02)


def test_points_come_back_in_the_pixels_of_the_photo() -> None:
    network = FacePoints(points())
    (face,) = network.find(np.full((400, 500, 3), 120, np.uint8), [(100.0, 50.0, 90.0, 120.0)])
    # The square around the head has the longer side of its box.
    wanted = np.array([100 + 45 - 60, 50]) + TEMPLATE / SIDE * 120
    assert np.array(face.points) == pytest.approx(wanted, abs=0.01)
    assert face.points[0][0] < face.points[1][0], "the eye on the left of the picture comes first"


def test_every_head_gets_an_answer_in_order_however_many_there_are() -> None:
    pixels = np.zeros((80, 80 * 70, 3), np.uint8)
    green = [i for i in range(70) if i % 3 == 0]
    for i in green:
        pixels[:, 80 * i : 80 * i + 80] = (0, 255, 0)
    faces = FacePoints(points()).find(pixels, [(80.0 * i + 15, 15.0, 50.0, 50.0) for i in range(70)])
    assert [i for i, face in enumerate(faces) if face.face > 0.5] == green
    assert FacePoints(points()).find(pixels, []) == []


def test_a_head_at_the_edge_or_in_a_strip_of_a_photo_does_no_harm() -> None:
    network = FacePoints(points())
    for shape, box in (((1, 3000, 3), (10.0, 0.0, 900.0, 1.0)), ((50, 50, 3), (-40.0, -40.0, 60.0, 60.0))):
        (face,) = network.find(np.zeros(shape, np.uint8), [box])
        assert np.isfinite(face.points).all() and np.isfinite(face.box).all()


def test_odd_answers_of_the_network_stay_numbers() -> None:
    (face,) = FacePoints(points(face=(1e38, 1e38, 1e38, 1e38))).find(
        np.full((50, 50, 3), 255, np.uint8), [(9.0, 9.0, 30.0, 30.0)]
    )
    assert 0 <= face.face <= 1 and np.isfinite(face.points).all()


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({}, None),
        ({"size_px": 31.9}, Gate.SMALL),
        ({"mask": 0.6}, Gate.MASKED),
        ({"yaw": 0.9}, Gate.TURNED),
        ({"sharpness": 0.05}, Gate.BLURRED),
        ({"size_px": 20, "sharpness": 0.0, "mask": 1.0}, Gate.SMALL),
        ({"mask": 1.0, "yaw": 2.0}, Gate.MASKED),
    ],
)
def test_gates(change: dict[str, float], gate: Gate | None) -> None:
    values = {name: getattr(GOOD, name) for name in ("size_px", "sharpness", "yaw", "mask")}
    assert Quality(**values | change).gate(GATES) is gate


def test_sharpness_falls_with_blur_not_with_light_and_not_with_enlarging() -> None:
    rng = np.random.default_rng(5)
    slope = np.linspace(60, 190, 46)[:, None, None]
    small = (slope + rng.integers(-40, 40, (46, 46, 3))).astype(np.uint8)
    crop = np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)
    values = [sharpness(np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.uint8)) for sigma in (0.5, 2, 4, 8)]
    assert values == sorted(values, reverse=True) and values[-1] < 0.05 * values[0]
    dim = (crop * 0.5).astype(np.uint8)
    assert sharpness(dim) == pytest.approx(sharpness(crop), rel=0.05)
    large = np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)
    assert sharpness(crop) > 0.4 * sharpness(large)
    assert sharpness(np.full((SIDE, SIDE, 3), 128, np.uint8)) == 0
