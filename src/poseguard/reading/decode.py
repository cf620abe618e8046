"""From the bytes of one picture to its pixels, as much of them as can be read, and whether that is all of them."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

import numpy as np
import simplejpeg
from PIL import Image, ImageFile

from . import exif
from .colour import Space, reduced, shrunk, to_srgb
from .photo import Pixels
from .problems import Unread
from .whole import Fault, structure

NEAR_ENOUGH = 0.9
"""A JPEG may come out of its decoder this much under the wanted size: half of 4000 will do for 2048."""

_PLUGINS = {
    "jpeg": "JpegImagePlugin",
    "png": "PngImagePlugin",
    "webp": "WebPImagePlugin",
    "avif": "AvifImagePlugin",
    "tiff": "TiffImagePlugin",
    "bmp": "BmpImagePlugin",
    "gif": "GifImagePlugin",
}
_JPEG_SPACES: dict[str, tuple[Space, str]] = {"L": ("L", "GRAY"), "RGB": ("RGB", "RGB"), "CMYK": ("CMYK", "CMYK")}
# `LZWDecode: Not enough data at scanline 12.`
_LIBTIFF = re.compile(rb"[\w.]+: [^\n]*\.\n?")
_ONE_STDERR = threading.Lock()
_SUBFILE, _PHOTOMETRIC, _DNG = 254, 262, 50706
_SENSOR = (32803, 34892)

CheckSize = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Upright sRGB `pixels`, at most the wanted size; `width`, `height`: upright, of the original."""

    pixels: Pixels
    width: int
    height: int
    taken: str | None
    fault: Fault | None


def decode(data: bytes, kind: str, longest: int | None, check_size: CheckSize) -> Decoded:
    """Reads the first picture of `data`, whose format is `kind` (see `sniff`).

    `check_size(width, height)` is called with what the header claims, before any pixel is decoded, and may raise.
    Raises Unread where nothing can be read, MemoryError where memory does not suffice.
    """
    found = structure(kind, data)
    try:
        return _attempt(data, kind, longest, check_size, found.fault, tolerant=False)
    except (Unread, MemoryError):
        raise
    except Exception:  # decoders raise nearly anything on hostile bytes; the second attempt tells what is left
        padded = data + bytes(min(found.length - len(data), len(data) * 64))
    try:
        return _attempt(padded, kind, longest, check_size, found.fault or "damaged", tolerant=True)
    except (Unread, MemoryError):
        raise
    except Exception as error:
        raise Unread("unreadable", format=kind.upper(), detail=type(error).__name__) from error


def _attempt(
    data: bytes, kind: str, longest: int | None, check_size: CheckSize, fault: Fault | None, *, tolerant: bool
) -> Decoded:
    with _pillow(tolerant):
        image = _opened(data, kind)
        width, height = image.size
        check_size(width, height)
        if kind == "jpeg":
            tags = exif.tags(image)
            turn, taken = exif.orientation(image, tags, data), exif.taken(tags)
            raw, space, fault = _jpeg(data, image, longest, tolerant)
        else:
            taken = exif.taken(exif.tags(image)) if kind == "tiff" else None
            if _load(image, kind, tolerant):
                fault = fault or "damaged"
            width, height = image.size
            tags = exif.tags(image)
            turn, taken = exif.orientation(image, tags, data), taken or exif.taken(tags)
            raw, space = reduced(image, longest)
        pixels = exif.upright(to_srgb(_fitted(raw, width, height, longest), space, image.info.get("icc_profile")), turn)
    if exif.sideways(turn):
        width, height = height, width
    return Decoded(pixels, width, height, taken, fault)


def _opened(data: bytes, kind: str) -> Image.Image:
    """Header only. Raises Unread for a raw photo in TIFF's clothes: its first picture is a thumbnail."""
    if kind == "heif":
        import_module("pi_heif").register_heif_opener(
            decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
        )
    else:
        plugin = import_module(f"PIL.{_PLUGINS[kind]}")
        if kind == "avif":
            plugin.__dict__["DEFAULT_MAX_THREADS"] = 1
    image = Image.open(BytesIO(data), formats=(kind.upper(),))
    tags = getattr(image, "tag_v2", None)
    if tags is not None and (tags.get(_SUBFILE, 0) == 1 or _DNG in tags or tags.get(_PHOTOMETRIC) in _SENSOR):
        raise Unread("format-not-allowed", format="RAW")
    return image


def _load(image: Image.Image, kind: str, tolerant: bool) -> bool:
    """Decodes; True where the decoder complained and went on, as libtiff does, on stderr only."""
    if kind != "tiff":
        image.load()
        return False
    with _stderr() as complaints:
        try:
            image.load()
        except OSError:
            if not tolerant:
                raise
            image.load()  # the error comes after the rows that could be read: asked once more, they are there
    return any(_LIBTIFF.fullmatch(line) for line in complaints)


@contextmanager
def _stderr() -> Iterator[list[bytes]]:
    """What C libraries write to file descriptor 2 meanwhile, in a list that is filled at the end.

    What others write there meanwhile (a thread that logs) is passed on.
    """
    said: list[bytes] = []
    with _ONE_STDERR:
        try:
            kept = os.dup(2)
        except OSError:  # no stderr at all
            yield said
            return
        with tempfile.TemporaryFile() as caught:
            os.dup2(caught.fileno(), 2)
            try:
                yield said
            finally:
                os.dup2(kept, 2)
                os.close(kept)
                caught.seek(0)
                said.extend(caught.readlines())
                with suppress(OSError):
                    os.write(2, b"".join(line for line in said if not _LIBTIFF.fullmatch(line)))


def _jpeg(data: bytes, image: Image.Image, longest: int | None, tolerant: bool) -> tuple[Pixels, Space, Fault | None]:
    """Decodes at 1/2, 1/4 or 1/8 where that is enough.

    libjpeg fills what is missing with grey and only warns. simplejpeg can stop at the first warning; Pillow
    and OpenCV cannot. So: what simplejpeg reads strictly is whole, anything else is not.
    """
    space, code = _JPEG_SPACES[image.mode]
    factor = next((f for f in (8, 4, 2) if longest and max(image.size) >= f * longest * NEAR_ENOUGH), 1)
    width, height = (-(-side // factor) for side in image.size)
    shape = (height, width, len(code) if space != "L" else 1)
    fault: Fault | None = None
    try:
        pixels = _libjpeg(data, code, shape, strict=True)
    except (ValueError, KeyError):
        if not tolerant:
            raise
        fault = _jpeg_fault(data)
        try:
            pixels = _libjpeg(data, code, shape, strict=False)
        except (ValueError, KeyError):
            image.draft(None, (width, height))
            image.load()
            return *reduced(image, longest), fault
    # As Pillow does: CMYK in JPEG is Adobe's, stored inverted.
    return (255 - pixels if space == "CMYK" else pixels), space, fault


def _libjpeg(data: bytes, code: str, shape: tuple[int, int, int], *, strict: bool) -> Pixels:
    """Raises ValueError or KeyError for what libjpeg refuses. The buffer holds it to the size that was checked."""
    height, width, channels = shape
    pixels = np.asarray(
        simplejpeg.decode_jpeg(
            data,
            code,
            min_width=width,
            min_height=height,
            buffer=np.empty(height * width * channels, np.uint8),
            strict=strict,
        ),
        np.uint8,
    )
    if pixels.shape != shape:
        raise ValueError("two sizes in one file")
    return pixels[..., 0] if channels == 1 else pixels


def _jpeg_fault(data: bytes) -> Fault:
    return "damaged" if data.rstrip(b"\0").endswith(b"\xff\xd9") else "cut-off"


def _fitted(pixels: Pixels, width: int, height: int, longest: int | None) -> Pixels:
    """Averaged down so that the longer side is `longest`; never enlarged."""
    if not longest or max(pixels.shape[:2]) <= longest:
        return pixels
    scale = longest / max(width, height)
    return shrunk(np.ascontiguousarray(pixels), max(1, round(width * scale)), max(1, round(height * scale)))


_settings = threading.RLock()


@contextmanager
def _pillow(tolerant: bool) -> Iterator[None]:
    """Pillow's switches are global: turned for one photo, one thread at a time, and turned back.

    Its own guard against large pictures is off because `check_size` is stricter.
    """
    with _settings, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
        ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS = tolerant, None
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS = before
