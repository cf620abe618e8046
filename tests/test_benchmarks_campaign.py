"""Sections of the measurement on logos and props, on reports made by hand."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest

from benchmarks.averages import average_precision, nearest
from benchmarks.campaign import boxes, claim, everyday, plain, tags
from benchmarks.drawn import scenes
from benchmarks.figures import Target
from benchmarks.run import Measured, Run
from benchmarks.scenes import rightly_named, size_of
from benchmarks.scoring import parsed
from benchmarks.truth import Row, TruthSet, truth_sets
from poseguard.boxes import overlap

PRINTED_TAGS = """\
         tag        photos     precision        recall            f1
 logo:nasdem             8         1.000         0.875         0.933
    logo:psi             0         0.000           nan         0.000
photos 83, not in the report 0, false alarms on 46 clean photos: 1 (2.2 in 100)
micro precision 0.8750  recall 0.8750  F1 0.8750
"""
PRINTED_AP = """\
       class         boxes          AP50     precision        recall
   logo:pdip            10         0.612         0.700         0.700
prop:umbul_umbul             2         0.500         1.000         0.500
logo: mAP50 0.6120  weighted by boxes 0.6120
prop: mAP50 0.5000  weighted by boxes 0.5000
photos 83, not in the report 0
"""
Box = tuple[float, float, float, float]
HERE: Box = (10.0, 10.0, 40.0, 40.0)


def logo(label: str, box: Box = HERE, confidence: float = 0.9, number: int = 1) -> dict[str, Any]:
    return {
        "id": f"logo-{number}", "kind": "logo", "label": label, "confidence": confidence, "box": list(box),
    }  # fmt: skip


def prop(label: str, *parties: str, box: Box = HERE) -> dict[str, Any]:
    details = {"parties": list(parties)}
    return {
        "id": "prop-1", "kind": "prop", "label": label, "confidence": 0.8, "box": list(box), "details": details,
    }  # fmt: skip


def report(*evidence: dict[str, Any], findings: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """`findings`: level, and the id of what it rests on."""
    told = [{"rule": f"rule-{level}", "level": level, "evidence": [on]} for level, on in findings]
    return {"status": "ok", "evidence": list(evidence), "findings": told, "risk": {"level": "none"}}


def run_of(name: str, mode: Any, rows: list[Row], reports: dict[str, dict[str, Any]], shared: Path, out: Path) -> Run:
    """A set whose photos are the files of `reports`."""
    part = TruthSet(name, out, mode, tuple(rows), tuple(reports))
    lines = {
        path: {"photo": {"path": str(path)}, **line} for path, line in zip(part.photos(), reports.values(), strict=True)
    }
    return Run(shared, out, {name: part}, lines)


def target(measured: Measured, words: str) -> Target:
    (one,) = (one for one in measured.targets if words in one.name)
    return one


def test_what_the_yardstick_prints_of_logos_is_read_back() -> None:
    told = parsed(PRINTED_TAGS)
    assert told.labels["logo:nasdem"] == {"count": 8, "precision": 1.0, "recall": 0.875, "f1": 0.933}
    assert math.isnan(told.labels["logo:psi"]["recall"])
    assert told.numbers == {
        "photos": 83, "missing": 0, "clean": 46, "alarms": 1, "tag_precision": 0.875, "tag_recall": 0.875,
    }  # fmt: skip
    found = parsed(PRINTED_AP)
    assert found.labels["prop:umbul_umbul"] == {"count": 2, "AP50": 0.5, "precision": 1.0, "recall": 0.5}
    assert (found.numbers["logo_ap"], found.numbers["prop_ap"]) == (0.612, 0.5)
    assert not found.sizes


@pytest.mark.shared
def test_parties_of_photos_are_scored_and_what_went_wrong_is_listed(shared: Path, tmp_path: Path) -> None:
    rows = [
        {"file": "a.jpg", "tags": "logo:pks logo:pdip"},
        {"file": "b.jpg", "tags": ""},
        {"file": "c.jpg", "tags": "logo:pks"},
    ]
    reports = {
        "a.jpg": report(logo("pks"), logo("pks"), logo("unknown")),
        "b.jpg": report(logo("psi")),
        "c.jpg": report(logo("pks"), prop("flag", "pdip")),
    }
    measured = Measured()
    tags(measured, run_of("tags", "tags", rows, reports, shared, tmp_path))
    precision, recall = target(measured, "precision"), target(measured, "recall")
    assert (precision.figure, precision.of, precision.met) == (0.6667, 3, False)
    assert (recall.figure, recall.of) == (0.6667, 3)
    assert measured.figures["tags"]["reported"] == {"logo:pks": 2, "logo:psi": 1}
    assert measured.figures["tags"]["wrong"] == ["  a.jpg  missed logo:pdip", "  b.jpg  FALSE logo:psi"]


@pytest.mark.shared
def test_boxes_are_weighted_and_a_logo_on_a_negative_photo_counts_against_them(shared: Path, tmp_path: Path) -> None:
    head = ("file", "class", "x", "y", "w", "h", "difficult", "crowd")
    lines = [
        ("rally/a.jpg", "logo:pks", 10, 10, 40, 40, 0, 0),
        ("rally/a.jpg", "logo:pks", 200, 10, 9, 9, 1, 0),
        ("rally/b.jpg", "logo:pks", 10, 10, 40, 40, 0, 0),
        ("rally/b.jpg", "prop:flag", 0, 0, 100, 80, 0, 0),
    ]
    rows = [dict(zip(head, map(str, line), strict=True)) for line in lines]
    reports = {
        "rally/a.jpg": report(logo("pks", confidence=0.9)),
        "rally/b.jpg": report(logo("pks", confidence=0.7), prop("flag", box=(0.0, 0.0, 90.0, 80.0))),
        "negative/c.jpg": report(logo("pks", confidence=0.8)),
    }
    measured = Measured()
    boxes(measured, run_of("ap", "ap", rows, reports, shared, tmp_path))
    logos, props = target(measured, "of logos"), target(measured, "of props")
    assert (logos.figure, logos.of, logos.met) == (pytest.approx(0.8333, abs=1e-4), 2, True)
    assert (props.figure, props.of) == (1.0, 1)
    truth = {file: [HERE] for file in ("a", "b")}
    found = [(0.9, "a", HERE), (0.8, "c", HERE), (0.7, "b", HERE)]
    assert average_precision(truth, found) == pytest.approx(logos.figure, abs=1e-4)
    assert any(line.startswith("logo:golkar") and "no boxes" in line for line in measured.lines)


def test_a_plain_photo_claims_nothing_by_what_is_nobodys(tmp_path: Path) -> None:
    calm = report(logo("unknown"), prop("spanduk"), findings=(("none", "logo-1"), ("medium", "hand-1")))
    told = claim("a.jpg", calm)
    assert (told.logos, told.material) == ((), False)


def test_material_is_claimed_by_a_prop_with_a_party_and_by_a_finding_from_low(tmp_path: Path) -> None:
    reports = {
        "a.jpg": report(logo("pks")),
        "b.jpg": report(logo("unknown"), findings=(("low", "logo-1"),)),
        "c.jpg": report(prop("flag", "pdip")),
        "d.jpg": report(prop("flag")),
    }
    measured = Measured()
    plain(measured, run_of("negative", None, [], reports, tmp_path, tmp_path))
    party, material = target(measured, "party"), target(measured, "material")
    assert (party.figure, party.of, party.met) == (0.25, 4, False)
    assert (material.figure, material.met) == (0.5, False)
    assert [one["file"] for one in measured.figures["plain"]["look"]] == ["a.jpg", "b.jpg", "c.jpg"]


def test_everyday_photos_are_counted_and_have_no_line_of_their_own_to_meet(tmp_path: Path) -> None:
    measured = Measured()
    everyday(
        measured, run_of("close-ups", None, [], {"a.jpg": report(logo("pdip")), "b.jpg": report()}, tmp_path, tmp_path)
    )
    told = measured.figures["everyday"]
    assert (told["photos"], told["party_named"], told["material_claimed"]) == (2, 1, 0)
    assert not measured.targets


def test_average_precision_is_one_where_all_is_found_first_and_falls_with_what_is_missed() -> None:
    truth = {"a": [HERE, (100.0, 10.0, 40.0, 40.0)], "b": [HERE]}
    every = [(0.9, "a", HERE), (0.8, "b", HERE), (0.7, "a", (102.0, 10.0, 40.0, 40.0)), (0.1, "c", HERE)]
    assert average_precision(truth, every) == 1.0
    assert average_precision(truth, every[:2]) == pytest.approx(2 / 3)
    assert average_precision(truth, [(0.9, "a", HERE), (0.8, "a", HERE)]) == pytest.approx(1 / 3)
    assert average_precision(truth, []) == 0.0
    assert math.isnan(average_precision({}, every))


def test_boxes_meet_from_half_of_their_union() -> None:
    assert overlap(HERE, HERE) == 1.0
    assert overlap(HERE, (50.0, 10.0, 40.0, 40.0)) == 0.0
    assert nearest(HERE, [(100.0, 10.0, 40.0, 40.0), (20.0, 10.0, 40.0, 40.0)]) == 1
    assert nearest(HERE, [(30.0, 10.0, 40.0, 40.0)]) is None


def test_a_logo_belongs_to_the_size_it_is_nearest_to_by_ratio() -> None:
    sizes = {px: size_of((0.0, 0.0, px, 5.0)) for px in (20, 21, 27, 28, 39, 40, 67, 68, 135, 136)}
    assert sizes == {
        20: "smaller", 21: "24 px", 27: "24 px", 28: "32 px", 39: "32 px", 40: "48 px", 67: "48 px", 68: "96 px",
        135: "96 px", 136: "larger",
    }  # fmt: skip


def test_a_mark_is_rightly_named_once_and_only_by_its_own_party() -> None:
    there: Box = (100.0, 10.0, 40.0, 40.0)
    marks = [("pks", HERE), ("pdip", there)]
    assert rightly_named(marks, [logo("pks"), logo("pks"), logo("pks", there)]) == {0}
    assert rightly_named(marks, [logo("pks"), logo("pdip", there, 0.4)]) == {0, 1}


def test_older_logos_count_for_their_party_and_other_emblems_for_none(tmp_path: Path) -> None:
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "images/0.jpg").touch()
    (tmp_path / "labels/0.txt").write_text("0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.5 0.25\n")
    with (tmp_path / "marks.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("file", "x", "y", "w", "h", "label", "version", "visible"))
        out.writerow(("0.jpg", 1, 2, 3, 4, "pks_old", "old", 1))
        out.writerow(("0.jpg", 5, 6, 7, 8, "neg:bawaslu", "", 1))
    (scene,) = scenes(tmp_path, {"pks_old": "pks"})
    assert scene.marks == (("pks", (1, 2, 3, 4)),)
    assert scene.props == (("spanduk", (0.25, 0.375, 0.5, 0.25)),)


@pytest.mark.shared
def test_the_sets_of_a_side_hold_every_photo_without_politics(shared: Path) -> None:
    sets, other = truth_sets(shared, "measure"), truth_sets(shared, "train")
    assert set(sets["negative"].files) <= set(sets["ap"].files)
    assert set(sets["negative"].files) <= set(sets["tags"].files)
    assert not set(sets["tags"].files) & set(other["tags"].files)
    assert {row["class"].split(":")[0] for row in sets["ap"].rows} >= {"logo", "prop"}
