"""What grows on a drawn head or is worn: hair, peci, hijab, glasses, neck and shirt."""

from __future__ import annotations

import numpy as np

from training.render.face_people import Identity
from training.render.face_shape import (
    CAP,
    CLOTHES,
    FRAME,
    HAIR,
    LOCKS,
    NECK,
    VEIL,
    Surface,
    eye_depth,
    lifted,
    noise,
    rise,
    sections,
    tube,
)
from training.render.sdf import Floats
from training.render.splat import Sheet

PECI = np.array([24, 24, 27], np.float32)


def body(who: Identity, step: float, shirt: bool) -> list[Sheet]:
    """Neck and, where asked, the upper chest in a shirt."""
    tone, c = np.asarray(who.tone, np.float32), who.chin_y
    thick = 0.72 * who.jaw_wide + (4 if who.woman else 11)
    points, _ = tube(
        (c + 40, c, c - 40, c - 75),
        (thick - 6, thick, thick + 2, thick + 22),
        (30, 40, 40, 52),
        (-62, -62, -62, -66),
        step,
    )
    under = 1 - 0.3 * rise(c - 26, c + 2, points[..., 1:2])
    out = [Sheet(points, tone * 0.96 * under, NECK, 0.3, soft=True)]
    if shirt:
        points, _ = tube(
            (c - 26, c - 42, c - 62, c - 100, c - 190),
            (thick + 4, thick + 14, 130, 196, 215),
            (40, 52, 66, 78, 100),
            (-66, -72, -80, -90, -90),
            step,
        )
        x, y = points[..., 0], points[..., 1]
        collar = np.abs(x) > (c - 30 - y) * -0.1 + np.clip((y - c + 66) * 0.55, 0, 40)
        folds = 1 + 0.05 * noise(who.grain + 11, x, y, (14, 40), 1.0)
        colour = np.asarray(who.shirt, np.float32) * folds[..., None]
        colour = colour * np.where(np.abs(y - (c - 50)) < 1.0, 0.75, 1.0)[..., None].astype(np.float32)
        out.append(Sheet(points, np.clip(colour, 0, 255), CLOTHES, 0.1, there=collar, both=True))
    return out


def worn(who: Identity, surface: Surface, step: float) -> list[Sheet]:
    """Hair, or peci with hair under it, or hijab."""
    if who.hair == "hijab":
        return [_hijab(who, step)]
    out = [_hair(who, surface)]
    if who.hair == "peci":
        out += _peci(who, step)
    if who.hair == "long" or (who.hair == "short" and who.woman):
        out.append(_locks(who, step))
    return out


def _hair(who: Identity, surface: Surface) -> Sheet:
    angle, y = np.abs(surface.angle), surface.y
    line = who.hairline
    side = [line, line + 1, line - 4, 34, 14, -18, -26, -48]
    at = np.radians([0, 30, 48, 60, 68, 78, 92, 118])
    if who.hair == "bald":
        side, at = [200, 200, 44, 10, -20, -45], np.radians([0, 62, 72, 78, 92, 118])
    if who.hair == "long" or (who.hair == "short" and who.woman):
        side, at = [line + 3, line - 3, 46, 12, -30, -90, -90], np.radians([0, 30, 50, 58, 64, 74, 118])
        parting = np.radians(14 if who.grain % 2 else -10)
        side[0] += 4
    else:
        parting = 0.0
    lower = np.interp(np.abs(surface.angle - parting) if parting else angle, at, side)
    if who.hair == "parted":
        swing = np.sin(surface.angle * 1.7 + (0.5 if who.grain % 2 else -0.5))
        lower = lower - 9 * np.abs(swing) * rise(1.1, 0.7, angle)
    fray = noise(who.grain + 9, surface.angle * 90, y, (0.9, 4.0))
    above = y - lower - (1.2 if who.woman else 2.0) * fray
    full = {"crew": 0.3, "bald": 0.14, "peci": 0.16, "parted": 1.1}.get(who.hair, 1.0) * who.hair_high
    top = 0.28 + 0.72 * rise(35, 85, y)
    thick = 1.0 + full * rise(-1, 26, above) * top * (1 + 0.06 * fray)
    if who.hair == "parted":
        thick = thick * (1 + 0.28 * np.sin(surface.angle * 1.7 + (0.5 if who.grain % 2 else -0.5)))
    points = lifted(surface, np.asarray(thick, np.float32))
    strand = noise(who.grain + 10, surface.angle * 90, y + 0.3 * surface.x, (0.45, 7.0))
    colour = np.asarray(who.hair_colour, np.float32) * (1 + 0.22 * strand)[..., None]
    there = np.asarray(above > 0)
    if who.hair == "peci":
        there &= y < 66
    return Sheet(points, np.clip(colour, 2, 255).astype(np.float32), HAIR, 0.6, there=there)


def _locks(who: Identity, step: float) -> Sheet:
    end = who.chin_y - (75 if who.hair == "long" else -18)
    w = who.temple_wide + 0.45 * who.hair_high
    points, angle = tube(
        (86, 60, 20, -40, who.chin_y, end),
        (w - 14, w - 5, w + 1, w + 6, w + 4, w - 2),
        (46, 50, 52, 52, 46, 38),
        (-100, -104, -106, -104, -95, -84),
        step,
    )
    strand = noise(who.grain + 10, angle * 90, points[..., 1], (0.45, 12.0))
    wave = noise(who.grain + 12, angle * 90, points[..., 1] * 0.15, (2, 9), 1.0)
    points *= (1 + 0.012 * wave)[..., None]
    colour = np.asarray(who.hair_colour, np.float32) * (1 + 0.2 * strand + 0.1 * wave)[..., None]
    there = (np.abs(angle) > 0.8 + 0.05 * wave) & (points[..., 1] > end + 8 + 4 * wave)
    return Sheet(points, np.clip(colour, 2, 255).astype(np.float32), LOCKS, 0.6, there=there, both=True)


def _peci(who: Identity, step: float) -> list[Sheet]:
    brim = who.hairline - 4
    top = max(who.crown_y + 12, brim + 58)
    w = float(sections(who, np.array([brim], np.float32))[0][0]) + 6
    front, back = 98 + 0.5 * who.forehead_out, -104.0
    points, angle = tube((top, brim - 4), (w - 3, w + 1), (front - 12, front), (back + 6, back), step)
    points[..., 1] -= 7 * (1 - np.cos(angle)) * 0.5
    weave = noise(who.grain + 13, angle * 90, points[..., 1], (0.5, 0.5))
    colour = PECI * (1 + 0.12 * weave)[..., None]
    r = np.linspace(0, 1, int(110 / step), dtype=np.float32)[:, None]
    ring = points[:1] * r[..., None]
    ring[..., 1] = points[0, :, 1] + 3 * (1 - r**2)
    ring[..., 2] = r * points[0, :, 2] + (1 - r) * (front + back) / 2
    lid = np.broadcast_to(PECI, ring.shape)
    return [
        Sheet(points, np.asarray(colour, np.float32), CAP, 0.12),
        Sheet(np.asarray(ring, np.float32), lid, CAP, 0.12, both=True),
    ]


def _hijab(who: Identity, step: float) -> Sheet:
    c, w = who.chin_y, who.temple_wide + 7 + 0.25 * who.hair_high
    top = who.crown_y + 10
    points, angle = tube(
        (top, top - 4, top - 14, 72, 35, -20, c + 30, c - 4, c - 50, c - 130),
        (3, 34, 52, w - 6, w + 1, w, w - 4, w - 4, w + 26, 165),
        (-40, 44, 66, 94, 98, 96, 92, 88, 92, 112),
        (-46, -55, -75, -100, -108, -108, -100, -96, -96, -96),
        step,
    )
    x, y = points[..., 0], points[..., 1]
    high, low = who.hairline - 9, c - 2
    middle, half = (high + low) / 2, (high - low) / 2
    t = np.clip((y - middle) / half, -1, 1)
    face = sections(who, np.clip(y, c, who.crown_y).ravel())[0].reshape(y.shape)
    wide = np.minimum(0.5 * (who.cheek_wide + who.temple_wide) - 5, 0.93 * face + 3 * rise(0.0, -0.8, t))
    edge = (np.abs(x) / np.maximum(wide, 1)) ** 2.5 + np.abs((y - middle) / half) ** 2.5
    there = (edge > 1) | (np.cos(angle) < 0)
    there &= y > c - 66 - 60 * np.cos(np.clip(x / 110, -1.5, 1.5))
    folds = noise(who.grain + 14, x + 0.4 * y, y * 0.35, (7, 9), 1.0)
    points[..., 2] += folds * (2.2 * rise(c + 10, c - 40, y) + 0.5)
    points[..., 2] -= 7 * rise(1.5, 1.0, edge) * rise(c - 14, c, y)
    weave = noise(who.grain + 15, x, y, (0.4, 0.4))
    colour = np.asarray(who.cloth, np.float32) * (1 + 0.03 * weave + 0.03 * folds)[..., None]
    return Sheet(points, np.clip(colour, 0, 255).astype(np.float32), VEIL, 0.12, there=there, both=True)


def spectacles(who: Identity, step: float) -> list[Sheet]:
    """Two rims, a bridge and temples, as thin tubes."""
    half, high, thick = who.rim
    front = max(eye_depth(who) + 11, eye_depth(who) + 4 + who.bridge_out)
    lines: list[Floats] = []
    t = np.linspace(0, 2 * np.pi, int(180 / step))
    square = 2.0 + 1.6 * ((who.grain >> 3) % 3) / 2
    rho = (np.abs(np.cos(t)) ** square + np.abs(np.sin(t)) ** square) ** (-1 / square)
    for side in (-1, 1):
        x = side * (who.eye_x + 1) + half * rho * np.cos(t)
        depth = front - 0.0016 * x * x
        lines.append(np.stack([x, -2 + high * rho * np.sin(t), depth], axis=-1))
        outer = who.eye_x + 1 + half
        s = np.linspace(0, 1, int(150 / step))
        ear = side * (sections(who, np.array([-2.0], np.float32))[0][0] + 4)
        bend = np.clip(s / 0.15, 0, 1)
        lines.append(np.stack([side * outer + (ear - side * outer) * bend, 4 - 6 * s, front - 3 - s * 100], axis=-1))
    inner = who.eye_x + 1 - half
    s = np.linspace(-1, 1, int(30 / step) + 4)
    lines.append(np.stack([s * max(inner, 3), 4 + 2 * (1 - s * s), np.full_like(s, front)], axis=-1))
    phi = np.linspace(0, 2 * np.pi, max(int(2 * np.pi * thick / step), 6))
    out = []
    for line in lines:
        along = np.gradient(line, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        first = np.cross(along, np.array([0.0, 0.0, 1.0]) + 0.3 * np.array([0.3, 1, 0]))
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        second = np.cross(along, first)
        radius = 0.5 * thick + 0.25
        points = line[:, None] + radius * (
            np.cos(phi)[None, :, None] * first[:, None] + np.sin(phi)[None, :, None] * second[:, None]
        )
        colour = np.broadcast_to(np.asarray(who.rim_colour, np.float32), points.shape)
        out.append(Sheet(np.asarray(points, np.float32), colour, FRAME, 1.5, both=True))
    return out
