"""Colours of a drawn face without light: skin, eyes, brows, lips, beard, lines."""

from __future__ import annotations

import numpy as np

from training.render.face_people import Identity, View
from training.render.face_shape import Numbers, Surface, bag, bump, eye_frame, fold, mouth_lines, noise, rise, window
from training.render.sdf import Floats

WHITE_OF_EYE = np.array([206, 196, 189], np.float32)
TEETH = np.array([226, 218, 202], np.float32)


def painted(who: Identity, view: View, surface: Surface) -> Floats:
    """sRGB 0..255 of each point of the head."""
    x, y = surface.x, surface.y
    tone = np.asarray(who.tone, np.float32)
    out = np.empty((*x.shape, 3), np.float32)
    out[:] = tone
    _skin(out, who, x, y)
    front = np.flatnonzero(np.abs(surface.angle[0]) < np.radians(88))
    span = slice(front[0], front[-1] + 1)
    face, fx, fy = out[:, span], x[:, span], y[:, span]
    _lines(face, who, view, fx, fy)
    _beard(face, who, view, fx, fy, surface.angle[:, span])
    part = window(fx, fy, (0, who.mouth_y), (50, 30))
    _lips(face[part], who, view, fx[part], fy[part])
    part = window(fx, fy, (0, who.nose_y), (44, 20))
    _nostrils(face[part], who, fx[part], fy[part])
    for side in (-1, 1):
        part = window(fx, fy, (side * who.eye_x, 0), (30, 20))
        _eye(face[part], who, view, side, fx[part], fy[part])
        part = window(fx, fy, (side * (who.eye_x + who.brow_x), who.brow_y), (36, 20))
        _brow(face[part], who, view, side, fx[part], fy[part])
    return np.clip(out, 0, 255)


def mix(out: Floats, colour: Numbers, share: Numbers) -> None:
    """Lay a colour over, in place."""
    part = np.clip(np.asarray(share, np.float32), 0, 1)[..., None]
    out += (np.asarray(colour, np.float32) - out) * part


def _skin(out: Floats, who: Identity, x: Floats, y: Floats) -> None:
    side_x = np.abs(x)
    patches = noise(who.grain, x, y, (9, 9), 1.0)
    small = noise(who.grain + 6, x, y, (2.0, 2.0))
    pores = noise(who.grain + 1, x, y, (0.4, 0.4))
    rough = 0.8 + 0.9 * who.age
    out *= (1 + rough * (0.02 * patches + 0.014 * small + 0.028 * pores))[..., None]
    warm = patches[..., None] * np.array([0.006, -0.004, -0.014], np.float32)
    out *= 1 + warm + rise(20, 60, y)[..., None] * np.array([0.0, 0.015, -0.02], np.float32)
    red = 0.5 * bump(side_x, y, (37, -30), (17, 14)) + 0.45 * bump(x, y, (0, who.nose_y), (14, 11))
    out *= 1 - red[..., None] * np.array([0.0, 0.1, 0.1], np.float32)
    around = bump(side_x, y, (who.eye_x, -3), (20, 13))
    out *= 1 - (0.06 + 0.12 * who.bags) * around[..., None] * np.array([0.8, 1.0, 0.95], np.float32)
    spots = rise(1.9, 2.6, noise(who.grain + 2, x, y, (1.2, 1.2))) * max(who.age - 0.35, 0) * 0.5
    out *= 1 - 0.3 * spots[..., None]
    for at_x, at_y, radius in who.moles:
        out *= 1 - 0.62 * rise(radius, radius * 0.6, np.hypot(x - at_x, y - at_y))[..., None]


def _lines(out: Floats, who: Identity, view: View, x: Floats, y: Floats) -> None:
    side_x, old = np.abs(x), who.age
    wobble = np.float32(1.3) * noise(who.grain + 3, x, y * np.float32(0.2), (12, 12), 1.0)
    deep = 0.15 * old + 0.08 * view.smile + 0.01
    out *= 1 - deep * np.exp(-((fold(who, view, side_x, y) / 1.5) ** 2))[..., None]
    out *= 1 - 0.22 * who.bags * np.exp(-((bag(who, side_x, y) / 1.2) ** 2))[..., None]
    if old > 0.4:
        for k in range(4):
            crease = np.exp(-(((y - who.brow_y - 15 - 8.5 * k - wobble - 0.0016 * x * x * (k - 1)) / 0.8) ** 2))
            out *= 1 - 0.3 * (old - 0.4) * (rise(44, 30, side_x) * crease)[..., None]
        frown = np.exp(-(((side_x - 6 - 0.1 * (y - 15)) / 0.9) ** 2)) * bump(x, y, (0, 17), (30, 8))
        out *= 1 - 0.3 * (old - 0.3) * frown[..., None]
    feet = side_x - who.eye_x - who.eye_wide
    if old + view.smile > 0.7:
        for slope in (0.55, 0.1, -0.4):
            line = (y - 1 - slope * feet) * (feet > 1)
            here = rise(2, 5, feet) * rise(17, 8, feet)
            out *= 1 - 0.2 * (0.5 * old + 0.4 * view.smile) * here[..., None] * np.exp(-((line / 0.7) ** 2))[..., None]


def _lips(out: Floats, who: Identity, view: View, x: Floats, y: Floats) -> None:
    q, top, above, below, low = mouth_lines(who, view, x)
    within = np.abs(q) < 1
    lips = np.asarray(who.lips, np.float32)
    upper = np.clip(np.minimum(top - y, y - above + 0.3) / 0.9, 0, 1) * within
    lower = np.clip(np.minimum(below - y + 0.3, y - low) / 1.1, 0, 1) * within
    creases = 1 + 0.07 * noise(who.grain + 4, x, y, (0.5, 2.5))
    mix(out, lips * 0.9, 0.85 * upper)
    mix(out, lips, 0.85 * lower)
    out *= np.where((upper + lower > 0.2)[..., None], creases[..., None], 1)
    open_here = np.clip(np.minimum(above - y, y - below) / 0.5, 0, 1) * within
    mix(out, np.array([46, 20, 20], np.float32), open_here)
    tooth = 1 - 0.12 * np.exp(-(((np.mod(x + 4.2, 8.4) - 4.2) / 0.5) ** 2)) - 0.25 * np.abs(q)
    line = above - 8.0 * (1 - 0.4 * q * q)
    mix(out, TEETH * tooth[..., None], open_here * rise(-0.6, 0.6, y - line) * rise(0.92, 0.75, np.abs(q)))
    seam = np.exp(-(((y - (above + below) / 2) / 0.85) ** 2)) * within * (view.gap < 0.05)
    mix(out, np.asarray(who.lips, np.float32) * 0.28, 0.85 * seam * (1 - 0.3 * q * q))
    corner = bump(np.abs(x), y, (who.mouth_wide * (1 + 0.2 * view.smile), float(above[0, 0])), (2.6, 2.0))
    out *= 1 - 0.4 * corner[..., None]
    under = bump(x, y, (0, who.mouth_y - who.lip_low - 4.5 - 8 * view.gap), (13, 2.6))
    out *= 1 - 0.12 * under[..., None]


def _nostrils(out: Floats, who: Identity, x: Floats, y: Floats) -> None:
    side_x = np.abs(x)
    tilt = 0.25 * (side_x - who.nose_wide * 0.42)
    hole = ((side_x - who.nose_wide * 0.43) / (who.nose_wide * 0.26)) ** 2 + ((y - who.nose_y + 7.2 - tilt) / 2.1) ** 2
    mix(out, np.asarray(who.tone, np.float32) * 0.16, 0.9 * np.exp(-(hole**1.5)))
    wing = np.hypot((side_x - who.nose_wide * 0.7) / (who.nose_wide * 0.38), (y - who.nose_y + 1) / 8.5)
    crease = np.exp(-(((wing - 1) / 0.14) ** 2)) * (side_x > who.nose_wide * 0.75) * (y < who.nose_y + 5)
    out *= 1 - 0.3 * crease[..., None]


def _eye(out: Floats, who: Identity, view: View, side: int, x: Floats, y: Floats) -> None:
    u, v, upper, lower = eye_frame(who, view, side, x, y)
    tone = np.asarray(who.tone, np.float32)
    shut = np.abs(u) >= 1
    crease = v - upper - who.lid * (1.0 - 0.25 * u * u)
    out *= 1 - 0.4 * (np.exp(-((crease / 0.75) ** 2)) * rise(1.3, 0.9, np.abs(u)))[..., None]
    inside = np.clip(np.minimum(upper - v, v - lower) / 0.45 + 0.5, 0, 1) * ~shut
    white = WHITE_OF_EYE * (1 - 0.22 * rise(0.45, 1.0, np.abs(u)) - 0.1 * who.age)[..., None]
    mix(out, white, inside)
    mix(out, np.array([176, 106, 98], np.float32), 0.8 * inside * bump(u, v, (-0.95, 0), (0.16, 3)))
    across = u * who.eye_wide - side * view.gaze[0]
    r = np.hypot(across, v - view.gaze[1] - 0.35)
    iris = np.asarray(who.iris, np.float32) * (0.75 + 0.5 * rise(2, 5.5, r))[..., None]
    mix(out, iris, inside * rise(6.1, 5.5, r))
    mix(
        out,
        np.array([14, 10, 9], np.float32),
        inside * np.maximum(rise(2.4, 1.9, r), 0.7 * np.exp(-(((r - 5.7) / 0.5) ** 2))),
    )
    out *= 1 - 0.5 * (inside * rise(2.6, 0.2, upper - v))[..., None]
    spot = np.hypot(across - 1.6 * side * np.sign(view.light.towards[0]), v - view.gaze[1] - 2.0)
    mix(out, np.array([250, 250, 250], np.float32), inside * rise(1.25, 0.7, spot) * 0.9)
    thick = 1.3 if who.woman else 0.95
    tail = rise(1.22, 1.0, np.abs(u)) * (u > -1.02)
    rim = np.exp(-(((v - np.maximum(upper, -0.3)) / thick) ** 2)) * tail
    mix(out, tone * 0.14, 0.88 * rim * (0.7 + 0.3 * rise(-1, 0.5, u)))
    edge = np.exp(-(((v - lower) / 0.7) ** 2)) * ~shut
    mix(out, tone * np.array([0.5, 0.38, 0.36], np.float32), 0.55 * edge)


def _brow(out: Floats, who: Identity, view: View, side: int, x: Floats, y: Floats) -> None:
    t = np.radians(who.brow_tilt)
    dx = (x - side * (who.eye_x + who.brow_x)) * side
    dy = y - who.brow_y - view.brow_lift
    u = (dx * np.cos(t) + dy * np.sin(t)) / who.brow_wide
    v = dy * np.cos(t) - dx * np.sin(t)
    spine = who.brow_arch * (1 - ((u - 0.25) / 1.1) ** 2) - 0.6 * who.brow_arch
    half = who.brow_thick * np.clip(1.05 - 0.5 * rise(0.1, 1.05, u), 0.2, 1.1)
    strokes = noise(who.grain + 5 + side, x + 0.5 * side * y, y, (0.35, 1.6))
    edge = 1 - np.abs(v - spine) / half
    body = rise(-0.25, 0.55, edge + 0.16 * strokes) * rise(1.08, 0.9, u + 0.05 * strokes) * rise(-1.1, -0.85, u)
    hair = np.asarray(who.hair_colour, np.float32)
    if who.hair == "hijab" or who.age < 0.8:
        hair = np.minimum(hair, 60)
    mix(out, hair, body * who.brow_dark * (0.86 + 0.12 * strokes))


def _beard(out: Floats, who: Identity, view: View, x: Floats, y: Floats, angle: Floats) -> None:
    if who.woman:
        return
    side_x = np.abs(x)
    q, top, _, _, low = mouth_lines(who, view, x)
    cheek_line = who.mouth_y + 12 + 0.55 * np.maximum(side_x - 34, 0) + 6 * rise(30, 55, side_x)
    lower = rise(4, -12, y - cheek_line) * rise(1.5, 1.25, np.abs(angle))
    around = np.clip(1 - np.clip(np.minimum(top + 1.5 - y, y - low + 1.5) / 1.5, 0, 1) * (np.abs(q) < 1), 0, 1)
    down = np.clip((who.nose_y - 9 - y) / max(who.nose_y - 9 - who.mouth_y, 1), 0, 1.3)
    reach = who.nose_wide * 0.8 + (who.mouth_wide + 4 - who.nose_wide * 0.8) * down**0.7
    upper_lip = rise(0, 0.35, down) * rise(-1, 1.4, y - top) * rise(3, -3, side_x - reach)
    chin = bump(x, y, (0, who.chin_y + 15), (15, 15))
    speckle = noise(who.grain + 8, x, y, (0.4, 1.1))
    hair = np.asarray(who.hair_colour, np.float32)
    shadow = lower * around * 0.13
    mix(out, np.asarray(who.tone, np.float32) * 0.5 + hair * 0.3, shadow)
    shares = {
        "none": 0.0 * x,
        "stubble": 0.5 * np.maximum(lower, upper_lip) * around,
        "moustache": 0.95 * upper_lip,
        "goatee": 0.95 * np.maximum(upper_lip * 0.8, rise(0.25, 0.6, chin)) * around,
        "full": 0.97 * np.maximum(lower, upper_lip) * around,
    }
    cover = shares[who.beard]
    if who.beard != "none":
        mix(out, hair * (1 + 0.12 * speckle[..., None]), cover * np.clip(0.82 + 0.14 * speckle, 0, 1))
