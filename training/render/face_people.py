"""Who is drawn and how they are seen: invented people as numbers, from seeds.

Lengths are millimetres; the origin is the middle of the head at the height of the eyes, x right, y up, z to the viewer.
Ranges are wider than among people, so that networks trained on photos tell the drawn ones apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.render.sdf import Floats
from training.render.skin import SKIN, Light

Colour = tuple[float, float, float]
Rng = np.random.Generator
PEOPLE, VIEWS = 5_000, 6_000
WOMENS = ("hijab", "hijab", "hijab", "long", "short")
MENS = ("short", "short", "parted", "crew", "bald", "peci", "peci")
BEARDS = ("none", "none", "none", "stubble", "moustache", "moustache", "goatee", "full")


@dataclass(frozen=True, slots=True)
class Identity:
    """An invented person. Half widths where a name ends in `wide`; `age`: 0 young to 1 old; colours sRGB 0..255."""

    woman: bool
    age: float
    tone: Colour
    temple_wide: float
    cheek_wide: float
    jaw_wide: float
    jaw_y: float
    chin_wide: float
    chin_y: float
    chin_out: float
    crown_y: float
    forehead_out: float
    ridge: float
    cheekbone: float
    cheek_full: float
    eye_x: float
    eye_wide: float
    eye_open: float
    eye_tilt: float
    eye_deep: float
    lid: float
    bags: float
    iris: Colour
    brow_y: float
    brow_x: float
    brow_wide: float
    brow_thick: float
    brow_tilt: float
    brow_arch: float
    brow_dark: float
    nose_y: float
    nose_wide: float
    nose_out: float
    bridge_out: float
    bridge_wide: float
    nose_bulb: float
    nose_hump: float
    mouth_y: float
    mouth_wide: float
    lip_up: float
    lip_low: float
    bow: float
    mouth_lift: float
    lips: Colour
    ears: float
    hair: str
    hair_colour: Colour
    hairline: float
    hair_high: float
    cloth: Colour
    beard: str
    glasses: bool
    rim: tuple[float, float, float]
    rim_colour: Colour
    shirt: Colour
    moles: tuple[tuple[float, float, float], ...]
    grain: int


@dataclass(frozen=True, slots=True)
class View:
    """How a face is seen: degrees; `smile`, `gap` (open mouth), `squint`: 0..1; `gaze` mm; `distance` mm.

    `soften`: blur as a share of the head's height; `noise`: deviation in grey levels.
    """

    yaw: float
    pitch: float
    roll: float
    smile: float
    gap: float
    squint: float
    gaze: tuple[float, float]
    brow_lift: float
    distance: float
    light: Light
    soften: float
    noise: float


def draw_identity(seed: int) -> Identity:
    """The person of a seed; the same for ever."""
    rng = np.random.default_rng([PEOPLE, seed])

    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    woman = bool(rng.random() < 0.42)
    age = u(0, 1) ** 1.2
    tone = _tone(u(0.6, 4.6), rng)
    hair = str(rng.choice(WOMENS if woman else MENS))
    beard = "none" if woman else str(rng.choice(BEARDS))
    grey = float(np.clip(age * 1.7 - 0.75 + rng.normal(0, 0.12), 0, 0.92)) if hair != "hijab" else 0.0
    dark = np.array([26, 21, 19]) * u(0.6, 1.5)
    nose_y = u(-48, -31)
    lip_red = u(0.0, 0.55) if woman else u(0.0, 0.16)
    lips = np.array(tone) * np.array([0.88, 0.66, 0.64])
    lips = lips + (np.array([176, 54, 66]) - lips) * lip_red
    width = u(63, 79)
    mouth_y = nose_y - u(24, 39)
    chin_y = mouth_y - (u(30, 46) if woman else u(32, 54))
    return Identity(
        woman=woman,
        age=age,
        tone=tone,
        temple_wide=width + u(-3, 3),
        cheek_wide=width + u(-4, 4),
        jaw_wide=width * (u(0.66, 0.86) if woman else u(0.7, 0.97)),
        jaw_y=mouth_y + u(-4, 16),
        chin_wide=u(15, 27) if woman else u(17, 36),
        chin_y=chin_y,
        chin_out=u(-7, 7),
        crown_y=u(98, 124),
        forehead_out=u(-6, 5),
        ridge=u(-1, 3) if woman else u(0, 7),
        cheekbone=u(0, 7),
        cheek_full=u(-5, 8),
        eye_x=u(27.5, 37),
        eye_wide=u(12, 17.5),
        eye_open=u(3.4, 7.0),
        eye_tilt=u(-6, 11),
        eye_deep=u(-1, 7),
        lid=u(0.6, 5.5),
        bags=float(np.clip(age + u(-0.5, 0.4), 0, 1)),
        iris=_triple(np.array([52, 32, 20]) * u(0.5, 1.5)),
        brow_y=u(15, 25),
        brow_x=u(-3, 5),
        brow_wide=u(14, 22),
        brow_thick=u(1.6, 4.2) if woman else u(2.0, 6.4),
        brow_tilt=u(-12, 16),
        brow_arch=u(0, 6.5),
        brow_dark=u(0.45, 1.0),
        nose_y=nose_y,
        nose_wide=u(14, 21) if woman else u(15.5, 25),
        nose_out=u(13, 25),
        bridge_out=u(1, 11),
        bridge_wide=u(5.5, 10),
        nose_bulb=u(6.5, 12.5),
        nose_hump=u(-3, 4),
        mouth_y=mouth_y,
        mouth_wide=u(20, 33),
        lip_up=u(2.6, 8.5),
        lip_low=u(4.4, 11.5),
        bow=u(0, 1),
        mouth_lift=u(-3.5, 2.5),
        lips=_triple(lips),
        ears=u(0.75, 1.3),
        hair=hair,
        hair_colour=_triple(dark + (np.array([178, 176, 172]) - dark) * grey),
        hairline=u(58, 78),
        hair_high=u(6, 24),
        cloth=_triple(0.5 * rng.uniform(20, 235, 3) + 0.5 * u(20, 225)),
        beard=beard,
        glasses=bool(rng.random() < 0.12 + 0.35 * age),
        rim=(u(21, 28), u(14, 23), u(1.0, 3.2)),
        rim_colour=_triple(rng.uniform(10, 80, 3) if rng.random() < 0.75 else np.array([168, 150, 110])),
        shirt=_triple(0.6 * rng.uniform(20, 235, 3) + 0.4 * u(30, 235)),
        moles=tuple((u(-50, 50), u(-95, 60), u(0.9, 2.6)) for _ in range(int(rng.integers(0, 5)))),
        grain=int(rng.integers(1 << 30)),
    )


def draw_view(rng: Rng, steady: float = 1.0) -> View:
    """A way to look at somebody; `steady` over 1 keeps the head straighter and the light flatter."""
    towards = np.array([rng.normal(0, 0.55), -abs(rng.normal(0.55, 0.35)), rng.uniform(0.7, 1.4) * steady])
    key = rng.uniform(0.4, 0.72)
    warm = rng.normal(0, 0.05)
    tint = np.array([1 + warm, 1.0, 1 - warm], np.float32) * np.float32(rng.uniform(0.9, 1.12))
    towards_unit = np.asarray(towards / np.linalg.norm(towards), np.float32)
    light = Light(towards_unit, float(key), float(rng.uniform(0.92, 1.06) - key), float(rng.uniform(0.03, 0.16)), tint)
    smile = float(np.clip(rng.normal(0.3, 0.4), 0, 1))
    return View(
        yaw=float(np.clip(rng.normal(0, 13), -32, 32) / steady),
        pitch=float(np.clip(rng.normal(0, 6), -14, 14) / steady),
        roll=float(np.clip(rng.normal(0, 5), -14, 14) / steady),
        smile=smile,
        gap=float(np.clip(rng.normal(0.5 * smile, 0.35), 0, 1)) if rng.random() < 0.45 else 0.0,
        squint=float(np.clip(rng.normal(0.1 + 0.35 * smile, 0.15), 0, 0.7)),
        gaze=(float(rng.normal(0, 1.2)), float(rng.normal(0, 0.5))),
        brow_lift=float(rng.normal(0, 1.2)),
        distance=float(rng.uniform(700, 2600)),
        light=light,
        soften=float(rng.uniform(0.002, 0.007)),
        noise=float(rng.uniform(0.5, 3.5)),
    )


def nearest_tone(who: Identity) -> int:
    """The index into SKIN that is nearest: for the hands of the same person."""
    return int(np.argmin(np.abs(SKIN - np.asarray(who.tone, np.float32)).sum(axis=1)))


def _tone(place: float, rng: Rng) -> Colour:
    low = int(place)
    colour = SKIN[low] + (SKIN[min(low + 1, 5)] - SKIN[low]) * np.float32(place - low)
    return _triple(np.clip(colour * rng.normal(1, 0.025, 3), 20, 252))


def _triple(v: Floats | NDArray[np.float64]) -> Colour:
    return float(v[0]), float(v[1]), float(v[2])
