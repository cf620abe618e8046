"""Where the search looks twice: only where that can find an emblem, and never at more than it needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import CELL, PDIP, SPANDUK, detector, painted

from poseguard.props.search import AFAR, FIRST, MOST, SECOND, PropsSearch, sane
from poseguard.yolo import YoloNetwork

LOGO = frozenset({0})


@pytest.fixture(scope="module")
def network() -> YoloNetwork:
    return YoloNetwork(detector())


@pytest.fixture
def passes(network: YoloNetwork, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[int, ...]]]:
    """(longest side, shape of the picture) of every pass of the network but the one from afar."""
    seen: list[tuple[int, tuple[int, ...]]] = []
    run = network.run

    def watched(pixels: np.ndarray, longest: int, score: float, pad: int = 0) -> Any:
        if longest != AFAR:
            seen.append((longest, pixels.shape[:2]))
        return run(pixels, longest, score, pad)

    monkeypatch.setattr(network, "run", watched)
    return seen


def search(network: YoloNetwork) -> PropsSearch:
    return PropsSearch(network, LOGO)


def test_a_photo_of_screen_size_is_looked_at_once_as_it_is(network: YoloNetwork, passes: list[Any]) -> None:
    (row,) = search(network).rows(painted(640, 480, (PDIP, 64, 96, CELL, CELL)))
    assert row[[0, 2, 3, 4, 5]].tolist() == pytest.approx([0, 64, 96, CELL, CELL], abs=0.1)
    assert passes == [(640, (480, 640))]


def test_few_people_and_nothing_to_see_cost_one_pass(network: YoloNetwork, passes: list[Any]) -> None:
    heads = [(300.0, 200.0, 260.0, 300.0), (900.0, 200.0, 240.0, 280.0)]
    assert len(search(network).rows(painted(1920, 1280), heads, [(200.0, 150.0, 600.0, 1100.0)])) == 0
    assert passes == [(FIRST, (1280, 1920))]


def test_a_photo_without_people_and_props_costs_one_pass(network: YoloNetwork, passes: list[Any]) -> None:
    assert len(search(network).rows(painted(1920, 1280))) == 0
    assert len(passes) == 1


def test_small_people_get_a_closer_look_around_them(network: YoloNetwork, passes: list[Any]) -> None:
    heads = [(400.0, 600.0, 60.0, 70.0), (900.0, 620.0, 60.0, 70.0)]
    bodies = [(360.0, 600.0, 140.0, 400.0), (860.0, 620.0, 140.0, 400.0)]
    search(network).rows(painted(1920, 1280), heads, bodies)
    assert len(passes) == 2
    longest, (height, width) = passes[1]
    assert width < 0.5 * 1920 and height < 0.5 * 1280
    assert longest == round(SECOND * max(height, width) / 1920)


def test_a_small_emblem_is_looked_at_again_and_found_where_it_is(network: YoloNetwork, passes: list[Any]) -> None:
    # 48 px in the photo: half a cell of the first look, a whole one of the second.
    pixels = painted(1920, 1280, (PDIP, 960, 576, 96, 96))
    rows = search(network).rows(pixels)
    assert len(passes) == 2
    assert len(rows) >= 1
    for _, _, x, y, w, h in rows:
        assert 960 - CELL <= x + w / 2 <= 1056 + CELL and 576 - CELL <= y + h / 2 <= 672 + CELL


def test_an_emblem_that_is_plain_needs_no_second_look(network: YoloNetwork) -> None:
    rows = np.array([[0, 0.9, 300, 300, 200, 200]], np.float32)
    assert search(network).closer(rows, (1280, 1920), [], []) is None
    rows[0, 1] = 0.3
    assert search(network).closer(rows, (1280, 1920), [], []) is not None


def test_a_prop_is_looked_at_again_however_plain_it_is(network: YoloNetwork) -> None:
    rows = np.array([[2, 0.95, 300, 300, 600, 200]], np.float32)
    region = search(network).closer(rows, (1280, 1920), [], [])
    assert region is not None
    left, top, right, bottom = region
    assert left <= 300 and top <= 300 and right >= 900 and bottom >= 500
    assert (right - left) * (bottom - top) < 0.3 * 1280 * 1920


def test_hints_all_over_the_photo_make_one_look_at_all_of_it(network: YoloNetwork) -> None:
    rows = np.array([[0, 0.2, 10, 10, 40, 40], [0, 0.2, 1800, 1200, 60, 60]], np.float32)
    assert search(network).closer(rows, (1280, 1920), [], []) == (0, 0, 1920, 1280)


def test_what_fills_the_photo_is_told_from_afar_and_nothing_else_is(
    network: YoloNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {AFAR: [[0, 0.9, 300, 100, 1000, 1000], [0, 0.9, 10, 10, 90, 90]]}

    def run(pixels: np.ndarray, longest: int, score: float, pad: int = 0) -> Any:
        return np.array(seen.get(longest, []), np.float32).reshape(-1, 6)

    monkeypatch.setattr(network, "run", run)
    (row,) = search(network).rows(painted(1920, 1280))
    assert row[2:].tolist() == [300, 100, 1000, 1000]


def test_what_the_piece_cuts_in_half_is_left_to_the_first_look(network: YoloNetwork, passes: list[Any]) -> None:
    # A wide banner: the hint is in its middle, its ends reach beyond any piece.
    pixels = painted(1920, 1280, (SPANDUK, 864, 576, 96, 96))
    rows = search(network).rows(pixels)
    assert len(passes) == 2
    assert (rows[:, 2] >= -1).all() and (rows[:, 2] + rows[:, 4] <= 1921).all()


def test_a_network_of_fixed_size_sees_the_whole_photo_once() -> None:
    fixed = YoloNetwork(detector(sides=(320, 320)))
    assert fixed.fixed == (320, 320)
    pixels = painted(1280, 960, (PDIP, 256, 512, 128, 128))
    best = search(fixed).rows(pixels)[0]
    assert best[2:].tolist() == pytest.approx([256, 512, 128, 128], abs=0.1)


def test_boxes_are_cut_to_the_photo_and_nonsense_is_dropped() -> None:
    odd = [[0, 0.9, -10, -5, 30, 30], [0, 0.8, 700, 10, 20, 20], [0, 0.7, np.nan, 1, 5, 5], [0, 0.6, 50, 50, -9, 9]]
    rows = sane(np.array([*odd, [1, 0.95, 600, 400, np.inf, 50]], np.float32), 640, 480)
    assert rows[:, 1:].tolist() == [pytest.approx([0.9, 0, 0, 20, 25])]
    assert sane(np.array([[0, 7, 1, 1, 9, 9]], np.float32), 640, 480)[0, 1] == 1
    many = np.tile(np.array([[0, 0.5, 10, 10, 20, 20]], np.float32), (3 * MOST, 1))
    assert len(sane(many, 640, 480)) == MOST


def test_a_sliver_of_a_photo_is_looked_at_without_a_fault(network: YoloNetwork) -> None:
    for width, height in ((1, 1), (900, 1), (3, 3000)):
        search(network).rows(painted(width, height), [(0.0, 0.0, 1.0, 1.0)])
