"""The recogniser: whose emblem a region shows, how sure, and when it rather says nothing."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from graphs import CELL, MARKS, NUMBERS, OFFICE, PDIP, PERINDO_OLD, PKB, UNSURE, WHITE, painted, recogniser

from poseguard.props.marks import CLOSER, GROW, UNKNOWN, Marks, log_odds, logistic, seen_twice

BOX = (64.0, 64.0, float(CELL), float(CELL))


def marks(**changed: object) -> Marks:
    return Marks(recogniser(), json.dumps({**NUMBERS, **changed}).encode())


def told(colour: tuple[int, int, int], score: float = 0.9, **changed: object):
    pixels = painted(160, 160, (colour, 64, 64, CELL, CELL))
    return marks(**changed).opinions(pixels, [BOX], [score])[0]


@pytest.mark.parametrize(("colour", "party"), [(PDIP, "pdip"), (PKB, "pkb"), (PERINDO_OLD, "perindo")])
def test_a_party_is_named_by_its_emblem(colour: tuple[int, int, int], party: str) -> None:
    opinion = told(colour)
    assert opinion.label == party
    assert opinion.confidence > 0.9
    assert opinion.second[0] != party


def test_an_older_logo_names_its_party_with_the_version() -> None:
    assert told(PERINDO_OLD).version == "perindo_old"
    assert told(PDIP).version is None


def test_the_versions_of_one_party_are_added_up() -> None:
    # A softer network gives both drawings some of the probability; the party has all of it.
    soft = told(PERINDO_OLD, temperature=4.0)
    things = [soft.confidence, soft.second[1]]
    alone = told(PERINDO_OLD, temperature=4.0, party={**NUMBERS["party"], "perindo": {"party": "x", "version": None}})
    assert soft.confidence > alone.confidence
    assert sum(things) <= 1


def test_an_office_emblem_and_plain_ground_name_nobody() -> None:
    assert told(OFFICE).label == "neg:kab"
    assert told(WHITE).label == "background"


def test_classes_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match="classes"):
        marks(classes=[*NUMBERS["classes"], "neg:other"])


def test_between_two_parties_it_says_unknown() -> None:
    opinion = told(UNSURE)
    assert opinion.label == UNKNOWN
    assert opinion.confidence < NUMBERS["least"]
    assert opinion.second[0] in ("pdip", "pkb")


def test_below_the_party_threshold_it_says_unknown_and_not_the_party() -> None:
    assert told(PDIP, least=0.99995).label == UNKNOWN


def test_the_detectors_score_counts_as_it_was_fitted() -> None:
    weights = [0.5, 1.0, 0.25]
    low, high = (told(UNSURE, score, logo=weights, least=0.01) for score in (0.1, 0.8))
    apart = log_odds(high.confidence) - log_odds(low.confidence)
    assert apart == pytest.approx(log_odds(0.8) - log_odds(0.1), abs=1e-3)


def test_without_scores_the_detector_has_no_say() -> None:
    pixels = painted(160, 160, (UNSURE, 64, 64, CELL, CELL))
    given = marks(logo=[0.0, 1.0, 1.0]).opinions(pixels, [BOX], [0.5])[0]
    assert marks(logo=[0.0, 1.0, 1.0]).opinions(pixels, [BOX])[0].confidence == given.confidence


def test_many_boxes_are_told_one_by_one_in_their_order() -> None:
    pixels = painted(2400, 160, *((PDIP if i % 3 else PKB, 64 * i, 64, CELL, CELL) for i in range(37)))
    boxes = [(64.0 * i, 64.0, float(CELL), float(CELL)) for i in range(37)]
    opinions = marks().opinions(pixels, boxes, [0.9] * 37)
    assert [one.label for one in opinions] == ["pdip" if i % 3 else "pkb" for i in range(37)]
    assert marks().opinions(pixels, []) == []


def test_a_box_at_the_rim_or_far_too_small_is_told_without_a_fault() -> None:
    pixels = painted(160, 160, (PDIP, 0, 0, CELL, CELL))
    for box in ((0.0, 0.0, 32.0, 32.0), (150.0, 150.0, 9.0, 30.0), (3.0, 3.0, 0.5, 0.5), (0.0, 0.0, 160.0, 160.0)):
        assert 0 <= marks().opinions(pixels, [box])[0].confidence <= 1


@pytest.mark.parametrize(
    "changed",
    [
        {"classes": [name for name in MARKS if name != "background"]},
        {"party": {"nobody": {"party": "nobody", "version": None}}},
        {"party": {}},
        {"temperature": 0},
        {"logo": [1.0, 1.0]},
        {"least": None},
        {"props": {"flag": {"scale": 1}}},
        {"trust": None},
        {"trust": math.nan},
        {"enrol": None},
    ],
    ids=str,
)
def test_numbers_that_do_not_fit_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        marks(**changed)


def test_log_odds_stay_finite() -> None:
    assert log_odds(0.0) == pytest.approx(-9.21, abs=0.01)
    assert log_odds(1.0) == pytest.approx(9.21, abs=0.01)
    assert logistic(-1e9) < 1e-20 and logistic(1e9) <= 1
    assert logistic(log_odds(0.3)) == pytest.approx(0.3)


class Measuring:
    """In place of a network: how much of each crop is the box's own white, and which box that is by its green."""

    def run(self, _: list[str], fed: dict[str, np.ndarray]) -> list[np.ndarray]:
        red, green = fed["crops"][:, 0], fed["crops"][:, 1]
        return [np.stack([red.mean((1, 2)), green.max((1, 2))], 1)]

    def get_outputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(shape=["N", 2])]


def test_each_box_is_seen_twice_and_the_mean_counts() -> None:
    count = 37  # several batches, the last not full
    pixels = np.zeros((100, 100 * count, 3), np.uint8)
    for i in range(count):
        pixels[30:70, 100 * i + 30 : 100 * i + 70] = (255, 100 + 4 * i, 0)
    said = seen_twice(Measuring(), "any", pixels, [(100.0 * i + 30, 30.0, 40.0, 40.0) for i in range(count)])
    assert said[:, 0] == pytest.approx((1 / GROW**2 + 1 / CLOSER**2) / 2, abs=0.02)
    assert said[:, 1] == pytest.approx([(100 + 4 * i) / 255 for i in range(count)], abs=0.01)
    assert seen_twice(Measuring(), "any", pixels, []).shape == (0, 2)
