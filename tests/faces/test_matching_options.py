"""`--gallery`, `--purpose`, `--show-possible`, `--embedder` and the same in poseguard.toml."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from face_graphs import WIDTH, points, weights_folder

from poseguard.cli import main
from poseguard.errors import ExitCode
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto
from poseguard.faces.gallery_file import write_gallery
from poseguard.faces.networks import load

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a photo, tiny networks that see a face everywhere, and a gallery of nobody in the photo."""
    picture = cv2.imread(str(SAMPLES / "03-kepal.jpg"))
    cv2.imwrite(str(tmp_path / "photo.jpg"), cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))
    # So few strangers reach a cosine of .99999 that what is like a candidate by colour alone stays unnamed.
    tail = {"z": [4.9999, 4.99995], "log10_far": [-3.0, -9.0]}
    gates = {"least_px": 8, "blur": 0.0, "yaw": 9.0, "face": 0.5, "mask": 0.5}
    always, never = (0.0, 0.0, 0.0, 5.0), (0.0, 0.0, 0.0, -5.0)
    weights = weights_folder(tmp_path / "weights", points=points(always, never), gates=gates, tail=tail)
    network = load(weights, lang="en").embedder.sha256
    row = np.resize(np.array([-1.0, 1.0, -1.0], np.float32), (1, WIDTH)) / np.float32(np.sqrt(WIDTH))
    photo = GalleryPhoto("cd" * 32, "KPU", "2024-09-22", 90.0)
    one = Candidate("budi", "Budi", "pilkada-2024", "", 1, "", (photo,), row)
    write_gallery(tmp_path / "kota.faces", Gallery(network, "2024-10-01", candidates=(one,)), lang="en")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [["scan", "photo.jpg"], ["explain", "photo.jpg"]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--gallery", "kota.faces"], "--purpose"),
        (["--gallery", "kota.faces", "--purpose", "  "], "--purpose"),
        (["--purpose", "uji"], "--gallery"),
        (["--show-possible"], "--gallery"),
        (["--embedder", "mine.onnx"], "--gallery"),
        (["--gallery", "gone.faces", "--purpose", "uji", "--weights", "weights"], "gone.faces"),
        (["--gallery", "photo.jpg", "--purpose", "uji", "--weights", "weights"], "photo.jpg"),
    ],
    ids=" ".join,
)
def test_what_does_not_fit_is_told_in_both_languages_before_any_photo(
    command: list[str], flags: list[str], named: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for lang, remedy in (("en", "What to do:"), ("id", "Yang dapat dilakukan:")):
        assert main([*command, *flags, "--lang", lang]) == ExitCode.USAGE
        out, said[lang] = capsys.readouterr()
        assert out == "" and remedy in said[lang] and named in said[lang]
    assert said["en"] != said["id"]


@pytest.mark.parametrize(
    "purpose", ["a\nb", "a\x1b[31mb", "a\u202eb", "x" * 201, "x" * 5000], ids=lambda said: ascii(said)[:12]
)
def test_a_purpose_is_plain_and_short_for_it_stands_in_every_report(
    purpose: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--gallery", "kota.faces", "--weights", "weights"]
    for lang, remedy in (("en", "at most 200 characters"), ("id", "paling banyak 200 huruf")):
        assert main(["scan", "photo.jpg", *flags, "--purpose", purpose, "--lang", lang]) == ExitCode.USAGE
        out, error = capsys.readouterr()
        assert out == "" and remedy in error and len(error) < 600
        assert all(line.isprintable() for line in error.splitlines())
    config = place / "own.toml"
    config.write_text(f'gallery = "kota.faces"\npurpose = {json.dumps(purpose)}\n', encoding="utf-8")
    assert main(["scan", "photo.jpg", "--config", str(config), "--weights", "weights"]) == ExitCode.USAGE


def test_the_longest_purpose_is_taken(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = row(capfd, "--gallery", "kota.faces", "--weights", "weights", "--purpose", "x" * 200)["matching"]
    assert isinstance(told, dict) and told["purpose"] == "x" * 200


def row(capfd: pytest.CaptureFixture[str], *flags: str) -> dict[str, object]:
    code = main(["scan", "photo.jpg", "--format", "jsonl", "--jobs", "1", "--no-props", "--lang", "en", *flags])
    out, error = capfd.readouterr()
    assert code == ExitCode.CLEAN, error
    told: dict[str, object] = json.loads(out)
    return told


def test_matching_is_off_unless_a_gallery_is_given(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = row(capfd)
    assert told["matching"] is None
    assert "face" not in json.dumps(told["models"])


def test_settings_give_the_gallery_and_flags_win(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    elsewhere = place / "conf"
    elsewhere.mkdir()
    (elsewhere / "kota.faces").write_bytes((place / "kota.faces").read_bytes())
    settings = elsewhere / "own.toml"
    settings.write_text('gallery = "kota.faces"\npurpose = "tinjauan  berkala"\n', encoding="utf-8")
    told = row(capfd, "--config", str(settings), "--weights", "weights")["matching"]
    assert isinstance(told, dict)
    assert (told["name"], told["purpose"], told["candidates"]) == ("kota.faces", "tinjauan berkala", 1)
    assert (told["compared"], told["named"], told["unnamed"]) == (1, 0, 1)
    told = row(capfd, "--config", str(settings), "--weights", "weights", "--purpose", "uji")["matching"]
    assert isinstance(told, dict) and told["purpose"] == "uji"
    settings.write_text('gallery = "kota.faces"\n', encoding="utf-8")
    assert main(["scan", "photo.jpg", "--config", str(settings)]) == ExitCode.USAGE
