"""`--detector-weights`: a user's own ONNX detector, and what is said of a file that is none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from graphs import ATTRIBUTE, BY_COLOUR, CELL, OFFICE, PDIP, PKB, SPANDUK, UNSURE, detector, painted, weights_folder

from poseguard import Scanner, Settings
from poseguard.cli import main
from poseguard.errors import ExitCode, WeightsError
from poseguard.people.types import People
from poseguard.props.detector import PropsDetector
from poseguard.props.networks import CLASSES, class_names
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Evidence, PhotoInfo, Status

# A class fires on its colour: a party's own red, banners, any emblem.
RED = (20.0, -20.0, -20.0, -10.0)
FAINT_RED = (20.0, -20.0, -20.0, -20.3)
NEVER = (0.0, 0.0, 0.0, -20.0)
ULTRALYTICS = "{0: 'pdip', 1: 'spanduk', 2: 'Logo'}"


@pytest.fixture(autouse=True)
def no_enrolled_logos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poseguard.props.detector.default_path", lambda: tmp_path / "none.npz")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    return weights_folder(folder)


def mine(tmp_path: Path, body: bytes, name: str = "mine.onnx") -> Path:
    path = tmp_path / name
    path.write_bytes(body)
    return path


def seen(room: PropsDetector, *patches: tuple[tuple[int, int, int], int, int]) -> tuple[Evidence, ...]:
    pixels = painted(640, 640, *((colour, x * CELL, y * CELL, CELL, CELL) for colour, x, y in patches))
    photo = ReadPhoto(PhotoInfo("p.jpg", "0" * 64, 640, 640, "jpeg"), Status.OK, None, pixels, 1.0)
    return room.detect(photo, People((), (), (), ())).evidence


SIDES = [("height", "width"), (640, 640), (320, 320)]


@pytest.mark.parametrize("sides", SIDES, ids=str)
def test_an_export_of_ultralytics_takes_our_place(sides: tuple[int, int], weights: Path, tmp_path: Path) -> None:
    body = detector(ULTRALYTICS, [RED, BY_COLOUR["spanduk"], NEVER], sides=sides)
    path = mine(tmp_path, body)
    room = PropsDetector(weights, lang="en", network=path)
    told = seen(room, (PDIP, 4, 4), (PDIP, 5, 4), (PDIP, 4, 5), (PDIP, 5, 5), (SPANDUK, 12, 12), (SPANDUK, 13, 13))
    assert {(one.kind, one.label) for one in told if one.confidence > 0.9} >= {("logo", "pdip")}
    logo = next(one for one in told if one.label == "pdip")
    assert logo.confidence == pytest.approx(logo.details["detector_score"])
    assert logo.box[0] == pytest.approx(128, abs=1) and logo.box[1] == pytest.approx(128, abs=1)
    own = room.digests()[0]
    assert (own.name, own.version, own.sha256) == ("detector", "mine.onnx", hashlib.sha256(body).hexdigest())
    assert [one.name for one in room.digests()[1:]] == ["marks", "marks_numbers"]


def test_classes_in_our_own_convention_work_as_ours(weights: Path, tmp_path: Path) -> None:
    room = PropsDetector(weights, lang="en", network=mine(tmp_path, detector()))
    told = seen(room, (PKB, 3, 3), (OFFICE, 8, 3), (ATTRIBUTE, 12, 12))
    assert [(one.kind, one.label) for one in told] == [("logo", "pkb"), ("prop", "attribute")]


def test_a_party_class_that_is_unsure_is_verified_by_the_recogniser(weights: Path, tmp_path: Path) -> None:
    names, rows = '["pdip"]', [FAINT_RED]
    room = PropsDetector(weights, lang="en", network=mine(tmp_path, detector(names, rows)))
    (told,) = seen(room, (PDIP, 3, 3))
    assert told.details["detector_score"] < 0.5
    assert (told.label, told.confidence > 0.9) == ("pdip", True)
    # The same detector, mistaken: it takes another party's green, and an office's black, for that party.
    wrong = [(-20.0, 20.0, -20.0, -20.3)]
    room = PropsDetector(weights, lang="en", network=mine(tmp_path, detector(names, wrong)))
    assert [one.label for one in seen(room, (PKB, 3, 3))] == ["unknown"]
    black = [(-20.0, -20.0, -20.0, -0.3)]
    room = PropsDetector(weights, lang="en", network=mine(tmp_path, detector(names, black)))
    assert seen(room, (OFFICE, 3, 3)) == ()


def test_an_emblem_class_is_always_verified(weights: Path, tmp_path: Path) -> None:
    room = PropsDetector(weights, lang="en", network=mine(tmp_path, detector('["logo"]', [BY_COLOUR["logo"]])))
    told = seen(room, (PDIP, 3, 3), (OFFICE, 8, 3), (UNSURE, 12, 3))
    assert [one.label for one in told] == ["pdip", "unknown"]


@pytest.mark.parametrize("name", ["best.pt", "best.PTH", "model.pkl"])
def test_a_pickle_is_refused_before_it_is_opened(name: str, weights: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        PropsDetector(weights, lang="en", network=tmp_path / name)
    assert "pickle" in caught.value.message and name in caught.value.message
    assert f"yolo export model={tmp_path / name} format=onnx" in caught.value.remedy


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "cannot be loaded"),
        (b"PK\x03\x04 a pickle in a zip", "cannot be loaded"),
        (detector(""), "no class names"),
        (detector("{0: 'logo'"), "no class names"),
        (detector("{1: 'logo', 2: 'flag'}"), "no class names"),
        (detector('["logo", "person", "dog"]', [RED] * 3), "person, dog"),
        (detector('["logo", "flag"]', [RED] * 3), "1 × 7 × 9; 1 × 6 × N is wanted"),
        (detector(transposed=True), "1 × 9 × 12"),
        (detector(sigmoid=False), "between 0 and 1"),
        (detector(channels=4), "a trial on a grey picture fails"),
        (detector(half=True), "float32"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_with_the_file_and_a_remedy(
    body: bytes, words: str, weights: Path, tmp_path: Path
) -> None:
    for lang in ("id", "en"):
        with pytest.raises(WeightsError) as caught:
            PropsDetector(weights, lang=lang, network=mine(tmp_path, body))
        assert str(tmp_path / "mine.onnx") in caught.value.message
        assert caught.value.remedy
        assert caught.value.exit_code is ExitCode.USAGE
    assert words in caught.value.message


def test_names_are_read_as_data_and_never_run(tmp_path: Path) -> None:
    assert class_names("{0: 'logo', 1: 'flag'}") == ("logo", "flag")
    assert class_names('["logo", "flag"]') == ("logo", "flag")
    assert class_names('{"1": "flag", "0": "logo"}') == ("logo", "flag")
    for odd in (
        "__import__('os').getcwd()",
        "{0: 1}",
        "12",
        "(" * 5000,
        "{'a': 'logo'}",
        "{0: 'a', 0: 'b', 2: 'c'}",
        '{"²": "logo"}',
    ):
        assert class_names(odd) == ()


def test_the_scanner_uses_it_and_the_report_says_so(weights: Path, tmp_path: Path) -> None:
    path = mine(tmp_path, detector(ULTRALYTICS, [RED, BY_COLOUR["spanduk"], NEVER]))
    picture = painted(640, 640, (PDIP, 160, 160, 64, 64))
    cv2.imwrite(str(tmp_path / "p.png"), np.ascontiguousarray(picture[..., ::-1]))
    scanner = Scanner(Settings(lang="en", weights=weights, props=True, detector_weights=path))
    report = scanner.look(tmp_path / "p.png")
    assert {one.label for one in report.evidence if one.kind == "logo"} == {"pdip"}
    assert report.models[-3].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report.scene is not None and report.scene.hands_unreadable <= report.scene.hands_seen


def test_on_the_command_line_a_wrong_file_ends_with_code_2(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "p.png"), painted(64, 64))
    command = ["scan", str(tmp_path / "p.png"), "--weights", str(weights), "--lang", "en"]
    (tmp_path / "best.pt").write_bytes(b"\x80\x04.")
    assert main([*command, "--detector-weights", str(tmp_path / "best.pt")]) == ExitCode.USAGE
    out, said = capsys.readouterr()
    assert out == "" and "pickle" in said and "yolo export" in said
    assert main([*command, "--no-props", "--detector-weights", str(tmp_path / "best.pt")]) == ExitCode.USAGE
    assert "--no-props" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [True, False])
def test_props_are_looked_for_where_they_are_asked_for(
    asked: bool, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = painted(640, 640, (PKB, 160, 160, 32, 32))
    cv2.imwrite(str(tmp_path / "p.png"), np.ascontiguousarray(picture[..., ::-1]))
    flag = "--props" if asked else "--no-props"
    main(["scan", str(tmp_path / "p.png"), "--weights", str(weights), "--format", "jsonl", "--jobs", "1", flag])
    row = json.loads(capsys.readouterr().out)
    assert [one["label"] for one in row["evidence"] if one["kind"] == "logo"] == (["pkb"] if asked else [])
    assert {"props", "marks"} <= {one["name"] for one in row["models"]} or not asked


def test_our_classes_are_eight() -> None:
    assert CLASSES == ("logo", "baliho", "spanduk", "umbul_umbul", "flag", "poster", "attribute", "ballot")
