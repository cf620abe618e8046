"""Drawn pictures of marks and props, with marks of nobody in drawn places only."""

from __future__ import annotations

import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.logos.artwork import class_of, printings, renderings_of_side, without_ground
from training.logos.canvas import CLASSES, Canvas
from training.logos.cloth import Sheet, crumple, quad, shaded
from training.logos.compose import scene
from training.logos.crops import REACH, TILE, cut_off
from training.logos.fiction import LABEL, fictional_mark
from training.logos.make import unseen_elsewhere, yolo_rows
from training.logos.places import Library
from training.logos.redrawn import redrawn
from training.logos.sheet import contact_sheet
from training.logos.tiles import SIDE, tile
from training.props_data import drawn_things


@pytest.fixture(scope="module")
def library() -> Library:
    rng = np.random.default_rng(5)
    marks = {f"fiction-{k}": [fictional_mark(rng)] for k in range(8)}
    return Library(marks, {LABEL: [fictional_mark(rng) for _ in range(4)]}, [])


def row(file: str, label: str, rendering: str) -> dict[str, str]:
    return {"file": file, "label": label, "rendering_set": rendering}


ROWS = [
    *(row(f"party/a/{k}.png", "a", f"set{k}") for k in (1, 2, 7, 8)),
    *(row(f"party/a/1{k}.png", "a", "single") for k in range(4)),
    row("party/lone/3.png", "lone", "set8"),
    row("party_other/b_old/1.png", "b_old", "other"),
    *(row(f"negative/office-{k}/1.png", f"office-{k}", "neg-institution") for k in range(40)),
]


def test_a_rendering_is_on_one_side_only_and_every_one_is_used() -> None:
    train, test = ({r["file"] for r in renderings_of_side(ROWS, side)} for side in ("train", "test"))
    assert not train & test
    assert train | test == {r["file"] for r in ROWS}


def test_some_sets_and_every_second_single_rendering_are_kept_for_testing() -> None:
    test = {r["file"] for r in renderings_of_side(ROWS, "test") if r["label"] == "a"}
    assert test == {"party/a/7.png", "party/a/8.png", "party/a/11.png", "party/a/13.png"}


def test_a_party_with_one_rendering_is_trained_on() -> None:
    train = {r["label"] for r in renderings_of_side(ROWS, "train")}
    assert {"lone", "b_old"} <= train


def test_emblems_of_offices_are_parted_by_their_label() -> None:
    test = {r["label"] for r in renderings_of_side(ROWS, "test") if r["file"].startswith("negative")}
    assert test == {f"office-{k}" for k in range(40) if zlib.crc32(f"office-{k}".encode()) % 5 == 0}
    assert test


def test_regional_emblems_are_one_class_and_older_marks_say_so() -> None:
    assert class_of(row("negative/kab-x/1.png", "kab-x", "")) == ("neg:daerah", "")
    assert class_of(row("negative/bank/1.png", "bank", "")) == ("neg:bank", "")
    assert class_of(row("party_other/b_old/1.png", "b_old", "")) == ("b_old", "old")


def test_a_picture_that_another_table_lists_is_no_unseen_place() -> None:
    rows = [{"repo": "office", "path": f"{k}.jpg"} for k in range(4)]
    known = [{"repo": "office", "path": "2.jpg"}, {"repo": "school", "path": "1.jpg"}]
    assert [row["path"] for row in unseen_elsewhere(rows, known)] == ["0.jpg", "1.jpg", "3.jpg"]


def test_the_ground_is_removed_from_the_corners_but_not_from_inside_the_emblem() -> None:
    rgba = np.full((80, 80, 4), 255, np.uint8)
    cv2.circle(rgba, (40, 40), 30, (200, 0, 0, 255), 8)
    cut = without_ground(rgba)
    assert cut[2, 2, 3] == 0
    assert cut[40, 40, 3] == 255


def test_the_symbol_is_told_from_the_lettering_below_it() -> None:
    rgba = np.full((120, 90, 4), 255, np.uint8)
    cv2.circle(rgba, (45, 42), 36, (180, 20, 20, 255), -1)
    cv2.rectangle(rgba, (8, 92), (80, 108), (10, 10, 10, 255), -1)
    for mark in printings(rgba, "a", "", row("party/a/1.png", "a", "set1")):
        _, _, w, h = cv2.boundingRect(mark.mask)
        assert abs(w - 73) <= 2
        assert abs(h - 73) <= 2


def test_boxes_are_tight_about_what_a_crumpled_and_tilted_mark_covers() -> None:
    rng = np.random.default_rng(3)
    for _ in range(6):
        mark = fictional_mark(rng)
        canvas = Canvas.over(np.full((300, 300, 3), 127, np.uint8))
        sheet = Sheet.blank(180, 180, None)
        sheet.put(mark, (90, 90), 120, canvas.printed.mark(mark))
        sheet = shaded(sheet, crumple(180, 180, 0.8, rng))
        canvas.hang(sheet, quad(180, 180, 0.3, 0.2, rng) + np.float32(150))
        (seen,) = canvas.seen((0, 0, 300, 300))
        changed = np.abs(canvas.rgb.astype(int) - 127).max(axis=2) > 12
        x, y, w, h = cv2.boundingRect(changed.astype(np.uint8))
        assert np.allclose(seen.box, (x, y, w, h), atol=4)
        assert seen.visible > 0.97


def test_what_is_mostly_covered_has_no_box_and_the_rest_says_how_much_is_seen() -> None:
    rng = np.random.default_rng(4)
    for covered, kept in ((0.3, True), (0.8, False)):
        mark = fictional_mark(rng)
        canvas = Canvas.over(np.full((200, 200, 3), 127, np.uint8))
        sheet = Sheet.blank(120, 120, None)
        sheet.put(mark, (60, 60), 100, canvas.printed.mark(mark))
        canvas.hang(sheet, quad(120, 120, 0, 0, rng) + np.float32(100))
        right = 50 + 100 * covered
        wall = np.array([[50, 0], [right, 0], [right, 200], [50, 200]], np.float32)
        canvas.hang(Sheet.blank(100 * covered, 200, (9, 9, 9)), wall)
        seen = canvas.seen((0, 0, 200, 200))
        assert bool(seen) == kept
        assert all(0.5 < s.visible < 0.85 for s in seen)


def test_boxes_of_scenes_lie_in_the_picture_and_their_lines_are_readable(library: Library) -> None:
    found = []
    for k in range(30):
        rgb, seen = scene(library, np.random.default_rng([1, k]))
        assert rgb.shape == (320, 320, 3)
        for line, s in zip(yolo_rows(seen, 320), seen, strict=True):
            kind, cx, cy, w, h = (float(v) for v in line.split())
            assert CLASSES[int(kind)] == s.name
            assert (s.name == "logo") == (s.mark is not None)
            assert min(cx - w / 2, cy - h / 2) > -1e-4
            assert max(cx + w / 2, cy + h / 2) < 1 + 1e-4
            found.append(s.name)
    assert found.count("logo") > 10
    assert len(set(found)) >= 5


def test_what_a_scene_lists_is_read_back(library: Library, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    seen = [s for k in range(6) for s in scene(library, np.random.default_rng([1, k]))[1]]
    (tmp_path / "labels/000003.txt").write_text("\n".join(yolo_rows(seen, 320)))
    things = drawn_things(tmp_path, "000003")
    assert [name for name, _ in things] == [s.name for s in seen]
    assert np.allclose([box for _, box in things], [s.box for s in seen], atol=0.01)
    assert len(seen) > 1


def test_the_same_seed_draws_the_same_scene_and_another_seed_another(library: Library) -> None:
    first, again, other = (scene(library, np.random.default_rng([2, k])) for k in (0, 0, 1))
    assert np.array_equal(first[0], again[0])
    assert [s.box for s in first[1]] == [s.box for s in again[1]]
    assert not np.array_equal(first[0], other[0])


def test_things_of_an_office_get_no_box_of_their_own(library: Library) -> None:
    offices = Library({}, library.others, [])
    names = {s.name for k in range(20) for s in scene(offices, np.random.default_rng([6, k]))[1]}
    assert names == {"logo"}


def test_tiles_are_of_all_kinds_and_repeat_by_seed(library: Library) -> None:
    made = [tile(library, np.random.default_rng([3, k])) for k in range(60)]
    again = tile(library, np.random.default_rng([3, 7]))
    assert np.array_equal(made[7].rgb, again.rgb)
    assert all(t.rgb.shape == (SIDE, SIDE, 3) for t in made)
    assert all(t.size >= 8 for t in made)
    kinds = [t.label for t in made]
    assert "background" in kinds
    assert LABEL in kinds


def test_the_contact_sheet_needs_no_artwork_and_no_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "imread", lambda *_: pytest.fail("a file was read"))
    sheet = contact_sheet(0, rows=1)
    assert sheet.shape == (348, 6 * 320, 3)
    assert sheet.std() > 20


def test_an_emblem_drawn_anew_is_another_picture_of_the_same() -> None:
    rng = np.random.default_rng(3)
    mark = fictional_mark(rng)
    seen = [redrawn(mark, np.random.default_rng(k)) for k in range(6)]
    for one in seen:
        assert (one.label, one.version, one.solid) == (mark.label, mark.version, mark.solid)
        assert one.rgba.shape[:2] == one.mask.shape and one.rgba.shape[2] == 4
        for now, before in zip(cv2.boundingRect(one.mask)[2:], cv2.boundingRect(mark.mask)[2:], strict=True):
            assert 0.6 * before < now < 1.6 * before
        assert not np.array_equal(one.rgba, mark.rgba)
    again = redrawn(mark, np.random.default_rng(0))
    assert np.array_equal(again.rgba, seen[0].rgba) and np.array_equal(again.mask, seen[0].mask)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_left_of_a_cut_emblem_lies_where_it_is_said_to(seed: int) -> None:
    low, high = round((TILE - TILE / REACH) / 2), round((TILE + TILE / REACH) / 2)
    picture = np.zeros((TILE, TILE, 3), np.uint8)
    # No two pixels of the emblem are alike, so that what is repeated shows.
    picture[low:high, low:high] = np.random.default_rng(seed).integers(40, 255, (high - low, high - low, 3))
    out, longest, off = cut_off(picture, np.random.default_rng(seed))
    ys, xs = np.nonzero((out == picture).all(2) & (picture > 0).any(2))
    middle = np.array([(xs.min() + xs.max() + 1) / 2, (ys.min() + ys.max() + 1) / 2]) - TILE / 2
    assert middle == pytest.approx(off, abs=1.5) and np.abs(off).max() > 1
    assert min(np.ptp(xs), np.ptp(ys)) - 2 <= longest <= TILE / REACH + 1
