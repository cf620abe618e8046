"""What is declared beside other things never takes a level away from a photo."""

from __future__ import annotations

from itertools import combinations

import pytest
from rules_help import Judge, hands, logo, prop

from poseguard.results import Evidence, Level
from poseguard.rules.pack import Pack

# Said to explain a photo, not to weigh on it.
EXPLAINS = {"unpaid_leave", "no_photo"}
POSTED = {
    "before": "2023-06-01",
    "campaign": "2024-01-15",
    "after": "2024-03-01",
    "outside": "2022-01-01",
    "unknown": None,
}
SEEN: dict[str, list[Evidence]] = {
    "nothing": [],
    "pose": hands("one"),
    "mark": [logo("pkb")],
    "worn": [prop("attribute", "pkb", person=1)],
}
LEVELS = (Level.NONE, Level.LOW, Level.MEDIUM, Level.HIGH)


@pytest.mark.parametrize("posted", POSTED.values(), ids=POSTED)
@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_one_more_fact_never_lowers_the_level(
    seen: list[Evidence], posted: str | None, judge: Judge, pack: Pack
) -> None:
    takes = pack.declarables.items()
    facts = [name + ":2" * known.takes_number for name, known in takes if name not in EXPLAINS]

    def level(*declared: str) -> int:
        return LEVELS.index(
            judge(seen, election="pemilu-2024", posted=posted, subject="pns", declare=declared)[1].level
        )

    alone = {fact: level(fact) for fact in facts}
    assert {fact: alone[fact] for fact in facts if alone[fact] < level()} == {}
    pairs = combinations(facts, 2)
    assert [pair for pair in pairs if level(*pair) < max(alone[fact] for fact in pair)] == []


def test_a_participants_number_is_shown_where_no_date_is_known(judge: Judge) -> None:
    findings, risk = judge([], election="pemilu-2024", subject="pns", declare=("number:2",))
    assert ([one.rule for one in findings], risk.level) == (["participant-number-undated"], Level.LOW)
