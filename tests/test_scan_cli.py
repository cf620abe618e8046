"""`poseguard scan` and `explain` end to end: the real command, the real networks, the drawn samples."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import cv2
import jsonschema
import pytest

from poseguard.cli import cli, main
from poseguard.cli.spoken import spoken
from poseguard.errors import ExitCode

SAMPLES = Path(__file__).parents[1] / "samples"
PICTURES = sorted(
    p.relative_to(SAMPLES).as_posix() for p in SAMPLES.rglob("*") if p.suffix in (".jpg", ".webp", ".png")
)
EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))
CAMPAIGN = ("--election", "pilkada-2024", "--posted", "2024-10-15", "--subject", "pns")
# Workers and their parent speak through socketpair(), which reaches nobody else; anything more is a connection.
NO_SOCKETS = """
import sys
def guard(event, args):
    if event == "socket.__new__" and args[1] != 1 or event in ("socket.connect", "socket.bind", "socket.getaddrinfo"):
        raise PermissionError(f"sockets are forbidden in this test: {event} {args[1:]}")
sys.addaudithook(guard)
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def poseguard(*args: str | Path, cwd: Path, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, English where nothing else is asked for."""
    told = os.environ | {"LC_ALL": "en_US.UTF-8", "COLUMNS": "100"} | env
    command = [sys.executable, "-m", "poseguard", *map(str, args)]
    return subprocess.run(
        command, cwd=cwd, env=told, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False
    )


def rows(jsonl: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in jsonl.splitlines()]


def lasting(told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the one thing that may differ from run to run."""
    return [{key: value for key, value in row.items() if key != "elapsed_ms"} for row in told]


def digests(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thumb up, an empty office and a cut-off photo, small enough to be quick."""
    folder = tmp_path_factory.mktemp("photos")
    for name, sample in (("thumb.jpg", "01-jempol.jpg"), ("office.jpg", "09-kantor-kosong.jpg")):
        picture = cv2.imread(str(SAMPLES / sample))
        small = cv2.resize(picture, None, fx=0.59, fy=0.59, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / name), small, [cv2.IMWRITE_JPEG_QUALITY, 92])
    (folder / "cut.jpg").write_bytes((folder / "office.jpg").read_bytes()[:-4000])
    return folder


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str], list[Any]]:
    """All samples in all formats, from another folder, sockets forbidden: (folder of the reports, process, rows)."""
    out = tmp_path_factory.mktemp("everything")
    guard = tmp_path_factory.mktemp("guard")
    (guard / "sitecustomize.py").write_text(NO_SOCKETS)
    before = digests(SAMPLES)
    files = [word for kind in ("jsonl", "csv", "html") for word in ("--format", kind, "--output", f"r.{kind}")]
    done = poseguard(
        "scan", SAMPLES, *CAMPAIGN[:4], "--format", "text", *files, "--annotate", "marked", "--jobs", "2", cwd=out,
        PYTHONPATH=os.pathsep.join([str(guard), *filter(None, [os.environ.get("PYTHONPATH")])]),
    )  # fmt: skip
    assert digests(SAMPLES) == before, "originals are never changed"
    assert done.returncode == ExitCode.FOUND, done.stderr
    return out, done, rows((out / "r.jsonl").read_text(encoding="utf-8"))


def test_the_guard_against_sockets_does_guard(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_SOCKETS)
    code = "import socket; socket.socketpair(); socket.socket()"
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert "sockets are forbidden" in done.stderr


def _name(row: dict[str, Any]) -> str:
    return Path(row["photo"]["path"]).relative_to(SAMPLES).as_posix()


def test_all_samples_are_scanned_without_a_socket(everything: Any) -> None:
    _, done, told = everything
    assert sorted(map(_name, told)) == PICTURES
    assert "sockets" not in done.stderr + json.dumps(told)


def test_the_rows_follow_the_schema(everything: Any, tmp_path: Path) -> None:
    schema = json.loads(poseguard("schema", cwd=tmp_path).stdout)
    for row in everything[2]:
        jsonschema.validate(row, schema)


def test_every_format_speaks_of_every_photo(everything: Any) -> None:
    out, done, told = everything
    names = [Path(row["photo"]["path"]).name for row in told]
    table = list(csv.reader((out / "r.csv").read_text(encoding="utf-8-sig").splitlines()))
    page = (out / "r.html").read_text(encoding="utf-8")
    assert len(table) == len(names) + 1
    for name, line in zip(names, table[1:], strict=True):
        assert any(name in cell for cell in line)
        assert name in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert str(len(names)) in done.stdout


@pytest.mark.parametrize("name", EXPECTED)
def test_each_sample_gives_what_it_was_drawn_for(name: str, everything: Any) -> None:
    expected = EXPECTED[name]
    (row,) = (row for row in everything[2] if _name(row) == name)
    told = Counter(e["label"] for e in row["evidence"] if e["kind"] == "hand" and e["label"] != "other")
    assert row["status"] == expected["status"]
    assert row["risk"]["level"] == expected["level"]
    assert {label: n for label, n in expected["labels"].items() if told[label] < n} == {}, told
    assert set(told) <= {*expected["labels"], *expected["allowed"]}
    assert [e["label"] for e in row["evidence"] if e["kind"] == "logo" and e["label"] != "unknown"] == []


def test_every_sample_has_its_expected_result() -> None:
    assert sorted(EXPECTED) == PICTURES


def test_marked_copies_are_new_pictures_without_metadata(everything: Any) -> None:
    out, _, told = everything
    copies = sorted((out / "marked").rglob("*.jpg"))
    assert len(copies) == sum(row["photo"]["width"] is not None for row in told)
    for copy in copies:
        assert b"Exif" not in copy.read_bytes()[:4096]
        assert cv2.imread(str(copy)) is not None


def test_no_row_calls_anyone_guilty(everything: Any) -> None:
    words = json.dumps(everything[2]).lower() + everything[1].stdout.lower()
    assert "melanggar" not in words
    assert "is a violation" not in words
    assert "guilty" not in words


def test_two_runs_and_any_number_of_workers_say_the_same(photos: Path) -> None:
    runs = [
        rows(poseguard("scan", ".", *CAMPAIGN, "--format", "jsonl", "--jobs", jobs, cwd=photos).stdout)
        for jobs in ("1", "1", "2")
    ]
    assert [row["photo"]["path"] for row in runs[0]] == ["cut.jpg", "office.jpg", "thumb.jpg"]
    assert lasting(runs[0]) == lasting(runs[1]) == lasting(runs[2])


@pytest.mark.parametrize(
    ("names", "flags", "code"),
    [
        (["office.jpg"], [], ExitCode.CLEAN),
        (["thumb.jpg"], [], ExitCode.FOUND),
        (["thumb.jpg"], ["--fail-on", "never"], ExitCode.CLEAN),
        (["thumb.jpg"], ["--fail-on", "high"], ExitCode.CLEAN),
        (["office.jpg", "cut.jpg"], [], ExitCode.UNREADABLE),
        (["thumb.jpg", "cut.jpg"], [], ExitCode.FOUND),
        (["thumb.jpg", "cut.jpg"], ["--fail-on", "never"], ExitCode.UNREADABLE),
    ],
)
def test_the_exit_code_says_what_was_found(names: list[str], flags: list[str], code: ExitCode, photos: Path) -> None:
    done = poseguard("scan", *names, *CAMPAIGN, *flags, "--format", "jsonl", "--jobs", "1", cwd=photos)
    assert done.returncode == code, done.stderr
    if "cut.jpg" in names:
        assert "1 photo could not be assessed" in done.stderr


def test_stdout_carries_the_report_and_nothing_else(photos: Path) -> None:
    done = poseguard("scan", ".", "--format", "jsonl", cwd=photos)
    assert [row["schema"] for row in rows(done.stdout)] == ["poseguard.photo/1"] * 3
    assert "3 photos" in done.stderr
    quiet = poseguard("scan", "office.jpg", "--output", "/dev/null", "--format", "jsonl", "--quiet", cwd=photos)
    assert quiet.stdout == ""


def test_a_list_on_stdin_is_scanned_in_its_order(photos: Path) -> None:
    listed = "thumb.jpg\noffice.jpg\ngone.jpg\n"
    done = poseguard("scan", "-", "--format", "jsonl", cwd=photos, stdin=listed)
    told = rows(done.stdout)
    assert [row["photo"]["path"] for row in told] == ["thumb.jpg", "office.jpg", "gone.jpg"]
    assert told[2]["status"] in ("rejected", "error")
    assert told[2]["risk"]["level"] == "unknown"


def test_the_context_of_each_photo_comes_from_flags_then_manifest_then_settings(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "poseguard.toml").write_text('election = "pilkada-2024"\nsubject = "pppk"\nlang = "id"\n')
    manifest = tmp_path / "context.csv"
    manifest.write_text(
        f"file,posted,subject,declare\n{photos / 'thumb.jpg'},2024-10-15,pns,uniform\n{photos / 'office.jpg'},draft,,\n"
    )
    names = [photos / "thumb.jpg", photos / "office.jpg"]
    done = poseguard("scan", *names, "--manifest", "context.csv", "--format", "jsonl", cwd=tmp_path)
    thumb, office = (row["context"] for row in rows(done.stdout))
    assert (thumb["election"], thumb["posted"], thumb["subject"]) == ("pilkada-2024", "2024-10-15", "pns")
    assert (office["election"], office["posted"], office["subject"]) == ("pilkada-2024", "draft", "pppk")
    assert thumb["declared"] == ["uniform"] and office["declared"] == []
    assert thumb["lang"] == "id"
    flags = ("--subject", "non-asn", "--declare", "state_vehicle,candidate", "--lang", "en")
    done = poseguard("scan", names[0], "--manifest", "context.csv", *flags, "--format", "jsonl", cwd=tmp_path)
    (row,) = rows(done.stdout)
    assert row["context"]["subject"] == "non-asn"
    assert set(row["context"]["declared"]) == {"uniform", "state_vehicle", "candidate"}
    assert row["context"]["lang"] == "en"


@pytest.mark.parametrize(
    "flags",
    [
        ["--election", "pilkada-1999"],
        ["--posted", "2024-13-40"],
        ["--taken", "yesterday"],
        ["--declare", "moon"],
        ["--pose-list", "nobody"],
        ["--manifest", "none.csv"],
        ["--config", "none.toml"],
        ["--format", "xml"],
        ["--format", "jsonl", "--format", "csv"],
        ["--output", "report.docx"],
        ["--jobs", "0"],
        ["--output", "office.jpg"],
        ["--annotate", "."],
        ["--annotate", "mistyped/marked"],
        ["--output", "mistyped/report.jsonl"],
        ["--weights", "nowhere"],
        ["--colour"],
        ["gone.jpg"],
    ],
    ids=" ".join,
)
def test_a_wrong_flag_is_told_in_both_languages_before_any_photo(
    flags: list[str], photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(photos)
    before, said = digests(photos), {}
    for lang, remedy in (("en", "What to do:"), ("id", "Yang dapat dilakukan:")):
        assert main(["scan", ".", *flags, "--lang", lang]) == ExitCode.USAGE
        out, said[lang] = capsys.readouterr()
        assert out == ""
        assert remedy in said[lang]
        assert "Traceback" not in said[lang]
    assert said["en"] != said["id"]
    assert digests(photos) == before
    assert not (photos / "mistyped").exists()


def test_a_wrong_flag_ends_the_process_with_its_code(photos: Path) -> None:
    done = poseguard("scan", ".", "--election", "pilkada-1999", cwd=photos)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert "pilkada-2024" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a process group are POSIX")
def test_ctrl_c_leaves_whole_lines_and_says_so(photos: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for n in range(150):
        (many / f"{n:03d}.jpg").write_bytes((photos / "office.jpg").read_bytes())
    command = [sys.executable, "-m", "poseguard", "scan", str(many), "--format", "jsonl", "--jobs", "2"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # a buffer would keep lines that communicate() does not see
        env=os.environ | {"LC_ALL": "en_US.UTF-8"},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, error = process.communicate(timeout=60)
    out, said = (first + rest).decode(), error.decode()
    assert process.returncode == ExitCode.INTERRUPTED
    told = rows(out)
    assert 1 <= len(told) < 150
    numbers = [int(Path(row["photo"]["path"]).stem) for row in told]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] <= len(told), "the other worker may have been at one photo before the last"
    assert out.endswith("\n")
    assert "Traceback" not in said
    assert f"{len(told)} photo" in said


def test_explain_says_that_the_folder_for_its_copy_is_not_there(photos: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mistyped" / "copy.jpg"
    done = poseguard("explain", photos / "thumb.jpg", "--annotate", copy, "--lang", "en", cwd=tmp_path)
    assert done.returncode == 2
    assert "mistyped" in done.stderr and done.stdout == ""
    assert not copy.parent.exists()


@pytest.mark.parametrize(("lang", "words"), [("id", ("jempol", "21 titik")), ("en", ("thumb up", "21 landmarks"))])
def test_explain_tells_everything_about_one_photo(
    lang: str, words: tuple[str, ...], photos: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "marked.jpg"
    done = poseguard("explain", photos / "thumb.jpg", *CAMPAIGN, "--lang", lang, "--annotate", copy, cwd=tmp_path)
    assert done.returncode == ExitCode.CLEAN, done.stderr
    said = " ".join(done.stdout.split())
    assert hashlib.sha256((photos / "thumb.jpg").read_bytes()).hexdigest() in said
    assert [word for word in words if word not in said] == []
    assert cv2.imread(str(copy)) is not None
    cut = poseguard("explain", photos / "cut.jpg", "--lang", lang, cwd=tmp_path)
    assert cut.returncode == ExitCode.UNREADABLE


def _walk(command: Any, path: Sequence[str] = ()) -> Iterable[tuple[tuple[str, ...], Any, Any]]:
    ctx = click.Context(command)
    for param in command.get_params(ctx):
        yield tuple(path), command, param
    for name in command.list_commands(ctx) if isinstance(command, click.Group) else ():
        yield from _walk(command.get_command(ctx, name), [*path, name])


def test_every_command_and_option_has_help_in_both_languages() -> None:
    seen = 0
    for path, command, param in _walk(cli):
        for what in (command.help, param.help if isinstance(param, click.Option) else command.help):
            assert what, (path, param.name)
            told = [spoken(what, lang) for lang in ("id", "en")]
            assert told[0] != told[1], (path, param.name, what)
            assert what not in told, (path, param.name, what)
        seen += 1
    assert seen > 40
