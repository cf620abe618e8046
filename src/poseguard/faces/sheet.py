"""The contact sheet: every enrolled photo of every candidate beside the next, so that a person sees what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from poseguard.reading.photo import Pixels

SIDE = 144
"""Pixels of one picture."""
COLUMNS = 8
MOST_HEIGHT = 12_000
"""A page is no higher; what does not fit goes on the next."""

_GAP, _MARGIN = 12, 24
_TITLE, _WORDS = 20, 13
_LINE = 17
Colour = tuple[int, int, int]

_INK, _GREY, _PALE, _RED = (17, 24, 39), (75, 85, 99), (229, 231, 235), (185, 28, 46)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One photo. `picture`: square pixels, None where it was neither kept nor named; `words`: lines under it.

    `warnings`: further lines, in red, with a frame around the picture.
    """

    picture: Pixels | None
    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, Colour], ...]:
        return (*((line, _GREY) for line in self.words), *((line, _RED) for line in self.warnings))


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate, or a pair who look alike."""

    title: str
    cells: tuple[Cell, ...]


def drawn(heading: str, rows: Sequence[Row]) -> Iterator[Image.Image]:
    """Pages of the sheet, one at a time; the heading stands on each."""
    bands = [band for row in rows for band in _bands(row)]
    width = 2 * _MARGIN + COLUMNS * SIDE + (COLUMNS - 1) * _GAP
    while bands:
        height, count = _MARGIN + _TITLE + _GAP, 0
        while count < len(bands) and (count == 0 or height + _height(bands[count]) <= MOST_HEIGHT):
            height += _height(bands[count])
            count += 1
        page = Image.new("RGB", (width, height + _MARGIN), "white")
        pen = ImageDraw.Draw(page)
        _write(pen, _MARGIN, _MARGIN // 2, heading, _TITLE, _GREY, width - 2 * _MARGIN)
        top = _MARGIN + _TITLE + _GAP
        for band in bands[:count]:
            _draw(page, pen, band, top)
            top += _height(band)
        yield page
        bands = bands[count:]


def _bands(row: Row) -> Iterator[Row]:
    """The row cut to the width of a page; only the first piece bears the title."""
    for at in range(0, max(len(row.cells), 1), COLUMNS):
        yield Row(row.title if at == 0 else "", row.cells[at : at + COLUMNS])


def _height(band: Row) -> int:
    lines = max((len(cell.lines) for cell in band.cells), default=0)
    return (_TITLE + _GAP if band.title else 0) + SIDE + 6 + lines * _LINE + _GAP


def _draw(page: Image.Image, pen: ImageDraw.ImageDraw, band: Row, top: int) -> None:
    if band.title:
        _write(pen, _MARGIN, top, band.title, _TITLE, _INK, page.width - 2 * _MARGIN)
        top += _TITLE + _GAP
    for k, cell in enumerate(band.cells):
        left = _MARGIN + k * (SIDE + _GAP)
        if cell.picture is None:
            pen.rectangle((left, top, left + SIDE - 1, top + SIDE - 1), fill=_PALE)
        else:
            page.paste(Image.fromarray(_sized(cell.picture)), (left, top))
        if cell.warnings:
            pen.rectangle((left - 3, top - 3, left + SIDE + 2, top + SIDE + 2), outline=_RED, width=3)
        for n, (line, colour) in enumerate(cell.lines):
            _write(pen, left, top + SIDE + 6 + n * _LINE, line, _WORDS, colour, SIDE)


def _sized(picture: Pixels) -> Pixels:
    how = cv2.INTER_AREA if picture.shape[0] > SIDE else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(picture, (SIDE, SIDE), interpolation=how), np.uint8)


def _write(pen: ImageDraw.ImageDraw, left: int, top: int, text: str, size: int, colour: Colour, room: int) -> None:
    """One line, cut short where it would leave its room."""
    font = _font(size)
    if font.getlength(text) > room:
        while text and font.getlength(text + "…") > room:
            text = text[:-1]
        text += "…"
    pen.text((left, top), text, fill=colour, font=font)


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
