"""What `check` finds in a gallery, on embeddings whose cosines are known."""

from __future__ import annotations

import json
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from face_graphs import WIDTH, numbers
from PIL import Image

from poseguard.faces.checks import Kind, Trouble, check, fingerprint
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto, Matcher, copies
from poseguard.faces.numbers import Numbers
from poseguard.faces.sheet import COLUMNS, MOST_HEIGHT, SIDE, Cell, Row, drawn

NETWORK = "ab" * 32


def axis(k: int) -> np.ndarray:
    return np.eye(WIDTH, dtype=np.float32)[k]


def near(k: int, away: int, cosine: float) -> np.ndarray:
    """So much of axis `k`, the rest of axis `away`."""
    return np.asarray(cosine * axis(k) + np.sqrt(1 - cosine**2) * axis(away), np.float32)


def photo(digest: int, note: str = "", size: float = 90.0, mark: int = -1) -> GalleryPhoto:
    rng = np.random.default_rng(digest if mark < 0 else mark)
    return GalleryPhoto(f"{digest:064x}", "KPU", "2024", size, note, rng.bytes(8).hex())


def person(key: str, rows: Sequence[np.ndarray], photos: Sequence[GalleryPhoto]) -> Candidate:
    return Candidate(key, key.title(), "pemilu-2024", "", None, "", tuple(photos), np.stack(rows))


def three(key: str, k: int) -> Candidate:
    """Three photos that are alike (cosine .64), none of them a copy."""
    rows = [near(k, 10 + 3 * k + i, 0.8) for i in range(3)]
    return person(key, rows, [photo(100 * k + i) for i in range(3)])


def found(*candidates: Candidate) -> list[Trouble]:
    told = Numbers.read(json.dumps(numbers(NETWORK)).encode())
    return check(Matcher(Gallery(NETWORK, "2024-10-01", candidates=candidates), told, lang="en"))


def test_a_sound_gallery_gives_nothing() -> None:
    assert found(three("budi", 0), three("siti", 1)) == []


def test_fewer_than_three_independent_photos_are_told() -> None:
    whole = three("budi", 0)
    two = person("siti", [near(1, 13, 0.8), near(1, 14, 0.8)], [photo(11), photo(12)])
    assert found(whole, two) == [Trouble(Kind.FEW, "siti", score=2.0)]


def test_a_copy_is_told_with_its_original_and_does_not_count() -> None:
    rows = [near(0, 10, 0.8), near(0, 11, 0.8), near(0, 12, 0.8)]
    one = person("budi", [*rows, rows[1]], [photo(1), photo(2), photo(3), photo(4)])
    assert one.pictures == 3
    assert found(one) == [Trouble(Kind.COPY, "budi", photo(4).sha256, "budi", photo(2).sha256)]


def test_alike_faces_are_copies_only_with_like_fingerprints() -> None:
    assert not copies(photo(1), photo(2), 0.8)
    assert copies(photo(1), photo(2, mark=1), 0.8)
    assert not copies(photo(1), photo(2, mark=1), 0.7)
    assert copies(photo(1), photo(2), 0.95)
    assert copies(photo(1), photo(1), 0.0)


def test_one_fingerprint_is_of_a_picture_scaled_pressed_and_mirrored() -> None:
    rng = np.random.default_rng(3)
    # Faces have slopes, not noise: one grey in twelve places, smoothly joined.
    small = rng.integers(0, 255, (12, 12, 3), np.uint8)
    picture = np.asarray(cv2.resize(small, (112, 112), interpolation=cv2.INTER_CUBIC), np.uint8)
    done, pressed = cv2.imencode(".jpg", cv2.resize(picture, (60, 60)), [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert done
    again = np.asarray(cv2.resize(cv2.imdecode(pressed, cv2.IMREAD_COLOR), (112, 112)), np.uint8)
    other = np.asarray(cv2.resize(rng.integers(0, 255, (12, 12, 3), np.uint8), (112, 112)), np.uint8)
    one, same, mirrored, unlike = (
        GalleryPhoto(f"{k:064x}", "KPU", "", 90.0, "", fingerprint(crop))
        for k, crop in enumerate((picture, again, np.ascontiguousarray(picture[:, ::-1]), other))
    )
    assert copies(one, same, 0.8) and copies(one, mirrored, 0.8)
    assert not copies(one, unlike, 0.8)


def test_a_photo_unlike_the_others_is_told_and_the_others_are_not_blamed() -> None:
    budi = three("budi", 0)
    rows = [*budi.embeddings[:2], axis(9)]
    (told,) = found(person("budi", rows, budi.photos), three("siti", 1))
    assert (told.kind, told.photo) == (Kind.STRANGER, budi.photos[2].sha256)
    assert told.score is not None and told.threshold is not None and told.score < 0.05 < told.threshold


def test_a_photo_of_another_candidate_is_told_with_whose_it_is() -> None:
    budi, siti = three("budi", 0), three("siti", 1)
    rows = [*budi.embeddings[:2], near(1, 20, 0.9)]
    told = found(person("budi", rows, budi.photos), siti)
    assert [(one.kind, one.photo, one.other) for one in told] == [(Kind.OTHERS, budi.photos[2].sha256, "siti")]


def test_of_two_photos_that_differ_both_are_told() -> None:
    told = found(person("budi", [axis(0), axis(5)], [photo(1), photo(2)]), three("siti", 1))
    assert [one.photo for one in told if one.kind is Kind.STRANGER] == [photo(1).sha256, photo(2).sha256]


def test_a_stranger_cannot_hide_behind_a_copy() -> None:
    budi = three("budi", 0)
    rows = [*budi.embeddings, axis(9), axis(9)]
    told = found(person("budi", rows, [*budi.photos, photo(7), photo(8)]))
    assert {one.photo for one in told if one.kind is Kind.STRANGER} == {photo(7).sha256, photo(8).sha256}


@pytest.mark.parametrize("kind", [Kind.BLURRED, Kind.TURNED, Kind.MASKED])
def test_what_a_photo_was_enrolled_with_is_told_again(kind: Kind) -> None:
    budi = three("budi", 0)
    photos = [*budi.photos[:2], photo(3, note=kind.value)]
    assert found(person("budi", budi.embeddings, photos)) == [Trouble(kind, "budi", photo(3).sha256)]


def test_a_small_face_is_told_even_where_the_gate_came_later() -> None:
    budi = three("budi", 0)
    photos = [*budi.photos[:2], photo(3, size=31.0)]
    assert found(person("budi", budi.embeddings, photos)) == [Trouble(Kind.SMALL, "budi", photo(3).sha256)]


def test_candidates_who_look_alike_are_listed_once_with_their_highest_score() -> None:
    budi = person("budi", [near(0, 10 + i, 0.94) for i in range(3)], [photo(100 + i) for i in range(3)])
    rows = [0.94 * near(0, 9, 0.98) + np.sqrt(np.float32(0.1164)) * axis(20 + i) for i in range(3)]
    twin = person("siti", rows, [photo(300 + i) for i in range(3)])
    far = three("tono", 2)
    (told,) = found(budi, twin, far)
    assert (told.kind, {told.candidate, told.other}) == (Kind.ALIKE, {"budi", "siti"})
    centre = twin.centroid if told.candidate == "budi" else budi.centroid
    assert told.score == pytest.approx(
        float((budi if told.candidate == "budi" else twin).embeddings[0] @ centre), abs=1e-3
    )


def test_one_picture_under_two_candidates_is_told_once() -> None:
    budi, siti = three("budi", 0), three("siti", 1)
    rows = [*budi.embeddings, siti.embeddings[0]]
    told = found(person("budi", rows, [*budi.photos, siti.photos[0]]), siti)
    (copy,) = [one for one in told if one.kind is Kind.COPY]
    assert {copy.candidate, copy.other} == {"budi", "siti"} and copy.photo == copy.other_photo == siti.photos[0].sha256


def test_one_picture_under_two_candidates_is_found_however_unlike_their_other_photos_are() -> None:
    budi = three("budi", 0)
    rows, photos = [*budi.embeddings, axis(1)], [*budi.photos, photo(9)]
    wide = person("siti", [axis(k) for k in (1, 20, 21, 22, 23)], [photo(50 + k) for k in range(5)])
    assert float(rows[3] @ wide.centroid) < 0.5
    told = found(person("budi", rows, photos), wide)
    assert told[0] == Trouble(Kind.COPY, "budi", photo(9).sha256, "siti", photo(50).sha256)
    assert not [one for one in told if one.kind in (Kind.ALIKE, Kind.OTHERS)]


def test_a_copy_under_two_candidates_leaves_a_true_likeness_to_a_third_told() -> None:
    budi = person("budi", [near(0, 10 + i, 0.94) for i in range(3)], [photo(100 + i) for i in range(3)])
    rows = [0.94 * near(0, 9, 0.98) + np.sqrt(np.float32(0.1164)) * axis(20 + i) for i in range(3)]
    like = person("siti", rows, [photo(300 + i) for i in range(3)])
    tono = three("tono", 2)
    mixed = person("tono", [*tono.embeddings, budi.embeddings[0]], [*tono.photos, photo(9)])
    told = found(budi, like, mixed)
    assert [(one.candidate, one.other) for one in told if one.kind is Kind.COPY] == [("budi", "tono")]
    assert [{one.candidate, one.other} for one in told if one.kind is Kind.ALIKE] == [{"budi", "siti"}]


def test_of_two_photos_that_are_alike_only_the_one_like_somebody_else_is_told() -> None:
    """The other one is as much like its fellow as it should be."""
    rows = [near(0, 1, 0.6), near(0, 13, 0.9)]
    assert 0.5 < float(rows[0] @ rows[1]) < 0.6
    told = found(person("budi", rows, [photo(1), photo(2)]), person("siti", [axis(1)], [photo(11)]))
    (one,) = [each for each in told if each.kind in (Kind.STRANGER, Kind.OTHERS)]
    assert (one.kind, one.photo, one.other) == (Kind.OTHERS, photo(1).sha256, "siti")
    assert one.score is not None and one.threshold is not None and one.score > one.threshold


def test_the_decision_and_the_check_count_the_same_independent_photos() -> None:
    """A copy that only fingerprints tell, and one that is like another copy."""
    rows = [near(0, 10, 0.9), near(0, 11, 0.9), near(0, 12, 0.9)]
    one = person("budi", rows, [photo(1), photo(2, mark=1), photo(3)])
    assert float(rows[0] @ rows[1]) == pytest.approx(0.81)
    assert one.groups() == [[0, 1], [2]] and one.pictures == 2
    assert [each.score for each in found(one) if each.kind is Kind.FEW] == [2.0]
    chain = person("siti", [near(0, 1, c) for c in (1.0, 0.94, 0.77)], [photo(k) for k in (1, 2, 3)])
    assert chain.pictures == len(chain.groups()) == 2


def test_groups_hold_every_photo_once() -> None:
    rows = [axis(0), axis(1), axis(0), axis(1)]
    assert person("budi", rows, [photo(k) for k in range(4)]).groups() == [[0, 2], [1, 3]]


def square(shade: int) -> np.ndarray:
    return np.full((40, 40, 3), shade, np.uint8)


def test_a_sheet_shows_each_picture_and_frames_the_doubtful_ones() -> None:
    rows = [Row("Budi", (Cell(square(0), ("a",)), Cell(square(90), ("b",), ("blurred",)), Cell(None, ("c",))))]
    (page,) = drawn("kota.faces", rows)
    pixels = np.asarray(page)
    dark, middle = (pixels == 0).all(2), (pixels == 90).all(2)
    assert dark.sum() >= SIDE * SIDE and middle.sum() >= SIDE * SIDE * 0.98
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 60)
    assert np.flatnonzero(red.any(0)).min() > np.flatnonzero(dark.sum(0) > SIDE / 2).max()
    assert red.sum() > 3 * 4 * SIDE


def test_a_long_sheet_goes_on_over_pages_that_can_be_opened() -> None:
    rows = [Row(f"Calon {k}", tuple(Cell(square(120), ("x",)) for _ in range(COLUMNS + 1))) for k in range(40)]
    pages = list(drawn("kota.faces", rows))
    assert len(pages) > 1 and all(isinstance(page, Image.Image) and page.height <= MOST_HEIGHT + 200 for page in pages)
    shown = sum(int((np.asarray(page) == 120).all(2).sum()) for page in pages)
    assert shown >= 40 * (COLUMNS + 1) * SIDE * SIDE
