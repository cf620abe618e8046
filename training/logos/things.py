"""Round things that are no emblem and get no box: wheels, plates, clocks, balls."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.cloth import smooth
from training.logos.people import varied

U8 = NDArray[np.uint8]
Rng = np.random.Generator
KINDS = ("wheel", "plate", "clock", "ball")


def round_thing(rng: Rng, size: float) -> U8:
    """One of KINDS with transparency, so many pixels wide."""
    s = int(np.clip(size, 12, 220))
    out = np.zeros((s, s, 4), np.uint8)
    kind = KINDS[int(rng.integers(len(KINDS)))]
    if kind == "wheel":
        _disc(out, 1.0, varied((28, 28, 30), rng, 8))
        _disc(out, rng.uniform(0.6, 0.72), varied((160, 160, 165), rng, 25))
        _spokes(out, int(rng.integers(4, 9)), 0.66, varied((60, 60, 65), rng, 15), s // 14, rng)
        _disc(out, 0.16, varied((190, 190, 195), rng, 20))
    elif kind == "plate":
        ground = varied((238, 236, 230), rng, 10)
        _disc(out, 1.0, ground)
        _disc(out, 0.92, varied(((40, 80, 160), (200, 60, 50), (210, 205, 195))[int(rng.integers(3))], rng, 15))
        _disc(out, 0.86, ground)
        for _ in range(int(rng.integers(0, 5))):
            at = (int(s * rng.uniform(0.35, 0.65)), int(s * rng.uniform(0.35, 0.65)))
            food = varied((190, 140, 60), rng, 50)
            cv2.ellipse(out, at, (s // 7 + 1, s // 9 + 1), rng.uniform(0, 180), 0, 360, (*food, 255), -1, cv2.LINE_AA)
    elif kind == "clock":
        _disc(out, 1.0, varied((60, 50, 45), rng, 40))
        _disc(out, 0.9, varied((245, 245, 240), rng, 6))
        _spokes(out, 12, 0.82, (30, 30, 30), s // 40, rng)
        _disc(out, 0.68, varied((245, 245, 240), rng, 6))
        _spokes(out, 2, 0.55, (20, 20, 25), s // 24, rng)
    else:
        _disc(out, 1.0, varied((235, 235, 235), rng, 15))
        for _ in range(5):
            at = (int(s * rng.uniform(0.2, 0.8)), int(s * rng.uniform(0.2, 0.8)))
            cv2.circle(out, at, max(s // 9, 1), (*varied((40, 40, 45), rng, 30), 255), -1, cv2.LINE_AA)
        alpha = np.zeros((s, s, 4), np.uint8)
        _disc(alpha, 1.0, (0, 0, 0))
        out[..., 3] = np.minimum(out[..., 3], alpha[..., 3])
    lit = 1 + 0.18 * smooth(s, s, 1, 1, rng)
    out[..., :3] = np.clip(out[..., :3] * lit[..., None], 0, 255).astype(np.uint8)
    return out


def _disc(image: U8, share: float, colour: tuple[int, int, int]) -> None:
    c = image.shape[0] // 2
    cv2.circle(image, (c, c), max(int((c - 1) * share), 1), (*colour, 255), -1, cv2.LINE_AA)


def _spokes(image: U8, count: int, share: float, colour: tuple[int, int, int], wide: int, rng: Rng) -> None:
    c = image.shape[0] // 2
    turn = rng.uniform(0, 2 * np.pi)
    for k in range(count):
        a = turn + 2 * np.pi * k / count
        tip = (int(c + c * share * np.cos(a)), int(c + c * share * np.sin(a)))
        cv2.line(image, (c, c), tip, (*colour, 255), max(wide, 1), cv2.LINE_AA)
