from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from rules_help import TODAY

from poseguard.errors import DataError, UsageError
from poseguard.rules.context import Context, Given, build_context, combine, resolve
from poseguard.rules.manifest import load_manifest
from poseguard.rules.pack import Pack
from poseguard.rules.settings import load_settings


@pytest.mark.parametrize(
    ("election", "day", "phase", "regime"),
    [
        ("pemilu-2024", "2022-12-13", "outside", "none"),
        ("pemilu-2024", "2022-12-14", "before", "kode-etik"),
        ("pemilu-2024", "2023-11-27", "set", "disiplin"),
        ("pemilu-2024", "2023-11-28", "campaign", "disiplin"),
        ("pemilu-2024", "2024-02-10", "campaign", "disiplin"),
        ("pemilu-2024", "2024-02-11", "quiet", "disiplin"),
        ("pemilu-2024", "2024-02-13", "quiet", "disiplin"),
        ("pemilu-2024", "2024-02-14", "vote", "sesudah"),
        ("pemilu-2024", "2024-02-15", "after", "sesudah"),
        ("pilkada-2024", "2024-09-21", "before", "kode-etik"),
        ("pilkada-2024", "2024-09-22", "set", "disiplin"),
        ("pilkada-2024", "2024-09-24", "set", "disiplin"),
        ("pilkada-2024", "2024-09-25", "campaign", "disiplin"),
        ("pilkada-2024", "2024-11-23", "campaign", "disiplin"),
        ("pilkada-2024", "2024-11-24", "quiet", "disiplin"),
        ("pilkada-2024", "2024-11-26", "quiet", "disiplin"),
        ("pilkada-2024", "2024-11-27", "vote", "sesudah"),
        ("pilkada-2024", "2024-11-28", "after", "sesudah"),
    ],
)
def test_every_boundary_day_has_its_phase(election: str, day: str, phase: str, regime: str, pack: Pack) -> None:
    resolved = resolve(build_context(Given(election=election, posted=day), pack, "id"), pack)
    assert (resolved.phase_name, resolved.regime) == (phase, regime)


def test_a_draft_takes_the_phase_of_the_day_passed_in(pack: Pack) -> None:
    given = Given(election="pilkada-2024", posted="draft")
    for day, phase in ((date(2024, 9, 24), "set"), (date(2024, 11, 24), "quiet")):
        info = resolve(build_context(given, pack, "id", day), pack).info(pack, "id")
        assert (info.posted, info.phase) == ("draft", phase)


def test_what_is_not_known_is_none(pack: Pack) -> None:
    info = resolve(build_context(Given(), pack, "en", TODAY), pack).info(pack, "en")
    assert (info.phase, info.regime, info.posted, info.subject) == (None, None, None, "unknown")
    assert info.pose_list == "V10b"


def test_exif_fills_the_date_taken_only_where_nobody_gave_it() -> None:
    assert Context().with_taken("2024-01-02T03:04:05").taken == date(2024, 1, 2)
    assert Context().with_taken("2024-01-02T03:04:05").taken_source == "exif"
    given = Context(taken=date(2023, 1, 1), taken_source="declared")
    assert given.with_taken("2024-01-02T03:04:05") == given
    assert Context().with_taken("0000:00:00").taken is None


@pytest.mark.parametrize(
    ("given", "word", "remedy"),
    [
        (Given(election="pilkada2024"), "pilkada2024", "pilkada-2024"),
        (Given(subject="PNS"), "PNS", "pns"),
        (Given(posted="15/10/2024"), "15/10/2024", "draft"),
        (Given(taken="kemarin"), "kemarin", "2024-10-15"),
        (Given(declare=("unifrom",)), "unifrom", "uniform"),
        (Given(declare=("number",)), "number", "number:2"),
        (Given(declare=("number:two",)), "number", "number:2"),
        (Given(declare=("uniform:2",)), "uniform", "uniform"),
    ],
)
def test_a_wrong_answer_is_named_with_its_remedy(given: Given, word: str, remedy: str, pack: Pack) -> None:
    with pytest.raises(UsageError) as caught:
        build_context(given, pack, "id")
    assert word in caught.value.message
    assert remedy in caught.value.remedy


def test_flags_win_over_the_row_and_the_row_over_the_defaults_while_facts_add_up() -> None:
    flags = Given(subject="pppk", declare=("uniform",))
    row = Given(subject="pns", posted="2024-10-15", declare=("candidate", "uniform"))
    defaults = Given(election="pilkada-2024", posted="draft", declare=("state_building",))
    assert combine(flags, row, None, defaults) == Given(
        election="pilkada-2024",
        posted="2024-10-15",
        subject="pppk",
        declare=("uniform", "candidate", "state_building"),
    )


def test_a_manifest_row_is_found_by_path(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        '\ufefffile,posted,declare\nfoto/a.jpg,2024-10-15,"uniform, number:2"\nb.jpg,draft,\n', encoding="utf-8"
    )
    manifest = load_manifest(path)
    row = manifest.row_for(tmp_path / "foto" / "a.jpg")
    assert row is not None
    assert (row.line, row.given) == (2, Given(posted="2024-10-15", declare=("uniform", "number:2")))
    assert manifest.row_for(tmp_path / "foto" / ".." / "b.jpg") == manifest.row_for(tmp_path / "b.jpg")
    assert manifest.row_for(tmp_path / "c.jpg") is None


def test_a_manifest_may_use_semicolons_as_excel_does(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("file;subject;declare\na.jpg;pns;uniform,candidate\n", encoding="utf-8")
    row = load_manifest(path).row_for(tmp_path / "a.jpg")
    assert row is not None
    assert row.given == Given(subject="pns", declare=("uniform", "candidate"))


def test_what_excel_leaves_empty_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("file,posted,\na.jpg,draft,\n,,\n\nb.jpg,2024-10-15,\n", encoding="utf-8")
    manifest = load_manifest(path)
    assert sorted(row.line for row in manifest.rows.values()) == [2, 5]


def test_a_photo_is_found_by_any_path_and_any_spelling_of_its_letters(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "lnk").symlink_to("real")
    path = tmp_path / "m.csv"
    path.write_text("file,posted\nlnk/caf\u00e9.jpg,draft\n", encoding="utf-8")
    manifest = load_manifest(path)
    assert manifest.row_for(tmp_path / "real" / "cafe\u0301.jpg") is not None
    (tmp_path / "real" / "b.jpg").symlink_to("caf\u00e9.jpg")
    assert manifest.row_for(tmp_path / "real" / "b.jpg") is None, "a link to a photo is a photo of its own"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("file,date\na.jpg,2024\n", 1, "date"),
        ("posted\n2024-10-15\n", 1, "file"),
        ("", 1, "file"),
        ("file,posted\na.jpg,2024-10-15\n,draft\n", 3, "empty"),
        ("file\na.jpg\nb.jpg\na.jpg\n", 4, "line 2"),
        ("file,declare\na.jpg,uniform,candidate\n", 2, "more values"),
        ("file,\na.jpg,draft\n", 2, "more values"),
        ("file,posted,posted\na.jpg,draft,draft\n", 1, "two columns"),
        ('file,posted\na.jpg,draft\n"b.jpg,draft\nc.jpg,draft\n', 3, "quote"),
        ('file,posted\n"' + 200_000 * "x" + '",draft\n', 2, "quote"),
    ],
)
def test_a_wrong_manifest_names_the_line(text: str, line: int, word: str, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_manifest(path, "en")
    assert f"m.csv, line {line}: " in caught.value.message
    assert word in caught.value.message


def test_the_settings_of_an_agency_are_read(tmp_path: Path) -> None:
    path = tmp_path / "poseguard.toml"
    path.write_text(
        'election = "pilkada-2024"\nregion = "Kota Contoh"\nfail_on = "high"\n'
        'rules = ["aturan"]\ndeclare = ["uniform"]\n',
        encoding="utf-8",
    )
    settings = load_settings(path)
    assert settings.given == Given(election="pilkada-2024", region="Kota Contoh", declare=("uniform",))
    assert settings.rules == (tmp_path / "aturan",)
    assert (settings.fail_on, settings.lang) == ("high", None)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("lang = 'id'\nelektion = 'x'\n", 2, "Did you mean “election”? Remove or replace “elektion”."),
        ("qqq = 'x'\n", 1, "Remove or replace “qqq”. Known: election, region, "),
        ("\nlang = 'fr'\n", 2, "Replace “fr” at “lang” by one of: id, en."),
        ("fail_on = 'hoch'\n", 1, "Replace “hoch” at “fail_on” by one of: low, medium, high, never."),
    ],
)
def test_wrong_settings_name_the_line_and_the_remedy(text: str, line: int, word: str, tmp_path: Path) -> None:
    path = tmp_path / "poseguard.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_settings(path, "en")
    assert f"poseguard.toml, line {line}: " in caught.value.message
    assert word in caught.value.remedy


@pytest.mark.parametrize("load", [load_manifest, load_settings])
def test_a_file_that_cannot_be_read_is_told_with_its_path_and_why(
    load: Callable[[Path, str], object], tmp_path: Path
) -> None:
    gone, wide = tmp_path / "gone" / "x.toml", tmp_path / "wide.toml"
    wide.write_text("file\na.jpg\n", encoding="utf-16")
    with pytest.raises(DataError) as caught:
        load(gone, "en")
    assert caught.value.message == f"{gone} cannot be read: there is no such file or folder"
    with pytest.raises(DataError) as caught:
        load(wide, "en")
    assert caught.value.message == f"{wide} is no UTF-8 text" and "UTF-8" in caught.value.remedy


def test_broken_toml_is_told_by_its_line_and_in_the_users_language(tmp_path: Path) -> None:
    path = tmp_path / "poseguard.toml"
    for text, line, shown in (("lang = 'id'\nregion\n", 2, "region"), ("lang = 'id'\nrules = [\n\n", 2, "rules = [")):
        path.write_text(text)
        with pytest.raises(DataError) as caught:
            load_settings(path, "id")
        assert caught.value.message == f"poseguard.toml, baris {line}: bukan TOML yang sah: “{shown}”"
