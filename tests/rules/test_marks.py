"""What a party's logo or prop means: alone, with a pose, on several people, and of whom it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rules_help import Judge, hands, logo, prop

from poseguard.results import Evidence, Finding, Level
from poseguard.rules.pack import Pack, load_pack

CAMPAIGN = {"election": "pemilu-2024", "posted": "2024-01-15", "subject": "pns"}
BEFORE = {"election": "pemilu-2024", "posted": "2023-06-01", "subject": "pns"}
LOCAL = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}
PHASES = {
    "before": "2023-06-01",
    "set": "2023-11-20",
    "campaign": "2024-01-15",
    "quiet": "2024-02-12",
    "vote": "2024-02-14",
    "after": "2024-03-01",
    "outside": "2022-01-01",
}


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [one.rule for one in findings]


@pytest.mark.parametrize(("phase", "posted"), PHASES.items())
@pytest.mark.parametrize(
    "seen", [logo("pkb"), prop("flag", "pkb"), prop("baliho", "pkb")], ids=["logo", "flag", "baliho"]
)
def test_a_lone_mark_is_medium_from_the_candidates_on_and_low_otherwise(
    seen: Evidence, phase: str, posted: str, judge: Judge
) -> None:
    findings, risk = judge([seen], election="pemilu-2024", posted=posted, subject="pns")
    active = phase in ("set", "campaign", "quiet", "vote")
    assert risk.level is (Level.MEDIUM if active else Level.LOW)
    assert rules(findings) == ["party-mark-active" if active else "party-mark"]
    assert findings[0].evidence == (seen.id,)
    assert findings[0].other_readings
    assert findings[0].would_change
    assert any("Perlu tinjauan manusia" in line for line in findings[0].advice)


@pytest.mark.parametrize(("given", "item"), [(BEFORE, "ke-5"), (CAMPAIGN, "d-7")])
def test_a_mark_cites_the_item_on_photos_with_props(given: dict[str, str], item: str, judge: Judge) -> None:
    (found,) = judge([prop("spanduk", "ppp")], **given)[0]
    assert {item, "pkpu15-2023-34"} <= {one.id for one in found.citations}
    assert "huruf (c)" in found.explanation


def test_worn_attributes_are_medium_in_every_phase(judge: Judge) -> None:
    for posted in PHASES.values():
        findings, risk = judge([prop("attribute", "pkb", person=1)], election="pemilu-2024", posted=posted)
        assert (rules(findings), risk.level) == (["party-worn"], Level.MEDIUM), posted
        assert any("tidak membuktikan keanggotaan" in note for note in findings[0].notes)


def test_attributes_on_three_people_are_a_group_and_on_one_person_are_not(judge: Judge) -> None:
    def worn(*people: int | None) -> list[Evidence]:
        return [prop("attribute", "pbb", person=who, id=f"prop-{i}") for i, who in enumerate(people, 1)]

    for posted, rule, level in (
        ("2024-01-15", "party-wearers-active", Level.HIGH),
        ("2023-06-01", "party-wearers", Level.MEDIUM),
        ("2022-01-01", "party-wearers", Level.MEDIUM),
    ):
        findings, risk = judge(worn(1, 2, 3), election="pemilu-2024", posted=posted)
        assert (rules(findings), risk.level) == ([rule], level)
        assert findings[0].evidence == ("prop-1", "prop-2", "prop-3")
    for few in (worn(1, 1, 1), worn(1, 2), worn(None, None, None)):
        assert rules(judge(few, **CAMPAIGN)[0]) == ["party-worn"]
    plain = [replace(one, details={**one.details, "parties": []}) for one in worn(1, 2, 3)]
    assert judge(plain, **CAMPAIGN)[0] == ()


def test_of_a_crowd_those_count_who_bear_the_logo(judge: Judge) -> None:
    def crowd(*people: int) -> Evidence:
        return prop("attribute", "pbb", wearers=20, people=list(people))

    (finding,), _ = judge([crowd(3, 5, 9)], **CAMPAIGN)
    assert finding.rule == "party-wearers-active" and "kerumunan 20 orang" in finding.explanation
    assert rules(judge([crowd(3, 5), prop("attribute", "pbb", person=3, id="prop-2")], **CAMPAIGN)[0]) == ["party-worn"]
    assert rules(judge([crowd(3, 5), prop("attribute", "pbb", person=7, id="prop-2")], **CAMPAIGN)[0]) == [
        "party-wearers-active"
    ]
    assert rules(judge([crowd()], **CAMPAIGN)[0]) == ["party-worn"]


@pytest.mark.parametrize(("phase", "posted"), PHASES.items())
def test_a_pose_beside_a_mark_is_high_in_the_election_and_medium_outside(phase: str, posted: str, judge: Judge) -> None:
    findings, risk = judge([*hands("like"), logo("pan")], election="pemilu-2024", posted=posted, subject="pns")
    assert risk.level is (Level.MEDIUM if phase == "outside" else Level.HIGH)
    assert rules(findings) == ["pose-with-cue" if phase == "outside" else "pose-with-attribute"]
    assert findings[0].evidence == ("hand-1", "logo-pan")
    assert "lambang PAN (partai nomor 12)" in findings[0].explanation


def test_a_pose_with_the_number_of_the_party_that_is_seen_is_the_strongest(judge: Judge) -> None:
    findings, risk = judge([*hands("three"), logo("pdip")], **CAMPAIGN)
    assert rules(findings) == ["pose-party-number"]
    assert "Angka pose ini cocok dengan partai nomor 3 (PDI Perjuangan)" in findings[0].explanation
    other, weaker = judge([*hands("three"), logo("buruh")], **CAMPAIGN)
    assert rules(other) == ["pose-with-attribute"]
    assert risk.level is weaker.level is Level.HIGH
    assert risk.score > weaker.score
    english = judge([*hands("three"), logo("pdip")], lang="en", **CAMPAIGN)[0][0].explanation
    assert "The number of this pose agrees with party number 3 (PDI Perjuangan)" in english


def test_a_pose_agrees_with_a_ticket_by_the_parties_behind_it(judge: Judge) -> None:
    agreeing = judge([*hands("peace"), logo("golkar")], **CAMPAIGN)[0][0]
    assert agreeing.rule == "pose-party-number"
    assert "cocok dengan pasangan calon nomor 2" in agreeing.explanation
    drawn_later = judge([*hands("peace"), logo("golkar")], **{**CAMPAIGN, "posted": "2023-11-13"})[0][0]
    assert drawn_later.rule == "pose-with-attribute"


def test_with_a_candidate_the_agreement_is_said_beside_it(judge: Judge) -> None:
    (found, *_) = judge([*hands("three"), logo("pdip")], **CAMPAIGN, declare=("candidate",))[0]
    assert found.rule == "pose-with-candidate"
    assert any("Angka pose ini juga cocok dengan partai nomor 3" in note for note in found.notes)
    (found, *_) = judge([*hands("three"), logo("buruh")], **CAMPAIGN, declare=("candidate",))[0]
    assert not any("cocok dengan" in note for note in found.notes)


def test_a_pose_of_other_lists_that_agrees_is_medium(judge: Judge) -> None:
    findings, risk = judge([*hands("palm"), logo("nasdem")], **CAMPAIGN)
    assert "pose-party-number-elsewhere" in rules(findings)
    assert risk.level is Level.MEDIUM
    assert "pose-party-number-elsewhere" not in rules(judge([*hands("palm"), logo("buruh")], **CAMPAIGN)[0])


@pytest.mark.parametrize("label", ["unknown", "berkarya", "kpu"])
def test_an_unknown_logo_and_one_of_another_election_weigh_nothing_and_are_said(label: str, judge: Judge) -> None:
    findings, risk = judge([logo(label)], **CAMPAIGN)
    assert (rules(findings), risk.level, risk.score) == (["mark-unnamed"], Level.NONE, 0)
    assert findings[0].evidence == (f"logo-{label}",)
    assert any(note.startswith("Tidak ditimbang") for note in findings[0].notes)
    alone = judge(hands("peace"), **CAMPAIGN)
    beside = judge([*hands("peace"), logo(label)], **CAMPAIGN)
    assert beside[1] == alone[1]
    assert beside[0][0] == alone[0][0]


def test_a_logo_that_nobody_can_tell_is_said_at_a_low_confidence_too(judge: Judge) -> None:
    assert rules(judge([logo("unknown", 0.3)], **CAMPAIGN)[0]) == ["mark-unnamed"]
    assert judge([logo("unknown", 0.1)], **CAMPAIGN)[0] == ()


def test_a_prop_without_a_party_of_the_election_weighs_nothing(judge: Judge) -> None:
    assert judge([prop("baliho")], **CAMPAIGN)[0] == ()
    findings, risk = judge([prop("baliho", "berkarya"), *hands("fist")], **CAMPAIGN)
    assert set(rules(findings)) == {"mark-unnamed", "pose-allowed"}
    assert risk.level is Level.NONE


def test_without_an_election_every_nationwide_party_counts_and_regional_ones_do_not(pack: Pack, judge: Judge) -> None:
    for code, who in pack.parties.items():
        _, risk = judge([logo(code)], subject="pns")
        assert risk.level is (Level.NONE if who.area else Level.LOW), code
    assert judge([logo("sira")], **CAMPAIGN)[1].level is Level.MEDIUM


def test_in_a_regional_election_the_parties_count_but_their_old_numbers_do_not(judge: Judge) -> None:
    findings, _ = judge([*hands("three"), logo("pdip")], **LOCAL)
    assert rules(findings) == ["pose-with-attribute"]
    assert "lambang PDI Perjuangan di" in findings[0].explanation


REGION = """\
schema = "poseguard.region/1"
election = "pilkada-2024"
region = "Kota Contoh"
issuer = "KPU Kota Contoh"
date = "2024-09-23"
source = ""
verified = true
[[paslon]]
number = 1
name = "Pasangan A"
code = "pasangan-a"
[[paslon]]
number = 2
name = "Pasangan B"
parties = ["pkb", "pan"]
"""


def test_local_pairs_are_known_by_their_parties_and_their_own_enrolled_logo(tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "kota.toml").write_text(REGION, encoding="utf-8")
    given = {**LOCAL, "by": load_pack([tmp_path]), "region": "Kota Contoh"}
    by_party = judge([*hands("peace"), logo("pan")], **given)[0][0]
    assert by_party.rule == "pose-party-number"
    assert "pasangan calon nomor 2 di Kota Contoh (Pasangan B)" in by_party.explanation
    ticket = logo("pasangan-a", enrolled=True, name="Pasangan A")
    by_logo = judge([*hands("one"), ticket], **given)[0][0]
    assert by_logo.rule == "pose-party-number"
    assert "lambang Pasangan A (didaftarkan pengguna)" in by_logo.explanation
    assert judge([*hands("one"), logo("pan")], **given)[0][0].rule == "pose-with-attribute"


def test_an_enrolled_logo_counts_whatever_its_name(judge: Judge) -> None:
    for given in (CAMPAIGN, LOCAL, {}):
        own = logo("relawan-x", enrolled=True, name="Relawan X")
        (found,) = judge([own], **given)[0]
        assert found.rule.startswith("party-mark")
        assert "lambang “Relawan X” (didaftarkan pengguna)" in found.explanation
        shirt = prop("attribute", "relawan-x", logos=[own.id], person=1)
        assert judge([own, shirt], **given)[1].level is Level.MEDIUM
    assert judge([logo("relawan-x")], **CAMPAIGN)[1].level is Level.NONE


def test_a_logo_called_like_a_pose_is_no_hand(judge: Judge) -> None:
    findings, _ = judge([logo("three", enrolled=True)], **CAMPAIGN)
    assert rules(findings) == ["party-mark-active"]


@pytest.mark.parametrize("seen", [logo("pkb", 0.6), prop("flag", "pkb", confidence=0.5)], ids=["logo", "prop"])
def test_between_the_thresholds_a_mark_is_low_and_does_not_strengthen_a_pose(seen: Evidence, judge: Judge) -> None:
    findings, risk = judge([seen], **CAMPAIGN)
    assert (rules(findings), risk.level) == (["mark-unsure"], Level.LOW)
    assert "PKB (partai nomor 1)" in findings[0].explanation
    assert rules(judge([*hands("one"), seen], **CAMPAIGN)[0]) == ["pose-participant", "mark-unsure"]
    assert judge([replace(seen, confidence=0.3)], **CAMPAIGN)[0] == ()


def test_a_prop_is_no_surer_than_the_logos_that_name_its_party(judge: Judge) -> None:
    flag = prop("flag", "pkb", confidence=0.95, logos=["logo-pkb"])
    assert rules(judge([flag, logo("pkb", 0.6, prop="prop-1")], **CAMPAIGN)[0]) == ["mark-unsure"]
    assert rules(judge([flag, logo("pkb", 0.9, prop="prop-1")], **CAMPAIGN)[0]) == ["party-mark-active"]


def test_a_prop_names_no_party_whose_logo_is_below_what_is_spoken_of(judge: Judge) -> None:
    flag = prop("flag", "pkb", confidence=0.95, logos=["logo-pkb"])
    assert judge([flag, logo("pkb", 0.45, prop="prop-1")], **CAMPAIGN)[0] == ()


def test_a_prop_counts_only_for_the_parties_that_are_sure_on_it(judge: Judge) -> None:
    banner = prop("spanduk", "pkb", "pdip", logos=["logo-pkb", "logo-pdip"])
    on_it = [logo("pkb", 0.6, prop="prop-1"), logo("pdip", 0.9, prop="prop-1")]
    assert rules(judge([*hands("three"), banner, *on_it], **CAMPAIGN)[0])[0] == "pose-party-number"
    assert rules(judge([*hands("one"), banner, *on_it], **CAMPAIGN)[0])[0] == "pose-with-attribute"


def test_only_the_logo_that_was_enrolled_is_said_to_be(judge: Judge) -> None:
    seen = [logo("psi", enrolled=True, id="logo-1"), logo("psi", id="logo-2", box=(900.0, 700.0, 50.0, 50.0))]
    (found,) = judge(seen, **CAMPAIGN)[0]
    assert found.explanation.count("didaftarkan pengguna") == 1
    assert any("sampai 19 Juli 2025" in note for note in found.notes)


def test_a_prop_is_told_once_with_the_logo_on_it(judge: Judge) -> None:
    seen = [logo("pkb", prop="prop-1"), prop("flag", "pkb", logos=["logo-pkb"])]
    (found,) = judge(seen, **CAMPAIGN)[0]
    assert found.evidence == ("logo-pkb", "prop-1")
    assert "bendera berlambang PKB (partai nomor 1) di kiri atas foto" in found.explanation
    assert found.explanation.count("kotak") == 1
    (found,) = judge(seen, lang="en", **CAMPAIGN)[0]
    assert "flag with the logo of PKB (party number 1) at the top left" in found.explanation


@pytest.mark.parametrize("fact", ["uniform", "state_vehicle"])
def test_a_uniform_or_state_vehicle_stays_declared_beside_what_is_seen(fact: str, pack: Pack, judge: Judge) -> None:
    for posted, level in (("2024-01-15", Level.HIGH), ("2023-06-01", Level.MEDIUM), (None, Level.MEDIUM)):
        given = {"election": "pemilu-2024", "subject": "pns", "declare": (fact,)}
        findings, risk = judge([prop("poster", "pkb")], **given, posted=posted)
        assert risk.level is level
        (found,) = findings
        name = pack.declarables[fact].name.id
        assert f"bukan terlihat oleh alat: {name}." in found.explanation
        assert "Terlihat oleh alat: poster berlambang PKB" in found.explanation


def test_a_fist_beside_a_mark_is_still_the_mark(judge: Judge) -> None:
    findings, risk = judge([*hands("fist"), logo("pkb")], **CAMPAIGN)
    assert rules(findings) == ["party-mark-active", "pose-allowed"]
    assert risk.level is Level.MEDIUM


ODD = [
    {"parties": "pkb"},
    {"parties": [3, None, {"x": 1}]},
    {"logos": 7, "parties": ["pkb"]},
    {"logos": [None, ["a"]], "parties": ["pkb"], "person": {"x": 1}},
    {"prop": ["x"], "enrolled": "yes", "version": 3.5, "name": 4},
    {},
]


@pytest.mark.parametrize("details", ODD)
@pytest.mark.parametrize("box", [(), (0, 0, 0, 0), (1, 1, float("nan"), 5), (0, 0, -1, -1)])
def test_odd_marks_never_raise(details: dict[str, object], box: tuple[float, ...], judge: Judge) -> None:
    odd = [
        Evidence("a", kind, label, 0.95, box, details=details)  # type: ignore[arg-type]
        for kind in ("logo", "prop")
        for label in ("pkb", "attribute", "ballot", "unknown", "", "pks")
    ]
    for one in odd:
        judge([one], **CAMPAIGN)
    judge([*odd, *hands("one")], lang="en", **CAMPAIGN)


VERSIONS = [
    (
        "pks",
        "old",
        "2024-01-15",
        "versi lama lambang, dipakai sampai 28 November 2020; pada 15 Januari 2024 sudah tidak",
    ),
    ("pks", "pks_old", "2024-01-15", "versi lama lambang"),
    (
        "pks",
        "old",
        "2020-11-28",
        "versi lama lambang, dipakai sampai 28 November 2020; pada 28 November 2020 masih berlaku",
    ),
    ("pks", None, "2020-11-28", "dipakai sejak 29 November 2020, jadi belum berlaku pada 28 November 2020"),
    ("pks", None, "2024-01-15", "dipakai sejak 29 November 2020, jadi berlaku pada 15 Januari 2024"),
    ("perindo", "old", "2021-08-06", "sudah tidak berlaku"),
    ("psi", None, "2024-01-15", "dipakai sampai 19 Juli 2025, jadi berlaku pada 15 Januari 2024"),
    ("psi", None, "2025-07-20", "versi lama lambang, dipakai sampai 19 Juli 2025; pada 20 Juli 2025 sudah tidak"),
    ("psi", "2025", "2025-07-20", "dipakai sejak 20 Juli 2025, jadi berlaku"),
    ("psi", "2031", "2025-07-20", "versi “2031”; masa berlakunya tidak diketahui"),
    ("pks", "old", None, "versi lama lambang, dipakai sampai 28 November 2020; berlaku tidaknya saat itu bergantung"),
]


@pytest.mark.parametrize(("party", "version", "posted", "said"), VERSIONS)
@pytest.mark.parametrize("election", ["pemilu-2024", "pilkada-2024", None])
def test_the_version_of_a_logo_is_told_with_the_days_it_was_valid(
    party: str, version: str | None, posted: str | None, said: str, election: str | None, judge: Judge
) -> None:
    given = {"election": election, "posted": posted, "subject": "pns"}
    (found,) = judge([logo(party, version=version)], **given)[0]
    assert sum(said in note for note in found.notes) == 1
    (english,) = judge([logo(party, version=version)], lang="en", **given)[0]
    assert len(english.notes) == len(found.notes)


def test_a_party_without_dated_versions_and_an_enrolled_logo_say_nothing_of_versions(judge: Judge) -> None:
    for seen in (logo("pkb"), logo("psi", enrolled=True), logo("unknown"), prop("flag", "psi")):
        for found in judge([seen], **CAMPAIGN)[0]:
            assert not any("ersi" in note for note in found.notes)
    (found,) = judge([logo("psi", enrolled=True, version="2025")], **CAMPAIGN)[0]
    assert any("belum berlaku pada 15 Januari 2024" in note for note in found.notes)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_finding_about_marks_is_whole_in_both_languages(lang: str, judge: Judge) -> None:
    photos = [
        [logo("pks", version="old")],
        [logo("pks", 0.6)],
        [logo("unknown")],
        [prop("attribute", "pkb", person=1)],
        [prop("attribute", "pkb", person=i, id=f"prop-{i}") for i in range(3)],
        [*hands("three"), logo("pdip")],
        [*hands("palm"), logo("nasdem")],
    ]
    for seen in photos:
        for given in (CAMPAIGN, BEFORE, {}):
            for found in judge(seen, lang=lang, **given)[0]:
                words = (found.title, found.explanation, *found.other_readings, *found.would_change, *found.advice)
                assert all(text.strip() and "{" not in text for text in (*words, *found.notes))
                assert found.other_readings
                assert found.would_change
