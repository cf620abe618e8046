"""Light and skin: colours of what the rays met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.render.body import ARM, END, HELD, MIDDLE, PALM, SLEEVE, THUMB_END, Flesh
from training.render.sdf import Capsules, Floats, Hits, whole_distance

# Six tones from light to dark, sRGB, in the order of the Fitzpatrick scale.
SKIN = np.array(
    [(246, 216, 194), (235, 196, 166), (216, 168, 132), (186, 134, 96), (143, 97, 68), (98, 66, 50)], np.float32
)


@dataclass(frozen=True, slots=True)
class Light:
    """`towards`: unit vector to the light (x right, y down, z to the viewer); shares of key, sky, gloss; tint."""

    towards: Floats
    key: float
    sky: float
    gloss: float
    tint: Floats


def draw_light(rng: np.random.Generator) -> Light:
    """Daylight, lamps or flash from above or the side, weak or strong."""
    v = np.array([rng.normal(0, 0.6), -abs(rng.normal(0.6, 0.4)), rng.uniform(0.35, 1.2)])
    warm = rng.normal(0, 0.05)
    key = rng.uniform(0.45, 0.8)
    return Light(
        (v / np.linalg.norm(v)).astype(np.float32),
        key,
        rng.uniform(0.95, 1.1) - key,
        rng.uniform(0.02, 0.16),
        np.array([1 + warm, 1.0, 1 - warm], np.float32),
    )


def shade(
    hits: Hits,
    caps: Capsules,
    flesh: Flesh,
    unit_px: float,
    light: Light,
    albedo: Floats,
    shadows: bool = True,
) -> NDArray[np.uint8]:
    """RGB of each hit."""
    n = hits.normal
    facing = n @ light.towards
    # Skin lets light round the edge: the terminator is soft and a little red.
    wrap = np.clip((facing + 0.3) / 1.3, 0, 1)
    key = np.stack([wrap**0.9, wrap, wrap**1.08], axis=1)
    open_sky = _openness(hits, caps, unit_px)
    shadow = _shadow(hits, caps, unit_px, light) if shadows else np.ones(len(n), np.float32)
    sky = (0.65 + 0.35 * np.clip(-n[:, 1], -1, 1)) * (0.35 + 0.65 * open_sky)
    lit = light.key * key * (0.25 + 0.75 * shadow)[:, None] + light.sky * sky[:, None]
    half = light.towards + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    soft = np.isin(np.asarray(flesh.part)[hits.which], (SLEEVE, HELD))
    gloss = light.gloss * np.clip(n @ half, 0, 1) ** 18 * shadow * np.where(soft, 0.2, 1.0)
    linear = (albedo / 255) ** 2.2 * lit * light.tint * 1.15 + gloss[:, None]
    return np.asarray(np.clip(255 * np.clip(linear, 0, 1) ** (1 / 2.2), 0, 255), np.uint8)


def _openness(hits: Hits, caps: Capsules, unit_px: float) -> Floats:
    """How free the place is: 1 in the open, near 0 in a crease."""
    out = np.ones(len(hits.point), np.float32)
    for step in (0.1, 0.28):
        h = np.float32(step * unit_px)
        d = whole_distance(caps, hits.point + hits.normal * h)
        out *= np.clip(0.25 + 0.75 * d / h, 0, 1)
    return out


def _shadow(hits: Hits, caps: Capsules, unit_px: float, light: Light) -> Floats:
    """Soft shadow: how near the way to the light passes something."""
    out = np.ones(len(hits.point), np.float32)
    start = hits.point + hits.normal * np.float32(0.05 * unit_px)
    for step in (0.18, 0.45, 0.9):
        h = np.float32(step * unit_px)
        d = whole_distance(caps, start + light.towards * h)
        out = np.minimum(out, np.clip(0.35 + d / (0.45 * h), 0, 1))
    return out


def skin_albedo(
    hits: Hits, flesh: Flesh, own: Floats, tone: Floats, cloth: Floats, thing: Floats, rng: np.random.Generator
) -> Floats:
    """Colour without light: paler palms, redder tips, nails, creases, cloth. `own`: hits in the hand's frame."""
    part = np.asarray(flesh.part)[hits.which]
    dorsal = np.asarray(flesh.dorsal, np.float32)[hits.which] * np.array([1, -1, 1], np.float32)
    back = np.sum(hits.normal * dorsal, axis=1)
    dark = float(1 - tone.mean() / 255)
    pink = np.array([226, 158, 136], np.float32)
    palmar = np.clip(-back * 1.2 + 0.2, 0, 1) * np.where(part == ARM, np.exp(-14 * hits.along), 1)
    colour = tone[None] + (pink - tone)[None] * (palmar * (0.12 + 0.5 * dark))[:, None]
    tip = np.isin(part, (END, THUMB_END))
    red = 0.10 * tip * hits.along + 0.07 * np.exp(-((hits.along / 0.25) ** 2)) * np.isin(part, (MIDDLE, END)) * (
        back > 0
    )
    colour += (np.array([214, 96, 84], np.float32) * (0.5 + tone.mean() / 400) - colour) * red[:, None]
    mottle = _mottle(own, rng)
    colour *= (1 + 0.05 * mottle)[:, None]
    colour *= (1 - _creases(hits, part, back, own, rng))[:, None]
    _nails(colour, hits, part, back, flesh, tone)
    cloth_at, held_at = part == SLEEVE, part == HELD
    weave = 1 + 0.06 * np.sin(own[:, 0] * 55) * np.sin(own[:, 1] * 55)
    colour[cloth_at] = cloth * weave[cloth_at, None]
    colour[held_at] = thing
    return np.asarray(np.clip(colour, 0, 255), np.float32)


def _mottle(own: Floats, rng: np.random.Generator) -> Floats:
    """Low, uneven blotches, about -1..1."""
    out = np.zeros(len(own), np.float32)
    for scale, share in ((2.5, 0.5), (5, 0.4), (9, 0.3), (15, 0.2)):
        w = rng.normal(0, scale, (3, 3)).astype(np.float32)
        wave = np.sin(own @ w + rng.uniform(0, 6, 3).astype(np.float32))
        out += np.float32(share) * wave.sum(axis=1)
    return np.clip(out, -1.5, 1.5)


def _creases(hits: Hits, part: NDArray[np.int64], back: Floats, own: Floats, rng: np.random.Generator) -> Floats:
    """Darkening of flexion creases on fingers and the three lines of the palm, and of wrinkles over the joints."""
    depth = rng.uniform(0.1, 0.3)
    out = np.zeros(len(own), np.float32)
    joint = np.exp(-((hits.along / 0.07) ** 2)) * np.isin(part, (MIDDLE, END, THUMB_END))
    out += depth * joint * (back < -0.1)
    wrinkle = np.exp(-((hits.along / 0.16) ** 2)) * (0.6 + 0.4 * np.sin(hits.along * 90))
    out += 0.6 * depth * wrinkle * np.isin(part, (MIDDLE, END)) * (back > 0.3)
    x, y = own[:, 0], own[:, 1]
    inner = (part == PALM) & (back < -0.2)
    wobble = 0.02 * np.sin(9 * x + rng.uniform(0, 6)) + rng.normal(0, 0.02)
    heart = np.abs(y - (0.74 + 0.25 * np.clip(x + 0.05, 0, 1) + wobble)) + 9 * np.clip(x - 0.2, 0, 1)
    head = np.abs(y - (0.6 + 0.4 * x + wobble)) + 9 * np.clip(-0.25 - x, 0, 1)
    life = np.abs(np.hypot((x - 0.42), (y - 0.22)) - 0.42 - wobble) + 9 * np.clip(y - 0.68, 0, 1)
    for line in (heart, head, life):
        out += depth * np.exp(-((line / 0.018) ** 2)) * inner
    return np.asarray(np.clip(out, 0, 0.5), np.float32)


def _nails(colour: Floats, hits: Hits, part: NDArray[np.int64], back: Floats, flesh: Flesh, tone: Floats) -> None:
    """Pale pink ovals on the back of the last bones."""
    tips = np.isin(part, (END, THUMB_END))
    reach = np.clip((back - 0.45) / 0.25, 0, 1) * np.clip((hits.along - 0.45) / 0.12, 0, 1) * tips
    nail = tone * 0.55 + np.array([236, 190, 180], np.float32) * 0.45
    colour += (nail - colour) * reach[:, None] * 0.75
    rim = np.exp(-(((back - 0.5) / 0.07) ** 2)) * (hits.along > 0.5) * tips
    colour *= (1 - 0.18 * rim)[:, None]
