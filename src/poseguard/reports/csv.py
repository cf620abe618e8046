"""CSV that Excel opens: UTF-8 with a byte order mark, one row a photo, list columns joined."""

from __future__ import annotations

import csv
import io

from poseguard.reports.output import Sink
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import Summary
from poseguard.reports.words import (
    candidate_counts,
    candidate_said,
    clean,
    given_names,
    label_name,
    level_name,
    matching_line,
    pose_counts,
    shown_level,
    thing_counts,
    thing_name,
)
from poseguard.results import PhotoReport

COLUMNS = (
    "path",
    "status",
    "level",
    "verdict",
    "score",
    "problem",
    "poses",
    "logos",
    "props",
    "candidates",
    "findings",
    "rules",
    "advice",
    "people",
    "hands_seen",
    "hands_unreadable",
    "faces_compared",
    "faces_named",
    "faces_unnamed",
    "matching",
    "taken",
    "posted",
    "election",
    "region",
    "phase",
    "subject",
    "declared",
    "width",
    "height",
    "format",
    "sha256",
    "elapsed_ms",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")


class CsvReporter:
    """Columns keep their English names in every language; the words in the cells follow `lang`.

    With the delimiter ";" numbers get a decimal comma, as Excel expects where the comma is taken.
    """

    wants = Wants()

    def __init__(self, sink: Sink, lang: str, delimiter: str = ",") -> None:
        self._sink = sink
        self._lang = lang
        self._delimiter = delimiter
        self._sink.write("\ufeff".encode())
        self._write(list(COLUMNS))

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        values = cells(report, self._lang)
        self._write([self._cell(values[name]) for name in COLUMNS])

    def close(self, summary: Summary) -> None:
        self._sink.close()

    def discard(self) -> None:
        self._sink.discard()

    def _cell(self, value: str | float | int | None) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return neutral(value)
        return str(value).replace(".", ",") if self._delimiter == ";" else str(value)

    def _write(self, row: list[str]) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n").writerow(row)
        self._sink.write(text.getvalue().encode("utf-8"))


def cells(report: PhotoReport, lang: str) -> dict[str, str | float | int | None]:
    """The row of one photo by column."""
    photo, scene, context, matching = report.photo, report.scene, report.context, report.matching
    level = shown_level(report)
    poses = (f"{label_name(label, lang)} ×{count}" for label, count in pose_counts(report).items())
    likely = (f"{candidate_said(name, lang)} ×{count}" for (_, name), count in candidate_counts(report).items())
    return {
        "path": photo.path,
        "status": report.status.value,
        "level": level.value,
        "verdict": level_name(level, lang),
        "score": round(report.risk.score, 4),
        "problem": f"{report.error.code}: {report.error.message}" if report.error else None,
        "poses": "; ".join(poses),
        "logos": _things(report, "logo", lang),
        "props": _things(report, "prop", lang),
        "candidates": "; ".join(likely),
        "findings": "; ".join(finding.title for finding in report.findings),
        "rules": "; ".join(finding.rule for finding in report.findings),
        "advice": "; ".join(dict.fromkeys(advice for finding in report.findings for advice in finding.advice)),
        "people": scene.people if scene else None,
        "hands_seen": scene.hands_seen if scene else None,
        "hands_unreadable": scene.hands_unreadable if scene else None,
        "faces_compared": matching.compared if matching else None,
        "faces_named": matching.named if matching else None,
        "faces_unnamed": matching.unnamed if matching else None,
        "matching": matching_line(matching, lang) if matching else None,
        "taken": context.taken or photo.taken,
        "posted": context.posted,
        "election": context.election,
        "region": context.region,
        "phase": context.phase,
        "subject": context.subject,
        "declared": "; ".join(context.declared),
        "width": photo.width,
        "height": photo.height,
        "format": photo.format,
        "sha256": photo.sha256,
        "elapsed_ms": round(report.elapsed_ms, 1),
    }


def _things(report: PhotoReport, kind: str, lang: str) -> str:
    """What tells of a party, of one kind: "logo PKB ×2; logo PAN ×1"."""
    counts, given = thing_counts(report), given_names(report)
    return "; ".join(f"{thing_name(*one, lang, given)} ×{count}" for one, count in counts.items() if one[0] == kind)


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236), and that holds no character that acts."""
    shown = clean(text)
    return f"'{shown}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else shown
