"""The same region gives the same landmarks as MediaPipe 0.10.21, whose numbers make.py has written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from poseguard.hands.landmarks import SIDE, LandmarkNetwork, Landmarks, Region
from poseguard.weights import verified_bytes

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "expected.json").read_text())
LOOKS = EXPECTED["looks"]
MEDIAPIPE_DEPTH = 2.5


@pytest.fixture(scope="module")
def network() -> LandmarkNetwork:
    return LandmarkNetwork(verified_bytes("hand_landmark"))


def picture(name: str) -> np.ndarray:
    return np.ascontiguousarray(cv2.imread(str(HERE / "pictures" / name))[..., ::-1])


def title(look: dict[str, Any]) -> str:
    return f"{look['picture'].removesuffix('.png')}-{look['start']}-{look['step']}"


@pytest.fixture(scope="module", params=LOOKS, ids=title)
def pair(request: pytest.FixtureRequest, network: LandmarkNetwork) -> tuple[dict[str, Any], Landmarks]:
    """MediaPipe's numbers, and ours for the same region."""
    return request.param, network.run(picture(request.param["picture"]), Region(*request.param["region"]))


def test_the_numbers_are_those_of_the_mediapipe_whose_network_is_used() -> None:
    assert EXPECTED["mediapipe"] == "0.10.21"
    assert {look["start"] for look in LOOKS} == {"box", "palm"}
    assert len({look["picture"] for look in LOOKS}) >= 10
    assert max(abs(look["region"][3]) for look in LOOKS) > 1.5, "some regions are turned a long way"


def test_some_regions_reach_over_the_edge_of_the_photo() -> None:
    def reaches_out(look: dict[str, Any]) -> bool:
        x, y, side, _ = look["region"]
        height, width = picture(look["picture"]).shape[:2]
        return min(x, y, width - x, height - y) < side / 2

    assert sum(map(reaches_out, LOOKS)) >= 5


def test_the_same_region_gives_the_same_landmarks(pair: tuple[dict[str, Any], Landmarks]) -> None:
    look, ours = pair
    theirs = np.array(look["landmarks"])
    to_view = SIDE / look["region"][2]  # into pixels of the network's 224 px view of the region
    apart = np.linalg.norm(ours.points[:, :2] - theirs[:, :2], axis=1) * to_view
    assert apart.mean() < 0.5
    assert apart.max() < 2
    deep = np.abs(ours.points[:, 2] * MEDIAPIPE_DEPTH - theirs[:, 2]) * to_view
    assert deep.max() < 2
    assert ours.presence > 0.5


def test_mediapipes_left_is_our_right(pair: tuple[dict[str, Any], Landmarks]) -> None:
    """It speaks of mirrored selfies, we of photos as they are."""
    look, ours = pair
    label, score = look["handedness"]
    assert ours.right == pytest.approx(score if label == "Left" else 1 - score, abs=0.02)


@pytest.mark.parametrize("look", LOOKS, ids=title)
def test_the_same_landmarks_give_the_same_next_region(look: dict[str, Any]) -> None:
    x, y, side, angle = look["next"]
    ours = Landmarks(np.array(look["landmarks"], np.float32), 1.0, 1.0).follow()
    assert np.hypot(ours.x - x, ours.y - y) < 0.002 * side
    assert ours.side == pytest.approx(side, rel=0.002)
    assert ours.angle == pytest.approx(angle, abs=0.002)
