"""Benchmarks on drawn scenes and on enrolled logos: tiny real networks on painted pictures, from files to figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import graphs
import numpy as np
import pytest
from graphs import CELL, FLAG, MARKS, NUMBERS, OFFICE, PDIP, PERINDO_OLD, PKB, painted, recogniser, weights_folder

from benchmarks import enrolment
from benchmarks.enrolment import galleries, recognisers
from benchmarks.figures import Target
from benchmarks.run import Measured
from benchmarks.scenes import drawn_scenes
from poseguard.props.enrol import read_picture

SIDE = 320
Patch = tuple[tuple[int, int, int], int, int, int, int]


def scene(folder: Path, name: str, patches: list[Patch], marks: list[tuple[str, int, int]], props: list[str]) -> None:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"images/{name}.jpg"), painted(SIDE, SIDE, *patches)[:, :, ::-1])
    emblems = ["0 0.5 0.5 0.1 0.1"] * len(marks)
    (folder / f"labels/{name}.txt").write_text("\n".join([*props, *emblems]))
    table = folder / "marks.csv"
    if not table.exists():
        table.write_text("file,x,y,w,h,label,version,visible\n")
    with table.open("a") as file:
        file.writelines(f"{name}.jpg,{x},{y},{CELL},{CELL},{label},,1.0\n" for label, x, y in marks)


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """A PDIP emblem, an older Perindo one and an office's; PKB's, which is not there, labelled over a bare wall."""
    folder = tmp_path / "scenes"
    at = [(64, 64), (160, 64), (64, 160)]
    patches = [(colour, x, y, CELL, CELL) for colour, (x, y) in zip((PDIP, PERINDO_OLD, OFFICE), at, strict=True)]
    scene(folder, "a", patches, [("pdip", 64, 64), ("perindo_old", 160, 64), ("neg:kab", 64, 160)], [])
    scene(folder, "b", [], [("pkb", 96, 96)], [])
    middle = f"4 {112 / SIDE} {112 / SIDE} {192 / SIDE} {192 / SIDE}"
    scene(folder, "c", [(FLAG, 96, 96, CELL, CELL)], [], [middle])
    return folder


def told(measured: Measured, words: str) -> Target:
    return next(target for target in measured.targets if words in target.name)


def test_classes_and_sizes_are_counted_on_scenes(scenes: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    measured = Measured()
    drawn_scenes(measured, scenes, weights_folder(tmp_path / "weights"))
    figures: dict[str, Any] = measured.figures["scenes"]
    assert figures["classes"] == {
        "logo:pdip": {"boxes": 1, "ap50": 1.0},
        "logo:perindo": {"boxes": 1, "ap50": 1.0},
        "logo:pkb": {"boxes": 1, "ap50": 0.0},
        "prop:flag": {"boxes": 1, "ap50": 1.0},
    }
    assert told(measured, "mAP50").figure == 0.75
    assert figures["sizes"]["32 px"] == {"logos": 3, "boxed": 2, "named": 2, "recall": pytest.approx(2 / 3)}
    assert told(measured, "about 32 px").of == 3
    assert told(measured, "about 24 px").met is None
    assert (figures["named"], figures["named_rightly"]) == (2, 2)
    assert any(line.startswith("weakest: logo:pkb 0.000") for line in measured.lines)


def test_without_scenes_the_section_says_how_to_make_them(tmp_path: Path) -> None:
    measured = Measured()
    drawn_scenes(measured, tmp_path / "none", None)
    assert "training.logos.make scenes" in measured.lines[-1]
    assert [target.met for target in measured.targets] == [None] * 5


def test_a_recogniser_leaves_out_what_only_the_shipped_one_knows(tmp_path: Path) -> None:
    classes = [name for name in MARKS if name not in ("pkb", "perindo")]
    (tmp_path / "less.classes.json").write_text(json.dumps(classes))
    (tmp_path / "less.onnx").write_bytes(recogniser())
    (tmp_path / "all.classes.json").write_text(json.dumps(list(MARKS)))
    (tmp_path / "all.onnx").write_bytes(recogniser())
    (left,) = recognisers(tmp_path, NUMBERS)
    assert (left.model.name, left.parties) == ("less.onnx", ("pkb",))  # perindo's older logo was trained on
    numbers = json.loads(left.numbers(NUMBERS))
    assert numbers["classes"] == classes
    assert set(numbers["party"]) == {"pdip", "perindo_old"}
    assert numbers["enrol"] == NUMBERS["enrol"]


def emblem(folder: Path, colour: tuple[int, int, int]) -> Path:
    """A disc with a hole, on white."""
    pixels = np.full((128, 128, 3), 255, np.uint8)
    cv2.circle(pixels, (64, 64), 55, colour, -1)
    cv2.circle(pixels, (64, 64), 12, (0, 0, 0), -1)
    path = folder / f"{'-'.join(map(str, colour))}.png"
    cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


def test_pictures_are_enrolled_one_by_one_and_then_together(tmp_path: Path) -> None:
    one, two = (read_picture(emblem(tmp_path, colour), "en") for colour in (PKB, PDIP))
    ways = list(galleries({"pkb": [one, two], "psi": [two]}))
    assert [(way, {party: len(some) for party, some in chosen.items()}) for way, chosen in ways] == [
        ("one", {"pkb": 1, "psi": 1}),
        ("one", {"pkb": 1}),
        ("five", {"pkb": 2, "psi": 1}),
    ]


def test_an_enrolled_party_is_looked_for_where_it_is_and_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recogniser goes by mean colour alone, so that a green mark is PKB's and a green board is a false name."""
    folder, nets = tmp_path / "scenes", tmp_path / "nets"
    scene(folder, "a", [(PKB, 96, 96, CELL, CELL)], [("pkb", 96, 96)], [])
    scene(folder, "b", [(PDIP, 96, 96, CELL, CELL)], [("pkb", 224, 224)], [])
    calm = tmp_path / "calm.jpg"
    cv2.imwrite(str(calm), painted(SIDE, SIDE, (PKB, 32, 32, CELL, CELL))[:, :, ::-1])
    nets.mkdir()
    numbers = NUMBERS | {"enrol": NUMBERS["enrol"] | {"cosine": 0.9, "strict_cosine": 0.9, "small": [0, 1, 0, 0, 0, 0]}}
    weights = weights_folder(nets, marks_json=json.dumps(numbers).encode())
    fewer = {name: row for name, row in MARKS.items() if name != "pkb"}
    monkeypatch.setattr(graphs, "MARKS", fewer)
    (nets / "less.classes.json").write_text(json.dumps(list(fewer)))
    (nets / "less.onnx").write_bytes(recogniser())
    picture = read_picture(emblem(tmp_path, PKB), "en")
    monkeypatch.setattr(enrolment, "pictures", lambda shared, party: [picture, picture])
    measured = Measured()
    enrolment.enrolment(measured, nets, folder, [calm], tmp_path, weights)
    figures = measured.figures["enrolment"]["parties"]
    assert figures["pkb from one"] == {
        "pictures": 1,
        "tries": 4,
        "named": 0.5,
        "by_size": {"32 px": 0.5},
        "false_on_negative": 1.0,
        "false_on_scenes": 0.0,
    }
    assert (figures["pkb from five"]["pictures"], figures["pkb from five"]["tries"]) == (2, 2)
    assert told(measured, "from one picture, all").of == 4
    assert told(measured, "false names a plain photo, all").met is False


def test_without_recognisers_the_section_says_how_to_train_them(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    measured = Measured()
    enrolment.enrolment(measured, tmp_path, tmp_path, [], tmp_path, weights_folder(tmp_path / "weights"))
    assert "--leave-out" in measured.lines[-1]
    assert {target.met for target in measured.targets} == {None}
