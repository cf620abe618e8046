"""docs/rules.md says what there is, and its examples work."""

from __future__ import annotations

import re
import textwrap
from dataclasses import fields
from pathlib import Path

import pytest

from poseguard.rules.context import Given
from poseguard.rules.manifest import COLUMNS
from poseguard.rules.model import When
from poseguard.rules.pack import load_pack
from poseguard.rules.settings import load_settings

DOCS = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [field.name for field in fields(When)])
def test_every_condition_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS


def test_every_column_of_the_manifest_is_documented() -> None:
    assert ",".join(COLUMNS) in DOCS


def examples(start: str) -> list[str]:
    blocks = [textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", DOCS, re.MULTILINE)]
    return [block for block in blocks if block.strip().startswith(start)]


def test_the_examples_load(tmp_path: Path) -> None:
    packs = examples("schema = ")
    assert len(packs) == 2
    for index, text in enumerate(packs):
        (tmp_path / f"{index}.toml").write_text(text, encoding="utf-8")
    own = load_pack([tmp_path])
    assert own.rules["pose-group"].when.people_min == 5
    assert own.region("pilkada-2024", "Kota Contoh") is not None
    (settings,) = examples("election = ")
    (tmp_path / "poseguard.toml").write_text(settings, encoding="utf-8")
    loaded = load_settings(tmp_path / "poseguard.toml")
    expected = Given(election="pilkada-2024", region="Kota Contoh", subject="pns", declare=("uniform",))
    assert loaded.given == expected
    assert (loaded.gallery, loaded.purpose) == (tmp_path / "calon.faces", "pemeriksaan konten akun dinas")
