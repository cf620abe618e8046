"""Galleries of people whose faces are known, and probes of theirs and of strangers, through the decision that ships."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from benchmarks.faces.engines import Bench, Engine, Floats, Ints, People
from benchmarks.figures import Target
from benchmarks.matching import interval
from benchmarks.run import Measured
from poseguard.faces.gallery import NAMED_WRONGLY, Candidate, Gallery, GalleryPhoto, Matcher
from poseguard.faces.numbers import Numbers

DRAWS = 20
PHOTOS = 3
WANTED = {18: 0.93, 50: 0.91, 100: 0.90}
"""Share of known faces to be named rightly, by candidates in the gallery."""
FEWER = ((50, 1), (50, 2))
"""Candidates, and photos of each: the warning that fewer photos cost names, and whether they cost wrong ones."""
TEACHERS = 500
MADE = "2000-01-01"
"""The date in galleries that are made to be measured, the same whenever they are."""


@dataclass
class Told:
    """All draws of one kind of gallery. `known`: probes of its people, `strangers`: of others; what each came to.

    `another`: known faces named as somebody else; `faces`: the different strangers' crops that were ever named;
    `rates`: share named rightly, a draw; `said`: likelihood of each name and whether it was right.
    """

    size: int
    photos: int
    known: int = 0
    right: int = 0
    another: int = 0
    strangers: int = 0
    wrong: int = 0
    possible_known: int = 0
    possible_strangers: int = 0
    faces: set[int] = field(default_factory=set)
    rates: list[float] = field(default_factory=list)
    thresholds: list[float] = field(default_factory=list)
    said: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.right / self.known if self.known else math.nan

    @property
    def false_rate(self) -> float:
        """Share of strangers' faces that were named."""
        return self.wrong / self.strangers if self.strangers else math.nan

    def to_json(self) -> dict[str, Any]:
        plain = {k: v for k, v in asdict(self).items() if k not in ("faces", "said", "rates", "thresholds")}
        return {
            **plain,
            "named_rightly": self.rate,
            "unknown_named": self.false_rate,
            "different_unknown_faces_named": len(self.faces),
            "lowest_draw": min(self.rates, default=math.nan),
            "highest_draw": max(self.rates, default=math.nan),
            "mean_threshold": float(np.mean(self.thresholds)),
            "mean_likelihood": float(np.mean([said for said, _ in self.said])) if self.said else math.nan,
            "right_of_named": float(np.mean([right for _, right in self.said])) if self.said else math.nan,
        }


def gallery_of(rows: Floats, used: Sequence[Ints], network: str) -> Gallery:
    """Candidates c0, c1, ... of the rows of `used`, one array each."""
    return Gallery(
        network,
        MADE,
        candidates=tuple(
            Candidate(f"c{n}", f"c{n}", "-", "", None, "", tuple(_photo(int(i)) for i in mine), rows[mine])
            for n, mine in enumerate(used)
        ),
    )


def _photo(number: int) -> GalleryPhoto:
    return GalleryPhoto(f"{number:064x}", "-", "", 112.0)


def chosen(people: People, size: int, photos: int, seed: int) -> list[Ints]:
    """The crops of `size` people to enrol, `photos` each, of those who have one more to be looked for.

    Raises ValueError where there are not so many.
    """
    rng = np.random.default_rng(seed)
    independent = people.independent
    owner = people.owner[independent]
    enough = [person for person in np.unique(owner) if (owner == person).sum() > photos]
    if len(enough) < size:
        raise ValueError(f"{len(enough)} people of {size} have more than {photos} photos")
    drawn = rng.permutation(enough)[:size]
    return [rng.permutation(independent[owner == person])[:photos] for person in drawn]


def try_draw(told: Told, people: People, rows: Floats, numbers: Numbers, seed: int) -> None:
    """One draw: every independent crop that is not enrolled is looked for."""
    used = chosen(people, told.size, told.photos, seed)
    matcher = Matcher(gallery_of(rows, used, numbers.network), numbers, lang="en")
    told.thresholds.append(float(matcher.thresholds.mean()))
    whose = {int(people.owner[mine[0]]): f"c{n}" for n, mine in enumerate(used)}
    right = known = 0
    for i in np.setdiff1d(people.independent, np.concatenate(used)):
        found = matcher.decide(rows[i])
        true = whose.get(int(people.owner[i]))
        if found.candidate is not None:
            told.said.append((found.likelihood, found.candidate == true))
        if true is None:
            told.strangers += 1
            told.possible_strangers += found.possible
            if found.candidate is not None:
                told.wrong += 1
                told.faces.add(int(i))
            continue
        known += 1
        right += found.candidate == true
        told.another += found.candidate not in (None, true)
        told.possible_known += found.possible
    told.known, told.right = told.known + known, told.right + right
    told.rates.append(right / known)


def tried(people: People, engine: Engine, size: int, photos: int) -> Told:
    """DRAWS galleries of one kind."""
    told = Told(size, photos)
    rows = engine.rows(people.paths)
    for seed in range(DRAWS):
        try_draw(told, people, rows, engine.networks.numbers, seed)
    return told


def galleries(measured: Measured, bench: Bench) -> None:
    """The section: unseen people in galleries of 18, 50 and 100, and 500 of all people with a teacher."""
    unseen, everybody = bench.people(bench.held_out), bench.people()
    own, teacher = bench.own, bench.teacher
    found = {f"{own.name}, {size} × {PHOTOS}": tried(unseen, own, size, PHOTOS) for size in WANTED}
    for size, told in zip(WANTED, found.values(), strict=True):
        measured.targets += [
            Target("galleries", f"named rightly, {size} candidates", told.rate, WANTED[size], told.known),
            _unknown(f"{size} candidates", told),
        ]
    found |= {f"{own.name}, {size} × {photos}": tried(unseen, own, size, photos) for size, photos in FEWER}
    found |= {f"{teacher.name}, {size} × {PHOTOS}": tried(unseen, teacher, size, PHOTOS) for size in WANTED}
    large = tried(everybody, teacher, TEACHERS, PHOTOS)
    found[f"{teacher.name}, {TEACHERS} × {PHOTOS}"] = large
    measured.targets.append(_unknown(f"{TEACHERS} candidates, teacher", large))
    measured.say(
        f"galleries of people never seen, {DRAWS} draws each",
        f"{len(bench.held_out)} people, {len(unseen.independent)} crops ({len(unseen.copies)} copies left out); for "
        f"{TEACHERS} candidates all {len(np.unique(everybody.owner))} people, {len(everybody.independent)} crops "
        f"({len(everybody.copies)} copies left out)",
        *(
            f"{one.name}: no numbers beside it, so one cautious threshold for all"
            for one in (own, teacher)
            if one.networks.note
        ),
        *lines(found),
    )
    measured.figures["galleries"] = {
        "draws": DRAWS,
        "assumed_numbers": [one.name for one in (own, teacher) if one.networks.note],
        "copies_left_out": len(everybody.copies),
        "tried": {name: told.to_json() for name, told in found.items()},
    }


def lines(found: dict[str, Told]) -> list[str]:
    """A line a kind of gallery."""
    out = [
        f"{'embedder, candidates × photos':<34} {'rightly':>7}  {'draws':<14} {'another':>8} {'unknown named':>24} "
        f"{'95 %':<17} {'possible':>9} {'unknown':>8}"
    ]
    for name, told in found.items():
        low, high = interval(told.false_rate, told.strangers)
        wrong = f"{told.wrong} of {told.strangers} ({len(told.faces)} faces)"
        out.append(
            f"{name:<34} {told.rate:>7.4f}  {min(told.rates):.3f} to {max(told.rates):.3f} {told.another:>8} "
            f"{wrong:>24} {low:.5f} to {high:.5f} {_share(told.possible_known, told.known):>9} "
            f"{_share(told.possible_strangers, told.strangers):>8}"
        )
    out.append(
        "possible: under the threshold by so little that --show-possible shows it; of known faces, of unknown ones"
    )
    return out


def _unknown(words: str, told: Told) -> Target:
    name = f"unknown faces named, {words}"
    return Target("galleries", name, told.false_rate, NAMED_WRONGLY, told.strangers, most=True)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "-"
