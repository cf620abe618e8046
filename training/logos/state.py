"""The state emblem, Garuda Pancasila, as offices hang it: carved, painted or printed.

Its heart, a golden star on a black shield, is all of Partai Ummat's logo, and a detector often boxes the shield alone.
Its parts and colours: Law 24/2009 (Undang-Undang 24/2009), articles 46 to 49.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.results import Box

U8 = NDArray[np.uint8]
Rng = np.random.Generator
Points = NDArray[np.float64]
Colour = tuple[int, int, int]
SIDE = 480
_METAL: tuple[Colour, ...] = (
    (205, 165, 50), (225, 190, 90), (170, 125, 45), (190, 160, 110), (120, 80, 40), (230, 225, 210),
)  # fmt: skip
_SHARES = (0.15, 0.35, 0.5)
"""Of the whole bird, of its shield, and of the star's shield within: what a box is drawn round."""


def state_emblem(rng: Rng) -> tuple[U8, Box]:
    """RGBA, SIDE × SIDE, and the box of the part that is looked at."""
    rgba = np.zeros((SIDE, SIDE, 4), np.uint8)
    metal = _near(_METAL[int(rng.integers(len(_METAL)))], rng)
    _bird(rgba, metal, rng)
    wide = SIDE * rng.uniform(0.2, 0.27)
    middle = (SIDE / 2, SIDE * rng.uniform(0.46, 0.54))
    outer = _shield(middle, wide, wide * rng.uniform(1.1, 1.3))
    inner_wide = wide * rng.uniform(0.4, 0.5)
    inner = _shield(middle, inner_wide, inner_wide * rng.uniform(1.15, 1.3))
    _quarters(rgba, outer, metal, rng)
    rim = max(round(wide * rng.uniform(0.0, 0.03)), 1)
    _fill(rgba, inner, _near((15, 15, 18), rng))
    if rng.random() < 0.5:
        _line(rgba, inner, metal, rim)
    _star(rgba, middle, inner_wide * rng.uniform(0.36, 0.48), _near((225, 180, 50), rng))
    _lit(rgba, rng)
    whole = np.array([[SIDE * 0.05, SIDE * 0.05], [SIDE * 0.95, SIDE * 0.95]])
    part = (whole, outer, inner)[int(rng.choice(3, p=_SHARES))]
    (left, top), (right, bottom) = part.min(0), part.max(0)
    return rgba, (float(left), float(top), float(right - left), float(bottom - top))


def _bird(rgba: U8, metal: Colour, rng: Rng) -> None:
    """Wings of long feathers, body and head, with rows of scales."""
    c = SIDE / 2
    for side in (-1, 1):
        for turn in np.linspace(0.15, 1.25, 9):
            end = (c + side * SIDE * 0.42 * np.cos(turn), SIDE * 0.6 - SIDE * 0.5 * np.sin(turn))
            shade = _near(metal, rng)
            cv2.line(rgba, (int(c), int(SIDE * 0.6)), (int(end[0]), int(end[1])), (*shade, 255), 26, cv2.LINE_AA)
    for centre, axes in (((c, SIDE * 0.56), (SIDE * 0.17, SIDE * 0.27)), ((c, SIDE * 0.2), (SIDE * 0.07, SIDE * 0.1))):
        where = tuple(round(v) for v in (*centre, *axes))
        cv2.ellipse(rgba, where[:2], where[2:], 0, 0, 360, (*metal, 255), -1, cv2.LINE_AA)
    dark = tuple(int(v * 0.6) for v in metal)
    step = int(rng.integers(10, 22))
    for row, y in enumerate(range(60, SIDE - 40, step)):
        for x in range(140 + (row % 2) * step // 2, SIDE - 140, step):
            if rgba[y, x, 3]:
                cv2.ellipse(rgba, (x, y), (step // 2, step // 2), 0, 0, 180, (*dark, 255), 2, cv2.LINE_AA)


def _quarters(rgba: U8, outer: Points, metal: Colour, rng: Rng) -> None:
    """Bull and chain on red, banyan and sprigs on white."""
    (left, top), (right, bottom) = outer.min(0), outer.max(0)
    x, y, w, h = (left + right) / 2, top + (bottom - top) * 0.47, right - left, bottom - top
    field = np.zeros((SIDE, SIDE), np.uint8)
    _fill(field, outer, 255)
    red, white = _near((205, 25, 30), rng), _near((245, 243, 238), rng)
    colours = np.empty((SIDE, SIDE, 3), np.uint8)
    rows, columns = np.ogrid[:SIDE, :SIDE]
    colours[:] = np.where(((rows < y) == (columns < x))[..., None], np.uint8(red), np.uint8(white))
    rgba[field > 127] = np.dstack([colours, field])[field > 127]
    for dx, dy, ink in (
        (-0.27, -0.25, _near((25, 20, 20), rng)),
        (0.27, -0.25, _near((30, 120, 50), rng)),
        (-0.25, 0.2, _near((150, 160, 40), rng)),
        (0.25, 0.2, metal),
    ):
        thick = -1 if rng.random() < 0.5 else max(round(w * 0.03), 1)
        at, axes = (round(x + dx * w), round(y + dy * h)), (round(w * 0.13), round(h * rng.uniform(0.08, 0.14)))
        cv2.ellipse(rgba, at, axes, float(rng.uniform(-40, 40)), 0, 360, (*ink, 255), thick, cv2.LINE_AA)
    if rng.random() < 0.7:
        cv2.line(rgba, (round(left), round(y)), (round(right), round(y)), (20, 20, 20, 255), max(round(h * 0.025), 1))
    if rng.random() < 0.7:
        _line(rgba, outer, metal if rng.random() < 0.5 else (20, 20, 20), max(round(w * 0.02), 1))


def _shield(middle: tuple[float, float], wide: float, tall: float) -> Points:
    x = np.array([-1, 1, 1, 0.93, 0.7, 0.35, 0, -0.35, -0.7, -0.93, -1]) / 2
    y = np.array([-1, -1, 0.1, 0.45, 0.72, 0.9, 1, 0.9, 0.72, 0.45, 0.1]) / 2
    return np.stack([middle[0] + wide * x, middle[1] + tall * y], axis=1)


def _star(rgba: U8, middle: tuple[float, float], radius: float, gold: Colour) -> None:
    """Five points, half of each facet in shadow."""
    angle = np.arange(11) * np.pi / 5 - np.pi / 2
    reach = radius * np.where(np.arange(11) % 2 == 0, 1.0, 0.4)
    points = np.stack([middle[0] + reach * np.cos(angle), middle[1] + reach * np.sin(angle)], axis=1)
    for i in range(10):
        shade = 1.0 if i % 2 else 0.7
        facet = np.stack([np.array(middle), points[i], points[i + 1]])
        _fill(rgba, facet, tuple(int(v * shade) for v in gold))


def _lit(rgba: U8, rng: Rng) -> None:
    """Relief: the light that carving scatters, in blotches."""
    coarse = rng.normal(1, rng.uniform(0, 0.25), (24, 24)).astype(np.float32)
    light = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)[..., None]
    rgba[..., :3] = np.clip(rgba[..., :3] * light, 0, 255).astype(np.uint8)


def _near(colour: Colour, rng: Rng) -> Colour:
    r, g, b = (int(np.clip(v + rng.normal(0, 14), 0, 255)) for v in colour)
    return r, g, b


def _fill(image: U8, points: Points, colour: Colour | tuple[int, ...] | int) -> None:
    value = colour if isinstance(colour, int) else (*colour, 255)
    cv2.fillPoly(image, [np.round(points * 16).astype(np.int32)], value, cv2.LINE_AA, 4)


def _line(image: U8, points: Points, colour: Colour, thick: int) -> None:
    cv2.polylines(image, [np.round(points * 16).astype(np.int32)], True, (*colour, 255), thick, cv2.LINE_AA, 4)
