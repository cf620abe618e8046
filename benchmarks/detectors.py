"""The people detector beside its teacher and beside MediaPipe's whole-frame pass: same photos, same scorer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from benchmarks.palm import WholeFrame, palm_model
from benchmarks.scanning import Report, write_lines
from benchmarks.scoring import Score, score
from benchmarks.truth import TruthSet
from poseguard.hands.detector import kept
from poseguard.hands.landmarks import LandmarkNetwork
from poseguard.hands.pose import CropNetwork, Fusion
from poseguard.people.detector import HAND
from poseguard.people.search import SCORES, PeopleSearch
from poseguard.reading.photo import Pixels
from poseguard.reading.read import read_photo
from poseguard.results import Box
from poseguard.weights import find, verified_bytes

Hands = list[tuple[Box, float]]
_WIDTHS = (7, 6, 6, 6, 6, 7, 6)


@dataclass(frozen=True)
class Search:
    """A way of finding hands. `bytes`: size of its files; `hands`: boxes in the pixels it is given, with a score."""

    name: str
    bytes: int
    hands: Callable[[Pixels], Hands]


def searches(weights: Path | None, shared: Path, palm: Path | None) -> list[Search]:
    """The project's own in three ways, its teacher at three settings, and MediaPipe where `palm` is given."""
    found = [*_own(weights), *_teacher(shared)]
    if palm is not None:
        content, marks = palm_model(palm), verified_bytes("hand_landmark", extra_dir=weights)
        whole = WholeFrame(content, LandmarkNetwork(marks))
        found.append(Search("MediaPipe, whole frame once", len(content) + len(marks), whole.hands))
    return found


def _own(weights: Path | None) -> list[Search]:
    people = PeopleSearch(weights)
    crop = CropNetwork(verified_bytes("pose_crop", extra_dir=weights))
    fusion = Fusion(verified_bytes("pose_fusion", extra_dir=weights))
    size, second = (find(name, extra_dir=weights).stat().st_size for name in ("people", "pose_crop"))

    def over(least: float) -> Callable[[Pixels], Hands]:
        def hands(pixels: Pixels) -> Hands:
            rows = people.rows(pixels).tolist()
            return [((x, y, w, h), s) for kind, s, x, y, w, h in rows if int(kind) == HAND and s >= least]

        return hands

    def twice(pixels: Pixels) -> Hands:
        found = over(0.0)(pixels)
        opinions = crop.opinions(pixels, [box for box, _ in found])
        likely = [fusion.hand(hand[1], said.hand) for hand, said in zip(found, opinions, strict=True)]
        return [found[i] for i in kept([box for box, _ in found], likely, fusion.least_hand)]

    return [
        Search(f"own, score {SCORES[HAND]:g}", size, over(0.0)),
        Search("own, score 0.2", size, over(0.2)),
        Search("own, looked at twice (as shipped)", size + second, twice),
    ]


def _teacher(shared: Path) -> list[Search]:
    from training.teacher import Teacher

    teacher = Teacher()
    size = (shared / "weights/yolox_nano_body_head_hand.onnx").stat().st_size

    def at(longest: int, least: float) -> Search:
        def hands(pixels: Pixels) -> Hands:
            rows = teacher.find(pixels, longest, least).tolist()
            return [((x, y, w, h), s) for kind, s, x, y, w, h in rows if int(kind) == HAND]

        return Search(f"teacher, {longest}, score {least:g}", size, hands)

    return [at(960, 0.1), at(1280, 0.1), at(1280, 0.2)]


def looked(search: Search, photos: list[Path]) -> tuple[list[Report], list[float]]:
    """What score.py reads of a report, and the CPU milliseconds of one thread a photo, reading left out."""
    lines: list[Report] = []
    spent: list[float] = []
    for path in photos:
        photo = read_photo(path)
        assert photo.pixels is not None, path
        started = time.thread_time()
        hands = search.hands(photo.pixels)
        spent.append(1000 * (time.thread_time() - started))
        evidence = [
            {"kind": "hand", "label": "other", "confidence": s, "box": [v / photo.scale for v in box]}
            for box, s in hands
        ]
        lines.append({"photo": {"path": str(path)}, "status": "ok", "evidence": evidence})
    return lines, spent


def compare(
    sets: Mapping[str, TruthSet], shared: Path, out: Path, weights: Path | None, palm: Path | None
) -> tuple[list[str], list[dict[str, Any]]]:
    """Lines for a person, and JSON a search and set. Precision means nothing in `wild`: not every hand is labelled."""
    cv2.setNumThreads(1)
    columns = zip(("recall", "24-32", "32-48", "48-96", "96+", "posing", "fists"), _WIDTHS, strict=True)
    head = " ".join(f"{column:>{width}}" for column, width in columns)
    lines = [f"{'set':<7} {'search':<34} {'MB':>5} {'ms':>6} {head} {'precision':>10}"]
    figures: list[dict[str, Any]] = []
    for search in searches(weights, shared, palm):
        for name in ("props", "wild"):
            reports, spent = looked(search, sets[name].photos())
            report, truth = out / f"detector-{len(figures)}.jsonl", out / f"detector-{name}.csv"
            write_lines(report, reports)
            sets[name].write(truth)
            scored = score(shared, "boxes", report, truth)
            ms = statistics.median(spent)
            lines.append(_line(name, search, ms, scored))
            figures.append(
                {
                    "set": name,
                    "search": search.name,
                    "bytes": search.bytes,
                    "ms": ms,
                    "sizes": scored.sizes,
                    **scored.numbers,
                }
            )
    lines.append("ms: median CPU milliseconds of one thread a photo, decoding left out")
    if palm is None:
        lines.append(
            "MediaPipe's pass was not run: give --palm DIR (palm_detection_full.tflite or the mediapipe wheel)"
        )
    return lines, figures


def _line(name: str, search: Search, ms: float, scored: Score) -> str:
    groups = ("all", "24-32 px", "32-48 px", "48-96 px", "96 px and more", "posing", "fist")
    recalls = " ".join(f"{scored.sizes[k]['recall']:>{w}.3f}" for k, w in zip(groups, _WIDTHS, strict=True))
    precision = f"{scored.numbers['hand_precision']:>10.3f}" if name == "props" else f"{'-':>10}"
    return f"{name:<7} {search.name:<34} {search.bytes / 1e6:>5.1f} {ms:>6.0f} {recalls} {precision}"
