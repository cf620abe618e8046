"""Where the time goes: the CPU time of each stage of one scanner, in this process, one thread."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import cv2

import poseguard.scanner as house
from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.hands.pose import CropNetworks, Fusion, LandmarkClassifier
from poseguard.people.search import PeopleSearch
from poseguard.props.detector import PropsDetector
from poseguard.results import Level
from poseguard.rules.context import Given, build_context

P = ParamSpec("P")
R = TypeVar("R")
STAGES = ("decode", "people", "landmarks", "poses", "props", "rest")
_PARTS: tuple[tuple[str, Any, str], ...] = (
    ("decode", house, "read_photo"),
    ("people", PeopleSearch, "find"),
    ("landmarks", LandmarkNetwork, "settle"),
    ("poses", CropNetworks, "opinions"),
    ("poses", LandmarkClassifier, "opinion"),
    ("poses", Fusion, "probabilities"),
    ("poses", Fusion, "judge"),
    ("props", PropsDetector, "detect"),
)


class Clock:
    """Seconds of this thread's CPU time by stage, while it stands in the way of the stages' functions."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._before: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Clock:
        for stage, owner, name in _PARTS:
            self._before.append((owner, name, getattr(owner, name)))
            setattr(owner, name, self._timed(stage, getattr(owner, name)))
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, function in self._before:
            setattr(owner, name, function)

    def _timed(self, stage: str, function: Callable[P, R]) -> Callable[P, R]:
        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            started = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[stage] += time.thread_time() - started

        return timed


def where_time_goes(photos: Sequence[Path], weights: Path | None) -> dict[str, float]:
    """CPU milliseconds a photo by stage, and `all`; the first photo warms up and is not counted."""
    cv2.setNumThreads(1)
    scanner = house.Scanner(house.Settings(lang="en", weights=weights, props=True))
    given = Given(election="pilkada-2024", posted="2024-10-15", subject="pns")
    context = build_context(given, scanner.pack, "en")
    scanner.take(house.Job(photos[0], context))
    with Clock() as clock:
        started = time.thread_time()
        for photo in photos:
            report, _ = scanner.take(house.Job(photo, context))
            json.dumps(report.to_json())
            assert report.risk.level is not Level.UNKNOWN, photo
        whole = time.thread_time() - started
    clock.seconds["rest"] = whole - sum(clock.seconds.values())
    times = {stage: 1000 * clock.seconds[stage] / len(photos) for stage in STAGES}
    return {**times, "all": 1000 * whole / len(photos)}
