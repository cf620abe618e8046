"""Faces that the gallery gave a name: which of them count, with which numbers, and the words for them.

A face stands in one of three ways (`model.MarkStanding`): `named` is surely like a candidate of the election; `unsure`
is only possibly like one and weighs nothing; `unnamed` is like a candidate of another election and weighs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from poseguard.results import Evidence
from poseguard.rules import model
from poseguard.rules.context import Resolved, drawn
from poseguard.rules.evidence import is_sure
from poseguard.rules.pack import Pack, fold
from poseguard.texts import say

KIND = "face"
ENOUGH_PHOTOS = 3
"""Independent photos that the gallery asks for; of a candidate with fewer that is said."""

_SEEN = {"named": "seen-face", "unsure": "seen-face-possible", "unnamed": "seen-face-elsewhere"}
_BETWEEN_NAMES = re.compile(r"\s*[–—&/]\s*|\s+-\s+|\s+dan\s+")
_DIGITS = 12

Where = Callable[[Sequence[Evidence]], str]


def standing(one: Evidence, resolved: Resolved, pack: Pack) -> model.MarkStanding:
    """An election that no profile knows is taken to be the one that was chosen."""
    if one.details.get("possible") is True or not is_sure(one, pack):
        return "unsure"
    noted = one.details.get("election")
    chosen = resolved.election
    elsewhere = chosen is not None and isinstance(noted, str) and noted in pack.elections and noted != chosen.id
    return "unnamed" if elsewhere else "named"


def named(evidence: Iterable[Evidence], resolved: Resolved, pack: Pack) -> list[Evidence]:
    """The faces that count."""
    return [one for one in evidence if one.kind == KIND and standing(one, resolved, pack) == "named"]


def number(one: Evidence, resolved: Resolved) -> int | None:
    """The candidate's ballot number: as the gallery has it, else that of the pair which bears the name or ticket."""
    said = one.details.get("number")
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    mine = {fold(said) for entry in ("name", "ticket") if isinstance(said := one.details.get(entry), str) and said}
    for pair in resolved.pairs:
        known = {fold(part) for part in (*_BETWEEN_NAMES.split(pair.name), pair.name, pair.code or "")}
        if mine & known and drawn(pair.since, resolved.context.day):
            return pair.number
    return None


def names(faces: Iterable[Evidence], resolved: Resolved, lang: str) -> str:
    """“calon A (nomor 2) dan calon B”; before the candidates are set they are would-be candidates without a number."""
    return _joined([_name(one, resolved, lang) for one in _each(faces)], lang)


def someone(faces: Iterable[Evidence], resolved: Resolved, lang: str) -> str:
    """“seseorang yang mirip calon A, perlu diverifikasi”; empty where there is no face."""
    told = [say("rules.face-someone", lang, who=_name(one, resolved, lang)) for one in _each(faces)]
    return say("rules.face-verify", lang, who=_joined(told, lang)) if told else ""


def seen(faces: Sequence[Evidence], where: Where, resolved: Resolved, pack: Pack, lang: str) -> str:
    """One sentence a candidate: whom the photo depicts someone like, and where. `where`: places of some faces."""
    grouped: dict[tuple[str, str], list[Evidence]] = {}
    for one in faces:
        grouped.setdefault((standing(one, resolved, pack), one.label), []).append(one)
    told = []
    for (stands, _), same in grouped.items():
        slots = {"who": _name(same[0], resolved, lang), "places": where(same)}
        told.append(say(f"rules.{_SEEN[stands]}", lang, election=_election(same[0], pack, lang), **slots))
    return " ".join(told)


def basis(faces: Iterable[Evidence], resolved: Resolved, figure: Callable[[float], str], lang: str) -> str:
    """What each resemblance rests on, and whether the gallery has few photos of the candidate."""
    told: dict[str, None] = {}
    for one in faces:
        details, who = one.details, _name(one, resolved, lang)
        figures = [details.get(entry) for entry in ("score", "threshold")]
        if all(isinstance(value, int | float) for value in figures):
            score, threshold = (figure(float(value)) for value in figures if value is not None)
            photo = str(details.get("photo") or "-")[:_DIGITS]
            told[say("rules.face-basis", lang, who=who, score=score, threshold=threshold, photo=photo)] = None
        photos = details.get("photos")
        if isinstance(photos, int) and photos < ENOUGH_PHOTOS:
            told[say("rules.face-few", lang, who=who, photos=photos)] = None
    return " ".join(told)


def _each(faces: Iterable[Evidence]) -> Iterable[Evidence]:
    """One face a candidate."""
    return {one.label: one for one in faces}.values()


def _joined(told: Sequence[str], lang: str) -> str:
    """As in a sentence: a, b and c."""
    if len(told) < 2:
        return "".join(told)
    return f"{', '.join(told[:-1])} {say('rules.and', lang)} {told[-1]}"


def _name(one: Evidence, resolved: Resolved, lang: str) -> str:
    given = one.details.get("name")
    name = given if isinstance(given, str) and given else one.label
    if resolved.phase_name == "before":
        return say("rules.face-would-be", lang, name=name)
    ballot = number(one, resolved)
    return say("rules.face-candidate" if ballot is None else "rules.face-numbered", lang, name=name, number=ballot)


def _election(one: Evidence, pack: Pack, lang: str) -> str:
    noted = str(one.details.get("election") or "")
    return pack.elections[noted].name.say(lang) if noted in pack.elections else noted
