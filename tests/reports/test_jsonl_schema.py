"""JSON Lines is the contract: it validates, survives odd paths and is described field by field."""

from __future__ import annotations

import io
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from report_samples import all_reports, fist, group

from poseguard.reports.jsonl import line
from poseguard.reports.output import StreamSink
from poseguard.reports.schema import schema
from poseguard.results import (
    Citation,
    ContextInfo,
    Digest,
    Evidence,
    Finding,
    Matching,
    PhotoInfo,
    PhotoReport,
    Problem,
    Risk,
    Scene,
    Skipped,
)

DOCS = Path(__file__).parents[2] / "docs" / "report.md"


def test_the_schema_is_valid_and_every_sample_fits_it() -> None:
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    for report in all_reports():
        validator.validate(json.loads(line(report)))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("status",), "clean"), (("risk", "level"), "violation"), (("schema",), "poseguard.photo/2"), (("photo",), None)],
)
def test_the_schema_refuses_what_is_not_in_the_contract(path: tuple[str, ...], value: object) -> None:
    body = json.loads(line(group()))
    place = body
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert not Draft202012Validator(schema()).is_valid(body)


def test_the_schema_refuses_a_line_without_its_evidence() -> None:
    body = json.loads(line(group()))
    del body["evidence"]
    assert not Draft202012Validator(schema()).is_valid(body)


def test_a_line_holds_exactly_the_fields_of_the_types_schema_first() -> None:
    body = json.loads(line(group()))
    assert next(iter(body)) == "schema"
    assert set(body) == {one.name for one in fields(PhotoReport)}
    assert body["evidence"][0]["box"] == [300.0, 500.0, 90.0, 110.0]


def test_a_path_that_is_no_unicode_survives_the_line() -> None:
    report = replace(fist(), photo=replace(fist().photo, path="foto/\udcff\n.jpg"))
    data = line(report)
    assert data.count(b"\n") == 1
    assert json.loads(data)["photo"]["path"] == "foto/\udcff\n.jpg"


def test_every_line_reaches_the_next_tool_as_soon_as_it_is_written() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding="ascii")  # type: ignore[arg-type]
    StreamSink(stream).write(line(group()))
    assert json.loads(raw.getvalue())["status"] == "ok"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_field_is_described_in_both_languages(lang: str) -> None:
    described = schema(lang)
    objects = [described, *described["$defs"].values()]
    assert len(objects) == 12
    for one in objects:
        assert one["description"]
        assert all(value["description"] for value in one["properties"].values())


def test_the_document_explains_every_field_of_the_contract() -> None:
    text = DOCS.read_text(encoding="utf-8")
    kinds = (
        PhotoReport, PhotoInfo, Problem, Evidence, Finding, Citation, Risk, Scene, ContextInfo, Digest, Matching,
        Skipped,
    )  # fmt: skip
    missing = [f"{kind.__name__}.{one.name}" for kind in kinds for one in fields(kind) if f"`{one.name}`" not in text]
    assert missing == []
