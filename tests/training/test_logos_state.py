"""The state emblem of offices, drawn: parts of it are boxed, and to the recogniser that ships it is nobody's logo."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.props.marks import UNKNOWN, Marks
from poseguard.results import Box
from poseguard.weights.store import verified_bytes
from training.logos.state import SIDE, state_emblem

Pixels = NDArray[np.uint8]


def hung(seed: int, longest: int) -> tuple[Pixels, Box]:
    """On a plain wall, the box's longer side `longest` pixels."""
    rgba, (x, y, w, h) = state_emblem(np.random.default_rng([8, seed]))
    share = rgba[..., 3:] / 255
    wall = (rgba[..., :3] * share + np.array([205, 200, 190]) * (1 - share)).astype(np.uint8)
    zoom = longest / max(w, h)
    small = cv2.resize(wall, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8), (x * zoom, y * zoom, w * zoom, h * zoom)


def test_the_box_is_of_the_bird_its_shield_or_the_stars() -> None:
    drawn = [state_emblem(np.random.default_rng(seed)) for seed in range(60)]
    widths = Counter(sum(w > limit * SIDE for limit in (0.15, 0.5)) for _, (_, _, w, _) in drawn)
    assert widths.keys() == {0, 1, 2}
    for rgba, (x, y, w, h) in drawn:
        assert rgba.shape == (SIDE, SIDE, 4)
        gold, inside = rgba[round(y + h / 2), round(x + w / 2)], rgba[round(y) : round(y + h), round(x) : round(x + w)]
        assert gold[3] == 255
        assert (inside[..., :3].max(2) < 70).any(), "the star's black ground"
    again, _ = state_emblem(np.random.default_rng(0))
    assert np.array_equal(drawn[0][0], again)


def test_hardly_ever_is_a_party_named_on_it() -> None:
    # A recogniser that had not learned it named one, Ummat, on half of them.
    marks = Marks(verified_bytes("marks"), verified_bytes("marks_numbers"))
    opinions = []
    for seed in range(100):
        pixels, box = hung(seed, (24, 40, 64, 100)[seed % 4])
        opinions += marks.opinions(pixels, [box], [0.5])
    named = Counter(o.label for o in opinions if o.label in marks.parties - {UNKNOWN})
    assert len(opinions) == 100
    assert named.total() <= 3
