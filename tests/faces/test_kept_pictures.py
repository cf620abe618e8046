"""What is kept of an enrolled photo: one head, and of those who stand beside it nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from face_graphs import weights_folder

from poseguard.boxes import square
from poseguard.faces.enrol import portrait
from poseguard.faces.networks import load
from poseguard.people.types import Found, People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import PhotoInfo, Status

BUDI, OTHER = (60, 230, 30), (250, 40, 60)
HEAD = (100.0, 100.0, 200.0, 200.0)


@pytest.mark.parametrize("score", [0.9, 0.16])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_heads_of_others_are_painted_over(tmp_path: Path, score: float, scale: float) -> None:
    pixels = np.full((400, 400, 3), BUDI, np.uint8)
    pixels[200:260, 290:350] = OTHER
    found = tuple(
        Found((x / scale, y / scale, w / scale, h / scale), s)
        for (x, y, w, h), s in ((HEAD, 0.9), ((290, 200, 60, 60), score), ((95, 104, 190, 190), 0.3))
    )
    info = PhotoInfo("p.jpg", "0" * 64, round(400 / scale), round(400 / scale), "jpeg")
    people: Any = SimpleNamespace(find=lambda photo: People((), found, (), ()))
    one = portrait(ReadPhoto(info, Status.OK, None, pixels, scale), people, load(weights_folder(tmp_path), lang="en"))
    side = one.picture.shape[0]
    room = round(side * 0.3 / 1.6)
    assert (one.picture[room:-room, room:-room] == BUDI).mean() > 0.9, "the head itself is whole"
    beside = one.picture[:, round(side * 1.33 / 1.6) :]
    assert (np.abs(beside.astype(int) - OTHER).max(2) < 60).sum() == 0
    assert (np.abs(beside.astype(int) - 127).max(2) < 5).sum() > 500
    assert (pixels[200:260, 290:350] == OTHER).all(), "the photo is as it was"


@pytest.mark.parametrize(
    "box", [(-170.25, 10, 150, 150), (10, -170.25, 150, 150), (480, 10, 150, 150), (10, 900, 99, 99)]
)
@pytest.mark.parametrize("side", [16, 64])
def test_the_square_of_a_box_beside_the_picture_repeats_its_edge(
    box: tuple[float, float, float, float], side: int
) -> None:
    seen = square(np.full((400, 400, 3), 100, np.uint8), box, side, 1.25)
    assert seen.shape == (side, side, 3) and (seen == 100).all()
