"""The pixels of a hand: how they are cut out, and what the network says of them, alone or in a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from poseguard.hands.pose import POSES, SIDE, CropNetwork, cut


def test_a_crop_is_centred_on_the_box_at_any_size() -> None:
    for size in (24, 90, 300):
        pixels = np.zeros((4 * size, 4 * size, 3), np.uint8)
        pixels[size : 2 * size, size : 2 * size] = 255
        crop = cut(pixels, (size, size, size, size), grow=2.0)
        assert crop.shape == (SIDE, SIDE, 3)
        ys, xs = np.nonzero(crop[..., 0] > 127)
        for low, high in ((ys.min(), ys.max()), (xs.min(), xs.max())):
            assert low == pytest.approx(SIDE / 4, abs=2.5)
            assert high == pytest.approx(3 * SIDE / 4, abs=2.5)


def test_a_box_that_leaves_the_photo_repeats_its_edge() -> None:
    pixels = np.full((50, 50, 3), 80, np.uint8)
    for box in ((-30.0, -30.0, 60.0, 60.0), (40.0, 40.0, 300.0, 300.0), (20.0, 20.0, 1.0, 1.0)):
        assert (cut(pixels, box) == 80).all()


def test_the_photos_own_pixels_stay_untouched(drawn: list[Any]) -> None:
    before = drawn[0].pixels.copy()
    cut(drawn[0].pixels, drawn[0].box)
    np.testing.assert_array_equal(drawn[0].pixels, before)


def test_no_boxes_no_opinions(crop_network: CropNetwork, drawn: list[Any]) -> None:
    assert len(crop_network.opinions(drawn[0].pixels, [])) == 0


def test_hands_in_a_batch_are_judged_as_if_alone(crop_network: CropNetwork, drawn: list[Any]) -> None:
    pixels, (x, y, width, height) = drawn[0].pixels, drawn[0].box
    # More than one batch of the network.
    boxes = [(x + 3 * i, y - 2 * i, width - i, height) for i in range(19)]
    together = crop_network.opinions(pixels, boxes)
    assert len(together) == 19
    for box, opinion in zip(boxes, together, strict=True):
        (alone,) = crop_network.opinions(pixels, [box])
        np.testing.assert_allclose(np.exp(alone.poses), np.exp(opinion.poses), atol=1e-4)
        assert alone.hand == pytest.approx(opinion.hand, abs=1e-4)


def test_an_opinion_is_probabilities(crop_network: CropNetwork, drawn: list[Any]) -> None:
    (opinion,) = crop_network.opinions(drawn[0].pixels, [drawn[0].box])
    assert opinion.poses.shape == (len(POSES),)
    assert np.exp(opinion.poses).sum() == pytest.approx(1, abs=1e-4)
    assert 0 <= opinion.hand <= 1


def test_the_mirror_changes_little(crop_network: CropNetwork, drawn: list[Any]) -> None:
    same = 0
    for hand in drawn:
        x, y, width, height = hand.box
        image = np.ascontiguousarray(hand.pixels[:, ::-1])
        (straight,) = crop_network.opinions(hand.pixels, [hand.box])
        (mirrored,) = crop_network.opinions(image, [(image.shape[1] - x - width, y, width, height)])
        same += straight.poses.argmax() == mirrored.poses.argmax()
    assert same >= 0.8 * len(drawn)


def test_drawn_hands_are_told_by_their_pixels(crop_network: CropNetwork, drawn: list[Any]) -> None:
    told = {}
    for hand in drawn:
        (opinion,) = crop_network.opinions(hand.pixels, [hand.box])
        told[hand.name] = POSES[int(opinion.poses.argmax())]
    right = [hand.name for hand in drawn if told[hand.name] == hand.pose]
    assert len(right) >= 0.75 * len(drawn), told


def test_furniture_is_less_of_a_hand_than_any_hand(crop_network: CropNetwork, drawn: list[Any]) -> None:
    office = cv2.imread(str(Path(__file__).parents[2] / "samples/09-kantor-kosong.jpg"))[..., ::-1]
    height, width = office.shape[:2]
    places = np.random.default_rng(5).uniform((0, 0, 24, 24), (width - 90, height - 90, 90, 90), (40, 4))
    boxes = [(float(x), float(y), float(w), float(h)) for x, y, w, h in places]
    things = [opinion.hand for opinion in crop_network.opinions(np.ascontiguousarray(office), boxes)]
    hands = [crop_network.opinions(hand.pixels, [hand.box])[0].hand for hand in drawn]
    assert np.quantile(things, 0.9) < min(hands)
