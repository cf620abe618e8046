"""The page asks the network for nothing and shows foreign text as text; the terminal report stays plain and bounded."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_samples import HOSTILE, all_reports, damaged, fist, group, rejected, scene_people, scene_photo

from poseguard.reports.explain import explain
from poseguard.reports.html import HtmlReporter
from poseguard.reports.output import FileSink, StreamSink
from poseguard.reports.picture import Wants, picture
from poseguard.reports.summary import Tally
from poseguard.reports.text import PHOTOS_SHOWN, TextReporter
from poseguard.results import Level, PhotoReport, Risk

PICTURE = picture(scene_photo(), scene_people(), group(), Wants(thumbnail=True))


def page(tmp_path: Path, *reports: PhotoReport, budget: int = 10**9) -> str:
    reporter = HtmlReporter(FileSink(tmp_path / "r.html"), "en", picture_budget=budget)
    tally = Tally()
    for report in reports:
        tally.add(report)
        reporter.add(report, PICTURE if report.evidence else None)
    reporter.close(tally.summary())
    return (tmp_path / "r.html").read_text(encoding="utf-8")


class Parsed(HTMLParser):
    """Tags, their attributes, and the text of the first `h2` headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "h2":
            self.headings.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "h2":
            self.headings[-1] += data


def test_the_page_refers_to_nothing_outside_itself(tmp_path: Path) -> None:
    text = page(tmp_path, *all_reports())
    for tag, attributes in Parsed(text).tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "audio", "video")
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/jpeg;base64,", "#")), (tag, name, value)
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style and "url(" not in style[1] and "@import" not in style[1]


def test_its_policy_allows_its_own_style_and_script_and_no_other(tmp_path: Path) -> None:
    text = page(tmp_path, group())
    policy = next(
        a["content"] or "" for tag, a in Parsed(text).tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:;") and "unsafe" not in policy
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" in policy


def test_a_hostile_file_name_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    text = page(tmp_path, rejected())
    parsed = Parsed(text)
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    (heading,) = (one.strip() for one in parsed.headings)
    assert '<script>alert("x")</script>' in heading and "\\u202e" in heading
    assert "\u202e" not in text and "\x1b" not in text and HOSTILE not in text


def test_the_worst_photo_stands_first_and_damaged_ones_are_not_clean(tmp_path: Path) -> None:
    parsed = Parsed(page(tmp_path, *all_reports()))
    assert [a["data-level"] for tag, a in parsed.tags if tag == "article"] == [
        "high",
        "high",
        "medium",
        "low",
        "unknown",
        "unknown",
        "none",
    ]


def test_every_control_has_a_name_and_every_picture_a_text(tmp_path: Path) -> None:
    text = page(tmp_path, *all_reports())
    assert all(a.get("alt") for tag, a in Parsed(text).tags if tag == "img")
    unlabelled = re.sub(r"<label.*?</label>", "", text, flags=re.DOTALL)
    assert not re.search(r"<(input|select|textarea)\b", unlabelled)
    assert '<html lang="en">' in text


def test_beyond_the_budget_the_worst_photos_keep_their_pictures(tmp_path: Path) -> None:
    assert PICTURE is not None and PICTURE.thumbnail is not None
    milder = replace(group(), risk=Risk(Level.HIGH, 0.1), photo=replace(group().photo, path="later.jpg"))
    one = 4 * (len(PICTURE.thumbnail) + sum(len(data) for _, data in PICTURE.crops))
    text = page(tmp_path, milder, group(), budget=one // 2)
    assert text.count('alt="Thumbnail of') == 1
    assert 'alt="Thumbnail of foto/apel/IMG_2001.jpg' in text
    assert "no picture" in text


@pytest.mark.parametrize("light", [True, False])
def test_words_keep_the_contrast_of_wcag_aa_in_light_and_dark(tmp_path: Path, light: bool) -> None:
    text = page(tmp_path, group())
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[0 if light else 1]))

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        light_one, dark_one = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        return (light_one + 0.05) / (dark_one + 0.05)

    levels = ("high", "medium", "low", "unknown", "none", "other")
    pairs = [(word, ground) for word in ("ink", "quiet", "focus", *levels) for ground in ("page", "card")]
    pairs += [("on", level) for level in levels]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def terminal(*reports: PhotoReport, lang: str = "id") -> str:
    text = io.StringIO()
    reporter = TextReporter(StreamSink(text), lang, text)
    tally = Tally()
    for report in reports:
        tally.add(report)
        reporter.add(report)
    reporter.close(tally.summary(elapsed_s=2.0))
    return text.getvalue()


def test_the_summary_comes_first_then_the_worst_photo() -> None:
    text = terminal(*all_reports())
    order = [
        "7 foto diperiksa",
        "Perlu tinjauan manusia",
        "IMG_2001.jpg",
        "deklarasi.jpg",
        "kantin.webp",
        "Tidak dapat dinilai\n",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "rapat.jpg" not in text


def test_a_file_name_cannot_drive_the_terminal() -> None:
    text = terminal(rejected())
    assert "\x1b" not in text and "\u202e" not in text
    assert "\\x1b[31m" in text


def test_a_thousand_photos_are_counted_and_only_the_worst_are_listed() -> None:
    many = [
        replace(group(), photo=replace(group().photo, path=f"{i:04d}.jpg"), risk=Risk(Level.HIGH, i / 1000))
        for i in range(1000)
    ]
    text = terminal(*many)
    assert "1.000 foto diperiksa" in text
    assert text.count(".jpg") == PHOTOS_SHOWN
    assert "0999.jpg" in text and "0949.jpg" not in text
    assert "950 foto lagi" in text


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("report", [damaged(), rejected()])
def test_what_was_not_read_whole_is_never_called_clean(report: PhotoReport, lang: str) -> None:
    clean = {"id": "tidak ditemukan indikasi", "en": "no indication found"}[lang]
    text = terminal(report, lang=lang)
    assert not [line for line in text.splitlines() if clean in line and " 0 " not in line]
    told = io.StringIO()
    explain(replace(report, context=replace(report.context, lang=lang)), told)
    assert clean not in told.getvalue()


def test_no_format_speaks_of_a_violation(tmp_path: Path) -> None:
    told = io.StringIO()
    explain(group(), told)
    for text in (
        terminal(*all_reports()),
        terminal(*all_reports(), lang="en"),
        page(tmp_path, *all_reports()),
        told.getvalue(),
    ):
        assert "melanggar" not in text.lower() and "violat" not in text.lower()


def test_explain_shows_both_opinions_every_citation_and_every_digest() -> None:
    told = io.StringIO()
    explain(group(), told)
    text = told.getvalue()
    for words in (
        "0,934",
        "300, 500, 90 × 110",
        "dari gambar: dua jari 0,900",
        "dari titik tangan: tangan biasa",
    ):
        assert words in text
    assert "bersama no. 5" in text and "https://example.go.id/skb" in text and "imbauan, tidak mengikat" in text
    assert all(digest.sha256 in text for digest in (*group().models, *group().rules))


def test_a_photo_without_anything_is_explained_too() -> None:
    told = io.StringIO()
    explain(replace(fist(), evidence=(), findings=()), told)
    assert "Tidak ada tangan atau benda yang dikenali." in told.getvalue()
