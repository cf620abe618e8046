"""The small parts that figures rest on; the figures themselves are measured, not tested (docs/measurements.md)."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bench import targets
from benchmarks.figures import Target, target_lines
from benchmarks.levels import calm_raised, posing_raised
from benchmarks.matching import calibration, interval, matched
from benchmarks.measure import contaminated, main
from benchmarks.offline import guarded
from benchmarks.palm import anchors, decoded, hand_region
from benchmarks.photos12 import PIXELS, chosen, enlarged
from benchmarks.scoring import parsed
from benchmarks.truth import ROOT, TWINS, TruthSet, maybe_listed, size_of, sure_listed, well_sourced
from benchmarks.watching import Watched
from poseguard.weights import load_manifest, verified_bytes

PRINTED_BOXES = """\
       hands          true         found        recall
    24-32 px            13            13         1.000
96 px and more             0             0           nan
      posing            22            20         0.909
        fist             0             0           nan
         all           106            99         0.934
       label         hands     precision        recall            f1
        like             5         0.667         0.400         0.500
         one             1           nan         0.000         0.000
without palm: recall 0.6957  precision 0.9412  of 23 hands
photos 8, not in the report 0, poses reported where no hand is labelled 1, fists read as a pose 2 of 33
listed poses: recall 0.5641  precision 0.9565  hand recall 0.9340  hand precision 0.5829
"""
PRINTED_POSES = """\
       label        photos     precision        recall            f1
        call            55         0.930         0.964         0.946
most confused: other->fist 3
photos 988, not in the report 0, with a hand found 0.981, false pose on `other` 0.044
macro-F1 0.9012
"""


def row(label: str, box: tuple[float, float, float, float] = (0, 0, 60, 60), **more: str) -> dict[str, str]:
    x, y, w, h = map(str, box)
    return {"file": "a.jpg", "x": x, "y": y, "w": w, "h": h, "label": label, "missed": "0", "dense": "0", **more}


def hand(box: tuple[float, float, float, float], label: str = "like", confidence: float = 0.9) -> dict[str, object]:
    return {"kind": "hand", "label": label, "confidence": confidence, "box": list(box)}


def test_what_the_yardstick_prints_is_read_back() -> None:
    boxes = parsed(PRINTED_BOXES)
    assert boxes.sizes["all"] == {"true": 106, "found": 99, "recall": 0.934}
    assert math.isnan(boxes.sizes["96 px and more"]["recall"])
    assert boxes.labels["like"] == {"count": 5, "precision": 0.667, "recall": 0.4, "f1": 0.5}
    assert boxes.numbers["bare_hands"] == 23
    assert (boxes.numbers["fists_posed"], boxes.numbers["fists"]) == (2, 33)
    assert (boxes.numbers["hand_recall"], boxes.numbers["hand_precision"]) == (0.934, 0.5829)
    poses = parsed(PRINTED_POSES)
    assert poses.numbers == {"photos": 988, "missing": 0, "hand_found": 0.981, "false_pose": 0.044, "macro_f1": 0.9012}
    assert poses.labels["call"]["f1"] == 0.946


@pytest.mark.shared
def test_the_yardstick_still_prints_what_is_read(shared: Path) -> None:
    code = (shared / "yardsticks/score.py").read_text(encoding="utf-8")
    for words in (
        "with a hand found",
        "false pose on `other`",
        "fists read as a pose",
        "without palm: recall",
        "hand precision",
    ):
        assert words in code


def test_a_pose_needs_three_sources_and_alternatives_count_for_none() -> None:
    rows = [
        {"label": label, "group": "", "source": source}
        for label, source in [
            ("like", "a"),
            ("like", "b"),
            ("like", "c"),
            ("one", "a"),
            ("one", "a"),
            ("one", "b"),
            ("one|other", "c"),
            ("other", "a"),
        ]
    ]
    assert well_sourced(rows) == ("like",)


def test_folders_of_one_group_are_one_source() -> None:
    rows = [{"label": "ok", "group": "hagrid", "source": source} for source in "abc"]
    assert well_sourced(rows) == ()


def test_a_padded_box_gives_the_size_of_the_hand() -> None:
    assert size_of(row("like", (0, 0, 72, 60))) == 48
    assert sure_listed(row("like", (0, 0, 72, 60)), 48)
    assert not sure_listed(row("like?", (0, 0, 72, 60)), 48)
    assert not sure_listed(row("palm", (0, 0, 72, 60)), 48)
    assert not sure_listed(row("like", (0, 0, 71, 60)), 48)
    assert maybe_listed(row("like?"))
    assert not maybe_listed(row("fist"))


def test_each_reported_hand_is_matched_once_and_the_nearest_wins() -> None:
    rows = [row("like"), row("fist?", (100, 0, 60, 60)), row("one", (200, 0, 30, 30))]
    near, far, unsure, small = (
        hand((10, 10, 40, 40)),
        hand((25, 25, 40, 40)),
        hand((110, 10, 40, 40)),
        hand((205, 5, 20, 20)),
    )
    assert matched(rows, [far, near, unsure, small]) == [(rows[0], near)]


def test_a_dense_photo_matches_nothing() -> None:
    assert matched([row("like"), row("like", (100, 0, 60, 60), dense="1")], [hand((10, 10, 40, 40))]) == []


def test_a_box_of_another_size_meets_nothing() -> None:
    assert matched([row("like")], [hand((-40, -40, 140, 140))]) == []


def test_honest_confidences_have_no_calibration_error() -> None:
    found = calibration([(0.75, n < 3) for n in range(4)])
    assert (found.hands, found.error) == (4, 0.0)
    assert found.bins[0].right == 0.75


def test_boasting_shows_as_calibration_error() -> None:
    found = calibration([(1.0, False), (1.0, True), (0.5, True), (0.5, False)])
    assert found.error == pytest.approx(0.25)
    assert [b.low for b in found.bins] == [0.5, 0.9]


def test_few_examples_leave_a_wide_interval() -> None:
    assert interval(1.0, 5)[0] < 0.6
    assert interval(1.0, 500)[0] > 0.99
    assert interval(float("nan"), 0) == (0.0, 1.0)


def test_a_target_is_met_missed_or_not_measured() -> None:
    assert Target("a", "recall", 0.9, 0.9, 10).met is True
    assert Target("a", "false poses", 0.06, 0.05, 10, most=True).met is False
    nothing = Target("a", "recall", float("nan"), 0.9, 0)
    assert nothing.met is None
    assert target_lines([nothing])[-1] == "0 of 1 targets met"


def test_levels_count_calm_photos_raised_and_posing_photos_missed() -> None:
    folder = Path("/photos").resolve()
    calm = TruthSet("negative", folder, None, tuple({"file": f, "finger_pose": ""} for f in "abc"), ("a", "b", "c"))
    wild = TruthSet("wild", folder, "boxes", (row("like", (0, 0, 90, 90), file="d"), row("like", file="e")), ("d", "e"))

    def report(level: str) -> dict[str, object]:
        return {"risk": {"level": level}, "evidence": [hand((0, 0, 9, 9))]}

    reports = {
        folder / f: report(v) for f, v in {"a": "medium", "b": "high", "c": "low", "d": "low", "e": "low"}.items()
    }
    raised = calm_raised(calm, [row("one?", file="b")], reports)
    assert (raised.raised, raised.photos, [one.file for one in raised.look]) == (1, 3, ["a"])
    missed = posing_raised([wild], reports)
    assert (missed.raised, missed.photos, [one.file for one in missed.look]) == (0, 1, ["d"])


def test_the_palm_network_has_2016_anchors_row_by_row() -> None:
    centres = anchors()
    assert centres.shape == (2016, 2)
    assert centres[0] == pytest.approx([0.5 / 24, 0.5 / 24])
    assert centres[2] == pytest.approx([1.5 / 24, 0.5 / 24])
    assert centres[1152] == pytest.approx([0.5 / 12, 0.5 / 12])


def test_a_palm_is_decoded_around_its_anchor_and_its_double_dropped() -> None:
    raw, logits = np.zeros((2016, 18), np.float32), np.full(2016, -9, np.float32)
    raw[0, :4] = raw[1, :4] = 0, 0, 96, 96
    logits[:2] = 2, 1
    boxes, points, scores = decoded(raw, logits, anchors())
    assert boxes == pytest.approx(np.array([[0.5 / 24 - 0.25, 0.5 / 24 - 0.25, 0.5, 0.5]]), abs=1e-6)
    assert points.shape == (1, 7, 2)
    assert scores == pytest.approx([1 / (1 + math.exp(-2))])


def test_the_region_of_an_upright_palm_lies_above_it() -> None:
    points = np.zeros((7, 2), np.float32)
    points[0], points[2] = (50, 100), (50, 60)
    region = hand_region(np.array([30, 60, 40, 40], np.float32), points)
    assert (region.x, region.y, region.side, region.angle) == pytest.approx((50, 60, 104, 0))


def test_photos_are_chosen_by_the_people_on_them_or_the_nearest() -> None:
    people = {Path(str(n)): n for n in (1, 2, 3, 5)}
    assert chosen(people, range(1, 4), 2) == [Path("1"), Path("2")]
    assert chosen(people, range(9, 16), 2) == [Path("5")]


def test_a_picture_is_enlarged_to_twelve_megapixels(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 30), (200, 120, 90)).save(tmp_path / "small.png")
    enlarged(tmp_path / "small.png", tmp_path / "big.jpg", seed=1)
    with Image.open(tmp_path / "big.jpg") as big:
        assert big.size == (4000, 3000)
        assert big.width * big.height == PIXELS


def test_the_pace_leaves_the_start_out() -> None:
    run = Watched((2.0, 2.1, 2.6, 3.1), None)
    assert (run.first, run.pace(2), run.whole_pace) == (2.0, pytest.approx(2.0), pytest.approx(4 / 3.1))


def test_memory_that_the_system_does_not_tell_is_no_target_met() -> None:
    found = {
        "photos": 6, "without_props_photos_a_second": 7.0, "props_add": 0.61, "props_add_by_cpu": 0.59,
        "first_result_s": 1.5, "worker_peak_mb": None,
    }  # fmt: skip
    speed, more, by_cpu, first, memory = targets({"up to three people": found}, 3)
    assert (speed.met, more.met, by_cpu.met, first.met, memory.met) == (True, False, True, True, None)


def test_under_the_guard_a_socket_is_refused_and_noted() -> None:
    tried = guarded([sys.executable, "-c", "import socket; socket.socket()"], b"")
    assert tried.code != 0
    assert "socket.__new__" in tried.tried[0]


def test_under_the_guard_processes_may_still_talk_to_each_other() -> None:
    code = "from multiprocessing import Pipe; a, b = Pipe(); a.send(1); print(b.recv())"
    run = guarded([sys.executable, "-c", code], b"")
    assert (run.code, run.lines, run.tried, run.processes) == (0, 1, (), 1)


def test_measure_says_what_it_lacks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.measure", "--shared", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), check=False)
    assert done.returncode != 0
    assert "--shared DIR" in done.stderr


def test_what_learned_from_both_sides_has_a_twin_that_is_measured_in_its_place() -> None:
    cards = tomllib.loads((ROOT / "training/cards.toml").read_text(encoding="utf-8")).values()
    both = {file for card in cards if card["everything"] for file in re.findall(r"\w+\.(?:onnx|json)", card["title"])}
    twins = load_manifest(TWINS)
    assert {twin.file for twin in twins.models} == both
    for twin in twins.models:
        assert verified_bytes(twin.name, extra_dir=TWINS) != verified_bytes(twin.name)


def test_what_learned_from_both_sides_is_never_measured(tmp_path: Path) -> None:
    names = [twin.name for twin in load_manifest(TWINS).models]
    assert contaminated(TWINS) == []
    assert contaminated(ROOT / "weights") == names == contaminated(tmp_path)
    out = tmp_path / "out"
    (tmp_path / "data").mkdir()
    with pytest.raises(SystemExit, match=names[0]):
        main(["--shared", str(tmp_path), "--weights", str(tmp_path), "--only", "levels", "--out", str(out)])
    assert not out.exists()
