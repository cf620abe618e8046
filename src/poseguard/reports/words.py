"""Words and numbers as a person reads them, shared by every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType

from poseguard.results import Evidence, Level, Matching, PhotoReport, Status
from poseguard.texts import readable, say

DIGITS = 12
"""Of a SHA-256, where it is shown to people."""


def clean(name: str) -> str:
    """A file name or other foreign text on one line, with characters that act instead of show written as escapes."""
    return readable(name).replace("\n", "\\n")


def prose(text: str) -> str:
    """A sentence on one line, safe to print."""
    return clean(" ".join(text.split()))


def shown_level(report: PhotoReport) -> Level:
    """The level to show and count: a photo that was not read whole is never shown as clean."""
    if report.status is not Status.OK and report.risk.level is Level.NONE:
        return Level.UNKNOWN
    return report.risk.level


def level_name(level: Level, lang: str) -> str:
    """The level as a sentence part: "indikasi risiko tinggi", "tidak dapat dinilai"."""
    return say(f"reports.level_{level}", lang)


def status_name(status: Status, lang: str) -> str:
    return say(f"reports.status_{status}", lang)


def label_name(label: str, lang: str) -> str:
    """The everyday name of a pose; a label without a text (of another detector) is shown as it is."""
    return _text(f"reports.pose_{label}", lang) or clean(label.replace("_", " "))


def party_name(code: str, lang: str, given: Mapping[str, str] = MappingProxyType({})) -> str:
    """A party by its code; an enrolled one by the name that it was `given`, without one by its code in capitals."""
    return _text(f"props.party_{code}", lang) or clean(given.get(code) or code.replace("_", " ").upper())


def given_names(report: PhotoReport) -> Mapping[str, str]:
    """Names of the enrolled logos in one photo, by code; those whose name is but their code have none."""
    named = ((one.label, one.details.get("name")) for one in report.evidence if one.kind == "logo")
    return {code: name for code, name in named if isinstance(name, str) and name not in ("", code)}


def mark_name(label: str, lang: str) -> str:
    """What the recogniser takes an emblem for: a party, an emblem that is none (`neg:...`), or no emblem."""
    if label.startswith("neg:"):
        name = label.removeprefix("neg:")
        return say("props.no_party", lang, name=_text(f"props.emblem_{name}", lang) or clean(name.replace("-", " ")))
    if label in ("background", "unknown"):
        return say(f"props.{label}", lang)
    return party_name(label, lang)


def thing_name(kind: str, label: str, lang: str, given: Mapping[str, str] = MappingProxyType({})) -> str:
    """A logo or a prop that tells of a party, in general: "logo PKB", "party flag". `given`: as for `party_name`."""
    if kind == "logo":
        return say("props.logo", lang, party=party_name(label, lang, given))
    return _text(f"props.class_{label}", lang) or clean(label.replace("_", " "))


def seen_name(evidence: Evidence, lang: str, given: Mapping[str, str] = MappingProxyType({})) -> str:
    """What was seen, in everyday words: a pose, a party's logo, a prop with its parties, whom a face is like.

    `given`: names of the enrolled logos in the photo (`given_names`), for the props that they lie on.
    """
    label, details = evidence.label, evidence.details
    if evidence.kind == "face":
        return say("reports.face_like" if tells(evidence) else "reports.face_possible", lang, name=_candidate(evidence))
    if evidence.kind == "logo":
        if label == "unknown":
            return say("props.unknown", lang)
        name = details.get("name")
        if isinstance(name, str) and name not in ("", label):
            return say("props.logo", lang, party=clean(name))
        return thing_name("logo", label, lang)
    if evidence.kind == "prop":
        parties, wearers = _names(details.get("parties")), details.get("wearers")
        prop = thing_name("prop", label, lang) if parties else plain_prop(label, lang)
        if isinstance(wearers, int):
            prop = say("props.crowd", lang, prop=prop, n=wearers)
        named = ", ".join(party_name(one, lang, given) for one in parties)
        return say("props.with_parties", lang, prop=prop, parties=named) if parties else prop
    return label_name(label, lang)


def plain_prop(label: str, lang: str) -> str:
    """A prop that no party is named on, or what one may be instead: "flag", "no campaign prop"."""
    return _text(f"props.plain_{label}", lang) or thing_name("prop", label, lang)


def tells(evidence: Evidence) -> bool:
    """Whether it says something: a named pose, party or candidate, a prop with one; not what is only shown."""
    if evidence.kind == "face":
        return evidence.details.get("possible") is not True
    if evidence.kind == "prop":
        return bool(_names(evidence.details.get("parties")))
    return evidence.label not in ("other", "unknown")


def candidate_said(name: str, lang: str) -> str:
    """“mirip calon A”."""
    return say("reports.face_like", lang, name=clean(name))


def _candidate(evidence: Evidence) -> str:
    name = evidence.details.get("name")
    return clean(name if isinstance(name, str) and name else evidence.label)


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _text(key: str, lang: str) -> str:
    """A text that may be missing: then empty."""
    try:
        return say(key, lang)
    except KeyError:
        return ""


def hand_name(hand: str | None, lang: str) -> str:
    return say(f"reports.hand_{hand}", lang) if hand in ("left", "right") else ""


def number(value: int | float, lang: str, places: int = 0) -> str:
    """1,234.5 in English, 1.234,5 in Indonesian."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "id" else text


def percent(share: float) -> str:
    """A confidence for people: never 100 %, since no network is certain."""
    return f"{min(99, round(share * 100))}%"


def probability(share: float, lang: str) -> str:
    """As `percent`, in thousandths: never 1."""
    return number(min(0.999, share), lang, 3)


def duration(seconds: float, lang: str) -> str:
    """Seconds as "3 min 20 s", in words of the language."""
    if seconds < 10:
        return say("reports.seconds", lang, s=number(seconds, lang, 1))
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return say("reports.seconds", lang, s=rest)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return say("reports.hours", lang, h=hours, m=minutes)
    return say("reports.minutes", lang, m=minutes, s=rest)


def moment(iso: str | None) -> str:
    """ISO 8601 without the T."""
    return clean(iso).replace("T", " ") if iso else ""


def evidence_number(evidence_id: str) -> str:
    """What stands on the picture and beside the row: `3` of `hand-3`, `L3` of `logo-3`, `P3` of `prop-3`."""
    kind, _, number_in_kind = evidence_id.rpartition("-")
    return clean(number_in_kind if kind in ("hand", "") else f"{kind[0].upper()}{number_in_kind}")


def evidence_levels(report: PhotoReport) -> Mapping[str, Level]:
    """Worst level of the findings that rest on each piece of evidence; linked hands share theirs."""
    levels: dict[str, Level] = {}
    for finding in report.findings:
        for name in finding.evidence:
            if name not in levels or finding.level.rank > levels[name].rank:
                levels[name] = finding.level
    for one in report.evidence:
        other = partner(one)
        if other in levels and (one.id not in levels or levels[other].rank > levels[one.id].rank):
            levels[one.id] = levels[other]
    return levels


def partner(evidence: Evidence) -> str | None:
    """Id of the other hand of a two-hand pose (`details.pair`)."""
    other = evidence.details.get("pair")
    return other if isinstance(other, str) else None


def pose_counts(report: PhotoReport) -> Mapping[str, int]:
    """Named poses of one photo with how often each was seen, most often first; a pose of two hands counts once."""
    counts: dict[str, int] = {}
    counted: set[str] = set()
    for one in report.evidence:
        if one.kind == "hand" and tells(one) and partner(one) not in counted:
            counts[one.label] = counts.get(one.label, 0) + 1
            counted.add(one.id)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def thing_counts(report: PhotoReport) -> Mapping[tuple[str, str], int]:
    """(kind, label) of what tells of a party in one photo, logos first, with how often each was seen."""
    counts: dict[tuple[str, str], int] = {}
    for one in report.evidence:
        if one.kind not in ("hand", "face") and tells(one):
            key = (one.kind, one.label)
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1])))


def candidate_counts(report: PhotoReport) -> Mapping[tuple[str, str], int]:
    """(id, name) of the candidates that somebody in the photo is like, with how often; not those that are possible."""
    counts: dict[tuple[str, str], int] = {}
    for one in report.evidence:
        if one.kind == "face" and tells(one):
            key = (one.label, _candidate(one))
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def possible_names(report: PhotoReport, lang: str) -> list[str]:
    """Whom somebody is possibly like, for a person to look at: "possibly like candidate A (to be verified)"."""
    told = (one for one in report.evidence if one.kind == "face" and not tells(one))
    verify = say("reports.face_to_verify", lang)
    return [f"{name} {verify}" for name in dict.fromkeys(seen_name(one, lang) for one in told)]


def matching_line(matching: Matching, lang: str) -> str:
    """That faces were compared, with which gallery, what for and what came of it; that the others were forgotten."""
    gallery = say("reports.matching_gallery", lang, **_gallery(matching, lang))
    parts = [gallery, say("reports.matching_counts", lang, **_compared(matching, lang))]
    if why := skipped_faces(matching, lang):
        parts.append(say("reports.matching_skipped", lang, why=why))
    if matching.note:
        parts.append(prose(matching.note))
    return " ".join([*parts, say("reports.matching_forgotten", lang)])


def matching_rows(matching: Matching, lang: str) -> Iterator[tuple[str, str]]:
    """The same as rows of a table."""
    told = _gallery(matching, lang) | {"digest": matching.gallery}
    yield say("reports.row_gallery", lang), say("reports.row_gallery_is", lang, **told)
    yield say("reports.row_purpose", lang), told["purpose"]
    yield say("reports.row_faces", lang), say("reports.matching_counts", lang, **_compared(matching, lang))
    if why := skipped_faces(matching, lang):
        yield say("reports.row_skipped", lang), why
    if matching.note:
        yield say("reports.row_network", lang), prose(matching.note)


def _gallery(matching: Matching, lang: str) -> dict[str, str]:
    return {
        "name": clean(matching.name),
        "digest": matching.gallery[:DIGITS],
        "candidates": number(matching.candidates, lang),
        "purpose": prose(matching.purpose),
    }


def _compared(matching: Matching, lang: str) -> dict[str, str]:
    return {name: number(getattr(matching, name), lang) for name in ("compared", "named", "unnamed")}


def skipped_faces(matching: Matching, lang: str) -> str:
    """“2 terlalu kecil, 1 menyamping”; empty where every face was compared."""
    counts = ((one.name, getattr(matching.skipped, one.name)) for one in fields(matching.skipped))
    return ", ".join(say(f"reports.skipped_{why}", lang, n=number(n, lang)) for why, n in counts if n)
