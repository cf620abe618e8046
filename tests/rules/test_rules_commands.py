from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from poseguard.cli.elections import elections_group
from poseguard.cli.rules import rules_group
from poseguard.errors import DataError, UsageError
from poseguard.rules.pack import Pack


def test_list_names_every_rule_list_citation_and_fact(pack: Pack) -> None:
    result = CliRunner().invoke(rules_group, ["list", "--lang", "id"])
    assert result.exit_code == 0
    for name in (*pack.rules, *pack.lists, *pack.citations, *pack.declarables):
        assert name in result.output
    assert "imbauan (tidak mengikat)" in result.output


@pytest.mark.parametrize("lang", ["id", "en"])
def test_show_tells_every_entry(lang: str, pack: Pack) -> None:
    for name in (*pack.rules, *pack.lists, *pack.citations, *pack.poses, *pack.shapes, *pack.cues, *pack.notes):
        result = CliRunner().invoke(rules_group, ["show", name, "--lang", lang])
        assert result.exit_code == 0, result.exception
        assert f".{name}]" in result.output


def test_show_of_an_unknown_name_offers_the_nearest() -> None:
    result = CliRunner().invoke(rules_group, ["show", "d-77", "--lang", "en"])
    assert isinstance(result.exception, UsageError)
    assert "d-7" in result.exception.remedy


def test_elections_show_phases_numbers_and_signs() -> None:
    result = CliRunner().invoke(elections_group, ["show", "pemilu-2024", "--lang", "id"])
    assert result.exit_code == 0
    assert "28 November 2023 – 10 Februari 2024: masa kampanye; rujukan: disiplin" in result.output
    assert "partai nomor 24" in result.output
    listed = CliRunner().invoke(elections_group, ["list", "--lang", "en"])
    assert "pilkada-2024" in listed.output


def test_check_says_what_is_valid_and_where_an_error_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema = "poseguard.texts/1"\n[text.x]\nid = "a"\nen = "b"\n', encoding="utf-8")
    for given in (path, tmp_path):
        result = CliRunner().invoke(rules_group, ["check", str(given), "--lang", "en"])
        assert result.output == f"{given}: valid (text)\n"
    (tmp_path / "empty").mkdir()
    assert isinstance(CliRunner().invoke(rules_group, ["check", str(tmp_path / "empty")]).exception, UsageError)
    path.write_text('schema = "poseguard.texts/1"\n[text.x]\nid = "a"\n', encoding="utf-8")
    result = CliRunner().invoke(elections_group, ["check", str(path), "--lang", "en"])
    assert isinstance(result.exception, DataError)
    assert "line 2" in result.exception.message
