"""Two opinions on a hand are weighed into one pose, `other`, or an honest "cannot be told"."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from poseguard.hands.detector import kept, linked
from poseguard.hands.pose import OTHER, POSES, Fusion, log_softmax
from poseguard.results import Box, Evidence

NUMBERS: dict[str, Any] = {
    "crop": [0.8, 0.0],
    "landmarks": [0.0, 0.0, 0.6, 0.0],
    "alone": 1.0,
    "other_by_size": 0.0,
    "bias": dict.fromkeys(POSES, 0.0),
    "thresholds": {p: [0.6, 0.8] for p in POSES if p != "other"},
    "small_px": 60,
    "large_px": 110,
    "plainly_other": 0.95,
    "smallest_px": 20,
    "company": {"strength": 5, "least": 0.5, "most": 10, "usual": {p: 0.86 if p == "other" else 0.01 for p in POSES}},
    "hand": [2.0, 1.0, 0.5],
    "least_hand": 0.4,
}


def fusion(**changes: Any) -> Fusion:
    return Fusion(json.dumps(NUMBERS | changes).encode())


def opinion(**sure: float) -> np.ndarray:
    """Log probabilities: those named, and the rest in equal parts."""
    rest = (1 - sum(sure.values())) / (len(POSES) - len(sure))
    return np.log(np.array([sure.get(p, rest) for p in POSES], np.float32))


def test_probabilities_sum_to_one_with_and_without_landmarks() -> None:
    for second in (None, opinion(peace=0.8)):
        told = fusion().probabilities(opinion(peace=0.7), second, 0.9, 60)
        assert told.sum() == pytest.approx(1, abs=1e-5)


def test_two_opinions_that_agree_are_surer_than_one() -> None:
    one = fusion(alone=0.8).probabilities(opinion(peace=0.6), None, 0.0, 60)
    two = fusion(alone=0.8).probabilities(opinion(peace=0.6), opinion(peace=0.6), 0.9, 60)
    assert two[POSES.index("peace")] > one[POSES.index("peace")]


def test_other_is_believed_less_of_a_small_hand() -> None:
    def ordinary(size: float) -> float:
        told = fusion(other_by_size=0.5).probabilities(opinion(ok=0.4, other=0.4), None, 0.0, size)
        return float(told[OTHER])

    assert ordinary(48) == pytest.approx(0.4, abs=0.02)
    assert ordinary(24) < ordinary(48) < ordinary(120)


def test_landmarks_weigh_by_their_presence() -> None:
    def fist(presence: float) -> float:
        told = fusion().probabilities(opinion(one=0.6, fist=0.3), opinion(fist=0.9), presence, 60)
        return float(told[POSES.index("fist")])

    assert fist(0.1) < 0.5 < fist(1.0)


def test_a_doubtful_hand_is_believed_where_others_pose_alike() -> None:
    doubtful, others = np.exp(opinion(like=0.3, other=0.6)), [np.exp(opinion(like=0.9))] * 4
    ordinary = [np.exp(opinion(other=0.9))] * 4
    like = POSES.index("like")
    among = {name: fusion().in_company([doubtful, *rest])[0] for name, rest in (("like", others), ("other", ordinary))}
    assert among["like"][like] > 0.7 > 0.3 > among["other"][like]
    assert among["like"].argmax() == like != among["other"].argmax()
    assert all(p.sum() == pytest.approx(1, abs=1e-5) for p in among.values())


def test_a_hand_by_itself_has_no_company() -> None:
    alone = np.exp(opinion(like=0.6, fist=0.3))
    np.testing.assert_allclose(fusion().in_company([alone])[0], alone, rtol=1e-5)
    assert fusion().in_company([]) == []


def test_a_lone_pose_in_a_crowd_keeps_half_its_odds() -> None:
    like = POSES.index("like")
    told = fusion().in_company([np.exp(opinion(like=0.9)), *[np.exp(opinion(other=0.98))] * 60])[0]
    assert told[like] / (1 - told[like]) > 0.4 * 9


def test_a_sure_fist_among_thumbs_stays_a_fist() -> None:
    told = fusion().in_company([np.exp(opinion(fist=0.9)), *[np.exp(opinion(like=0.95))] * 8])[0]
    assert told.argmax() == POSES.index("fist")


def test_a_weight_never_turns_an_opinion_round() -> None:
    against = fusion(landmarks=[-5.0, 0, 0, 0]).probabilities(opinion(peace=0.6), opinion(peace=0.9), 1.0, 60)
    without = fusion(landmarks=[0.0, 0, 0, 0]).probabilities(opinion(peace=0.6), opinion(peace=0.9), 1.0, 60)
    np.testing.assert_allclose(against, without)


def test_a_pose_is_named_from_its_own_threshold_on() -> None:
    strict = fusion(thresholds=NUMBERS["thresholds"] | {"peace": [0.9, 0.9]})
    probabilities = np.exp(opinion(peace=0.8))
    assert fusion().judge(probabilities, 60).label == "peace"
    held_back = strict.judge(probabilities, 60)
    assert (held_back.label, held_back.unreadable) == ("other", True)
    assert held_back.confidence == pytest.approx(probabilities[OTHER])


def test_a_large_hand_has_to_be_plainer_than_a_small_one() -> None:
    probabilities = np.exp(opinion(peace=0.7))
    assert fusion().judge(probabilities, 60).label == "peace"
    assert fusion().judge(probabilities, 110).label == "other"


def test_a_box_that_is_hardly_a_hand_hardly_shows_a_pose() -> None:
    sure, doubtful = (
        fusion().probabilities(opinion(peace=0.9), opinion(peace=0.9), 1.0, 60, hand)[POSES.index("peace")]
        for hand in (1.0, 0.3)
    )
    assert doubtful == pytest.approx(0.3 * sure)


def test_a_part_of_a_hand_is_no_second_hand() -> None:
    whole, part, other = (0.0, 0.0, 40.0, 40.0), (5.0, 5.0, 20.0, 20.0), (60.0, 0.0, 40.0, 40.0)
    assert kept([whole, part, other], [0.9, 0.8, 0.7], 0.45) == [0, 2]
    assert kept([whole, part], [0.5, 0.8], 0.45) == [1]
    assert kept([whole, other], [0.9, 0.4], 0.45) == [0]


def test_a_hand_that_is_too_small_is_unreadable_rather_than_guessed() -> None:
    probabilities = np.exp(opinion(like=0.97))
    assert fusion().judge(probabilities, 20).label == "like"
    told = fusion().judge(probabilities, 19.9)
    assert (told.label, told.unreadable) == ("other", True)


def test_an_ordinary_hand_is_other_and_was_read() -> None:
    told = fusion().judge(np.exp(opinion(other=0.7)), 60)
    assert (told.label, told.unreadable) == ("other", False)
    assert told.confidence == pytest.approx(0.7, abs=1e-3)


def test_a_box_is_kept_by_both_words_for_it() -> None:
    weigh = fusion()
    assert weigh.hand(0.5, 0.9) > 0.5
    assert weigh.hand(0.11, 0.05) < 0.2
    assert weigh.hand(0.11, 0.05) < weigh.hand(0.11, 0.9)


def test_log_softmax_survives_large_numbers() -> None:
    out = log_softmax(np.array([[1e4, 0, -1e4]], np.float32))
    assert np.isfinite(out[0, 0])
    assert np.exp(out).sum() == pytest.approx(1)


def hand(name: str, label: str, box: Box) -> Evidence:
    return Evidence(name, "hand", label, 0.9, box, details={"person": 1})


def test_the_two_hands_of_a_heart_name_each_other() -> None:
    told = linked(
        [
            hand("hand-1", "hand_heart", (0, 0, 40, 50)),
            hand("hand-2", "hand_heart", (45, 0, 40, 50)),
            hand("hand-3", "peace", (90, 0, 40, 50)),
        ]
    )
    assert [e.details.get("pair") for e in told] == ["hand-2", "hand-1", None]
    assert all(e.details["person"] == 1 for e in told)


def test_hearts_are_paired_with_the_nearest_hand() -> None:
    told = linked(
        [
            hand("hand-1", "hand_heart", (0, 0, 40, 40)),
            hand("hand-2", "hand_heart", (90, 0, 40, 40)),
            hand("hand-3", "hand_heart", (135, 0, 40, 40)),
            hand("hand-4", "hand_heart", (-45, 0, 40, 40)),
        ]
    )
    assert [e.details.get("pair") for e in told] == ["hand-4", "hand-3", "hand-2", "hand-1"]


def test_a_heart_without_its_other_hand_stays_alone() -> None:
    told = linked([hand("hand-1", "hand_heart", (0, 0, 40, 40)), hand("hand-2", "hand_heart", (400, 0, 40, 40))])
    assert all("pair" not in e.details for e in told)
