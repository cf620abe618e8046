"""Joint angles of each pose, and from where it is usually seen. Degrees; every call draws a slightly different hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.render.kinematics import FINGERS, THUMB_ROOT, Shape, Thumb, Vector, finger_chain, rotation, unit

Angles = dict[str, tuple[float, float, float, float]]
Rng = np.random.Generator


@dataclass(slots=True)
class Posed:
    """A right hand in a pose. `base`: turn from the hand's frame to the camera's (x right, y up, z to the viewer)."""

    angles: Angles
    thumb: Thumb
    base: Vector
    yaw: tuple[float, float]
    pitch: tuple[float, float]
    roll: tuple[float, float]
    details: dict[str, str]


SPREAD = {"index": 7.0, "middle": 0.0, "ring": -6.0, "pinky": -14.0}
FACING = np.eye(3)
AWAY = rotation(yaw=180)
# Columns: where the hand's x (thumb side), y (fingers) and z (palm) point.
THUMB_UP = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])


def straight(name: str, rng: Rng, spread: float = 1.0) -> tuple[float, float, float, float]:
    """A stretched finger; `spread` 0 is closed, 1 relaxed, 2 wide."""
    return (rng.normal(4, 6), SPREAD[name] * spread + rng.normal(0, 1.5), abs(rng.normal(5, 5)), abs(rng.normal(3, 4)))


def folded(name: str, rng: Rng) -> tuple[float, float, float, float]:
    """A finger folded into the palm."""
    loose = rng.uniform(0, 1)
    tilt = SPREAD[name] * 0.15
    return (rng.normal(82, 5) - 12 * loose, tilt, rng.normal(104, 4), rng.normal(66, 6) - 20 * loose)


def clenched(name: str, rng: Rng) -> tuple[float, float, float, float]:
    """A finger pressed into the palm."""
    return (rng.normal(88, 4), SPREAD[name] * 0.1, rng.normal(106, 4), rng.normal(64, 6))


def curled(name: str, rng: Rng, amount: float) -> tuple[float, float, float, float]:
    """Between stretched (0) and folded (1)."""
    a = float(np.clip(amount + rng.normal(0, 0.06), 0, 1))
    return (
        75 * a + rng.normal(0, 4),
        SPREAD[name] * (1 - a) * 0.8,
        95 * a + rng.normal(4, 4),
        55 * a + rng.normal(3, 4),
    )


def fingers(rng: Rng, up: str, spread: float = 1.0) -> Angles:
    """Fingers whose first letter is in `up` (i, m, r, p) stretched, the others folded."""
    return {n: straight(n, rng, spread) if n[0] in up else folded(n, rng) for n in FINGERS}


def aim(rng: Rng, *directions: tuple[float, float, float]) -> Thumb:
    """A thumb along three bone directions, jittered."""
    a, b, c = (unit(np.array(d) + rng.normal(0, 0.05, 3)) for d in directions)
    return Thumb(directions=(a, b, c))


def thumb_over(angles: Angles, shape: Shape, rng: Rng, place: float) -> Thumb:
    """The thumb laid across folded fingers. `place` 0..3: which finger's middle bone its tip rests on."""
    low = int(np.clip(np.floor(place), 0, 3))
    high = min(low + 1, 3)
    spots = []
    for i in (low, high):
        chain, back = finger_chain(FINGERS[i], angles[FINGERS[i]], shape)
        spots.append(chain[1] * 0.15 + chain[2] * 0.85 + unit(back[1]) * 0.18)
    spot = spots[0] + (spots[1] - spots[0]) * (place - low)
    root = unit(np.array([0.42, 0.76, 0.48]) + rng.normal(0, 0.05, 3))
    return Thumb(root_direction=root, reach=spot + rng.normal(0, 0.02, 3), pole=unit((0.6, 0.5, 0.4)))


def reaching(spot: Vector, bulge: tuple[float, float, float]) -> Thumb:
    """A thumb whose tip is at `spot`; its root bone leans from the straight way by `bulge`."""
    root = unit(spot - np.array(THUMB_ROOT) + np.array(bulge))
    return Thumb(root_direction=root, reach=spot, pole=unit((0.8, -0.1, 0.5)))


def thumb_on_palm(rng: Rng) -> Thumb:
    """The thumb folded over an open palm."""
    spot = np.array([rng.uniform(-0.1, 0.08), rng.uniform(0.62, 0.78), 0.3])
    return reaching(spot, bulge=(0.4, 0.05, 0.15))


def tucked(up: str, angles: Angles, shape: Shape, rng: Rng) -> Thumb:
    """Where the thumb goes when it is not raised: on the first folded finger or two."""
    first = next((i for i, n in enumerate(FINGERS) if n[0] not in up), None)
    if first is None or up == "imr":
        if first is not None and rng.random() < 0.6:
            return thumb_over(angles, shape, rng, 2.9)
        return thumb_on_palm(rng)
    return thumb_over(angles, shape, rng, min(first + rng.uniform(0.0, 0.7), 3.0))


def upright(angles: Angles, bones: Thumb, rng: Rng, back: float = 0.33, roll: float = 18, **details: str) -> Posed:
    """Forearm below, fingers up; `back`: how often the back of the hand is seen."""
    away = rng.random() < back
    details["seen"] = "back" if away else "palm"
    return Posed(angles, bones, AWAY if away else FACING, (0, 20), (0, 13), (0, roll), details)


def like(shape: Shape, rng: Rng) -> Posed:
    """Thumb up, seen from the knuckles or either side."""
    angles = {n: folded(n, rng) for n in FINGERS}
    thumb = aim(rng, (0.78, 0.5, 0.36), (0.97, 0.1, 0.15), (0.98, -0.12 + rng.normal(0, 0.12), 0.1))
    base = rotation(yaw=_side(rng)) @ THUMB_UP
    return Posed(angles, thumb, base, (0, 12), (0, 12), (0, 14), {})


def _side(rng: Rng) -> float:
    """Mostly from the side of the curled fingers, often from the back, sometimes from the knuckles."""
    return float(rng.choice([rng.uniform(-100, -40), rng.uniform(35, 95), rng.uniform(-40, 35)], p=[0.5, 0.3, 0.2]))


def dislike(shape: Shape, rng: Rng) -> Posed:
    """Thumb down."""
    posed = like(shape, rng)
    posed.base = rotation(roll=180) @ posed.base
    return posed


def counted(up: str, spread: tuple[float, float]) -> Callable[[Shape, Rng], Posed]:
    """Some fingers up, thumb away."""

    def build(shape: Shape, rng: Rng) -> Posed:
        angles = fingers(rng, up, rng.uniform(*spread))
        return upright(angles, tucked(up, angles, shape, rng), rng)

    return build


def peace(shape: Shape, rng: Rng) -> Posed:
    """Index and middle, wide or closed."""
    wide = rng.random() < 0.7
    angles = fingers(rng, "im", 0)
    gap = rng.uniform(10, 17) if wide else rng.uniform(-1, 2)
    angles["index"] = (angles["index"][0], gap, *angles["index"][2:])
    angles["middle"] = (angles["middle"][0], -gap * 0.9, *angles["middle"][2:])
    return upright(angles, tucked("im", angles, shape, rng), rng, spread="wide" if wide else "closed")


def three(shape: Shape, rng: Rng) -> Posed:
    """Index, middle and ring; or thumb, index and middle."""
    if rng.random() < 0.65:
        angles = fingers(rng, "imr", rng.uniform(0.8, 2.0))
        return upright(angles, tucked("imr", angles, shape, rng), rng, thumb="in")
    angles = fingers(rng, "im", rng.uniform(0.8, 1.8))
    return upright(angles, _open_thumb(rng), rng, thumb="out")


def _open_thumb(rng: Rng) -> Thumb:
    return aim(rng, (0.8, 0.55, 0.22), (0.93, 0.36, 0.08), (0.9, 0.4, 0.02))


def palm(shape: Shape, rng: Rng) -> Posed:
    """All five, spread or closed."""
    wide = rng.random() < 0.65
    angles = fingers(rng, "imrp", rng.uniform(0.9, 1.9) if wide else rng.uniform(0.0, 0.25))
    beside = aim(rng, (0.66, 0.7, 0.24), (0.62, 0.77, 0.12), (0.45, 0.88, 0.1))
    thumb = _open_thumb(rng) if wide or rng.random() < 0.3 else beside
    return upright(angles, thumb, rng, back=0.3, spread="wide" if wide else "closed")


def rock(shape: Shape, rng: Rng) -> Posed:
    """Index and little finger, with and without the thumb."""
    angles = fingers(rng, "ip", rng.uniform(0.5, 1.3))
    out = rng.random() < 0.5
    thumb = _open_thumb(rng) if out else thumb_over(angles, shape, rng, 1 + rng.uniform(0.2, 0.8))
    return upright(angles, thumb, rng, back=0.4, thumb="out" if out else "in")


def call(shape: Shape, rng: Rng) -> Posed:
    """Thumb and little finger."""
    angles = fingers(rng, "p", rng.uniform(1.0, 2.2))
    thumb = aim(rng, (0.8, 0.52, 0.22), (0.95, 0.28, 0.06), (0.98, 0.15, -0.05))
    return upright(angles, thumb, rng, back=0.45, roll=38)


def ok(shape: Shape, rng: Rng) -> Posed:
    """Thumb and index tips meet, the others stretched."""
    angles = fingers(rng, "mrp", rng.uniform(0.6, 1.8))
    for i, name in enumerate(("middle", "ring", "pinky")):
        bend, spread, middle, end = angles[name]
        angles[name] = (bend + 18 - 9 * i, spread, middle + 8, end)
    angles["index"] = (rng.normal(46, 4), 6.0, rng.normal(68, 5), rng.normal(24, 5))
    chain, back = finger_chain("index", angles["index"], shape)
    spot = chain[3] - unit(back[2]) * 0.13 + np.array([0.02, -0.04, 0.0])
    thumb = reaching(spot, bulge=(0.45, -0.15, 0.1))
    posed = upright(angles, thumb, rng, back=0.15)
    posed.base = rotation(yaw=rng.uniform(-45, 5)) @ posed.base
    return posed


def thumb_index(shape: Shape, rng: Rng) -> Posed:
    """Thumb and index stretched at a right angle."""
    angles = fingers(rng, "i", rng.uniform(0.0, 0.8))
    thumb = aim(rng, (0.8, 0.55, 0.25), (0.98, 0.12, 0.08), (0.99, 0.05, 0.02))
    return upright(angles, thumb, rng, back=0.45, roll=35)


def finger_heart(shape: Shape, rng: Rng) -> Posed:
    """Thumb and index cross near their tips; the other fingers are folded; palm side up or towards the viewer."""
    angles = {n: folded(n, rng) for n in FINGERS}
    angles["index"] = (rng.normal(38, 4), rng.uniform(12, 20), rng.normal(84, 6), rng.normal(14, 5))
    shape.thumb_length *= 1.06
    chain, _ = finger_chain("index", angles["index"], shape)
    cross = chain[2] + (chain[3] - chain[2]) * rng.uniform(0.4, 0.6)
    # The thumb passes in front of the index finger, seen from the wrist, and leans the other way.
    spot = cross + np.array([-rng.uniform(0.16, 0.24), -0.07, rng.uniform(0.12, 0.2)])
    thumb = reaching(spot, bulge=(0.5, -0.1, 0.05))
    base = rotation(pitch=-rng.uniform(5, 60)) @ rotation(yaw=rng.uniform(-50, 25)) @ FACING
    return Posed(angles, thumb, base, (0, 8), (0, 8), (0, 20), {})


def fist(shape: Shape, rng: Rng) -> Posed:
    """Clenched: forearm below seen from the fingers or the back, or the knuckles towards the viewer."""
    angles = {n: clenched(n, rng) for n in FINGERS}
    thumb = thumb_over(angles, shape, rng, rng.uniform(0.8, 1.7))
    kind = str(rng.choice(["raised", "back", "front", "side"], p=[0.4, 0.2, 0.2, 0.2]))
    base = {
        "raised": rotation(yaw=rng.uniform(-50, 35)) @ FACING,
        "back": rotation(yaw=rng.uniform(-35, 35)) @ AWAY,
        "front": rotation(yaw=rng.uniform(-40, 40)) @ rotation(roll=rng.choice([0.0, 90.0])) @ THUMB_UP,
        "side": rotation(yaw=rng.choice([-1, 1]) * rng.uniform(50, 95)) @ THUMB_UP,
    }[kind]
    return Posed(angles, thumb, base, (0, 10), (0, 12), (0, 16), {"seen": kind})


def half_heart(shape: Shape, rng: Rng) -> Posed:
    """One half of a heart of two hands: fingers arched to the middle, thumb stretched down to the point."""
    arch = rng.uniform(0.85, 1.15)
    angles = {
        n: (62 * arch + rng.normal(0, 2), SPREAD[n] * 0.1, 62 * arch + rng.normal(0, 3), 28 * arch) for n in FINGERS
    }
    thumb = aim(rng, (0.45, 0.2, 0.87), (0.3, -0.2, 0.93), (0.25, -0.3, 0.92))
    # Palm towards the other hand; the little finger's side or the thumb's side to the viewer.
    palm_right = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    return Posed(angles, thumb, palm_right, (0, 0), (0, 0), (0, 0), {})


def other(shape: Shape, rng: Rng) -> Posed:
    """An ordinary hand: relaxed, half curled, hanging, pointing down, holding, flat and seen edge-on."""
    kind = str(rng.choice(["relaxed", "holding", "half_curled", "pointing_down", "clasped", "flat"]))
    return ORDINARY[kind](shape, rng)


def relaxed(shape: Shape, rng: Rng) -> Posed:
    """Hanging beside the body, fingers a little bent, the thumb side or the back to the viewer."""
    amount = rng.uniform(0.15, 0.5)
    angles = {n: curled(n, rng, amount + 0.06 * i) for i, n in enumerate(FINGERS)}
    thumb = aim(rng, (0.6, 0.66, 0.45), (0.4, 0.85, 0.35), (0.25, 0.93, 0.3))
    base = rotation(roll=180) @ rotation(yaw=rng.choice([90.0, -90.0, 180.0]) + rng.uniform(-35, 35))
    return Posed(angles, thumb, base, (0, 10), (0, 12), (0, 18), {"kind": "relaxed"})


def half_curled(shape: Shape, rng: Rng) -> Posed:
    """Fingers half closed, in front of the body, any direction."""
    amount = rng.uniform(0.45, 0.7)
    angles = {n: curled(n, rng, amount) for n in FINGERS}
    thumb = aim(rng, (0.6, 0.6, 0.53), (0.35, 0.75, 0.55), (0.05, 0.85, 0.5))
    base = rotation(roll=rng.choice([-1, 1]) * rng.uniform(50, 130)) @ rotation(yaw=rng.uniform(0, 360))
    return Posed(angles, thumb, base, (0, 15), (0, 15), (0, 15), {"kind": "half_curled"})


def pointing_down(shape: Shape, rng: Rng) -> Posed:
    """The index finger points down or sideways at something."""
    angles = fingers(rng, "i", 0.3)
    angles["index"] = (rng.normal(20, 8), 2.0, rng.normal(15, 6), rng.normal(8, 4))
    thumb = thumb_over(angles, shape, rng, 1.0)
    base = rotation(roll=rng.choice([-1, 1]) * rng.uniform(110, 180)) @ rotation(yaw=rng.uniform(0, 360))
    return Posed(angles, thumb, base, (0, 10), (0, 15), (0, 10), {"kind": "pointing_down"})


def holding(shape: Shape, rng: Rng) -> Posed:
    """Round a stick, a cup or a folder."""
    amount = rng.uniform(0.55, 0.8)
    angles = {n: curled(n, rng, amount) for n in FINGERS}
    thumb = thumb_over(angles, shape, rng, rng.uniform(0.0, 0.6))
    base = rotation(yaw=rng.uniform(-100, 60)) @ THUMB_UP
    held = str(rng.choice(["stick", "cup", "paper"]))
    return Posed(angles, thumb, base, (0, 10), (0, 12), (0, 25), {"kind": "holding", "held": held})


def clasped(shape: Shape, rng: Rng) -> Posed:
    """One of two hands laid over each other."""
    angles = {n: curled(n, rng, rng.uniform(0.35, 0.5)) for n in FINGERS}
    thumb = aim(rng, (0.6, 0.66, 0.45), (0.3, 0.9, 0.3), (0.1, 0.95, 0.3))
    base = rotation(roll=-rng.uniform(95, 130)) @ rotation(yaw=180 + rng.uniform(-25, 25))
    return Posed(angles, thumb, base, (0, 6), (0, 10), (0, 8), {"kind": "clasped"})


def flat(shape: Shape, rng: Rng) -> Posed:
    """A stretched hand seen edge-on, resting."""
    angles = fingers(rng, "imrp", 0.1)
    thumb = aim(rng, (0.6, 0.74, 0.3), (0.5, 0.84, 0.2), (0.3, 0.93, 0.2))
    base = rotation(roll=rng.choice([-1, 1]) * rng.uniform(60, 120)) @ rotation(yaw=rng.choice([-90.0, 90.0]))
    return Posed(angles, thumb, base, (0, 10), (0, 10), (0, 10), {"kind": "flat"})


ORDINARY: dict[str, Callable[[Shape, Rng], Posed]] = {
    "relaxed": relaxed,
    "holding": holding,
    "half_curled": half_curled,
    "pointing_down": pointing_down,
    "clasped": clasped,
    "flat": flat,
}

BUILDERS: dict[str, Callable[[Shape, Rng], Posed]] = {
    "like": like,
    "dislike": dislike,
    "one": counted("i", (0.0, 0.8)),
    "peace": peace,
    "three": three,
    "four": counted("imrp", (0.0, 1.6)),
    "palm": palm,
    "rock": rock,
    "call": call,
    "ok": ok,
    "thumb_index": thumb_index,
    "finger_heart": finger_heart,
    "fist": fist,
    "hand_heart": half_heart,
    "other": other,
}
