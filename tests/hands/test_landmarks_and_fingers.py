"""The landmark network on drawn hands: joints where they are, left and right as they are, fingers raised or not."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest

from poseguard.hands.fingers import raised
from poseguard.hands.landmarks import LandmarkNetwork, Landmarks, Region
from poseguard.results import Hand

RAISED = {
    "palm": ["index", "middle", "ring", "pinky"],
    "four": ["index", "middle", "ring", "pinky"],
    "one": ["index"],
    "peace": ["index", "middle"],
    "three": ["index", "middle", "ring"],
    "rock": ["index", "pinky"],
    "call": ["pinky"],
    "like": [],
    "fist": [],
}


@pytest.fixture(scope="module")
def settled(drawn: list[Any], landmark_network: LandmarkNetwork) -> list[tuple[Any, Landmarks]]:
    return [(hand, landmark_network.settle(hand.pixels, hand.box)) for hand in drawn]


def test_every_drawn_hand_is_a_hand_to_the_network(settled: list[tuple[Any, Landmarks]]) -> None:
    assert [hand.name for hand, marks in settled if marks.presence < 0.5] == []


def test_landmarks_lie_on_the_true_joints(settled: list[tuple[Any, Landmarks]]) -> None:
    off = []
    for hand, marks in settled:
        apart = np.linalg.norm(marks.points[:, :2] - hand.joints, axis=1) / max(hand.box[2:])
        off.append(float(np.median(apart)))
    # Shares of the hand's longer side; the network has learnt other hands than drawn ones.
    assert np.median(off) < 0.06
    assert np.mean(np.array(off) < 0.12) >= 0.9


def test_right_hands_are_right_and_left_hands_left(settled: list[tuple[Any, Landmarks]]) -> None:
    wrong = [hand.name for hand, marks in settled if (marks.right >= 0.5) != (hand.side == "right")]
    # The drawing of the back of a hand has no nails, so one of a dozen may look like the palm of the other hand.
    assert len(wrong) <= 1, wrong


def test_a_mirrored_photo_gives_mirrored_landmarks_and_the_other_side(
    settled: list[tuple[Any, Landmarks]], landmark_network: LandmarkNetwork
) -> None:
    flipped, off = [], []
    for hand, straight in settled:
        x, y, width, height = hand.box
        image = np.ascontiguousarray(hand.pixels[:, ::-1])
        mirrored = landmark_network.settle(image, (image.shape[1] - x - width, y, width, height))
        flipped.append(straight.right - mirrored.right if hand.side == "right" else mirrored.right - straight.right)
        back = np.stack([image.shape[1] - 1 - mirrored.points[:, 0], mirrored.points[:, 1]], 1)
        off.append(float(np.median(np.linalg.norm(back - straight.points[:, :2], axis=1))) / max(width, height))
    assert np.median(flipped) > 0.8
    assert np.mean(np.array(flipped) > 0) >= 0.75
    assert np.median(off) < 0.03


def test_raised_fingers_are_counted(settled: list[tuple[Any, Landmarks]]) -> None:
    told = {hand.name: raised(marks.points)[1:] for hand, marks in settled}
    wrong = [(hand.name, told[hand.name]) for hand, _ in settled if told[hand.name] != RAISED[hand.pose]]
    assert len(wrong) <= 1, wrong


def test_a_thumb_up_is_out_and_a_fists_thumb_is_in(settled: list[tuple[Any, Landmarks]]) -> None:
    thumbs = {hand.pose: raised(marks.points)[0] for hand, marks in settled}
    assert thumbs["like"] == thumbs["call"] == "out"
    assert thumbs["fist"] == thumbs["one"] == "in"


@pytest.mark.parametrize("angle", [math.pi / 2, math.pi, -2.0])
def test_a_turned_hand_is_followed_upright(angle: float, drawn: list[Any], landmark_network: LandmarkNetwork) -> None:
    hand = next(hand for hand in drawn if hand.pose == "peace")
    x, y, width, height = hand.box
    centre = (x + width / 2, y + height / 2)
    turn = cv2.getRotationMatrix2D(centre, -math.degrees(angle), 1.0)
    picture = cv2.warpAffine(hand.pixels, turn, hand.pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    side = max(width, height)
    box = (centre[0] - side / 2, centre[1] - side / 2, side, side)
    marks = landmark_network.settle(picture, box)
    assert marks.presence > 0.5
    assert raised(marks.points)[1:] == ["index", "middle"]
    straight = landmark_network.settle(hand.pixels, hand.box).follow().angle
    assert math.cos(marks.follow().angle - straight - angle) > math.cos(math.radians(15))


def test_nothing_but_ground_is_no_hand(landmark_network: LandmarkNetwork) -> None:
    ground = np.full((200, 200, 3), 120, np.uint8)
    assert landmark_network.settle(ground, (50, 50, 100, 100)).presence < 0.5


@pytest.mark.parametrize("angle", [0.0, 0.6, -2.5])
def test_a_region_maps_its_view_to_the_photo_and_back(angle: float) -> None:
    region = Region(120, 80, 56, angle)
    matrix = region.matrix(224)
    assert matrix @ (112, 112, 1) == pytest.approx((120, 80), abs=1e-4)
    top = matrix @ (112, 0, 1)
    assert np.hypot(top[0] - 120, top[1] - 80) == pytest.approx(28, abs=1e-4)
    # Clockwise, as seen in a photo whose y runs down.
    assert (top[0] - 120, top[1] - 80) == pytest.approx((28 * math.sin(angle), -28 * math.cos(angle)), abs=1e-3)


def test_what_lies_outside_the_photo_repeats_its_edge() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, 0] = (200, 10, 30)
    crop = Region(0, 20, 40).cut(pixels, 40)
    assert (crop[:, :20] == (200, 10, 30)).all()


def test_regions_follow_the_hand_not_the_fingertips(settled: list[tuple[Any, Landmarks]]) -> None:
    _, marks = settled[0]
    reach = marks.points.copy()
    reach[Hand.INDEX_TIP] += (80, -80, 0)
    assert Landmarks(reach, 1, 1).follow() == Landmarks(marks.points, 1, 1).follow()
