"""Tells parties side by side, as voter education and ballots show them, from one party's or a coalition's material."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from statistics import median

from poseguard.results import Evidence
from poseguard.rules import model
from poseguard.rules.evidence import has_box, prop_of, texts

UNKNOWN = "unknown"
"""Label of a logo that looks like a party's, but of which party is not told."""

Named = tuple[Evidence, tuple[str, ...]]
"""A logo or prop with the codes of its participants; of an unknown logo none."""


def lineups(
    marks: Sequence[Named], national: Collection[str], pairs: Iterable[model.Participant], rule: model.Lineup
) -> set[int]:
    """`id()` of the evidence that belongs to a lineup. `pairs`: whose coalitions are no lineup, however large."""
    logos = [one for one, _ in marks if one.kind == "logo" and has_box(one) and min(one.box[2:]) > 0]
    coalitions = [set(pair.parties) for pair in pairs]
    found: set[int] = set()

    def full(codes: Iterable[str], logos: Sequence[Evidence], ballot: bool = False) -> bool:
        shown = set(codes) & set(national)
        alike = sum(one.label == UNKNOWN for one in logos)
        share, named = (rule.ballot_share, rule.ballot_share) if ballot else (rule.share, rule.named_share)
        enough = len(shown) >= max(rule.least, named * len(national)) and len(shown) + alike >= share * len(national)
        return enough and not any(shown <= coalition for coalition in coalitions) and _even(logos, rule.ratio)

    for row in _rows(logos, rule.gap):
        if full((one.label for one in row), row):
            found |= {id(one) for one in row}
    for prop, codes in marks:
        if prop.kind != "prop":
            continue
        on_it = [one for one in logos if prop_of(one) == prop.id or one.id in texts(prop, "logos")]
        whole = full(codes, on_it, prop.label in rule.ballots)
        if whole:
            found |= {id(one) for one in on_it}
        if whole or (on_it and all(id(one) in found for one in on_it)):
            found.add(id(prop))
    return found


def _even(logos: Sequence[Evidence], ratio: float) -> bool:
    """About equal in height, and none shown much more often than the others."""
    heights = [one.box[3] for one in logos]
    often = Counter(one.label for one in logos if one.label != UNKNOWN).values()
    return not often or (max(heights) <= ratio * median(heights) and max(often) <= ratio * median(often))


def _rows(logos: Sequence[Evidence], gap: float) -> list[list[Evidence]]:
    """Logos that are neighbours, or neighbours of neighbours: centres at most `gap` median heights apart."""
    reach = gap * median(one.box[3] for one in logos) if logos else 0.0
    left, rows = list(logos), []
    while left:
        row, fresh = [], [left.pop()]
        while fresh:
            one = fresh.pop()
            row.append(one)
            fresh += [other for other in left if _apart(one, other) <= reach]
            left = [other for other in left if _apart(one, other) > reach]
        rows.append(row)
    return rows


def _apart(a: Evidence, b: Evidence) -> float:
    return math.dist(*((one.box[0] + one.box[2] / 2, one.box[1] + one.box[3] / 2) for one in (a, b)))
