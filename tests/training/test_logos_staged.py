"""Things hung behind people, with marks of nobody and people of two colours."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.wheel import from_wheel
from training.logos.banners import Brief
from training.logos.canvas import CLASSES, Canvas
from training.logos.cloth import Printed, Sheet
from training.logos.drape import limp_flag
from training.logos.fiction import LABEL, fictional_mark
from training.logos.places import Library
from training.logos.stage import Stage
from training.logos.staged import people_first, staged
from training.logos.worn import Person

SKIN, SHIRT, WALL = (190, 140, 110), (60, 90, 160), (170, 175, 165)


def photo_of(count: int) -> tuple[np.ndarray, np.ndarray, list[Person]]:
    """People in a row before a wall, and their outlines."""
    rgb, outline = np.full((480, 720, 3), WALL, np.uint8), np.zeros((480, 720), np.uint8)
    people = []
    for k in range(count):
        x = 100 + 130 * k
        for picture, skin, shirt in ((rgb, SKIN, SHIRT), (outline, (255,), (255,))):
            cv2.ellipse(picture, (x, 200), (22, 28), 0, 0, 360, skin, -1)
            cv2.rectangle(picture, (x - 45, 230), (x + 45, 420), shirt, -1)
        people.append(Person(0, (x - 22, 172, 44, 56), (x - 45, 172, 90, 248)))
    return rgb, outline, people


@pytest.fixture(scope="module")
def library() -> Library:
    rng = np.random.default_rng(5)
    marks = {f"fiction-{k}": [fictional_mark(rng)] for k in range(6)}
    rgb, outline, people = photo_of(5)
    return Library(marks, {LABEL: [fictional_mark(rng) for _ in range(4)]}, [rgb], people, [outline])


def test_staged_photos_show_what_group_photos_show(library: Library) -> None:
    names = []
    for k in range(40):
        rgb, seen = staged(library, np.random.default_rng([1, k]))
        assert rgb.shape == (320, 320, 3)
        for s in seen:
            x, y, w, h = s.box
            assert s.name in CLASSES
            assert min(x, y) >= 0
            assert max(x + w, y + h) <= 320
            names.append(s.name)
    assert {"logo", "spanduk", "poster", "flag", "attribute"} <= set(names)


def test_the_same_seed_stages_the_same(library: Library) -> None:
    first, again, other = (staged(library, np.random.default_rng([2, k])) for k in (0, 0, 1))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_people_stand_before_what_was_hung() -> None:
    rgb, outline, people = photo_of(3)
    canvas = Canvas.over(rgb)
    sheet = Sheet.blank(700, 300, (250, 0, 0), canvas.printed.prop("spanduk"))
    canvas.hang(sheet, np.float32([[10, 100], [710, 100], [710, 400], [10, 400]]))
    people_first(canvas, Stage(rgb, outline / np.float32(255), people, 56))
    assert (canvas.rgb[outline > 0] == rgb[outline > 0]).all()
    assert not canvas.things[outline > 0].any()
    assert canvas.things[150, 300] == 1
    assert canvas.rgb[150, 300].tolist() == [250, 0, 0]


def test_a_limp_flag_is_narrow_and_long_and_keeps_its_cloth() -> None:
    rng = np.random.default_rng(8)
    for _ in range(10):
        printed = Printed()
        sheet = limp_flag(Brief([fictional_mark(rng)], True, 60, "flag"), printed, rng)
        _, _, w, h = cv2.boundingRect((sheet.things > 0).astype(np.uint8))
        assert h > 1.2 * w
        assert (sheet.rgba[..., 3][sheet.things > 0] > 127).mean() > 0.95


def test_a_network_of_the_wheel_is_checked_before_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds neither"):
        from_wheel(tmp_path, "a/b.tflite", "0")
    with zipfile.ZipFile(tmp_path / "mediapipe-0.10.21-x.whl", "w") as wheel:
        wheel.writestr("a/b.tflite", b"net")
    with pytest.raises(SystemExit, match="is not the one"):
        from_wheel(tmp_path, "a/b.tflite", "0")
