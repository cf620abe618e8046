"""Whether a file is all there, by its structure alone: decoders forgive more than a report may.

JPEG is not here: its decoder tells (decode.py). A BMP or TIFF that lacks pixels is refused by Pillow itself.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

Fault = Literal["cut-off", "damaged"]


@dataclass(frozen=True, slots=True)
class Structure:
    """`fault`: what is wrong, if anything; `length`: bytes that the file itself claims to have, at least."""

    fault: Fault | None
    length: int


def structure(kind: str, data: bytes) -> Structure:
    """Looks at the container of a PNG, WebP, HEIF, AVIF, GIF or BMP; other formats count as whole."""
    match kind:
        case "png":
            return Structure(_png(data), len(data))
        case "gif":
            return Structure(_gif(data), len(data))
        case "webp":
            length = 8 + int.from_bytes(data[4:8], "little")
        case "heif" | "avif":
            length = _boxes(data)
        case "bmp":
            length = _bmp(data)
        case _:
            length = len(data)
    return Structure("cut-off" if length > len(data) else None, max(length, len(data)))


def _png(data: bytes) -> Fault | None:
    """Every chunk has its checksum (PNG, section 5.3), which Pillow does not check for the pixels."""
    view, at = memoryview(data), 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(view[at : at + 4], "big")
        if end > len(data):
            return "cut-off"
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            return "damaged"
        if data.startswith(b"IEND", at + 4):
            return None
        at = end
    return "cut-off"


def _gif(data: bytes) -> Fault | None:
    """Blocks up to the trailer (GIF89a, appendix A)."""
    at = 13 + _colours(data[10:11])
    while at < len(data):
        match data[at]:
            case 0x3B:
                return None
            case 0x21:
                at += 2
            case 0x2C:
                at += 11 + _colours(data[at + 9 : at + 10])
            case 0x00:
                at += 1
                continue
            case _:
                return "damaged"
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return "cut-off"


def _colours(flags: bytes) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _boxes(data: bytes) -> int:
    """Where the last whole or broken box ends (ISO/IEC 14496-12, section 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            break
        at += size
    return at


def _bmp(data: bytes) -> int:
    """Pixel offset and image size of the header; the latter counts for compressed pixels only (may be 0 otherwise)."""
    if int.from_bytes(data[14:18], "little") < 40 or int.from_bytes(data[30:34], "little") not in (1, 2):
        return 0
    return int.from_bytes(data[10:14], "little") + int.from_bytes(data[34:38], "little")
