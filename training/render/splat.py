"""Surfaces as dense grids of points, drawn by depth: quicker than tracing rays where there is much fine detail."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.sdf import FAR, Floats
from training.render.skin import Light

Places = NDArray[np.int32]


@dataclass(slots=True)
class Sheet:
    """A surface: R×C×3 points (mm), sRGB colours 0..255, R×C gloss, and which points are there.

    `kind`: what it is part of; `soft`: light goes on under its surface, as in skin; `out`: normals turned by sign.
    """

    points: Floats
    colour: Floats
    kind: int
    gloss: float
    soft: bool = False
    there: NDArray[np.bool_] | None = None
    out: float = 1.0
    both: bool = False


@dataclass(frozen=True, slots=True)
class Cloud:
    """All points of all sheets in the camera's frame."""

    points: Floats
    normals: Floats
    colour: Floats
    kind: NDArray[np.int8]
    gloss: Floats
    soft: NDArray[np.bool_]


def normals(points: Floats, out: float) -> Floats:
    """Unit normals of a grid."""
    x, y, z = (np.ascontiguousarray(points[..., k]) for k in range(3))
    (xd, xa), (yd, ya), (zd, za) = (np.gradient(v) for v in (x, y, z))
    n = np.stack([yd * za - zd * ya, zd * xa - xd * za, xd * ya - yd * xa], axis=-1)
    length = np.sqrt(n[..., 0] ** 2 + n[..., 1] ** 2 + n[..., 2] ** 2) * np.float32(out)
    n /= np.where(np.abs(length) < 1e-9, np.float32(1), length)[..., None]
    return np.asarray(n, np.float32)


def gathered(sheets: list[Sheet], turn: Floats) -> Cloud:
    """One cloud of what faces the viewer after `turn` (3×3)."""
    parts: list[tuple[Floats, Floats, Floats, NDArray[np.int8], Floats, NDArray[np.bool_]]] = []
    for one in sheets:
        points = one.points @ turn.T
        n = normals(points, one.out)
        if one.both:
            n *= np.where(n[..., 2:] < 0, np.float32(-1), np.float32(1))
        seen = n[..., 2] > -0.15
        if one.there is not None:
            seen &= one.there
        count = int(seen.sum())
        parts.append(
            (
                points[seen],
                n[seen],
                np.broadcast_to(one.colour, points.shape)[seen],
                np.full(count, one.kind, np.int8),
                np.full(count, one.gloss, np.float32),
                np.full(count, one.soft),
            )
        )
    return Cloud(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def nearest(x: Floats, y: Floats, depth: Floats, width: int, height: int) -> Places:
    """Index of the point nearest to the viewer at each pixel (height × width), -1 where there is none.

    Each point covers 2 × 2 pixels, so that a grid as fine as the pixels leaves no holes.
    """
    column, row = np.floor(x - 0.5).astype(np.int32), np.floor(y - 0.5).astype(np.int32)
    inside = np.flatnonzero((column >= 0) & (row >= 0) & (column < width - 1) & (row < height - 1))
    # Sixteen bits are sorted in one sweep; a step is under 0.02 mm.
    steps = np.clip(depth[inside] * 64, -32768, 32767).astype(np.int16)
    order = inside[np.argsort(steps, kind="stable")].astype(np.int32)
    corner = row[order] * width + column[order]
    out = np.full(height * width, -1, np.int32)
    places = np.stack([corner, corner + 1, corner + width, corner + width + 1], axis=1).ravel()
    out[places] = np.repeat(order, 4)
    return out.reshape(height, width)


def lit(cloud: Cloud, seen: Places, px: float, light: Light) -> Floats:
    """RGB (height × width × 3, 0..255) of the nearest points, 0 where there is none. `px`: pixels a millimetre."""
    there = seen >= 0
    index = seen[there]
    n = cloud.normals[index]
    towards = light.towards * np.array([1, -1, 1], np.float32)
    shadow = _shadow(cloud, seen, towards, px)[there]
    open_sky = _openness(cloud, seen, px)[there]
    key = light.key * np.clip((n @ towards + 0.25) / 1.25, 0, 1) * (0.2 + 0.8 * shadow)
    strength = key + light.sky * (0.72 + 0.28 * n[:, 1]) * (0.3 + 0.7 * open_sky)
    under = _under(strength, cloud.soft[index].astype(np.float32), there, px)
    half = towards + np.array([0, 0, 1], np.float32)
    shine = np.clip(n @ (half / np.linalg.norm(half)), 0, 1)
    gloss = light.gloss * cloud.gloss[index] * (0.75 * shine**14 + 0.6 * shine**60) * shadow
    linear = (cloud.colour[index] / 255) ** np.float32(2.2) * under * (light.tint * np.float32(1.12)) + gloss[:, None]
    out = np.zeros((*seen.shape, 3), np.float32)
    out[there] = 255 * np.clip(linear, 0, 1) ** np.float32(1 / 2.2)
    return out


def _under(strength: Floats, soft: Floats, there: NDArray[np.bool_], px: float) -> Floats:
    """Light (N×3) after it went on under what is soft: red the farthest."""
    whole, part = np.zeros(there.shape, np.float32), np.zeros(there.shape, np.float32)
    whole[there], part[there] = strength * soft, soft
    out = np.empty((len(strength), 3), np.float32)
    for channel, reach in enumerate((2.6, 1.2, 0.8)):
        weight, spread = (cv2.GaussianBlur(v, (0, 0), max(reach * px, 0.3))[there] for v in (part, whole))
        out[:, channel] = strength + (spread / np.maximum(weight, 1e-3) - strength) * soft
    return out


def _openness(cloud: Cloud, seen: Places, px: float) -> Floats:
    """1 in the open, near 0 in hollows: how far the surface lies behind what is around it."""
    there = (seen >= 0).astype(np.float32)
    depth = cloud.points[np.maximum(seen, 0), 2]
    depth = np.where(there > 0, depth, np.float32(0))
    out = np.ones(seen.shape, np.float32)
    for reach, strength in ((2.2, 0.22), (6.0, 0.1), (16.0, 0.025)):
        weight = cv2.GaussianBlur(there, (0, 0), reach * px)
        around = cv2.GaussianBlur(depth, (0, 0), reach * px) / np.maximum(weight, 1e-3)
        out *= 1 / (1 + strength * np.clip(around - depth, 0, 25))
    return np.asarray(out, np.float32)


def _shadow(cloud: Cloud, seen: Places, towards: Floats, px: float) -> Floats:
    """1 in the light, 0 in shadow, with a soft edge: what the light sees first, on a grid of 2.5 mm."""
    across = np.cross(np.array([0, 1, 0], np.float32), towards)
    across /= max(float(np.linalg.norm(across)), 1e-6)
    up = np.cross(towards, across)
    cell, half = 2.5, 128
    few = cloud.points[::3]
    u, v, d = (few @ axis.astype(np.float32) for axis in (across, up, towards))
    first = nearest(u / cell + half, v / cell + half, d, 2 * half, 2 * half)
    front = np.where(first >= 0, d[np.maximum(first, 0)], -FAR).astype(np.float32)
    places = cloud.points[np.maximum(seen, 0)] + 2.0 * cloud.normals[np.maximum(seen, 0)]
    at_u = np.asarray(places @ across / cell + half - 0.5, np.float32)
    at_v = np.asarray(places @ up / cell + half - 0.5, np.float32)
    before = cv2.remap(front, at_u, at_v, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=float(-FAR))
    free = np.clip(1 - (before - places @ towards - 5) / 5, 0, 1).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(free, (0, 0), 2.2 * px), np.float32)
