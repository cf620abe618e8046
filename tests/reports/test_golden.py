"""What each format says about the same five reports, byte by byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))

from regenerate import produce  # noqa: E402


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return dict(produce(tmp_path_factory.mktemp("golden")))


def test_the_golden_folder_holds_exactly_what_is_written(written: dict[str, bytes]) -> None:
    kept = {path.name for path in GOLDEN.iterdir() if path.is_file() and path.suffix != ".py"}
    assert kept == set(written)


@pytest.mark.parametrize(
    "path", sorted(p for p in GOLDEN.iterdir() if p.is_file() and p.suffix != ".py"), ids=lambda p: p.name
)
def test_a_format_says_what_its_golden_file_says(path: Path, written: dict[str, bytes]) -> None:
    assert written[path.name].decode() == path.read_bytes().decode()
