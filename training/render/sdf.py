"""Signed distance field of tapered capsules with a smooth union, sphere-traced along parallel rays with numpy.

Everything is in pixels: x right, y down, z towards the viewer. Perspective is put in beforehand by scaling each
joint (see `hand.project`), so a ray is a pixel and a capsule is looked at only where it can cover that pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

FAR = np.float32(1e6)


@dataclass(frozen=True, slots=True)
class Capsules:
    """N tapered capsules from `a` to `b` (N×3) with radii `ra`, `rb`.

    `k0`, `k1`: width of the smooth union with everything before it, at its two ends.
    """

    a: Floats
    b: Floats
    ra: Floats
    rb: Floats
    k0: Floats
    k1: Floats

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True, slots=True)
class Hits:
    """What the rays met. All arrays have one row a covered pixel: `pixel` is the flat index into height × width.

    `alpha`: coverage, under 1 on the silhouette; `which`: index of the nearest capsule; `along`: 0..1 on it.
    """

    pixel: Ints
    alpha: Floats
    point: Floats
    normal: Floats
    which: Ints
    along: Floats


class Field:
    """The field restricted to rays: for each capsule the rays it can reach, kept short as rays finish."""

    def __init__(self, caps: Capsules, x: Floats, y: Floats, reach: float) -> None:
        self.caps = caps
        self.lists: list[Ints] = []
        self.start = np.full(len(x), -FAR, np.float32)
        self.stop = np.full(len(x), FAR, np.float32)
        for i in range(len(caps)):
            a, b = caps.a[i], caps.b[i]
            r = float(max(caps.ra[i], caps.rb[i])) + reach
            lo, hi = np.minimum(a, b) - r, np.maximum(a, b) + r
            near = np.flatnonzero((x > lo[0]) & (x < hi[0]) & (y > lo[1]) & (y < hi[1]))
            dx, dy = x[near] - a[0], y[near] - a[1]
            bx, by = b[0] - a[0], b[1] - a[1]
            t = np.clip((dx * bx + dy * by) / max(float(bx * bx + by * by), 1e-6), 0, 1)
            near = near[(dx - t * bx) ** 2 + (dy - t * by) ** 2 < r * r]
            self.lists.append(near)
            self.start[near] = np.maximum(self.start[near], hi[2])
            self.stop[near] = np.minimum(self.stop[near], lo[2])

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Forget the rays that are not `kept`; the others are renumbered."""
        order = np.cumsum(kept) - 1
        self.lists = [order[rays[kept[rays]]] for rays in self.lists]
        self.start, self.stop = self.start[kept], self.stop[kept]

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance at one point a ray, in pixels."""
        out = np.full(len(x), FAR, np.float32)
        for i, rays in enumerate(self.lists):
            if len(rays):
                d, t = capsule_distance(self.caps, i, x[rays], y[rays], z[rays])
                out[rays] = union(out[rays], d, blend(self.caps, i, t))
        return out

    def nearest(self, x: Floats, y: Floats, z: Floats) -> tuple[Ints, Floats]:
        """Index of the nearest capsule and the place along it, one a ray."""
        best = np.full(len(x), FAR, np.float32)
        which = np.zeros(len(x), np.int64)
        along = np.zeros(len(x), np.float32)
        for i, rays in enumerate(self.lists):
            if len(rays):
                d, t = capsule_distance(self.caps, i, x[rays], y[rays], z[rays])
                wins = d < best[rays]
                won = rays[wins]
                best[won], which[won], along[won] = d[wins], i, t[wins]
        return which, along


def capsule_distance(caps: Capsules, i: int, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Distance to capsule i and the place along it (0..1). The taper is linear, so the distance is a close bound."""
    a = caps.a[i]
    ba = caps.b[i] - a
    px, py, pz = x - a[0], y - a[1], z - a[2]
    t = (px * ba[0] + py * ba[1] + pz * ba[2]) * np.float32(1 / max(float(ba @ ba), 1e-6))
    np.clip(t, 0, 1, out=t)
    px -= t * ba[0]
    py -= t * ba[1]
    pz -= t * ba[2]
    d = np.sqrt(px * px + py * py + pz * pz)
    d -= caps.ra[i] + t * (caps.rb[i] - caps.ra[i])
    return d, t


def blend(caps: Capsules, i: int, t: Floats) -> Floats:
    """Width of the smooth union at place t of capsule i: falls fast, so that a folded finger does not melt."""
    k: Floats = caps.k1[i] + (caps.k0[i] - caps.k1[i]) * (1 - t) ** 2
    return k


def union(d0: Floats, d1: Floats, k: Floats) -> Floats:
    """Polynomial smooth minimum (I. Quilez, "smooth minimum")."""
    h = np.maximum(k - np.abs(d0 - d1), 0) / k
    out: Floats = np.minimum(d0, d1) - h * h * k * np.float32(0.25)
    return out


def whole_distance(caps: Capsules, point: Floats) -> Floats:
    """Hard-union distance of any points (M×3) to all capsules; for shadows."""
    out = np.full(len(point), FAR, np.float32)
    x, y, z = (np.ascontiguousarray(point[:, i]) for i in range(3))
    for i in range(len(caps)):
        np.minimum(out, capsule_distance(caps, i, x, y, z)[0], out=out)
    return out


def trace(caps: Capsules, height: int, width: int, steps: int = 72) -> Hits:
    """Sphere-trace every pixel of a height × width canvas; pixels that meet nothing are left out."""
    reach = float(np.max(caps.k0)) * 0.3 + 2.0
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32) + np.float32(0.5)
    full = Field(caps, xx.ravel(), yy.ravel(), reach)
    pixel = np.flatnonzero(full.start > -FAR)
    full.keep(full.start > -FAR)
    x, y = xx.ravel()[pixel], yy.ravel()[pixel]
    depth, gap = _march(full, x, y, steps)
    covered = gap < 0.5
    full.keep(covered)
    x, y, z, pixel = x[covered], y[covered], depth[covered], pixel[covered]
    alpha = np.clip(0.5 - gap[covered], 0, 1).astype(np.float32)
    alpha[gap[covered] < 0.2] = 1.0
    e = np.float32(0.6)
    d = full.distance(x, y, z)
    normal = np.stack(
        [full.distance(x + e, y, z) - d, full.distance(x, y + e, z) - d, full.distance(x, y, z + e) - d], axis=1
    )
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    which, along = full.nearest(x, y, z)
    return Hits(pixel, alpha, np.stack([x, y, z], axis=1), normal.astype(np.float32), which, along)


def _march(full: Field, x: Floats, y: Floats, steps: int) -> tuple[Floats, Floats]:
    """Depth and gap of each ray: where it came nearest to the surface, and how near (0 where it met it)."""
    depth = full.start.copy()
    gap = np.full(len(x), FAR, np.float32)
    live = np.arange(len(x))
    field = Field.__new__(Field)
    field.caps, field.lists, field.start, field.stop = full.caps, full.lists, full.start, full.stop
    lx, ly, lz = x, y, full.start.copy()
    for step in range(steps):
        d = field.distance(lx, ly, lz)
        nearer = (d < gap[live]) & (gap[live] > 0.15)
        gap[live[nearer]], depth[live[nearer]] = d[nearer], lz[nearer]
        lz = lz - np.maximum(d * np.float32(0.92), 0.3)
        if step % 3 == 2:
            going = (d > 0.15) & (lz > field.stop)
            if not going.any():
                break
            field.keep(going)
            live, lx, ly, lz = live[going], lx[going], ly[going], lz[going]
    return depth, gap
