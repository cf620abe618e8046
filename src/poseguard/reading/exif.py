"""Which way is up, and when it was taken: from EXIF or XMP, wherever a format carries them."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime

import cv2
import numpy as np
from PIL import ExifTags, Image

from .photo import Pixels

_DATE = re.compile(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_HEIF_META = 1 << 16
_APP1 = "Raw profile type APP1"


def tags(image: Image.Image) -> Image.Exif:
    """The EXIF of an opened image; empty where it is absent or broken.

    A PNG may carry it behind its pixels: ask after loading. TIFF and HEIF are upright once loaded.
    """
    _imagemagick(image)
    try:
        return image.getexif()
    except MemoryError:
        raise
    except Exception:  # the parser raises nearly anything on hostile bytes, and a photo without EXIF is a photo
        return Image.Exif()


def _imagemagick(image: Image.Image) -> None:
    """ImageMagick keeps EXIF in PNG texts of two names; Pillow knows only the other one."""
    text = image.info.get(_APP1)
    if "exif" in image.info or not isinstance(text, str):
        return
    with contextlib.suppress(ValueError):
        raw = bytes.fromhex("".join(text.split("\n")[3:]))
        if raw.startswith(b"Exif\0\0"):
            image.info["exif"] = raw


def orientation(image: Image.Image, exif: Image.Exif, data: bytes) -> int:
    """How a loaded image still has to be turned: 1 to 8 (EXIF 2.32, tag 0x0112), 1 where unknown.

    libheif turns by the container's own boxes, and phones say the same in EXIF again; EXIF counts only where
    the container says nothing.
    """
    value = exif.get(ExifTags.Base.Orientation)
    if image.format == "HEIF":
        turned = any(box in data[:_HEIF_META] for box in (b"irot", b"imir"))
        value = 1 if turned else image.info.get("original_orientation")
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def taken(exif: Image.Exif) -> str | None:
    """When the photo was taken or scanned, ISO 8601 in local time.

    The plain DateTime tag is not asked: it is the date of the last change.
    """
    try:
        camera = exif.get_ifd(ExifTags.IFD.Exif)
    except MemoryError:
        raise
    except Exception:  # as above
        return None
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        match = _DATE.match(str(camera.get(tag, "")).strip())
        if match:
            with contextlib.suppress(ValueError):
                return datetime(*(int(part) for part in match.groups())).isoformat()  # type: ignore[arg-type]
    return None


def sideways(turn: int) -> bool:
    """Whether this orientation swaps width and height."""
    return turn >= 5


def upright(pixels: Pixels, turn: int) -> Pixels:
    """The pixels as they are meant to be seen, given their EXIF orientation."""
    match turn:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            turned = pixels
    return np.ascontiguousarray(turned, np.uint8)
