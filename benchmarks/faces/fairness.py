"""Rates by headwear, glasses and age group, as far as labels of a few hundred crops tell them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.faces.engines import Bench, Engine, Floats, Ints, People
from benchmarks.faces.verification import pairs, scores
from benchmarks.matching import interval
from benchmarks.run import Measured
from benchmarks.truth import ROOT, Row, read_table

LABELS = ROOT / "training/labels/faces_fairness.csv"
GROUPS = {
    "headwear": ("none", "peci", "hijab", "other"),
    "glasses": ("no", "yes"),
    "age": ("young", "middle", "old"),
}
FAR = 1e-3
FEW = 20
"""Under so many people, or same pairs, a rate shows little."""

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rates:
    """One group. `both`, `any`: same pairs of which both crops, or one at least, belong to it, and how many of each are
    accepted; `strangers`: pairs of different people of the group, and how many of them are accepted.
    """

    people: int
    crops: int
    both: int
    both_accepted: int
    any: int
    any_accepted: int
    strangers: int
    strangers_accepted: int


def rates(rows: Floats, owner: Ints, member: Marks, threshold: float, left_out: Marks) -> Rates:
    """`member`: whether each crop belongs to the group; `left_out`: pairs N × N that are copies of one photo."""
    first, second = np.triu_indices(len(owner), 1)
    kept = ~left_out[first, second]
    first, second = first[kept], second[kept]
    accepted = (rows @ rows.T)[first, second] > threshold
    same = owner[first] == owner[second]
    both, either = member[first] & member[second], member[first] | member[second]
    return Rates(
        people=len(np.unique(owner[member])),
        crops=int(member.sum()),
        both=int((same & both).sum()),
        both_accepted=int((same & both & accepted).sum()),
        any=int((same & either).sum()),
        any_accepted=int((same & either & accepted).sum()),
        strangers=int((~same & both).sum()),
        strangers_accepted=int((~same & both & accepted).sum()),
    )


def by_group(rows: Floats, people: People, labels: Sequence[Row], threshold: float) -> dict[str, Rates]:
    """Every group, and `all`. A crop whose label is unsure belongs to no group of that kind."""
    n = len(people.paths)
    left_out = np.zeros((n, n), bool)
    left_out[people.copies[:, 0], people.copies[:, 1]] = True
    found = {"all": rates(rows, people.owner, np.ones(n, bool), threshold, left_out)}
    for kind, values in GROUPS.items():
        for value in values:
            member = np.array([row[kind] == value for row in labels], bool)
            found[f"{kind} {value}"] = rates(rows, people.owner, member, threshold, left_out)
    return found


def labelled(bench: Bench, rows: Sequence[Row]) -> People:
    """The crops of the table, in its order."""
    folder = bench.shared / "data/faces/ilfw"
    paths = tuple(folder / row["file"] for row in rows)
    names = sorted({path.parent.name for path in paths})
    owner = np.array([names.index(path.parent.name) for path in paths], np.int64)
    return People(paths, owner, bench.teacher.rows(paths))


def threshold_of(engine: Engine, unseen: People) -> float:
    """The cosine at which one pair in a thousand of different unseen people is accepted."""
    return scores(engine.rows(unseen.paths), unseen.owner, *pairs(unseen)).threshold(FAR)


def fairness(measured: Measured, bench: Bench, table: Path = LABELS) -> None:
    """The section: on unseen people alone, and on all labelled ones; beside MobileFaceNet, trained on other photos."""
    if not table.is_file():
        measured.say("fairness", f"left out: there is no {table.name}")
        measured.figures["fairness"] = {"left_out": f"no {table.name}"}
        return
    every = read_table(table)
    unseen = [row for row in every if Path(row["file"]).parent.name in bench.held_out]
    apart = bench.people(bench.held_out)
    told: dict[str, Any] = {}
    lines: list[str] = []
    for engine in (bench.own, bench.teacher):
        threshold = threshold_of(engine, apart)
        for words, rows in (("people never seen", unseen), ("all labelled people", every)):
            if not rows:
                continue
            people = labelled(bench, rows)
            known = len({row["file"].split("/")[0] for row in rows} - bench.apart)
            found = by_group(engine.rows(people.paths), people, rows, threshold)
            overlap = f"; {known} of them were trained on" if known and engine is bench.own else ""
            lines += [
                f"{engine.name}, {words}{overlap} (threshold {threshold:.3f}; without {len(people.copies)} copies)",
                *group_lines(found),
                "",
            ]
            told[f"{engine.name}, {words}"] = {
                "threshold": threshold, "people_trained_on": known, "copies_left_out": len(people.copies),
                "groups": {name: to_json(one) for name, one in found.items()},
            }  # fmt: skip
    lines += [
        f"*: fewer than {FEW} people or same pairs: shows little.",
        "Pairs share people, so the intervals of strangers are too narrow.",
    ]
    measured.say(f"fairness: pairs accepted at the threshold of FAR {FAR:g} on all unseen people", *lines)
    measured.figures["fairness"] = told


def to_json(one: Rates) -> dict[str, Any]:
    """Counts, rates and intervals."""
    out: dict[str, Any] = asdict(one)
    for name, accepted, of in _parts(one):
        share = accepted / of if of else math.nan
        out[name] = {"rate": share, "interval": interval(share, of)}
    return out


def _parts(one: Rates) -> tuple[tuple[str, int, int], ...]:
    return (
        ("true_match_both", one.both_accepted, one.both),
        ("true_match_any", one.any_accepted, one.any),
        ("false_match", one.strangers_accepted, one.strangers),
    )


def group_lines(found: Mapping[str, Rates]) -> list[str]:
    """A line a group."""
    lines = [
        f"  {'group':<16} {'people':>6} {'crops':>5}  {'same pairs, both of it':<32} {'one at least':<32} "
        "strangers of the group"
    ]
    for name, one in found.items():
        few = "*" if min(one.people, one.both) < FEW else " "
        words = [_words(accepted, of, 3 if n < 2 else 4) for n, (_, accepted, of) in enumerate(_parts(one))]
        lines.append(f"  {name:<16} {one.people:>6} {one.crops:>5}{few} {words[0]:<32} {words[1]:<32} {words[2]}")
    return lines


def _words(accepted: int, of: int, digits: int) -> str:
    if not of:
        return "none"
    low, high = interval(accepted / of, of)
    return f"{accepted / of:.{digits}f} of {of} ({low:.{digits}f} to {high:.{digits}f})"
