"""Hands laid on places of group photos: where, how large, and that they stay hands."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from poseguard.hands.landmarks import Floats
from training.pose_data import REACH, TILE
from training.pose_paste import cut_out, laid, place, spot
from training.shared import LabelledHand

SKIN, WALL = (200, 140, 110), (90, 120, 200)


def hand_up() -> tuple[np.ndarray, Floats]:
    """A tile with a flat hand of five fingers and its arm on a plain wall, and its landmarks."""
    picture = np.full((TILE, TILE, 3), WALL, np.uint8)
    points = np.zeros((21, 2), np.float32)
    points[0] = (96, 125)
    for finger, (x, top) in enumerate(((74, 88), (82, 62), (94, 56), (106, 60), (117, 70))):
        knuckle = np.array([78 + 9 * finger, 102 if finger else 112])
        for joint in range(4):
            points[1 + 4 * finger + joint] = knuckle + (np.array([x, top]) - knuckle) * joint / 3
        cv2.line(picture, knuckle.tolist(), (x, top), SKIN, 7)
    cv2.fillConvexPoly(picture, np.array([(76, 100), (118, 100), (108, 130), (84, 130)]), SKIN)
    cv2.line(picture, (96, 125), (96, 191), SKIN, 22)
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), points


def labelled(x: float, y: float, size: float) -> LabelledHand:
    return LabelledHand(
        Path("a.jpg"), "a.jpg", "repo", "train", (x - size / 2, y - size / 2, size, size), size, "other", False
    )


def test_the_hand_is_cut_out_and_the_wall_is_not() -> None:
    picture, points = hand_up()
    shown = cut_out(picture, points)
    skin = np.abs(picture.astype(int) - SKIN).max(2) < 40
    assert (shown & skin).sum() > 0.9 * skin[40:140].sum()
    assert (shown & ~skin).sum() < 0.1 * shown.sum()


def test_a_place_is_near_hands_and_on_none_of_them() -> None:
    rng = np.random.default_rng(2)
    hands = [labelled(300, 200, 40), labelled(420, 220, 50)]
    found = [spot(hands, 800, 500, rng) for _ in range(200)]
    assert None not in found
    for x, y, size in filter(None, found):
        assert 0 <= x < 800 and 0 <= y < 500 and 14 <= size < 120
        assert all(
            max(abs(x - cx), abs(y - cy)) >= 0.45 * (of + size) for cx, cy, of in ((300, 200, 40), (420, 220, 50))
        )


def test_where_hands_fill_the_photo_there_is_no_place() -> None:
    assert spot([labelled(50, 50, 90)], 100, 100, np.random.default_rng(3)) is None


def test_a_place_keeps_the_photos_own_pixels_up_to_a_tile() -> None:
    image = np.random.default_rng(4).integers(0, 256, (400, 400, 3), np.uint8)
    assert place(image, 200, 200, 30).shape == (round(30 * REACH), round(30 * REACH), 3)
    assert place(image, 200, 200, 140).shape == (TILE, TILE, 3)


def test_the_palm_lies_in_the_middle_and_the_ground_shows_around_it() -> None:
    picture, points = hand_up()
    shown = cut_out(picture, points)
    ground = np.full((96, 96, 3), (20, 160, 60), np.float32)
    for seed in range(12):
        out = laid(picture, shown, ground, np.random.default_rng(seed)).astype(int)
        assert out.shape == (TILE, TILE, 3)
        assert np.abs(out[:20, :20] - (20, 160, 60)).max() < 6
        red, green = out[104:118, 88:104, 0].mean(), out[104:118, 88:104, 1].mean()
        assert red > green, "the palm is seen, and no ground"
