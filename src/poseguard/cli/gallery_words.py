"""What is told of a gallery: its troubles in sentences, its contents as JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from poseguard.errors import UsageError
from poseguard.faces.checks import Kind, Trouble
from poseguard.faces.gallery import ENOUGH, Gallery, Matcher
from poseguard.reading.problems import printable
from poseguard.reports.words import clean, number
from poseguard.texts import say

if TYPE_CHECKING:
    from poseguard.faces.enrol import Unfit

INDEX = "poseguard.gallery-index/1"
DIGITS = 10
"""So many digits of a SHA-256 name a photo."""

_MOST = 20
_MOST_PLACES = 6


def apart(score: float, threshold: float, lang: str, places: int = 2) -> tuple[str, str]:
    """Both with `places` decimals, or as many more as it takes for the order of the two to be seen."""
    while places < _MOST_PLACES and score != threshold and f"{score:.{places}f}" == f"{threshold:.{places}f}":
        places += 1
    return number(score, lang, places), number(threshold, lang, places)


def told(trouble: Trouble, matcher: Matcher, file: Path, lang: str) -> str:
    """One line: who, what there is to look at in the gallery `file`, and what to do where a command does it."""
    people = {one.id: one for one in matcher.gallery.candidates}
    one = people[trouble.candidate]
    other = people[trouble.other].name if trouble.other else ""
    key = trouble.kind.value
    if trouble.kind is Kind.COPY and trouble.other != trouble.candidate:
        key = "copy-other"
    sizes = {photo.sha256: photo.size_px for photo in one.photos}
    score, threshold = apart(trouble.score or 0.0, trouble.threshold or 0.0, lang)
    size, least = apart(sizes.get(trouble.photo or "", 0.0), matcher.numbers.gates.least_px, lang, 0)
    what = say(
        f"gallery.found-{key}",
        lang,
        photo=(trouble.photo or "")[:DIGITS],
        other_photo=(trouble.other_photo or "")[:DIGITS],
        code=trouble.candidate,
        other=other,
        other_code=trouble.other or "",
        file=shlex.quote(clean(printable(file))),
        score=score,
        threshold=threshold,
        count=number(trouble.score or 0.0, lang),
        enough=ENOUGH,
        size=size,
        least=least,
    )
    return say("gallery.found", lang, name=f"{one.name} ({one.id})", what=what)


def unusable(key: str, wrong: Sequence[tuple[str, Unfit]], total: int, file: Path, lang: str) -> UsageError:
    """`wrong`: name and reason of each photo that cannot be used; the remedies of all reasons, each once."""
    lines = [say(f"gallery.{key}", lang, count=len(wrong), total=total)]
    lines += [f"  {what}: {unfit_words(unfit, lang)}" for what, unfit in wrong[:_MOST]]
    lines += ["  ..."] if len(wrong) > _MOST else []
    reasons = dict.fromkeys(unfit.reason for _, unfit in wrong)
    remedies = [say(f"gallery.unfit-{reason}-remedy", lang, file=clean(printable(file))) for reason in reasons]
    return UsageError("\n".join(lines), " ".join(remedies))


def unfit_words(unfit: Unfit, lang: str) -> str:
    """Why a photo cannot be used, as a part of a sentence."""
    slots = dict(unfit.slots)
    if unfit.reason == Kind.SMALL.value:
        slots["size"], slots["least"] = apart(float(slots["size"]), float(slots["least"]), lang, 0)
    return say(f"gallery.unfit-{unfit.reason}", lang, **slots)


def index(gallery: Gallery) -> str:
    """What a gallery holds, without what faces are compared by."""
    candidates = [
        {
            "id": one.id,
            "name": one.name,
            "election": one.election,
            "office": one.office,
            "number": one.number,
            "ticket": one.ticket,
            "photos": [
                {
                    "sha256": photo.sha256,
                    "source": photo.source,
                    "date": photo.date,
                    "size_px": photo.size_px,
                    "note": photo.note,
                    "kept": bool(photo.jpeg),
                }
                for photo in one.photos
            ],
        }
        for one in gallery.candidates
    ]
    about = {"created": gallery.created, "note": gallery.purpose_note, "network": gallery.network}
    body = {"format": INDEX, "sha256": gallery.sha256, **about, "candidates": candidates}
    return json.dumps(body, ensure_ascii=False, indent=1)
