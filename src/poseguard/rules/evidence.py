"""What the rules ask of evidence: is it spoken of, does it count in full, on how many people, what lies on what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from poseguard.results import Evidence
from poseguard.rules import model
from poseguard.rules.pack import Pack

OTHER_KIND = "other"
"""Threshold of the kinds of evidence that have none of their own."""


def sound(evidence: Iterable[Evidence], pack: Pack) -> list[Evidence]:
    """Evidence to be spoken of: a finite confidence, at or above its kind's `report` threshold."""
    return [one for one in evidence if _is_number(one.confidence) and one.confidence >= _threshold(one, pack).report]


def is_sure(one: Evidence, pack: Pack) -> bool:
    """Whether it counts in full."""
    return one.confidence >= _threshold(one, pack).sure


def _threshold(one: Evidence, pack: Pack) -> model.Threshold:
    names = (f"{one.kind}-{one.label}", one.kind, OTHER_KIND)
    return next(pack.thresholds[name] for name in names if name in pack.thresholds)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def has_box(one: Evidence) -> bool:
    """Whether its box is four finite numbers; evidence of other makers may have none."""
    box: object = one.box
    return (
        isinstance(box, tuple | list)
        and len(box) == 4
        and all(isinstance(side, int | float) and math.isfinite(side) for side in box)
    )


def count_people(evidence: Sequence[Evidence]) -> int:
    """Distinct `details.person`, and all of a crowd's `details.people`; what has neither is counted as two to a person,
    so that nobody is counted twice.
    """
    owned = [_people(one) for one in evidence]
    loose = sum(not some for some in owned)
    return len(set().union(*owned)) + (loose + 1) // 2


def _people(one: Evidence) -> set[str]:
    person, crowd = one.details.get("person"), one.details.get("people")
    told = [person] if person is not None else crowd if isinstance(crowd, list | tuple) else []
    return {str(number) for number in told}


def texts(one: Evidence, entry: str) -> list[str]:
    """The texts of a list in `details`; evidence of other makers may hold anything there."""
    value: object = one.details.get(entry)
    return [word for word in value if isinstance(word, str)] if isinstance(value, list | tuple) else []


def prop_of(one: Evidence) -> str | None:
    """Id of the prop that a logo lies on."""
    value: object = one.details.get("prop")
    return value if isinstance(value, str) else None
