"""JSON Lines: the contract, one object a photo (docs/report.md, `poseguard schema`)."""

from __future__ import annotations

import json

from poseguard.reports.output import Sink
from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import Summary
from poseguard.results import PhotoReport


class JsonlReporter:
    """Writes each photo as soon as it is done; the summary is not part of the contract."""

    wants = Wants()

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        self._sink.write(line(report))

    def close(self, summary: Summary) -> None:
        self._sink.close()

    def discard(self) -> None:
        self._sink.discard()


def line(report: PhotoReport) -> bytes:
    """One UTF-8 line. A path that is no Unicode (lone surrogates) is written with escapes, so that it survives."""
    body = report.to_json()
    try:
        return json.dumps(body, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(body).encode("ascii") + b"\n"
