"""A candidate who is seen: depicted, never identified; with a pose, a number, attributes; in every phase."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rules_help import Judge, face, hands, logo, prop

from poseguard.results import Evidence, Finding, Level
from poseguard.rules.model import Participant
from poseguard.rules.pack import Pack, load_pack

PILKADA = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}
PEMILU = {"election": "pemilu-2024", "posted": "2024-01-15", "subject": "pns"}
LIKE = {
    "id": "menggambarkan seseorang yang mirip calon Siti Contoh",
    "en": "depicts someone like candidate Siti Contoh",
}
VERIFY = {"id": "perlu diverifikasi", "en": "to be verified"}


def words(findings: tuple[Finding, ...]) -> str:
    return "\n".join(
        line
        for one in findings
        for line in (one.title, one.explanation, *one.other_readings, *one.would_change, *one.advice, *one.notes)
    )


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_seen_candidate_is_depicted_and_to_be_verified(lang: str, judge: Judge) -> None:
    ((found,), risk) = judge([face()], lang=lang, **PILKADA)
    assert (found.rule, found.level, risk.level) == ("candidate-active", Level.HIGH, Level.HIGH)
    assert found.evidence == ("face-1",)
    for said in (found.title, found.explanation):
        assert LIKE[lang] in said and VERIFY[lang] in said
    place = {"id": "wajah di kanan atas foto (kotak 900, 100, 60 × 60", "en": "a face at the top right of the photo"}
    assert place[lang] in found.explanation


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_declared_candidate_is_worded_as_declared(lang: str, judge: Judge) -> None:
    ((found,), _) = judge([], lang=lang, **PILKADA, declare=("candidate",))
    assert found.rule == "candidate-active"
    assert VERIFY[lang] not in words((found,)) and "mirip calon" not in words((found,))
    assert {"id": "Dinyatakan pengguna, bukan terlihat", "en": "Declared by the user, not seen"}[
        lang
    ] in found.explanation
    assert {"id": "Foto menggambarkan calon", "en": "The photo depicts a candidate"}[lang] == found.title


def test_declared_and_seen_says_both(judge: Judge) -> None:
    ((found,), _) = judge([face()], **PILKADA, declare=("candidate",))
    assert LIKE["id"] in found.explanation
    assert "Dinyatakan pengguna, bukan terlihat oleh alat: calon" in found.explanation


IDENTITY = re.compile(
    r"(?i)\b(adalah|ialah|is|hadir) (calon )?(Siti|Budi)|Siti Contoh (ada|hadir|is\b)|diidentifikasi|identified"
)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    "posted", ["2023-10-01", "2023-11-20", "2024-01-15", "2024-02-12", "2024-02-14", "2020-01-01", None]
)
def test_nobody_is_ever_said_to_be_the_candidate(lang: str, posted: str | None, judge: Judge) -> None:
    given = {"election": "pemilu-2024", "posted": posted, "subject": "pns"}
    seen = [face(number=2), face("Budi Contoh", id="face-2", possible=True)]
    for more in ([], hands("peace"), [prop("spanduk", "pan")], [*hands("like"), logo("pan", id="logo-1")]):
        findings, _ = judge([*seen, *more], lang=lang, **given)
        said = words(findings)
        assert not IDENTITY.search(said), IDENTITY.search(said)
        for sentence in re.split(r"(?<=[.])\s|\n", said):
            if "Siti Contoh" in sentence:
                assert re.search(r"mirip|[Kk]emiripan|nomor urut|like|[Ll]ikeness|ballot number", sentence), sentence


@pytest.mark.parametrize(
    ("posted", "level", "there", "absent", "called"),
    [
        ("2024-09-21", "medium", "ke-5", "d-7", "mirip bakal calon Siti Contoh"),
        ("2024-09-22", "high", "d-7", "ke-5", "mirip calon Siti Contoh"),
        ("2024-10-15", "high", "d-7", "ke-5", "mirip calon Siti Contoh"),
        ("2024-11-25", "high", "d-7", "ke-5", "mirip calon Siti Contoh"),
    ],
)
def test_the_phase_decides_code_of_ethics_or_discipline(
    posted: str, level: str, there: str, absent: str, called: str, judge: Judge
) -> None:
    ((found,), risk) = judge([face()], election="pilkada-2024", posted=posted, subject="pns")
    cited = {one.id for one in found.citations}
    assert risk.level == level
    assert there in cited and absent not in cited
    assert called in found.explanation
    regime = {"ke-5": "yang dirujuk adalah kode etik", "d-7": "yang dirujuk adalah disiplin"}[there]
    assert any(regime in note for note in found.notes)


def test_without_a_date_both_are_named_and_outside_every_phase_nothing_is_raised(judge: Judge) -> None:
    ((found,), risk) = judge([face()], election="pilkada-2024", subject="pns")
    assert risk.level is Level.MEDIUM
    assert {"ke-5", "d-7"} <= {one.id for one in found.citations}
    ((found,), risk) = judge([face()], election="pemilu-2024", posted="2021-01-01", subject="pns")
    assert (found.rule, risk.level) == ("candidate-outside", Level.NONE)
    assert LIKE["id"] in found.explanation and "tidak menaikkan risiko" in found.explanation


@pytest.mark.parametrize(
    ("given", "number", "rule"),
    [
        (PEMILU, 2, "pose-candidate-number"),
        (PEMILU, 3, "pose-with-candidate"),
        (PEMILU, None, "pose-with-candidate"),
        ({**PEMILU, "posted": "2023-10-01"}, 2, "pose-with-candidate"),
        ({"subject": "pns"}, 2, "pose-candidate-number"),
    ],
    ids=["same", "another", "none", "before the numbers are drawn", "no context"],
)
def test_a_pose_with_the_number_of_the_candidate_is_said(
    given: dict[str, str], number: int | None, rule: str, judge: Judge
) -> None:
    findings, risk = judge([*hands("peace"), face(number=number)], **given)
    (found,) = (one for one in findings if one.rule.startswith("pose-"))
    assert (found.rule, risk.level) == (rule, Level.HIGH)
    assert found.evidence == ("hand-1", "face-1")
    assert ("nomor urut calon Siti Contoh (nomor 2)" in found.explanation) is (rule == "pose-candidate-number")


def with_ticket(pack: Pack, name: str) -> Pack:
    election = replace(pack.elections["pemilu-2024"], party=(), ticket=(Participant(2, name),), sign=())
    return replace(pack, elections={**pack.elections, "pemilu-2024": election})


@pytest.mark.parametrize(
    "ticket", ["Siti Contoh–Budi Contoh", "Budi Contoh & Siti Contoh", "Budi Contoh dan siti  contoh"]
)
def test_a_number_that_the_gallery_lacks_comes_from_the_ballot(ticket: str, pack: Pack, judge: Judge) -> None:
    own = with_ticket(pack, ticket)
    findings, _ = judge([*hands("peace"), face()], by=own, **PEMILU)
    assert findings[0].rule == "pose-candidate-number"
    findings, _ = judge([*hands("peace"), face("Siti Lain")], by=own, **PEMILU)
    assert findings[0].rule == "pose-with-candidate"


def test_where_the_candidates_number_is_known_the_pose_is_not_said_to_mean_nothing_more(judge: Judge) -> None:
    for number, told in ((2, False), (None, True)):
        findings, _ = judge([*hands("peace"), face(number=number)], **PILKADA)
        assert any("lebih dari itu tidak dapat dikatakan" in note for note in findings[0].notes) is told


def test_a_pose_of_another_list_with_the_number_is_said(judge: Judge) -> None:
    findings, _ = judge([*hands("palm"), face(number=5)], **PEMILU)
    assert {one.rule: one.level for one in findings} == {
        "candidate-active": Level.HIGH, "pose-candidate-number-elsewhere": Level.MEDIUM,
    }  # fmt: skip


def test_a_pose_that_is_not_sure_only_notes_the_number(judge: Judge) -> None:
    findings, _ = judge([*hands("peace", confidence=0.5), face(number=2)], **PEMILU)
    told = {one.rule: one for one in findings}
    assert set(told) == {"candidate-active", "pose-unsure"}
    assert any("nomor urut calon Siti Contoh (nomor 2)" in note for note in told["pose-unsure"].notes)


@pytest.mark.parametrize(
    "mark", [logo("pan", id="mark"), prop("baliho", "pan", id="mark"), prop("attribute", "pan", id="mark")]
)
def test_a_candidate_with_a_partys_mark_is_one_finding_with_letters_a_and_c(mark: Evidence, judge: Judge) -> None:
    findings, risk = judge([face(), mark], **PEMILU)
    told = {one.rule: one for one in findings}
    assert "candidate-active" not in told
    assert (told["candidate-mark-active"].level, risk.level) == (Level.HIGH, Level.HIGH)
    assert told["candidate-mark-active"].evidence == ("face-1", "mark")
    assert (
        "huruf (a)" in told["candidate-mark-active"].explanation
        and "huruf (c)" in told["candidate-mark-active"].explanation
    )
    alone = judge([face()], **PEMILU)[1]
    assert risk.score > alone.score
    (before,) = (
        one for one in judge([face(), mark], **{**PEMILU, "posted": "2023-10-01"})[0] if "candidate" in one.rule
    )
    assert (before.rule, before.level) == ("candidate-mark", Level.MEDIUM)


def test_a_declared_attribute_counts_beside_a_seen_candidate(judge: Judge) -> None:
    findings, _ = judge([face()], **PILKADA, declare=("attribute",))
    (found,) = (one for one in findings if one.rule == "candidate-mark-active")
    assert LIKE["id"] in found.explanation and "Dinyatakan pengguna" in found.explanation


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("seen", [face(possible=True), face(confidence=0.3)], ids=["possible", "unlikely"])
def test_a_possible_face_is_shown_for_a_person_and_weighs_nothing(seen: Evidence, lang: str, judge: Judge) -> None:
    ((found,), risk) = judge([seen], lang=lang, **PILKADA)
    assert (found.rule, risk.level, risk.score) == ("candidate-possible", Level.NONE, 0)
    assert {
        "id": "mungkin seseorang yang mirip calon Siti Contoh",
        "en": "possibly someone like candidate Siti Contoh",
    }[lang] in found.explanation
    findings, risk = judge([*hands("peace"), seen, logo("pan", id="logo-1")], lang=lang, **PEMILU)
    without, expected = judge([*hands("peace"), logo("pan", id="logo-1")], lang=lang, **PEMILU)
    assert risk == expected
    assert {one.rule for one in findings} == {one.rule for one in without} | {"candidate-possible"}


def test_a_candidate_of_another_election_is_shown_and_weighs_nothing(judge: Judge) -> None:
    ((found,), risk) = judge([face(election="pemilu-2024")], **PILKADA)
    assert (found.rule, risk.level) == ("candidate-elsewhere", Level.NONE)
    assert "Pemilu 2024" in found.explanation
    for election in ("pilkada-2024", "Pilkada Kota Contoh 2024", ""):
        assert judge([face(election=election)], **PILKADA)[1].level is Level.HIGH
    assert judge([face(election="pemilu-2024")], subject="pns")[1].level is Level.MEDIUM


def test_several_candidates_are_named_together_and_each_once(judge: Judge) -> None:
    two = [face(), replace(face(), id="face-2"), face("Budi Contoh", id="face-3")]
    ((found,), _) = judge(two, **PILKADA)
    assert "seseorang yang mirip calon Siti Contoh dan seseorang yang mirip calon Budi Contoh" in found.title
    assert found.explanation.count("mirip calon Siti Contoh") == 1
    assert found.evidence == ("face-1", "face-2", "face-3")
    assert any("menampilkan semua calon" in reading for reading in found.other_readings)


def test_a_finding_says_what_the_likeness_rests_on(judge: Judge) -> None:
    ((found,), _) = judge([face()], **PILKADA)
    assert any("0,71, ambang galeri 0,52; foto galeri yang paling mirip: abababababab" in note for note in found.notes)
    assert not any("kurang dari tiga" in note for note in found.notes)
    ((found,), _) = judge([face(photos=2)], **PILKADA)
    assert any("hanya memuat 2 foto calon Siti Contoh" in note for note in found.notes)
    assert any("“Menggambarkan” berarti" in note for note in found.notes)
    assert any("jangan menyebut nama" in line for line in found.advice)
    assert any("orang lain yang mirip" in reading for reading in found.other_readings)


def test_spouses_and_relatives_have_their_notes(judge: Judge) -> None:
    ((found,), _) = judge([face()], **PILKADA)
    assert any("spouse_of_candidate" in note for note in found.notes)
    assert any("bukan kerabat lain" in note and "Kudus" in note for note in found.notes)
    assert "b36-2018" not in {one.id for one in found.citations}
    findings, risk = judge([face()], **PILKADA, declare=("spouse_of_candidate",))
    told = {one.rule: one for one in findings}
    assert set(told) == {"candidate-active", "spouse-alone"}
    assert risk.level is Level.HIGH
    assert "b36-2018" in {one.id for one in told["candidate-active"].citations}
    assert any("Keduanya perlu ditimbang manusia" in note for note in told["candidate-active"].notes)
    assert not any("nyatakan spouse_of_candidate" in note for note in told["candidate-active"].notes)


def test_for_those_outside_the_scope_of_asn_the_level_stays_low(judge: Judge) -> None:
    findings, risk = judge([face()], **{**PILKADA, "subject": "non-asn"}, declare=("village_official",))
    assert risk.level is Level.LOW
    assert {one.rule for one in findings} == {"candidate-active", "outside-asn"}


def test_whoever_is_depicted_changes_only_name_and_number(pack: Pack, judge: Judge) -> None:
    election = replace(pack.elections["pemilu-2024"], party=(), sign=(), ticket=())
    told = set()
    for ticket in pack.elections["pemilu-2024"].ticket:
        own = replace(pack, elections={**pack.elections, "pemilu-2024": replace(election, ticket=())})
        for name in ticket.name.split("–"):
            for posted in ("2023-10-01", "2024-01-15"):
                result = judge([face(name, number=ticket.number, label="x")], by=own, **{**PEMILU, "posted": posted})
                told.add((posted, repr(result).replace(name, "NAMA").replace(f"nomor {ticket.number}", "nomor N")))
    assert len(told) == 2


def test_a_candidates_id_is_no_pose(judge: Judge) -> None:
    findings, _ = judge([face(label="peace")], **PILKADA)
    assert [one.rule for one in findings] == ["candidate-active"]


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"name": None},
        {"name": {}, "number": "2"},
        {"number": True},
        {"score": "x", "photos": "many"},
        {"possible": 1},
    ],
)
def test_odd_details_never_raise(details: dict[str, object], judge: Judge) -> None:
    odd = Evidence("face-1", "face", "calon-x", 0.9, (), details=details)  # type: ignore[arg-type]
    for lang in ("id", "en"):
        findings, risk = judge([odd, *hands("peace")], lang=lang, **PEMILU)
        assert risk.level is Level.HIGH
        assert "calon-x" in words(findings) or details.get("name")


def test_a_lineup_with_a_possible_face_stays_voter_education(pack: Pack, judge: Judge) -> None:
    codes = [who.code for who in pack.elections["pemilu-2024"].party if who.area is None]
    row = [logo(str(c), 0.85, (20.0 + 60 * i, 100.0, 50.0, 50.0), id=f"logo-{i}") for i, c in enumerate(codes)]
    assert judge([*row, face(possible=True)], **PEMILU)[1].level is Level.NONE
    assert judge([*row, face()], **PEMILU)[1].level is Level.HIGH


def test_an_agency_can_ask_for_surer_faces(tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "mine.toml").write_text(
        'schema = "poseguard.rules/1"\nversion = "1"\n[threshold.face]\nreport = 0.2\nsure = 0.95\n', encoding="utf-8"
    )
    own = load_pack([tmp_path])
    assert judge([face()], by=own, **PILKADA)[1].level is Level.NONE
    assert judge([face(confidence=0.96)], by=own, **PILKADA)[1].level is Level.HIGH
