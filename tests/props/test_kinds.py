"""The second look at props: what it is shown, and what it says beside the detector."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import kinds, logo_embedder, painted, recogniser

from poseguard.props.kinds import CLASSES, SIDE, Kinds, Look, cut, dimmed

RED = (255, 0, 0)


def look(**likely: float) -> Look:
    rest = (1 - sum(likely.values())) / (len(CLASSES) - len(likely))
    return Look(np.array([likely.get(name, rest) for name in CLASSES], np.float32))


def test_what_lies_outside_the_box_is_dimmed_and_what_lies_inside_is_not() -> None:
    crop = np.full((100, 100, 3), 214, np.uint8)
    crop[:, 30:70] = 14
    out = dimmed(crop, 0.2, 0.5)
    assert (out[25:75, 40:60] == 14).all()
    assert (out[:20, 40:60] == 64).all() and (out[:, :30] == 164).all()


def test_a_long_banner_is_shown_whole_with_what_is_above_and_below_it() -> None:
    pixels = painted(400, 300, (RED, 100, 120, 200, 40))
    seen = cut(pixels, (100.0, 120.0, 200.0, 40.0))
    assert seen.shape == (SIDE, SIDE, 3)
    red = (seen == RED).all(2)
    assert red[SIDE // 2].mean() == pytest.approx(1 / 1.4, abs=0.03)
    assert red[:, SIDE // 2].mean() == pytest.approx(0.2 / 1.4, abs=0.03)
    assert seen[5, 5].tolist() == [185, 185, 185], "white at half its strength"


def test_a_box_at_the_rim_is_looked_at_like_any_other() -> None:
    pixels = painted(64, 48)
    boxes = [(0.0, 0.0, 3.0, 3.0), (60.0, 40.0, 4.0, 8.0), (0.0, 0.0, 64.0, 48.0)]
    told = Kinds(kinds([float(k) for k in range(8)])).looks(pixels, boxes)
    assert len(told) == 3
    for one in told:
        assert one.kinds.sum() == pytest.approx(1.0)
        assert one.kinds.argmax() == len(CLASSES) - 1
    assert Kinds(kinds()).looks(pixels, []) == []


@pytest.mark.parametrize(
    ("size", "room", "kind"),
    [((200, 200), 0, "poster"), ((380, 200), 4, "poster"), ((500, 200), 0, "spanduk"), ((200, 200), 30, "baliho")],
)
def test_of_a_print_that_is_all_of_the_picture_its_shape_says_what_it_is(
    size: tuple[int, int], room: int, kind: str
) -> None:
    sees_a_board = Kinds(kinds([4.0, 3.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]))
    box = (room / 2, room / 2, float(size[0] - room), float(size[1] - room))
    (told,) = sees_a_board.looks(painted(*size), [box])
    assert CLASSES[int(told.kinds.argmax())] == kind
    assert told.kinds.sum() == pytest.approx(1.0)
    assert told.likeliest("spanduk", 1.0)[0][0] == ("spanduk" if kind == "baliho" else kind)


def test_the_detector_is_believed_unless_the_look_is_much_surer() -> None:
    seen = look(baliho=0.5, poster=0.3, nothing=0.15)
    assert seen.likeliest("poster", 0.0) == (("baliho", pytest.approx(0.5)), ("poster", pytest.approx(0.3)))
    assert seen.likeliest("poster", 1.0)[0] == ("poster", pytest.approx(0.3))
    doubtful = look(baliho=0.1, nothing=0.8)
    assert doubtful.likeliest("baliho", 1.0) == (("baliho", pytest.approx(0.1)), ("nothing", pytest.approx(0.8)))


@pytest.mark.parametrize(
    "model",
    [kinds((0.0,) * 7), kinds((0.0,) * 9), kinds((np.nan,) * 8), logo_embedder(), recogniser()],
    ids=("seven", "nine", "not numbers", "an embedder", "a recogniser"),
)
def test_another_network_is_refused_before_the_first_photo(model: bytes) -> None:
    with pytest.raises(ValueError):
        Kinds(model)
