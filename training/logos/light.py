"""What light, a camera and a messenger app do to a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.cloth import smooth

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator


def faded(rgba: U8, rng: Rng, amount: float) -> U8:
    """Print that the sun has bleached: paler, less colour, a tint. `amount`: 0..1."""
    rgb = rgba[..., :3].astype(np.float32)
    grey = rgb.mean(axis=2, keepdims=True)
    rgb = grey + (rgb - grey) * np.float32(1 - 0.65 * amount)
    rgb = rgb + (np.float32(rng.uniform(190, 240)) - rgb) * np.float32(0.5 * amount)
    rgb *= np.asarray(1 + rng.normal(0, 0.06 * amount, 3), np.float32)
    out = rgba.copy()
    out[..., :3] = np.clip(rgb, 0, 255).astype(np.uint8)
    return out


def toned(rgb: U8, rng: Rng) -> U8:
    """Exposure, contrast and white balance of another camera, as one table a channel."""
    x = np.arange(256, dtype=np.float32) / 255
    gamma, gain, lift = np.exp(rng.normal(0, 0.22)), np.exp(rng.normal(0, 0.1)), rng.normal(0, 0.03)
    curves = [np.clip(x**gamma * gain * np.exp(rng.normal(0, 0.05)) + lift, 0, 1) * 255 for _ in range(3)]
    return np.asarray(cv2.LUT(rgb, np.stack(curves, axis=1).astype(np.uint8)[None]), np.uint8)


def uneven(rgb: U8, rng: Rng) -> U8:
    """Light from one side, a shadow edge, or against the light."""
    h, w = rgb.shape[:2]
    kind = rng.random()
    if kind < 0.45:
        field = 1 + 0.28 * smooth(w, h, 1, 1, rng)
    elif kind < 0.82:  # the edge of a shadow
        yy, xx = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
        a = rng.uniform(0, 2 * np.pi)
        side = (xx - rng.random()) * np.cos(a) + (yy - rng.random()) * np.sin(a)
        field = 1 - rng.uniform(0.25, 0.55) / (1 + np.exp(-side * rng.uniform(20, 120)))
    else:  # against the light: dark things, a bright glow that eats contrast
        glow = np.clip(smooth(w, h, 1, 1, rng) * 0.6 + 0.3, 0, 1)[..., None] * np.float32(rng.uniform(30, 100))
        return np.asarray(np.clip(rgb * np.float32(rng.uniform(0.45, 0.8)) + glow, 0, 255), np.uint8)
    return np.asarray(np.clip(rgb * np.asarray(np.clip(field, 0.3, 1.7), np.float32)[..., None], 0, 255), np.uint8)


def blurred(rgb: U8, rng: Rng, least: float = 0.0, most: float = 2.2) -> U8:
    """Out of focus or moved."""
    sigma = rng.uniform(least, most)
    if rng.random() < 0.35:
        length = max(int(sigma * 4) | 1, 3)
        kernel = np.zeros((length, length), np.float32)
        a = rng.uniform(0, np.pi)
        c = length // 2
        end = (round(c + c * np.cos(a)), round(c + c * np.sin(a)))
        cv2.line(kernel, (2 * c - end[0], 2 * c - end[1]), end, 1.0)
        return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum()), np.uint8)
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(sigma, 0.2)), np.uint8)


def noisy(rgb: U8, rng: Rng) -> U8:
    """Sensor noise, partly in blotches as phones leave it."""
    h, w = rgb.shape[:2]
    amount = rng.gamma(1.5, 3.5)
    grain = rng.integers(-128, 128, (h, w, 3), np.int16) * np.float32(amount / 74)
    if rng.random() < 0.5:
        grain = np.asarray(cv2.blur(grain, (2, 2)), np.float32) * 1.6
    return np.asarray(np.clip(rgb + grain, 0, 255), np.uint8)


def rescaled(rgb: U8, rng: Rng) -> U8:
    """Shrunk and enlarged again, as passed-on pictures are."""
    h, w = rgb.shape[:2]
    scale = rng.uniform(0.45, 0.9)
    small = cv2.resize(rgb, (max(int(w * scale), 8), max(int(h * scale), 8)), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(small, (w, h), interpolation=how), np.uint8)


def sharpened(rgb: U8, rng: Rng) -> U8:
    """The halo that phones draw round edges."""
    soft = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.8, 1.6))
    amount = float(rng.uniform(0.3, 1.0))
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, soft, -amount, 0), np.uint8)


def compressed(rgb: U8, rng: Rng) -> U8:
    """Through JPEG and back, mostly once."""
    for _ in range(1 + int(rng.random() < 0.25)):
        quality = int(rng.integers(30, 96))
        data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        rgb = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return rgb


def spoiled(rgb: U8, rng: Rng, harsh: float = 1.0) -> U8:
    """All of it, each at its own chance. `harsh`: 0 hardly .. 1 as bad as phones get. Nothing moves."""
    if rng.random() < 0.45 * harsh:
        rgb = uneven(rgb, rng)
    if rng.random() < 0.85:
        rgb = toned(rgb, rng)
    if rng.random() < 0.55 * harsh:
        rgb = blurred(rgb, rng, 0.3, 1.0 if rng.random() < 0.7 else 2.4)
    if rng.random() < 0.2 * harsh:
        rgb = rescaled(rgb, rng)
    if rng.random() < 0.2:
        rgb = sharpened(rgb, rng)
    if rng.random() < 0.55 * harsh:
        rgb = noisy(rgb, rng)
    if rng.random() < 0.04:
        rgb = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return compressed(rgb, rng) if rng.random() < 0.8 else rgb
