"""Words and numbers as a person reads them, shared by every format."""

from __future__ import annotations

import re
from collections.abc import Mapping

from poseguard.results import Evidence, Level, PhotoReport, Status
from poseguard.texts import say

# Control characters drive a terminal, bidirectional marks turn a file name round, lone surrogates cannot be written.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(name: str) -> str:
    """A file name or other foreign text, with characters that act instead of show written as escapes."""
    return _UNSAFE.sub(lambda hit: hit[0].encode("unicode_escape").decode("ascii"), name)


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
    try:
        return say(f"reports.pose_{label}", lang)
    except KeyError:
        return clean(label.replace("_", " "))


def hand_name(hand: str | None, lang: str) -> str:
    return say(f"reports.hand_{hand}", lang) if hand in ("left", "right") else ""


def number(value: int | float, lang: str, places: int = 0) -> str:
    """1,234.5 in English, 1.234,5 in Indonesian."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "id" else text


def percent(share: float) -> str:
    """A confidence for people: never 100 %, since no network is certain."""
    return f"{min(99, round(share * 100))}%"


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
    """`3` of `hand-3`: what stands on the picture and beside the row."""
    return clean(evidence_id.rpartition("-")[2])


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
    """Named labels of one photo with how often each was seen, most often first; a pose of two hands counts once."""
    counts: dict[str, int] = {}
    counted: set[str] = set()
    for one in report.evidence:
        if one.label != "other" and partner(one) not in counted:
            counts[one.label] = counts.get(one.label, 0) + 1
            counted.add(one.id)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
