"""People in a place, hands up or at rest, with the true boxes of bodies, heads and hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.render.backdrop import PLACES, draw_backdrop
from training.render.faces import render_face
from training.render.figure import Arm, Looks, draw_figure, draw_looks
from training.render.hand import POSES, RenderedHand, render_hand
from training.render.sdf import Floats
from training.render.skin import Light, draw_light

Box = tuple[float, float, float, float]
Rng = np.random.Generator
PALM = 0.4
FOREARM = 1.15
COMPACT = ("fist", "like", "dislike", "finger_heart", "other")


@dataclass(frozen=True, slots=True)
class SceneHand:
    """A hand in a scene. `box`: pixels of the scene; `visible`: share of it that nothing covers; `person`: index.

    `thumb`: in or out, for poses that come with and without it.
    """

    box: Box
    pose: str
    side: str
    visible: float
    person: int
    thumb: str = ""


@dataclass(frozen=True, slots=True)
class SceneFace:
    """A face in a scene that is somebody's. `identity`: seed; `points`: 5×2, as in `faces.DrawnFace`."""

    box: Box
    points: Floats
    identity: int
    person: int


@dataclass(frozen=True, slots=True)
class Scene:
    """`rgb`: H×W×3; boxes (x, y, width, height) in its pixels, clipped to it. `faces`: of people who have one."""

    rgb: NDArray[np.uint8]
    bodies: tuple[Box, ...]
    heads: tuple[Box, ...]
    hands: tuple[SceneHand, ...]
    faces: tuple[SceneFace, ...] = ()


@dataclass(slots=True)
class Person:
    """One to be drawn. `at`: middle of the head; `head_px`: pixels of one head; `poses`: viewer's left and right hand.

    A pose is one of POSES, "rest" (hanging), "clasped" (both), "hidden", or hand_heart (both).
    `face`: seeds of an identity and a view, for a head with a face that can be told from others.
    """

    at: tuple[float, float]
    head_px: float
    poses: tuple[str, str]
    looks: Looks | None = None
    face: tuple[int, int] | None = None


@dataclass(slots=True)
class _Canvas:
    rgb: Floats
    owner: NDArray[np.int32]
    drawn: dict[int, int] = field(default_factory=dict)

    def paste(self, rgba: NDArray[np.uint8], left: float, top: float, ident: int) -> None:
        """Lay a picture over the scene with its corner at a place between pixels."""
        h, w = rgba.shape[:2]
        x0, y0 = int(np.floor(left)), int(np.floor(top))
        a, b = max(x0, 0), max(y0, 0)
        c, d = min(x0 + w, self.rgb.shape[1]), min(y0 + h, self.rgb.shape[0])
        if c <= a or d <= b:
            self.drawn[ident] = self.drawn.get(ident, 0) + int((rgba[..., 3] > 127).sum())
            return
        part = rgba[b - y0 : d - y0, a - x0 : c - x0]
        share = part[..., 3:].astype(np.float32) / 255
        view = self.rgb[b:d, a:c]
        view += (part[..., :3] - view) * share
        self.owner[b:d, a:c][part[..., 3] > 127] = ident
        self.drawn[ident] = self.drawn.get(ident, 0) + int((rgba[..., 3] > 127).sum())

    def visible(self, ident: int) -> float:
        """Share of a pasted thing that is still seen."""
        return float((self.owner == ident).sum()) / max(self.drawn.get(ident, 0), 1)


def render_scene(
    rng: Rng,
    people: int | Sequence[Person] = 1,
    poses: Sequence[str] = POSES,
    *,
    size: tuple[int, int] | None = None,
    place: str | None = None,
    behind: Callable[[Floats], None] | None = None,
) -> Scene:
    """Draw people before a place. `people`: how many, or where exactly; `poses`: drawn from for raised hands.

    `behind`: draws things into the empty place (H × W × 3, 0 to 255) before anybody stands in it.
    """
    crowd = list(people) if not isinstance(people, int) else []
    if size is None:
        long, share = int(rng.integers(960, 1281)), float(rng.choice([0.5625, 0.667, 0.75]))
        size = (long, int(long * share))
        if isinstance(people, int) and people <= 2 and rng.random() < 0.5:
            size = (size[1], size[0])
    width, height = size
    if isinstance(people, int):
        crowd = arrange(rng, people, poses, width, height)
    light = draw_light(rng)
    canvas = _Canvas(
        draw_backdrop(place or str(rng.choice(PLACES)), width, height, rng), np.full((height, width), -1, np.int32)
    )
    if behind is not None:
        behind(canvas.rgb)
    heads, bodies, hands = [], [], []
    faces: list[SceneFace] = []
    for i, person in enumerate(crowd):
        body, head, theirs = _draw_person(canvas, person, i, light, rng, faces)
        bodies.append(body)
        heads.append(head)
        hands += theirs
    seen = [
        SceneHand(
            _clip(box, width, height),
            picture.pose,
            side,
            canvas.visible(ident),
            i,
            str(picture.details.get("thumb", "")),
        )
        for box, picture, side, ident, i in hands
        if _inside(box, width, height) > 0.6 and canvas.visible(ident) > 0.35
    ]
    shown = [i for i in range(len(crowd)) if canvas.visible(i) > 0.08]
    bodies = [_visible_box(canvas, i, bodies[i]) for i in shown]
    kept = [_clip(heads[i], width, height) for i in shown if _inside(heads[i], width, height) > 0.6]
    return Scene(_finish(canvas.rgb, rng), tuple(bodies), tuple(kept), tuple(seen), tuple(faces))


def arrange(rng: Rng, count: int, poses: Sequence[str], width: int, height: int) -> list[Person]:
    """Rows of people, the back row first and higher, most of them with one hand up."""
    rows = 1 if count <= 4 else 2 if count <= 9 else 3
    per_row = int(np.ceil(count / rows))
    head = min(width / (per_row * rng.uniform(2.3, 3.0) + 0.6), height / rng.uniform(3.4, 6.5))
    shared = str(rng.choice(list(poses)))
    together = rng.random() < 0.4
    out = []
    for row in range(rows):
        n = per_row if row < rows - 1 else count - per_row * (rows - 1)
        gap = width / n
        for k in range(n):
            x = gap * (k + 0.5) + rng.normal(0, 0.12) * gap * 0.6
            y = height * 0.5 - head * (1.2 + 1.55 * (rows - 1) * 0.5) + row * head * 1.55 + rng.normal(0, 0.12) * head
            pose = shared if together else str(rng.choice(list(poses)))
            rest = str(rng.choice(["rest", "rest", "hidden", "other"]))
            both = (pose, rest) if rng.random() < 0.5 else (rest, pose)
            if rng.random() < 0.2:
                both = ("clasped", "clasped") if rng.random() < 0.4 else ("rest", "rest")
            if rng.random() < 0.15:
                both = (pose, str(rng.choice(list(poses))))
            if "hand_heart" in both:
                both = ("hand_heart", "hand_heart")
            out.append(Person((x, max(y, head * 0.8)), head * rng.uniform(0.9, 1.08), both))
    return out


def _draw_person(
    canvas: _Canvas, person: Person, index: int, light: Light, rng: Rng, faces: list[SceneFace]
) -> tuple[Box, Box, list[tuple[Box, RenderedHand, str, int, int]]]:
    looks = person.looks or draw_looks(rng)
    u, (px, py) = person.head_px, person.at
    arms, pictures = _arms_and_hands(person, looks, light, rng)
    below = min((canvas.rgb.shape[0] - py) / u + 0.3, 6.8)
    figure = draw_figure(looks, arms, u, below, light, rng, head=person.face is None)
    left, top = px - figure.origin[0], py - figure.origin[1]
    canvas.paste(figure.rgba, left, top, index)
    head = (figure.head[0] + left, figure.head[1] + top, figure.head[2], figure.head[3])
    if person.face is not None:
        faces.append(_lay_face(canvas, person, person.face, index, light))
        head = faces[-1].box
    out = []
    for k, (picture, anchor, at) in enumerate(pictures):
        x, y = px + at[0] * u - anchor[0], py - at[1] * u - anchor[1]
        ident = 1000 + index * 4 + k
        canvas.paste(picture.rgba, x, y, ident)
        for box, side in _single_boxes(picture):
            out.append(((box[0] + x, box[1] + y, box[2], box[3]), picture, side, ident, index))
    body = (left, top, float(figure.rgba.shape[1]), float(figure.rgba.shape[0]))
    return body, head, out


def _lay_face(canvas: _Canvas, person: Person, face: tuple[int, int], index: int, light: Light) -> SceneFace:
    """A head with a face onto the neck, in the light of the scene."""
    identity, view = face
    drawn = render_face(identity, view, size=round(1.12 * person.head_px), bust=False, light=light)
    left, top = person.at[0] - drawn.centre[0], person.at[1] - 0.03 * person.head_px - drawn.centre[1]
    canvas.paste(drawn.rgba, left, top, index)
    box = (drawn.box[0] + left, drawn.box[1] + top, drawn.box[2], drawn.box[3])
    return SceneFace(box, drawn.points + np.array([left, top], np.float32), identity, index)


def _single_boxes(picture: RenderedHand) -> list[tuple[Box, str]]:
    """One box a hand: a heart of two hands is two boxes that meet."""
    if len(picture.joints) == 1:
        return [(picture.box, picture.side)]
    out: list[tuple[Box, str]] = []
    pad = 0.12 * float(np.ptp(picture.joints[0], axis=0).max())
    middle = float(np.mean([j[:, 0].mean() for j in picture.joints]))
    for joints in picture.joints:
        low, high = joints.min(axis=0) - pad, joints.max(axis=0) + pad
        box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
        out.append((box, "right" if joints[:, 0].mean() < middle else "left"))
    return out


def _arms_and_hands(
    person: Person, looks: Looks, light: Light, rng: Rng
) -> tuple[list[Arm], list[tuple[RenderedHand, tuple[float, float], tuple[float, float]]]]:
    arms: list[Arm] = []
    pictures: list[tuple[RenderedHand, tuple[float, float], tuple[float, float]]] = []
    wide = 0.62 * looks.girth + 0.2
    if person.poses[0] in ("hand_heart", "clasped"):
        heart = person.poses[0] == "hand_heart"
        picture = _hand(
            "hand_heart" if heart else "other", "right", None if heart else "clasped", person, looks, light, rng
        )
        at = (rng.normal(0, 0.08), -rng.uniform(0.9, 1.7) if heart else -rng.uniform(2.7, 3.0))
        box = picture.box
        anchor = (box[0] + box[2] / 2, box[1] + box[3] / 2)
        pictures.append((picture, anchor, at))
        for joints in sorted(picture.joints, key=lambda j: float(j[0, 0])):
            wrist = (joints[0] - anchor) / person.head_px * (1, -1) + at
            s = -1.0 if len(arms) == 0 else 1.0
            down = np.array([0.45 * s, -0.9]) if heart else np.array([0.9 * s, 0.5])
            elbow = wrist + down * 0.95
            arms.append(_arm(s, wide, elbow, wrist))
        return arms, pictures
    for s, pose in zip((-1.0, 1.0), person.poses, strict=True):
        if pose == "hidden":
            elbow = np.array([s * (wide + 0.35), -2.2])
            arms.append(_arm(s, wide, elbow, np.array([s * (wide - 0.1), -3.0]), behind=True))
            continue
        picture = _fitting_hand(pose, s, person, looks, light, rng)
        direction = np.asarray(picture.details["forearm"], float) * (1, -1)
        length = FOREARM * float(np.clip(float(str(picture.details["reach"])), 0.3, 1.0))
        resting = pose == "rest"
        elbow = np.array([s * (wide + rng.uniform(0.2, 0.55)), -rng.uniform(1.75, 2.4)])
        if resting:
            elbow = np.array([s * (wide + rng.uniform(0.12, 0.3)), -2.2])
        wrist = elbow - direction * length
        joint = np.asarray(picture.details["wrist"], float)
        pictures.append((picture, (float(joint[0]), float(joint[1])), (float(wrist[0]), float(wrist[1]))))
        arms.append(_arm(s, wide, elbow, wrist + direction * 0.12))
    return arms, pictures


def _arm(s: float, wide: float, elbow: NDArray[np.float64], wrist: NDArray[np.float64], behind: bool = False) -> Arm:
    depth = -0.5 if behind else 0.45
    shoulder = np.array([s * wide, -1.15, -0.12])
    return Arm(shoulder, np.array([*elbow, depth * 0.4]), np.array([*wrist, depth]))


def _fitting_hand(pose: str, s: float, person: Person, looks: Looks, light: Light, rng: Rng) -> RenderedHand:
    """A hand whose forearm comes from its own elbow: outwards or from below, from above only where it rests."""
    side = "right" if s < 0 else "left"
    resting = pose == "rest"
    kind = "relaxed" if resting else str(rng.choice(["holding", "half_curled", "flat"])) if pose == "other" else None
    picture = _hand("other" if resting else pose, side, kind, person, looks, light, rng)
    for _ in range(7):
        x, y = (float(v) for v in np.asarray(picture.details["forearm"], float))
        inwards = -x * s
        if (resting and y < -0.7) or (not resting and inwards < 0.45 and y > -0.35):
            break
        picture = _hand("other" if resting else pose, side, kind, person, looks, light, rng)
    return picture


def _hand(pose: str, side: str, kind: str | None, person: Person, looks: Looks, light: Light, rng: Rng) -> RenderedHand:
    """A hand at the person's scale."""
    palm = PALM * person.head_px * rng.uniform(0.98, 1.2)
    guess = palm * (3.2 if pose == "hand_heart" or kind == "clasped" else 1.5 if pose in COMPACT else 2.0)
    cloth = tuple(int(c) for c in (looks.shirt if looks.pattern != "jacket" else (40, 42, 52)))
    picture = render_hand(
        pose,
        size=max(int(guess), 14),
        rng=rng,
        side=side,
        skin=looks.tone,
        kind=kind,
        sleeve=looks.long_sleeves,
        cloth=(cloth[0], cloth[1], cloth[2]),
        light=light,
    )
    return _resized(picture, palm / float(str(picture.details["palm_px"])))


def _resized(picture: RenderedHand, factor: float) -> RenderedHand:
    side = max(round(picture.rgba.shape[0] * factor), 4)
    factor = side / picture.rgba.shape[0]
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    solid = picture.rgba.copy()
    share = solid[..., 3:].astype(np.float32) / 255
    solid = np.dstack([solid[..., :3] * share, share]).astype(np.float32)
    solid = np.asarray(cv2.resize(solid, (side, side), interpolation=how), np.float32)
    rgb = solid[..., :3] / np.maximum(solid[..., 3:], 1e-3)
    # The forearm goes over into the drawn arm under it.
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.14 * side), 0, 1)
    alpha = solid[..., 3] * np.minimum(ramp[:, None], ramp[None]) * 255
    rgba = np.dstack([np.clip(rgb, 0, 255), alpha]).astype(np.uint8)
    x, y, w, h = (v * factor for v in picture.box)
    wx, wy = np.asarray(picture.details["wrist"], float) * factor
    details = picture.details | {"wrist": (float(wx), float(wy))}
    joints = tuple(np.asarray(j * factor, np.float32) for j in picture.joints)
    return RenderedHand(rgba, joints, (x, y, w, h), picture.side, picture.pose, details)


def _clip(box: Box, width: int, height: int) -> Box:
    x0, y0 = max(box[0], 0.0), max(box[1], 0.0)
    x1, y1 = min(box[0] + box[2], float(width)), min(box[1] + box[3], float(height))
    return (x0, y0, max(x1 - x0, 0.0), max(y1 - y0, 0.0))


def _inside(box: Box, width: int, height: int) -> float:
    _, _, w, h = _clip(box, width, height)
    return w * h / max(box[2] * box[3], 1e-6)


def _visible_box(canvas: _Canvas, index: int, fallback: Box) -> Box:
    own = (canvas.owner == index) | ((canvas.owner >= 1000) & ((canvas.owner - 1000) // 4 == index))
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    if not len(rows):
        return fallback
    return (float(columns[0]), float(rows[0]), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1))


def _finish(rgb: Floats, rng: Rng) -> NDArray[np.uint8]:
    """What a camera adds: softness, uneven light, noise."""
    height, width = rgb.shape[:2]
    rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.45, 0.9)), np.float32)
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    rgb = rgb * (1 - rng.uniform(0, 0.2) * (xx**2 + yy**2) / 2)[..., None] * np.float32(rng.uniform(0.85, 1.1))
    noise = rng.standard_normal(rgb.shape, np.float32) * np.float32(rng.uniform(1.0, 5.0))
    return np.asarray(np.clip(rgb + cv2.GaussianBlur(noise, (0, 0), 0.6) * 1.6, 0, 255), np.uint8)
