"""Boxes that say the same thing become one, and each hand goes to the person who can reach it."""

from __future__ import annotations

import numpy as np
import pytest

from poseguard.people.detector import BODY, HAND, HEAD
from poseguard.people.search import owners
from poseguard.people.types import SURE_HEAD, Found, People
from poseguard.yolo import non_max_suppression


def rows(*found: tuple[int, float, float, float, float, float]) -> np.ndarray:
    return np.array(found, np.float32).reshape(-1, 6)


def test_of_boxes_that_overlap_the_best_stays() -> None:
    kept = non_max_suppression(
        rows((HAND, 0.6, 102, 100, 50, 50), (HAND, 0.9, 100, 100, 50, 50), (HAND, 0.5, 98, 103, 50, 48))
    )
    assert kept.tolist() == [pytest.approx([HAND, 0.9, 100, 100, 50, 50])]


def test_neighbours_stay_and_come_best_first() -> None:
    kept = non_max_suppression(rows((HAND, 0.4, 0, 0, 50, 50), (HAND, 0.8, 45, 0, 50, 50), (HAND, 0.6, 200, 0, 50, 50)))
    assert kept[:, 1] == pytest.approx([0.8, 0.6, 0.4])


def test_a_hand_before_a_face_hides_no_face() -> None:
    kept = non_max_suppression(rows((HAND, 0.4, 0, 0, 50, 50), (HEAD, 0.9, 0, 0, 50, 50), (BODY, 0.9, 0, 0, 50, 50)))
    assert sorted(kept[:, 0]) == [BODY, HEAD, HAND]


def test_how_much_may_overlap_is_told() -> None:
    two = rows((HAND, 0.9, 0, 0, 100, 100), (HAND, 0.8, 30, 0, 100, 100))  # IoU 70 / 130
    assert len(non_max_suppression(two, overlap=0.5)) == 1
    assert len(non_max_suppression(two, overlap=0.6)) == 2


def test_nothing_stays_nothing() -> None:
    assert non_max_suppression(rows()).shape == (0, 6)


def head(x: float, y: float, size: float = 40, score: float = 0.9) -> Found:
    """A head with its middle at x, y."""
    return Found((x - size / 2, y - size / 2, size, size), score)


def hand(x: float, y: float, size: float = 24) -> Found:
    return Found((x - size / 2, y - size / 2, size, size), 0.9)


def test_a_hand_belongs_to_the_nearest_person() -> None:
    heads = (head(100, 100), head(300, 100))
    hands = (hand(60, 90), hand(140, 190), hand(330, 60))
    assert owners(hands, heads) == (0, 0, 1)


def test_a_raised_hand_belongs_to_the_one_below_it_not_to_the_row_behind() -> None:
    behind, before = head(100, 100), head(160, 230)
    assert owners((hand(190, 250),), (behind, before)) == (1,)


def test_nobody_reaches_a_hand_that_is_far_away() -> None:
    assert owners((hand(400, 100),), (head(100, 100),)) == (None,)
    assert owners((hand(400, 100),), (head(100, 100, size=90),)) == (0,)


def test_without_heads_no_hand_has_an_owner() -> None:
    assert owners((hand(10, 10), hand(50, 50)), ()) == (None, None)
    assert owners((), (head(0, 0),)) == ()


def test_a_head_that_only_might_be_one_owns_nothing_and_is_not_counted() -> None:
    faint = head(100, 100, score=SURE_HEAD - 0.01)
    assert owners((hand(110, 150),), (faint,)) == (None,)
    assert People((), (faint, head(300, 100)), (), ()).count == 1


def test_people_are_heads_or_bodies_where_more_of_them_are_seen() -> None:
    body = Found((0, 0, 80, 200), 0.9)
    assert People((body,), (head(0, 0), head(90, 0)), (), ()).count == 2
    assert People((body, body), (), (), ()).count == 2
    assert People((), (), (hand(0, 0),), (None,)).count == 0
