"""One self-contained HTML file: pictures, boxes, filter and search, and nothing that asks the network."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, select_autoescape

from poseguard.reports.output import Sink, at
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import WORST_FIRST, Summary
from poseguard.reports.words import (
    candidate_counts,
    candidate_said,
    clean,
    duration,
    evidence_levels,
    evidence_number,
    given_names,
    hand_name,
    label_name,
    level_name,
    matching_line,
    moment,
    number,
    percent,
    pose_counts,
    seen_name,
    shown_level,
    status_name,
    thing_counts,
    thing_name,
)
from poseguard.results import Evidence, PhotoReport, Status, plain
from poseguard.texts import say

PICTURE_BUDGET = 120_000_000
"""Characters of pictures in one file: about 6,000 thumbnails; browsers open that. The worst photos keep theirs."""
_SMALLEST_MARK = 0.035


class HtmlReporter:
    """Spools each photo to a temporary file and writes the page, worst first, on `close`."""

    wants = Wants(thumbnail=True)

    def __init__(self, sink: Sink, lang: str, *, picture_budget: int = PICTURE_BUDGET) -> None:
        self._sink = sink
        self._lang = lang
        self._budget = picture_budget
        self._spool = tempfile.TemporaryFile(prefix="poseguard-")  # noqa: SIM115 - lives as long as the reporter
        self._index: list[tuple[int, float, str, int, int]] = []

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        record = json.dumps(card(report, picture, self._lang)).encode("ascii")
        rank = shown_level(report).rank
        self._index.append((-rank, -report.risk.score, report.photo.path, self._spool.tell(), len(record)))
        with at(tempfile.gettempdir()):
            self._spool.write(record)

    def close(self, summary: Summary) -> None:
        head, photo, tail = (_template(name) for name in ("head.html.j2", "photo.html.j2", "tail.html.j2"))
        words: dict[str, Any] = {"t": self._say, "lang": self._lang}
        self._write(head.render(words, **_page(summary, self._lang)))
        for one in self._cards():
            self._write(photo.render(words, card=one))
        self._write(tail.render(words, script=_asset("report.js")))
        self._spool.close()
        self._sink.close()

    def discard(self) -> None:
        with suppress(OSError):  # no place for what is still to be written to it
            self._spool.close()
        self._sink.discard()

    def _cards(self) -> Iterator[dict[str, Any]]:
        left = self._budget
        for _, _, _, offset, length in sorted(self._index):
            with at(tempfile.gettempdir()):  # what is still to be written goes there first
                self._spool.seek(offset)
            one: dict[str, Any] = json.loads(self._spool.read(length))
            weight = len(one["thumbnail"] or "") + sum(len(seen["crop"] or "") for seen in one["evidence"])
            if weight > left:
                left = 0
                one["thumbnail"] = None
                for seen in one["evidence"]:
                    seen["crop"] = None
            left -= min(weight, left)
            yield one

    def _write(self, text: str) -> None:
        self._sink.write(text.encode("utf-8"))

    def _say(self, key: str, **slots: str) -> str:
        return say(f"reports.{key}", self._lang, **slots)


def card(report: PhotoReport, picture: Picture | None, lang: str) -> dict[str, Any]:
    """What the page shows of one photo, as JSON values; every string is plain text, escaped by the template."""
    level, photo = shown_level(report), report.photo
    poses, things, candidates = pose_counts(report), thing_counts(report), candidate_counts(report)
    given = given_names(report)
    crops = {name: _data(data) for name, data in picture.crops} if picture else {}
    levels = evidence_levels(report)
    path = clean(photo.path)
    words = [
        path,
        level_name(level, lang),
        *(label_name(one, lang) for one in poses),
        *(thing_name(*one, lang, given) for one in things),
        *(candidate_said(name, lang) for _, name in candidates),
    ]
    words += [finding.title for finding in report.findings]
    words += [report.error.message] if report.error else []
    body: dict[str, Any] = {
        "path": path,
        "level": level.value,
        "badge": say(f"reports.short_{level}", lang),
        "verdict": level_name(level, lang),
        "status": report.status.value,
        "status_name": None if report.status is Status.OK else status_name(report.status, lang),
        "error": report.error.message if report.error else None,
        "code": report.error.code if report.error else None,
        "keys": [*poses, *(_key(one) for one in things), *(_key(("face", ident)) for ident, _ in candidates)],
        "search": clean(" ".join(words).lower()),
        "facts": _facts(report, lang),
        "matching": matching_line(report.matching, lang) if report.matching else None,
        "width": photo.width,
        "height": photo.height,
        "type": round(0.045 * max(photo.width or 0, photo.height or 0)),
        "sha256": photo.sha256,
        "thumbnail": _data(picture.thumbnail) if picture and picture.thumbnail else None,
        "evidence": [_seen(one, report, lang) | {"crop": crops.get(one.id)} for one in report.evidence],
        "findings": plain(report.findings),
        "made_with": [f"{one.name} {one.version} · {one.sha256[:12]}" for one in (*report.models, *report.rules)],
        "elapsed": duration(report.elapsed_ms / 1000, lang),
    }
    for finding in body["findings"]:
        finding["numbers"] = [evidence_number(one) for one in finding["evidence"]]
        finding["badge"] = say(f"reports.short_{finding['level']}", lang)
    body["flagged"] = [one for one in body["evidence"] if one["id"] in levels or one["label"] != "other"]
    return {key: _without_surrogates(value) for key, value in body.items()}


def _facts(report: PhotoReport, lang: str) -> list[str]:
    photo, scene = report.photo, report.scene
    facts = []
    if taken := moment(report.context.taken or photo.taken):
        facts.append(f"{say('reports.taken', lang)} {taken}")
    if photo.width and photo.height:
        facts.append(f"{photo.width} × {photo.height} px")
    if photo.format:
        facts.append(clean(photo.format).upper())
    if scene:
        facts.append(f"{scene.people} {say('reports.people', lang, n=scene.people)}")
        hands = f"{scene.hands_seen} {say('reports.hands', lang, n=scene.hands_seen)}"
        if scene.hands_unreadable:
            hands += f", {scene.hands_unreadable} {say('reports.unreadable', lang)}"
        facts.append(hands)
    return facts


def _seen(evidence: Evidence, report: PhotoReport, lang: str) -> dict[str, Any]:
    level = evidence_levels(report).get(evidence.id)
    x, y, width, height = evidence.box
    least = _SMALLEST_MARK * max(report.photo.width or 0, report.photo.height or 0)
    grow_x, grow_y = max(0.0, least - width) / 2, max(0.0, least - height) / 2
    return {
        "id": evidence.id,
        "number": evidence_number(evidence.id),
        "label": evidence.label,
        "name": seen_name(evidence, lang, given_names(report)),
        # A figure beside a name reads like an identification.
        "sure": say("reports.face_to_verify", lang) if evidence.kind == "face" else percent(evidence.confidence),
        "hand": hand_name(evidence.hand, lang),
        "level": level.value if level else "other",
        "mark": [round(v, 1) for v in (x - grow_x, y - grow_y, width + 2 * grow_x, height + 2 * grow_y)],
    }


def _key(thing: tuple[str, str]) -> str:
    """What the filter tells logos, props and candidates by, as one word; poses go by their label alone."""
    return "-".join(":".join(thing).split())


def _page(summary: Summary, lang: str) -> dict[str, Any]:
    style, script = _asset("report.css"), _asset("report.js")
    levels = [
        {
            "key": level.value,
            "badge": say(f"reports.short_{level}", lang),
            "name": level_name(level, lang),
            "count": number(summary.levels[level], lang),
            "empty": not summary.levels[level],
        }
        for level in WORST_FIRST
    ]
    return {
        "style": style,
        "policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'",
        "summary": summary,
        "photos": number(summary.photos, lang),
        "time": duration(summary.elapsed_s, lang),
        "first": moment(summary.first_taken)[:10],
        "last": moment(summary.last_taken)[:10],
        "levels": levels,
        "poses": [
            *((one, label_name(one, lang), number(n, lang)) for one, n in summary.poses.items()),
            *((_key(one), thing_name(*one, lang, summary.given), number(n, lang)) for one, n in summary.things.items()),
            *(
                (_key(("face", ident)), candidate_said(name, lang), number(n, lang))
                for (ident, name), n in summary.candidates.items()
            ),
        ],
        "matching": matching_line(summary.matching, lang) if summary.matching else None,
        "statuses": [(one.value, status_name(one, lang), number(n, lang)) for one, n in summary.statuses.items() if n],
        "hands": number(summary.hands, lang),
        "unreadable": number(summary.hands_unreadable, lang),
        "skipped": number(summary.skipped, lang),
    }


def _data(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _without_surrogates(one) for key, one in value.items()}
    return [_without_surrogates(one) for one in value] if isinstance(value, list) else value


@cache
def _asset(name: str) -> str:
    return (files("poseguard.reports") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_asset),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)
