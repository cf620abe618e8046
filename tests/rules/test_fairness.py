"""The tool takes no side: a participant is a number and a name, nothing more."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from rules_help import Judge, hands, logo, prop

from poseguard.rules.model import Participant
from poseguard.rules.pack import Pack

CONTEXT = {"election": "pemilu-2024", "posted": "2024-01-15", "subject": "pns"}


def with_participants(pack: Pack, **members: tuple[Participant, ...]) -> Pack:
    election = replace(pack.elections["pemilu-2024"], party=(), ticket=(), sign=())
    return replace(pack, elections={**pack.elections, "pemilu-2024": replace(election, **members)})


def test_no_rule_names_a_participant(pack: Pack) -> None:
    rules = (files("poseguard.rules") / "data" / "rules.toml").read_text(encoding="utf-8")
    texts = (files("poseguard.texts") / "rules.toml").read_text(encoding="utf-8")
    election = pack.elections["pemilu-2024"]
    for who in (*election.party, *election.ticket):
        for name in who.name.split("–"):
            assert f" {name}" not in rules + texts


def test_whoever_has_a_number_is_treated_alike(pack: Pack, judge: Judge) -> None:
    election = pack.elections["pemilu-2024"]
    results = set()
    for kind in ("party", "ticket"):
        for who in getattr(election, kind):
            swapped = with_participants(pack, **{kind: (Participant(2, "NAMA"),)})
            named = with_participants(pack, **{kind: (Participant(2, who.name),)})
            for given in (CONTEXT, {**CONTEXT, "declare": ("number:2",)}):
                plain = judge(hands("peace"), by=swapped, **given)
                with_name = judge(hands("peace"), by=named, **given)
                assert repr(with_name).replace(f"({who.name})", "(NAMA)") == repr(plain)
                results.add((kind, given is CONTEXT, plain[1].level, plain[1].score))
    assert len({(level, score) for _, alone, level, score in results if alone}) == 1


@pytest.mark.parametrize(("label", "number"), [("one", 1), ("peace", 2), ("three", 3), ("four", 4)])
def test_every_number_is_treated_alike(label: str, number: int, pack: Pack, judge: Judge) -> None:
    only = with_participants(pack, party=(Participant(number, "NAMA"),))
    findings, risk = judge(hands(label), by=only, **CONTEXT)
    reference, expected = judge(hands("one"), by=with_participants(pack, party=(Participant(1, "NAMA"),)), **CONTEXT)
    assert risk == expected
    assert findings[0].rule == reference[0].rule == "pose-participant"
    assert any(f"partai nomor {number} (NAMA)" in note for note in findings[0].notes)


def test_all_participants_with_the_number_are_named_together(judge: Judge) -> None:
    (found,) = judge(hands("peace"), **CONTEXT)[0]
    (note,) = (note for note in found.notes if "tanpa memihak" in note)
    assert "partai nomor 2" in note
    assert "pasangan calon nomor 2" in note


def test_ticket_numbers_are_not_used_before_they_were_drawn(judge: Judge) -> None:
    (before,) = judge(hands("peace"), **{**CONTEXT, "posted": "2023-11-13"})[0]
    (after,) = judge(hands("peace"), **{**CONTEXT, "posted": "2023-11-14"})[0]
    assert "pasangan calon nomor 2 (" not in " ".join(before.notes)
    assert "pasangan calon nomor 2 (" in " ".join(after.notes)


def test_whose_logo_it_is_changes_only_name_and_number(pack: Pack, judge: Judge) -> None:
    dated = {version.party for version in pack.elections["pemilu-2024"].logo_version}
    told = set()
    for who in pack.elections["pemilu-2024"].party:
        code = who.code or ""
        for seen in ([logo(code, id="logo-1")], [prop("flag", code)], [*hands("like"), logo(code, id="logo-1")]):
            findings, risk = judge(seen, **CONTEXT)
            words = repr(findings).replace(f"{who.name} (partai nomor {who.number})", "NAMA")
            told.add((len(seen), seen[0].kind, words if code not in dated else None, risk))
    assert len(told) == 6


def test_every_party_has_a_code_and_every_ticket_its_parties(pack: Pack) -> None:
    election = pack.elections["pemilu-2024"]
    assert all(party.code for party in election.party)
    behind = [code for ticket in election.ticket for code in ticket.parties]
    assert len(behind) == len(set(behind)) == 16
    assert all(ticket.source.startswith("https://") for ticket in election.ticket)
