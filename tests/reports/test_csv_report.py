"""CSV that a spreadsheet opens, and that opens nothing itself."""

from __future__ import annotations

import csv
import io

import pytest
from report_samples import HOSTILE, all_reports, banner, group, lone

from poseguard.reports.csv import COLUMNS, CsvReporter, neutral
from poseguard.reports.output import StreamSink
from poseguard.results import PhotoReport


def written(reports: tuple[PhotoReport, ...], delimiter: str = ",") -> bytes:
    raw = io.BytesIO()
    reporter = CsvReporter(StreamSink(io.TextIOWrapper(raw, encoding="ascii")), "id", delimiter)
    for report in reports:
        reporter.add(report)
    return raw.getvalue()


def test_it_opens_with_a_byte_order_mark_and_holds_one_row_a_photo() -> None:
    data = written(all_reports())
    assert data.startswith(b"\xef\xbb\xbfpath,status,level")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["path"] for row in rows if row["path"].startswith("foto/")] == [
        "foto/rapat.jpg",
        "foto/kantin.webp",
        "foto/setengah.png",
        "foto/panggung.jpg",
        "foto/deklarasi.jpg",
        "foto/apel/IMG_2001.jpg",
    ]
    assert all(set(row) == set(COLUMNS) for row in rows)


def test_a_hostile_file_name_is_no_formula_and_keeps_its_words() -> None:
    rows = list(csv.DictReader(io.StringIO(written(all_reports()).decode("utf-8-sig"), newline="")))
    (path,) = (row["path"] for row in rows if "calc" in row["path"])
    assert path.startswith("'=cmd|")
    assert "\x1b" in HOSTILE and "\x1b" not in path and "\\x1b" in path


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"])
def test_a_cell_that_could_be_a_formula_is_marked_as_text(cell: str) -> None:
    assert neutral(cell).startswith("'")


@pytest.mark.parametrize("cell", ["foto/a.jpg", "dua jari ×3", "", "a=b"])
def test_an_ordinary_cell_stays_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell


def test_two_hands_of_one_heart_are_one_pose_and_lists_are_joined() -> None:
    (row,) = csv.DictReader(io.StringIO(written((group(),)).decode("utf-8-sig"), newline=""))
    assert row["poses"] == "dua jari ×3; hati dua tangan ×1"
    assert row["advice"] == "Ulangi foto dengan tangan mengepal.; Jangan diunggah sebelum ditinjau."


def test_logos_and_props_that_name_a_party_have_columns_of_their_own() -> None:
    (row,) = csv.DictReader(io.StringIO(written((banner(),)).decode("utf-8-sig"), newline=""))
    assert row["logos"] == "logo Perindo ×1; logo PKB ×1; logo Relawan Contoh ×1"
    assert row["props"] == "atribut (kaus/rompi/jaket/topi) ×1; spanduk ×1"
    assert row["poses"] == "tangan mengepal ×1"


def test_with_semicolons_numbers_take_the_comma() -> None:
    text = written((lone(),), ";").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    assert row["score"] == "0,31"
    assert row["path"] == "foto/kantin.webp"
