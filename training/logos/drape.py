"""Flags without wind: gathered at the pole, the free end sunk down, most of the emblem in the folds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.banners import Brief
from training.logos.cloth import Colour, Printed, Sheet, remapped, smooth
from training.logos.garments import flat_flag
from training.logos.people import varied

U8 = NDArray[np.uint8]
Rng = np.random.Generator
FRINGES: tuple[Colour, ...] = ((235, 190, 40), (240, 240, 235), (200, 150, 60))
POLES: tuple[Colour, ...] = ((90, 60, 35), (200, 195, 190), (205, 170, 80), (150, 120, 80))


def limp_flag(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A flag on its stand or on a pole on a calm day, some with a fringe."""
    flat = fringed(flat_flag(brief, printed, rng), rng, 0.35)
    sheet = _standing(_sunk(flat, rng), rng)
    return sheet if rng.random() < 0.5 else _mirrored(sheet)


def fringed(flat: Sheet, rng: Rng, share: float) -> Sheet:
    """The cloth, with a fringe on that share of them."""
    if rng.random() < share:
        fringe = varied(FRINGES[int(rng.integers(len(FRINGES)))], rng, 10)
        h, w = flat.ids.shape
        cv2.rectangle(flat.rgba, (0, 0), (w - 1, h - 1), (*fringe, 255), max(h // 22, 1))
    return flat


def _sunk(sheet: Sheet, rng: Rng) -> Sheet:
    """The cloth in folds: narrow, slanting down from the pole, narrower at its top."""
    h, w = sheet.ids.shape
    wide = max(int(w * rng.uniform(0.16, 0.5)), 6)
    drop = h * rng.uniform(0.15, 0.8)
    tall = int(h + drop) + 2
    folds = smooth(wide, 1, rng.uniform(2, 7), 1, rng)[0]
    gathered = np.exp(np.float32(rng.uniform(0.4, 1.4)) * folds)
    along = np.cumsum(gathered) / gathered.sum()
    sink = np.float32(drop) * along ** np.float32(rng.uniform(0.6, 1.4))
    sink += np.float32(0.02 * h) * smooth(wide, 1, 6, 1, rng)[0]
    yy, xx = np.mgrid[0:tall, 0:wide].astype(np.float32)
    spread = np.float32(rng.uniform(0.35, 1.0))
    reach = spread + (1 - spread) * np.clip(yy / tall * 1.3, 0, 1)
    column = xx / reach
    inside = column <= wide - 1
    from_x = np.interp(column, np.arange(wide), along * (w - 1)).astype(np.float32)
    from_y = yy - np.interp(column, np.arange(wide), sink).astype(np.float32)
    from_y[~inside] = -10
    light = 1 - np.float32(rng.uniform(0.12, 0.4)) * (
        np.gradient(gathered) / (np.abs(np.gradient(gathered)).max() + 1e-6)
    )
    light *= 1 - np.float32(0.25) * (gathered / gathered.max())
    lit = np.interp(column, np.arange(wide), light).astype(np.float32) * (1 + 0.06 * smooth(wide, tall, 3, 3, rng))
    sunk = remapped(sheet, from_x, from_y)
    sunk.rgba[..., :3] = np.clip(sunk.rgba[..., :3] * lit[..., None], 0, 255).astype(np.uint8)
    return sunk


def _standing(sheet: Sheet, rng: Rng) -> Sheet:
    """On a pole that ends in a point a little above and goes on below."""
    h, w = sheet.ids.shape
    thick, over = max(h // 34, 2), int(h * rng.uniform(0.04, 0.12))
    out = Sheet.blank(w + thick, over + h * rng.uniform(1.0, 1.7), None)
    colour = (*varied(POLES[int(rng.integers(len(POLES)))], rng, 12), 255)
    out.rgba[over // 2 :, :thick] = colour
    tip = np.array([[thick / 2, 0], [0, over * 0.8], [thick, over * 0.8]], np.int32)
    cv2.fillConvexPoly(out.rgba, tip, colour, cv2.LINE_AA)
    part = out.rgba[over : over + h, thick // 2 : thick // 2 + w]
    shown = sheet.rgba[..., 3:] > 127
    part[:] = np.where(shown, sheet.rgba, part)
    out.ids[over : over + h, thick // 2 : thick // 2 + w] = sheet.ids
    out.things[over : over + h, thick // 2 : thick // 2 + w] = sheet.things
    return out


def _mirrored(sheet: Sheet) -> Sheet:
    """The pole on the other side; the emblem is seen from behind, as cloth shows it."""
    return Sheet(*(np.ascontiguousarray(part[:, ::-1]) for part in (sheet.rgba, sheet.ids, sheet.things)))
