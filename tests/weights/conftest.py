"""A small set of networks in a folder of its own, and a user whose data folder is empty."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from poseguard.weights.manifest import OWN, Model


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.delenv("POSEGUARD_WEIGHTS", raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    return home


def _table(model: Model) -> str:
    """`model` as a [[model]] table."""
    lines = ["[[model]]", 'purpose = { id = "uji", en = "test" }', f"bytes = {model.bytes}"]
    fields = ("name", "version", "licence", "file", "sha256", "origin", "package", "member")
    lines += [f'{field} = "{getattr(model, field)}"' for field in fields if getattr(model, field) is not None]
    return "\n".join(lines) + "\n"


def _model_of(content: bytes, name: str = "people", file: str = "people.onnx", **more: str) -> Model:
    """A model whose file holds `content`."""
    sha256 = hashlib.sha256(content).hexdigest()
    purpose = {"id": "uji", "en": "test"}
    return Model(name, "1", purpose, "AGPL-3.0", file, len(content), sha256, more.pop("origin", OWN), **more)


@pytest.fixture
def model_of() -> Callable[..., Model]:
    return _model_of


@pytest.fixture
def a_set(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with a manifest and the file of each (model, content)."""

    def make(*pairs: tuple[Model, bytes], folder: str = "set") -> Path:
        path = tmp_path / folder
        path.mkdir()
        (path / "manifest.toml").write_text("\n".join(_table(model) for model, _ in pairs))
        for model, content in pairs:
            (path / model.file).write_bytes(content)
        return path

    return make
