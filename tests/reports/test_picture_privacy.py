"""Pictures that leave the tool: heads covered for good, boxes drawn, no metadata, names that stay in their folder."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest
from PIL import Image
from report_samples import HEAD, all_reports, fist, group, scene_people, scene_photo, scene_pixels

from poseguard.errors import UsageError
from poseguard.people.types import Found, People
from poseguard.reading.photo import Pixels
from poseguard.reports.annotate import Annotator, marked_name
from poseguard.reports.picture import COLOURS, HEAD_MARGIN, Picture, Wants, picture, render
from poseguard.results import Box, Evidence


def decoded(jpeg: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


def cut(pixels: Pixels, box: Box) -> Pixels:
    x, y, width, height = (int(v) for v in box)
    return pixels[y : y + height, x : x + width]


def sharpness(pixels: Pixels) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


def test_a_head_is_covered_so_that_its_pattern_is_gone() -> None:
    shown = decoded(render(scene_photo(), scene_people(), group(), show_faces=True, draw=False))
    covered = decoded(render(scene_photo(), scene_people(), group(), draw=False))
    assert sharpness(cut(shown, HEAD)) > 1000
    assert sharpness(cut(covered, HEAD)) < 2
    assert cut(covered, HEAD).std() < 0.2 * cut(shown, HEAD).std()


def test_a_covered_head_says_the_same_for_two_faces_of_the_same_colours() -> None:
    """What is left are four by four means, so a face with the same means gives the same picture: nothing to restore."""
    one = scene_pixels()
    other = one.copy()
    face = cut(other, HEAD)
    face[:] = 255 - face[:, ::1]
    views = [decoded(render(scene_photo(pixels), scene_people(), group(), draw=False)) for pixels in (one, other)]
    assert np.abs(cut(views[0], HEAD).astype(int) - cut(views[1], HEAD)).max() <= 12


def test_a_reduced_photo_covers_the_same_heads() -> None:
    half = cv2.resize(scene_pixels(), (800, 500), interpolation=cv2.INTER_AREA)
    covered = decoded(render(scene_photo(half, 0.5), scene_people(), group(), draw=False))
    assert covered.shape == (500, 800, 3)
    assert sharpness(cut(covered, tuple(v / 2 for v in HEAD))) < 5  # type: ignore[arg-type]


def test_a_hand_beside_the_face_stays_to_be_checked_but_not_over_it() -> None:
    x, y, width, _ = HEAD
    beside = (x + width, y + 40.0, HEAD_MARGIN * width, 40.0)
    across = (x + 20.0, y + 40.0, 60.0, 60.0)
    pixels = scene_pixels()
    rows, columns = np.mgrid[0:40, 0 : int(beside[2])]
    cut(pixels, beside)[:] = ((rows // 3 + columns // 3) % 2 * 255)[..., None]
    hands = tuple(Evidence(f"hand-{i}", "hand", "peace", 0.9, box) for i, box in enumerate((beside, across), 1))
    report = replace(group(), evidence=hands, findings=())
    view = decoded(render(scene_photo(pixels), scene_people(), report, draw=False, quality=95))
    assert sharpness(cut(view, beside)) > 1000
    assert sharpness(cut(view, (x + 25, y + 45, 50, 50))) < 2


def test_thumbnail_and_close_ups_are_small_and_covered() -> None:
    made = picture(scene_photo(), scene_people(), group(), Wants(thumbnail=True))
    assert made is not None and made.thumbnail is not None and made.marked is None
    assert decoded(made.thumbnail).shape == (200, 320, 3)
    assert len(made.thumbnail) < 30_000
    assert [name for name, _ in made.crops] == ["hand-1", "hand-2", "hand-3", "hand-4", "hand-5"]
    assert all(max(decoded(data).shape) <= 128 for _, data in made.crops)


def test_without_a_search_for_heads_no_picture_leaves_unless_faces_may_show() -> None:
    assert picture(scene_photo(), None, group(), Wants(True, True)) is None
    assert picture(scene_photo(), None, group(), Wants(True, True), show_faces=True) is not None
    assert picture(replace(scene_photo(), pixels=None), scene_people(), group(), Wants(True, True)) is None


def test_a_flagged_hand_is_framed_in_the_colour_of_its_level_and_linked_hands_share_theirs() -> None:
    view = decoded(render(scene_photo(), scene_people(), group())).astype(int)

    def has(box: Box, colour: tuple[int, int, int]) -> bool:
        x, y, width, height = (int(v) for v in box)
        edge = view[y + height - 3 : y + height + 3, x + width // 4 : x + width // 2]
        return bool((np.abs(edge - colour).max(axis=-1) < 60).any())

    boxes = {one.id: one.box for one in group().evidence}
    levels = {finding.evidence[0]: finding.level for finding in group().findings}
    assert has(boxes["hand-1"], COLOURS[levels["hand-1"]])
    assert has(boxes["hand-4"], COLOURS[levels["hand-4"]])
    assert has(boxes["hand-5"], COLOURS[levels["hand-4"]])


def test_every_colour_carries_white_words_at_the_contrast_of_wcag_aa() -> None:
    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [v / 255 for v in colour]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in COLOURS.values())


def test_boxes_that_leave_the_photo_do_no_harm() -> None:
    odd = Evidence("hand-1", "hand", "peace", 0.9, (5000.0, -80.0, 10.0, 10.0))
    report = replace(group(), evidence=(odd,))
    people = People((), (Found((-50.0, -50.0, 20.0, 20.0), 0.5), Found((1590.0, 990.0, 90.0, 90.0), 0.5)), (), ())
    assert picture(scene_photo(), people, report, Wants(True, True)) is not None


def test_a_marked_copy_is_written_anew_without_exif_or_place(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    folder = tmp_path / "out"
    report = replace(group(), photo=replace(group().photo, path=str(source / "apel" / "IMG_1.jpg")))
    marked = picture(scene_photo(), scene_people(), report, Wants(marked=True))
    annotator = Annotator(folder, [source], "en")
    annotator.add(report, marked)
    (copy,) = folder.rglob("*.jpg")
    assert copy.parent == folder / "apel" and copy.name.startswith("IMG_1-aaaaaaaa-")
    opened = Image.open(copy)
    assert opened.size == (1600, 1000)
    assert not opened.getexif() and "exif" not in opened.info and "icc_profile" not in opened.info
    assert b"Exif" not in copy.read_bytes()


@pytest.mark.parametrize(
    "path", ["../../etc/passwd.jpg", "/etc/x.png", "a/../b/\x00\x1b.jpg", "con/nul.jpg", "\udcff" * 300]
)
def test_a_marked_copy_stays_in_its_folder_whatever_the_photo_is_called(path: str) -> None:
    name = marked_name(PurePath(path), path, None)
    assert not name.is_absolute() and ".." not in name.parts
    assert all(0 < len(part.encode()) < 120 and part.isprintable() for part in name.parts)
    assert not {part.lower() for part in name.parts} & {"con", "nul", "nul.jpg"}


def test_two_photos_never_share_a_marked_copy() -> None:
    same = "f" * 64
    names = {str(marked_name(PurePath("a.jpg"), path, same)).lower() for path in ("a.jpg", "A.JPG", "a.png", "x/a.jpg")}
    assert len(names) == 4


def test_marked_copies_do_not_leave_through_a_link_in_the_folder(tmp_path: Path) -> None:
    source, folder, elsewhere = (tmp_path / name for name in ("in", "out", "elsewhere"))
    for one in (source, folder, elsewhere):
        one.mkdir()
    (folder / "apel").symlink_to(elsewhere)
    report = replace(fist(), photo=replace(fist().photo, path=str(source / "apel" / "a.jpg")))
    Annotator(folder, [source], "en").add(report, Picture(marked=b"jpeg"))
    assert list(elsewhere.iterdir()) == []
    assert len(list(folder.glob("a-*.jpg"))) == 1


def test_a_folder_inside_the_scanned_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="inside a scanned folder"):
        Annotator(tmp_path / "marked", [tmp_path], "en")
    assert not (tmp_path / "marked").exists()


def test_photos_without_a_picture_get_no_copy(tmp_path: Path) -> None:
    annotator = Annotator(tmp_path / "out", [], "en")
    for report in all_reports():
        annotator.add(report, None)
    assert list((tmp_path / "out").iterdir()) == []
