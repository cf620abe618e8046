"""`render_hand`: one posed hand (or two) as a picture with its true joints and box."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render import poses
from training.render.body import ARM, Flesh, add_arm, add_held, hand_flesh
from training.render.kinematics import Joints, Shape, Vector, hand_joints, rotation, unit
from training.render.poses import Posed
from training.render.sdf import Capsules, Floats, trace
from training.render.skin import SKIN, Light, draw_light, shade, skin_albedo

POSES = tuple(poses.BUILDERS)
CLOTHS = np.array(
    [
        (238, 238, 236),
        (60, 70, 96),
        (190, 170, 130),
        (88, 104, 74),
        (120, 60, 50),
        (40, 40, 44),
        (120, 150, 190),
        (150, 120, 80),
    ],
    np.float32,
)
MARGIN = 0.35


@dataclass(frozen=True, slots=True)
class RenderedHand:
    """A drawn hand. All places are pixels of `rgba`, x right, y down.

    `rgba`: H×W×4; `joints`: one 21×2 array a hand, MediaPipe's order; `box`: (x, y, width, height) of the hand without
    forearm; `side`: whose hand it is (left or right); `details`: thumb in or out, what is seen, wrist and forearm.
    """

    rgba: NDArray[np.uint8]
    joints: tuple[Floats, ...]
    box: tuple[float, float, float, float]
    side: str
    pose: str
    details: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class _Placed:
    """Hands in the camera's frame, still in palms: x right, y up, z to the viewer. `back`: camera to hand frame."""

    flesh: Flesh
    joints: list[Vector]
    back: Vector
    arm: Vector


def draw_shape(rng: np.random.Generator) -> Shape:
    """A person's hand: slender to sturdy."""
    spread = rng.normal(1, 0.03, 4)
    return Shape(
        length=float(np.clip(rng.normal(1, 0.06), 0.85, 1.15)),
        width=float(np.clip(rng.normal(1, 0.08), 0.82, 1.2)),
        finger_length=(float(spread[0]), float(spread[1]), float(spread[2]), float(spread[3])),
        thumb_length=float(rng.normal(1, 0.05)),
        palm_width=float(np.clip(rng.normal(1, 0.06), 0.88, 1.14)),
    )


def render_hand(
    pose: str,
    *,
    size: int,
    rng: np.random.Generator,
    side: str | None = None,
    skin: int | None = None,
    view: tuple[float, float, float] | None = None,
    kind: str | None = None,
    sleeve: bool | None = None,
    cloth: tuple[int, int, int] | None = None,
    light: Light | None = None,
    shape: Shape | None = None,
) -> RenderedHand:
    """Draw a hand whose box is `size` pixels on its longer side, everything not given drawn from `rng`.

    `skin`: 0 (light) to 5 (dark); `view`: yaw, pitch, roll in degrees instead of the drawn ones; `kind`: which
    ordinary hand (a key of `poses.ORDINARY`) for `other`. Raises KeyError for an unknown pose.
    """
    shape = replace(shape) if shape else draw_shape(rng)
    side = side or str(rng.choice(["left", "right"]))
    posed = poses.ORDINARY[kind](shape, rng) if kind else poses.BUILDERS[pose](shape, rng)
    turn = _view(posed, rng, view)
    covered = rng.random() < 0.6 if sleeve is None else sleeve
    start = float(rng.uniform(0.3, 1.1)) if covered else None
    placed = _place(pose, posed, shape, turn, start, rng)
    if side == "left":
        placed = _mirrored(placed)
    caps, joints, box, canvas, px = _project(placed, size, rng)
    hits = trace(caps, canvas, canvas)
    tone = SKIN[int(rng.choice(6, p=[0.08, 0.14, 0.24, 0.26, 0.18, 0.1])) if skin is None else skin]
    tone = np.asarray(tone * rng.normal(1, 0.03, 3), np.float32)
    fabric = np.asarray(cloth if cloth is not None else rng.choice(CLOTHS) * rng.uniform(0.75, 1.0), np.float32)
    own = (hits.point - joints[0].mean(axis=0)) / np.float32(px) * np.array([1, -1, 1], np.float32)
    own = np.asarray(own @ placed.back.T, np.float32) + np.array([0, 0.8, 0], np.float32)
    albedo = skin_albedo(hits, placed.flesh, own, tone, fabric, rng.uniform(20, 235, 3).astype(np.float32), rng)
    rgba = np.zeros((canvas * canvas, 4), np.uint8)
    rgba[hits.pixel, :3] = shade(hits, caps, placed.flesh, px, light or draw_light(rng), albedo)
    rgba[hits.pixel, 3] = (hits.alpha * 255).astype(np.uint8)
    # Rays that slid along an edge with more hand behind it end as thin seams.
    closed = cv2.morphologyEx(rgba[:, 3].reshape(canvas, canvas), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    rgba[hits.pixel, 3] = closed.ravel()[hits.pixel]
    wrist = joints[0][0]
    arm = placed.arm / max(float(np.linalg.norm(placed.arm[:2])), 1e-6)
    facts: dict[str, object] = dict(posed.details)
    facts |= {
        "wrist": (float(wrist[0]), float(wrist[1])),
        "forearm": (float(arm[0]), float(-arm[1])),
        "reach": float(np.linalg.norm(placed.arm[:2])),
        "palm_px": float(px),
        "sleeve": covered,
        "cloth": tuple(int(c) for c in fabric),
        "tone": tuple(int(c) for c in tone),
    }
    flat = tuple(np.asarray(j[:, :2], np.float32) for j in joints)
    return RenderedHand(rgba.reshape(canvas, canvas, 4), flat, box, side, pose, facts)


def _view(posed: Posed, rng: np.random.Generator, view: tuple[float, float, float] | None) -> Vector:
    if view is not None:
        return np.asarray(rotation(*view) @ posed.base)
    yaw, pitch, roll = (
        float(np.clip(rng.normal(m, s), m - 2.2 * s, m + 2.2 * s)) for m, s in (posed.yaw, posed.pitch, posed.roll)
    )
    return np.asarray(rotation(yaw, pitch, roll) @ posed.base)


def _place(
    pose: str, posed: Posed, shape: Shape, turn: Vector, sleeve: float | None, rng: np.random.Generator
) -> _Placed:
    joints = hand_joints(posed.angles, posed.thumb, shape)
    flesh = hand_flesh(joints, shape)
    bend, lean = np.radians(rng.normal(0, 12)), np.radians(rng.normal(0, 8))
    arm = unit(np.array([np.sin(lean), -np.cos(lean) * np.cos(bend), np.sin(bend)]))
    add_arm(flesh, arm, shape, sleeve)
    if "held" in posed.details:
        add_held(flesh, joints, posed.details["held"], rng)
    if pose == "hand_heart":
        return _two_hearts(flesh, joints, arm, turn, rng)
    shift = -turn @ joints.points[[0, 5, 9, 17]].mean(axis=0)
    placed = _Placed(flesh.moved(turn, shift), [joints.points @ turn.T + shift], turn.T, turn @ arm)
    if posed.details.get("kind") == "clasped":
        other = np.array([rng.uniform(0.1, 0.4), rng.uniform(-0.3, 0.1), -0.42])
        centre = rng.uniform(0.3, 0.5)
        placed.flesh = placed.flesh.moved(np.eye(3), np.array([-centre, 0, 0]))
        second = placed.flesh.moved(np.eye(3), other, mirror=True)
        placed.flesh = placed.flesh.joined(second)
        placed.joints[0] = placed.joints[0] - np.array([centre, 0, 0])
        placed.joints.append((placed.joints[0] + other) * np.array([-1, 1, 1]))
    return placed


def _two_hearts(flesh: Flesh, joints: Joints, arm: Vector, turn: Vector, rng: np.random.Generator) -> _Placed:
    """A half heart and its mirror image, fingertips and thumb tips meeting in the middle."""
    points = joints.points @ turn.T
    tips = points[[8, 12]].mean(axis=0) - points[4]
    upright = rotation(roll=float(np.degrees(np.arctan2(tips[0], tips[1]))))
    turn = upright @ turn
    points = joints.points @ turn.T
    shift = np.array([-max(points[8, 0], points[12, 0], points[4, 0]) - 0.03, 0.0, 0.0])
    half = flesh.moved(turn, shift)
    both = half.joined(half.moved(np.eye(3), np.zeros(3), mirror=True))
    behind = 180.0 if rng.random() < 0.4 else 0.0
    swing = rotation(yaw=behind + rng.normal(0, 12), pitch=rng.normal(0, 22), roll=rng.normal(0, 8))
    left = (points + shift) * np.array([-1, 1, 1])
    centre = -swing @ ((points + shift + left) / 2).mean(axis=0)
    hands = [(points + shift) @ swing.T + centre, left @ swing.T + centre]
    return _Placed(both.moved(swing, centre), hands, (swing @ turn).T, swing @ turn @ arm)


def _mirrored(placed: _Placed) -> _Placed:
    flip = np.array([-1.0, 1, 1])
    flesh = placed.flesh.moved(np.eye(3), np.zeros(3), mirror=True)
    return _Placed(flesh, [j * flip for j in placed.joints], placed.back @ np.diag(flip), placed.arm * flip)


def _project(
    placed: _Placed, size: int, rng: np.random.Generator
) -> tuple[Capsules, list[Floats], tuple[float, float, float, float], int, float]:
    """Perspective, then pixels: the hand's box is `size` on its longer side in a square canvas with a margin."""
    f = float(rng.uniform(7, 25))
    a, b = np.array(placed.flesh.a), np.array(placed.flesh.b)
    sa, sb = (f / np.maximum(f - v[:, 2], 0.3 * f) for v in (a, b))
    a, b = a * sa[:, None], b * sb[:, None]
    ra, rb = np.array(placed.flesh.ra) * sa, np.array(placed.flesh.rb) * sb
    part = np.array(placed.flesh.part)
    own = part < ARM
    ends, radii = np.concatenate([a[own], b[own]]), np.concatenate([ra[own], rb[own]])
    low = (ends[:, :2] - radii[:, None]).min(axis=0)
    high = (ends[:, :2] + radii[:, None]).max(axis=0)
    px = size / float((high - low).max())
    canvas = round(size * (1 + 2 * MARGIN))
    centre = (low + high) / 2

    def to_px(v: Vector) -> Floats:
        out = (v - np.array([centre[0], centre[1], 0])) * px * np.array([1, -1, 1])
        return np.asarray(out + np.array([canvas / 2, canvas / 2, 0]), np.float32)

    def scaled(v: Vector | list[float]) -> Floats:
        return np.asarray(np.asarray(v) * px, np.float32)

    caps = Capsules(to_px(a), to_px(b), scaled(ra), scaled(rb), scaled(placed.flesh.k0), scaled(placed.flesh.k1))
    joints = [to_px(j * (f / (f - j[:, 2:3]))) for j in placed.joints]
    w, h = (high - low) * px
    box = (float(canvas / 2 - w / 2), float(canvas / 2 - h / 2), float(w), float(h))
    return caps, joints, box, canvas, px
