"""Names that were given, each face beside the gallery photo that it is most like. Shows people: never committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from poseguard.boxes import scaled, square
from poseguard.reading.photo import Pixels
from poseguard.results import Box

_SIDE, _ROOM, _COLUMNS, _WORDS = 128, 1.8, 6, 34


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """`enrolled`: a square of the gallery photo's head; `box`: the face, in pixels of the full size of `photo`."""

    enrolled: Pixels
    photo: Pixels
    box: Box
    scale: float
    words: tuple[str, str]


def sheet(shown: Sequence[Shown]) -> Image.Image:
    """Rows of pairs, gallery photo on the left, with two lines of words under each."""
    rows = max(1, -(-len(shown) // _COLUMNS))
    width, height = 2 * _SIDE + 12, _SIDE + _WORDS
    picture = Image.new("RGB", (_COLUMNS * width, rows * height), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(11)
    for n, one in enumerate(shown):
        x, y = n % _COLUMNS * width, n // _COLUMNS * height
        face = square(one.photo, scaled(one.box, one.scale), _SIDE, _ROOM)
        picture.paste(Image.fromarray(np.asarray(one.enrolled)).resize((_SIDE, _SIDE)), (x, y))
        picture.paste(Image.fromarray(face), (x + _SIDE + 2, y))
        for k, words in enumerate(one.words):
            draw.text((x + 2, y + _SIDE + 1 + 15 * k), words[-44:], fill="black", font=font)
    return picture
