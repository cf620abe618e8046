"""An emblem as another hand draws it: a rendering nobody has seen differs from those known in proportion and colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark

U8 = NDArray[np.uint8]
Rng = np.random.Generator
_KNOTS = 3
_MOVED = 0.012
"""Shares of the longer side by which parts of the picture move against each other."""


def redrawn(mark: Mark, rng: Rng) -> Mark:
    """The same emblem, drawn anew: bent and stretched a little, in other inks, bolder or finer, edged, shaded."""
    picture, mask = _bent(mark.rgba, mark.mask, mark.solid, rng)
    rgb, alpha = picture[..., :3], picture[..., 3]
    if rng.random() < 0.35:
        side = max(max(rgb.shape[:2]) // 120, 1) * 2 + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        rgb = np.asarray((cv2.erode if rng.random() < 0.5 else cv2.dilate)(rgb, kernel), np.uint8)
    ground = np.array(mark.ground, np.uint8).reshape(1, 1, 3)
    rgb, ground = _inked([rgb, ground], rng)
    if rng.random() < 0.3:
        rgb = _shaded(rgb, rng)
    if not mark.solid and rng.random() < 0.25:
        rgb, alpha, mask = _edged(rgb, alpha, mask, rng)
    r, g, b = (int(v) for v in ground[0, 0])
    return Mark(mark.label, mark.version, mark.source, np.dstack([rgb, alpha]), mask, mark.solid, (r, g, b))


def _bent(rgba: U8, mask: U8, solid: bool, rng: Rng) -> tuple[U8, U8]:
    h, w = rgba.shape[:2]
    wide, high = np.exp(rng.normal(0, 0.06, 2))
    size = max(round(w * wide), 8), max(round(h * high), 8)
    moves = rng.normal(0, _MOVED * max(size), (_KNOTS, _KNOTS, 2)).astype(np.float32)
    moves = cv2.resize(moves, size, interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    lean = rng.normal(0, 0.03)
    from_x = (x + lean * (y - size[1] / 2) + moves[..., 0]) * np.float32(w / size[0])
    from_y = (y + moves[..., 1]) * np.float32(h / size[1])
    border = cv2.BORDER_REPLICATE if solid else cv2.BORDER_CONSTANT
    picture = cv2.remap(rgba, from_x, from_y, cv2.INTER_LINEAR, borderMode=border, borderValue=(255, 255, 255, 0))
    where = cv2.remap(mask, from_x, from_y, cv2.INTER_LINEAR, borderMode=border, borderValue=0)
    return np.asarray(picture, np.uint8), np.asarray(where, np.uint8)


def _inked(parts: list[U8], rng: Rng) -> list[U8]:
    """The same in other inks, all of them moved alike; seldom in one ink."""
    turn = float(rng.normal(0, 3))
    richer, brighter = (float(np.exp(rng.normal(0, v))) for v in (0.2, 0.1))
    tint = rng.normal(0, 8, 3).astype(np.float32)
    grey = rng.random() < 0.06
    out = []
    for part in parts:
        h, s, v = cv2.split(cv2.cvtColor(part, cv2.COLOR_RGB2HSV).astype(np.float32))
        v = np.clip(v * brighter, 0, 255)
        s = np.zeros_like(s) if grey else np.clip(s * richer, 0, 255)
        turned = cv2.cvtColor(cv2.merge([(h + turn) % 180, s, v]).astype(np.uint8), cv2.COLOR_HSV2RGB)
        # What is white stays paper.
        coloured = 0.3 + 0.7 * s[..., None] / 255
        out.append((turned + tint * coloured).clip(0, 255).astype(np.uint8))
    return out


def _shaded(rgb: U8, rng: Rng) -> U8:
    """Lighter on one side, as buttons and screens print it."""
    h, w = rgb.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    light = 1 + rng.uniform(0.05, 0.25) * (x * np.cos(angle) + y * np.sin(angle))
    return np.asarray((rgb * light[..., None]).clip(0, 255), np.uint8)


def _edged(rgb: U8, alpha: U8, mask: U8, rng: Rng) -> tuple[U8, U8, U8]:
    """With an edge of one colour round it, as stickers have."""
    wide = max(round(max(alpha.shape) * rng.uniform(0.012, 0.05)), 1)
    alpha, mask = (cv2.copyMakeBorder(a, *[wide] * 4, cv2.BORDER_CONSTANT, value=0) for a in (alpha, mask))
    rgb = cv2.copyMakeBorder(rgb, *[wide] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, 2 * wide + 1))
    colour = np.array([255, 255, 255] if rng.random() < 0.7 else rng.integers(0, 256, 3), np.float32)
    share = alpha[..., None] / np.float32(255)
    out = rgb * share + colour * (1 - share)
    return np.asarray(out, np.uint8), np.asarray(cv2.dilate(alpha, kernel), np.uint8), cv2.dilate(mask, kernel)
