"""The hand as joints: where its 21 points are for given joint angles, in units of the palm (wrist to middle knuckle).

Frame of a right hand: x to the thumb side, y to the fingers, z out of the palm. Bone lengths and widths are rounded
from published adult hand surveys and varied a little for each hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

FINGERS = ("index", "middle", "ring", "pinky")
KNUCKLES = {
    "index": (0.29, 0.97, 0.0),
    "middle": (0.06, 1.0, 0.02),
    "ring": (-0.16, 0.95, 0.01),
    "pinky": (-0.36, 0.85, -0.03),
}
BONES = {
    "index": (0.46, 0.27, 0.21),
    "middle": (0.50, 0.31, 0.22),
    "ring": (0.46, 0.29, 0.22),
    "pinky": (0.36, 0.21, 0.19),
}
WIDTHS = {"index": 0.104, "middle": 0.107, "ring": 0.1, "pinky": 0.087}
THUMB_ROOT = (0.25, 0.2, 0.1)
THUMB_BONES = (0.45, 0.36, 0.27)


@dataclass(slots=True)
class Shape:
    """One person's hand: factors on the lengths and widths above."""

    length: float = 1.0
    width: float = 1.0
    finger_length: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    thumb_length: float = 1.0
    palm_width: float = 1.0


@dataclass(slots=True)
class Thumb:
    """Either three bone directions, or a point for its tip to touch (`reach`) and the side its joint points to."""

    directions: tuple[Vector, Vector, Vector] | None = None
    root_direction: Vector | None = None
    reach: Vector | None = None
    pole: Vector = field(default_factory=lambda: np.array([0.6, 0.0, 0.8]))


@dataclass(slots=True)
class Joints:
    """`points`: 21×3 in MediaPipe's order; `dorsal`: 20×3, the back side of the bone that ends in point i + 1."""

    points: Vector
    dorsal: Vector


def unit(v: Vector | tuple[float, float, float]) -> Vector:
    """`v` at length one."""
    a = np.asarray(v, float)
    return np.asarray(a / max(float(np.linalg.norm(a)), 1e-9))


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Vector:
    """Turn about the upright axis, the sideways axis, the line of sight (degrees); x right, y up, z to the viewer."""
    a, b, c = np.radians([yaw, pitch, roll])
    ry = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rx = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(rz @ rx @ ry)


def finger_chain(name: str, angles: tuple[float, float, float, float], shape: Shape) -> tuple[Vector, Vector]:
    """Four points and three back sides of a finger for (knuckle bend, spread, middle bend, end bend) in degrees."""
    bend, spread, middle, end = np.radians(angles)
    root = np.array(KNUCKLES[name]) * (shape.palm_width, 1, 1)
    forward = np.array([np.sin(spread), np.cos(spread), 0.0])
    palmar = np.array([0.0, 0.0, 1.0])
    factor = shape.length * shape.finger_length[FINGERS.index(name)]
    points, backs, turn = [root], [], 0.0
    for bone, joint in zip(BONES[name], (bend, middle, end), strict=True):
        turn += float(joint)
        points.append(points[-1] + factor * bone * (forward * np.cos(turn) + palmar * np.sin(turn)))
        backs.append(forward * np.sin(turn) - palmar * np.cos(turn))
    return np.array(points), np.array(backs)


def thumb_chain(thumb: Thumb, shape: Shape) -> tuple[Vector, Vector]:
    """Four points and three back sides of the thumb."""
    bones = np.array(THUMB_BONES) * shape.thumb_length
    root = np.array(THUMB_ROOT) * (shape.palm_width, 1, 1)
    if thumb.directions is not None:
        d = [unit(v) for v in thumb.directions]
        points = np.array([root, root + bones[0] * d[0], root + bones[0] * d[0] + bones[1] * d[1], np.zeros(3)])
        points[3] = points[2] + bones[2] * d[2]
        bent = np.cross(d[1], d[2])
        back = -unit(np.array([-0.35, -0.1, 1.0]))
        if np.linalg.norm(bent) > 0.35:
            back = unit(np.cross(bent, d[1]))
            back = -back if back @ np.array([-0.5, 0.0, 1.0]) > 0 else back
    else:
        assert thumb.reach is not None and thumb.root_direction is not None
        knuckle = root + bones[0] * unit(thumb.root_direction)
        middle, tip = two_bones(knuckle, thumb.reach, bones[1], bones[2], thumb.pole)
        points = np.array([root, knuckle, middle, tip])
        line = unit(tip - knuckle)
        back = unit(thumb.pole - (thumb.pole @ line) * line)
    backs = []
    for i in range(3):
        line = unit(points[i + 1] - points[i])
        backs.append(unit(back - (back @ line) * line))
    return points, np.array(backs)


def two_bones(root: Vector, target: Vector, first: float, second: float, pole: Vector) -> tuple[Vector, Vector]:
    """Joint and end of two bones that reach for `target`, the joint pushed out towards `pole`."""
    line = target - root
    span = float(np.clip(np.linalg.norm(line), abs(first - second) * 1.05 + 0.05, (first + second) * 0.995))
    line = unit(line)
    along = (first**2 - second**2 + span**2) / (2 * span)
    out = np.sqrt(max(first**2 - along**2, 0.0))
    side = unit(pole - (pole @ line) * line)
    return root + along * line + out * side, root + span * line


def hand_joints(angles: dict[str, tuple[float, float, float, float]], thumb: Thumb, shape: Shape) -> Joints:
    """All 21 points of a right hand in its own frame."""
    points, backs = np.zeros((21, 3)), np.zeros((20, 3))
    points[1:5], thumb_backs = thumb_chain(thumb, shape)
    backs[0], backs[1:4] = thumb_backs[0], thumb_backs
    for i, name in enumerate(FINGERS):
        chain, back = finger_chain(name, angles[name], shape)
        first = 5 + 4 * i
        points[first : first + 4] = chain
        backs[first - 1] = (0, 0, -1)
        backs[first : first + 3] = back
    return Joints(points, backs)
