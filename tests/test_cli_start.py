"""`main`: quick to start, and the one place where errors become words and exit codes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poseguard import __version__
from poseguard.cli import COMMANDS, main
from poseguard.errors import ExitCode
from poseguard.interrupt import ends_at_once

VERSION = "from poseguard.cli import main; raise SystemExit(main(['--version']))"
HEAVY = {"numpy", "cv2", "onnxruntime", "ai_edge_litert", "PIL", "rich", "jinja2", "socket", "ssl", "http"}

BROKEN_COMMAND = """
import click
from poseguard.cli.spoken import SpokenCommand, lang_of, lang_option
from poseguard.errors import WeightsError

@click.command(cls=SpokenCommand, help="cli.help-scan")
@click.argument("what")
@lang_option
@click.pass_context
def scan(ctx, what):
    if what == "expected":
        raise WeightsError("what and where", "what to do")
    if what == "interrupted":
        raise KeyboardInterrupt
    if what == "unexpected":
        raise RuntimeError("oops")
    click.echo(lang_of(ctx))
    return int(what)
"""


@pytest.fixture
def broken_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_scan.py").write_text(BROKEN_COMMAND)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "scan", "broken_scan:scan")


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    code = f"import sys; from poseguard.cli import main; main(['--version']); print(*({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"poseguard {__version__}\n\n"


def test_the_version_is_told_in_150_ms() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", VERSION], check=True, capture_output=True)
        return time.perf_counter() - start

    # The best of ten: a busy machine slows single runs, never speeds one up.
    assert min(seconds() for _ in range(10)) <= 0.150


def test_the_help_lists_every_command_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    pages = []
    for lang in ("id", "en"):
        assert main(["--lang", lang, "--help"]) == ExitCode.CLEAN
        pages.append(capsys.readouterr().out)
        assert all(f"\n  {name} " in pages[-1] for name in COMMANDS)
    assert "Perintah:" in pages[0]
    assert "Commands:" in pages[1]


@pytest.mark.usefixtures("broken_scan")
@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("0", ExitCode.CLEAN, ""),
        ("1", ExitCode.FOUND, ""),
        ("3", ExitCode.UNREADABLE, ""),
        ("expected", ExitCode.USAGE, "Error: what and where\nWhat to do: what to do\n"),
        ("unexpected", ExitCode.INTERNAL, "RuntimeError: oops"),
        ("interrupted", ExitCode.INTERRUPTED, "Interrupted."),
    ],
)
def test_each_end_has_its_code(what: str, code: ExitCode, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", what, "--lang", "en"]) == code
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("broken_scan")
def test_the_traceback_is_shown_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["scan", "unexpected"])
    assert "Traceback" not in capsys.readouterr().err
    assert main(["scan", "unexpected", "--debug"]) == ExitCode.INTERNAL
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("broken_scan")
def test_the_language_may_stand_before_or_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (
        ["--lang", "en", "scan", "0"],
        ["scan", "0", "--lang=en"],
        ["--lang", "id", "scan", "--lang", "en", "0"],
    ):
        main(line)
        assert capsys.readouterr().out == "en\n", line


@pytest.mark.usefixtures("broken_scan")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["scann"], 'Tidak ada perintah "scann".'),
        (["scan", "0", "--colour"], "Tidak ada pilihan --colour."),
        (["scan"], "belum diisi"),
    ],
)
def test_usage_errors_are_told_in_the_language_of_the_line(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "id", *line]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert words in err
    assert "--help" in err


def test_an_unknown_language_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "fr", "weights"]) == ExitCode.USAGE
    assert "--lang" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is not sent to one process there")
@pytest.mark.parametrize("module", ["click.core", "poseguard.cli", "numpy", "cv2", "poseguard.results", "rich.text"])
def test_ctrl_c_while_modules_are_imported_ends_it_quietly(module: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "poseguard", "scan", "nowhere", "--lang", "en"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stderr is not None
        imported = (line.rpartition("|")[2].strip() for line in process.stderr)
        assert module in imported
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    rest = [line for line in said.splitlines() if line and not line.startswith("import time:")]
    assert process.returncode == ExitCode.INTERRUPTED
    assert rest in ([], ["Interrupted."])


def test_a_handler_of_somebody_else_is_left_alone() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ends_at_once():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    code = "from poseguard.cli import main; raise SystemExit(main(['weights', 'list']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.INTERRUPTED
