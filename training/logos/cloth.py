"""Things printed on something: sheets that carry marks, their folds and how they are seen from the side."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator
Colour = tuple[int, int, int]


@dataclass(slots=True)
class Printed:
    """Everything numbered in a scene: marks (id 1, 2, ...) and props (class name or None for what gets no box)."""

    marks: list[Mark] = field(default_factory=list)
    props: list[str | None] = field(default_factory=list)

    def mark(self, mark: Mark) -> int:
        """A new number for a printed mark."""
        self.marks.append(mark)
        return len(self.marks)

    def prop(self, name: str | None) -> int:
        """A new number for a thing."""
        self.props.append(name)
        return len(self.props)


@dataclass(slots=True)
class Sheet:
    """A flat thing before it is hung up: `rgba`, `ids` of marks and `things` (props), each H×W."""

    rgba: U8
    ids: NDArray[np.uint8]
    things: NDArray[np.uint8]

    @staticmethod
    def blank(width: float, height: float, colour: Colour | None, thing: int = 0) -> Sheet:
        """A sheet of one colour; of none, a transparent one."""
        w, h = max(round(width), 4), max(round(height), 4)
        rgba = np.zeros((h, w, 4), np.uint8)
        if colour is not None:
            rgba[:] = (*colour, 255)
        things = np.full((h, w), thing if colour is not None else 0, np.uint8)
        return Sheet(rgba, np.zeros((h, w), np.uint8), things)

    def show(self, mark: Mark, centre: tuple[float, float], longest: float, number: int, rng: Rng) -> None:
        """Print a mark so that it can be seen: where it would drown, on a tile or a disc, or with a pale edge."""
        x = np.clip(centre[0] + np.array([-0.42, 0.42, 0, 0]) * longest, 0, self.ids.shape[1] - 1).astype(int)
        y = np.clip(centre[1] + np.array([0, 0, -0.42, 0.42]) * longest, 0, self.ids.shape[0] - 1).astype(int)
        drowns = mark.drowns_on(np.median(self.rgba[y, x, :3], axis=0))
        if not mark.solid and (drowns or rng.random() < 0.15):
            pale = (255, 255, 255) if not mark.drowns_on((255, 255, 255)) else (30, 30, 40)
            kind = rng.random()
            half, at = longest * rng.uniform(0.54, 0.68), (int(centre[0]), int(centre[1]))
            if kind < 0.35:
                self._edge(mark, centre, longest, pale)
            elif kind < 0.65:
                cv2.circle(self.rgba, at, int(half * 1.25), (*pale, 255), -1, cv2.LINE_AA)
            else:
                corners = (int(at[0] - half), int(at[1] - half)), (int(at[0] + half), int(at[1] + half))
                cv2.rectangle(self.rgba, *corners, (*pale, 255), -1)
        self.put(mark, centre, longest, number)

    def _edge(self, mark: Mark, centre: tuple[float, float], longest: float, colour: Colour) -> None:
        rgba, mask = mark.sized(max(int(longest), 4))
        x, y, w, h = cv2.boundingRect(mask)
        wide = max(round(longest * 0.04), 1)
        alpha = cv2.copyMakeBorder(rgba[..., 3], wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=0)
        alpha = cv2.dilate(alpha, np.ones((2 * wide + 1, 2 * wide + 1), np.uint8))
        self.write(np.asarray(alpha, np.uint8), centre[0] - x - w / 2 - wide, centre[1] - y - h / 2 - wide, colour)

    def put(self, mark: Mark, centre: tuple[float, float], longest: float, number: int, strength: float = 1.0) -> None:
        """Print a mark with its symbol's middle at a place. `strength`: opacity of the print."""
        rgba, mask = mark.sized(max(int(longest), 4))
        x, y, w, h = cv2.boundingRect(mask)
        left, top = round(centre[0] - x - w / 2), round(centre[1] - y - h / 2)
        self.lay(rgba, left, top, strength)
        a, b, c, d = _overlap(left, top, mask.shape, self.ids.shape)
        if c > a and d > b:
            part = mask[b - top : d - top, a - left : c - left]
            view = self.ids[b:d, a:c]
            view[part > 127] = number

    def lay(self, rgba: U8, left: int, top: int, strength: float = 1.0) -> None:
        """Print a picture with its corner at a place; what is outside is cut off. Covers the marks under it."""
        a, b, c, d = _overlap(left, top, rgba.shape, self.ids.shape)
        if c <= a or d <= b:
            return
        part = rgba[b - top : d - top, a - left : c - left]
        view = self.rgba[b:d, a:c]
        share = part[..., 3:].astype(np.float32) * np.float32(strength / 255)
        base = view[..., :3].astype(np.float32)
        view[..., :3] = (base + (part[..., :3] - base) * share + 0.5).astype(np.uint8)
        view[..., 3] = np.maximum(view[..., 3], (part[..., 3] * strength).astype(np.uint8))
        self.ids[b:d, a:c][part[..., 3] > 127] = 0

    def write(self, coverage: U8, left: float, top: float, colour: Colour) -> None:
        """Print lettering given as coverage."""
        rgba = np.empty((*coverage.shape, 4), np.uint8)
        rgba[..., :3] = colour
        rgba[..., 3] = coverage
        self.lay(rgba, round(left), round(top))


def _overlap(left: int, top: int, shape: tuple[int, ...], onto: tuple[int, ...]) -> tuple[int, int, int, int]:
    return max(left, 0), max(top, 0), min(left + shape[1], onto[1]), min(top + shape[0], onto[0])


def smooth(width: int, height: int, cells_x: float, cells_y: float, rng: Rng) -> Floats:
    """Smooth noise of about unit spread with so many cells across."""
    small = rng.standard_normal((max(int(cells_y) + 2, 2), max(int(cells_x) + 2, 2))).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


@dataclass(frozen=True, slots=True)
class Folds:
    """Displacement in pixels of a sheet (x, y) and the light on it (1 is even)."""

    dx: Floats
    dy: Floats
    shade: Floats


def waves(width: int, height: int, depth: float, rng: Rng, upright: bool = True) -> Folds:
    """Cloth in the wind or hanging: long folds, mostly in one direction. `depth`: 0 flat .. 1 deep."""
    n = rng.uniform(1.2, 5.0)
    along, across = (0.6, n) if upright else (n, 0.6)
    field = smooth(width, height, across, along, rng) + 0.35 * smooth(width, height, across * 2.2, along * 2, rng)
    scale = (width if upright else height) / n
    return _bent(field, depth * 0.09 * scale, depth * 0.30, rng)


def crumple(width: int, height: int, depth: float, rng: Rng) -> Folds:
    """Paper or plastic that was folded or crushed: creases, each side of them lit differently."""
    field = np.zeros((height, width), np.float32)
    yy, xx = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    for _ in range(int(rng.integers(3, 9))):
        a = rng.uniform(0, np.pi)
        d = (xx - np.float32(rng.random())) * np.float32(np.cos(a)) + (yy - np.float32(rng.random())) * np.float32(
            np.sin(a)
        )
        field += np.abs(d) * np.float32(rng.normal(0, 2.2))
    return _bent(field, depth * 0.035 * min(width, height), depth * 0.22, rng)


def _bent(field: Floats, amount: float, light: float, rng: Rng) -> Folds:
    gx = np.asarray(cv2.Sobel(field, cv2.CV_32F, 1, 0, ksize=3), np.float32)
    gy = np.asarray(cv2.Sobel(field, cv2.CV_32F, 0, 1, ksize=3), np.float32)
    a = rng.uniform(0, 2 * np.pi)
    lit = gx * np.float32(np.cos(a)) + gy * np.float32(np.sin(a))
    lit /= max(float(lit.std()), 1e-4)
    b = rng.uniform(0, 2 * np.pi)
    offset = field - np.float32(field.mean())
    shade = np.clip(1 + np.float32(light) * lit, 0.35, 1.5).astype(np.float32)
    return Folds(offset * np.float32(amount * np.cos(b)), offset * np.float32(amount * np.sin(b)), shade)


def shaded(sheet: Sheet, folds: Folds) -> Sheet:
    """A sheet with its folds, in its own flat frame."""
    h, w = sheet.ids.shape
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    bent = remapped(sheet, xx + folds.dx, yy + folds.dy)
    bent.rgba[..., :3] = np.clip(bent.rgba[..., :3] * folds.shade[..., None], 0, 255).astype(np.uint8)
    return bent


def remapped(sheet: Sheet, x: Floats, y: Floats) -> Sheet:
    """What lies at x, y of a sheet (H×W each, pixels), and nothing outside it."""
    rgba = np.asarray(cv2.remap(sheet.rgba, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8)
    ids, things = (np.asarray(cv2.remap(p, x, y, cv2.INTER_NEAREST), np.uint8) for p in (sheet.ids, sheet.things))
    return Sheet(rgba, ids, things)


def quad(width: float, height: float, turn: float, lean: float, rng: Rng) -> Floats:
    """Corners (4×2, from the upper left clockwise) of a rectangle about its middle, turned and seen from the side.

    `turn`: radians; `lean`: 0 from the front .. 0.5 steeply.
    """
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (width, height)
    tx, ty = np.clip(rng.normal(0, lean, 2), -0.5, 0.5)
    depth = 1 + corners @ np.array([tx / max(width, 1), ty / max(height, 1)])
    corners = corners * (np.cos(tx), np.cos(ty)) / depth[:, None]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(corners @ np.array([[c, s], [-s, c]]), np.float32)
