"""Pictures that leave the tool: drawn anew from pixels, so that no metadata goes along, with heads covered.

A worker, which has the pixels, makes them; the parent process only ever holds small JPEG bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from poseguard.boxes import grown, scaled
from poseguard.people.types import People
from poseguard.reading.photo import Pixels, ReadPhoto
from poseguard.reports.words import evidence_levels, evidence_number, given_names, partner, percent, seen_name, tells
from poseguard.results import Box, Evidence, Level, PhotoReport
from poseguard.texts import say

THUMBNAIL = 320
CROP = 128
MAX_CROPS = 8
HEAD_MARGIN = 0.2
HEAD_CELLS = 4
"""A covered head keeps 4 × 4 colours at most, whatever its size: nothing is left to sharpen."""

# Each carries white text at a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
COLOURS: dict[Level | None, tuple[int, int, int]] = {
    Level.HIGH: (185, 28, 46),
    Level.MEDIUM: (184, 74, 0),
    Level.LOW: (124, 94, 0),
    Level.NONE: (27, 110, 60),
    Level.UNKNOWN: (91, 75, 138),
    None: (75, 85, 99),
}


@dataclass(frozen=True, slots=True)
class Wants:
    """The pictures that the reports of a run have a use for."""

    thumbnail: bool = False
    marked: bool = False

    def __or__(self, other: Wants) -> Wants:
        return Wants(self.thumbnail or other.thumbnail, self.marked or other.marked)

    def __bool__(self) -> bool:
        return self.thumbnail or self.marked


@dataclass(frozen=True, slots=True)
class Picture:
    """JPEG bytes for the reports. `crops`: (evidence id, close-up), worst first; `marked`: full size, boxes drawn."""

    thumbnail: bytes | None = None
    crops: tuple[tuple[str, bytes], ...] = ()
    marked: bytes | None = None


def picture(
    photo: ReadPhoto, people: People | None, report: PhotoReport, wants: Wants, *, show_faces: bool = False
) -> Picture | None:
    """What `wants` asks for. None where there are no pixels, or where heads were not looked for and must be covered."""
    if not wants or photo.pixels is None or (people is None and not show_faces):
        return None
    crops: tuple[tuple[str, bytes], ...] = ()
    thumbnail = marked = None
    if wants.thumbnail:
        thumbnail = render(photo, people, report, longest=THUMBNAIL, show_faces=show_faces, draw=False, quality=72)
        crops = tuple(
            (
                one.id,
                render(photo, people, report, longest=CROP, region=_around(one.box), show_faces=show_faces, draw=False),
            )
            for one in _worth_a_look(report, show_faces)
        )
    if wants.marked:
        marked = render(photo, people, report, show_faces=show_faces, draw=True)
    return Picture(thumbnail, crops, marked)


def render(
    photo: ReadPhoto,
    people: People | None,
    report: PhotoReport,
    *,
    longest: int | None = None,
    region: Box | None = None,
    show_faces: bool = False,
    draw: bool = True,
    quality: int = 88,
) -> bytes:
    """The photo, or a `region` of it in upright full-size pixels, as a fresh sRGB JPEG, `longest` pixels a side.

    Heads are covered unless `show_faces`; `draw` adds the boxes with label and confidence. Raises ValueError where
    the photo has no pixels.
    """
    if photo.pixels is None:
        raise ValueError("a photo without pixels cannot be drawn")
    view = _View.of(photo, region, longest)
    canvas = view.canvas
    if not show_faces and people is not None:
        hands = [view.place(one.box) for one in report.evidence if one.kind == "hand"]
        faces = [one.box for one in report.evidence if one.kind == "face"]
        _cover(canvas, [view.place(box) for box in (*faces, *(head.box for head in people.heads))], hands)
    if draw:
        _draw(canvas, report, view)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the picture could not be encoded")
    return bytes(data.tobytes())


@dataclass(frozen=True, slots=True)
class _View:
    """A piece of the photo at its drawn size. `canvas` is ours to change; `scale`: canvas pixels a full-size pixel."""

    canvas: Pixels
    x: float
    y: float
    scale: float

    @classmethod
    def of(cls, photo: ReadPhoto, region: Box | None, longest: int | None) -> _View:
        assert photo.pixels is not None
        height, width = photo.pixels.shape[:2]
        left, top, right, bottom = 0, 0, width, height
        if region is not None:
            left, top, right, bottom = _inside(scaled(region, photo.scale), width, height)
            left, top = min(left, width - 1), min(top, height - 1)
            right, bottom = max(right, left + 1), max(bottom, top + 1)
        piece = photo.pixels[top:bottom, left:right]
        shrink = 1.0
        if longest is not None:
            shrink = longest / max(piece.shape[:2])
            if region is None:
                shrink = min(1.0, shrink)
        size = (max(1, round(piece.shape[1] * shrink)), max(1, round(piece.shape[0] * shrink)))
        how = cv2.INTER_AREA if shrink < 1 else cv2.INTER_CUBIC
        canvas = piece.copy() if shrink == 1 else cv2.resize(piece, size, interpolation=how)
        return cls(np.ascontiguousarray(canvas), left / photo.scale, top / photo.scale, shrink * photo.scale)

    def place(self, box: Box) -> Box:
        """A box of the full-size photo on the canvas."""
        x, y, width, height = box
        return scaled((x - self.x, y - self.y, width, height), self.scale)


def _cover(canvas: Pixels, heads: Sequence[Box], hands: Sequence[Box]) -> None:
    """Covers each head and a margin around it. The margin gives way to a hand beside the face; the head never does."""
    height, width = canvas.shape[:2]
    for head in heads:
        left, top, right, bottom = _inside(grown(head, HEAD_MARGIN), width, height)
        if right <= left or bottom <= top:
            continue
        hidden = np.ones((bottom - top, right - left), np.bool_)
        for box, value in (*((hand, False) for hand in hands), (head, True)):
            x0, y0, x1, y1 = _inside(box, width, height)
            hidden[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)] = value
        piece = canvas[top:bottom, left:right]
        cells = cv2.resize(piece, (HEAD_CELLS, HEAD_CELLS), interpolation=cv2.INTER_AREA)
        covered = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        piece[hidden] = covered[hidden]


def _draw(canvas: Pixels, report: PhotoReport, view: _View) -> None:
    levels, given = evidence_levels(report), given_names(report)
    lang = report.context.lang
    height, width = canvas.shape[:2]
    unit = max(height, width) / 1000
    line = max(1, round(2.2 * unit))
    by_id = {one.id: one for one in report.evidence}
    ordered = sorted(report.evidence, key=lambda one: (one.id in levels, one.label != "other"))
    for one in ordered:
        other = by_id.get(partner(one) or "")
        if other is not None:
            _line(canvas, _centre(view.place(one.box)), _centre(view.place(other.box)), _colour(one, levels), line)
    for one in ordered:
        left, top, right, bottom = _inside(view.place(one.box), width, height)
        colour = _colour(one, levels)
        cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), (255, 255, 255), line + 2)
        cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), colour, line)
    taken: list[tuple[int, int, int, int]] = []
    size = max(12, round(17 * unit))
    for one in reversed(ordered):
        if one.label == "other" and one.id not in levels:
            continue
        # A likeness is no certainty, and a copy goes round alone.
        sure = percent(one.confidence) if one.kind != "face" else say("reports.face_to_verify", lang)
        text = f"{evidence_number(one.id)}  {seen_name(one, lang, given)} {sure}"
        tag = _tag(text, size, _colour(one, levels))
        _paste(canvas, tag, _inside(view.place(one.box), width, height), taken)


def _colour(evidence: Evidence, levels: Mapping[str, Level]) -> tuple[int, int, int]:
    """The level of the findings that rest on it; grey where there is none."""
    return COLOURS[levels.get(evidence.id)]


def _line(
    canvas: Pixels, start: tuple[int, int], end: tuple[int, int], colour: tuple[int, int, int], width: int
) -> None:
    cv2.line(canvas, start, end, (255, 255, 255), width + 2, cv2.LINE_AA)
    cv2.line(canvas, start, end, colour, width, cv2.LINE_AA)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@lru_cache(maxsize=256)
def _tag(text: str, size: int, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """White words on a plate of `colour`."""
    font = _font(size)
    left, _, right, _ = font.getbbox(text)
    pad = max(2, size // 4)
    plate = Image.new("RGB", (round(right - left) + 2 * pad, round(size * 1.15) + pad), colour)
    ImageDraw.Draw(plate).text((pad - left, pad // 2), text, fill="white", font=font)
    return np.asarray(plate)


def _paste(
    canvas: Pixels,
    tag: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    taken: list[tuple[int, int, int, int]],
) -> None:
    """Puts a tag above its box, else below, else inside its top: the first place where it meets no other tag."""
    height, width = canvas.shape[:2]
    tall, wide = min(tag.shape[0], height), min(tag.shape[1], width)
    left = max(0, min(box[0], width - wide))
    places = [
        (left, min(max(0, top), height - tall))
        for top in (box[1] - tall, box[3], box[1], box[1] - 2 * tall, box[3] + tall)
    ]
    x, y = next((p for p in places if not _meets((*p, wide, tall), taken)), places[0])
    canvas[y : y + tall, x : x + wide] = tag[:tall, :wide]
    taken.append((x, y, wide, tall))


def _meets(place: tuple[int, int, int, int], taken: Iterable[tuple[int, int, int, int]]) -> bool:
    x, y, wide, tall = place
    return any(x < tx + tw and tx < x + wide and y < ty + th and ty < y + tall for tx, ty, tw, th in taken)


def _worth_a_look(report: PhotoReport, show_faces: bool) -> list[Evidence]:
    """Evidence that carries a finding or a name, worst and surest first; of a covered face nothing could be seen."""
    levels = evidence_levels(report)
    seen = [one for one in report.evidence if show_faces or one.kind != "face"]
    named = [one for one in seen if one.id in levels or tells(one)]
    named.sort(key=lambda one: (-(levels[one.id].rank if one.id in levels else -1), -one.confidence))
    return named[:MAX_CROPS]


def _around(box: Box) -> Box:
    """A square of 1.8 times the longer side around a box: the hand and what it belongs to."""
    x, y, width, height = box
    side = 1.8 * max(width, height)
    return (x + width / 2 - side / 2, y + height / 2 - side / 2, side, side)


def _centre(box: Box) -> tuple[int, int]:
    return (round(box[0] + box[2] / 2), round(box[1] + box[3] / 2))


def _inside(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Whole pixels left, top, right, bottom of the part of a box that lies on the canvas."""
    x, y, wide, tall = box
    left, top = max(0, int(np.floor(x))), max(0, int(np.floor(y)))
    return left, top, max(left, min(width, int(np.ceil(x + wide)))), max(top, min(height, int(np.ceil(y + tall))))
