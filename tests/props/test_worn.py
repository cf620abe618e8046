"""Upper bodies that wear a party's colours: told by emblems, colours and company, never by a shirt alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from graphs import NUMBERS, weights_folder

from poseguard.errors import WeightsError
from poseguard.props.detector import PropsDetector
from poseguard.props.worn import SIGNS, Worn, hues, met, signs, torsos
from poseguard.reading.photo import Pixels

RED, GREEN, GREY = (200, 20, 30), (20, 160, 40), (128, 128, 128)
WIDTH, HEIGHT = 400, 300
HEADS = [(40.0, 20.0, 40.0, 50.0), (160.0, 20.0, 40.0, 50.0), (280.0, 20.0, 40.0, 50.0)]


def dressed(*colours: tuple[int, int, int]) -> Pixels:
    pixels = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    for (x, y, w, h), colour in zip(HEADS, colours, strict=False):
        pixels[int(y + h) : int(y + 3 * h), int(x - w / 2) : int(x + 1.5 * w)] = colour
    return pixels


def shirts(count: int = 3) -> list[tuple[float, float, float, float]]:
    return torsos(HEADS[:count], [], WIDTH, HEIGHT)


def column(name: str, *args: object) -> list[float]:
    return [float(v) for v in signs(*args)[:, SIGNS.index(name)]]  # type: ignore[arg-type]


def test_an_upper_body_hangs_from_its_head_and_is_as_wide_as_its_body() -> None:
    (bare,) = torsos([(100.0, 50.0, 40.0, 50.0)], [], WIDTH, HEIGHT)
    assert bare == pytest.approx((67.5, 92.5, 105.0, 112.5))
    (led,) = torsos([(100.0, 50.0, 40.0, 50.0)], [(70.0, 45.0, 120.0, 130.0)], WIDTH, HEIGHT)
    assert led == pytest.approx((70.0, 92.5, 120.0, 82.5))
    (other,) = torsos([(100.0, 50.0, 40.0, 50.0)], [(300.0, 45.0, 90.0, 200.0)], WIDTH, HEIGHT)
    assert other == bare, "somebody else's body says nothing"
    assert torsos([(0.0, HEIGHT - 6.0, 5.0, 6.0)], [], WIDTH, HEIGHT) == [], "too little of it is in the picture"


def test_hues_are_shares_of_what_is_coloured() -> None:
    pixels = dressed(RED, GREY)
    red, grey = (hues(pixels, box) for box in shirts(2))
    assert red.argmax() in (0, 15) and 0.4 < red.max() <= 1.0
    assert not grey.any()
    assert hues(pixels, (-50.0, -50.0, 10.0, 10.0)).shape == (16,), "a box beside the picture is no error"


def test_people_in_one_colour_are_alike_and_one_alone_is_neither() -> None:
    pixels = dressed(RED, RED, GREEN)
    first, second, odd = column("alike", pixels, shirts(), [], [])
    assert first == pytest.approx(second)
    assert first > odd + 0.3
    assert column("alike", pixels, shirts(1), [], []) == pytest.approx([0.3])


def test_an_emblem_speaks_for_the_shirt_it_is_on_and_for_shirts_of_its_ground() -> None:
    pixels = dressed(RED, RED, GREEN)
    chest = [((50.0, 100.0, 20.0, 20.0), 0.9)]
    on = column("on", pixels, shirts(), chest, [])
    assert on[0] > on[1] == on[2]
    assert len(set(column("beside", pixels, shirts(), chest, []))) == 1
    carrier, same, other = column("emblem", pixels, shirts(), chest, [])
    assert carrier > 0.8 and same > 0.8 and other == pytest.approx(0.0, abs=0.01)
    assert column("emblem", pixels, shirts(), [(chest[0][0], 0.3)], [])[1] == pytest.approx(same / 3, rel=0.01)


def test_the_detector_has_a_word_where_its_box_is_the_same_shirt() -> None:
    one = shirts(1)[0]
    grown = (one[0] - 5, one[1], one[2] + 10, one[3])
    assert met(grown, one) and not met((one[0], one[1], one[2], one[3] / 4), one)
    pixels = dressed(RED)
    (unseen,) = column("detector", pixels, [one], [], [])
    (told,) = column("detector", pixels, [one], [], [(grown, 0.7)])
    assert told > unseen
    worn = Worn(NUMBERS["worn"] | {"detector": 3.0, "bias": 0.0})
    ((box, score, sure),) = worn.told(pixels, [one], [], [(grown, 0.7)])
    assert (box, score) == (grown, 0.7)
    assert sure > worn(signs(pixels, [one], [], [])[0])


def test_a_shirt_that_carries_an_emblem_is_told_and_no_shirt_alone() -> None:
    worn = Worn(NUMBERS["worn"])
    pixels = dressed(RED, RED, GREEN)
    chest = [((50.0, 100.0, 20.0, 20.0), 0.95)]
    assert [box for box, _, _ in worn.told(pixels, shirts(), chest, [])] == shirts()[:1]
    assert worn.told(pixels, shirts(), [], []) == []
    assert worn.told(pixels, [], chest, []) == []


def test_numbers_that_are_not_complete_are_refused(tmp_path: Path) -> None:
    lacking = {k: v for k, v in NUMBERS["worn"].items() if k != "alike"}
    folder = weights_folder(tmp_path, marks_json=json.dumps({**NUMBERS, "worn": lacking}).encode())
    with pytest.raises(WeightsError):
        PropsDetector(folder, lang="en")
