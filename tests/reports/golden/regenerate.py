"""Writes the golden files anew (`python tests/reports/golden/regenerate.py`): read the difference before committing."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from report_samples import all_reports, banner, group, rally  # noqa: E402

from poseguard.reports.csv import CsvReporter  # noqa: E402
from poseguard.reports.explain import explain  # noqa: E402
from poseguard.reports.html import HtmlReporter  # noqa: E402
from poseguard.reports.jsonl import JsonlReporter  # noqa: E402
from poseguard.reports.output import FileSink  # noqa: E402
from poseguard.reports.picture import Picture  # noqa: E402
from poseguard.reports.reporter import Reporter  # noqa: E402
from poseguard.reports.schema import schema  # noqa: E402
from poseguard.reports.summary import Tally  # noqa: E402
from poseguard.reports.text import TextReporter  # noqa: E402

PICTURE = Picture(thumbnail=b"thumbnail", crops=(("hand-1", b"crop"),))


def produce(folder: Path) -> Mapping[str, bytes]:
    """Every golden file as the code writes it now, by name. `folder`: an empty one to write in."""
    files: dict[str, bytes] = {}
    for lang in ("id", "en"):
        made: dict[str, Reporter] = {
            f"report.{lang}.jsonl": JsonlReporter(FileSink(folder / f"report.{lang}.jsonl")),
            f"report.{lang}.csv": CsvReporter(FileSink(folder / f"report.{lang}.csv"), lang),
            f"report.{lang}.txt": TextReporter(FileSink(folder / f"report.{lang}.txt"), lang),
            f"report.{lang}.html": HtmlReporter(FileSink(folder / f"report.{lang}.html"), lang),
        }
        tally = Tally()
        for report in all_reports():
            tally.add(report)
            for reporter in made.values():
                reporter.add(report, PICTURE if report.evidence else None)
        summary = tally.summary(skipped=3, elapsed_s=83.2)
        for name, reporter in made.items():
            reporter.close(summary)
            files[name] = (folder / name).read_bytes()
    del files["report.en.jsonl"]
    files["report.jsonl"] = files.pop("report.id.jsonl")
    for name, report in (("explain", group()), ("explain-props", banner()), ("explain-faces", rally())):
        text = io.StringIO()
        explain(report, text)
        files[f"{name}.id.txt"] = text.getvalue().encode()
    files["schema.json"] = json.dumps(schema(), indent=2, ensure_ascii=False).encode() + b"\n"
    return files


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name, data in produce(Path(folder)).items():
            (HERE / name).write_bytes(data)
            print(name, len(data))
