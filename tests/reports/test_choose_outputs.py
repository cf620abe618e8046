"""Which format goes where, files that appear whole, and originals that stay."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import cv2
import pytest
from report_samples import fist, group, scene_pixels

from poseguard.errors import UsageError
from poseguard.reports.choose import open_reporters, pair
from poseguard.reports.picture import Wants


@pytest.mark.parametrize(
    ("formats", "outputs", "expected"),
    [
        ([], [], [("text", None)]),
        (["jsonl"], [], [("jsonl", None)]),
        ([], ["a.html"], [("html", "a.html")]),
        ([], ["a.ndjson", "b.TXT"], [("jsonl", "a.ndjson"), ("text", "b.TXT")]),
        (["jsonl", "html"], ["a.jsonl", "b.html"], [("jsonl", "a.jsonl"), ("html", "b.html")]),
        (["jsonl", "html"], ["b.html", "a.jsonl"], [("html", "b.html"), ("jsonl", "a.jsonl")]),
        (["jsonl", "html"], ["b.html"], [("html", "b.html"), ("jsonl", None)]),
        (["text"], ["hasil.log"], [("text", "hasil.log")]),
        (["csv", "jsonl"], ["x", "y"], [("csv", "x"), ("jsonl", "y")]),
        (["html"], ["-"], [("html", None)]),
        (["text"], ["a.html", "-"], [("html", "a.html"), ("text", None)]),
        (["html"], ["a.html", "b.htm"], [("html", "a.html"), ("html", "b.htm")]),
    ],
)
def test_formats_and_outputs_find_each_other(
    formats: list[str], outputs: list[str], expected: list[tuple[str, str | None]]
) -> None:
    assert [(name, target and str(target)) for name, target in pair(formats, outputs, "en")] == expected


@pytest.mark.parametrize(
    ("formats", "outputs", "words"),
    [
        (["jsonl", "text"], [], "standard output"),
        (["jsonl", "csv", "html"], ["a.html"], "standard output"),
        (["jsonl"], ["a.html"], "is named like html"),
        ([], ["laporan"], "suffix"),
        (["xml"], [], "xml"),
        ([], ["a.csv", "a.csv"], "twice"),
    ],
)
def test_flags_that_do_not_fit_are_refused_with_a_remedy(formats: list[str], outputs: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        pair(formats, outputs, "en")
    assert refused.value.remedy


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_format_beside_a_file_of_another_is_told_how_to_get_either(lang: str) -> None:
    with pytest.raises(UsageError) as refused:
        pair(["text"], ["r.jsonl"], lang)
    assert "--format jsonl" in refused.value.remedy and "text" in refused.value.remedy
    assert pair(["text", "jsonl"], ["r.jsonl"], lang) == [("jsonl", Path("r.jsonl")), ("text", None)]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_folder_is_made_above_what_was_named(lang: str, tmp_path: Path) -> None:
    gone = tmp_path / "mistyped"
    for outputs, annotate in (
        ([gone / "r.jsonl"], None),
        ([], gone / "marked"),
        ([gone / "r.jsonl"], tmp_path / "new"),
    ):
        with pytest.raises(UsageError) as refused:
            open_reporters([], outputs, lang=lang, annotate=annotate)
        assert "mistyped" in refused.value.message and refused.value.remedy
    assert list(tmp_path.iterdir()) == []
    with open_reporters([], [tmp_path / "r.jsonl"], lang=lang, annotate=tmp_path / "new") as reports:
        reports.finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "r.jsonl"]


def test_a_folder_that_was_there_stays_where_a_run_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), open_reporters([], [], lang="en", annotate=tmp_path):
        raise RuntimeError
    assert tmp_path.is_dir()


def test_several_reports_at_once_and_only_html_asks_for_pictures(tmp_path: Path) -> None:
    stdout = io.StringIO()
    page, lines = tmp_path / "r.html", tmp_path / "r.jsonl"
    with open_reporters(["text"], [page, lines, "-"], lang="id", stdout=stdout) as reports:
        assert reports.wants == Wants(thumbnail=True)
        reports.add(group())
        assert not page.exists() and not lines.exists()
        summary = reports.finish(elapsed_s=1.0)
    assert summary.photos == 1
    assert "foto/apel/IMG_2001.jpg" in page.read_text(encoding="utf-8")
    assert json.loads(lines.read_text(encoding="utf-8"))["risk"]["level"] == "high"
    assert "perlu tinjauan manusia" in stdout.getvalue().lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.jsonl"]


def test_after_ctrl_c_what_is_done_is_written_and_valid(tmp_path: Path) -> None:
    target = tmp_path / "r.jsonl"
    with open_reporters([], [target], lang="en") as reports:
        reports.add(group())
        reports.finish(interrupted=True)
    assert [json.loads(row)["schema"] for row in target.read_text().splitlines()] == ["poseguard.photo/1"]


def test_a_run_that_fails_leaves_what_stood_there_before(tmp_path: Path) -> None:
    target = tmp_path / "r.jsonl"
    target.write_text("earlier\n")
    with pytest.raises(RuntimeError), open_reporters([], [target], lang="en") as reports:
        reports.add(group())
        raise RuntimeError
    assert target.read_text() == "earlier\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["foto.jpg", "laporan.html"])
def test_a_photo_is_never_overwritten_whatever_its_name(tmp_path: Path, name: str) -> None:
    photo = tmp_path / name
    photo.write_bytes(bytes(cv2.imencode(".jpg", scene_pixels())[1]))
    before = photo.read_bytes()
    with pytest.raises(UsageError, match=r"never changes an original"):
        open_reporters(["text" if name.endswith("jpg") else "html"], [photo], lang="en")
    assert photo.read_bytes() == before


def test_a_scanned_file_is_not_overwritten_through_a_link(tmp_path: Path) -> None:
    scanned, link = tmp_path / "catatan.txt", tmp_path / "r.txt"
    scanned.write_text("bukan foto")
    link.symlink_to(scanned)
    with pytest.raises(UsageError):
        open_reporters([], [link], lang="en", inputs=[scanned])
    assert scanned.read_text() == "bukan foto"


def test_a_folder_or_a_place_that_is_missing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder"):
        open_reporters(["csv"], [tmp_path], lang="en")
    with pytest.raises(UsageError, match="does not exist"):
        open_reporters([], [tmp_path / "none" / "r.csv"], lang="en")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/null")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with open_reporters(["jsonl"], [os.devnull], lang="en") as reports:
        reports.add(fist())
        reports.finish()
    assert not Path(os.devnull).is_file()
