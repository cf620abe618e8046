"""The words for logos and props: whose they are, and whether a logo was the party's at the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from poseguard.results import Evidence
from poseguard.rules import model
from poseguard.rules.context import Resolved
from poseguard.rules.evidence import texts
from poseguard.rules.lineup import UNKNOWN
from poseguard.rules.marks import Mark, Marks
from poseguard.rules.pack import Pack
from poseguard.rules.wording import long_date
from poseguard.texts import catalogue, say


def name(code: str, marks: Marks, pack: Pack, lang: str) -> str:
    """“PDI Perjuangan (partai nomor 3)”; the number only where it is on the ballot."""
    who = marks.parties.known.get(code)
    if who is not None and code in marks.parties.numbered:
        return say("rules.mark-party", lang, name=who.name, number=who.number)
    who = who or pack.parties.get(code)
    return who.name if who else say("rules.mark-code", lang, name=marks.given_names.get(code, code))


def thing(one: Evidence, marks: Marks, pack: Pack, lang: str) -> str:
    """What a logo or prop is called in a sentence; other kinds by kind and label."""
    mark = marks.of(one)
    if mark is None:
        return say("rules.kind-other", lang, kind=one.kind, label=one.label)
    codes = mark.codes or (texts(one, "parties") if one.kind == "prop" else [one.label])
    whose = ", ".join(name(code, marks, pack, lang) for code in codes)
    if one.kind == "logo":
        logo = say("rules.logo-unknown", lang) if one.label == UNKNOWN else say("rules.logo", lang, whose=whose)
        return say("rules.logo-enrolled", lang, logo=logo) if one.details.get("enrolled") is True else logo
    key = f"prop-{one.label}"
    prop = say(f"rules.{key}", lang) if key in catalogue("rules") else one.label
    if isinstance(wearers := one.details.get("wearers"), int):
        prop = say("props.crowd", lang, prop=prop, n=wearers)
    return say("rules.prop", lang, prop=prop, whose=whose)


def names(found: Iterable[Mark], marks: Marks, pack: Pack, lang: str) -> str:
    """Everybody named, each once, in the order of the evidence."""
    codes = dict.fromkeys(code for mark in found for code in mark.codes)
    return ", ".join(name(code, marks, pack, lang) for code in codes)


def versions(found: Iterable[Mark], marks: Marks, resolved: Resolved, pack: Pack, lang: str) -> str:
    """One sentence for each version of a logo that has dates, or that is an older one."""
    told: dict[str, None] = {}
    for mark in found:
        one, seen = mark.evidence, mark.evidence.details.get("version")
        if one.kind != "logo" or (one.details.get("enrolled") is True and not seen):
            continue
        known = [v for v in marks.parties.versions if v.party == one.label]
        said = next((v for v in known if v.version == _short(seen, v.party)), None)
        who = pack.parties.get(one.label)
        whose = who.name if who else one.label
        if said is not None:
            told[_version(said, whose, _replaced(said, known), resolved, lang)] = None
        elif seen:
            told[say("rules.version-undated", lang, name=whose, version=seen)] = None
    return " ".join(told)


def _short(version: object, party: str) -> str | None:
    """`old` also where the whole class is given, `perindo_old`."""
    return str(version).removeprefix(f"{party}_") if version else None


def _replaced(one: model.LogoVersion, known: Sequence[model.LogoVersion]) -> bool:
    """Whether it is an older drawing, and a later one is known."""
    return one.version is not None and any(
        one.valid_until is not None and other.valid_from is not None and other.valid_from > one.valid_until
        for other in known
    )


def _version(one: model.LogoVersion, name: str, old: bool, resolved: Resolved, lang: str) -> str:
    day = resolved.context.day
    if day is None:
        key = "version-old-no-day" if old else "version-no-day"
    elif one.valid_until is not None and day > one.valid_until:
        key = "version-old"
    elif one.valid_from is not None and day < one.valid_from:
        key = "version-not-yet"
    else:
        key = "version-old-then" if old else "version-then"
    slots = {"name": name, "day": long_date(day, lang)}
    slots |= {"start": long_date(one.valid_from, lang), "end": long_date(one.valid_until, lang)}
    period = "until" if one.valid_from is None else "from" if one.valid_until is None else "between"
    slots["period"] = say(f"rules.version-{period}", lang, **slots)
    slots["checked"] = say("rules.verified" if one.verified else "rules.unverified", lang)
    return say(f"rules.{key}", lang, **slots)
