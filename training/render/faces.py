"""`render_face`: an invented person's head as a picture with its true box and five points.

The same identity seed gives the same person under every view seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.face_paint import painted
from training.render.face_people import VIEWS, Identity, View, draw_identity, draw_view
from training.render.face_shape import CLOTHES, LOCKS, NECK, SKIN_KIND, VEIL, ears, head, marks
from training.render.face_wear import body, spectacles, worn
from training.render.kinematics import rotation
from training.render.sdf import Floats
from training.render.skin import Light
from training.render.splat import Sheet, gathered, lit, nearest

OVER = 2


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """A drawn head. All places are pixels of `rgba`, x right, y down.

    `rgba`: H×W×4; `box`: (x, y, width, height) of the head with its hair or what covers it, without neck and drape;
    `points`: 5×2: eye left of the picture, eye right, nose, mouth corner left, right; `centre`: middle of the skull.
    """

    rgba: NDArray[np.uint8]
    box: tuple[float, float, float, float]
    points: Floats
    centre: tuple[float, float]


def render_face(
    identity: int | Identity,
    view: int | View,
    *,
    size: int,
    bust: bool = True,
    light: Light | None = None,
) -> DrawnFace:
    """Draw a head of about `size` pixels from chin to crown; with `bust` also the upper chest, else the neck only.

    Seeds stand for `draw_identity(seed)` and `draw_view` of that seed; `light` instead of the view's own.
    """
    who = draw_identity(identity) if isinstance(identity, int) else identity
    rng = np.random.default_rng([VIEWS, view if isinstance(view, int) else 0, who.grain])
    seen_as = draw_view(rng) if isinstance(view, int) else view
    if light is not None:
        seen_as = replace(seen_as, light=light)
    tall = who.crown_y + (12 if who.hair in ("peci", "hijab") else 0.6 * who.hair_high) - who.chin_y
    px = size * OVER / tall
    step = float(np.clip(1.3 / px, 0.3, 2.5))
    sheets = _sheets(who, seen_as, step, bust)
    turn = np.asarray(rotation(seen_as.yaw, seen_as.pitch, seen_as.roll), np.float32)
    cloud = gathered(sheets, turn)
    width, height = OVER * round(1.9 * size), OVER * round((1.75 if bust else 2.0) * size)
    middle = np.array([width / 2, (who.crown_y + 0.3 * tall) * px], np.float32)

    def flat(points: Floats) -> Floats:
        near = seen_as.distance / (seen_as.distance - points[:, 2:])
        return np.asarray(points[:, :2] * near * px * np.array([1, -1], np.float32) + middle, np.float32)

    at = flat(cloud.points)
    seen = nearest(at[:, 0], at[:, 1], cloud.points[:, 2], width, height)
    rgb = lit(cloud, seen, px, seen_as.light)
    alpha = cv2.morphologyEx((seen >= 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    kinds = np.where(seen >= 0, cloud.kind[np.maximum(seen, 0)], -1)
    points = flat(marks(who, seen_as) @ turn.T)
    box = _box(kinds, float(points[3:, 1].mean() + (who.mouth_y - who.chin_y + 4) * px))
    share = alpha.astype(np.float32)
    if not bust:
        _fade(share, kinds, float(points[3:, 1].mean()), px, who)
    rgba = _shrunk(rgb, (seen >= 0).astype(np.float32), share, seen_as, size, rng)
    scaled = tuple(float(v) / OVER for v in box)
    centre = (float(middle[0]) / OVER, float(middle[1]) / OVER)
    return DrawnFace(rgba, (scaled[0], scaled[1], scaled[2], scaled[3]), points / np.float32(OVER), centre)


def over(face: DrawnFace, background: Floats) -> NDArray[np.uint8]:
    """The face before a background of its size or one colour."""
    share = face.rgba[..., 3:].astype(np.float32) / 255
    return np.asarray(np.clip(background + (face.rgba[..., :3] - background) * share, 0, 255), np.uint8)


def _sheets(who: Identity, view: View, step: float, bust: bool) -> list[Sheet]:
    surface = head(who, view, step)
    tone = np.asarray(who.tone, np.float32)
    out = [Sheet(surface.points, painted(who, view, surface), SKIN_KIND, 1.0, soft=True)]
    out += body(who, step, bust) + worn(who, surface, step)
    if who.hair != "hijab":
        out += ears(who, step, tone)
    if who.glasses:
        out += spectacles(who, step)
    return out


def _box(kinds: NDArray[np.int8], low: float) -> tuple[float, float, float, float]:
    own = (kinds >= 0) & ~np.isin(kinds, (NECK, CLOTHES))
    own[max(int(low), 0) :] &= ~np.isin(kinds[max(int(low), 0) :], (VEIL, LOCKS))
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    return float(columns[0]), float(rows[0]), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1)


def _fade(alpha: Floats, kinds: NDArray[np.int8], mouth: float, px: float, who: Identity) -> None:
    """The neck goes over into what it is laid on."""
    start = mouth + (who.mouth_y - who.chin_y + 18) * px
    rows = np.arange(alpha.shape[0], dtype=np.float32)
    ramp = np.clip(1 - (rows - start) / (34 * px), 0, 1)[:, None]
    alpha *= np.where(np.isin(kinds, (VEIL, LOCKS)), 1, ramp)


def _shrunk(
    rgb: Floats, filled: Floats, alpha: Floats, view: View, size: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """From the fine grid to pixels, with the softness and noise of a camera."""
    small = (rgb.shape[1] // OVER, rgb.shape[0] // OVER)
    weight = cv2.resize(filled, small, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(rgb * filled[..., None], small, interpolation=cv2.INTER_AREA)
    share = cv2.resize(alpha, small, interpolation=cv2.INTER_AREA)
    blur = max(view.soften * size, 0.35)
    weight = cv2.GaussianBlur(weight, (0, 0), blur)[..., None]
    colour = cv2.GaussianBlur(colour, (0, 0), blur) / np.maximum(weight, 1e-3)
    share = cv2.GaussianBlur(share, (0, 0), min(blur, 0.8))
    grain = cv2.GaussianBlur(rng.standard_normal(colour.shape, np.float32), (0, 0), 0.6) * np.float32(1.7 * view.noise)
    return np.dstack([np.clip(colour + grain, 0, 255), np.clip(share, 0, 1) * 255 + 0.5]).astype(np.uint8)
