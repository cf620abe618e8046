"""From photos to a registered candidate: the largest face, the gates, its embedding; nothing is kept of anyone else.

portraits = [portrait(read_photo(path), people, networks) for path in paths]
photos = [photo_of(one, source, date, keep=False) for one in portraits]
candidate, left_out = added(candidate, photos, embedded(portraits, networks))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import cv2
import numpy as np

from poseguard.boxes import scaled, shared, square
from poseguard.faces.checks import fingerprint
from poseguard.faces.gallery import Candidate, Floats, GalleryPhoto, copies
from poseguard.faces.networks import Networks
from poseguard.faces.quality import Gate
from poseguard.faces.search import LEAST_HEAD, Look, look
from poseguard.people.search import PeopleSearch
from poseguard.reading.decode import decode
from poseguard.reading.limits import Limits
from poseguard.reading.photo import Pixels, ReadPhoto
from poseguard.reading.problems import Unread
from poseguard.results import Box, Status

CLEARLY = 1.5
"""The largest face of a photo is so many times as wide as the next, or nobody can say whose photo it is."""

# By the code of `poseguard.reading.problems`; any other is "unread".
_UNREAD = {
    "cut-off": "damaged",
    "damaged": "damaged",
    "unreadable": "damaged",
    "empty": "damaged",
    "not-a-photo": "not-a-photo",
    "not-a-file": "not-a-photo",
    "format-not-allowed": "format",
    "file-too-large": "large-file",
    "too-many-pixels": "large-picture",
    "not-found": "not-found",
    "no-permission": "no-permission",
}
_ROOM = 1.6
# Two boxes over one head share more of the smaller one than this.
_SAME = 0.5
# What is kept of a photo: a square of _ROOM times the head, at most so many pixels a side.
_KEPT = 448
_GREY = 127
_JPEG = [
    cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
]  # fmt: skip


class Unfit(Exception):
    """A photo that cannot be enrolled: `reason` is the end of a key `gallery.unfit-...`, `slots` fill its sentence."""

    def __init__(self, reason: str, **slots: str | int | float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.slots = slots


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """The one face of one photo. `sha256`: of the file; `taken`: ISO date from it, or ""; `size_px`: of the face.

    `picture`: the head with some room and nobody else's, square, upright; `look`: what is compared.
    """

    sha256: str
    taken: str
    size_px: float
    picture: Pixels
    look: Look

    @property
    def note(self) -> str:
        return self.look.gate.value if self.look.gate else ""


def portrait(photo: ReadPhoto, people: PeopleSearch, networks: Networks, *, poor: bool = False) -> Portrait:
    """Raises Unfit where the photo was not read whole, or does not clearly show one face that passes the gates.

    `poor`: turned, blurred and masked faces too (their `note` says so); a face that is too small is never taken.
    """
    if photo.pixels is None or photo.status is not Status.OK or photo.info.sha256 is None:
        raise _unread(photo)
    seen = people.find(photo).heads
    heads = [scaled(one.box, photo.scale) for one in seen if one.score >= LEAST_HEAD]
    found = sorted(look(networks, photo.pixels, heads), key=lambda one: -one.quality.size_px)
    if not found:
        raise Unfit("no-face")
    first = found[0]
    if len(found) > 1 and first.quality.size_px < CLEARLY * found[1].quality.size_px:
        raise Unfit("several", count=len(found))
    if first.gate is Gate.SMALL or (first.gate is not None and not poor):
        raise Unfit(first.gate.value, size=first.quality.size_px, least=networks.numbers.gates.least_px)
    taken = (photo.info.taken or "")[:10]
    picture = _around(photo.pixels, heads[first.head], [scaled(one.box, photo.scale) for one in seen])
    return Portrait(photo.info.sha256, taken, round(first.quality.size_px, 1), picture, first)


def _unread(photo: ReadPhoto) -> Unfit:
    """Why it was not read whole, as far as that asks for something else to be done."""
    info, limits = photo.info, Limits()
    reason = _UNREAD.get(photo.problem.code if photo.problem else "", "unread")
    most = (limits.file_bytes if reason == "large-file" else limits.pixels) // 1_000_000
    return Unfit(reason, format=(info.format or "").upper(), width=info.width or 0, height=info.height or 0, most=most)


def picture_of(jpeg: bytes) -> Pixels:
    """What `jpeg_of` made, which in another's gallery may be anything. Raises Unfit where it is no such picture."""
    if not jpeg:
        raise Unfit("no-picture")
    try:
        return decode(jpeg, "jpeg", None, _check_size).pixels
    except Unread as error:
        raise Unfit("no-picture") from error


def kept(photo: GalleryPhoto, networks: Networks) -> Portrait:
    """The portrait of a photo that was kept. Raises Unfit where it was not, is no picture or shows no face."""
    pixels = picture_of(photo.jpeg)
    side = min(pixels.shape[:2])
    head = side / _ROOM
    middle: Box = ((pixels.shape[1] - head) / 2, (pixels.shape[0] - head) / 2, head, head)
    found = look(networks, pixels, [middle])
    if not found:
        raise Unfit("no-face")
    return Portrait(photo.sha256, photo.date, photo.size_px, pixels, found[0])


def jpeg_of(one: Portrait) -> bytes:
    """What a gallery keeps of a photo: the head alone, drawn anew, so that nobody else and no metadata goes along."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(one.picture, cv2.COLOR_RGB2BGR), _JPEG)
    if not done:
        raise Unfit("no-picture")
    return bytes(data.tobytes())


def photo_of(one: Portrait, source: str, date: str, *, keep: bool) -> GalleryPhoto:
    """`date`: ISO 8601, or "" for that of the file."""
    jpeg = jpeg_of(one) if keep else b""
    mark = fingerprint(one.look.crop)
    return GalleryPhoto(one.sha256, source, date or one.taken, one.size_px, one.note, mark, jpeg)


def embedded(portraits: Sequence[Portrait], networks: Networks) -> Floats:
    """N × W, one row a portrait."""
    return networks.embedder.embed(np.stack([one.look.crop for one in portraits]))


def added(
    candidate: Candidate, photos: Sequence[GalleryPhoto], embeddings: Floats
) -> tuple[Candidate, list[tuple[GalleryPhoto, GalleryPhoto]]]:
    """The candidate with those photos that are new, and (copy, original) of those that are one picture with another.

    A copy would pass for an independent photo, and with it a threshold that is too low.
    """
    have, rows = list(candidate.photos), list(candidate.embeddings)
    left_out = []
    for photo, row in zip(photos, embeddings, strict=True):
        twin = next((old for old, e in zip(have, rows, strict=True) if copies(old, photo, float(e @ row))), None)
        if twin is not None:
            left_out.append((photo, twin))
            continue
        have.append(photo)
        rows.append(row)
    return replace(candidate, photos=tuple(have), embeddings=np.stack(rows)), left_out


def rebuilt(candidate: Candidate, portraits: Sequence[Portrait], embeddings: Floats) -> Candidate:
    """The candidate for another network, from a portrait a photo in their order; what was said of them stays."""
    photos = tuple(
        replace(photo, note=one.note, fingerprint=fingerprint(one.look.crop))
        for photo, one in zip(candidate.photos, portraits, strict=True)
    )
    return replace(candidate, photos=photos, embeddings=embeddings)


def _around(pixels: Pixels, head: Box, everybody: Sequence[Box]) -> Pixels:
    """The head with some room; heads of others that reach into it are painted over, as far as they lie beside it."""
    canvas = pixels.copy()
    for other in everybody:
        if shared(other, head) <= _SAME:
            canvas[_inside(other)] = _GREY
    canvas[_inside(head)] = pixels[_inside(head)]
    side = round(_ROOM * max(head[2:]))
    return square(canvas, head, max(32, min(side, _KEPT)), _ROOM)


def _inside(box: Box) -> tuple[slice, slice]:
    """Its rows and columns."""
    x, y, width, height = box
    return slice(max(0, floor(y)), max(0, ceil(y + height))), slice(max(0, floor(x)), max(0, ceil(x + width)))


def _check_size(width: int, height: int) -> None:
    if max(width, height) > 2 * _KEPT or min(width, height) < 16:
        raise Unread("too-many-pixels", width=width, height=height)
