"""Faces in every format: that they were compared is said, a candidate is depicted and covered, nobody else appears."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from report_samples import HEAD, MATCHING, all_reports, face, fist, rally, scene_people, scene_photo

from poseguard.people.types import People
from poseguard.reports.csv import CsvReporter
from poseguard.reports.explain import explain
from poseguard.reports.html import HtmlReporter
from poseguard.reports.jsonl import JsonlReporter
from poseguard.reports.output import FileSink
from poseguard.reports.picture import COLOURS, Wants, picture, render
from poseguard.reports.reporter import Reporter
from poseguard.reports.summary import Tally
from poseguard.reports.text import TextReporter
from poseguard.reports.words import candidate_counts, evidence_number, matching_line, seen_name, skipped_faces, tells
from poseguard.results import Box, Evidence, Level, PhotoReport, Skipped

BOX: Box = (10.0, 10.0, 50.0, 50.0)
FORMATS = ("text", "csv", "html", "jsonl", "explain")


def told(kind: str, folder: Path, lang: str, *reports: PhotoReport) -> str:
    """What a format writes of some photos."""
    if kind == "explain":
        text = io.StringIO()
        for report in reports:
            explain(replace(report, context=replace(report.context, lang=lang)), text)
        return text.getvalue()
    sink = FileSink(folder / kind)
    makers: dict[str, Callable[[], Reporter]] = {
        "text": lambda: TextReporter(sink, lang),
        "csv": lambda: CsvReporter(sink, lang),
        "html": lambda: HtmlReporter(sink, lang),
        "jsonl": lambda: JsonlReporter(sink),
    }
    reporter, tally = makers[kind](), Tally()
    for report in reports:
        tally.add(report)
        reporter.add(report)
    reporter.close(tally.summary(elapsed_s=1.0))
    return (folder / kind).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_says_that_faces_were_compared_with_what_and_what_for(
    kind: str, lang: str, tmp_path: Path
) -> None:
    text = " ".join(told(kind, tmp_path, lang, rally()).split())
    for part in (MATCHING.name, MATCHING.gallery[:12], MATCHING.purpose):
        assert part in text
    if kind == "jsonl":
        matching = json.loads(text)["matching"]
        assert {name: matching[name] for name in ("candidates", "compared", "named", "unnamed")} == {
            "candidates": 18, "compared": 4, "named": 1, "unnamed": 3,
        }  # fmt: skip
        assert matching["skipped"] == {"small": 2, "blurred": 0, "turned": 0, "masked": 1}
        return
    said = {
        "id": ("18 calon", "dibandingkan: 4", "mirip calon: 1", "tidak diberi nama: 3", "2 terlalu kecil", "dilupakan"),
        "en": ("18 candidates", "compared: 4", "like a candidate: 1", "left unnamed: 3", "2 too small", "forgotten"),
    }[lang]
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize("kind", FORMATS)
def test_without_a_gallery_no_format_speaks_of_matching(kind: str, tmp_path: Path) -> None:
    text = told(kind, tmp_path, "en", *(one for one in all_reports() if one.matching is None))
    assert "Face matching" not in text and "forgotten" not in text


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_names_the_candidate_only_as_somebody_like_them(kind: str, lang: str, tmp_path: Path) -> None:
    text = " ".join(told(kind, tmp_path, lang, rally()).split())
    if kind == "jsonl":
        assert [one["label"] for one in json.loads(text)["evidence"]] == ["fist", "siti-contoh", "budi-contoh"]
        return
    assert {"id": "mirip calon Siti Contoh", "en": "like candidate Siti Contoh"}[lang] in text
    if kind == "csv":
        assert "Budi" not in text, "who is only possible is counted nowhere"
    else:
        # A column of `explain` is too narrow for the name.
        possibly = {"id": "mungkin mirip calon", "en": "possibly like candidate"}[lang]
        assert possibly in text
        assert kind == "explain" or "Budi" not in text.replace(f"{possibly} Budi", "")


def test_the_faces_of_a_run_are_added_up() -> None:
    tally = Tally()
    for report in (rally(), fist(), rally(), replace(rally(), evidence=())):
        tally.add(report)
    summary = tally.summary()
    assert summary.matching == replace(MATCHING, compared=12, named=3, unnamed=9, skipped=Skipped(small=6, masked=3))
    assert summary.candidates == {("siti-contoh", "Siti Contoh"): 2}
    assert Tally().summary().matching is None


def test_a_row_of_the_table_has_the_counts_as_numbers(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(told("csv", tmp_path, "id", rally(), fist()).lstrip("\ufeff"), newline="")))
    assert [rows[0][name] for name in ("faces_compared", "faces_named", "faces_unnamed")] == ["4", "1", "3"]
    assert rows[0]["candidates"] == "mirip calon Siti Contoh ×1"
    assert {rows[1][name] for name in ("candidates", "faces_compared", "faces_named", "matching")} == {""}


@pytest.mark.parametrize(
    ("seen", "said", "in_english", "tell"),
    [
        (face(1, "Siti", 0.9, BOX), "mirip calon Siti", "like candidate Siti", True),
        (
            face(1, "Siti", 0.4, BOX, possible=True),
            "mungkin mirip calon Siti",
            "possibly like candidate Siti",
            False,
        ),
        (Evidence("face-1", "face", "calon-x", 0.9, BOX), "mirip calon calon-x", "like candidate calon-x", True),
        (face(1, "a\x1b[31m", 0.9, BOX), "mirip calon a\\x1b[31m", "like candidate a\\x1b[31m", True),
    ],
    ids=["named", "possible", "without details", "hostile"],
)
def test_a_face_is_said_in_everyday_words(seen: Evidence, said: str, in_english: str, tell: bool) -> None:
    assert (seen_name(seen, "id"), seen_name(seen, "en"), tells(seen)) == (said, in_english, tell)


def test_faces_are_numbered_apart_and_counted_by_candidate() -> None:
    assert [evidence_number(one.id) for one in rally().evidence] == ["1", "F1", "F2"]
    twice = replace(rally(), evidence=(*rally().evidence, face(3, "Siti Contoh", 0.9, BOX)))
    assert candidate_counts(twice) == {("siti-contoh", "Siti Contoh"): 2}


def test_words_of_the_user_cannot_act_in_a_report(tmp_path: Path) -> None:
    hostile = replace(MATCHING, name="\x1b[31m<b>.faces", purpose='=1+1 <script>alert("x")</script>\u202e')
    report = replace(rally(), matching=hostile)
    assert "\x1b" not in matching_line(hostile, "id") and "\u202e" not in matching_line(hostile, "id")
    page = told("html", tmp_path, "en", report)
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    row = next(csv.DictReader(io.StringIO(told("csv", tmp_path, "en", report).lstrip("\ufeff"), newline="")))
    assert row["matching"].startswith("Face matching ran")


def test_nothing_is_said_of_faces_not_compared_where_there_were_none() -> None:
    assert skipped_faces(replace(MATCHING, skipped=Skipped()), "en") == ""
    assert "Not compared" not in matching_line(replace(MATCHING, skipped=Skipped()), "en")


def pixels_of(jpeg: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def sharpness(pixels: np.ndarray, box: Box) -> float:
    x, y, width, height = (int(v) for v in box)
    piece = pixels[y : y + height, x : x + width]
    return float(cv2.Laplacian(cv2.cvtColor(piece, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


def test_a_named_face_gets_its_box_and_stays_covered() -> None:
    view = pixels_of(render(scene_photo(), scene_people(), rally()))
    plain = pixels_of(render(scene_photo(), scene_people(), rally(), draw=False))
    assert sharpness(plain, HEAD) < 2
    named, possible = rally().evidence[1:]
    for one, level in ((named, Level.HIGH), (possible, None)):
        x, y, _, height = (int(v) for v in one.box)
        edge = view[y + height // 2, x - 3 : x + 4].astype(int)
        assert (np.abs(edge - COLOURS[level]).max(-1) < 60).any(), one.label


def test_a_face_is_covered_also_where_no_head_was_found() -> None:
    nobody = People((), (), (), ())
    report = replace(rally(), evidence=(face(1, "Siti Contoh", 0.9, HEAD),), findings=())
    assert sharpness(pixels_of(render(scene_photo(), nobody, report, draw=False)), HEAD) < 2
    assert sharpness(pixels_of(render(scene_photo(), nobody, report, draw=False, show_faces=True)), HEAD) > 1000


def test_there_is_no_close_up_of_a_covered_face() -> None:
    covered = picture(scene_photo(), scene_people(), rally(), Wants(thumbnail=True))
    shown = picture(scene_photo(), scene_people(), rally(), Wants(thumbnail=True), show_faces=True)
    assert covered is not None and shown is not None
    assert [name for name, _ in covered.crops] == ["hand-1"]
    assert [name for name, _ in shown.crops] == ["face-1", "hand-1"]
