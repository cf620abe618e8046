"""The symbol of a logo without its lettering."""

from __future__ import annotations

import cv2
import numpy as np

from poseguard.props.symbol import symbols

RED, BLACK, WHITE, GREEN = (200, 20, 30), (10, 10, 10), (255, 255, 255), (10, 140, 60)


def sheet(height: int, width: int, ground: tuple[int, int, int] | None = None) -> np.ndarray:
    """Clear all over, or opaque and of one colour."""
    out = np.zeros((height, width, 4), np.uint8)
    if ground:
        out[:] = (*ground, 255)
    return out


def disc(rgba: np.ndarray, x: int, y: int, radius: int, colour: tuple[int, int, int] = RED) -> None:
    cv2.circle(rgba, (x, y), radius, (*colour, 255), -1)


def words(rgba: np.ndarray, top: int, bottom: int, left: int = 4, right: int | None = None) -> None:
    """Four black letters between two rows."""
    right = right or rgba.shape[1] - 4
    for k in range(4):
        start = left + k * (right - left) // 4
        rgba[top:bottom, start : start + (right - left) // 5] = (*BLACK, 255)


def test_the_disc_above_its_letters_is_the_symbol() -> None:
    logo = sheet(200, 140)
    disc(logo, 70, 66, 62)
    words(logo, 150, 196)
    (found,) = symbols(logo)
    assert found.shape[:2] == (125, 125) and np.array_equal(found, logo[4:129, 8:133])


def test_lettering_on_either_side_is_left_out() -> None:
    logo = sheet(130, 400)
    disc(logo, 330, 65, 60)
    words(logo, 40, 90, right=240)
    (found,) = symbols(logo)
    assert found.shape[:2] == (121, 121)


def test_on_a_coloured_ground_rows_of_that_ground_are_the_gap() -> None:
    logo = sheet(220, 200, GREEN)
    disc(logo, 100, 80, 60)
    words(logo, 170, 205, left=20, right=180)
    trimmed, symbol = symbols(logo)
    assert trimmed.shape[:2] == (185, 152) and symbol.shape[:2] == (121, 121)
    assert symbol[0, 0].tolist() == [*GREEN, 255], "it lies on its ground"


def test_a_page_around_the_logo_is_left_out_too() -> None:
    logo = sheet(300, 300, WHITE)
    disc(logo, 150, 110, 60)
    words(logo, 190, 225, left=90, right=212)
    assert symbols(logo)[-1].shape[:2] == (121, 121)


def test_a_logo_in_one_piece_has_no_symbol_of_its_own() -> None:
    logo = sheet(120, 120)
    disc(logo, 60, 60, 59)
    assert symbols(logo) == []


def test_wings_above_their_letters_are_a_symbol() -> None:
    logo = sheet(160, 200)
    cv2.ellipse(logo, (100, 50), (96, 44), 0, 0, 360, (*RED, 255), -1)
    words(logo, 120, 150)
    (found,) = symbols(logo)
    assert found.shape[:2] == (89, 193)
    flat = sheet(140, 200)
    cv2.ellipse(flat, (100, 32), (96, 30), 0, 0, 360, (*RED, 255), -1)
    words(flat, 104, 138)
    assert symbols(flat) == [], "what is three times as wide as high is lettering"


def test_of_two_cells_the_first_is_the_symbol() -> None:
    logo = sheet(104, 250, WHITE)
    logo[3:101, 3:101] = logo[3:101, 104:247] = (*GREEN, 255)
    disc(logo, 52, 48, 30)
    logo[30:70, 120:230:12] = (*WHITE, 255)
    found = symbols(logo)[0]
    assert found.shape[:2] == (98, 98) and np.array_equal(found, logo[3:101, 3:101])
    logo[3:101, 101:104] = (*GREEN, 255)
    assert all(part.shape[1] > 200 for part in symbols(logo)), "no line, no cells"


def test_of_letters_in_a_row_none_is_the_symbol() -> None:
    letters = sheet(60, 300)
    words(letters, 2, 58)
    assert symbols(letters) == []


def test_what_is_clear_or_tiny_has_none() -> None:
    assert symbols(sheet(40, 40)) == []
    tiny = sheet(8, 6)
    disc(tiny, 3, 2, 2)
    assert symbols(tiny) == []


def test_a_rim_of_which_no_pixel_is_like_its_middle_ends_too() -> None:
    """The median of these three colours is far from each of them."""
    rgba = sheet(90, 90, BLACK)
    rgba[..., :3] = np.array([(0, 0, 23), (0, 23, 0), (23, 0, 0)], np.uint8)[np.add.outer(range(90), range(90)) % 3]
    assert symbols(rgba) == []
