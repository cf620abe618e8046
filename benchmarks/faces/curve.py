"""True accept rate over false accept rate, drawn with Pillow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

_SIZE = 960, 600
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 930, 50, 530
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_DASHES = (0, 14, 5, 24)
"""Length of a dash in pixels, 0 for none: told apart without colour too."""
_GREY = "#cccccc"


def roc_picture(curves: Mapping[str, Sequence[tuple[float, float]]]) -> Image.Image:
    """`curves`: (false accept rate, true accept rate) with rising rates, by name. Decades across, from 0.5 to 1 up."""
    picture = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(18)
    for decade in range(-5, 1):
        x = _x(10.0**decade)
        draw.line((x, _TOP, x, _BOTTOM), fill=_GREY)
        draw.text((x, _BOTTOM + 8), f"1e{decade}" if decade else "1", fill="black", font=font, anchor="ma")
    for tenth in range(5, 11):
        y = _y(tenth / 10)
        draw.line((_LEFT, y, _RIGHT, y), fill=_GREY)
        draw.text((_LEFT - 10, y), f"{tenth / 10:.1f}", fill="black", font=font, anchor="rm")
    draw.text(((_LEFT + _RIGHT) / 2, _BOTTOM + 36), "false accept rate", fill="black", font=font, anchor="ma")
    draw.text((_LEFT - 60, 14), "true accept rate", fill="black", font=font)
    for n, (name, points) in enumerate(curves.items()):
        colour, dash = _COLOURS[n % len(_COLOURS)], _DASHES[n % len(_DASHES)]
        _line(draw, [(_x(far), _y(tar)) for far, tar in points], colour, dash)
        y = _BOTTOM - 30 - 28 * (len(curves) - 1 - n)
        _line(draw, [(_RIGHT - 330, y), (_RIGHT - 270, y)], colour, dash)
        draw.text((_RIGHT - 258, y), name, fill="black", font=font, anchor="lm")
    return picture


def _x(far: float) -> float:
    return _LEFT + (math.log10(max(far, 1e-5)) + 5) / 5 * (_RIGHT - _LEFT)


def _y(tar: float) -> float:
    return _BOTTOM - (max(tar, 0.5) - 0.5) / 0.5 * (_BOTTOM - _TOP)


def _line(draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], colour: str, dash: int) -> None:
    """A polyline, with dashes as long as the gaps between them."""
    gone = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        steps = max(1, round(length / 2))
        for k in range(steps):
            a, b = k / steps, (k + 1) / steps
            if not dash or int(gone / dash) % 2 == 0:
                draw.line((x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0)), colour, 3)
            gone += length / steps
