"""All parties side by side are voter education or a ballot; a coalition's banner is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rules_help import Judge, hands, logo, prop, row

from poseguard.results import Evidence, Finding, Level
from poseguard.rules.pack import Pack, load_pack

CAMPAIGN = {"election": "pemilu-2024", "posted": "2024-01-15", "subject": "pns"}
LOCAL = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}


@pytest.fixture
def national(pack: Pack) -> list[str]:
    return [code for code, who in pack.parties.items() if who.area is None]


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [one.rule for one in findings]


@pytest.mark.parametrize("given", [CAMPAIGN, {}])
def test_nearly_all_parties_in_equal_size_raise_nothing(
    given: dict[str, str], national: list[str], judge: Judge
) -> None:
    for count in (15, 18):
        findings, risk = judge(row(national[:count]), **given)
        assert (rules(findings), risk.level) == (["all-participants"], Level.NONE)
        assert f"Lambang {count} dari 18 partai nasional" in findings[0].explanation
        assert len(findings[0].evidence) == count
        assert findings[0].would_change
    english = judge(row(national), lang="en", **given)[0][0]
    assert "18 of 18 nationwide parties" in english.explanation


@pytest.mark.parametrize("count", [2, 7, 9, 14])
def test_a_coalition_is_campaign_material(count: int, national: list[str], judge: Judge) -> None:
    findings, risk = judge(row(national[:count]), **CAMPAIGN)
    assert (rules(findings), risk.level) == (["party-mark-active"], Level.MEDIUM)
    findings, risk = judge([*row(national[:count]), *hands("like")], **CAMPAIGN)
    assert (rules(findings), risk.level) == (["pose-with-attribute"], Level.HIGH)


def test_parties_that_could_not_be_told_count_towards_all_where_most_are_named(
    national: list[str], judge: Judge
) -> None:
    assert rules(judge(row([*national[:11], *["unknown"] * 4]), **CAMPAIGN)[0]) == ["all-participants"]
    assert set(rules(judge(row([*national[:11], *["unknown"] * 3]), **CAMPAIGN)[0])) == {
        "party-mark-active",
        "mark-unnamed",
    }
    assert "all-participants" not in rules(judge(row([*national[:10], *["unknown"] * 8]), **CAMPAIGN)[0])


def test_one_that_stands_out_is_no_voter_education(national: list[str], judge: Judge) -> None:
    def judged(height: float) -> list[str]:
        return rules(judge(row(national, pkb=(20.0, 20.0, height, height)), **CAMPAIGN)[0])

    assert judged(100.0) == ["all-participants"]
    assert judged(101.0) == ["party-mark-active"]


def test_one_that_is_shown_much_more_often_is_no_voter_education(national: list[str], judge: Judge) -> None:
    assert rules(judge(row([*national, "pkb"]), **CAMPAIGN)[0]) == ["all-participants"]
    assert rules(judge(row([*national, "pkb", "pkb"]), **CAMPAIGN)[0]) == ["party-mark-active"]


def test_a_mark_apart_from_the_row_counts_by_itself(national: list[str], judge: Judge) -> None:
    apart = logo("pkb", box=(500.0, 700.0, 50.0, 50.0), id="logo-99")
    findings, risk = judge([*row(national), apart], **CAMPAIGN)
    assert rules(findings) == ["party-mark-active", "all-participants"]
    assert findings[0].evidence == ("logo-99",)
    assert "logo-99" not in findings[1].evidence
    assert risk.level is Level.MEDIUM


def test_a_shirt_before_the_row_counts_by_itself(national: list[str], judge: Judge) -> None:
    worn = logo("pkb", box=(100.0, 160.0, 50.0, 50.0), id="logo-99", prop="prop-1")
    shirt = prop("attribute", "pkb", person=1, logos=["logo-99"])
    findings, risk = judge([*row(national), worn, shirt], **CAMPAIGN)
    assert rules(findings) == ["party-worn", "all-participants"]
    assert findings[0].evidence == ("prop-1", "logo-99")
    assert risk.level is Level.MEDIUM


def test_an_enrolled_mark_in_the_row_counts_by_itself(national: list[str], judge: Judge) -> None:
    own = replace(row([*national, "relawan"])[-1], details={"enrolled": True})
    findings, _ = judge([*row(national), own], **CAMPAIGN)
    assert rules(findings) == ["party-mark-active", "all-participants"]
    assert findings[0].evidence == (own.id,)


def test_a_row_of_flags_and_the_banner_of_all_are_part_of_it(national: list[str], judge: Judge) -> None:
    flags = [prop("flag", code, id=f"prop-{i}", logos=[f"logo-{i}"]) for i, code in enumerate(national, 1)]
    findings, risk = judge([*row(national), *flags], **CAMPAIGN)
    assert (rules(findings), risk.level) == (["all-participants"], Level.NONE)
    banner = prop("spanduk", *national)
    assert rules(judge([banner], **CAMPAIGN)[0]) == ["all-participants"]
    assert rules(judge([prop("spanduk", *national[:7])], **CAMPAIGN)[0]) == ["party-mark-active"]


def test_a_ballot_needs_only_most_of_the_parties(national: list[str], judge: Judge) -> None:
    for count, rule in ((9, "all-participants"), (8, "party-mark-active")):
        logos = row(national[:count])
        ballot = prop("ballot", *national[:count], logos=[one.id for one in logos])
        assert rules(judge([*logos, ballot], **CAMPAIGN)[0]) == [rule]
        assert rules(judge([prop("poster", *national[:count])], **CAMPAIGN)[0]) == ["party-mark-active"]


@pytest.mark.parametrize("declare", [("candidate",), ("support_stated",)])
def test_a_candidate_in_front_or_stated_support_makes_it_campaign_material(
    declare: tuple[str, ...], national: list[str], judge: Judge
) -> None:
    seen = rules(judge(row(national), **CAMPAIGN, declare=declare)[0])
    assert "all-participants" not in seen
    assert "party-mark-active" in seen


def test_a_face_that_is_seen_does_the_same(national: list[str], judge: Judge) -> None:
    face = Evidence("face-1", "face", "calon-x", 0.97, (10, 10, 50, 50))
    assert "all-participants" not in rules(judge([*row(national), face], **CAMPAIGN)[0])


def test_a_pose_before_the_row_is_weighed_as_a_pose_alone(national: list[str], judge: Judge) -> None:
    alone = judge(hands("three"), **CAMPAIGN)
    findings, risk = judge([*hands("three"), *row(national)], **CAMPAIGN)
    assert rules(findings) == ["pose-participant", "all-participants"]
    assert risk == alone[1]


def test_in_a_regional_election_a_person_should_look(national: list[str], judge: Judge) -> None:
    findings, risk = judge(row(national), **LOCAL)
    assert (rules(findings), risk.level) == (["all-participants-pilkada"], Level.LOW)
    assert any("satu pasangan calon" in line for line in findings[0].would_change)


def test_the_coalition_of_a_local_pair_is_no_voter_education(tmp_path: Path, national: list[str], judge: Judge) -> None:
    head = ["poseguard.region/1", "pilkada-2024", "Kota Contoh", "KPU", "2024", ""]
    keys = ["schema", "election", "region", "issuer", "date", "source"]
    lines = [f'{key} = "{value}"' for key, value in zip(keys, head, strict=True)]
    pair = ["[[paslon]]", "number = 1", 'name = "Tunggal"', f"parties = {national[:16]}"]
    (tmp_path / "kota.toml").write_text("\n".join([*lines, "verified = false", *pair]), encoding="utf-8")
    given = {**LOCAL, "region": "Kota Contoh", "by": load_pack([tmp_path])}
    assert rules(judge(row(national[:16]), **given)[0]) == ["party-mark-active"]
    assert rules(judge(row(national), **given)[0]) == ["all-participants-pilkada"]
