"""People-like shapes: portraits on posters, torsos that wear something, heads and hands in the way."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.cloth import Colour, smooth

U8 = NDArray[np.uint8]
Rng = np.random.Generator
SKINS = ((224, 178, 142), (198, 146, 108), (172, 120, 84), (140, 94, 64), (112, 74, 52))
CLOTHS = (
    (245, 245, 245), (20, 22, 28), (30, 45, 90), (190, 25, 30), (235, 200, 40), (230, 110, 30), (30, 120,
    60), (120, 150, 190),
    (186, 170, 130), (150, 120, 80), (90, 60, 40), (130, 40, 90), (110, 110, 115), (80, 160, 190),
)  # fmt: skip


def skin(rng: Rng) -> Colour:
    """A skin colour."""
    return varied(SKINS[int(rng.integers(len(SKINS)))], rng, 8)


def cloth(rng: Rng) -> Colour:
    """A colour of clothes."""
    return varied(CLOTHS[int(rng.integers(len(CLOTHS)))], rng, 12)


def varied(colour: Colour, rng: Rng, spread: float) -> Colour:
    """A colour near another."""
    r, g, b = (int(np.clip(v + rng.normal(0, spread), 0, 255)) for v in colour)
    return r, g, b


def portrait(width: int, rng: Rng, shirt: Colour | None = None) -> U8:
    """Head and shoulders with transparency, `width` pixels wide, 1.25 times as high."""
    w, h = max(width, 12), max(int(width * 1.25), 15)
    big = np.zeros((h * 2, w * 2, 4), np.uint8)
    u = float(w * 2)
    tone, coat = skin(rng), shirt or cloth(rng)
    dark = varied((30, 24, 22), rng, 8)
    hijab = rng.random() < 0.35
    cx, cy, r = u / 2 + rng.normal(0, 0.02) * u, u * 0.47, u * rng.uniform(0.17, 0.21)
    body = (
        np.array(
            [[0.02, 1.25], [0.06, 0.98], [0.2, 0.84], [0.4, 0.76], [0.6, 0.76], [0.8, 0.84], [0.94, 0.98], [0.98, 1.25]]
        )
        * u
    )
    _poly(big, body, coat)
    if hijab:
        veil = cloth(rng)
        _ellipse(big, cx, cy + r * 0.5, r * 1.5, r * 2.3, veil)
        _ellipse(big, cx, cy - 0.1 * r, r * 1.3, r * 1.55, veil)
        _ellipse(big, cx, cy + 0.12 * r, r * 0.92, r * 1.2, tone)
    else:
        _poly(
            big,
            np.array(
                [
                    [cx - 0.5 * r, cy + r],
                    [cx + 0.5 * r, cy + r],
                    [cx + 0.6 * r, cy + 1.9 * r],
                    [cx, cy + 2.3 * r],
                    [cx - 0.6 * r, cy + 1.9 * r],
                ]
            ),
            varied(tone, rng, 4),
        )
        _ellipse(big, cx, cy - 0.15 * r, r * 1.06, r * 1.35, dark)
        _ellipse(big, cx, cy + 0.12 * r, r, r * 1.28, tone)
        if rng.random() < 0.45:  # peci
            _poly(
                big,
                np.array(
                    [
                        [cx - r, cy - 0.45 * r],
                        [cx - 0.92 * r, cy - 1.5 * r],
                        [cx + 0.92 * r, cy - 1.5 * r],
                        [cx + r, cy - 0.45 * r],
                    ]
                ),
                (18, 18, 22),
            )
        else:
            _ellipse(big, cx, cy - 0.95 * r, r * 0.98, r * 0.5, dark)
    for s in (-1, 1):
        _ellipse(big, cx + s * 0.36 * r, cy + 0.02 * r, r * 0.15, r * 0.08, dark)
        _ellipse(big, cx + s * 0.36 * r, cy - 0.2 * r, r * 0.22, r * 0.05, dark)
    _ellipse(big, cx, cy + 0.75 * r, r * 0.32, r * 0.09, varied((150, 70, 66), rng, 10))
    _ellipse(big, cx, cy + 0.36 * r, r * 0.13, r * 0.17, tuple_darker(tone, 0.88))
    lit = 1 + 0.16 * smooth(w * 2, h * 2, 2, 2, rng)
    big[..., :3] = np.clip(big[..., :3] * lit[..., None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(big, (w, h), interpolation=cv2.INTER_AREA), np.uint8)


def tuple_darker(colour: Colour, share: float) -> Colour:
    """A colour with less light."""
    r, g, b = (int(v * share) for v in colour)
    return r, g, b


def _ellipse(image: U8, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
    cv2.ellipse(image, (int(x), int(y)), (max(int(rx), 1), max(int(ry), 1)), 0, 0, 360, (*colour, 255), -1, cv2.LINE_AA)


def _poly(image: U8, points: NDArray[np.float64], colour: Colour) -> None:
    cv2.fillPoly(image, [np.round(points * 16).astype(np.int32)], (*colour, 255), cv2.LINE_AA, 4)


def obstacle(rng: Rng, size: float) -> U8:
    """Something that stands in front, with transparency: a head from behind, an arm with its hand, a pole, leaves."""
    kind = rng.integers(0, 5)
    s = int(np.clip(size, 16, 200))
    out = np.zeros((s, s, 4), np.uint8)
    if kind <= 1:
        dark = varied((34, 28, 26), rng, 10) if rng.random() < 0.6 else cloth(rng)
        _ellipse(out, s * 0.5, s * 0.36, s * 0.24, s * 0.32, dark)
        _poly(
            out, np.array([[0.02, 1], [0.1, 0.76], [0.36, 0.62], [0.64, 0.62], [0.9, 0.76], [0.98, 1]]) * s, cloth(rng)
        )
    elif kind == 2:
        tone, a = skin(rng), rng.uniform(-0.5, 0.5)
        foot = np.array([s * 0.5, s * 1.0])
        palm = foot + np.array([np.sin(a), -np.cos(a)]) * s * 0.62
        thick = max(int(s * 0.13), 3)
        cv2.line(out, tuple(int(v) for v in foot), tuple(int(v) for v in palm), (*tone, 255), thick, cv2.LINE_AA)
        _ellipse(out, palm[0], palm[1], s * 0.12, s * 0.12, tone)
        for k in range(4):
            b = a + (k - 1.5) * 0.3
            tip = palm + np.array([np.sin(b), -np.cos(b)]) * s * rng.uniform(0.14, 0.3)
            cv2.line(
                out,
                tuple(int(v) for v in palm),
                tuple(int(v) for v in tip),
                (*tone, 255),
                max(int(s * 0.05), 2),
                cv2.LINE_AA,
            )
    elif kind == 3:
        x, wide = int(s * rng.uniform(0.3, 0.7)), max(int(s * rng.uniform(0.04, 0.16)), 2)
        out[:, x : x + wide, :3] = varied((120, 100, 80), rng, 40)
        out[:, x : x + wide, 3] = 255
    else:
        leaf = varied((50, 100, 40), rng, 20)
        for _ in range(int(rng.integers(4, 12))):
            x, y = rng.uniform(0, s, 2)
            cv2.ellipse(
                out,
                (int(x), int(y)),
                (int(s * 0.16), int(s * 0.05)),
                rng.uniform(0, 180),
                0,
                360,
                (*varied(leaf, rng, 14), 255),
                -1,
                cv2.LINE_AA,
            )
    lit = 1 + 0.2 * smooth(s, s, 2, 2, rng)
    out[..., :3] = np.clip(out[..., :3] * lit[..., None], 0, 255).astype(np.uint8)
    return out
