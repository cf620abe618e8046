"""`poseguard explain`: everything about one photo, with the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from poseguard.reports.text import STYLES, badge, show
from poseguard.reports.words import (
    DIGITS,
    clean,
    duration,
    evidence_levels,
    evidence_number,
    given_names,
    hand_name,
    label_name,
    level_name,
    mark_name,
    matching_rows,
    moment,
    number,
    partner,
    party_name,
    plain_prop,
    probability,
    prose,
    seen_name,
    shown_level,
    status_name,
)
from poseguard.results import Citation, Evidence, Finding, Level, PhotoReport
from poseguard.texts import say

_SHOWN_ELSEWHERE = ("pair", "person", "name", "possible")
_REFERENCES = ("logos", "prop")
_NAMED = {"fingers": "finger", "thumb": "thumb"}


def explain(report: PhotoReport, stream: TextIO) -> None:
    """Prints the whole report of one photo to `stream`, in the language of the report."""
    show(stream, lambda console: _print(console, report, report.context.lang))


def _print(console: Console, report: PhotoReport, lang: str) -> None:
    _print_verdict(console, report, lang)
    _print_file(console, report, lang)
    for part in (_print_evidence, _print_matching, _print_findings, _print_context, _print_made_with):
        part(console, report, lang)
    console.print()
    console.print(Text(say("reports.not_a_verdict", lang), style="dim"))


def _print_verdict(console: Console, report: PhotoReport, lang: str) -> None:
    level = shown_level(report)
    console.print()
    console.print(Text(clean(report.photo.path), style="bold", overflow="fold"))
    line = badge(level, lang)
    line.append(f"  {level_name(level, lang)}", style="not bold")
    if level is not Level.NONE:
        line.append(f", {say('reports.review', lang)}", style="not bold")
    line.append(f"  ({say('reports.score', lang)} {number(report.risk.score, lang, 2)})", style="not bold dim")
    console.print(line)


def _print_file(console: Console, report: PhotoReport, lang: str) -> None:
    photo = report.photo
    reading = status_name(report.status, lang)
    if report.error:
        reading += f" ({clean(report.error.code)}): {prose(report.error.message)}"
    rows = [(say("reports.read_as", lang), reading)]
    if photo.width and photo.height:
        rows.append((say("reports.size", lang), f"{photo.width} × {photo.height} px"))
    if photo.format:
        rows.append((say("reports.format", lang), clean(photo.format).upper()))
    rows.append((say("reports.taken", lang), moment(photo.taken) or say("reports.not_known", lang)))
    if photo.sha256:
        rows.append(("SHA-256", photo.sha256))
    if scene := report.scene:
        people, hands = scene.people, scene.hands_seen
        seen = f"{people} {say('reports.people', lang, n=people)}, {hands} {say('reports.hands', lang, n=hands)}"
        if scene.hands_unreadable:
            seen += f", {scene.hands_unreadable} {say('reports.unreadable', lang)}"
        rows.append((say("reports.scene", lang), seen))
    _section(console, say("reports.file", lang), rows)


def _print_evidence(console: Console, report: PhotoReport, lang: str) -> None:
    _heading(console, say("reports.evidence", lang))
    if not report.evidence:
        console.print(Text(f"  {say('reports.no_evidence', lang)}", style="dim"))
        return
    levels, given = evidence_levels(report), given_names(report)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for name in ("number", "what", "sure", "box", "person"):
        right = name in ("number", "sure", "person")
        table.add_column(say(f"reports.column_{name}", lang), justify="right" if right else "left", overflow="fold")
    table.add_column(say("reports.column_opinions", lang), ratio=1, overflow="fold")
    for one in report.evidence:
        level = levels.get(one.id)
        table.add_row(
            Text(evidence_number(one.id), style="bold"),
            Text(_what(one, lang, given), style=STYLES[level] if level else ""),
            Text(probability(one.confidence, lang)),
            Text(_box(one)),
            Text(_figure(one.details["person"], lang) if one.details.get("person") is not None else "–"),
            Text("\n".join(_numbers(one, lang, given)), style="dim"),
        )
    console.print(Padding(table, (0, 0, 0, 2)))


def _what(evidence: Evidence, lang: str, given: Mapping[str, str]) -> str:
    name = seen_name(evidence, lang, given)
    if evidence.kind not in ("hand", "logo", "prop", "face"):
        name = f"{say(f'reports.kind_{evidence.kind}', lang)}: {name}"
    if side := hand_name(evidence.hand, lang):
        name += f", {side}"
    if other := partner(evidence):
        name += f"\n{say('reports.with_partner', lang, n=evidence_number(other))}"
    return name


def _box(evidence: Evidence) -> str:
    x, y, width, height = (round(v) for v in evidence.box)
    return f"{x}, {y}, {width} × {height}"


def _numbers(evidence: Evidence, lang: str, given: Mapping[str, str]) -> Iterator[str]:
    """The opinions, a line each, then the other figures of `details` and the extent of the landmarks."""
    rest = []
    naming = {"hand": label_name, "prop": plain_prop}.get(evidence.kind, mark_name)
    for name, value in evidence.details.items():
        if isinstance(value, Mapping):
            for inner, one in {name: value}.items() if "label" in value else value.items():
                yield f"{_detail_name(str(inner), lang)}: {_opinion(one, naming, lang)}"
        elif name not in _SHOWN_ELSEWHERE and value not in (None, False, "", [], ()):
            rest.append(f"{_detail_name(name, lang)} {_told(name, value, lang, given)}")
    if evidence.landmarks:
        across = [point[0] for point in evidence.landmarks]
        down = [point[1] for point in evidence.landmarks]
        wide, tall = round(max(across) - min(across)), round(max(down) - min(down))
        rest.append(say("reports.landmarks", lang, n=len(evidence.landmarks), w=wide, h=tall))
    elif evidence.kind == "hand":
        rest.append(say("reports.no_landmarks", lang))
    if rest:
        yield ", ".join(rest)


def _told(name: str, value: object, lang: str, given: Mapping[str, str]) -> str:
    """An entry of `details`: parties by their names, other evidence by its number, the rest as a figure."""
    several = value if isinstance(value, list | tuple) else [value]
    if name == "parties":
        return ", ".join(party_name(str(one), lang, given) for one in several)
    if name == "photo":
        return clean(str(value))[:DIGITS]
    if name in _NAMED:
        return ", ".join(_word(f"reports.{_NAMED[name]}_{one}", str(one), lang) for one in several)
    if name in _REFERENCES:
        return ", ".join(evidence_number(str(one)) for one in several)
    return _figure(value, lang)


def _opinion(value: object, naming: Callable[[str, str], str], lang: str) -> str:
    """One opinion: {label, confidence, ...} as "two fingers 0.93 (presence 0.99)"; anything else as a figure."""
    if not isinstance(value, Mapping) or "label" not in value:
        return _figure(value, lang)
    text = naming(str(value["label"]), lang)
    if "confidence" in value:
        text += f" {probability(float(value['confidence']), lang)}"
    more = [(name, one) for name, one in value.items() if name not in ("label", "confidence")]
    if more:
        text += f" ({', '.join(f'{_detail_name(str(name), lang)} {_figure(one, lang)}' for name, one in more)})"
    return text


def _figure(value: object, lang: str) -> str:
    """A JSON value of `details` on one line."""
    if isinstance(value, bool):
        return say("reports.yes", lang)
    if isinstance(value, float):
        return number(value, lang, 3)
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(str(name))} {_figure(one, lang)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_figure(one, lang) for one in value)
    return clean(str(value))


def _detail_name(name: str, lang: str) -> str:
    """The words for an entry of `details`; one that has none (of another detector) is shown as it is."""
    return _word(f"reports.detail_{name}", name.replace("_", " "), lang)


def _word(key: str, otherwise: str, lang: str) -> str:
    """The text `key`; `otherwise` where there is none."""
    try:
        return say(key, lang)
    except KeyError:
        return prose(otherwise)


def _print_matching(console: Console, report: PhotoReport, lang: str) -> None:
    if report.matching:
        _section(console, say("reports.matching", lang), list(matching_rows(report.matching, lang)))
        console.print(Text(f"  {say('reports.matching_forgotten', lang)}", style="dim"))


def _print_findings(console: Console, report: PhotoReport, lang: str) -> None:
    _heading(console, say("reports.findings", lang))
    if not report.findings:
        console.print(Text(f"  {say('reports.no_findings', lang)}", style="dim"))
    for index, finding in enumerate(report.findings):
        if index:
            console.print()
        _print_finding(console, finding, lang)


def _print_finding(console: Console, finding: Finding, lang: str) -> None:
    title = badge(finding.level, lang)
    title.append(f"  {prose(finding.title)}", style="bold")
    rests_on = ", ".join(evidence_number(one) for one in finding.evidence)
    title.append(f"  {clean(finding.rule)}{f' · no. {rests_on}' if rests_on else ''}", style="not bold dim")
    console.print(Padding(title, (0, 0, 0, 2)))
    console.print(Padding(Text(prose(finding.explanation)), (0, 0, 0, 4)))
    for key, lines in (
        ("notes", finding.notes),
        ("do_now", finding.advice),
        ("other_readings", finding.other_readings),
        ("would_change", finding.would_change),
    ):
        if lines:
            console.print(Padding(Text(say(f"reports.{key}", lang), style="italic"), (0, 0, 0, 4)))
            for line in lines:
                _bullet(console, Text(prose(line)))
    if finding.citations:
        console.print(Padding(Text(say("reports.basis", lang), style="italic"), (0, 0, 0, 4)))
        for citation in finding.citations:
            _bullet(console, _citation(citation, lang))


def _citation(citation: Citation, lang: str) -> Text:
    head = ", ".join(part for part in (citation.title, citation.article) if part)
    text = Text(prose(head))
    issued = " ".join(part for part in (citation.issuer, citation.number) if part)
    binding = say("reports.binding" if citation.binding else "reports.advisory", lang)
    verified = say("reports.verified" if citation.verified else "reports.unverified", lang)
    facts = [prose(part) for part in (issued, citation.date) if part] + [binding, verified]
    text.append(f"\n{' · '.join(facts)}", style="dim")
    if citation.text:
        words = prose(citation.text)
        text.append(f"\n“{words}”" if citation.quoted else f"\n{say('reports.paraphrase', lang, text=words)}")
    if citation.source:
        text.append(f"\n{clean(citation.source)}", style="dim")
    return text


def _print_context(console: Console, report: PhotoReport, lang: str) -> None:
    context = report.context
    rows = [
        (say(f"reports.context_{name}", lang), prose(value) if value else say("reports.not_known", lang))
        for name, value in (
            ("election", context.election),
            ("region", context.region),
            ("posted", context.posted),
            ("taken", moment(context.taken)),
            ("taken_source", _of("reports.taken_", context.taken_source, lang)),
            ("phase", _of("reports.phase_", context.phase, lang)),
            ("regime", _of("rules.regime-", context.regime, lang)),
            ("subject", "" if context.subject == "unknown" else _of("reports.subject_", context.subject, lang)),
            ("pose_list", context.pose_list),
        )
    ]
    if context.declared:
        rows.append((say("reports.context_declared", lang), "; ".join(_fact(one, lang) for one in context.declared)))
    _section(console, say("reports.context", lang), rows)


def _of(kind: str, name: str | None, lang: str) -> str:
    """A name of the rule data in words; `kind`: how the keys of such names begin."""
    return _word(kind + name, name, lang) if name else ""


def _fact(declared: str, lang: str) -> str:
    """`uniform` or `number:2` in words."""
    kind, _, figure = declared.partition(":")
    return _of("reports.fact_", kind, lang) + (f": {clean(figure)}" if figure else "")


def _print_made_with(console: Console, report: PhotoReport, lang: str) -> None:
    rows = [
        (say(f"reports.{kind}", lang), f"{clean(one.name)} {clean(one.version)}  {one.sha256}")
        for kind, digests in (("network", report.models), ("rules", report.rules))
        for one in digests
    ]
    rows.append((say("reports.elapsed", lang), duration(report.elapsed_ms / 1000, lang)))
    _section(console, say("reports.made_with", lang), rows)


def _section(console: Console, words: str, rows: list[tuple[str, str]]) -> None:
    _heading(console, words)
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(style="dim", min_width=16)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    console.print(Padding(table, (0, 0, 0, 2)))


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _bullet(console: Console, text: Text) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("–", text)
    console.print(Padding(table, (0, 0, 0, 6)))
