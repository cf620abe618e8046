"""A recogniser and an embedder made by hand, for tests of enrolment: coarse colours and edges, no network at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import square
from poseguard.reading.photo import Pixels
from poseguard.results import Box

NETWORK = "ab" * 32
# Chosen for the stand-in, as training chooses them for the network.
ENROL = {
    "cosine": 0.5,
    "strict_cosine": 0.86,
    "inliers": 6,
    "weights": [-9.0, 8.0, 1.6, 0.0, 0.0, 0.3, 0.0],
    "small": [-36.8, 45.0, 0.0, 0.0, 0.3, 0.0],
    "margin": 0.5,
    "least": 0.5,
    "strangers": b64encode(np.eye(192, dtype="<f2")[:4].tobytes()).decode(),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An opinion: `label` and `confidence` of a mark that the recogniser was trained on."""

    label: str | None = None
    confidence: float = 0.05
    second: tuple[str, float] = ("background", 0.1)


class StandIn:
    """Looks at real pixels; `knows`: label and an embedding that it was "trained" on."""

    def __init__(self, knows: tuple[str, NDArray[np.float32]] | None = None) -> None:
        self.knows = knows

    def opinions(self, pixels: Pixels, boxes: Sequence[Box]) -> list[Told]:
        return [self._told(square(pixels, box, 96, 1.25)) for box in boxes]

    def _told(self, crop: Pixels) -> Told:
        if self.knows is not None and float(embed(crop) @ self.knows[1]) > 0.95:
            return Told(self.knows[0], 0.97)
        return Told()

    def embed(self, pixels: Pixels, boxes: Sequence[Box]) -> NDArray[np.float32]:
        return np.stack([embed(square(pixels, box, 96, 1.25)) for box in boxes])


def embed(crop: Pixels) -> NDArray[np.float32]:
    """48 mean colours of a 4 × 4 grid and 144 edge directions, each centred; length 1."""
    colours = cv2.resize(crop, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float32).reshape(-1)
    grey = cv2.GaussianBlur(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 2)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    angle, power = np.arctan2(dy, dx) % np.pi, np.hypot(dx, dy)
    edges = np.zeros((4, 4, 9), np.float32)
    for k in range(9):
        part = np.where((angle * 9 / np.pi).astype(int) % 9 == k, power, 0)
        edges[..., k] = cv2.resize(part, (4, 4), interpolation=cv2.INTER_AREA)
    halves = [half - half.mean() for half in (colours, edges.reshape(-1))]
    whole = np.concatenate([half / max(float(np.linalg.norm(half)), 1e-6) for half in halves])
    return np.asarray(whole / np.linalg.norm(whole), np.float32)
