"""The package that users install: built from this checkout, run outside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_it_holds_code_data_texts_networks_and_licences(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = [
        path for path in (ROOT / "src").rglob("*") if path.suffix in (".py", ".toml", ".j2", ".html", ".css", ".js")
    ]
    missing = {path.relative_to(ROOT / "src").as_posix() for path in data} - inside
    assert not missing
    shipped = [path.relative_to(ROOT) for path in (ROOT / "weights").rglob("*") if path.is_file()]
    networks = {path.as_posix().replace("weights/", "poseguard/weights/files/", 1) for path in shipped}
    assert "poseguard/weights/files/manifest.toml" in networks
    assert networks <= inside
    assert {name.rpartition("/")[2] for name in inside if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert not [name for name in inside if not name.startswith(("poseguard/", "poseguard-"))]


def test_installed_outside_the_checkout_it_finds_its_own_networks(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = "from poseguard.cli import main; raise SystemExit(main(['weights', 'where', '--lang', 'en']))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert f"1. {site / 'poseguard' / 'weights' / 'files'} (exists)" in done.stdout
