"""The people pass with the network that ships, on the drawn samples: who is found, at which size, where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from poseguard.people.detector import HEAD
from poseguard.people.search import FIRST, ROOM, SECOND, SMALL, PeopleSearch
from poseguard.reading.photo import ReadPhoto
from poseguard.results import PhotoInfo, Status

AFAR = (SMALL, ROOM)
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def search() -> PeopleSearch:
    return PeopleSearch()


@pytest.fixture
def passes(search: PeopleSearch, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The (longest side, room) of every pass of the real network."""
    seen: list[tuple[int, int]] = []
    run = search._net.run

    def watched(pixels: np.ndarray, longest: int, score: float, pad: int = 0) -> Any:
        seen.append((longest, pad))
        return run(pixels, longest, score, pad)

    monkeypatch.setattr(search._net, "run", watched)
    return seen


def pixels_of(name: str) -> np.ndarray:
    picture = cv2.imread(str(SAMPLES / name))
    assert picture is not None, f"samples/{name} is missing: make samples"
    return np.ascontiguousarray(picture[..., ::-1])


def photo_of(pixels: np.ndarray, scale: float = 1.0) -> ReadPhoto:
    height, width = pixels.shape[:2]
    info = PhotoInfo("p.jpg", "0" * 64, round(width / scale), round(height / scale), "jpeg")
    return ReadPhoto(info, Status.OK, None, pixels, scale)


def zoomed(pixels: np.ndarray, longest: int) -> np.ndarray:
    factor = longest / max(pixels.shape[:2])
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way))


def test_one_person_with_a_thumb_up_is_found(search: PeopleSearch) -> None:
    people = search.find(photo_of(pixels_of("01-jempol.jpg")))
    assert people.count == 1
    assert len(people.hands) >= 1
    assert 0 in people.owner


def test_a_group_is_counted_and_its_hands_have_owners(search: PeopleSearch) -> None:
    people = search.find(photo_of(pixels_of("10-rombongan.jpg")))
    assert 8 <= people.count <= 10
    assert len(people.hands) >= 8
    assert len(people.owner) == len(people.hands)
    assert len({owner for owner in people.owner if owner is not None}) >= 5


def test_an_empty_office_has_nobody(search: PeopleSearch) -> None:
    assert search.find(photo_of(pixels_of("09-kantor-kosong.jpg"))).count == 0


def test_boxes_lie_within_reason(search: PeopleSearch) -> None:
    pixels = pixels_of("10-rombongan.jpg")
    height, width = pixels.shape[:2]
    people = search.find(photo_of(pixels))
    for found in (*people.bodies, *people.heads, *people.hands):
        x, y, w, h = found.box
        assert w > 0 and h > 0
        assert -0.1 * width < x and x + w < 1.1 * width
        assert -0.1 * height < y and y + h < 1.1 * height
        assert 0 < found.score <= 1


def test_boxes_are_in_pixels_of_the_full_photo(search: PeopleSearch) -> None:
    pixels = pixels_of("01-jempol.jpg")
    as_read, reduced = search.find(photo_of(pixels)), search.find(photo_of(pixels, scale=0.25))
    assert len(reduced.hands) == len(as_read.hands)
    for one, four in zip(as_read.hands, reduced.hands, strict=True):
        np.testing.assert_allclose(np.multiply(one.box, 4), four.box, rtol=1e-4)
    assert reduced.owner == as_read.owner


def test_a_small_close_up_is_enlarged_with_room_around(search: PeopleSearch, passes: list[tuple[int, int]]) -> None:
    search.rows(zoomed(pixels_of("01-jempol.jpg"), 200))
    assert passes == [(SMALL, ROOM)]


def test_a_photo_of_screen_size_is_looked_at_once_as_it_is(search: PeopleSearch, passes: list[tuple[int, int]]) -> None:
    search.rows(zoomed(pixels_of("01-jempol.jpg"), 600))
    assert passes == [(600, 0), AFAR]


def test_large_people_need_no_closer_look(search: PeopleSearch, passes: list[tuple[int, int]]) -> None:
    pixels = zoomed(pixels_of("01-jempol.jpg"), 1400)
    # The head and the raised hand fill the frame.
    (head,) = search.find(photo_of(pixels)).heads[:1]
    x, y, w, h = (round(v) for v in head.box)
    close = pixels[max(0, y - h) : y + 3 * h, max(0, x - 2 * w) : x + 3 * w]
    passes.clear()
    search.rows(zoomed(close, 1400))
    assert [one for one in passes if one != AFAR] == [(FIRST, 0)]


def test_of_a_face_that_fills_the_photo_the_best_box_is_kept_and_its_parts_are_no_heads(
    search: PeopleSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    eyes = [[HEAD, 0.5, 300, 300, 90, 60], [HEAD, 0.4, 500, 300, 90, 60]]
    beside = [HEAD, 0.6, 900, 100, 90, 90]
    large = [[HEAD, 0.5, 190, 90, 600, 700], [HEAD, 0.9, 200, 100, 600, 700], [HEAD, 0.6, 210, 110, 600, 700]]

    def run(pixels: np.ndarray, longest: int, score: float, pad: int = 0) -> Any:
        return np.array(large if (longest, pad) == AFAR else [*eyes, beside], np.float32)

    monkeypatch.setattr(search._net, "run", run)
    rows = search.rows(np.zeros((1000, 1000, 3), np.uint8))
    assert sorted(rows[:, 2].tolist()) == [200, 900]


def test_small_hands_and_heads_get_a_closer_look(search: PeopleSearch, passes: list[tuple[int, int]]) -> None:
    search.rows(zoomed(pixels_of("10-rombongan.jpg"), 2600))
    assert passes == [(FIRST, 0), (SECOND, 0)]


def test_where_nobody_was_seen_a_closer_look_makes_sure(search: PeopleSearch, passes: list[tuple[int, int]]) -> None:
    search.rows(zoomed(pixels_of("09-kantor-kosong.jpg"), 1100))
    assert passes == [(FIRST, 0), (SECOND, 0), AFAR]


def test_the_closer_look_finds_no_hand_twice(search: PeopleSearch) -> None:
    found = search.find(photo_of(zoomed(pixels_of("10-rombongan.jpg"), 2600))).hands
    for n, a in enumerate(found):
        for b in found[n + 1 :]:
            width = min(a.box[0] + a.box[2], b.box[0] + b.box[2]) - max(a.box[0], b.box[0])
            height = min(a.box[1] + a.box[3], b.box[1] + b.box[3]) - max(a.box[1], b.box[1])
            shared = max(width, 0) * max(height, 0)
            assert shared <= 0.6 * (a.box[2] * a.box[3] + b.box[2] * b.box[3] - shared)


def test_a_sliver_of_a_photo_is_looked_at_without_a_fault(search: PeopleSearch) -> None:
    for shape in ((1, 1), (1, 900), (3000, 3)):
        search.rows(np.full((*shape, 3), 90, np.uint8))


def test_the_network_is_named(search: PeopleSearch) -> None:
    (digest,) = search.digests()
    assert digest.name == "people"
