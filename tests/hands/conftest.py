"""Drawn hands whose poses and joints are known, and the networks that ship."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.hands.pose import CropNetwork
from poseguard.results import Box
from poseguard.weights import verified_bytes

DRAWN = Path(__file__).parents[1] / "parity"


@dataclass(frozen=True)
class DrawnHand:
    """A picture of tests/parity with what is true of it, in its pixels."""

    name: str
    pixels: np.ndarray
    pose: str
    side: str
    box: Box
    joints: np.ndarray


@pytest.fixture(scope="session")
def drawn() -> list[DrawnHand]:
    hands = []
    for name, facts in json.loads((DRAWN / "drawn.json").read_text()).items():
        pixels = np.ascontiguousarray(cv2.imread(str(DRAWN / "pictures" / name))[..., ::-1])
        joints = np.array(facts["joints"])
        hands.append(DrawnHand(name, pixels, facts["pose"], facts["side"], tuple(facts["box"]), joints))
    return hands


@pytest.fixture(scope="session")
def landmark_network() -> LandmarkNetwork:
    return LandmarkNetwork(verified_bytes("hand_landmark"))


@pytest.fixture(scope="session")
def crop_network() -> CropNetwork:
    return CropNetwork(verified_bytes("pose_crop"))
