"""Two opinions on a hand, weighed together: the pixels of its crop, and its landmarks."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import planes, square
from poseguard.hands.features import features, mirrored
from poseguard.hands.landmarks import Landmarks
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import session

POSES = (
    "like", "dislike", "one", "peace", "three", "four", "palm", "rock", "call", "ok",
    "thumb_index", "finger_heart", "fist", "hand_heart", "other",
)  # fmt: skip
OTHER = POSES.index("other")
_HEART = POSES.index("hand_heart")
SIDE = 112
GROW = 1.45
WIDE = 2.0
# From this probability of `other` on the wide network is not asked: hardly a held-out answer depends on it.
_ORDINARY = 0.9

Floats = NDArray[np.float32]


def log_softmax(logits: Floats) -> Floats:
    """Row-wise log probabilities."""
    top = logits.max(-1, keepdims=True)
    shifted = logits - top
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)


def cut(pixels: Pixels, box: Box, grow: float = GROW) -> Pixels:
    """The square of `grow` times the box's longer side around it, SIDE × SIDE, edges repeated, smooth when reduced."""
    return square(pixels, box, SIDE, grow)


@dataclass(frozen=True, slots=True)
class CropOpinion:
    """What the pixels say: `poses`, 15 log probabilities given that it is a hand; `hand`, how likely it is one."""

    poses: Floats
    hand: float


class CropNetwork:
    """A network on crops: N × 3 × 112 × 112 RGB in 0..1 to N × 16 logits, the poses and "no hand at all".

    `grow`: the crop's side in units of the hand's longer one.
    """

    def __init__(self, model: bytes, grow: float = GROW) -> None:
        self._net = session(model)
        self._grow = grow

    def opinions(self, pixels: Pixels, boxes: Sequence[Box]) -> list[CropOpinion]:
        """One a box; each hand is seen as it is, and in the mirror a little closer."""
        grow = self._grow
        crops = [c for box in boxes for c in (cut(pixels, box, grow), cut(pixels, box, grow * 0.88)[:, ::-1])]
        out = []
        for start in range(0, len(crops), 16):
            batch = planes(crops[start : start + 16])
            for first, second in log_softmax(self._net.run(None, {"crops": batch})[0]).reshape(-1, 2, len(POSES) + 1):
                both = log_softmax((first + second) / 2)
                out.append(CropOpinion(log_softmax(both[:-1]), 1 - float(np.exp(both[-1]))))
        return out


class CropNetworks:
    """Two networks: `pose_crop.onnx` looks closely at every hand, `pose_wide.onnx`, which sees the wrist and what is
    round it too, at those of which the first is not sure that they are ordinary."""

    def __init__(self, near: bytes, wide: bytes) -> None:
        self._near = CropNetwork(near)
        self._wide = CropNetwork(wide, WIDE)

    def opinions(self, pixels: Pixels, boxes: Sequence[Box]) -> list[CropOpinion]:
        """One a box: the mean of both where both were asked."""
        out = self._near.opinions(pixels, boxes)
        asked = [i for i, said in enumerate(out) if np.exp(said.poses[OTHER]) < _ORDINARY]
        for i, wide in zip(asked, self._wide.opinions(pixels, [boxes[i] for i in asked]), strict=True):
            out[i] = CropOpinion(log_softmax((out[i].poses + wide.poses) / np.float32(2)), out[i].hand)
        return out


class LandmarkClassifier:
    """`pose_landmarks.onnx`: N × COUNT features to N × 15 logits."""

    def __init__(self, model: bytes) -> None:
        self._net = session(model)

    def opinion(self, marks: Landmarks, size: float) -> Floats:
        """15 log probabilities, from the landmarks and their mirror image. `size`: the hand's longer side in pixels."""
        rows = [features(points, marks.presence, size) for points in (marks.points, mirrored(marks.points))]
        logits = self._net.run(None, {"features": np.stack(rows)})[0]
        return log_softmax(log_softmax(logits).mean(0))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The pose of one hand. `probabilities`: 15, calibrated. `unreadable`: seen, but its pose cannot be told."""

    label: str
    confidence: float
    probabilities: Floats
    unreadable: bool


class Fusion:
    """Weighs both opinions; its numbers are fitted by training/pose_fusion.py and lie in `pose_fusion.json`.

    The log probabilities of both are added with weights that depend on the hand's size and on the landmarks'
    presence, plus one bias a pose, which for `other` changes with the size: of small hands it is said too often. A pose
    is named where its probability reaches its threshold.
    """

    def __init__(self, data: bytes) -> None:
        numbers = json.loads(data)
        self._crop = np.array(numbers["crop"], np.float32)
        self._landmarks = np.array(numbers["landmarks"], np.float32)
        self._bias = np.array([numbers["bias"][p] for p in POSES], np.float32)
        self._other_by_size = float(numbers["other_by_size"])
        self._alone = float(numbers["alone"])
        thresholds = np.array([numbers["thresholds"][p] for p in POSES if p != "other"], np.float32)
        self._small, self._large = thresholds.T
        self._sizes = (math.log(numbers["small_px"]), math.log(numbers["large_px"]))
        self.plainly_other = float(numbers["plainly_other"])
        self.smallest = float(numbers["smallest_px"])
        company = numbers["company"]
        self._usual = np.array([company["usual"][p] for p in POSES], np.float32)
        self._strength = float(company["strength"])
        self._bounds = (float(company["least"]), float(company["most"]))
        self._hand = np.array(numbers["hand"], np.float32)
        self.least_hand = float(numbers["least_hand"])

    def hand(self, score: float, likely: float) -> float:
        """Probability that a box is a hand, from the people pass's score and the crop's word for it."""
        odds = [math.log(max(v, 1e-4) / max(1 - v, 1e-4)) for v in (score, likely)]
        return 1 / (1 + math.exp(-float(self._hand @ (1.0, *odds))))

    def probabilities(
        self, crop: Floats, landmarks: Floats | None, presence: float, size: float, hand: float = 1.0
    ) -> Floats:
        """15 probabilities. `landmarks` None: no landmarks were spent on this hand; `hand`: that it is one at all."""
        scale = math.log(max(size, 8.0) / 48.0)
        total = crop * max(float(self._crop @ (1.0, scale)), 0.0)
        if landmarks is None:
            total = crop * self._alone
        else:
            # Landmarks are of one hand: they may see a heart, but cannot deny that two hands make one.
            landmarks = landmarks.copy()
            landmarks[_HEART] = max(landmarks[_HEART], crop[_HEART])
            total = total + landmarks * max(float(self._landmarks @ (1.0, scale, presence, presence * scale)), 0.0)
        total = total + self._bias
        total[OTHER] += self._other_by_size * scale
        out = np.exp(log_softmax(total)) * np.float32(hand)
        out[OTHER] += 1 - hand
        return out

    def in_company(self, probabilities: Sequence[Floats]) -> list[Floats]:
        """Of every hand of one photo, 15 probabilities that know of the others: people who are photographed together
        pose alike.

        The share of each pose in a photo is one of a Dirichlet distribution round the usual shares, as strong as
        `strength` hands; what the other hands show moves it, and each hand is weighed by it anew (empirical Bayes,
        Robbins 1956). A pose that nobody else shows loses no more than `least` of its odds.
        """
        shown = np.sum(probabilities, axis=0) if probabilities else 0.0
        out = []
        for own in probabilities:
            share = (shown - own + self._strength * self._usual) / (len(probabilities) - 1 + self._strength)
            weighed = own * (share / self._usual).clip(*self._bounds)
            out.append(np.asarray(weighed / weighed.sum(), np.float32))
        return out

    def judge(self, probabilities: Floats, size: float) -> Judgement:
        """Names the likeliest pose where it reaches its threshold, `other` where it does not.

        Thresholds rise with size: on a large hand a pose that is one is plainly so, and ordinary hands that resemble
        one are many; on a small hand the same doubt is only blur.
        """
        best = int(probabilities[:OTHER].argmax())
        sure = float(probabilities[best])
        low, high = self._sizes
        place = min(max((math.log(max(size, 1.0)) - low) / (high - low), 0.0), 1.0)
        wanted = float(self._small[best] + place * (self._large[best] - self._small[best]))
        if size >= self.smallest and sure >= wanted:
            return Judgement(POSES[best], sure, probabilities, False)
        ordinary = float(probabilities[OTHER])
        return Judgement("other", ordinary, probabilities, ordinary < sure or size < self.smallest)
