"""Whose logos and props are in a photo, and which of them can count for a participant.

A mark stands in one of four ways (`model.MarkStanding`): `named` is surely the mark of a party of the election, or one
that the user enrolled; `unsure` is likely such a mark; `unnamed` is nobody's, or of a party that takes no part;
`lineup` is one of many side by side, as voter education and ballots show all parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poseguard.results import Evidence
from poseguard.rules import faces, model
from poseguard.rules.context import Resolved
from poseguard.rules.evidence import is_sure, prop_of, texts
from poseguard.rules.lineup import UNKNOWN, Named, lineups
from poseguard.rules.pack import Pack

KINDS = ("logo", "prop")
WORN = "attribute"
"""A prop of this label belongs to the person who wears it, and never to a row of logos."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose marks count in a context. `known`: by code; `national`: codes without an area; `numbered`: codes of those
    whose number is on the ballot of the election that was named.
    """

    known: Mapping[str, model.Participant]
    national: frozenset[str]
    numbered: frozenset[str]
    versions: tuple[model.LogoVersion, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A logo or prop. `codes`: of its participants and enrolled marks that count."""

    evidence: Evidence
    codes: tuple[str, ...]
    standing: model.MarkStanding


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of a photo. Props on which no logo was recognised are none: they are shown and weigh nothing.

    `given_names`: of enrolled logos, by code.
    """

    every: tuple[Mark, ...]
    parties: Parties
    given_names: Mapping[str, str]

    def standing(self, one: Evidence) -> model.MarkStanding | None:
        """None for what is no mark."""
        mark = self.of(one)
        return mark.standing if mark else None

    def of(self, one: Evidence) -> Mark | None:
        return next((mark for mark in self.every if mark.evidence is one), None)

    @property
    def codes(self) -> frozenset[str]:
        """Of what is surely there and counts."""
        return frozenset(code for mark in self.every if mark.standing == "named" for code in mark.codes)


def parties(resolved: Resolved, pack: Pack) -> Parties:
    """The parties of the election and the coalitions of its pairs; without an election every party known nationwide."""
    election = resolved.election
    if election is None:
        everywhere = {code: who for code, who in pack.parties.items() if who.area is None}
        versions = tuple(dict.fromkeys(v for one in pack.elections.values() for v in one.logo_version))
        return Parties(everywhere, frozenset(everywhere), frozenset(), versions)
    roster = pack.roster(election)
    known = {who.code: who for who in roster.party if who.code}
    national = frozenset(code for code, who in known.items() if who.area is None)
    numbered = frozenset(known) if roster is election else frozenset()
    for pair in resolved.pairs:
        known |= {code: pack.parties[code] for code in pair.parties}
        known |= {pair.code: pair} if pair.code else {}
    return Parties(known, national, numbered, roster.logo_version)


def sort_marks(evidence: Sequence[Evidence], resolved: Resolved, pack: Pack) -> Marks:
    """Every logo and every prop with a party on it, by how it counts. `evidence`: what is sound."""
    who = parties(resolved, pack)
    logos = {one.id: one for one in evidence if one.kind == "logo"}
    enrolled = {one.label: one.details.get("name") for one in logos.values() if one.details.get("enrolled") is True}
    found = []
    for one in evidence:
        said = [one.label] if one.kind == "logo" else _borne(one, logos) if one.kind == "prop" else []
        if said:
            found.append((one, tuple(code for code in said if code in who.known or code in enrolled)))
    in_lineup = _lined_up(found, who, resolved, pack, evidence)
    marks = [
        Mark(one, codes, "lineup") if id(one) in in_lineup else _weighed(one, codes, logos, pack)
        for one, codes in found
    ]
    return Marks(tuple(marks), who, {code: name for code, name in enrolled.items() if isinstance(name, str)})


def _borne(prop: Evidence, logos: Mapping[str, Evidence]) -> list[str]:
    """Parties of a prop; where it says which logos lie on it, only those whose logo is sound."""
    said, listed = texts(prop, "parties"), texts(prop, "logos")
    shown = {logos[ident].label for ident in listed if ident in logos}
    return [code for code in said if code in shown] if listed else said


def _weighed(one: Evidence, codes: tuple[str, ...], logos: Mapping[str, Evidence], pack: Pack) -> Mark:
    """A prop is no surer of a party than the logos on it that name it."""
    if not codes:
        return Mark(one, (), "unnamed")
    on_it = [logos[ident] for ident in texts(one, "logos") if ident in logos]
    unsure = {logo.label for logo in on_it} - {logo.label for logo in on_it if is_sure(logo, pack)}
    sure = tuple(code for code in codes if code not in unsure) if is_sure(one, pack) else ()
    return Mark(one, sure, "named") if sure else Mark(one, codes, "unsure")


def _lined_up(
    found: Sequence[Named], who: Parties, resolved: Resolved, pack: Pack, evidence: Sequence[Evidence]
) -> set[int]:
    """`id()` of what belongs to a lineup; what is worn or enrolled under a code of its own never does."""
    worn = {one.id: texts(one, "logos") for one, _ in found if one.kind == "prop" and one.label == WORN}
    apart = {*worn, *(ident for on_it in worn.values() for ident in on_it)}
    free = [
        (one, codes)
        for one, codes in found
        if (codes or one.label == UNKNOWN)
        and all(code in pack.parties for code in codes)
        and one.id not in apart
        and prop_of(one) not in worn
    ]
    there: set[int] = set()
    for rule in pack.lineups.values():
        if not any(_given(pack.cues[name], resolved, pack, evidence) for name in rule.without):
            there |= lineups(free, who.national, resolved.pairs, rule)
    return there


def _given(cue: model.Cue, resolved: Resolved, pack: Pack, evidence: Iterable[Evidence]) -> bool:
    """Whether a cue that speaks against a lineup was declared, or seen by another detector."""
    declared = any(fact.kind in cue.declared for fact in resolved.context.declared)
    return declared or any(
        one.kind in cue.evidence and one.kind not in KINDS and _counts(one, resolved, pack) for one in evidence
    )


def _counts(one: Evidence, resolved: Resolved, pack: Pack) -> bool:
    return faces.standing(one, resolved, pack) == "named" if one.kind == faces.KIND else is_sure(one, pack)
