"""Whether a face is a candidate's: unknown by default, and named wrongly no more often than promised."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from poseguard.errors import UsageError
from poseguard.faces.gallery import BAND, FEWEST, NAMED_WRONGLY, Candidate, Decision, Gallery, GalleryPhoto, Matcher
from poseguard.faces.numbers import Gates, Numbers

WIDTH = 64
NETWORK = "a" * 64
GATES = Gates(32, 0, 0.8, 0.5, 0.5)
# The tail of the normal distribution, for strangers who are spread so.
TAIL = ((0.0, 1.2816, 2.3263, 3.0902, 3.719, 4.2649, 4.7534), (-0.30103, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0))
# One direction that everybody shares, and less spread in it.
MEAN = np.zeros(WIDTH, np.float32)
MEAN[0] = 0.3
ROOT = np.diag(np.r_[0.03, np.full(WIDTH - 1, np.sqrt((1 - 0.09) / (WIDTH - 1)))]).astype(np.float32)
NUMBERS = Numbers(NETWORK, MEAN, ROOT, TAIL, 25.0, 2.0, GATES, {1: 0.05, 2: 0.02}, 0.05)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def people(count: int, rng: np.random.Generator) -> np.ndarray:
    """Strangers' true embeddings, as NUMBERS describe them."""
    return unit(MEAN + rng.normal(size=(count, WIDTH)) @ ROOT.T)


def photos(person: np.ndarray, count: int, rng: np.random.Generator, noise: float = 0.09) -> np.ndarray:
    return unit(person + rng.normal(size=(count, WIDTH)) * noise)


def candidate(key: str, embeddings: np.ndarray) -> Candidate:
    shown = tuple(GalleryPhoto(f"{k:064x}", "KPU", "2024-01-01", 90.0) for k in range(len(embeddings)))
    return Candidate(key, key.upper(), "pilkada-2024", "", 1, "", shown, embeddings)


def gallery(rows: Sequence[np.ndarray]) -> Gallery:
    made = tuple(candidate(f"c{i}", each) for i, each in enumerate(rows))
    return Gallery(NETWORK, "2024-01-01", candidates=made)


def matcher(rows: Sequence[np.ndarray], numbers: Numbers = NUMBERS) -> Matcher:
    return Matcher(gallery(rows), numbers, lang="en")


def one_hot(*at: int) -> np.ndarray:
    row = np.zeros(WIDTH, np.float32)
    row[list(at)] = 1
    return unit(row)


def toward(a: np.ndarray, b: np.ndarray, cosine: float) -> np.ndarray:
    """Between two that are at right angles: so near to `a`."""
    return np.asarray(cosine * a + np.sqrt(1 - cosine**2) * b, np.float32)


@pytest.mark.parametrize("size", [1, 18, 200])
def test_at_most_one_unknown_face_in_a_thousand_is_named_and_nearly_all_known_ones_are(size: int) -> None:
    rng = np.random.default_rng([7, size])
    known = people(size, rng)
    judge = matcher([photos(one, 3, rng) for one in known], replace(NUMBERS, margin=0.0))
    strangers = people(40_000, rng)
    named = [judge.decide(one).candidate is not None for one in strangers]
    assert sum(named) / len(named) <= 1.3 * NAMED_WRONGLY
    told = [judge.decide(photos(one, 1, rng)[0]) for one in known for _ in range(max(1, 200 // size))]
    right = [f"c{i}" for i in range(size) for _ in range(max(1, 200 // size))]
    assert np.mean([d.candidate == want for d, want in zip(told, right, strict=True)]) > 0.9
    assert not any(d.candidate not in (None, want) for d, want in zip(told, right, strict=True))


def test_without_the_rise_for_size_too_many_would_be_named() -> None:
    """The check above could not fail if thresholds were far too high."""
    rng = np.random.default_rng(8)
    judge = matcher([photos(one, 3, rng) for one in people(200, rng)], replace(NUMBERS, margin=0.0))
    alone = matcher([photos(people(1, rng)[0], 3, rng)]).thresholds.mean()
    named = [(judge.centroids @ one).max() >= alone for one in people(4000, rng)]
    assert np.mean(named) > 10 * NAMED_WRONGLY


def test_a_face_between_two_candidates_goes_unnamed() -> None:
    a, b = one_hot(1), one_hot(2)
    judge = matcher([a[None], b[None]], replace(NUMBERS, few={}))
    clear, torn = judge.decide(toward(a, one_hot(3), 0.9)), judge.decide(one_hot(1, 2))
    assert (clear.candidate, clear.second) == ("c0", "c1") and clear.margin == pytest.approx(0.9)
    assert torn.candidate is None and torn.score > torn.threshold and torn.margin == pytest.approx(0, abs=1e-6)
    assert not torn.possible


def test_a_face_just_under_the_threshold_is_possible_and_one_further_off_is_unknown() -> None:
    a, other = one_hot(1), one_hot(2)
    judge = matcher([np.stack([a] * 3)], replace(NUMBERS, few={}))
    least = float(judge.thresholds[0])

    def at(cosine: float) -> Decision:
        return judge.decide(toward(a, other, cosine))

    over, under, far = at(least + 0.001), at(least - 0.001), at(least - BAND - 0.001)
    assert (over.candidate, over.possible) == ("c0", False)
    assert (under.candidate, under.nearest, under.possible) == (None, "c0", True)
    assert (far.candidate, far.possible) == (None, False)
    assert over.margin is None and over.second is None
    assert over.likelihood == pytest.approx(1 / (1 + np.exp(-25 * 0.001 - 2)), abs=1e-3)
    assert over.likelihood > under.likelihood > far.likelihood


def test_fewer_photos_and_copies_of_one_make_the_threshold_stricter() -> None:
    rng = np.random.default_rng(9)
    person = people(1, rng)[0]
    three = photos(person, 3, rng)
    assert three[0] @ three[1] < 0.95

    def extra(rows: np.ndarray) -> float:
        judge = matcher([rows])
        theirs = NUMBERS.strangers(judge.centroids)
        least = theirs.mean + theirs.spread * NUMBERS.z(NAMED_WRONGLY / FEWEST)
        return float((judge.thresholds - least)[0])

    assert extra(three) == pytest.approx(0, abs=1e-4)
    assert extra(three[:2]) == pytest.approx(0.02, abs=1e-4)
    assert extra(three[:1]) == extra(three[[0, 0, 0]]) == pytest.approx(0.05, abs=1e-4)


def test_a_face_is_held_against_how_alike_the_candidates_own_photos_are() -> None:
    """Drawn faces, say: of a kind that no numbers know, they are more alike than strangers and less than one person."""
    middle, odd = one_hot(1), [one_hot(k) for k in (2, 3, 4)]
    near = matcher([np.stack([toward(middle, one, 0.85**0.5) for one in odd])], replace(NUMBERS, few={}))
    far = matcher([np.stack([toward(middle, one, 0.4**0.5) for one in odd])], replace(NUMBERS, few={}))
    assert near.gallery.candidates[0].alike == pytest.approx(0.85) and near.gallery.candidates[0].pictures == 3
    assert far.thresholds[0] == pytest.approx(near.strangers.cosine(near.standard, near.strangers)[0], abs=0.02)
    assert near.thresholds[0] == pytest.approx(0.6 * 0.85) and near.thresholds[0] > far.thresholds[0] + 0.05
    face = toward(near.centroids[0], one_hot(9), float(near.thresholds[0]) - 0.01)
    assert near.decide(face).candidate is None
    assert near.decide(toward(near.centroids[0], one_hot(9), float(near.thresholds[0]) + 0.01)).candidate == "c0"


def test_candidates_who_look_alike_raise_the_thresholds_and_few_of_them_less() -> None:
    rng = np.random.default_rng(10)

    def clan(count: int) -> list[np.ndarray]:
        shared = people(1, rng)[0]
        return [photos(unit(one + 0.7 * shared), 3, rng) for one in people(count, rng)]

    strangers = matcher([photos(one, 3, rng) for one in people(40, rng)])
    alike, few = matcher(clan(40)), matcher(clan(3))
    assert strangers.alike == pytest.approx((0, 1), abs=0.15)
    assert alike.alike[0] > 1.5 > few.alike[0] > 0
    theirs = NUMBERS.strangers(alike.centroids)
    assert (alike.thresholds > theirs.mean + theirs.spread * (NUMBERS.z(NAMED_WRONGLY / 40) + 1.4)).all()
    assert min(one.alike[1] for one in (strangers, alike, few)) >= 1


def test_a_face_that_is_a_little_like_everybody_has_to_be_more_like_a_candidate() -> None:
    judge = matcher([np.stack([one_hot(1)] * 3)])
    rare, common = (judge.decide(toward(one_hot(1), one_hot(k), 0.7)) for k in (2, 0))
    assert rare.score == pytest.approx(common.score)
    assert common.threshold > rare.threshold + 0.02


def test_standard_scores_and_cosines_are_told_from_each_other() -> None:
    some, others = NUMBERS.strangers(people(5, np.random.default_rng(1))), NUMBERS.strangers(one_hot(0, 3))
    cosines = some.cosine(3.0, others)
    assert some.standard(cosines, others) == pytest.approx(np.full(5, 3.0), abs=1e-4)
    assert others.cosine(3.0, some) == pytest.approx(cosines, abs=1e-6)


def test_one_candidate_alone_is_compared_with_strangers_only() -> None:
    assert matcher([one_hot(1)[None]]).alike == (0.0, 1.0)


def test_the_photo_that_is_most_alike_is_told() -> None:
    rng = np.random.default_rng(11)
    rows = photos(people(1, rng)[0], 4, rng)
    assert [matcher([rows]).decide(row).photo for row in rows] == [0, 1, 2, 3]


def test_ten_thousand_candidates_are_searched_in_under_five_milliseconds() -> None:
    rng = np.random.default_rng(12)
    wide = replace(NUMBERS, mean=np.zeros(256, np.float32), root=np.eye(256, dtype=np.float32) / 16)
    judge = matcher([one[None] for one in unit(rng.normal(size=(10_000, 256)))], wide)
    probes = unit(rng.normal(size=(60, 256)))
    judge.decide(probes[0])

    def seconds(probe: np.ndarray) -> float:
        start = time.perf_counter()
        judge.decide(probe)
        return time.perf_counter() - start

    # The best of many: a busy machine slows single runs, never speeds one up.
    spent = [seconds(probe) for probe in probes]
    assert min(spent) < 0.005


def test_a_gallery_of_another_network_and_an_empty_one_are_refused() -> None:
    with pytest.raises(UsageError, match="another face network") as told:
        Matcher(replace(gallery([one_hot(1)[None]]), network="b" * 64), NUMBERS, lang="en")
    assert "rebuild" in told.value.remedy
    with pytest.raises(UsageError, match="belum berisi"):
        Matcher(gallery([]), NUMBERS, lang="id")


def test_an_embedder_that_nobody_measured_gets_one_conservative_threshold() -> None:
    rng = np.random.default_rng(13)
    assumed = Numbers.assumed(NETWORK, WIDTH, GATES)
    rows = [photos(one, 3, rng) for one in people(100, rng)]
    assert matcher(rows[:18], assumed).thresholds == pytest.approx(np.full(18, 0.55))
    assert matcher(rows, assumed).thresholds == pytest.approx(np.full(100, 0.55), abs=0.001)
    assert matcher(rows, Numbers.assumed(NETWORK, WIDTH, GATES, 0.06)).thresholds[0] == pytest.approx(0.61, abs=0.001)
    many = matcher([one[None] for one in people(1000, rng)], replace(assumed, few={}))
    assert many.thresholds[0] == pytest.approx(0.55 + 0.073, abs=0.001)


@pytest.mark.parametrize("far", [0.4, 0.05, 1e-3, 3e-5, 1e-6])
def test_the_tail_is_read_between_its_points(far: float) -> None:
    z = NUMBERS.z(far)
    logs = np.interp(z, TAIL[0], TAIL[1])
    assert logs == pytest.approx(np.log10(far))


def test_beyond_the_tail_it_goes_on_as_it_ended() -> None:
    steps = np.diff([NUMBERS.z(far) for far in (1e-6, 1e-7, 1e-8)])
    assert steps == pytest.approx([TAIL[0][-1] - TAIL[0][-2]] * 2)
    assert NUMBERS.z(0.9) < 0


def test_beyond_the_tail_two_points_close_together_do_not_decide() -> None:
    near = replace(NUMBERS, tail=((*TAIL[0], TAIL[0][-1] + 0.01), (*TAIL[1], TAIL[1][-1] - 0.3)))
    steps = np.diff([near.z(far) for far in (1e-7, 1e-8, 1e-9)])
    assert steps == pytest.approx([(TAIL[0][-1] + 0.01 - TAIL[0][-2]) / 1.3] * 2)
    assert near.z(10 ** near.tail[1][-1]) == pytest.approx(near.tail[0][-1])
