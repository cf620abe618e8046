from __future__ import annotations

from dataclasses import replace

import pytest
from rules_help import TODAY, Judge, hands

from poseguard.results import Evidence, Finding, Level, Scene, Status
from poseguard.rules.context import Given, build_context
from poseguard.rules.engine import weigh
from poseguard.rules.pack import Pack, load_pack

CAMPAIGN = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}


def test_a_sure_listed_pose_in_the_campaign_is_medium(pack: Pack, judge: Judge) -> None:
    for shape in pack.lists["V10b"].listed:
        _, risk = judge(hands(pack.shapes[shape].label, confidence=0.6), **CAMPAIGN)
        assert risk.level is Level.MEDIUM, shape


def test_between_the_thresholds_it_stays_low_and_below_them_it_is_not_spoken_of(judge: Judge) -> None:
    assert judge(hands("peace", confidence=0.59), **CAMPAIGN)[1].level is Level.LOW
    assert judge(hands("peace", confidence=0.32), **CAMPAIGN) == ((), judge([], **CAMPAIGN)[1])


@pytest.mark.parametrize("label", ["fist", "hand_heart", "palm", "dislike", "other"])
def test_a_photo_without_a_listed_pose_stays_below_medium(label: str, judge: Judge) -> None:
    _, risk = judge(hands(label, 9), **CAMPAIGN)
    assert risk.level.rank < Level.MEDIUM.rank


def test_the_strict_union_counts_an_open_palm(judge: Judge) -> None:
    strict = load_pack(pose_list="gabungan-ketat")
    findings, risk = judge(hands("palm"), by=strict, **CAMPAIGN)
    assert risk.level is Level.MEDIUM
    assert any("berbeda pendapat" in note for note in findings[0].notes)


@pytest.mark.parametrize("given", [{}, {"election": "pemilu-2024"}, {"posted": "2024-01-15"}])
def test_in_an_unknown_context_a_lone_pose_is_low(given: dict[str, str], judge: Judge) -> None:
    assert judge(hands("peace"), **given)[1].level is Level.LOW


def test_outside_every_phase_even_a_group_is_low(judge: Judge) -> None:
    findings, risk = judge(hands("like", 5), election="pemilu-2024", posted="2022-01-01", subject="pns")
    assert risk.level is Level.LOW
    assert any("di luar tahapan" in note for note in findings[0].notes)


def test_a_fist_is_named_as_allowed_and_raises_nothing(judge: Judge) -> None:
    findings, risk = judge(hands("fist", 9), **CAMPAIGN)
    assert [one.rule for one in findings] == ["pose-allowed"]
    assert risk.level is Level.NONE
    assert risk.score == 0


def test_several_hands_of_one_pose_are_one_finding_that_counts_people(judge: Judge) -> None:
    findings, _ = judge(hands("peace", 5), people=9, **CAMPAIGN)
    (found,) = findings
    assert len(found.evidence) == 5
    assert "5 dari 9 orang" in found.explanation


def test_both_hands_of_a_person_are_one_person(judge: Judge) -> None:
    both = [replace(hand, details={"person": 1}) for hand in hands("peace", 6)]
    assert judge(both, subject="pns")[1].level is Level.LOW
    assert judge(hands("peace", 6), subject="pns")[1].level is Level.MEDIUM


def test_a_finding_says_what_where_and_how_sure(judge: Judge) -> None:
    (found,) = judge(hands("peace", confidence=0.91), **CAMPAIGN)[0]
    assert "tangan kanan di kiri atas foto (kotak 100, 200, 40 × 50 piksel; keyakinan 0,91)" in found.explanation
    (found,) = judge(hands("peace", confidence=0.91), lang="en", **CAMPAIGN)[0]
    assert (
        "right hand at the top left of the photo (box 100, 200, 40 × 50 pixels; confidence 0.91)" in found.explanation
    )


def test_every_pose_finding_says_that_lists_are_advice(pack: Pack, judge: Judge) -> None:
    for label in pack.poses:
        for lang, words in (("id", "bukan bunyi SKB"), ("en", "not the text of the SKB")):
            for found in judge(hands(label), lang=lang, **CAMPAIGN)[0]:
                assert any(words in note for note in found.notes), (label, found.rule)


def test_the_pose_list_is_cited_as_advice_and_the_skb_as_a_rule(judge: Judge) -> None:
    (found,) = judge(hands("peace"), **CAMPAIGN)[0]
    cited = {one.id: one for one in found.citations}
    assert not cited["pose-list-V10b"].binding
    assert cited["d-7"].binding
    assert cited["d-7"].verified


@pytest.mark.parametrize(
    ("posted", "there", "absent"),
    [("2024-09-21", "ke-5", "d-7"), ("2024-09-22", "d-7", "ke-5"), ("2024-11-26", "d-7", "ke-5")],
)
def test_the_phase_decides_code_of_ethics_or_discipline(posted: str, there: str, absent: str, judge: Judge) -> None:
    findings, _ = judge(hands("peace"), election="pilkada-2024", posted=posted, subject="pns")
    cited = {one.id for one in findings[0].citations}
    assert there in cited
    assert absent not in cited


def test_pns_rules_are_not_cited_for_pppk_or_contract_staff(judge: Judge) -> None:
    for subject, own in (("pppk", "pp49-2018"), ("non-asn", "se-panrb-1-2023")):
        findings, _ = judge(hands("peace"), **{**CAMPAIGN, "subject": subject})
        cited = {one.id for one in findings[0].citations}
        assert own in cited
        assert not any(name.startswith("pp94") for name in cited)


def test_a_draft_is_weighed_for_today_and_advised_not_to_be_uploaded(judge: Judge) -> None:
    findings, risk = judge(hands("peace"), election="pilkada-2024", posted="draft", subject="pns")
    assert risk.level is Level.MEDIUM
    assert any("Belum diunggah" in line for line in findings[0].advice)
    assert any("memposting" in note and "1 Oktober 2024" in note for note in findings[0].notes)


def test_an_unknown_date_is_said_to_be_unknown(judge: Judge) -> None:
    (found,) = judge(hands("peace"), election="pilkada-2024", subject="pns")[0]
    assert any("tidak dapat ditentukan" in note for note in found.notes)
    assert {"ke-5", "d-7"} <= {one.id for one in found.citations}


def test_an_old_photo_posted_now_is_said(judge: Judge) -> None:
    (found,) = judge(hands("peace"), **CAMPAIGN, taken="2023-10-15")[0]
    assert any("366 hari kemudian" in note for note in found.notes)
    (found,) = judge(hands("peace"), **CAMPAIGN, taken="2024-10-14")[0]
    assert not any("hari kemudian" in note for note in found.notes)


def test_declared_facts_are_shown_as_declared(judge: Judge) -> None:
    findings, risk = judge(hands("peace"), **CAMPAIGN, declare=("uniform",))
    assert risk.level is Level.HIGH
    assert "Dinyatakan pengguna, bukan terlihat oleh alat: pakaian dinas" in findings[0].explanation
    assert "pp94-5n2" in {one.id for one in findings[0].citations}
    assert "pp94-5n4" not in {one.id for one in findings[0].citations}


def test_a_uniform_alone_is_no_finding(judge: Judge) -> None:
    assert judge([], **CAMPAIGN, declare=("uniform",))[0] == ()


def test_later_detectors_need_no_change_in_the_engine(judge: Judge) -> None:
    face = Evidence("face-1", "face", "calon-x", 0.97, (10, 10, 50, 50))
    findings, risk = judge([*hands("peace"), face], **CAMPAIGN)
    assert risk.level is Level.HIGH
    assert findings[0].rule == "pose-with-candidate"
    assert findings[0].evidence == ("hand-1", "face-1")
    assert "Terlihat oleh alat: foto ini menggambarkan seseorang yang mirip calon calon-x" in findings[0].explanation


@pytest.mark.parametrize("status", [Status.REJECTED, Status.ERROR])
def test_a_photo_that_was_not_read_is_unknown(status: Status, judge: Judge) -> None:
    assert judge(hands("peace"), status=status, **CAMPAIGN) == ((), judge([], status=status)[1])
    assert judge([], status=status)[1].level is Level.UNKNOWN


def test_a_photo_read_in_part_is_never_clean(judge: Judge) -> None:
    assert judge([], status=Status.PARTIAL)[1].level is Level.UNKNOWN
    assert judge(hands("fist"), status=Status.PARTIAL)[1].level is Level.UNKNOWN
    assert judge(hands("peace"), status=Status.PARTIAL, **CAMPAIGN)[1].level is Level.MEDIUM


def test_the_score_orders_photos_of_one_level(judge: Judge) -> None:
    scores = [judge(hands("like", n, c), **CAMPAIGN)[1] for n, c in ((1, 0.72), (1, 0.95), (2, 0.95), (5, 0.95))]
    assert {risk.level for risk in scores} == {Level.MEDIUM}
    assert [risk.score for risk in scores] == sorted(risk.score for risk in scores)
    assert all(0 < risk.score <= 1 for risk in scores)


def test_findings_come_gravest_first(judge: Judge) -> None:
    findings, _ = judge([*hands("fist"), *hands("like", 1, 0.5, 2), *hands("peace", 1, 0.9, 3)], **CAMPAIGN)
    ranks = [one.level.rank for one in findings]
    assert ranks == sorted(ranks, reverse=True) == [3, 2, 0]


def test_a_rock_sign_without_thumb_is_said_to_differ_from_the_list(judge: Judge) -> None:
    def notes(details: dict[str, object]) -> tuple[str, ...]:
        (found,) = judge([replace(hands("rock")[0], details=details)], **CAMPAIGN)[0]
        return found.notes

    assert any("jempol terbaca tertutup" in note for note in notes({"thumb": "in"}))
    assert not any("jempol terbaca tertutup" in note for note in notes({"thumb": "out"}))
    assert not any("jempol terbaca tertutup" in note for note in notes({}))


ODD = [
    Evidence("a", "hand", "peace", float("nan"), (0, 0, 1, 1)),
    Evidence("b", "hand", "peace", 0.9, (float("inf"), 0, -1, 1), "both"),
    Evidence("c", "hand", "", 0.9, (0, 0, 0, 0)),
    Evidence("d", "hand", "no such pose", 2.0, (-50, 9999, 1, 1)),
    Evidence("", "", "", -1.0, (0, 0, 0, 0)),
    Evidence("e", "ufo", "peace", 0.99, (0, 0, 1, 1), details={"person": {"x": [1]}}),
    Evidence("f", "hand", "like", 7.0, (), details={"person": None}),  # type: ignore[arg-type]
    Evidence("a", "hand", "like", 0.9, (0, 0, 1, 1), details={"person": "p", "thumb": 3}),
]


@pytest.mark.parametrize("size", [None, (0, 0), (1, 1)])
@pytest.mark.parametrize("scene", [None, Scene(-1, 0, 0)])
def test_odd_evidence_never_raises(size: tuple[int, int] | None, scene: Scene | None, pack: Pack) -> None:
    context = build_context(Given(**CAMPAIGN), pack, "id", TODAY)
    for evidence in ([one] for one in ODD):
        weigh(evidence, scene, Status.OK, context, pack, "id", size)
    findings, risk = weigh(ODD, scene, Status.OK, context, pack, "en", size)
    assert findings
    assert 0 <= risk.score <= 1


def test_a_hand_that_is_named_by_its_company_says_so(judge: Judge) -> None:
    alone = hands("like", 3)
    along = [*alone, replace(hands("like", first=4)[0], details={"person": 4, "by_company": True})]
    for lang, words in (("id", "tangan lain di foto ini berpose sama"), ("en", "other hands in this photo show it")):
        told, untold = (judge(seen, lang=lang, **CAMPAIGN)[0][0].notes for seen in (along, alone))
        assert any(words in note for note in told)
        assert not any(words in note for note in untold)


def _rules(judge: Judge, *declare: str, **given: object) -> tuple[dict[str, Finding], Level]:
    findings, risk = judge([], declare=declare, **{**CAMPAIGN, **given})
    return {one.rule: one for one in findings}, risk.level


def test_a_team_with_attributes_is_letter_b_and_high(judge: Judge) -> None:
    told, level = _rules(judge, "timses", "attribute")
    assert "timses" not in told and level is Level.HIGH
    assert "huruf (b)" in told["timses-mark"].explanation
    assert _rules(judge, "timses")[1] is Level.MEDIUM


@pytest.mark.parametrize(("fact", "cited"), [("uniform", "pp94-5n2"), ("state_vehicle", "pp94-5n4")])
def test_at_an_event_in_uniform_nobody_is_told_that_passive_presence_is_allowed(
    fact: str, cited: str, judge: Judge
) -> None:
    told, level = _rules(judge, "stage", fact)
    found = told["event-uniform-active"]
    assert "event" not in told and level is Level.HIGH
    assert cited in {one.id for one in found.citations}
    assert not found.other_readings
    assert "tanpa seragam" in " ".join(_rules(judge, "stage")[0]["event"].other_readings)


def test_a_contract_employee_is_not_told_of_civil_servants_sanctions(judge: Judge) -> None:
    for subject, named in (("pns", True), ("pppk", False)):
        ((found,), _) = judge(hands("peace"), **{**CAMPAIGN, "subject": subject})
        assert any("Pasal 14" in note for note in found.notes) is named


def test_after_the_vote_the_item_on_photos_is_still_cited(judge: Judge) -> None:
    told, level = _rules(judge, "candidate", posted="2024-11-28")
    assert level is Level.MEDIUM
    assert "d-7" in {one.id for one in told["candidate"].citations}
    assert _rules(judge, "attribute", posted="2024-11-28")[1] is Level.LOW


def test_a_spouse_alone_is_low_and_on_a_stage_medium(judge: Judge) -> None:
    assert _rules(judge, "spouse_of_candidate")[1] is Level.LOW
    told, level = _rules(judge, "spouse_of_candidate", "attribute")
    assert "spouse" in told and level is Level.MEDIUM
    (found,) = _rules(judge, "spouse_of_candidate", "unpaid_leave")[0].values()
    assert not any("cuti" in line for line in found.advice)


def test_who_calls_a_pose_a_number_is_said(judge: Judge) -> None:
    ((call,), _) = judge(hands("call"), election="pemilu-2024", posted="2024-01-15")
    assert any("Hanya satu varian daftar (V9)" in note for note in call.notes)
    ((peace,), _) = judge(hands("peace"), election="pemilu-2024", posted="2024-01-15")
    assert not any("varian" in note for note in peace.notes)


def test_a_ticket_is_not_named_before_it_was_numbered(judge: Judge) -> None:
    for posted, named in (("2023-02-01", False), ("2023-11-14", True)):
        ((rock,), _) = judge(hands("rock"), election="pemilu-2024", posted=posted)
        (told,) = [note for note in rock.notes if "tanpa memihak" in note]
        assert ("pasangan calon nomor 3" in told) is named
        assert "siapa pun: tanda ini juga dipakai: PDI Perjuangan" in told


def test_a_draft_is_not_said_to_be_posted(judge: Judge) -> None:
    told, _ = _rules(judge, "candidate", posted="draft", taken="2022-01-05")
    (found,) = told.values()
    said = " ".join((*found.notes, *found.advice))
    assert "diunggah sesudah" not in said and "hari kemudian" not in said
    assert "mengepal" not in said and "sebelum ditinjau" in said
