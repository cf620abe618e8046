"""Logos and props on real photos: parties named, boxes found, and photos without politics that are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.figures import FEW, Target
from benchmarks.matching import interval
from benchmarks.run import Measured, Run
from benchmarks.scanning import Report
from benchmarks.scoring import Score
from benchmarks.truth import Row
from poseguard.results import Level

SEEN = ("logo", "prop")
_NOBODY = ("unknown", "other")  # score.py's UNNAMED
# The parties that the measure side shows most; the others are printed after them.
_PRINTED = ("logo:nasdem", "logo:pdip", "logo:golkar", "logo:pks")


def named(report: Report) -> list[dict[str, Any]]:
    """Logos that a party is named for."""
    return [e for e in report["evidence"] if e["kind"] == "logo" and e["label"] not in _NOBODY]


def tags(measured: Measured, run: Run) -> None:
    """Parties that a photo shows: score.py tags."""
    name = "tags"
    scored = run.score(name)
    told = {file: {f"logo:{e['label']}" for e in named(report)} for file, report in run.of(name)}
    reported = Counter(tag for have in told.values() for tag in have)
    true = sum(int(row["count"]) for row in scored.labels.values())
    precision, recall = scored.numbers["tag_precision"], scored.numbers["tag_recall"]
    wrong = list(_wrong(run.sets[name].rows, told))
    measured.say(
        "parties named on photos (score.py tags)",
        scored.text,
        *tag_lines(scored, reported),
        f"all: precision {_within(precision, reported.total())}, recall {_within(recall, true)}",
        *(["photos to look at:"] if wrong else []),
        *wrong,
    )
    measured.targets += [
        Target(name, "parties named, precision", precision, 0.92, reported.total()),
        Target(name, "parties named, recall", recall, 0.80, true),
    ]
    measured.figures[name] = {**scored.to_json(), "reported": dict(reported), "wrong": wrong}


def tag_lines(scored: Score, reported: Counter[str]) -> list[str]:
    """Per party: precision of the photos on which it is named, recall of those that show it."""
    lines = [f"{'tag':<16} {'named':>6} {'precision':<23} {'photos':>6} {'recall':<23}"]
    for tag in _ordered(scored.labels):
        row = scored.labels[tag]
        precision, recall = _within(row["precision"], reported[tag]), _within(row["recall"], row["count"])
        lines.append(f"{tag:<16} {reported[tag]:>6} {precision:<23} {row['count']:>6.0f} {recall:<23}{_few(row)}")
    return lines


def boxes(measured: Measured, run: Run) -> None:
    """Boxes of emblems and props: score.py ap, with the photos of `negative`."""
    name = "ap"
    scored = run.score(name)
    measured.say("boxes of logos and props (score.py ap)", scored.text, *box_lines(scored))
    for kind, words, bound in (("logo", "logos", 0.60), ("prop", "props", 0.40)):
        count = sum(int(row["count"]) for label, row in scored.labels.items() if label.startswith(kind))
        figure = scored.numbers.get(f"{kind}_ap", float("nan"))
        measured.targets.append(Target(name, f"AP50 of {words}, weighted by boxes", figure, bound, count))
    measured.figures[name] = scored.to_json()


def box_lines(scored: Score) -> list[str]:
    """Per class, the parties that have to be printed first, whether there are boxes of them or not."""
    lines = [f"{'class':<16} {'boxes':>6} {'AP50':>6} {'precision':>9} {'recall':<23}"]
    for label in dict.fromkeys((*_PRINTED, *_ordered(scored.labels))):
        row = scored.labels.get(label)
        if row is None:
            lines.append(f"{label:<16} no boxes")
            continue
        recall = _within(row["recall"], row["count"])
        lines.append(
            f"{label:<16} {row['count']:>6.0f} {row['AP50']:>6.3f} {row['precision']:>9.3f} {recall:<23}{_few(row)}"
        )
    return lines


@dataclass(frozen=True, slots=True)
class Claim:
    """A photo without politics of which something is said all the same. `rules`: findings of low and above."""

    file: str
    level: str
    logos: tuple[str, ...]
    props: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def material(self) -> bool:
        """Campaign material is claimed."""
        return bool(self.props or self.rules)


def claim(file: str, report: Report) -> Claim:
    """What a report claims: parties named, props with a party's emblem on them, findings that rest on either."""
    seen = {e["id"] for e in report["evidence"] if e["kind"] in SEEN}
    props = [e for e in report["evidence"] if e["kind"] == "prop" and e["details"]["parties"]]
    rules = [
        finding["rule"]
        for finding in report["findings"]
        if Level(finding["level"]).rank >= Level.LOW.rank and seen & set(finding["evidence"])
    ]
    return Claim(file, report["risk"]["level"], _words(named(report)), _words(props), tuple(rules))


def plain(measured: Measured, run: Run) -> None:
    """Photos of offices and ceremonies: nobody's logo, nobody's material."""
    name = "plain"
    parties, material, count = _claims(measured, run, name, "negative", "photos without politics")
    measured.targets += [
        Target(name, "a party named", parties, 0.01, count, most=True),
        Target(name, "campaign material claimed", material, 0.03, count, most=True),
    ]


def everyday(measured: Measured, run: Run) -> None:
    """Close-ups of hands, for the clothes and rooms in them: no party's anything either."""
    _claims(measured, run, "everyday", "close-ups", "close-ups of hands, in everyday clothes")


def _claims(measured: Measured, run: Run, name: str, photos: str, title: str) -> tuple[float, float, int]:
    """Shares of those photos on which a party is named and on which campaign material is claimed; how many they are."""
    claims = [claim(file, report) for file, report in run.of(photos)]
    count = len(claims)
    parties, material = sum(bool(one.logos) for one in claims), sum(one.material for one in claims)
    look = [one for one in claims if one.logos or one.material]
    shares = [n / count if count else float("nan") for n in (parties, material)]
    measured.say(
        title,
        f"a party named on {parties} of {count}: {_within(shares[0], count)}",
        f"campaign material claimed on {material} of {count}: {_within(shares[1], count)}",
        *(f"  {one.file}  {one.level}  {', '.join((*one.logos, *one.props, *one.rules))}" for one in look),
    )
    measured.figures[name] = {
        "photos": count,
        "party_named": parties,
        "material_claimed": material,
        "look": [asdict(one) for one in look],
    }
    return shares[0], shares[1], count


def _wrong(rows: Sequence[Row], told: dict[str, set[str]]) -> Iterable[str]:
    for row in rows:
        want, have = set(row["tags"].split()), told[row["file"]]
        missed, false = sorted(want - have), sorted(have - want)
        if missed or false:
            words = (*(f"missed {tag}" for tag in missed), *(f"FALSE {tag}" for tag in false))
            yield f"  {row['file']}  {', '.join(words)}"


def _ordered(labels: Iterable[str]) -> list[str]:
    known = list(labels)
    return [*(tag for tag in _PRINTED if tag in known), *(tag for tag in known if tag not in _PRINTED)]


def _words(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{e['label']} {e['confidence']:.2f} {max(e['box'][2:]):.0f} px" for e in found)


def _within(share: float, count: float) -> str:
    """A share with its 95 % interval."""
    low, high = interval(share, count)
    return f"{share:.3f} ({low:.3f} to {high:.3f})"


def _few(row: dict[str, float]) -> str:
    return f"  fewer than {FEW}: shows little" if row["count"] < FEW else ""
