"""Printed sheets: banners, boards, posters, ballots; of a campaign or of an office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.cloth import Colour, Printed, Sheet, smooth
from training.logos.people import portrait, varied
from training.logos.words import CAMPAIGN, OFFICE, word_mask

U8 = NDArray[np.uint8]
Rng = np.random.Generator
PLAIN = (
    (255, 255, 255),
    (245, 245, 240),
    (20, 90, 170),
    (20, 130, 80),
    (200, 30, 40),
    (240, 190, 30),
    (40, 40, 60),
    (110, 190, 220),
)


@dataclass(frozen=True, slots=True)
class Brief:
    """What to print. `campaign`: with the marks of parties; else an office's. `logo`: size of a mark in pixels."""

    marks: Sequence[Mark]
    campaign: bool
    logo: float
    name: str | None
    photos: Sequence[U8] = ()


def ground_colour(brief: Brief, rng: Rng) -> Colour:
    """White, a colour of the first mark, or any."""
    if brief.marks and rng.random() < 0.5:
        return varied(brief.marks[0].ground, rng, 10)
    return varied(PLAIN[int(rng.integers(len(PLAIN)))], rng, 10)


def ink_on(ground: Colour, rng: Rng) -> Colour:
    """A colour that can be read on a ground."""
    light = 0.3 * ground[0] + 0.59 * ground[1] + 0.11 * ground[2] > 140
    choices = ((20, 20, 25), (190, 20, 30), (20, 40, 120), (10, 80, 40)) if light else ((255, 255, 255), (250, 220, 60))
    return choices[int(rng.integers(len(choices)))]


def _decorated(sheet: Sheet, rng: Rng) -> None:
    """Bands, curves and gradients of a print shop."""
    h, w = sheet.ids.shape
    for _ in range(int(rng.integers(0, 4))):
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        layer = sheet.rgba.copy()
        kind = rng.integers(0, 3)
        if kind == 0:
            y = int(rng.uniform(0, h))
            cv2.rectangle(layer, (0, y), (w, y + max(int(h * rng.uniform(0.05, 0.3)), 1)), (*colour, 255), -1)
        elif kind == 1:
            points = (rng.uniform(-0.2, 1.2, (4, 2)) * (w, h)).astype(np.int32)
            cv2.fillConvexPoly(layer, cv2.convexHull(points), (*colour, 255), cv2.LINE_AA)
        else:
            centre = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
            cv2.ellipse(
                layer,
                centre,
                (int(w * 0.5), int(h * 0.4)),
                rng.uniform(0, 180),
                0,
                360,
                (*colour, 255),
                -1,
                cv2.LINE_AA,
            )
        share = float(rng.uniform(0.15, 0.9))
        sheet.rgba = np.asarray(cv2.addWeighted(layer, share, sheet.rgba, 1 - share, 0), np.uint8)
    if rng.random() < 0.4:
        ramp = 1 + 0.15 * smooth(w, h, 1, 1, rng)
        sheet.rgba[..., :3] = np.clip(sheet.rgba[..., :3] * ramp[..., None], 0, 255).astype(np.uint8)


def lettered(
    sheet: Sheet, brief: Brief, box: tuple[float, float, float, float], lines: int, colour: Colour, rng: Rng
) -> None:
    """Lines of text inside x, y, width, height."""
    x, y, w, h = box
    font = int(rng.integers(0, 6))
    words = CAMPAIGN if brief.campaign else OFFICE
    each = h / max(lines, 1)
    for k in range(lines):
        text = " ".join(
            words[int(i)] for i in rng.integers(0, len(words), 1 + int(rng.random() < w / max(each, 1) / 14))
        )
        height = int(max(each * rng.uniform(0.45, 0.8), 3))
        mask = word_mask(text, height, font, float(rng.uniform(0.75, 1.1)))
        if mask.shape[1] > w:
            mask = word_mask(text, max(int(height * w / mask.shape[1]), 3), font)
        left = x + (w - mask.shape[1]) * (0.5 if rng.random() < 0.7 else 0.0)
        sheet.write(mask, left, y + each * k + (each - mask.shape[0]) / 2, colour)


def pasted_photo(sheet: Sheet, brief: Brief, centre: tuple[float, float], width: float, rng: Rng) -> None:
    """A portrait, drawn or of someone on a photo."""
    if brief.photos and rng.random() < 0.45:
        photo = brief.photos[int(rng.integers(len(brief.photos)))]
        w = max(int(width * 0.9), 4)
        h = max(round(w * photo.shape[0] / photo.shape[1]), 4)
        alpha = np.full((h, w), 255, np.uint8)
        if rng.random() < 0.6:  # faded into the print, as layouts do
            alpha[:] = 0
            cv2.ellipse(alpha, (w // 2, int(h * 0.6)), (int(w * 0.42), int(h * 0.52)), 0, 0, 360, 255, -1, cv2.LINE_AA)
            alpha = np.asarray(cv2.blur(alpha, (max(w // 8, 1), max(w // 8, 1))), np.uint8)
        rgba = np.dstack([cv2.resize(photo, (w, h), interpolation=cv2.INTER_AREA), alpha])
    else:
        shirt = (
            varied(brief.marks[0].ground, rng, 12) if brief.campaign and brief.marks and rng.random() < 0.5 else None
        )
        rgba = portrait(int(width), rng, shirt)
    sheet.lay(rgba, round(centre[0] - rgba.shape[1] / 2), round(centre[1] - rgba.shape[0] / 2))


def mark_row(
    sheet: Sheet, brief: Brief, printed: Printed, at: tuple[float, float], room: float, size: float, rng: Rng
) -> None:
    """Marks side by side from the left end at `at` (middle height), within `room` pixels; often on white tiles."""
    count = len(brief.marks)
    step = min(size * rng.uniform(1.15, 1.6), room / max(count, 1))
    size = min(size, step * 0.92)
    tiled = rng.random() < 0.4
    ground = (255, 255, 255) if rng.random() < 0.8 else varied((230, 230, 230), rng, 10)
    for k, mark in enumerate(brief.marks):
        x = at[0] + step * (k + 0.5)
        if tiled:
            half = size * 0.56
            if rng.random() < 0.25:
                cv2.circle(sheet.rgba, (int(x), int(at[1])), int(half * 1.25), (*ground, 255), -1, cv2.LINE_AA)
            else:
                corners = (int(x - half), int(at[1] - half)), (int(x + half), int(at[1] + half))
                cv2.rectangle(sheet.rgba, *corners, (*ground, 255), -1)
        sheet.show(mark, (x, at[1]), size, printed.mark(mark), rng)


def spanduk(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A wide banner: lettering in the middle, marks in the corners or in a row, portraits at the ends."""
    height = brief.logo * rng.uniform(1.6, 4.5)
    width = height * rng.uniform(2.2, 5.0)
    width, height = _within(width, height, 640)
    logo = min(brief.logo, height * 0.75)
    ground = ground_colour(brief, rng)
    sheet = Sheet.blank(width, height, ground, printed.prop(brief.name))
    _decorated(sheet, rng)
    left, right = 0.04 * width, 0.96 * width
    ink = ink_on(ground, rng)
    if rng.random() < (0.65 if brief.campaign else 0.25):
        for _ in range(int(rng.integers(1, 3))):
            size = height * rng.uniform(0.75, 0.95)
            if rng.random() < 0.5:
                pasted_photo(sheet, brief, (left + size / 2, height - size * 0.6), size, rng)
                left += size
            else:
                pasted_photo(sheet, brief, (right - size / 2, height - size * 0.6), size, rng)
                right -= size
    room = max(right - left, 0.3 * width)
    row = len(brief.marks) > 2 or rng.random() < 0.3
    if row:
        y = height * (0.18 if rng.random() < 0.6 else 0.84)
        size = min(logo, height * 0.3)
        wide = min(room, size * 1.6 * len(brief.marks))
        lettered(
            sheet,
            brief,
            (left, height * (0.36 if y < height / 2 else 0.06), room, height * 0.58),
            int(rng.integers(1, 4)),
            ink,
            rng,
        )
        mark_row(sheet, brief, printed, (left + (room - wide) * rng.choice([0.0, 0.5, 1.0]), y), wide, size, rng)
    else:
        places = rng.permutation([0, 1])[: len(brief.marks)]
        for side, mark in zip(places, brief.marks, strict=False):
            x = left + logo * 0.65 if side == 0 else right - logo * 0.65
            sheet.show(mark, (x, height * rng.uniform(0.35, 0.65)), logo, printed.mark(mark), rng)
        lettered(
            sheet,
            brief,
            (left + logo * 1.3, height * 0.08, max(room - 2.6 * logo, 0.2 * width), height * 0.84),
            int(rng.integers(1, 4)),
            ink,
            rng,
        )
    return sheet


def baliho(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A board on posts: a large portrait, a number, lettering, marks."""
    shape = rng.choice([0.6, 0.75, 1.3, 1.6])
    height = brief.logo * rng.uniform(2.5, 7.0)
    width, height = _within(height * shape, height, 560)
    logo = min(brief.logo, 0.4 * min(width, height))
    ground = ground_colour(brief, rng)
    thing = printed.prop(brief.name)
    sheet = Sheet.blank(width, height, ground, thing)
    _decorated(sheet, rng)
    ink = ink_on(ground, rng)
    people = int(rng.integers(1, 3))
    for k in range(people):
        size = min(width / people * 0.95, height * 0.62)
        pasted_photo(sheet, brief, (width * (k + 0.5) / people, height * 0.5), size, rng)
    band = height * 0.24
    colour = varied(PLAIN[int(rng.integers(len(PLAIN)))], rng, 8)
    cv2.rectangle(sheet.rgba, (0, int(height - band)), (int(width), int(height)), (*colour, 255), -1)
    lettered(
        sheet,
        brief,
        (0.04 * width, height - band, 0.92 * width, band),
        int(rng.integers(1, 3)),
        ink_on(colour, rng),
        rng,
    )
    if brief.campaign and rng.random() < 0.5:
        number = word_mask(str(int(rng.integers(1, 25))), int(height * rng.uniform(0.14, 0.26)), 0)
        sheet.write(number, width * rng.choice([0.06, 0.44, 0.8]), height * 0.05, ink)
    y = height * 0.12 if rng.random() < 0.6 else height - band * 1.15
    size = min(logo, width * 0.9 / max(len(brief.marks), 1))
    wide = min(0.92 * width, size * 1.5 * len(brief.marks))
    mark_row(
        sheet,
        brief,
        printed,
        (0.04 * width + (0.92 * width - wide) * rng.choice([0.0, 0.5, 1.0]), max(y, size * 0.6)),
        wide,
        size,
        rng,
    )
    if rng.random() < 0.7:
        _framed(sheet, rng)
    return _with_posts(sheet, rng) if rng.random() < 0.6 else sheet


def _framed(sheet: Sheet, rng: Rng) -> None:
    h, w = sheet.ids.shape
    cv2.rectangle(sheet.rgba, (0, 0), (w - 1, h - 1), (*varied((90, 90, 95), rng, 40), 255), max(2, h // 60))


def _with_posts(sheet: Sheet, rng: Rng) -> Sheet:
    h, w = sheet.ids.shape
    tall = Sheet.blank(w, h * rng.uniform(1.2, 1.6), None)
    colour = varied((110, 95, 80), rng, 30)
    wide = max(2, w // 40)
    for x in (int(w * 0.15), int(w * 0.85)):
        cv2.rectangle(tall.rgba, (x, h // 2), (x + wide, tall.ids.shape[0]), (*colour, 255), -1)
    tall.rgba[:h], tall.ids[:h], tall.things[:h] = sheet.rgba, sheet.ids, sheet.things
    return tall


def poster(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A sheet of paper or plastic, upright, or a card."""
    height = brief.logo * rng.uniform(2.2, 6.0)
    width, height = _within(height * rng.uniform(0.62, 0.8), height, 460)
    ground = ground_colour(brief, rng)
    sheet = Sheet.blank(width, height, ground, printed.prop(brief.name))
    if rng.random() < 0.7:
        _decorated(sheet, rng)
    ink = ink_on(ground, rng)
    logo = min(brief.logo, 0.5 * width)
    if rng.random() < 0.75:
        pasted_photo(sheet, brief, (width / 2, height * 0.48), width * rng.uniform(0.6, 0.95), rng)
        lettered(
            sheet, brief, (0.05 * width, 0.74 * height, 0.9 * width, 0.2 * height), int(rng.integers(1, 4)), ink, rng
        )
        y = 0.12 * height if rng.random() < 0.7 else 0.9 * height
    else:
        lettered(
            sheet, brief, (0.05 * width, 0.45 * height, 0.9 * width, 0.5 * height), int(rng.integers(2, 7)), ink, rng
        )
        y = 0.24 * height
    size = min(logo, 0.9 * width / max(len(brief.marks), 1))
    wide = min(0.92 * width, size * 1.4 * len(brief.marks))
    mark_row(
        sheet,
        brief,
        printed,
        (0.04 * width + (0.92 * width - wide) * rng.choice([0.0, 0.5, 1.0]), max(y, size * 0.6)),
        wide,
        size,
        rng,
    )
    return sheet


def ballot(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A specimen ballot: boxes with a number, a mark or a portrait, and lines for names."""
    count = max(len(brief.marks), 1)
    columns = int(rng.integers(2, 7)) if count > 4 else count
    rows = -(-count // columns)
    cell_w, cell_h = brief.logo * rng.uniform(1.3, 2.0), brief.logo * rng.uniform(1.5, 3.4)
    top = brief.logo * rng.uniform(0.5, 1.4)
    fit = min(1.0, 620 / max(columns * cell_w, rows * cell_h + top))
    cell_w, cell_h, top, logo = cell_w * fit, cell_h * fit, top * fit, brief.logo * fit
    sheet = Sheet.blank(
        columns * cell_w + 4, rows * cell_h + top + 4, varied((250, 250, 248), rng, 4), printed.prop(brief.name)
    )
    band = varied(
        ((200, 40, 40), (30, 80, 160), (240, 200, 40), (20, 130, 60), (150, 150, 150))[int(rng.integers(5))], rng, 10
    )
    cv2.rectangle(sheet.rgba, (0, 0), (sheet.ids.shape[1], int(top)), (*band, 255), -1)
    title = word_mask("SURAT SUARA PEMILIHAN UMUM", max(int(top * 0.28), 3), 0)
    sheet.write(title, (sheet.ids.shape[1] - title.shape[1]) / 2, top * 0.2, (20, 20, 20))
    for k, mark in enumerate(brief.marks):
        x, y = (k % columns) * cell_w + 2, (k // columns) * cell_h + top + 2
        corners = (int(x), int(y)), (int(x + cell_w - 1), int(y + cell_h - 1))
        cv2.rectangle(sheet.rgba, *corners, (40, 40, 45, 255), max(1, int(logo / 40)))
        sheet.write(
            word_mask(str(k + 1), max(int(logo * 0.3), 4), 0), x + 0.08 * cell_w, y + 0.05 * cell_h, (10, 10, 10)
        )
        size = min(logo * 0.85, cell_w * 0.7, cell_h * 0.5)
        sheet.put(mark, (x + cell_w * 0.56, y + size * 0.62), size, printed.mark(mark))
        for line in range(int((cell_h - size * 1.3) / max(logo * 0.2, 4))):
            yy = int(y + size * 1.3 + line * max(logo * 0.2, 4))
            cv2.line(sheet.rgba, (int(x + 0.1 * cell_w), yy), (int(x + 0.9 * cell_w), yy), (90, 90, 95, 255), 1)
    return sheet


def _within(width: float, height: float, most: float) -> tuple[float, float]:
    scale = min(1.0, most / max(width, height))
    return width * scale, height * scale
