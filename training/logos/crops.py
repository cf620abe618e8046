"""What the recogniser and the logo embedder learn from: tiles around a logo, and crops of them as photos give them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.props.marks import GROW, SIDE

TILE, REACH = 128, 1.67
"""A tile is the square of REACH times a logo's longer side, TILE × TILE."""
CUT_OFF = 0.2
"""Share of the crops whose emblem goes beyond the edge of its photo."""
BEYOND = (0.08, 0.55)
"""Least and most of it that lies there."""


def tile(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """The square of REACH times the box's longer side around it, TILE × TILE, edges repeated."""
    x, y, w, h = box
    side = REACH * max(w, h, 4.0)
    zoom = TILE / side
    left, top = x + w / 2 - side / 2, y + h / 2 - side / 2
    if zoom < 0.6:
        image = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        left, top, zoom = left * zoom, top * zoom, 1.0
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
    return np.asarray(cv2.warpAffine(image, matrix, (TILE, TILE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def cut_off(
    picture: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float, NDArray[np.float64]]:
    """A tile whose emblem the photo's edge cuts; the longer side of what is left of it, and how far its middle moves.

    Beyond the edge its pixels are repeated, as `poseguard.boxes.square` does.
    """
    mark, share, turns = TILE / REACH, rng.uniform(*BEYOND), int(rng.integers(4))
    out = np.rot90(picture, turns).copy()
    edge = round((TILE - mark) / 2 + share * mark)
    out[:, :edge] = out[:, edge : edge + 1]
    # A quarter turn to the left takes the left side to the bottom.
    side = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns]
    left = np.ascontiguousarray(np.rot90(out, -turns))
    return left, mark * rng.uniform(1 - share, 1), np.array(side) * share * mark / 2


def spoil(picture: NDArray[np.uint8], native: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One random crop: cut off, shifted and scaled as a detector's box is, turned, made smaller, blurred, tinted."""
    mark, off = TILE / REACH, np.zeros(2)
    if rng.random() < CUT_OFF:
        picture, mark, off = cut_off(picture, rng)
    crop = GROW * mark * math.exp(rng.normal(0, 0.1))
    matrix = cv2.getRotationMatrix2D((TILE / 2 + off[0], TILE / 2 + off[1]), rng.normal(0, 6), 1.0)
    matrix[:, 2] += rng.normal(0, 0.06, 2) * mark - off
    small = min(native, math.exp(rng.uniform(math.log(13), math.log(120))))
    low = max(10, round(small * crop / mark))
    zoom = low / crop
    shift = np.array([[zoom, 0, low / 2 - TILE / 2 * zoom], [0, zoom, low / 2 - TILE / 2 * zoom], [0, 0, 1]])
    source = cv2.GaussianBlur(picture, (0, 0), 0.45 / zoom) if zoom < 0.6 else picture
    matrix = shift @ np.vstack([matrix, [0, 0, 1]])
    out = cv2.warpAffine(source, matrix[:2], (low, low), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.15:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.0))
    values = out.astype(np.float32) * rng.uniform(0.65, 1.35) + rng.uniform(-25, 25)
    if rng.random() < 0.5:
        values *= rng.uniform(0.88, 1.12, 3).astype(np.float32)
    if rng.random() < 0.25:
        grey = values.mean(2, keepdims=True)
        values = grey + (values - grey) * rng.uniform(0.2, 1.3)
    out = values.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1], 1)
    if rng.random() < 0.2:
        s = int(low * rng.uniform(0.15, 0.35)) + 1
        x, y = rng.integers(0, low - s + 1, 2)
        out = out.copy()
        out[y : y + s, x : x + s] = rng.integers(0, 256, 3)
    return np.asarray(cv2.resize(out, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)
