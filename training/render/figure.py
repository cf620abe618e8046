"""A person as simple shapes: head, hair or hijab or peci, torso, arms.

Nobody in particular: a face is two eyes and a mouth.

Lengths are in heads (chin to crown is about 1); the origin is the middle of the head, x right, y up, z to the viewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.body import Flesh
from training.render.kinematics import Vector
from training.render.sdf import Capsules, Floats, trace
from training.render.skin import SKIN, Light, shade

FACE, HAIR, SHIRT, BARE, TROUSERS, CAP = range(20, 26)
WIDE, ABOVE = 2.6, 1.0
HAIRS = ("short", "short", "short", "long", "bald", "peci", "hijab", "hijab", "hijab")
PLAIN = np.array(
    [
        (236, 236, 232),
        (178, 156, 112),
        (44, 62, 110),
        (60, 60, 64),
        (150, 40, 46),
        (70, 110, 80),
        (206, 190, 160),
        (120, 140, 170),
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a person wears. `tone`: index into SKIN; `pattern`: plain, batik, stripes, checks or jacket."""

    tone: int
    hair: str
    hair_colour: tuple[float, float, float]
    shirt: tuple[float, float, float]
    second: tuple[float, float, float]
    pattern: str
    long_sleeves: bool
    glasses: bool
    girth: float


@dataclass(frozen=True, slots=True)
class Arm:
    """Shoulder, elbow and wrist, in heads."""

    shoulder: Vector
    elbow: Vector
    wrist: Vector


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn person. `rgba`: the head's middle is at `origin` in it; `head`: box in its pixels."""

    rgba: NDArray[np.uint8]
    origin: tuple[float, float]
    head: tuple[float, float, float, float]


def draw_looks(rng: np.random.Generator) -> Looks:
    """Someone in office clothes."""
    hair = str(rng.choice(HAIRS))
    dark = rng.uniform(14, 46)
    first, second = PLAIN[rng.integers(len(PLAIN))], rng.uniform(30, 230, 3)
    cloth = (
        0.5 * rng.uniform(20, 235, 3) + 0.5 * rng.uniform(20, 220)
        if hair == "hijab"
        else np.array([dark, dark * 0.85, dark * 0.75])
    )
    pattern = str(rng.choice(["plain", "plain", "batik", "batik", "stripes", "checks", "jacket"]))
    if pattern == "batik":
        first = rng.uniform(30, 150, 3) * np.array([1.1, 0.85, 0.7])
        second = first + rng.uniform(50, 110, 3)
    return Looks(
        int(rng.choice(6, p=[0.06, 0.16, 0.26, 0.26, 0.17, 0.09])),
        hair,
        _triple(cloth),
        _triple(first * rng.uniform(0.8, 1.0)),
        _triple(np.clip(second, 0, 250)),
        pattern,
        bool(hair == "hijab" or pattern == "jacket" or rng.random() < 0.55),
        bool(rng.random() < 0.25),
        float(rng.uniform(0.88, 1.22)),
    )


def _triple(v: Floats | NDArray[np.float64]) -> tuple[float, float, float]:
    return float(v[0]), float(v[1]), float(v[2])


def _flesh(looks: Looks, arms: list[Arm], turn: float, head: bool) -> Flesh:
    out, g = Flesh(), looks.girth
    hair = looks.hair if head else "none"
    front = np.array([0.0, 0, 1])

    def add(a: tuple[float, ...], b: tuple[float, ...], ra: float, rb: float, part: int, k: float) -> None:
        out.add(np.array(a), np.array(b), (ra, rb), (k, k), part, front)

    if head:
        add((-0.04, 0.12, -0.08), (0.04, 0.12, -0.08), 0.385, 0.385, FACE, 0.2)
        add((0, 0.02, 0.06), (0, -0.3, 0.1), 0.33, 0.2, FACE, 0.25)
        add((0.1, -0.16, 0.1), (-0.1, -0.16, 0.1), 0.25, 0.25, FACE, 0.15)
        add((turn * 0.1, 0.06, 0.4), (turn * 0.22, -0.09, 0.46), 0.035, 0.065, FACE, 0.1)
        for s in (-1, 1):
            add((s * 0.4, 0.04, -0.05), (s * 0.385, -0.08, -0.03), 0.07, 0.05, FACE, 0.05)
    add((0, -0.3, -0.06), (0, -0.8, -0.1), 0.23, 0.26, FACE if head else BARE, 0.1)
    if hair in ("short", "long"):
        add((-0.07, 0.2, -0.13), (0.07, 0.2, -0.13), 0.4, 0.4, HAIR, 0.03)
        add((-0.15, 0.4, 0.02), (0.16, 0.4, 0.05), 0.16, 0.14, HAIR, 0.1)
    if hair == "long":
        for s in (-1, 1):
            add((s * 0.3, 0.1, -0.2), (s * 0.36, -0.75, -0.15), 0.2, 0.16, HAIR, 0.1)
    if hair == "peci":
        add((-0.07, 0.14, -0.16), (0.07, 0.14, -0.16), 0.385, 0.385, HAIR, 0.03)
        add((-0.12, 0.36, -0.1), (0.12, 0.36, -0.1), 0.33, 0.33, CAP, 0.01)
        add((-0.16, 0.48, -0.05), (0.16, 0.48, -0.05), 0.22, 0.22, CAP, 0.1)
    if hair == "hijab":
        add((-0.05, 0.14, -0.17), (0.05, 0.14, -0.17), 0.47, 0.47, CAP, 0.03)
        add((0, 0.1, -0.18), (0, -0.4, -0.2), 0.46, 0.44, CAP, 0.06)
        add((0, -0.72, -0.04), (0, -1.2, 0.14), 0.31, 0.48, CAP, 0.12)
    wide = 0.62 * g + 0.12
    add((-wide, -1.12, -0.15), (wide, -1.12, -0.15), 0.31, 0.31, SHIRT, 0.02)
    for s in (-1, 1):
        add((s * 0.36 * g, -1.2, -0.1), (s * 0.36 * g, -3.3, -0.05), 0.46 * g, 0.43 * g, SHIRT, 0.3)
        add((s * 0.3 * g, -3.3, -0.1), (s * 0.3, -6.4, -0.2), 0.38 * g, 0.22, TROUSERS, 0.05)
    for arm in arms:
        bare = SHIRT if looks.long_sleeves else BARE
        add(tuple(arm.shoulder), tuple(arm.elbow), 0.27 * g, 0.21, SHIRT, 0.1)
        add(tuple(arm.elbow), tuple(arm.wrist), 0.19 if bare == SHIRT else 0.16, 0.13, bare, 0.04)
    return out


def draw_figure(
    looks: Looks,
    arms: list[Arm],
    head_px: float,
    below: float,
    light: Light,
    rng: np.random.Generator,
    head: bool = True,
) -> Figure:
    """Draw a person down to `below` heads under the middle of the head. `head_px`: pixels of one head.

    `head`: False leaves it out, for one that is laid on.
    """
    low = min(head_px, 46.0)
    width, height = round(2 * WIDE * low), round((ABOVE + below) * low)
    turn = float(rng.uniform(-1, 1))
    flesh = _flesh(looks, arms, turn, head)

    def to_px(v: list[Vector]) -> Floats:
        return np.asarray(np.array(v) * low * np.array([1, -1, 1]) + np.array([WIDE * low, ABOVE * low, 0]), np.float32)

    def scaled(v: list[float]) -> Floats:
        return np.asarray(np.array(v) * low, np.float32)

    caps = Capsules(to_px(flesh.a), to_px(flesh.b), *(scaled(v) for v in (flesh.ra, flesh.rb, flesh.k0, flesh.k1)))
    hits = trace(caps, height, width, steps=48)
    grey = np.full((len(hits.pixel), 3), 150, np.float32)
    lit = shade(hits, caps, flesh, 0.5 * low, replace(light, gloss=0.02), grey).astype(np.float32) / 150
    size = (round(2 * WIDE * head_px), round((ABOVE + below) * head_px))
    shading = np.ones((height * width, 3), np.float32)
    shading[hits.pixel] = lit
    alpha = np.zeros(height * width, np.float32)
    alpha[hits.pixel] = hits.alpha
    parts = np.asarray(flesh.part)[hits.which]
    albedo = _albedo(looks, hits.pixel, parts, (height, width), size, head_px, turn, rng)
    covered = alpha.reshape(height, width)
    # Light must not fade into the background where it is enlarged.
    spread = cv2.blur(shading.reshape(height, width, 3) * (covered > 0)[..., None], (3, 3))
    weight = cv2.blur((covered > 0).astype(np.float32), (3, 3))[..., None]
    shading = np.where(covered[..., None] > 0, shading.reshape(height, width, 3), spread / np.maximum(weight, 1e-3))
    shading = np.asarray(cv2.resize(shading, size, interpolation=cv2.INTER_LINEAR), np.float32)
    edge = cv2.resize(cv2.GaussianBlur(covered, (0, 0), 0.7), size, interpolation=cv2.INTER_CUBIC)
    edge = np.clip((edge - 0.5) * 2 * max(head_px / low, 1.0) + 0.5, 0, 1)
    rgb = np.clip(albedo * shading, 0, 255)
    rgba = np.dstack([rgb, edge * 255]).astype(np.uint8)
    half = 0.52 if looks.hair in ("hijab", "long") else 0.44
    top = 0.68 if looks.hair in ("hijab", "peci") else 0.6
    origin = (WIDE * head_px, ABOVE * head_px)
    box = (origin[0] - half * head_px, origin[1] - top * head_px, 2 * half * head_px, (top + 0.52) * head_px)
    return Figure(rgba, origin, box)


def _albedo(
    looks: Looks,
    pixel: NDArray[np.int64],
    parts: NDArray[np.int64],
    small: tuple[int, int],
    size: tuple[int, int],
    head_px: float,
    turn: float,
    rng: np.random.Generator,
) -> Floats:
    """Colours without light at full size: the part of the greatest share at each pixel, then its pattern."""
    best = np.full((size[1], size[0]), -1, np.float32)
    out = np.zeros((size[1], size[0], 3), np.float32)
    for part in np.unique(parts):
        mask = np.zeros(small[0] * small[1], np.float32)
        mask[pixel[parts == part]] = 1
        mask = mask.reshape(small)
        soft = cv2.GaussianBlur(mask, (0, 0), 0.7) + 0.01 * cv2.dilate(mask, np.ones((5, 5)))
        share = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
        wins = share > np.maximum(best, 0)
        rows, columns = np.flatnonzero(wins.any(axis=1)), np.flatnonzero(wins.any(axis=0))
        if not len(rows):
            continue
        window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        yy, xx = np.mgrid[window].astype(np.float32)
        x, y = xx / head_px - WIDE, ABOVE - yy / head_px
        inside = wins[window]
        best[window][inside] = share[window][inside]
        out[window][inside] = _paint(int(part), looks, x, y, head_px, turn, rng)[inside]
    return out


def _paint(
    part: int, looks: Looks, x: Floats, y: Floats, head_px: float, turn: float, rng: np.random.Generator
) -> Floats:
    """Colour of one part over a window of places."""
    if part == FACE:
        return _face(looks, x, y, head_px, turn, rng)
    if part == SHIRT:
        return _shirt(looks, x, y, rng)
    if part == HAIR:
        return _flat(looks.hair_colour if looks.hair != "peci" else (26, 24, 22), x) * _grain(x, y, 60, 0.25)[..., None]
    if part == CAP:
        return _flat(looks.hair_colour if looks.hair == "hijab" else (22, 22, 24), x) * _grain(x, y, 9, 0.06)[..., None]
    return _flat(SKIN[looks.tone] if part == BARE else (46, 46, 56), x)


def _flat(colour: tuple[float, float, float] | Floats, like: Floats) -> Floats:
    return np.broadcast_to(np.asarray(colour, np.float32), (*like.shape, 3)).copy()


def _grain(x: Floats, y: Floats, scale: float, depth: float) -> Floats:
    out: Floats = 1 + depth * np.sin(scale * x + 3 * np.sin(2.1 * y)) * np.sin(scale * 0.37 * y + 2 * np.sin(3 * x))
    return out


def _shirt(looks: Looks, x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    first, second = np.asarray(looks.shirt, np.float32), np.asarray(looks.second, np.float32)
    fold = _grain(x, y, 5, 0.05)[..., None]
    if looks.pattern == "batik":
        f = rng.uniform(16, 34)
        u, v = x * f + 0.6 * np.sin(y * f * 0.5), y * f
        petals = np.sin(u) * np.sin(v) + 0.6 * np.sin(2 * u + v) * np.cos(u - 2 * v)
        rings = np.sin(3.1 * np.hypot(np.sin(u / 2), np.sin(v / 2)) * 2)
        mix = np.clip(petals * 2 * rings + 0.3, 0, 1)[..., None]
    elif looks.pattern == "stripes":
        mix = np.clip(np.sin(x * rng.uniform(25, 60)) * 3 - 1, 0, 1)[..., None] * 0.7
    elif looks.pattern == "checks":
        f = rng.uniform(12, 30)
        mix = (0.5 * (np.sin(x * f) > 0.4) + 0.5 * (np.sin(y * f) > 0.4)).astype(np.float32)[..., None]
    elif looks.pattern == "jacket":
        opening = (np.abs(x) < np.clip((y + 2.3) * 0.28, 0, 0.4)).astype(np.float32)[..., None]
        first, second, mix = np.array([40, 42, 52], np.float32), np.array([232, 232, 230], np.float32), opening
    else:
        mix = np.zeros((*x.shape, 1), np.float32)
    out: Floats = (first + (second - first) * mix) * fold
    collar = (y > -0.98 - 0.5 * np.abs(x)) & (y < -0.7) & (np.abs(x) < 0.42)
    buttons = (np.hypot(x, (y * 2.2) % 1.0 - 0.5) < 0.035) & (y < -1.0)
    out[collar] *= 0.86
    out[buttons] *= 0.6
    return out


def _face(looks: Looks, x: Floats, y: Floats, head_px: float, turn: float, rng: np.random.Generator) -> Floats:
    """Skin with eyes, brows, mouth and cheeks over a window of places."""
    tone = SKIN[looks.tone]
    skin = _flat(tone, x)
    left, top = float(x[0, 0]), float(y[0, 0])
    shift = 6

    def ellipse(
        cx: float, cy: float, rx: float, ry: float, colour: Floats | tuple[float, ...], angle: float = 0
    ) -> None:
        centre = (round((cx - left) * head_px * 2**shift), round((top - cy) * head_px * 2**shift))
        axes = (max(round(rx * head_px * 2**shift), 16), max(round(ry * head_px * 2**shift), 16))
        cv2.ellipse(skin, centre, axes, angle, 0, 360, tuple(float(c) for c in colour), -1, cv2.LINE_AA, shift)

    t = turn * 0.1
    cheek = tone * 0.8 + np.array([200, 90, 80], np.float32) * 0.2
    for s in (-1, 1):
        ellipse(s * 0.2 + t, -0.1, 0.1, 0.07, cheek)
    skin = np.asarray(cv2.GaussianBlur(skin, (0, 0), max(head_px * 0.05, 0.5)), np.float32)
    for s in (-1, 1):
        e = s * 0.155 + t
        ellipse(e, 0.065, 0.082, 0.045, tone * 0.72)
        ellipse(e, 0.06, 0.066, 0.03, (232, 228, 222))
        ellipse(e + turn * 0.012, 0.06, 0.029, 0.031, (38, 26, 20))
        ellipse(e, 0.088, 0.07, 0.012, (34, 24, 20))
        ellipse(e, 0.155, 0.085, 0.019, np.array([38, 28, 24], np.float32) + tone * 0.12, 5 * s)
        ellipse(t * 1.6 + s * 0.035, -0.115, 0.018, 0.012, tone * 0.5)
    smile = rng.uniform(0.0, 1.0)
    lips = tone * 0.62 + np.array([150, 50, 55], np.float32) * 0.3
    ellipse(t * 1.2, -0.235, 0.1 + 0.03 * smile, 0.03 + 0.012 * smile, lips)
    if smile > 0.5:
        ellipse(t * 1.2, -0.232, 0.085, 0.017, (236, 232, 226))
    else:
        ellipse(t * 1.2, -0.232, 0.095, 0.006, tone * 0.35)
    if looks.glasses:
        for s in (-1, 1):
            centre = (round((s * 0.16 + t - left) * head_px), round((top - 0.055) * head_px))
            axes = (max(round(0.11 * head_px), 1), max(round(0.08 * head_px), 1))
            cv2.ellipse(skin, centre, axes, 0, 0, 360, (30, 30, 34), max(round(0.016 * head_px), 1), cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(skin, (0, 0), max(head_px * 0.008, 0.3)), np.float32)
