"""The drawn hands are true to their joints, and the samples are what expected.toml says they are."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
sys.path.insert(0, str(ROOT))

from poseguard.results import Hand, Level, Status  # noqa: E402
from training.render import POSES, make, render_hand  # noqa: E402
from training.render.face_people import View, draw_identity, draw_view  # noqa: E402
from training.render.faces import render_face  # noqa: E402
from training.render.scene import Person, render_scene  # noqa: E402

EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("samples_draw", SAMPLES / "draw.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng([90, seed])


@pytest.mark.parametrize("pose", POSES)
def test_a_hand_lies_in_its_box_and_covers_its_joints(pose: str) -> None:
    drawn = render_hand(pose, size=96, rng=rng())
    x, y, w, h = drawn.box
    assert max(w, h) == pytest.approx(96, abs=0.5)
    alpha = drawn.rgba[..., 3]
    for joints in drawn.joints:
        assert joints.shape == (21, 2)
        assert (joints >= (x - 1, y - 1)).all() and (joints <= (x + w + 1, y + h + 1)).all()
        covered = alpha[joints[:, 1].astype(int), joints[:, 0].astype(int)] > 127
        assert covered.mean() > 0.95
    assert len(drawn.joints) == (2 if pose == "hand_heart" or drawn.details.get("kind") == "clasped" else 1)


def tip_heights(pose: str, seed: int) -> NDArray[np.float32]:
    """How far each fingertip is above the wrist, in sizes of the hand; straight view."""
    joints = render_hand(pose, size=100, rng=rng(seed), view=(0.0, 0.0, 0.0)).joints[0]
    tips = [Hand.THUMB_TIP, Hand.INDEX_TIP, Hand.MIDDLE_TIP, Hand.RING_TIP, Hand.PINKY_TIP]
    return np.asarray((joints[Hand.WRIST, 1] - joints[tips, 1]) / 100, np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_raised_fingers_are_the_highest(seed: int) -> None:
    for pose, up in {"one": {1}, "peace": {1, 2}, "four": {1, 2, 3, 4}, "rock": {1, 4}}.items():
        heights = tip_heights(pose, seed)
        folded = set(range(1, 5)) - up
        assert min(heights[list(up)]) > max((heights[i] for i in folded), default=0.0), pose


@pytest.mark.parametrize("seed", range(4))
def test_a_thumb_points_up_in_like_and_down_in_dislike(seed: int) -> None:
    assert tip_heights("like", seed)[0] > 0.2
    assert tip_heights("dislike", seed)[0] < -0.2


def test_the_same_seed_draws_the_same_hand_and_another_seed_another() -> None:
    first, again, other = (render_hand("ok", size=64, rng=rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first.rgba, again.rgba)
    assert not np.array_equal(first.joints[0], other.joints[0])


def test_a_left_hand_is_a_right_hand_mirrored() -> None:
    right, left = (render_hand("call", size=80, rng=rng(3), side=s, skin=2, sleeve=False) for s in ("right", "left"))
    mirrored = right.rgba.shape[1] - right.joints[0][:, 0]
    assert left.joints[0][:, 0] == pytest.approx(mirrored, abs=0.6)


def test_an_unknown_pose_is_refused() -> None:
    with pytest.raises(KeyError):
        render_hand("salute", size=64, rng=rng())


def test_a_scene_knows_its_people_and_keeps_its_boxes_inside() -> None:
    people = [Person((90, 80), 40, ("palm", "hidden")), Person((230, 80), 40, ("hidden", "fist"))]
    scene = render_scene(rng(4), people, size=(320, 240), place="office")
    assert (len(scene.bodies), len(scene.heads)) == (2, 2)
    assert {(h.pose, h.person) for h in scene.hands} == {("palm", 0), ("fist", 1)}
    for x, y, w, h in (*scene.bodies, *scene.heads, *(hand.box for hand in scene.hands)):
        assert x >= 0 and y >= 0 and x + w <= 320 and y + h <= 240 and w > 4 and h > 4


def ahead(view: View) -> View:
    """The same from the front, with a still face."""
    return replace(view, yaw=0.0, pitch=0.0, roll=0.0, smile=0.0, gap=0.0, squint=0.0, gaze=(0.0, 0.0))


@pytest.mark.parametrize("seed", range(6))
def test_five_points_lie_on_the_face_in_their_order(seed: int) -> None:
    drawn = render_face(seed, 0, size=90)
    x, y, w, h = drawn.box
    left, right, nose, corner, other = drawn.points
    assert ((drawn.points >= (x, y)) & (drawn.points <= (x + w, y + h))).all()
    assert left[0] < right[0] and corner[0] < other[0]
    assert max(left[1], right[1]) < nose[1] < min(corner[1], other[1])
    assert (drawn.rgba[drawn.points[:, 1].astype(int), drawn.points[:, 0].astype(int), 3] == 255).all()
    assert 0.8 * 90 < h < 1.35 * 90


def test_a_head_turned_moves_its_nose_and_not_its_eyes_middle() -> None:
    who = draw_identity(3)
    view = ahead(draw_view(rng()))
    nose = [render_face(who, replace(view, yaw=yaw), size=100).points for yaw in (-20.0, 0.0, 20.0)]
    offset = [float(p[2, 0] - p[:2, 0].mean()) / float(p[1, 0] - p[0, 0]) for p in nose]
    assert offset[1] == pytest.approx(0, abs=0.02)
    assert abs(offset[0]) > 0.08 and offset[0] * offset[2] < 0


def test_eyes_are_dark_where_their_points_are() -> None:
    who = replace(draw_identity(3), tone=(230.0, 190.0, 160.0), glasses=False)
    drawn = render_face(who, ahead(draw_view(rng())), size=160)
    grey = drawn.rgba[..., :3].mean(axis=2)
    for x, y in drawn.points[:2].astype(int):
        cheek = grey[y + 22 : y + 28, x - 3 : x + 4].mean()
        assert grey[y - 3 : y + 4, x - 3 : x + 4].min() < 0.5 * cheek


def test_an_identity_is_the_same_under_every_view_and_a_picture_is_its_seeds() -> None:
    first, again, turned, other = (render_face(i, v, size=64) for i, v in ((1, 0), (1, 0), (1, 1), (2, 0)))
    assert np.array_equal(first.rgba, again.rgba)
    assert not np.array_equal(first.rgba, turned.rgba) and not np.array_equal(first.rgba, other.rgba)


def test_people_with_a_face_keep_their_hands_and_their_place() -> None:
    people = [Person((90, 80), 40, ("palm", "hidden"), face=(1, 0)), Person((230, 80), 40, ("hidden", "fist"))]
    scene = render_scene(rng(4), people, size=(320, 240), place="office")
    assert {(h.pose, h.person) for h in scene.hands} == {("palm", 0), ("fist", 1)}
    (face,) = scene.faces
    assert (face.identity, face.person) == (1, 0)
    assert scene.heads[0] == pytest.approx(face.box)
    assert np.abs(face.points.mean(axis=0) - (90, 80)).max() < 14


def test_drawn_faces_for_training_come_with_their_boxes_and_points(tmp_path: Path) -> None:
    rows = [row for _, table in make.faces(tmp_path, 3) for row in table]
    assert [row[0] for row in rows] == ["0000.jpg", "0001.jpg", "0002.jpg"]
    for row in rows:
        assert len(row) == len(make.HEADERS["faces"])
        with Image.open(tmp_path / str(row[0])) as picture:
            assert all(0 <= float(v) <= max(picture.size) for v in row[2:])
    assert list(make.faces(tmp_path, 3)) == []


def test_candidate_stands_in_one_sample_and_hangs_in_another(drawing: ModuleType) -> None:
    seventeen, eighteen = (drawing.SAMPLES[name].people for name in ("17-bersama-calon.jpg", "18-poster-calon.jpg"))
    assert [person.face[0] for person in seventeen].count(drawing.CANDIDATE) == 1
    assert drawing.CANDIDATE not in [person.face[0] for person in eighteen]
    views = {person.face[1] for person in seventeen if person.face[0] == drawing.CANDIDATE}
    assert not views & {one.view for one in drawing.PORTRAITS.values()}
    assert {one.identity for one in drawing.PORTRAITS.values()} == {drawing.CANDIDATE}
    assert drawing.CANDIDATE < make.FIRST_IDENTITY


def test_a_redrawn_portrait_is_the_one_that_is_kept(drawing: ModuleType) -> None:
    name = "calon-contoh/potret-2.jpg"
    with Image.open(SAMPLES / name) as kept:
        assert np.abs(np.asarray(kept.convert("RGB"), float) - drawing.portrait(name)).mean() < 6


def test_every_sample_is_drawn_and_expected_and_all_stay_small(drawing: ModuleType) -> None:
    files = {p.relative_to(SAMPLES).as_posix() for p in SAMPLES.rglob("*") if p.suffix in (".jpg", ".webp", ".png")}
    assert files == set(EXPECTED) == {*drawing.SAMPLES, *drawing.PORTRAITS, drawing.LOGO}
    assert sum((SAMPLES / name).stat().st_size for name in files) < 3_000_000


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_expectation_is_well_formed(name: str) -> None:
    one = EXPECTED[name]
    assert set(one) == {"status", "labels", "allowed", "level", "note"}
    assert Status(one["status"]) and Level(one["level"])
    assert set(one["labels"]) | set(one["allowed"]) <= set(POSES) - {"other"}


def test_truth_of_the_drawing_agrees_with_what_is_expected(drawing: ModuleType) -> None:
    for name in ("03-kepal.jpg", "05-metal.jpg", "10-rombongan.jpg"):
        poses = [hand.pose for hand in drawing.draw(name).hands]
        for pose, least in EXPECTED[name]["labels"].items():
            assert poses.count(pose) >= least
    assert poses.count("like") == 5


def test_a_redrawn_sample_is_the_one_that_is_kept(drawing: ModuleType) -> None:
    scene = drawing.draw("12-exif-webp.webp")
    with Image.open(SAMPLES / "12-exif-webp.webp") as kept:
        kept_upright = np.asarray(kept.convert("RGB").transpose(Image.Transpose.ROTATE_180), float)
    assert np.abs(kept_upright - scene.rgb).mean() < 6


@pytest.mark.parametrize(("name", "orientation"), [("11-exif-putar.jpg", 6), ("12-exif-webp.webp", 3)])
def test_turned_samples_carry_their_orientation(name: str, orientation: int) -> None:
    with Image.open(SAMPLES / name) as photo:
        assert photo.getexif()[0x0112] == orientation


def test_the_damaged_sample_cannot_be_read_whole() -> None:
    with Image.open(SAMPLES / "13-terpotong.jpg") as photo, pytest.raises(OSError, match="truncated"):
        photo.load()
