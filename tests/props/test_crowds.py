"""Many in party clothes who stand together are one thing to look at."""

from __future__ import annotations

import pytest

from poseguard.props.crowds import FEWEST, around, crowds

NOBODYS: frozenset[str] = frozenset()
PKB, PDIP = frozenset({"pkb"}), frozenset({"pdip"})


def row(count: int, apart: float = 60.0, side: float = 40.0, y: float = 0.0) -> list[tuple[float, float, float, float]]:
    return [(apart * i, y, side, side) for i in range(count)]


def test_neighbours_of_neighbours_are_a_crowd() -> None:
    assert crowds(row(9), [NOBODYS] * 9, 1000) == [list(range(9))]


def test_a_few_are_shown_one_by_one() -> None:
    assert crowds(row(FEWEST - 1), [NOBODYS] * (FEWEST - 1), 1000) == []


@pytest.mark.parametrize("longest, found", [(410, 1), (390, 0)])
def test_who_is_large_in_the_photo_is_nobody_of_a_crowd(longest: float, found: int) -> None:
    assert len(crowds(row(9), [NOBODYS] * 9, longest)) == found


def test_who_stands_apart_is_left_out() -> None:
    clothes = [*row(7), (900.0, 0.0, 40.0, 40.0)]
    assert crowds(clothes, [NOBODYS] * 8, 1000) == [list(range(7))]
    assert crowds(row(9, apart=200), [NOBODYS] * 9, 1000) == []


def test_clothes_without_a_logo_join_and_two_parties_stay_apart() -> None:
    parties = [PKB, NOBODYS, PKB, NOBODYS, PKB, NOBODYS]
    assert crowds(row(6), parties, 1000) == [list(range(6))]
    both = row(6) + row(6, y=50)
    assert crowds(both, [PKB] * 6 + [PDIP] * 6, 1000) == [list(range(6)), list(range(6, 12))]
    assert crowds(both, [PKB] * 3 + [PDIP] * 3 + [NOBODYS] * 6, 1000) == [[0, 1, 2, *range(6, 12)]]


def test_its_box_holds_them_all() -> None:
    assert around([(10, 20, 30, 40), (5, 50, 10, 30)]) == (5, 20, 35, 60)
