"""Are two crops one person? Every same pair, and up to half a million different ones, of people never seen."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faces.curve import roc_picture
from benchmarks.faces.engines import Bench, Floats, Ints, People
from benchmarks.figures import Target
from benchmarks.run import Measured
from poseguard.faces.numbers import Numbers

FARS = (1e-2, 1e-3, 1e-4)
MOST_PAIRS = 500_000
WANTED, BEHIND = 0.90, 0.02
"""What the true accept rate at a false accept rate of 1e-3 must reach, and how far it may lie behind the teacher's."""
_GRID = np.logspace(-5, 0, 101)
_DRAWS = 1000

Pairs = tuple[Ints, Ints]


@dataclass(frozen=True, eq=False)
class Scores:
    """How alike one embedder finds `same` pairs, with whose each is, and `different` ones, falling."""

    same: Floats
    whose: Ints
    different: Floats

    def threshold(self, far: float) -> float:
        """The score that a share `far` of the different pairs lies above."""
        return float(self.different[min(int(far * len(self.different)), len(self.different) - 1)])

    def tar(self, far: float) -> float:
        """The share of same pairs above that threshold."""
        return float(np.mean(self.same > self.threshold(far)))

    def interval(self, far: float) -> tuple[float, float]:
        """95 % of the rates that other draws of as many people would give, at this threshold."""
        _, person, total = np.unique(self.whose, return_inverse=True, return_counts=True)
        right = np.bincount(person, self.same > self.threshold(far))
        chosen = np.random.default_rng(7).multinomial(len(total), np.full(len(total), 1 / len(total)), _DRAWS)
        low, high = np.quantile((chosen @ right) / (chosen @ total), (0.025, 0.975))
        return float(low), float(high)


def pairs(people: People) -> tuple[Pairs, Pairs]:
    """Same pairs without copies of one photo; different ones, a draw of MOST_PAIRS where there are more."""
    first, second = np.triu_indices(len(people.owner), 1)
    same = people.owner[first] == people.owner[second]
    copied = np.isin(first * len(people.owner) + second, people.copies @ (len(people.owner), 1))
    others = np.flatnonzero(~same)
    if len(others) > MOST_PAIRS:
        others = np.sort(np.random.default_rng(3).choice(others, MOST_PAIRS, replace=False))
    kept = same & ~copied
    return (first[kept], second[kept]), (first[others], second[others])


def scores(rows: Floats, owner: Ints, same: Pairs, different: Pairs, numbers: Numbers | None = None) -> Scores:
    """`rows`: embeddings, one a crop. Cosines; with `numbers` the standard scores that decisions rest on."""
    known = numbers.strangers(rows) if numbers else None

    def alike(a: Ints, b: Ints) -> Floats:
        cosines = np.asarray((rows[a] * rows[b]).sum(1), np.float32)
        return cosines if known is None else known[a].standard(cosines, known[b])

    false = np.concatenate([alike(a, b) for a, b in zip(*(np.array_split(k, 50) for k in different), strict=True)])
    return Scores(alike(*same), owner[same[0]], np.sort(false)[::-1])


def curve(found: Scores) -> list[tuple[float, float, float]]:
    """False accept rate, threshold, true accept rate; from where ten pairs decide."""
    return [(float(far), found.threshold(far), found.tar(far)) for far in _GRID if far * len(found.different) >= 10]


def verification(measured: Measured, bench: Bench) -> None:
    """The section: true accept rates of the project's embedder and both teachers; the curve as CSV and PNG."""
    people = bench.people(bench.held_out)
    same, different = pairs(people)
    copies = len(people.copies)
    seen = {one.name: (one.rows(people.paths), people.owner, same, different) for one in bench.engines}
    plain = {name: scores(*given) for name, given in seen.items()}
    found = {one.name: scores(*seen[one.name], one.networks.numbers) for one in bench.engines}
    head = (
        f"{len(bench.held_out)} people, {len(people.paths)} crops; {len(same[0])} same pairs ({copies} of copies left "
        f"out), {len(different[0])} different ones"
    )
    lines = [head, f"{'embedder':<28} {'FAR':>6} {'TAR':>7}  {'95 % by people':<15} {'by cosine':>9}"]
    figures: dict[str, Any] = {}
    for name, one in found.items():
        figures[name] = {}
        for far in FARS:
            low, high = one.interval(far)
            lines.append(
                f"{name:<28} {far:>6g} {one.tar(far):>7.4f}  {low:.3f} to {high:.3f}  {plain[name].tar(far):>9.4f}"
            )
            figures[name][f"{far:g}"] = {
                "tar": one.tar(far), "low": low, "high": high, "by_cosine": plain[name].tar(far),
            }  # fmt: skip
    curves = {name: curve(one) for name, one in found.items()}
    _write(bench.out / "faces_roc.csv", curves)
    roc_picture({name: [(far, tar) for far, _, tar in points] for name, points in curves.items()}).save(
        bench.out / "faces_roc.png"
    )
    own, teacher = found[bench.own.name], found[bench.teacher.name]
    twins = (people.copies[:, 0], people.copies[:, 1])
    copied = scores(*seen[bench.own.name][:2], twins, twins, bench.own.networks.numbers).same
    flattered = float(np.mean(np.concatenate([own.same, copied]) > own.threshold(1e-3)))
    lines.append(f"{bench.own.name}, with those copies: {flattered:.4f} at 0.001")
    measured.say("faces of people never seen, two by two (curve: faces_roc.png, faces_roc.csv)", *lines)
    count = len(np.unique(own.whose))
    behind = teacher.tar(1e-3) - own.tar(1e-3)
    measured.targets += [
        Target("verification", "TAR at FAR 1e-3 (of: people)", own.tar(1e-3), WANTED, count),
        Target("verification", "TAR at FAR 1e-3, behind MobileFaceNet", behind, BEHIND, count, most=True),
    ]
    measured.figures["verification"] = {
        "people": len(bench.held_out), "crops": len(people.paths), "same": len(same[0]), "different": len(different[0]),
        "copies_left_out": copies, "own_tar_with_copies": flattered, "embedders": figures,
    }  # fmt: skip


def _write(path: Path, curves: dict[str, list[tuple[float, float, float]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("embedder", "false_accept_rate", "threshold", "true_accept_rate"))
        for name, points in curves.items():
            writer.writerows((name, f"{far:.3g}", f"{threshold:.4f}", f"{tar:.4f}") for far, threshold, tar in points)
