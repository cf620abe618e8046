"""The surfaces of a drawn head: skull and features, ears, neck, what hides them. Millimetres, as in face_people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.face_people import Identity, View
from training.render.sdf import Floats
from training.render.splat import Sheet, normals

SKIN_KIND, EAR, NECK, HAIR, CAP, VEIL, FRAME, CLOTHES, LOCKS = range(9)
FLAT = 2.35
AROUND = np.radians(118)
NOISE = 77
Numbers = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surface:
    """The head as a grid. `x`, `y`: places before features were raised, for painting; `angle`: around the head."""

    points: Floats
    x: Floats
    y: Floats
    angle: Floats


def rise(low: float, high: float, v: Numbers) -> Floats:
    """0 below `low`, 1 above `high`, smooth between; falls where `low` is over `high`."""
    t = np.clip((v - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def bump(x: Numbers, y: Numbers, at: tuple[float, float], size: tuple[float, float]) -> Floats:
    """A smooth hill of height 1."""
    return np.asarray(np.exp(-(((x - at[0]) / size[0]) ** 2) - ((y - at[1]) / size[1]) ** 2), np.float32)


def noise(seed: int, x: Floats, y: Floats, blur: tuple[float, float], each: float = 2.0) -> Floats:
    """Noise of deviation 1 at places in mm; `blur`: how far (mm, x and y) it stays alike; `each`: cells a mm."""
    cells = _cells(blur[0] * each, blur[1] * each)
    u = np.asarray(np.mod(x * each + seed % 509, 511), np.float32)
    v = np.asarray(np.mod(y * each + seed // 509 % 503, 511), np.float32)
    return np.asarray(cv2.remap(cells, u, v, cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=64)
def _cells(across: float, down: float) -> Floats:
    white = np.random.default_rng(NOISE).standard_normal((512, 512), np.float32)
    cells = cv2.GaussianBlur(np.pad(white, 96, mode="wrap"), (0, 0), sigmaX=across, sigmaY=down)[96:-96, 96:-96]
    return np.asarray(cells / max(float(cells.std()), 1e-6), np.float32)


def window(x: Floats, y: Floats, at: tuple[float, float], size: tuple[float, float]) -> tuple[slice, slice]:
    """The part of a grid within `size` mm of a place, as slices."""
    rows = np.flatnonzero(np.abs(y[:, 0] - at[1]) <= size[1])
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    near = (np.abs(x[rows[0] : rows[-1] + 1] - at[0]) <= size[0]).any(axis=0)
    columns = np.flatnonzero(near)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def sections(who: Identity, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Half width, half depth and middle depth of the cross-section at each height."""
    table = np.linspace(who.chin_y, who.crown_y, 256, dtype=np.float32)
    c, w, o = who.chin_y, who.crown_y, who.forehead_out
    at = [c, c + 12, who.jaw_y - 4, who.jaw_y + 8, -26, 0, 30, 0.62 * w, w]
    wide = [who.chin_wide, who.chin_wide * 1.35, who.jaw_wide, who.jaw_wide * 1.03, who.cheek_wide]
    wide += [(who.cheek_wide + who.temple_wide) / 2, who.temple_wide, who.temple_wide * 0.97, who.temple_wide * 0.9]
    front = [82 + who.chin_out, 85 + who.chin_out, 86, 88, 86, 84, 88 + 0.4 * o, 84 + o, 70 + o]
    back = [36, 15, -20, -38, -70, -85, -92, -95, -80]
    kernel = np.exp(-((np.arange(-16, 17) / 7.0) ** 2))
    kernel /= kernel.sum()

    def smooth(v: Sequence[float]) -> Floats:
        line = np.pad(np.interp(table, at, v), 16, mode="edge")
        return np.asarray(np.interp(y, table, np.convolve(line, kernel, "valid")), np.float32)

    zf, zb = smooth(front), smooth(back)
    above = np.clip((y - 0.3 * w) / (0.7 * w), 0, 1)
    below = np.clip((c + 18 - y) / 18, 0, 1)
    cap = np.sqrt(np.maximum(1 - above**2.3, 0)) * np.maximum(1 - below**3, 0) ** 0.42
    half, deep = (np.asarray(v * cap, np.float32) for v in (smooth(wide), (zf - zb) / 2))
    return half, deep, np.asarray((zf + zb) / 2, np.float32)


def base_depth(who: Identity, x: float, y: float) -> float:
    """Depth of the bare front at a place."""
    w, d, z = (float(v[0]) for v in sections(who, np.array([y], np.float32)))
    return z + d * float(max(1 - (abs(x) / w) ** FLAT, 0.0) ** (1 / FLAT))


def ring(angle: Floats, w: Numbers, d: Numbers, z: Numbers) -> tuple[Floats, Floats]:
    """x and z on superellipses."""
    s, c = np.sin(angle), np.cos(angle)
    rho = (np.abs(s) ** FLAT + np.abs(c) ** FLAT) ** np.float32(-1 / FLAT)
    return np.asarray(w * rho * s, np.float32), np.asarray(z + d * rho * c, np.float32)


def eye_frame(who: Identity, view: View, side: int, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Along and above the axis of an eye (along: -1 inner to 1 outer corner), and the edges of its lids there."""
    t = np.radians(who.eye_tilt)
    c, s = float(np.cos(t)), float(np.sin(t))
    dx = (x - side * who.eye_x) * side
    u = np.asarray((dx * c + y * s) / who.eye_wide, np.float32)
    v = np.asarray(y * c - dx * s, np.float32)
    lens = np.clip(1 - u * u, 0, 1)
    opened = who.eye_open * (1 - 0.5 * view.squint)
    upper = opened * lens**0.62 * (1 - 0.16 * u)
    lower = -opened * (0.55 - 0.25 * view.squint) * lens**0.8 * (1 + 0.2 * u)
    return u, v, np.asarray(upper, np.float32), np.asarray(lower, np.float32)


def mouth_lines(who: Identity, view: View, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """At each x: place across (-1 to 1 at the corners), upper outline, seam above, seam below, lower outline."""
    half = who.mouth_wide * (1 + 0.2 * view.smile)
    q = np.clip(x / half, -1, 1)
    full = np.clip(1 - q * q, 0, 1)
    seam = who.mouth_y + (who.mouth_lift + 5.5 * view.smile) * q * q - 0.9 * np.exp(-((x / 4) ** 2)) * who.bow
    gap = full * (9.0 * view.gap)
    thin = 1 - 0.25 * view.smile
    upper = seam + who.lip_up * thin * full**0.75 * (1 - 0.3 * who.bow * np.exp(-((x / 3.2) ** 2)))
    lower = seam - gap - who.lip_low * thin * full**0.65
    a, b, c, d, e = (np.asarray(v, np.float32) for v in (q, upper, seam, seam - gap, lower))
    return a, b, c, d, e


def head(who: Identity, view: View, step: float) -> Surface:
    """Skull and face, points about `step` mm apart."""
    fine = np.linspace(who.chin_y - 0.5, who.crown_y, 2048, dtype=np.float32)
    w, d, z = sections(who, fine)
    path = np.concatenate([[0], np.cumsum(np.sqrt(np.diff(fine) ** 2 + np.maximum(np.diff(w), np.diff(d)) ** 2))])
    rows = np.interp(np.arange(0, path[-1], step), path, fine).astype(np.float32)[::-1].copy()
    w, d, z = (v[:, None] for v in sections(who, rows))
    count = int(2 * AROUND * 95 / step)
    angle = np.linspace(-AROUND, AROUND, count, dtype=np.float32)[None]
    x, depth = ring(angle, w, d, z)
    y = np.broadcast_to(rows[:, None], x.shape).copy()
    ahead = rise(0.1, 0.45, np.cos(angle))
    columns = np.flatnonzero(ahead[0] > 0)
    span = slice(columns[0], columns[-1] + 1)
    raised = _features(who, view, x[:, span], y[:, span], depth[:, span])
    depth[:, span] += (raised - depth[:, span]) * ahead[:, span]
    grid = np.broadcast_to(angle, x.shape)
    return Surface(np.stack([x, y, depth], axis=-1), x, y, np.asarray(grid, np.float32))


def _features(who: Identity, view: View, x: Floats, y: Floats, z: Floats) -> Floats:
    out = z.copy()
    side_x = np.abs(x)
    out -= (4 + who.eye_deep) * bump(side_x, y, (who.eye_x - 1, 1), (17, 12))
    out += who.ridge * bump(side_x, y, (who.eye_x - 4, who.brow_y - 1), (22, 6.5))
    out += who.cheekbone * bump(side_x, y, (46, -24), (15, 13))
    out += (who.cheek_full + 3.5 * view.smile) * bump(side_x, y, (35, -44 + 8 * view.smile), (16, 17))
    out += 3.2 * bump(x, y, (0, who.mouth_y), (27, 18))
    out += 3.5 * bump(x, y, (0, who.chin_y + 17), (13, 10))
    out -= 3.0 * bump(x, y, (0, who.mouth_y - who.lip_low - 7 - 8 * view.gap), (17, 4.5))
    out -= (0.8 + 1.8 * who.age + 2.2 * view.smile) * np.exp(-((fold(who, view, side_x, y) / 3.2) ** 2))
    out -= 1.6 * who.bags * np.exp(-((bag(who, side_x, y) / 2.2) ** 2))
    for side in (-1, 1):
        part = window(x, y, (side * who.eye_x, 0), (34, 22))
        out[part] = _eye(who, view, side, x[part], y[part], out[part])
    part = window(x, y, (0, who.nose_y / 2), (44, 60))
    out[part] += _nose(who, x[part], y[part])
    part = window(x, y, (0, who.mouth_y), (50, 34))
    out[part] = _mouth(who, view, x[part], y[part], out[part])
    return out


def fold(who: Identity, view: View, side_x: Floats, y: Floats) -> Floats:
    """Distance (mm) to the fold from the nose to beside the mouth; large where there is none."""
    top, low = who.nose_y + 4, who.mouth_y - 6
    t = np.clip((top - y) / (top - low), 0, 1)
    start = who.nose_wide + 3
    end = who.mouth_wide * (1 + 0.2 * view.smile) + 7
    off = np.abs(side_x - (start + (end - start) * t**0.8))
    return np.asarray(off + 3 * np.maximum(y - top, 0) + 2 * np.maximum(low - y, 0), np.float32)


def bag(who: Identity, side_x: Floats, y: Floats) -> Floats:
    """Distance (mm) to the line under the eye."""
    u = (side_x - who.eye_x) / (1.15 * who.eye_wide)
    line = -who.eye_open * 0.6 - 6.5 + 4 * u * u
    return np.asarray(np.abs(y - line) + 30 * np.maximum(np.abs(u) - 0.95, 0), np.float32)


def _eye(who: Identity, view: View, side: int, x: Floats, y: Floats, z: Floats) -> Floats:
    u, v, upper, lower = eye_frame(who, view, side, x, y)
    radius = 13.8
    front = eye_depth(who)
    flat = np.sqrt((u * who.eye_wide * 0.86) ** 2 + (v * 0.92) ** 2)
    ball = front - radius + np.sqrt(np.maximum(radius**2 - flat**2, 0)) - 40 * (flat > radius)
    k = 3.0
    h = np.clip(0.5 + 0.5 * (ball - z) / k, 0, 1)
    out = z + (ball - z) * h + k * h * (1 - h)
    inside = np.clip(np.minimum(upper - v, v - lower) / 0.5, 0, 1) * (np.abs(u) < 1)
    eyeball = ball - 1.9
    out += (eyeball - out) * inside
    crease = v - upper - who.lid * (1.0 - 0.25 * u * u)
    out -= 1.3 * np.exp(-((crease / 0.9) ** 2)) * rise(1.25, 0.9, np.abs(u)) * (1 - inside)
    return np.asarray(out, np.float32)


def eye_depth(who: Identity) -> float:
    """Depth of the front of the lids."""
    return base_depth(who, who.eye_x, -1.0) - 1.5 - 0.8 * who.eye_deep


def _nose(who: Identity, x: Floats, y: Floats) -> Floats:
    t = (4 - y) / (4 - who.nose_y)
    along = np.clip(t, 0, 1)
    height = who.bridge_out + (who.nose_out - who.bridge_out) * along**1.25 + who.nose_hump * np.sin(np.pi * along)
    above = np.exp(-((np.minimum(t, 0) / 0.3) ** 2))
    under = rise(-10.5, 0.5, y - who.nose_y)
    half = who.bridge_wide + (who.nose_bulb - who.bridge_wide) * along**2
    ridge = height * above * under * np.exp(-(np.abs(x / (half * 1.25)) ** 2.2))
    side_x = np.abs(x)
    wing = bump(side_x, y, (who.nose_wide * 0.68, who.nose_y - 1.5), (who.nose_wide * 0.33, 6.5))
    tip = bump(x, y, (0, who.nose_y + 1), (who.nose_bulb * 0.8, 6.5))
    body = bump(x, y, (0, who.nose_y + 5), (who.nose_wide * 0.75, 16)) * under
    total = np.maximum(ridge + 2.2 * tip * under, 0.52 * who.nose_out * wing * rise(-9, -2, y - who.nose_y))
    return np.asarray(total + 0.16 * who.nose_out * body, np.float32)


def _mouth(who: Identity, view: View, x: Floats, y: Floats, z: Floats) -> Floats:
    q, top, above, below, low = mouth_lines(who, view, x)
    out = z - 0.8 * bump(x, y, (0, (who.nose_y + who.mouth_y) / 2 - 2), (3, 9))
    full = np.clip(1 - q * q, 0, 1) ** 0.6 * (np.abs(q) < 1)
    upper = np.clip((y - above) / np.maximum(top - above, 0.4), -0.3, 1.5)
    lower = np.clip((below - y) / np.maximum(below - low, 0.4), -0.3, 1.5)
    out += (1.4 + 0.28 * who.lip_up) * full * np.exp(-(((upper - 0.4) / 0.55) ** 2))
    out += (1.8 + 0.26 * who.lip_low) * full * np.exp(-(((lower - 0.42) / 0.5) ** 2))
    inside = np.clip(np.minimum(above - y, y - below) / 0.6, 0, 1) * (np.abs(q) < 1)
    out -= 5.0 * inside * full
    corner = bump(np.abs(x), y, (who.mouth_wide * (1 + 0.2 * view.smile), float(above[0, 0])), (3.5, 3.5))
    return np.asarray(out - 1.6 * corner, np.float32)


def marks(who: Identity, view: View) -> Floats:
    """The five points (eye left of the picture, right, nose, mouth corners left, right), 5×3, before turning."""
    half = who.mouth_wide * (1 + 0.2 * view.smile)
    corner_y = who.mouth_y + who.mouth_lift + 5.5 * view.smile
    eye = eye_depth(who) - 1.0
    nose = base_depth(who, 0, who.nose_y) + who.nose_out * 1.16 + 1.5
    mouth = base_depth(who, half, corner_y) + 1.5
    rows = [(-who.eye_x, 0.3, eye), (who.eye_x, 0.3, eye), (0, who.nose_y, nose)]
    rows += [(-half, corner_y, mouth), (half, corner_y, mouth)]
    return np.array(rows, np.float32)


def ears(who: Identity, step: float, tone: Floats) -> list[Sheet]:
    """Both ears: shells with a raised rim."""
    out = []
    r, phi = np.meshgrid(np.linspace(0, 1, int(34 / step)), np.linspace(0, 2 * np.pi, int(190 / step)), indexing="ij")
    w = float(sections(who, np.array([-6.0], np.float32))[0][0])
    for side in (-1, 1):
        away = np.array([0.62 * side, 0, -0.78])
        up = np.array([0.12 * side, 0.99, -0.1])
        face = np.cross(away, up) * side
        long = 31 * who.ears * np.where(np.sin(phi) > 0, 1.0, 0.95)
        wide = 17 * who.ears * (1 + 0.25 * np.sin(phi))
        height = 3.2 * np.exp(-(((r - 0.86) / 0.12) ** 2)) - 4.5 * np.exp(-(((r - 0.25) / 0.3) ** 2))
        centre = np.array([side * (w + 3 * who.ears), -8, -4])
        spot = (r * np.cos(phi) * wide)[..., None] * away + (r * np.sin(phi) * long)[..., None] * up
        points = np.asarray(centre + spot - height[..., None] * face * side, np.float32)
        dark = (1 - 0.35 * np.exp(-(((r - 0.3) / 0.3) ** 2)))[..., None]
        colour = tone * np.array([1.0, 0.9, 0.88], np.float32) * dark
        out.append(Sheet(points, np.asarray(colour, np.float32), EAR, 0.4, soft=True, both=True))
    return out


def tube(
    y: tuple[float, ...], w: tuple[float, ...], front: tuple[float, ...], back: tuple[float, ...], step: float
) -> tuple[Floats, Floats]:
    """Points and angles of a body of stacked ellipses between heights (falling)."""
    rows = np.arange(y[0], y[-1], -step, dtype=np.float32)
    kernel = np.ones(max(int(18 / step) | 1, 3))
    kernel /= kernel.sum()

    def at(v: tuple[float, ...]) -> Floats:
        line = np.interp(-rows, [-k for k in y], v)
        line = np.convolve(np.pad(line, len(kernel) // 2, mode="edge"), kernel, "valid")
        return np.asarray(line[: len(rows), None], np.float32)

    half, zf, zb = at(w), at(front), at(back)
    count = int(2 * np.radians(120) * max(max(w), 60) / step)
    angle = np.linspace(-np.radians(120), np.radians(120), count, dtype=np.float32)[None]
    x, z = ring(angle, half, (zf - zb) / 2, (zf + zb) / 2)
    points = np.stack([x, np.broadcast_to(rows[:, None], x.shape), z], axis=-1)
    return np.asarray(points, np.float32), np.asarray(np.broadcast_to(angle, x.shape), np.float32)


def lifted(surface: Surface, thick: Floats) -> Floats:
    """The head's surface, moved outwards by `thick` mm."""
    smooth = np.asarray(cv2.GaussianBlur(normals(surface.points, 1.0), (0, 0), 3), np.float32)
    # Where the rows meet at the crown there is no telling which way is out but up.
    pole = rise(14, 3, surface.y.max() - surface.y)[..., None]
    smooth += (np.array([0, 1, 0], np.float32) - smooth) * pole
    return np.asarray(surface.points + smooth * thick[..., None], np.float32)
