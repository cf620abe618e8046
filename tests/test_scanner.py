"""The API: `from poseguard import Scanner`, and the place where another way of looking plugs in."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import poseguard
from poseguard import Job, Level, Scanner, Settings, Status, context, scan
from poseguard.detectors import Detector, Seen
from poseguard.errors import UsageError
from poseguard.people.types import People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Digest, Evidence
from poseguard.rules.context import Given, build_context
from poseguard.rules.pack import load_pack

SAMPLES = Path(__file__).parents[1] / "samples"
THUMB, OFFICE = SAMPLES / "01-jempol.jpg", SAMPLES / "09-kantor-kosong.jpg"
CAMPAIGN = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}
FLAG_RULES = """\
schema = "poseguard.rules/1"
version = "flag-1"

[cue.flag]
name = { id = "bendera", en = "flag" }
evidence = ["prop"]
labels = ["flag"]

[rule.flag-seen]
about = "photo"
level = "low"
title = "flag-title"
explanation = "flag-words"
when = { cues = ["flag"] }
"""
FLAG_WORDS = """\
schema = "poseguard.texts/1"
[text.flag-title]
id = "Bendera terlihat"
en = "A flag is seen"
[text.flag-words]
id = "Ada bendera dalam foto."
en = "There is a flag in the photo."
"""


class FlagDetector:
    """A detector as a later issue will add one: sees a flag in the upper left quarter of every photo."""

    name = "flags"
    kinds = ("prop",)

    def __init__(self) -> None:
        self.people: list[int] = []

    def digests(self) -> tuple[Digest, ...]:
        return (Digest("flags", "1", "f" * 64),)

    def detect(self, photo: ReadPhoto, people: People) -> Seen:
        self.people.append(people.count)
        assert photo.info.width is not None and photo.info.height is not None
        box = (0.0, 0.0, photo.info.width / 2, photo.info.height / 2)
        return Seen((Evidence("prop-1", "prop", "flag", 0.97, box, details={"colours": 2, "parties": ["pkb"]}),))


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(lang="en")


def test_a_photo_is_looked_at_with_two_lines(scanner: Scanner) -> None:
    report = scanner.look(THUMB, **CAMPAIGN)
    assert report.status is Status.OK
    assert report.risk.level is Level.MEDIUM
    assert "like" in [e.label for e in report.evidence]
    assert (report.context.election, report.context.lang) == ("pilkada-2024", "en")
    hands = {"people", "hand_landmark", "pose_crop", "pose_wide", "pose_landmarks", "pose_fusion"}
    assert {d.name for d in report.models} == hands | {"props", "prop_kinds", "marks", "marks_numbers"}


def test_the_scene_counts_the_hands_that_are_reported(scanner: Scanner) -> None:
    report = scanner.look(str(THUMB), **CAMPAIGN)
    assert report.scene is not None
    assert report.scene.people == 1
    assert report.scene.hands_seen == sum(e.kind == "hand" for e in report.evidence)


def test_every_finding_points_at_evidence_that_is_there(scanner: Scanner) -> None:
    report = scanner.look(THUMB, **CAMPAIGN)
    assert report.findings
    known = {e.id for e in report.evidence}
    assert all(set(f.evidence) <= known for f in report.findings)


def test_what_is_no_photo_is_reported_not_raised(scanner: Scanner, tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("not a picture")
    report = scanner.look(tmp_path / "note.jpg")
    assert report.status is Status.REJECTED
    assert report.error is not None and report.error.message
    assert report.scene is None
    assert report.risk.level is Level.UNKNOWN
    assert scanner.look(tmp_path / "gone.jpg").status in (Status.REJECTED, Status.ERROR)


def test_a_language_without_texts_is_refused_before_anything_is_loaded() -> None:
    for make in (lambda: Scanner(lang="fr"), lambda: Settings(lang="fr")):
        with pytest.raises(UsageError, match="fr") as told:
            make()
        assert told.value.remedy == "There are: id, en."


def test_reports_are_frozen(scanner: Scanner) -> None:
    report = scanner.look(OFFICE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.status = Status.ERROR  # type: ignore[misc]


def test_another_detector_plugs_in_and_reaches_the_rules(tmp_path: Path) -> None:
    (tmp_path / "flag.toml").write_text(FLAG_RULES, encoding="utf-8")
    (tmp_path / "words.toml").write_text(FLAG_WORDS, encoding="utf-8")
    flags: Detector = FlagDetector()
    own = Scanner(Settings(lang="en", rules=(tmp_path,)), detectors=[flags])
    report = own.look(OFFICE)
    assert [(e.id, e.kind, e.label, e.details["colours"]) for e in report.evidence] == [("prop-1", "prop", "flag", 2)]
    told = {finding.rule: finding for finding in report.findings}
    # A rule that ships waits for props with a party on them, and one of the agency's own speaks of flags.
    assert set(told) == {"party-mark", "flag-seen"}
    assert told["flag-seen"].title == "A flag is seen"
    assert all(finding.evidence == ("prop-1",) for finding in told.values())
    assert report.risk.level is Level.LOW
    assert [d.name for d in report.models] == ["people", "flags"]
    assert report.to_json()["evidence"][0]["kind"] == "prop"
    assert report.scene is not None and report.scene.hands_seen == 0


def test_a_detector_is_given_the_people(tmp_path: Path) -> None:
    flags = FlagDetector()
    Scanner(detectors=[flags]).look(THUMB)
    assert flags.people == [1]


def test_what_another_detector_cannot_tell_is_no_unreadable_hand() -> None:
    class Unsure(FlagDetector):
        def detect(self, photo: ReadPhoto, people: People) -> Seen:
            return Seen((), unreadable=7)

    class Hands(Unsure):
        kinds = ("hand",)

    assert (scene := Scanner(detectors=[Unsure()]).look(OFFICE).scene) is not None
    assert scene.hands_unreadable == 0
    assert (scene := Scanner(detectors=[Unsure(), Hands()]).look(OFFICE).scene) is not None
    assert scene.hands_unreadable == 7


def test_scan_yields_one_outcome_a_job_in_order(tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("not a picture")
    context = build_context(Given(**CAMPAIGN), load_pack((), None, "en"), "en")
    names = [OFFICE, tmp_path / "note.jpg", THUMB]
    outcomes = list(scan((Job(path, context) for path in names), Settings(lang="en"), workers=2))
    reports = [report for report, _ in outcomes]
    assert [Path(r.photo.path).name for r in reports] == [p.name for p in names]
    assert [r.status for r in reports] == [Status.OK, Status.REJECTED, Status.OK]
    alone = Scanner(lang="en").look(THUMB, **CAMPAIGN)
    assert dataclasses.replace(reports[2], elapsed_ms=0) == dataclasses.replace(alone, elapsed_ms=0)


def test_threads_that_share_a_scanner_get_what_one_gets(scanner: Scanner) -> None:
    alone = dataclasses.replace(scanner.look(THUMB, **CAMPAIGN), elapsed_ms=0)
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda _: scanner.look(THUMB, **CAMPAIGN), range(6)))
    assert [dataclasses.replace(one, elapsed_ms=0) for one in together] == [alone] * 6


def test_a_context_is_made_from_dates_and_texts() -> None:
    told = context(Settings(lang="en"), election="pilkada-2024", posted=date(2024, 10, 15), declare="uniform, number:2")
    assert (told.election, told.posted, [str(fact) for fact in told.declared]) == (
        "pilkada-2024", date(2024, 10, 15), ["uniform", "number:2"],
    )  # fmt: skip
    assert context(declare=["uniform"]).declared == told.declared[:1]
    with pytest.raises(TypeError):
        context(elections="pilkada-2024")


def test_settings_take_places_as_texts_and_a_language_of_their_own() -> None:
    assert Settings(gallery="x.faces", weights="w").gallery == Path("x.faces")  # type: ignore[arg-type]
    assert Scanner(Settings(lang="id"), lang="en", detectors=[]).settings.lang == "en"


def test_one_place_for_rules_may_be_given_by_itself(tmp_path: Path) -> None:
    assert Settings(rules=str(tmp_path)).rules == (tmp_path,)  # type: ignore[arg-type]


def test_the_package_imports_nothing_heavy_until_it_is_asked_for() -> None:
    code = (
        "import sys, poseguard; poseguard.Level; poseguard.PhotoReport;"
        "print(*sorted({'numpy', 'cv2', 'onnxruntime', 'ai_edge_litert', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_public_name_can_be_had() -> None:
    for name in poseguard.__all__:
        assert getattr(poseguard, name) is not None
    with pytest.raises(AttributeError, match="nonesuch"):
        poseguard.nonesuch  # noqa: B018
