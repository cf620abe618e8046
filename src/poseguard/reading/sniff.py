"""What a file is, by its first bytes; and whether its name calls it a picture."""

from __future__ import annotations

import re

HEAD = 4096
"""Bytes from the start of a file that `sniff` wants to see."""

ALLOWED = ("jpeg", "png", "webp", "heif", "avif", "tiff", "bmp", "gif")
"""Formats that are read; every other picture is rejected."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"II\xbc\x01", "jpeg-xr"),
    (b"\x8aMNG\r\n\x1a\n", "mng"),
    (b"\x8bJNG\r\n\x1a\n", "jng"),
    (b"gimp xcf", "xcf"),
    (b"DDS ", "dds"),
    (b"v/1\x01", "exr"),
    (b"#?RADIANCE", "hdr"),
    (b"qoif", "qoi"),
    (b"icns", "icns"),
    (b"BPG\xfb", "bpg"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIU\x00", "raw"),
    (b"IIRO", "raw"),
    (b"IIRS", "raw"),
    (b"MMOR", "raw"),
)
# Pillow reads the two swapped byte orders of a classic TIFF as well; "+" marks BigTIFF.
_TIFF = (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
_PNM = re.compile(rb"P[1-7](\s+\d|\s*#)")
_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", re.DOTALL)

_PICTURE_NAME = re.compile(
    r".\.(jpe?g|jpe|jfif|jif|mpo|a?png|webp|hei[cf]|hif|avif|tiff?|bmp|dib|gif"  # read
    r"|jp2|j2k|jpf|jpx|jxl|jxr|psd|psb|xcf|ico|cur|icns|svg|tga|pcx|p[pgbn]m|exr|dds|qoi|bpg"  # pictures, but not read
    r"|dng|cr[23w]|nef|nrw|arw|srf|sr2|orf|raf|rw2|pef|srw|x3f|3fr)",  # raw photos
    re.IGNORECASE | re.DOTALL,
)


def sniff(head: bytes) -> str | None:
    """The picture format that the first `HEAD` bytes announce, lower case, or None where they announce no picture."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head.startswith(_TIFF):
        return "raw" if head[8:10] == b"CR" else "tiff"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    if head[:4] in (b"\0\0\1\0", b"\0\0\2\0") and 0 < int.from_bytes(head[4:6], "little") < 256 and head[9:10] == b"\0":
        return "ico"
    if _PNM.match(head):
        return "pnm"
    return "svg" if _SVG.match(head) else None


def _brand(head: bytes) -> str | None:
    """ISO base media: the same box opens HEIC, AVIF, raw photos and videos; the brands tell them apart."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, size - 3, 4))]
    if brands[0] in (b"avif", b"avis"):
        return "avif"
    if brands[0] == b"crx ":
        return "raw"
    if brands[0] in (b"mif1", b"msf1") and any(b in (b"avif", b"avis") for b in brands):
        return "avif"
    return "heif" if brands[0] in _HEIF_BRANDS else None


def named_like_picture(name: str) -> bool:
    """Whether the extension calls the file a picture, of a format that is read or of another."""
    return _PICTURE_NAME.fullmatch(name, max(0, name.rfind(".") - 1)) is not None
