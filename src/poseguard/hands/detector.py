"""The hands room: from hand boxes to poses with both opinions, fingers and owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from poseguard.boxes import scaled, shared
from poseguard.detectors import Seen
from poseguard.hands.fingers import raised
from poseguard.hands.landmarks import LandmarkNetwork, Landmarks
from poseguard.hands.pose import OTHER, POSES, CropNetworks, CropOpinion, Floats, Fusion, LandmarkClassifier
from poseguard.people.types import Found, People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Box, Digest, Evidence
from poseguard.texts import default_lang
from poseguard.weights import digest, fitting, verified_bytes

_NETWORKS = ("hand_landmark", "pose_crop", "pose_wide", "pose_landmarks", "pose_fusion")
# Landmarks under this presence draw nothing and tell no fingers.
_SURE_OF_HAND = 0.5
_SAME_HAND = 0.4


@dataclass(frozen=True, slots=True)
class _Look:
    """One hand by itself. `hand`: how likely it is one; `size`: in pixels of what was decoded."""

    found: Found
    owner: int | None
    hand: float
    size: float
    crop: Floats
    marks: Landmarks | None
    second: Floats | None
    alone: Floats


class HandDetector:
    """Tells the pose of every hand of the people pass. `folder`: a user's own networks. Not shared between threads."""

    name = "hands"
    kinds: tuple[str, ...] = ("hand",)

    def __init__(self, folder: Path | None = None, *, lang: str | None = None) -> None:
        models = (verified_bytes(name, extra_dir=folder, lang=lang) for name in _NETWORKS)
        marks, near, wide, classifier, fusion = models
        self._digests = tuple(digest(name, extra_dir=folder, lang=lang) for name in _NETWORKS)
        self._marks = LandmarkNetwork(marks)
        self._crop = CropNetworks(near, wide)
        self._classifier = LandmarkClassifier(classifier)
        self._fusion = fitting("pose_fusion", lang or default_lang(), lambda: Fusion(fusion))

    def digests(self) -> tuple[Digest, ...]:
        return self._digests

    def detect(self, photo: ReadPhoto, people: People) -> Seen:
        """One piece of evidence a hand, in reading order."""
        assert photo.pixels is not None
        order = sorted(zip(people.hands, people.owner, strict=True), key=lambda h: (h[0].box[1] // 64, h[0].box[0]))
        opinions = self._crop.opinions(photo.pixels, [scaled(hand.box, photo.scale) for hand, _ in order])
        likely = [self._fusion.hand(h.score, o.hand) for (h, _), o in zip(order, opinions, strict=True)]
        looks = [
            self._look(photo, *order[i], opinions[i], likely[i])
            for i in kept([hand.box for hand, _ in order], likely, self._fusion.least_hand)
        ]
        weighed = self._fusion.in_company([look.alone for look in looks])
        evidence = [
            self._evidence(f"hand-{n}", look, known, photo.scale)
            for n, (look, known) in enumerate(zip(looks, weighed, strict=True), 1)
        ]
        return Seen(linked(evidence), sum(bool(e.details["unreadable"]) for e in evidence))

    def _look(self, photo: ReadPhoto, found: Found, owner: int | None, opinion: CropOpinion, hand: float) -> _Look:
        assert photo.pixels is not None
        crop = opinion.poses
        region = scaled(found.box, photo.scale)
        size = max(region[2:])
        marks: Landmarks | None = None
        second: Floats | None = None
        if np.exp(crop[OTHER]) < self._fusion.plainly_other and size >= self._fusion.smallest:
            marks = self._marks.settle(photo.pixels, region)
            second = self._classifier.opinion(marks, size)
        alone = self._fusion.probabilities(crop, second, marks.presence if marks else 0.0, size, hand)
        return _Look(found, owner, hand, size, crop, marks, second, alone)

    def _evidence(self, name: str, look: _Look, probabilities: Floats, scale: float) -> Evidence:
        told = self._fusion.judge(probabilities, look.size)
        details: dict[str, Any] = {
            "person": None if look.owner is None else look.owner + 1,
            "size_px": round(max(look.found.box[2:])),
            "detector_score": look.found.score,
            "hand_probability": look.hand,
            "unreadable": told.unreadable,
            "by_company": told.label not in ("other", self._fusion.judge(look.alone, look.size).label),
            "opinions": _opinions(look, probabilities),
        }
        points = side = None
        marks = look.marks
        if marks is not None and marks.presence >= _SURE_OF_HAND:
            points = tuple((float(x) / scale, float(y) / scale) for x, y in marks.points[:, :2])
            side = "right" if marks.right >= 0.5 else "left"
            fingers = raised(marks.points)
            details |= {"fingers": fingers[1:], "thumb": fingers[0]}
        return Evidence(name, "hand", told.label, told.confidence, look.found.box, side, points, details)


def kept(boxes: Sequence[Box], likely: Sequence[float], least: float) -> list[int]:
    """Indices, in order, of boxes that are hands with `least` or more; of two over one hand, the likelier.

    Overlap is measured against the smaller box: a part of a hand, or a hand with its arm, is no second hand.
    """
    out: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -likely[i]):
        if likely[i] >= least and all(shared(boxes[i], boxes[j]) <= _SAME_HAND for j in out):
            out.append(i)
    return sorted(out)


def _opinions(look: _Look, weighed: Floats) -> dict[str, Any]:
    """Each opinion as label and probability, for a person to check; `alone`: both together, `weighed`: in company."""
    out: dict[str, Any] = {"crop": _best(np.exp(look.crop)), "alone": _best(look.alone), "weighed": _best(weighed)}
    if look.marks is not None and look.second is not None:
        out["landmarks"] = _best(np.exp(look.second)) | {"presence": look.marks.presence}
    return out


def _best(probabilities: Floats) -> dict[str, Any]:
    best = int(probabilities.argmax())
    return {"label": POSES[best], "confidence": float(probabilities[best])}


def linked(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """Two hands of one heart name each other in `details.pair`: the nearest two within 2.5 times their size."""
    hearts = [i for i, e in enumerate(evidence) if e.label == "hand_heart"]
    pairs = []
    for n, a in enumerate(hearts):
        for b in hearts[n + 1 :]:
            (ax, ay, aw, ah), (bx, by, bw, bh) = evidence[a].box, evidence[b].box
            apart = np.hypot(ax + aw / 2 - bx - bw / 2, ay + ah / 2 - by - bh / 2) / max(aw, ah, bw, bh)
            pairs.append((float(apart), a, b))
    out = list(evidence)
    taken: set[int] = set()
    for apart, a, b in sorted(pairs):
        if apart <= 2.5 and not taken & {a, b}:
            taken |= {a, b}
            out[a] = replace(out[a], details={**out[a].details, "pair": out[b].id})
            out[b] = replace(out[b], details={**out[b].details, "pair": out[a].id})
    return tuple(out)
