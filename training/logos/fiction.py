"""Emblems of nobody: drawn marks that look like those of a party, a club or an office and are none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.words import word_mask

Rng = np.random.Generator
U8 = NDArray[np.uint8]
SIDE = 160
LABEL = "neg:fiction"
STRONG = (
    (200, 20, 30), (230, 90, 20), (245, 190, 20), (20, 110, 50), (20, 60, 140), (15, 15, 20),
    (250, 250, 250), (120, 20, 110), (30, 150, 200), (110, 70, 30), (160, 15, 25), (10, 30, 80), (0, 150, 120),
)  # fmt: skip
Colour = tuple[int, int, int]
Points = NDArray[np.float64]


def fictional_mark(rng: Rng) -> Mark:
    """A random emblem of nobody."""
    picks = rng.permutation(len(STRONG))[:3]
    first, second, third = (_varied(STRONG[i], rng) for i in picks)
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    rgb[:] = first
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    outline = _outline(rng)
    _fill(alpha, outline, 255)
    if rng.random() < 0.6:
        _fill(rgb, _shrunk(outline, 0.9), second)
        if rng.random() < 0.6:
            _fill(rgb, _shrunk(outline, 0.84), first)
    inner = third if np.abs(np.subtract(third, first)).max() > 60 else tuple(255 - v for v in first)
    for _ in range(int(rng.integers(1, 3))):
        _motif(rgb, (int(inner[0]), int(inner[1]), int(inner[2])), second, rng)
    if rng.random() < 0.3:
        _letters(rgb, alpha, inner, rng)
    rgb[alpha == 0] = 255
    mask = alpha.copy()
    return Mark(LABEL, "", "fiction", np.dstack([rgb, alpha]), mask, False, first)


def composed(glyph: U8, rng: Rng) -> U8:
    """A glyph of one colour (H × W coverage) as an emblem prints it: on nothing, or on a plate, maybe with letters."""
    first, second, third = (_varied(STRONG[i], rng) for i in rng.permutation(len(STRONG))[:3])
    rgb, alpha = np.full((SIDE, SIDE, 3), first, np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    plate = rng.random() < 0.75
    if plate:
        outline = _outline(rng)
        _fill(alpha, outline, 255)
        if rng.random() < 0.5:
            _fill(rgb, _shrunk(outline, rng.uniform(0.8, 0.92)), third)
            if rng.random() < 0.5:
                _fill(rgb, _shrunk(outline, 0.76), first)
    side = round(SIDE * (rng.uniform(0.42, 0.66) if plate else 0.9))
    x, y = (round(SIDE / 2 - side / 2 + (rng.normal(0, 4) if plate else 0)) for _ in range(2))
    zoom = side / max(glyph.shape)
    small = cv2.resize(glyph, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    shape = np.zeros((SIDE, SIDE), np.uint8)
    part = shape[y : y + small.shape[0], x : x + small.shape[1]]
    part[:] = small[: part.shape[0], : part.shape[1]]
    ground = rgb[SIDE // 2, SIDE // 2].astype(np.float32)
    ink = np.array(max((second, third, STRONG[6]), key=lambda c: np.abs(c - ground).sum()), np.float32)
    rgb = (rgb + (ink - rgb) * (shape[..., None] / np.float32(255))).astype(np.uint8)
    if not plate:
        alpha = shape
    if plate and rng.random() < 0.3:
        _letters(rgb, alpha, tuple(int(v) for v in ink), rng)
    return np.dstack([rgb, alpha])


def _varied(colour: Colour, rng: Rng) -> Colour:
    r, g, b = (int(np.clip(v + rng.normal(0, 14), 0, 255)) for v in colour)
    return r, g, b


def _outline(rng: Rng) -> Points:
    kind = rng.integers(0, 7)
    c, r = SIDE / 2, SIDE * 0.47
    if kind <= 1:
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        return np.stack([c + r * np.cos(turn), c + r * rng.choice([1.0, 0.86]) * np.sin(turn)], axis=1)
    if kind == 2:
        x = np.array([-0.85, 0.85, 0.85, 0.6, 0, -0.6, -0.85])
        y = np.array([-1.0, -1.0, 0.2, 0.65, 1.0, 0.65, 0.2])
        return np.stack([c + r * x, c + r * y], axis=1)
    if kind <= 4:
        n = int(rng.choice([4, 5, 5, 6, 8]))
        turn = np.arange(n) * 2 * np.pi / n - np.pi / 2
        return np.stack([c + r * np.cos(turn), c + r * np.sin(turn)], axis=1)
    if kind == 5:
        w, h = rng.choice([1.0, 1.0, 0.7]), rng.choice([0.65, 1.0, 0.8])
        return np.array(
            [[c - r * w, c - r * h], [c + r * w, c - r * h], [c + r * w, c + r * h], [c - r * w, c + r * h]]
        )
    n = int(rng.integers(8, 24))
    turn = np.arange(2 * n) * np.pi / n
    radius = r * np.where(np.arange(2 * n) % 2 == 0, 1.0, rng.uniform(0.75, 0.93))
    return np.stack([c + radius * np.cos(turn), c + radius * np.sin(turn)], axis=1)


def _shrunk(points: Points, share: float) -> Points:
    return (points - SIDE / 2) * share + SIDE / 2


def _fill(image: U8, points: Points, colour: Colour | int) -> None:
    cv2.fillPoly(image, [np.round(points * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)


def _star(cx: float, cy: float, r: float, n: int, inner: float, turn: float = 0.0) -> Points:
    angle = np.arange(2 * n) * np.pi / n - np.pi / 2 + turn
    radius = r * np.where(np.arange(2 * n) % 2 == 0, 1.0, inner)
    return np.stack([cx + radius * np.cos(angle), cy + radius * np.sin(angle)], axis=1)


def _motif(rgb: U8, colour: Colour, other: Colour, rng: Rng) -> None:
    cx, cy = SIDE / 2 + rng.normal(0, 6), SIDE / 2 + rng.normal(0, 8)
    r = SIDE * rng.uniform(0.18, 0.34)
    kind = rng.integers(0, 9)
    if kind == 0:
        _fill(rgb, _star(cx, cy, r, int(rng.choice([5, 5, 6, 8, 12])), rng.uniform(0.35, 0.6)), colour)
    elif kind == 1:  # crescent, with or without its star
        ground = tuple(int(v) for v in rgb[int(cy - r * 0.0), int(np.clip(cx + r * 0.4, 0, SIDE - 1))])
        cv2.circle(rgb, (int(cx), int(cy)), int(r), colour, -1, cv2.LINE_AA)
        cv2.circle(rgb, (int(cx + r * 0.35), int(cy - r * 0.1)), int(r * 0.8), ground, -1, cv2.LINE_AA)
        if rng.random() < 0.6:
            _fill(rgb, _star(cx + r * 0.4, cy, r * 0.4, 5, 0.4), colour)
    elif kind == 2:  # three-pointed star in a ring, as on cars
        cv2.circle(rgb, (int(cx), int(cy)), int(r), colour, max(2, int(r * 0.12)), cv2.LINE_AA)
        _fill(rgb, _star(cx, cy, r, 3, 0.16), colour)
    elif kind == 3:
        _wreath(rgb, colour, cx, cy, r * 1.15)
        _fill(rgb, _star(cx, cy, r * 0.5, 5, 0.4), other)
    elif kind == 4:
        _beast(rgb, colour, other, cx, cy, r, rng)
    elif kind == 5:  # rays
        for a in np.arange(16) * np.pi / 8:
            end = (int(cx + 1.2 * r * np.cos(a)), int(cy + 1.2 * r * np.sin(a)))
            cv2.line(rgb, (int(cx), int(cy)), end, colour, 3, cv2.LINE_AA)
        cv2.circle(rgb, (int(cx), int(cy)), int(r * 0.5), other, -1, cv2.LINE_AA)
    elif kind == 6:  # wings
        for s in (-1, 1):
            for k in range(4):
                tip = np.array([cx + s * r * (1.3 - 0.2 * k), cy - r * (0.7 - 0.35 * k)])
                feather = np.array([[cx, cy - 0.15 * r], tip, [cx + s * 0.15 * r, cy + 0.5 * r]])
                _fill(rgb, feather, colour if k % 2 == 0 else other)
    elif kind == 7:  # waves or stripes
        for k in range(int(rng.integers(2, 5))):
            x = np.linspace(cx - r, cx + r, 16)
            y = cy + (k - 1.5) * r * 0.45 + r * 0.12 * np.sin(x / r * 4)
            cv2.polylines(
                rgb, [np.stack([x, y], axis=1).astype(np.int32)], False, colour, max(3, int(r * 0.16)), cv2.LINE_AA
            )
    else:  # mountain, tree or house
        points = np.array(
            [
                [cx - r, cy + r * 0.7],
                [cx - r * 0.2, cy - r * 0.8],
                [cx + r * 0.2, cy],
                [cx + r * 0.5, cy - r * 0.4],
                [cx + r, cy + r * 0.7],
            ]
        )
        _fill(rgb, points, colour)
        cv2.circle(rgb, (int(cx), int(cy - r * 0.9)), int(r * 0.3), other, -1, cv2.LINE_AA)


def _wreath(rgb: U8, colour: Colour, cx: float, cy: float, r: float) -> None:
    for s in (-1, 1):
        for k in range(9):
            a = np.pi / 2 + s * (0.25 + k * 0.28)
            at = (int(cx + r * np.cos(a)), int(cy + r * np.sin(a)))
            cv2.ellipse(
                rgb,
                at,
                (max(2, int(r * 0.16)), max(1, int(r * 0.07))),
                np.degrees(a) + 60 * s,
                0,
                360,
                colour,
                -1,
                cv2.LINE_AA,
            )


def _beast(rgb: U8, colour: Colour, other: Colour, cx: float, cy: float, r: float, rng: Rng) -> None:
    """A head from the side or the front: blob, ears or horns or beak, an eye."""
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radius = r * 0.75 * rng.uniform(0.85, 1.15, 14)
    _fill(rgb, np.stack([cx + radius * np.cos(turn), cy + radius * np.sin(turn)], axis=1), colour)
    if rng.random() < 0.5:
        for s in (-1, 1):
            _fill(
                rgb,
                np.array(
                    [
                        [cx + s * 0.3 * r, cy - 0.5 * r],
                        [cx + s * rng.uniform(0.6, 1.2) * r, cy - 1.1 * r],
                        [cx + s * 0.7 * r, cy - 0.2 * r],
                    ]
                ),
                colour,
            )
        for s in (-1, 1):
            cv2.circle(rgb, (int(cx + s * 0.28 * r), int(cy - 0.1 * r)), max(2, int(r * 0.1)), other, -1, cv2.LINE_AA)
    else:
        s = rng.choice([-1, 1])
        _fill(
            rgb,
            np.array(
                [[cx + s * 0.5 * r, cy - 0.3 * r], [cx + s * 1.25 * r, cy + 0.1 * r], [cx + s * 0.5 * r, cy + 0.3 * r]]
            ),
            other,
        )
        cv2.circle(rgb, (int(cx + s * 0.25 * r), int(cy - 0.2 * r)), max(2, int(r * 0.1)), other, -1, cv2.LINE_AA)


def _letters(rgb: U8, alpha: U8, colour: tuple[int, ...], rng: Rng) -> None:
    word = "".join(chr(65 + int(k)) for k in rng.integers(0, 26, int(rng.integers(2, 5))))
    height = int(SIDE * rng.uniform(0.14, 0.26))
    mask = word_mask(word, height, int(rng.integers(0, 4)))[:, : SIDE - 8]
    y, x = int(SIDE * 0.68), (SIDE - mask.shape[1]) // 2
    part = rgb[y : y + mask.shape[0], x : x + mask.shape[1]]
    share = mask[: part.shape[0], :, None].astype(np.float32) / 255
    part[:] = (part + (np.asarray(colour, np.float32) - part) * share).astype(np.uint8)
