"""From the colours of a file to plain RGB: reduced, flattened on white, in sRGB.

Transparent pixels become white because that is what a page, a messenger and a printout show behind them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from io import BytesIO
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageMode

from .photo import Pixels

Space = Literal["RGB", "L", "CMYK", "LAB"]

_STRIP_PIXELS = 1 << 22
_PROFILE_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
_INVISIBLE = 2
"""A profile that moves no colour by more levels than this is taken for sRGB."""


def reduced(image: Image.Image, longest: int | None) -> tuple[Pixels, Space]:
    """Loaded image as 8-bit rows of one colour space, shrunk by a whole factor towards `longest` pixels a side.

    Works in strips, so that a large picture is not held a second time at full size.
    """
    width, height = image.size
    factor = max(1, max(width, height) // longest) if longest else 1
    rows = max(1, _STRIP_PIXELS // (width * factor)) * factor
    levels = _levels(image)
    strips, space = [], _space(image)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        strip = _flat(image.crop((0, top, width, bottom)), space, levels)
        strips.append(shrunk(strip, max(1, width // factor), max(1, (bottom - top) // factor)))
    return (np.concatenate(strips) if len(strips) > 1 else strips[0]), space


def shrunk(pixels: Pixels, width: int, height: int) -> Pixels:
    """Pixels averaged down to width × height; unchanged where that is their size."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _space(image: Image.Image) -> Space:
    if image.mode in ("CMYK", "LAB"):
        return "CMYK" if image.mode == "CMYK" else "LAB"
    clear = "transparency" in image.info
    return "L" if not clear and (image.mode in ("1", "L", "I", "F") or image.mode.startswith("I;16")) else "RGB"


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """For grey of more than 8 bits: the values that become black and white."""
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    if image.mode not in ("I", "F"):
        return None
    low, high = (float(v) for v in image.getextrema()[:2] if isinstance(v, int | float))
    if not np.isfinite((low, high)).all():
        return 0.0, 1.0
    if low < 0:
        return low, high
    return 0.0, next((top for top in (1.0, 255.0, 65535.0) if high <= top), high)


def _flat(image: Image.Image, space: Space, levels: tuple[float, float] | None) -> Pixels:
    if levels:
        low, high = levels
        grey = np.nan_to_num(np.asarray(image).astype(np.float32))
        plain = np.clip((grey - low) * (255.0 / max(high - low, 1e-9)), 0, 255).astype(np.uint8)
        return plain if space == "L" else np.repeat(plain[..., None], 3, axis=2)
    if ImageMode.getmode(image.mode).basemode == "P" or image.has_transparency_data or image.mode in ("La", "RGBa"):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return np.asarray(image if image.mode == space else image.convert(space))


def to_srgb(pixels: Pixels, space: Space, profile: bytes | None) -> Pixels:
    """Height × width × 3 RGB in sRGB. A profile that is broken or for another colour space is left out."""
    transform = _transform(_Profile(profile), space) if profile else None
    if transform is None and space == "RGB":
        return pixels
    if transform is None and space == "L":
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    image = Image.fromarray(pixels, mode=space) if space == "LAB" else _image(pixels, space)
    if transform is not None:
        return np.asarray(ImageCms.applyTransform(image, transform))
    if space == "LAB":
        lab = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
        return np.asarray(ImageCms.applyTransform(image, lab))
    return np.asarray(image.convert("RGB"))


def _image(pixels: Pixels, space: Space) -> Image.Image:
    height, width = pixels.shape[:2]
    return Image.frombuffer(space, (width, height), np.ascontiguousarray(pixels), "raw", space, 0, 1)


class _Profile:
    """Profile bytes that hash by their digest, so that the photos of one camera share one transform."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.digest = hashlib.sha256(data).digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Profile) and self.digest == other.digest


@lru_cache(maxsize=16)
def _transform(profile: _Profile, space: Space) -> ImageCms.ImageCmsTransform | None:
    """The way to sRGB, or None where there is nothing to do or the profile cannot be used."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile.data))
        if _PROFILE_SPACES.get(source.profile.xcolor_space.strip()) != space:
            return None
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            space,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return transform if space in ("CMYK", "LAB") or _moves_colour(transform, space) else None
    except (OSError, ImageCms.PyCMSError, ValueError, TypeError):
        return None


def _moves_colour(transform: ImageCms.ImageCmsTransform, space: Space) -> bool:
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    if space == "RGB":
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
        plain = probe
    else:
        probe = steps[None, :]
        plain = np.repeat(probe[..., None], 3, axis=2)
    told = np.asarray(ImageCms.applyTransform(_image(probe, space), transform))
    return int(np.abs(told.astype(int) - plain.astype(int)).max()) > _INVISIBLE
