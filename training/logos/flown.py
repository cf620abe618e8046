"""Flags in the air: cloth held at a pole, in some wind, seen from any side.

Cloth is a net of points that keep their distances while gravity and wind pull at them (position based dynamics, Müller
et al. 2007); many flags at once, a few times each, are the shapes that drawn flags take.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.banners import Brief
from training.logos.cloth import Printed, Sheet
from training.logos.drape import POLES, fringed
from training.logos.garments import flat_flag
from training.logos.people import varied

Floats = NDArray[np.float32]
Rng = np.random.Generator
Slices = tuple[slice, ...]
_ROWS, _COLUMNS = 15, 21
_FLAGS, _STEPS, _TAKEN = 160, 260, (140, 180, 220, 259)
_ROUNDS = 10  # how often a step pulls the net back to its distances
_DT = 0.02
# Points of the cloth drawn for each pixel along either side: enough that none stays empty.
_DENSE = 1.8
# What is left of an emblem's surface; below, its folds hide whose it is.
_LEAST_SHOWN = 0.25


@lru_cache(maxsize=1)
def shapes(flags: int = _FLAGS) -> Floats:
    """(4 · flags) × 15 × 21 × 3: right, down, towards the viewer, in heights of the flag; column 0 is at the pole."""
    rng = np.random.default_rng(2024)
    aspect = rng.uniform(1.2, 1.7, (flags, 1)).astype(np.float32)
    slant = np.clip(rng.normal(0, 0.35, (flags, 1)), -1.2, 1.2).astype(np.float32)
    down = np.linspace(0, 1, _ROWS, dtype=np.float32)
    points = np.zeros((flags, _ROWS, _COLUMNS, 3), np.float32)
    along = np.linspace(0, 1, _COLUMNS, dtype=np.float32) * aspect
    pole = np.stack([np.sin(slant), np.cos(slant)], -1)
    out = np.stack([np.cos(slant), -np.sin(slant)], -1)
    points[..., :2] = pole[:, None] * down[:, None, None] + (out * along[..., None])[:, None]
    points[..., 2] = rng.normal(0, 0.02, points.shape[:3])
    held = points[:, :, 0].copy()
    before = points.copy()
    links = _links(points)
    # From none to a storm: what the air does against one unit of gravity.
    strength = np.exp(rng.uniform(np.log(0.1), np.log(8), (flags, 1, 1, 1))).astype(np.float32)
    gust = rng.uniform(0.5, 3.0, (2, flags, 1, 1)).astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, (2, flags, 1, 1)).astype(np.float32)
    taken: list[Floats] = []
    for step in range(_STEPS):
        time = np.float32(step * _DT)
        wind = np.zeros((flags, 1, 1, 3), np.float32)
        wind[..., 0] = 1 + 0.4 * np.sin(3 * gust[0] * time + phase[0])
        wind[..., 1] = 0.15 * np.sin(2 * gust[1] * time + phase[0])
        wind[..., 2] = 0.7 * np.sin(4 * gust[1] * time + phase[1])
        normal = _normals(points)
        against = (normal * (strength**0.5 * wind - (points - before) / _DT * 0.15)).sum(-1, keepdims=True)
        force = normal * against * np.abs(against) * 2 + strength * wind * 0.25
        force[..., 1] += 1
        points, before = points + (points - before) * 0.985 + force * np.float32(9.8 * _DT * _DT), points
        for _ in range(_ROUNDS):
            for a, b, length in links:
                _pull(points, a, b, length)
            points[:, :, 0] = held
        if step in _TAKEN:
            # Cloth is stiffer than the net: no fold is as narrow as a mesh.
            taken += [cv2.GaussianBlur(flag, (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE) for flag in points]
    return np.stack(taken)


def _links(points: Floats) -> list[tuple[Slices, Slices, Floats]]:
    """Pairs of neighbours and their distances, in groups in which no point occurs twice."""

    def pairs(n: int) -> list[tuple[slice, slice]]:
        return [(slice(first, n - 1, 2), slice(first + 1, n, 2)) for first in (0, 1)]

    out = [(np.s_[:, a], np.s_[:, b]) for a, b in pairs(_ROWS)]
    out += [(np.s_[:, :, a], np.s_[:, :, b]) for a, b in pairs(_COLUMNS)]
    for left, right in pairs(_COLUMNS):  # across the meshes, against shear
        for up, down in pairs(_ROWS):
            out += [(np.s_[:, up, left], np.s_[:, down, right]), (np.s_[:, down, left], np.s_[:, up, right])]
    return [(a, b, np.linalg.norm(points[a] - points[b], axis=-1, keepdims=True)) for a, b in out]


def _pull(points: Floats, a: Slices, b: Slices, length: Floats) -> None:
    between = points[b] - points[a]
    far = np.sqrt((between * between).sum(-1, keepdims=True))
    between *= np.float32(0.5) * (1 - length / np.maximum(far, 1e-6))
    points[a] += between
    points[b] -= between


def _normals(points: Floats) -> Floats:
    across, down = np.gradient(points, axis=-2), np.gradient(points, axis=-3)
    normal = np.cross(across, down)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6), np.float32)


def flown_flag(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A flag on its pole in some wind, light or against the light."""
    flat = fringed(flat_flag(brief, printed, rng), rng, 0.2)
    points = _turned(shapes()[int(rng.integers(len(shapes())))], rng)
    points = points * np.float32(flat.ids.shape[0])
    return _drawn(flat, points, rng)


def _turned(points: Floats, rng: Rng) -> Floats:
    """Seen from another side and a little from below, the pole to the left or the right."""
    yaw, pitch = rng.uniform(-1.1, 1.1), rng.normal(-0.1, 0.2)
    c, s = np.cos(yaw), np.sin(yaw)
    e, f = np.cos(pitch), np.sin(pitch)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ np.array([[1, 0, 0], [0, e, -f], [0, f, e]])
    points = points @ turn.T.astype(np.float32)
    return points * np.array([-1, 1, 1], np.float32) if rng.random() < 0.5 else points


def _drawn(flat: Sheet, points: Floats, rng: Rng) -> Sheet:
    h, w = flat.ids.shape
    dense = _resampled(points, round(_DENSE * h), round(_DENSE * w))
    light = _lit(dense, rng)
    pole = points[:, 0, :2]
    along = pole[-1] - pole[0]
    thick = max(h // 40, 1)
    tip, foot = pole[0] - 0.06 * along, pole[-1] + rng.uniform(0.1, 0.8) * along
    corners = np.concatenate([dense[..., :2].reshape(-1, 2), tip[None], foot[None]])
    low = np.floor(corners.min(0)) - thick
    wide, tall = (int(v) for v in np.ceil(corners.max(0) - low) + thick)
    sheet = Sheet.blank(wide, tall, None)
    ends = [tuple(int(v) for v in np.rint(at - low)) for at in (tip, foot)]
    colour = varied(POLES[int(rng.integers(len(POLES)))], rng, 12)
    cv2.line(sheet.rgba, ends[0], ends[1], (*colour, 255), thick, cv2.LINE_AA)
    order = np.argsort(dense[..., 2].ravel(), kind="stable")
    x, y = np.rint(dense[..., :2].reshape(-1, 2)[order] - low).astype(np.int32).T
    size = dense.shape[1::-1]
    rgb = cv2.resize(flat.rgba[..., :3], size, interpolation=cv2.INTER_LINEAR) * light[..., None]
    sheet.rgba[y, x, :3] = np.clip(rgb, 0, 255).astype(np.uint8).reshape(-1, 3)[order]
    sheet.rgba[y, x, 3] = 255
    for field, to in ((flat.ids, sheet.ids), (flat.things, sheet.things)):
        to[y, x] = cv2.resize(field, size, interpolation=cv2.INTER_NEAREST).ravel()[order]
    for number in np.unique(flat.ids[flat.ids > 0]):
        if (sheet.ids == number).sum() < _LEAST_SHOWN * (flat.ids == number).sum():
            sheet.ids[sheet.ids == number] = 0
    return sheet


def _resampled(points: Floats, rows: int, columns: int) -> Floats:
    y = np.linspace(0, _ROWS - 1, rows, dtype=np.float32)[:, None].repeat(columns, 1)
    x = np.linspace(0, _COLUMNS - 1, columns, dtype=np.float32)[None].repeat(rows, 0)
    return np.asarray(cv2.remap(points, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _lit(dense: Floats, rng: Rng) -> Floats:
    """Brightness of every point: either side of cloth is lit, and some light comes through."""
    towards = rng.normal((0, -0.8, 0.6), 1)
    slope = (_normals(dense) * np.float32(towards / np.linalg.norm(towards))).sum(-1)
    through = rng.uniform(0.3, 0.9)
    lit = np.where(slope > 0, slope, -slope * through)
    return np.asarray(rng.uniform(0.35, 0.75) + rng.uniform(0.3, 0.7) * lit, np.float32)
