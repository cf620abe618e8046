"""Emblems as they are printed: a picture with its transparency and where in it the symbol is, without its lettering."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.shared import DATA, table

U8 = NDArray[np.uint8]
Row = Mapping[str, str]
LONGEST = 288
REGIONS = ("kab-", "kota-", "prov-", "dprd-", "dinas-")
TEST_SETS = ("set7", "set8")


@dataclass(frozen=True)
class Mark:
    """One way to print an emblem. `rgba`: H×W×4; `mask`: H×W, 255 over the symbol alone.

    `solid`: it brings its own rectangular ground; `ground`: RGB that it usually lies on.
    """

    label: str
    version: str
    source: str
    rgba: U8
    mask: U8
    solid: bool
    ground: tuple[int, int, int]
    _levels: dict[int, tuple[U8, U8]] = field(default_factory=dict, repr=False, compare=False)
    _colours: dict[str, NDArray[np.int16]] = field(default_factory=dict, repr=False, compare=False)

    def drowns_on(self, colour: Sequence[float] | U8) -> bool:
        """Whether hardly anything of the symbol would stand out from a ground of that colour."""
        if self.solid:
            return False
        if "ink" not in self._colours:
            ink = self.rgba[(self.mask > 127) & (self.rgba[..., 3] > 127)][:, :3].astype(np.int16)
            self._colours["ink"] = ink[:: max(len(ink) // 300, 1)]
        far = np.abs(self._colours["ink"] - np.asarray(colour, np.int16)).max(axis=1) > 60
        return len(far) > 0 and float(far.mean()) < 0.35

    def sized(self, longest: int) -> tuple[U8, U8]:
        """Picture and mask, scaled so that the symbol's longer side has so many pixels."""
        _, _, w, h = cv2.boundingRect(self.mask)
        scale = longest / max(w, h)
        level = self._level(scale)
        rgba, mask = level
        size = (max(round(self.rgba.shape[1] * scale), 2), max(round(self.rgba.shape[0] * scale), 2))
        how = cv2.INTER_AREA if size[0] <= rgba.shape[1] else cv2.INTER_LINEAR
        return (
            np.asarray(cv2.resize(rgba, size, interpolation=how), np.uint8),
            np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.uint8),
        )

    def _level(self, scale: float) -> tuple[U8, U8]:
        halvings = int(np.clip(np.floor(-np.log2(max(scale, 1e-3))), 0, 5))
        if halvings not in self._levels:
            size = (max(self.rgba.shape[1] >> halvings, 2), max(self.rgba.shape[0] >> halvings, 2))
            self._levels[halvings] = (
                np.asarray(cv2.resize(self.rgba, size, interpolation=cv2.INTER_AREA), np.uint8),
                np.asarray(cv2.resize(self.mask, size, interpolation=cv2.INTER_AREA), np.uint8),
            )
        return self._levels[halvings]


def renderings_of_side(rows: Sequence[Row], side: str) -> list[Row]:
    """Rows of sources.csv for a side (`both`: all): party renderings by their set, other emblems by their label.

    A party with a single rendering is on the train side only, and so are the older parties.
    """
    singles = sorted(r["file"] for r in rows if r["rendering_set"] == "single")
    test_singles = set(singles[1::2])
    count: dict[str, int] = {}
    for row in rows:
        count[row["label"]] = count.get(row["label"], 0) + 1

    def placed(row: Row) -> str:
        kind = row["file"].split("/")[0]
        if kind == "negative":
            return "test" if zlib.crc32(row["label"].encode()) % 5 == 0 else "train"
        if count[row["label"]] == 1:
            return "train"
        return "test" if row["rendering_set"] in TEST_SETS or row["file"] in test_singles else "train"

    return [row for row in rows if side in (placed(row), "both")]


def class_of(row: Row) -> tuple[str, str]:
    """Class name and version of a row: parties as they are, other emblems `neg:...`, regional ones together."""
    kind = row["file"].split("/")[0]
    if kind == "negative":
        return ("neg:daerah" if row["label"].startswith(REGIONS) else f"neg:{row['label']}"), ""
    return row["label"], "old" if row["label"].endswith("_old") else ""


@lru_cache(maxsize=2)
def load_marks(side: str) -> dict[str, tuple[Mark, ...]]:
    """Every printing of every emblem of a side, by class."""
    found: dict[str, list[Mark]] = {}
    for row in renderings_of_side(table(DATA / "logos/sources.csv"), side):
        label, version = class_of(row)
        found.setdefault(label, []).extend(printings(read_rgba(DATA / "logos" / row["file"]), label, version, row))
    return {label: tuple(marks) for label, marks in sorted(found.items())}


def read_rgba(path: Path) -> U8:
    """RGBA pixels, at most LONGEST on the longer side. Raises ValueError for what is no picture."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise ValueError(f"{path}: not readable")
    if image.dtype == np.uint16:
        image = (image / 257).astype(np.uint8)
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image.shape[2] == 3:
        image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    rgba = np.ascontiguousarray(image[:, :, [2, 1, 0, 3]])
    rgba[rgba[..., 3] == 0, :3] = 255
    scale = LONGEST / max(rgba.shape[:2])
    if scale < 1:
        rgba = np.asarray(cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(rgba, np.uint8)


def printings(rgba: U8, label: str, version: str, row: Row) -> list[Mark]:
    """The ways to print one rendering: with its ground, cut out of it, and the symbol alone."""
    rgba = _trimmed(rgba)
    solid = float((rgba[..., 3] > 200).mean()) > 0.97
    source = row["file"]
    out: list[Mark] = []
    pictures = [(rgba, solid)]
    if solid and label not in UNCUT:
        cut = without_ground(rgba)
        if 0.06 < float((cut[..., 3] > 127).mean()) < 0.97:
            pictures.append((_trimmed(cut), False))
    for picture, own_ground in pictures:
        mask = symbol_mask(picture, own_ground, label)
        ground = ground_of(picture, own_ground, mask, pictures[0][0] if solid else picture)
        out.append(Mark(label, version, source, picture, mask, own_ground, ground))
        x, y, w, h = cv2.boundingRect(mask)
        if w * h < 0.85 * mask.size:
            pad = round(0.08 * max(w, h)) if own_ground else 0
            a, b = max(x - pad, 0), max(y - pad, 0)
            part = np.s_[b : y + h + pad, a : x + w + pad]
            alone = picture[part].copy()
            out.append(Mark(label, version, source, alone, mask[part].copy(), own_ground, ground))
        if label in ASIDE and w > 1.6 * h:
            square = np.ascontiguousarray(picture[y : y + h, x : x + h])
            whole = np.full(square.shape[:2], 255, np.uint8)
            out.append(Mark(label, version, source, square, whole, own_ground, ground))
    return out


def without_ground(rgba: U8) -> U8:
    """The same with what touches the corners and has their colour made transparent."""
    rgb = np.ascontiguousarray(rgba[..., :3])
    h, w = rgb.shape[:2]
    flood = np.zeros((h + 2, w + 2), np.uint8)
    for x, y in (
        (0, 0),
        (w - 1, 0),
        (0, h - 1),
        (w - 1, h - 1),
        (w // 2, 0),
        (w // 2, h - 1),
        (0, h // 2),
        (w - 1, h // 2),
    ):
        if flood[y + 1, x + 1] == 0 and np.abs(rgb[y, x].astype(int) - rgb[0, 0]).max() < 40:
            cv2.floodFill(rgb, flood, (x, y), 0, (14,) * 3, (14,) * 3, 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8))
    out = rgba.copy()
    gone = cv2.GaussianBlur(flood[1:-1, 1:-1], (3, 3), 0)
    out[..., 3] = np.minimum(out[..., 3], 255 - gone)
    return out


def ground_of(picture: U8, solid: bool, mask: U8, original: U8) -> tuple[int, int, int]:
    """The colour a flag of this emblem would have: its own ground, else its strongest colour."""
    if solid or original is not picture:
        edge = np.concatenate([original[2, :, :3], original[-3, :, :3], original[:, 2, :3], original[:, -3, :3]])
        r, g, b = (int(v) for v in np.median(edge, axis=0))
        if min(r, g, b) < 225:
            return r, g, b
    inside = picture[(mask > 127) & (picture[..., 3] > 200)][:, :3]
    if not len(inside):
        return 255, 255, 255
    chroma = inside.max(axis=1).astype(int) - inside.min(axis=1)
    strong = inside[chroma >= np.percentile(chroma, 60)]
    r, g, b = (int(v) for v in np.median(strong, axis=0))
    return r, g, b


def _trimmed(rgba: U8) -> U8:
    seen = (rgba[..., 3] > 40).astype(np.uint8)
    if not seen.any():
        return rgba
    x, y, w, h = cv2.boundingRect(seen)
    return np.ascontiguousarray(rgba[y : y + h, x : x + w])


# Marks whose lettering is part of them (boxes.csv boxes them whole).
WHOLE = ("pkb", "psi", "pan", "demokrat", "buruh", "hanura", "ppp", "gabthat", "partaiaceh", "neg:bumn", "neg:kpk")
# Marks whose symbol stands left of its lettering, in a square of its own, and alone where there is little room.
ASIDE = ("buruh",)
# Marks that are nothing without their own ground.
UNCUT = ("demokrat", "psi", "buruh", "pan", "hanura")


def symbol_mask(rgba: U8, solid: bool, label: str) -> U8:
    """255 over the hull of the symbol: the first tall block of rows, all of what is printed for WHOLE."""
    ink = _ink(rgba, solid)
    x, y, w, h = cv2.boundingRect(ink)
    if w == 0 or h == 0:
        return np.full(rgba.shape[:2], 255, np.uint8)
    if label == "demokrat" and solid:
        return np.full(rgba.shape[:2], 255, np.uint8)
    top, bottom = (0, h) if label in WHOLE else _symbol_rows(ink[y : y + h, x : x + w])
    only = np.zeros_like(ink)
    only[y + top : y + bottom] = ink[y + top : y + bottom]
    points = cv2.findNonZero(only)
    if points is None:
        return np.full(rgba.shape[:2], 255, np.uint8)
    mask = np.zeros_like(ink)
    cv2.fillConvexPoly(mask, cv2.convexHull(points), 255)
    return mask


def _ink(rgba: U8, solid: bool) -> U8:
    ink = rgba[..., 3] > 90
    if solid:
        far = np.abs(rgba[..., :3].astype(np.int16) - rgba[2, 2, :3].astype(np.int16)).max(axis=2) > 36
        edge = max(1, min(rgba.shape[:2]) // 60)
        far[:edge] = far[-edge:] = False
        far[:, :edge] = far[:, -edge:] = False
        if far.mean() > 0.01:
            ink &= far
    return ink.astype(np.uint8) * 255


def _symbol_rows(ink: U8) -> tuple[int, int]:
    """First and last row of the first block of rows that is 35 % of the whole or more; all of it if there is none."""
    filled = (ink > 0).sum(axis=1) > 0.01 * ink.shape[1]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= 0.35 * ink.shape[0]:
            return int(start), int(end)
    return 0, ink.shape[0]
