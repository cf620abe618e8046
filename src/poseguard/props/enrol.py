"""From one to five pictures of a logo to what the gallery compares with: the logo drawn in many lights."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poseguard.errors import UsageError
from poseguard.props.embedder import WIDTH
from poseguard.props.gallery import CODE, LONGEST, RESERVED, Embedder, Floats, Logo, Picture
from poseguard.props.symbol import SHOWN, symbols, trimmed
from poseguard.reading import exif
from poseguard.reading.limits import Limits
from poseguard.reading.photo import Pixels, ReadPhoto
from poseguard.reading.problems import printable
from poseguard.reading.read import read_photo
from poseguard.results import Box, Status
from poseguard.texts import say

SIZES = (28, 44, 72, 120)
"""Pixels of the logo's longer side at which it is drawn for the network."""

_LIMITS = Limits(file_bytes=20_000_000, pixels=25_000_000)
_CLEAR_FORMATS = ("png", "webp", "gif", "tiff", "avif")
_SMALLEST = 24
_LONGEST_SHAPE = 8.0
_ROOM = 1.7
# Share of the outermost pixels that must be of one colour, and how near to it, for that colour to be the ground.
_EVEN, _NEAR = 0.9, 18


@dataclass(frozen=True, slots=True)
class _Light:
    """One way to see a logo: turned (degrees), blurred (sigma in share of its size), folded, lit, tinted, faded."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blur: float = 0.0
    fold: float = 0.0
    gain: float = 1.0
    tint: float = 0.0
    fade: float = 0.0


LIGHTS = (
    _Light(),
    _Light(yaw=35, gain=0.75, blur=0.006),
    _Light(yaw=-35, gain=1.12, tint=0.06),
    _Light(pitch=25, roll=8, blur=0.012, tint=-0.06),
    _Light(pitch=-18, roll=-8, fade=0.35, blur=0.018),
    _Light(yaw=15, fold=0.05, gain=0.85),
    _Light(yaw=-20, roll=5, fold=0.08, fade=0.15, blur=0.01),
)


def check_words(code: str, name: str | None, version: str | None, lang: str) -> None:
    """Raises UsageError for a code, name or version that a report could not carry."""
    if not CODE.fullmatch(code) or code in RESERVED:
        raise UsageError(say("logos.bad-code", lang, code=printable(code)), say("logos.bad-code-remedy", lang))
    for text in (name, version):
        if text is not None and not (0 < len(text) <= 80 and text.isprintable() and text.strip() == text):
            raise UsageError(say("logos.bad-text", lang, text=ascii(text[:80])), say("logos.bad-text-remedy", lang))


def read_picture(path: Path, lang: str) -> Picture:
    """One picture, trimmed to the logo. Raises UsageError where it cannot be read whole or shows nothing."""
    photo = read_photo(path, limits=_LIMITS, target=4 * LONGEST, lang=lang)
    if photo.pixels is None or photo.status is not Status.OK or photo.info.sha256 is None:
        reason = photo.problem.message if photo.problem else photo.status.value
        remedy = "unread-missing-remedy" if photo.problem and photo.problem.code == "not-found" else "unread-remedy"
        raise UsageError(say("logos.unread", lang, path=printable(path), reason=reason), say(f"logos.{remedy}", lang))
    opaque = _opacity(path, photo)
    rgb, alpha = (photo.pixels, opaque) if opaque is not None else _cut_out(photo.pixels)
    rgba = trimmed(np.dstack([rgb, alpha]), alpha > SHOWN)
    height, width = rgba.shape[:2]
    if min(height, width) < _SMALLEST or max(height, width) > _LONGEST_SHAPE * min(height, width) or _blank(rgba):
        raise UsageError(
            say("logos.no-logo", lang, path=printable(path), width=width, height=height),
            say("logos.no-logo-remedy", lang, least=_SMALLEST, shape=_LONGEST_SHAPE),
        )
    if max(height, width) > LONGEST:
        zoom = LONGEST / max(height, width)
        size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
        rgba = np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(photo.info.sha256, np.ascontiguousarray(rgba))


def enrolled(code: str, name: str, version: str | None, pictures: Sequence[Picture], embedder: Embedder) -> Logo:
    """The logo with its embeddings; the same pictures and network always give the same.

    A symbol with lettering beside it is learned as a whole and alone: photos show either.
    """
    rows: list[Floats] = []
    sizes: list[int] = []
    parts = (replace(whole, rgba=rgba) for whole in pictures for rgba in (whole.rgba, *symbols(whole.rgba)))
    looks = ((part, ground) for part in parts for ground in part.grounds())
    for (picture, ground), size, light in product(looks, SIZES, LIGHTS):
        canvas, box = drawn(picture, ground, size, light)
        rows.append(np.asarray(embedder.embed(canvas, [box]), np.float32).reshape(WIDTH))
        sizes.append(size)
    return Logo(code, name, version, tuple(pictures), np.stack(rows), np.array(sizes, np.float32))


def drawn(picture: Picture, ground: int, size: int, light: _Light = LIGHTS[0]) -> tuple[Pixels, Box]:
    """A small scene of the logo `size` pixels long, and its box in it."""
    side = math.ceil(_ROOM * size)
    height, width = picture.rgba.shape[:2]
    zoom = size / max(height, width)
    fitting = (max(2, round(width * zoom)), max(2, round(height * zoom)))
    rgba = cv2.resize(picture.rgba, fitting, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC)
    matrix = _turned(fitting, size, side, light)
    ground_rgba = (255, 255, 255, 0)
    warped = cv2.warpPerspective(
        rgba, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=ground_rgba
    )
    pixels = Picture("", np.asarray(warped, np.uint8)).on(ground).astype(np.float32)
    corners = cv2.perspectiveTransform(
        np.array([[(0, 0), (fitting[0], 0), fitting, (0, fitting[1])]], np.float32), matrix
    )[0]
    low, high = corners.min(0), corners.max(0)
    if light.fold:
        pixels = _folded(pixels, light.fold, size)
    pixels = (pixels - 128) * (1 - light.fade) + 128 + 40 * light.fade
    pixels *= light.gain * np.array([1 + light.tint, 1.0, 1 - light.tint], np.float32)
    if light.blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), max(light.blur * size, 0.3)), np.float32)
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return np.clip(pixels, 0, 255).astype(np.uint8), box


def _turned(fitting: tuple[int, int], size: int, side: int, light: _Light) -> NDArray[np.float64]:
    """Homography from the flat logo to a square of `side`, its longer side again `size`, in the middle."""
    width, height = fitting
    a, b, c = (math.radians(v) for v in (light.yaw, light.pitch, light.roll))
    around_y = np.array([(math.cos(a), 0, math.sin(a)), (0, 1, 0), (-math.sin(a), 0, math.cos(a))])
    around_x = np.array([(1, 0, 0), (0, math.cos(b), -math.sin(b)), (0, math.sin(b), math.cos(b))])
    around_z = np.array([(math.cos(c), -math.sin(c), 0), (math.sin(c), math.cos(c), 0), (0, 0, 1)])
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    turned = np.column_stack([flat - (width / 2, height / 2), np.zeros(4)]) @ (around_z @ around_x @ around_y).T
    seen = turned[:, :2] / (1 + turned[:, 2:] / (4.0 * size))
    low, high = seen.min(0), seen.max(0)
    placed = (seen - (low + high) / 2) * (size / (high - low).max()) + side / 2
    return np.asarray(cv2.getPerspectiveTransform(flat.astype(np.float32), placed.astype(np.float32)), np.float64)


def _folded(pixels: Floats, depth: float, size: int) -> Floats:
    """Cloth: columns moved up and down along a wave, and lit by its slope."""
    side = pixels.shape[0]
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    phase = x * (2 * math.pi / (0.6 * size)) + 0.6
    moved = cv2.remap(
        pixels, x, y + np.float32(depth * size) * np.sin(phase), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved * (1 + 3 * depth * np.cos(phase))[..., None], np.float32)


def _opacity(path: Path, photo: ReadPhoto) -> NDArray[np.uint8] | None:
    """The alpha channel in the size of `photo.pixels`; None where all of it is opaque.

    The reading room has shown the file to be whole and within the limits; these must be the bytes that it saw.
    """
    assert photo.pixels is not None
    if photo.info.format not in _CLEAR_FORMATS:
        return None
    with suppress(OSError, ValueError, SyntaxError):
        with path.open("rb") as file:
            data = file.read(_LIMITS.file_bytes + 1)
        if hashlib.sha256(data).hexdigest() != photo.info.sha256:
            return None
        with Image.open(BytesIO(data), formats=(photo.info.format.upper(),)) as image:
            if not image.has_transparency_data:
                return None
            alpha = np.asarray(image.convert("RGBA").getchannel("A"))
            turn = exif.orientation(image, exif.tags(image), data)
        upright = exif.upright(np.dstack([alpha] * 3), turn)[..., 0]
        height, width = photo.pixels.shape[:2]
        sized = np.asarray(cv2.resize(upright, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return sized if sized.min() < 250 and sized.max() > 24 else None
    return None


def _cut_out(pixels: Pixels) -> tuple[Pixels, NDArray[np.uint8]]:
    """An opaque picture without its even ground, as seen on white, and its opacity; whole where that is uneven."""
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).astype(np.int16)
    colour = np.median(rim, axis=0)
    opaque = np.full(pixels.shape[:2], 255, np.uint8)
    if (np.abs(rim - colour).max(1) <= _NEAR).mean() < _EVEN:
        return pixels, opaque
    ground = (np.abs(pixels.astype(np.int16) - colour).max(2) <= _NEAR).astype(np.uint8)
    # What is of that colour and reaches the rim is ground; what is enclosed belongs to the logo.
    framed = cv2.copyMakeBorder(ground, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(1,))
    cv2.floodFill(framed, None, (0, 0), (2,))
    clear = (framed[1:-1, 1:-1] == 2).astype(np.float32)
    share = np.asarray(cv2.GaussianBlur(clear, (3, 3), 0), np.float32)[..., None]
    return (pixels * (1 - share) + 255 * share).astype(np.uint8), (255 * (1 - share[..., 0])).astype(np.uint8)


def _blank(rgba: NDArray[np.uint8]) -> bool:
    """One flat colour, opaque all over: there is nothing to recognise."""
    return bool(rgba.reshape(-1, 4).std(0).max() < 4)
