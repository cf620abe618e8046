"""What people stand before: an office, a banner without any word or sign, a garden, a hall."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.sdf import Floats

PLACES = ("office", "banner", "garden", "hall")


def draw_backdrop(place: str, width: int, height: int, rng: np.random.Generator) -> Floats:
    """RGB picture, float 0..255. Raises KeyError for an unknown place."""
    draw = {"office": _office, "banner": _banner, "garden": _garden, "hall": _hall}[place]
    picture = draw(width, height, rng)
    blur = rng.uniform(0.4, 2.2) * max(width, height) / 1000
    return np.asarray(cv2.GaussianBlur(np.clip(picture, 0, 255), (0, 0), blur), np.float32)


def clouds(width: int, height: int, cells: int, rng: np.random.Generator) -> Floats:
    """Smooth noise, 0..1, with detail down to a sixteenth of a cell."""
    out = np.zeros((height, width), np.float32)
    for octave in range(4):
        n = cells * 2**octave
        small = rng.random((max(2, n * height // width + 2), n + 2)).astype(np.float32)
        out += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.5 ** (octave + 1))
    return np.clip(out, 0, 1)


def _wall(width: int, height: int, rng: np.random.Generator) -> tuple[Floats, int]:
    colour = rng.uniform(150, 235, 3) * 0.4 + rng.uniform(150, 235) * 0.6
    across = np.linspace(rng.uniform(0.8, 1), rng.uniform(0.8, 1), width, dtype=np.float32)
    out = np.asarray(colour, np.float32) * across[None, :, None] * np.ones((height, 1, 1), np.float32)
    out *= (0.94 + 0.12 * clouds(width, height, 3, rng))[..., None]
    floor = int(height * rng.uniform(0.72, 0.9))
    ground = rng.uniform(80, 190) * np.array([1.0, 0.95, 0.88], np.float32)
    out[floor:] = ground * np.linspace(0.75, 1.05, height - floor, dtype=np.float32)[:, None, None]
    out[floor - max(2, height // 120) : floor] *= 0.6
    return out, floor


def _box(out: Floats, x: float, y: float, w: float, h: float, colour: NDArray[np.float64] | tuple[float, ...]) -> None:
    cv2.rectangle(out, (int(x), int(y)), (int(x + w), int(y + h)), tuple(float(c) for c in colour), -1, cv2.LINE_AA)


def _office(width: int, height: int, rng: np.random.Generator) -> Floats:
    out, floor = _wall(width, height, rng)
    u = height / 100
    for _ in range(rng.integers(1, 4)):
        x, y, w, h = rng.uniform(0, width), rng.uniform(4, 30) * u, rng.uniform(10, 26) * u, rng.uniform(10, 22) * u
        _box(out, x - u, y - u, w + 2 * u, h + 2 * u, rng.uniform(40, 120, 3))
        _box(out, x, y, w, h, rng.uniform(120, 240, 3))
    if rng.random() < 0.7:
        x, w = rng.uniform(0, width * 0.8), rng.uniform(30, 50) * u
        _box(out, x - u, 6 * u, w + 2 * u, 46 * u, (235, 235, 232))
        _box(out, x, 7 * u, w, 44 * u, (205, 224, 240))
        for k in range(1, 3):
            _box(out, x + w * k / 3 - u / 2, 7 * u, u, 44 * u, (235, 235, 232))
    for _ in range(rng.integers(1, 3)):
        x, w, h = rng.uniform(0, width), rng.uniform(18, 34) * u, rng.uniform(34, 60) * u
        colour = rng.uniform(70, 190) * np.array([1, 0.88, 0.72])
        _box(out, x, floor - h, w, h, colour)
        for k in range(1, 4):
            _box(out, x + u, floor - h * k / 4 - u / 4, w - 2 * u, u / 2, colour * 0.6)
    return out


def _hall(width: int, height: int, rng: np.random.Generator) -> Floats:
    out, floor = _wall(width, height, rng)
    fold = 0.75 + 0.25 * np.sin(np.arange(width) * rng.uniform(0.03, 0.1)).astype(np.float32)
    out[:floor] = rng.uniform(40, 170, 3).astype(np.float32) * fold[None, :, None]
    return out


def _banner(width: int, height: int, rng: np.random.Generator) -> Floats:
    out, floor = _wall(width, height, rng)
    x0, x1 = int(width * rng.uniform(0, 0.12)), int(width * rng.uniform(0.88, 1))
    y0, y1 = int(height * rng.uniform(0, 0.1)), int(floor * rng.uniform(0.6, 0.95))
    first, second = rng.uniform(40, 250, 3), rng.uniform(40, 250, 3)
    ramp = np.linspace(0, 1, x1 - x0, dtype=np.float32)[None, :, None]
    sheet = np.asarray(first, np.float32) * (1 - ramp) + np.asarray(second, np.float32) * ramp
    sheet = np.repeat(sheet, y1 - y0, axis=0).copy()
    for _ in range(rng.integers(2, 6)):
        points = rng.uniform(-0.2, 1.2, (4, 2)) * (x1 - x0, y1 - y0)
        hull = cv2.convexHull(points.astype(np.int32))
        veil = sheet.copy()
        cv2.fillPoly(veil, [hull], tuple(float(c) for c in rng.uniform(60, 255, 3)), cv2.LINE_AA)
        sheet += (veil - sheet) * np.float32(rng.uniform(0.2, 0.6))
    out[y0:y1, x0:x1] = sheet
    return out


def _garden(width: int, height: int, rng: np.random.Generator) -> Floats:
    sky = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    out = np.array([150, 190, 230], np.float32) * (1 - sky) + np.array([225, 232, 236], np.float32) * sky
    out = np.repeat(out, width, axis=1).copy()
    n = clouds(width, height, 7, rng)
    edge = height * rng.uniform(0.05, 0.4) + height * 0.3 * (clouds(width, 2, 5, rng)[0] - 0.5)
    trees = np.arange(height)[:, None] > edge[None]
    leaf = np.array([46, 84, 34], np.float32) * (0.5 + 1.3 * n[..., None]) + rng.uniform(0, 20)
    out[trees] = leaf[trees]
    ground = int(height * rng.uniform(0.7, 0.88))
    grass = np.array([110, 140, 70] if rng.random() < 0.6 else [170, 165, 155], np.float32)
    out[ground:] = (grass * (0.75 + 0.4 * clouds(width, height, 20, rng)[..., None]))[ground:]
    return out
