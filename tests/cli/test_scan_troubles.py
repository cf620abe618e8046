"""`poseguard scan` and `explain` where files, places or arguments are not as they should be."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from poseguard.cli import main
from poseguard.errors import ExitCode
from poseguard.reports.output import FileSink

QUICK = ("--no-props", "--jobs", "1", "--lang", "en")


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two plain grey photos in `foto`, in the working folder."""
    folder = tmp_path / "foto"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        cv2.imwrite(str(folder / name), np.full((120, 160, 3), 128, np.uint8))
    monkeypatch.chdir(tmp_path)
    return folder


def told(text: str) -> dict[str, dict[str, object]]:
    """Rows of JSON Lines by the name of their photo."""
    return {Path(row["photo"]["path"]).name: row for row in map(json.loads, text.splitlines())}


def test_a_wrong_row_is_told_before_the_first_photo(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("konteks.csv").write_text("file,posted\nfoto/a.jpg,2024-10-15\nfoto/b.jpg,15/10/2024\n")
    code = main(["scan", "foto", *QUICK, "--manifest", "konteks.csv", "--output", "r.csv", "--annotate", "copies"])
    assert code == ExitCode.USAGE
    assert "konteks.csv, line 3" in capsys.readouterr().err
    assert not Path("r.csv").exists() and not Path("copies").exists()


def test_rows_that_meet_no_photo_are_told(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("konteks.csv").write_text("file,posted\nfoto/a.jpg,2024-10-15\nfoto/bb.jpg,2024-10-15\n")
    assert main(["scan", "foto", *QUICK, "--manifest", "konteks.csv", "--format", "jsonl"]) == ExitCode.CLEAN
    out, said = capsys.readouterr()
    assert told(out)["a.jpg"]["context"]["posted"] == "2024-10-15"  # type: ignore[index]
    assert "1 line of konteks.csv matches no photo that was checked: line 3" in said


def test_a_row_is_found_through_a_linked_folder(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("lnk").symlink_to("foto")
    Path("konteks.csv").write_text("file,posted\nlnk/a.jpg,2024-10-15\n")
    assert main(["scan", "foto/a.jpg", *QUICK, "--manifest", "konteks.csv", "--format", "jsonl"]) == ExitCode.CLEAN
    assert told(capsys.readouterr().out)["a.jpg"]["context"]["posted"] == "2024-10-15"  # type: ignore[index]


def test_a_line_that_no_file_can_be_called_costs_one_row(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = io.TextIOWrapper(io.BytesIO(f"foto/a.jpg\n{'x' * 300}.jpg\nfoto/b.jpg\n".encode()))
    monkeypatch.setattr(sys, "stdin", listed)
    assert main(["scan", "-", *QUICK, "--format", "jsonl"]) == ExitCode.UNREADABLE
    statuses = [row["status"] for row in told(capsys.readouterr().out).values()]
    assert statuses == ["ok", "error", "ok"]


def test_what_is_left_out_is_said(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.jpg"
    outside.write_bytes((photos / "a.jpg").read_bytes())
    (photos / "out.jpg").symlink_to(outside)
    (photos / ".hidden.jpg").write_bytes((photos / "a.jpg").read_bytes())
    assert main(["scan", "foto", *QUICK, "--format", "jsonl"]) == ExitCode.CLEAN
    said = capsys.readouterr().err
    assert "1 link that leads out of the folder (--follow-links" in said
    assert "1 hidden file or folder (--hidden" in said


@pytest.mark.parametrize("flag", ["--manifest", "--config"])
def test_a_file_that_the_run_reads_is_not_written_over(
    flag: str, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'lang = "en"\n' if flag == "--config" else "file,posted\nfoto/a.jpg,2024-10-15\n"
    Path("read.csv").write_text(text)
    assert main(["scan", "foto", *QUICK, flag, "read.csv", "--output", "read.csv"]) == ExitCode.USAGE
    assert "read.csv is read by this run" in capsys.readouterr().err
    assert Path("read.csv").read_text() == text


def test_a_disk_that_fills_up_costs_no_report(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(sink: FileSink, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "full", "copies/a.jpg")

    monkeypatch.setattr("poseguard.reports.annotate.FileSink.write", full)
    code = main(["scan", "foto", *QUICK, "--format", "jsonl", "--annotate", "copies"])
    assert code == ExitCode.USAGE
    out, said = capsys.readouterr()
    assert "copies/a.jpg: no space left" in said
    assert set(told(out)) == {"a.jpg"}
    assert list(Path().rglob("*.part")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_device_is_no_error_of_the_tool(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["scan", "foto", *QUICK, "--output", "r.jsonl", "--format", "csv", "--output", "/dev/full"])
    assert code == ExitCode.USAGE
    assert "no space left" in capsys.readouterr().err
    assert list(Path().rglob("*.part")) == []


def test_copies_of_this_run_are_not_scanned(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "zz").mkdir()
    assert main(["scan", "foto/**", *QUICK, "--annotate", "foto/zz", "--format", "jsonl"]) == ExitCode.CLEAN
    assert set(told(capsys.readouterr().out)) == {"a.jpg", "b.jpg"}
    assert len(list((photos / "zz").rglob("*.jpg"))) == 2
    assert main(["scan", "foto/**", *QUICK, "--annotate", "foto/zz", "--format", "jsonl"]) == ExitCode.CLEAN
    out, said = capsys.readouterr()
    assert set(told(out)) == {"a.jpg", "b.jpg"} and "2 marked copies in the folder of --annotate" in said


def test_photos_that_lie_where_copies_go_are_scanned(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "foto/*.jpg", *QUICK, "--annotate", "foto", "--format", "jsonl"]) == ExitCode.CLEAN
    assert set(told(capsys.readouterr().out)) == {"a.jpg", "b.jpg"}


def test_a_link_in_a_circle_costs_one_row(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "loop.jpg").symlink_to("loop.jpg")
    assert main(["scan", "foto", *QUICK, "--annotate", "copies", "--format", "jsonl"]) == ExitCode.UNREADABLE
    rows = told(capsys.readouterr().out)
    assert [rows[name]["status"] for name in ("a.jpg", "b.jpg", "loop.jpg")] == ["ok", "ok", "error"]
    Path("ring").symlink_to("ring")
    assert main(["scan", "foto", *QUICK, "--output", "ring/x.csv"]) == ExitCode.USAGE
    assert main(["scan", "foto", *QUICK, "--annotate", "ring"]) == ExitCode.USAGE


def test_rules_and_enrolled_logos_are_not_written_over(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(photos.parent / "data"))
    rule = photos.parent / "rules/mine.toml"
    logos = photos.parent / "data/poseguard/logos.npz"
    for file in (rule, logos):
        file.parent.mkdir(parents=True)
        file.write_text('schema = "poseguard.texts/1"\n[text.x]\nid = "a"\nen = "b"\n')
        before = file.read_text()
        flags = ["--rules", "rules"] if file is rule else []
        code = main(["scan", "foto", *QUICK, *flags, "--format", "csv", "--output", os.fspath(file)])
        assert (code, file.read_text()) == (ExitCode.USAGE, before)


def test_an_error_is_told_in_the_language_of_the_settings(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text('lang = "en"\nelection = "pemilu-2042"\n')
    assert main(["scan", "foto", "--no-props", "--jobs", "1", "--config", "own.toml"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith("Error: ") and "What to do" in said


def test_a_photo_in_place_of_a_list_is_told(photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", "-", *QUICK, "--format", "csv", "--output", "r.csv"]
    done = subprocess.run(command, input=(photos / "a.jpg").read_bytes(), capture_output=True, check=False)
    assert done.returncode == ExitCode.USAGE and b"holds a photo, not a list" in done.stderr
    assert not Path("r.csv").exists()


def test_what_stands_after_two_dashes_is_a_path(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("--debug").symlink_to("foto/a.jpg")
    assert main(["scan", *QUICK, "--format", "jsonl", "--", "--debug"]) == ExitCode.CLEAN
    assert set(told(capsys.readouterr().out)) == {"--debug"}


@pytest.mark.parametrize("text", ["file,posted\nfo\0to/a.jpg,2024-10-15\n", None])
def test_a_name_or_number_beyond_measure_is_no_error_of_the_tool(text: str | None, photos: Path) -> None:
    if text:
        Path("konteks.csv").write_text(text)
        assert main(["scan", "foto", *QUICK, "--manifest", "konteks.csv"]) in (ExitCode.CLEAN, ExitCode.USAGE)
    else:
        assert main(["scan", "foto", *QUICK, "--declare", "number:" + 5000 * "1"]) == ExitCode.USAGE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot tell whether a pipe has more")
def test_a_row_does_not_wait_for_the_next_path_of_a_slow_list(photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", "-", "--no-props", "--jobs", "2", "--format", "jsonl"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes, bufsize=0) as process:  # type: ignore[call-overload]
        patience = threading.Timer(60, process.kill)
        patience.start()
        for name in ("a.jpg", "b.jpg"):
            process.stdin.write(f"foto/{name}\n".encode())
            assert set(told(process.stdout.readline().decode())) == {name}
        process.stdin.close()
        assert process.wait(60) == ExitCode.CLEAN
        patience.cancel()


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal on Windows")
@pytest.mark.parametrize("ctrl_c", [signal.SIG_DFL, signal.SIG_IGN], ids=["foreground", "background"])
def test_a_request_to_stop_leaves_what_is_done(ctrl_c: signal.Handlers, photos: Path) -> None:
    formats = ["--format", "jsonl", "--output", "-", "--format", "csv", "--output", "r.csv"]
    command = [sys.executable, "-m", "poseguard", "scan", "-", *QUICK, *formats]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # A shell's `&` has Ctrl-C ignored.
    said = partial(signal.signal, signal.SIGINT, ctrl_c)
    with subprocess.Popen(command, **pipes, bufsize=0, preexec_fn=said) as process:  # type: ignore[call-overload]
        process.stdin.write(b"\xef\xbb\xbffoto/a.jpg\n")
        assert set(told(process.stdout.readline().decode())) == {"a.jpg"}, "a mark of byte order is no part of a name"
        time.sleep(0.5)  # until the other report has the row too
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == ExitCode.INTERRUPTED
    assert "a.jpg" in Path("r.csv").read_text()
    assert list(Path().rglob("*.part")) == []


@pytest.mark.parametrize("photo", ["-", "foto/*.jpg", "", "foto", "gone.jpg"])
def test_explain_wants_one_photo(photo: str, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", photo, "--no-props", "--lang", "en"]) == ExitCode.USAGE
    out, said = capsys.readouterr()
    assert out == "" and "What to do:" in said


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0"])
def test_no_limit_is_out_of_the_range(value: str, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "foto", *QUICK, "--max-megapixels", value]) == ExitCode.USAGE
    assert "--max-megapixels" in capsys.readouterr().err


def test_a_gallery_of_the_settings_can_be_left_aside(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("poseguard.toml").write_text('gallery = "gone.faces"\npurpose = "test"\n')
    assert main(["scan", "foto", *QUICK]) == ExitCode.USAGE
    assert "gone.faces" in capsys.readouterr().err
    assert main(["scan", "foto", *QUICK, "--no-gallery"]) == ExitCode.CLEAN


@pytest.mark.skipif(sys.platform == "win32", reason="closes descriptors as a POSIX shell does")
def test_a_closed_stderr_costs_no_report(photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", "foto", *QUICK, "--output", "r.jsonl"]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command], env=os.environ, check=False)
    assert done.returncode == ExitCode.CLEAN
    assert set(told(Path("r.jsonl").read_text())) == {"a.jpg", "b.jpg"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
@pytest.mark.parametrize(("photo", "code"), [("foto/a.jpg", ExitCode.CLEAN), ("foto/gone.jpg", ExitCode.USAGE)])
def test_a_full_stderr_changes_no_exit_code(photo: str, code: ExitCode, photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", photo, *QUICK]
    done = subprocess.run(["sh", "-c", 'exec "$@" 2>/dev/full', "sh", *command], stdout=subprocess.PIPE, check=False)
    assert done.returncode == code
    assert (b"1 photo checked" in done.stdout) is (code == ExitCode.CLEAN)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_stdout_is_called_by_its_name(photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", "foto", *QUICK, "--format", "jsonl"]
    done = subprocess.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", *command], stderr=subprocess.PIPE, check=False)
    assert done.returncode == ExitCode.USAGE
    assert b"The system refuses standard output: no space left." in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits files as a POSIX shell does")
@pytest.mark.parametrize("kind", ["jsonl", "html"])
def test_a_file_that_may_not_grow_is_named_and_what_was_done_is_told(kind: str, photos: Path) -> None:
    command = [sys.executable, "-m", "poseguard", "scan", "foto", *QUICK, "--output", f"r.{kind}"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert f"r.{kind}: the file is larger than allowed." in done.stderr
    assert [one.name for one in Path().iterdir() if one.is_file()] == []


def test_a_gallery_and_none_exclude_each_other(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "foto", *QUICK, "--gallery", "x.faces", "--no-gallery"]) == ExitCode.USAGE
    out, said = capsys.readouterr()
    assert out == "" and "--gallery and --no-gallery are given together." in said


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('election = "pilkada-2042"', "election"),
        ('declare = ["unifrom"]', "declare"),
        ('subject = "pnss"', "subject"),
        ('pose_list = "qq"', "pose_list"),
        ('rules = ["gone"]', "rules"),
    ],
)
def test_a_wrong_default_is_told_with_its_line(
    line: str, key: str, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("poseguard.toml").write_text(f'lang = "en"\n{line}\n')
    assert main(["scan", "foto", *QUICK]) == ExitCode.USAGE
    assert "Error: poseguard.toml, line 2: " in capsys.readouterr().err
    if key in ("election", "subject"):  # a flag wins, and is told as what it is
        value = {"election": "pilkada-2024", "subject": "pns"}[key]
        assert main(["scan", "foto", *QUICK, f"--{key}", value]) == ExitCode.CLEAN
        wrong = ["--posted", "gestern", f"--{key}", value]
        assert main(["scan", "foto", *QUICK, *wrong]) == ExitCode.USAGE
        assert "poseguard.toml" not in capsys.readouterr().err


def test_a_folder_without_rules_is_told(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert main(["scan", "foto", *QUICK, "--rules", "empty"]) == ExitCode.USAGE
    assert "there is no .toml file in empty" in capsys.readouterr().err


def test_only_a_name_that_is_near_is_asked_for(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "foto", *QUICK, "--election", "zzz"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "Did you mean" not in said and "There are: " in said
    assert main(["scan", "foto", *QUICK, "--election", "pilkada-2042"]) == ExitCode.USAGE
    assert "Did you mean “pilkada-2024”? There are: " in capsys.readouterr().err
