from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from poseguard.cli import main
from poseguard.errors import ExitCode
from poseguard.texts import LANGS, catalogue
from poseguard.weights import load_manifest, user_dir

FILE = "hand_landmark_full.tflite"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("command", ["list", "where", "verify"])
def test_they_speak_and_open_no_socket(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["weights", command, "--lang", lang])
    assert code == (ExitCode.USAGE if command == "verify" else ExitCode.CLEAN)
    assert "hand_landmark" in capsys.readouterr().out


def test_verify_tells_the_wrong_file(capsys: pytest.CaptureFixture[str]) -> None:
    user_dir().mkdir(parents=True)
    (user_dir() / FILE).write_bytes(b"not a network")
    assert main(["weights", "verify", "--lang", "en"]) == ExitCode.USAGE
    out = capsys.readouterr().out
    assert f"WRONG  hand_landmark: {user_dir() / FILE}" in out


def test_where_names_the_file_that_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    user_dir().mkdir(parents=True)
    (user_dir() / FILE).write_bytes(b"anything")
    assert main(["weights", "where", "--lang", "en"]) == ExitCode.CLEAN
    assert f"hand_landmark: {user_dir() / FILE}" in capsys.readouterr().out


@pytest.mark.usefixtures("no_network")
def test_a_dry_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "pull", "--dry-run", "--lang", "en"]) == ExitCode.CLEAN
    assert "which pip downloads" in capsys.readouterr().err
    assert not user_dir().exists()


def test_pull_refuses_a_wrong_file_with_exit_code_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).write_bytes(b"x" * 5478917)
    assert main(["weights", "pull", "--from", str(tmp_path), "--lang", "id"]) == ExitCode.USAGE
    err = capsys.readouterr().err
    model = load_manifest().get("hand_landmark")
    assert model is not None
    assert model.sha256 in err
    assert "Yang dapat dilakukan:" in err


@pytest.mark.parametrize("room", ["weights", "cli"])
def test_every_text_has_both_languages_with_the_same_slots(room: str) -> None:
    for key, text in catalogue(room).items():
        assert set(text) - {"en_one"} == set(LANGS), key
        slots = {tuple(sorted(set(re.findall(r"{(\w+)}", words)))) for words in text.values()}
        assert len(slots) == 1, key
