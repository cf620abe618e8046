"""Staged photos: people as they stood, with banners, posters and flags hung behind them and a party's clothes on them.

Group photos show props as drawn scenes do not: large, upright, half hidden by the people before them; flags without
wind; one colour on everybody's shirt with an emblem of a few pixels. The people's outlines (outlines.py) allow that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos import banners, garments
from training.logos.artwork import Mark
from training.logos.banners import Brief
from training.logos.canvas import Canvas, Seen, drowned
from training.logos.cloth import Sheet, crumple, quad, shaded, waves
from training.logos.compose import MARGIN, SIDE
from training.logos.drape import limp_flag
from training.logos.dyed import HIPS, uniform
from training.logos.flown import flown_flag
from training.logos.light import faded, spoiled
from training.logos.places import Library, portraits
from training.logos.stage import FULL, Stage, set_stage, someone

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Event:
    """Whose it is: `campaign`: a party's, mostly with one party's marks; else an office's."""

    hosts: Library
    campaign: bool

    def marks(self, counts: Sequence[int], rng: Rng) -> list[Mark]:
        """So many as one of `counts` says; a party's show one at least."""
        number = int(rng.choice(counts))
        if self.campaign:
            return [self.hosts.party(rng) for _ in range(max(number, 1))]
        return [self.hosts.other(rng) for _ in range(number)]

    def brief(self, kind: str, size: float, part: tuple[float, float], counts: Sequence[int], rng: Rng) -> Brief:
        """For a print of that size, on which a mark takes one part in so many."""
        marks = self.marks(counts, rng)
        logo = size / rng.uniform(*part)
        return Brief(marks, self.campaign, logo, kind if self.campaign else None, portraits(self.hosts, rng))


def staged(library: Library, rng: Rng) -> tuple[U8, list[Seen]]:
    """A picture and what can be seen on it. About a third shows an office's event instead of a party's."""
    campaign = rng.random() < 0.68
    own = library.of_one_party(rng)
    event = Event(own if rng.random() < 0.8 else library, campaign)
    if rng.random() < 0.2:
        return _flyer(library, event, rng)
    stage = set_stage(library, rng)
    canvas = Canvas.over(stage.rgb)
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        _behind(canvas, stage, _backdrop(canvas, event, rng), rng)
    for _ in range(int(rng.choice([0, 0, 1, 3]))):
        _on_wall(canvas, stage, event, rng)
    if rng.random() < 0.55:
        _flags(canvas, stage, event, rng)
    rally = rng.random() < 0.3
    if rally:
        _waved(canvas, stage, event, rng)
    people_first(canvas, stage)
    if rng.random() < 0.6:
        mark = own.party(rng) if campaign else library.other(rng)
        uniform(canvas, stage, mark, campaign, rng)
    if rally:
        _waved(canvas, stage, event, rng)
    return _taken(canvas, rng)


def _taken(canvas: Canvas, rng: Rng) -> tuple[U8, list[Seen]]:
    rgb = spoiled(canvas.rgb[MARGIN:-MARGIN, MARGIN:-MARGIN], rng, 0.7)
    seen = canvas.seen((MARGIN, MARGIN, SIDE, SIDE))
    return rgb, [s for s in seen if s.mark is None or not drowned(s.part(rgb))]


def _flyer(library: Library, event: Event, rng: Rng) -> tuple[U8, list[Seen]]:
    """A print that is all of the picture, as parties post them, often with people cut out of photos."""
    make = (banners.poster, banners.baliho, banners.spanduk)[int(rng.integers(3))]
    kind = "spanduk" if make is banners.spanduk else "poster"
    canvas = Canvas.over(np.full((FULL, FULL, 3), 114, np.uint8))
    sheet = make(event.brief(kind, SIDE, (4, 12), (0, 1, 1, 2, 3), rng), canvas.printed, rng)
    x, y, w, h = cv2.boundingRect((sheet.things > 0).astype(np.uint8))
    sheet = Sheet(*(np.ascontiguousarray(p[y : y + h, x : x + w]) for p in (sheet.rgba, sheet.ids, sheet.things)))
    # Posts are of any shape up to twice as wide as high; what is wider is a banner.
    wider = 1.0 if kind == "spanduk" else float(np.clip(math.exp(rng.normal(0, 0.25)), 0.5 * h / w, 2.0 * h / w))
    sheet = _scaled(sheet, SIDE / max(w * wider, h), wider)
    h, w = sheet.ids.shape
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        person = _cut_out(library, rng.uniform(0.5, 0.9) * h, rng)
        sheet.lay(person, round(rng.uniform(0, 0.9) * w - person.shape[1] / 4), h - person.shape[0])
    canvas.hang(sheet, quad(w, h, 0.0, 0.0, rng) + np.float32(FULL / 2))
    return _taken(canvas, rng)


def _cut_out(library: Library, tall: float, rng: Rng) -> U8:
    """Someone to the hips, on nothing: h × w × 4."""
    fitting = [p for p in library.people if p.head[3] > 40] or list(library.people)
    person = fitting[int(rng.integers(len(fitting)))]
    bx, by, bw, bh = person.body
    end = min(by + bh, person.head[1] + HIPS * person.head[3])
    a, b, c, d = int(max(bx, 0)), int(max(by, 0)), int(bx + bw) + 1, int(end) + 1
    rgba = np.dstack([library.places[person.photo][b:d, a:c], library.outlines[person.photo][b:d, a:c]])
    zoom = tall / rgba.shape[0]
    size = (max(round(rgba.shape[1] * zoom), 4), max(round(tall), 4))
    return np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR), np.uint8)


def _backdrop(canvas: Canvas, event: Event, rng: Rng) -> Sheet:
    wide = rng.uniform(0.35, 1.2) * SIDE
    brief = event.brief("spanduk", wide, (5, 14), (0, 1, 1, 2, 3), rng)
    make = banners.spanduk if rng.random() < 0.6 else banners.baliho
    sheet = make(brief, canvas.printed, rng)
    h, w = sheet.ids.shape
    if event.campaign and w < h:
        canvas.printed.props[-1] = "poster"
    return _scaled(_hung(sheet, rng), wide / w)


def _hung(sheet: Sheet, rng: Rng) -> Sheet:
    h, w = sheet.ids.shape
    if rng.random() < 0.7:
        depth = float(rng.uniform(0.05, 0.5))
        sheet = shaded(sheet, waves(w, h, depth, rng) if rng.random() < 0.6 else crumple(w, h, depth, rng))
    if rng.random() < 0.3:
        sheet.rgba = faded(sheet.rgba, rng, float(rng.uniform(0.2, 1.0)))
    sheet.rgba[..., :3] = (sheet.rgba[..., :3] * np.float32(rng.uniform(0.6, 1.0))).astype(np.uint8)
    return sheet


def _scaled(sheet: Sheet, zoom: float, wider: float = 1.0) -> Sheet:
    h, w = sheet.ids.shape
    size = (max(round(w * zoom * wider), 4), max(round(h * zoom), 4))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    return Sheet(
        np.asarray(cv2.resize(sheet.rgba, size, interpolation=how), np.uint8),
        *(
            np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_NEAREST), np.uint8)
            for p in (sheet.ids, sheet.things)
        ),
    )


def _hang(canvas: Canvas, sheet: Sheet, at: tuple[float, float], rng: Rng) -> None:
    h, w = sheet.ids.shape
    corners = quad(w, h, rng.normal(0, 0.02), float(rng.choice([0.05, 0.05, 0.25])), rng)
    canvas.hang(sheet, corners + np.asarray(at, np.float32))


def _behind(canvas: Canvas, stage: Stage, sheet: Sheet, rng: Rng) -> None:
    """Its lower end behind the people, more or less."""
    person = someone(stage, rng)
    end = person.head[1] + rng.uniform(-1.5, 2.5) * stage.head
    x = rng.uniform(MARGIN, MARGIN + SIDE)
    _hang(canvas, sheet, (x, end - sheet.ids.shape[0] / 2), rng)


def _on_wall(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    tall = min(rng.uniform(1.5, 5.0) * stage.head, 1.1 * SIDE)
    brief = event.brief("poster", tall, (2.5, 6), (0, 1, 1, 2), rng)
    sheet = _hung(banners.poster(brief, canvas.printed, rng), rng)
    person = someone(stage, rng)
    y = person.head[1] + rng.uniform(-4, 1.5) * stage.head
    _hang(canvas, _scaled(sheet, tall / sheet.ids.shape[0]), (float(rng.uniform(MARGIN, MARGIN + SIDE)), y), rng)


def _flags(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    """One to five side by side, the national one among them."""
    tall = min(rng.uniform(2.0, 7.0) * stage.head, 1.2 * SIDE)
    x = rng.uniform(MARGIN, MARGIN + SIDE)
    top = someone(stage, rng).head[1] - rng.uniform(0, 3.5) * stage.head
    windy = rng.random() < 0.4
    for _ in range(int(rng.integers(1, 5))):
        national = rng.random() < 0.3
        marks = [] if national else event.marks((1,), rng)
        named = event.campaign and not national
        brief = Brief(marks, named, tall / 2.2, "flag" if named else None)
        sheet = (flown_flag if windy else limp_flag)(brief, canvas.printed, rng)
        sheet = _scaled(sheet, tall / sheet.ids.shape[0])
        _hang(canvas, sheet, (x, top + tall / 2 + rng.normal(0, 0.05) * tall), rng)
        x += sheet.ids.shape[1] * rng.uniform(0.7, 2.2)


def _waved(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    """Flags and a few posters held up over a crowd, at any slant."""
    tall = rng.uniform(0.6, 3.5) * stage.head
    for _ in range(int(rng.integers(2, 7))):
        size = tall * rng.uniform(0.7, 1.4)
        kind = ("flag", "umbul_umbul", "poster")[int(rng.choice(3, p=(0.75, 0.1, 0.15)))]
        brief = event.brief(kind, size, (2.0, 2.6), (0, 1, 1) if kind == "poster" else (1,), rng)
        if kind == "flag":
            sheet, turn = flown_flag(brief, canvas.printed, rng), 0.1
        else:
            make = banners.poster if kind == "poster" else garments.umbul_umbul
            sheet, turn = _hung(make(brief, canvas.printed, rng), rng), 0.3
            sheet = _scaled(sheet, size / sheet.ids.shape[0])
        h, w = sheet.ids.shape
        corners = quad(w, h, rng.normal(0, turn), float(rng.choice([0.1, 0.35])), rng)
        x, y = rng.uniform(MARGIN, MARGIN + SIDE), someone(stage, rng).head[1] - rng.uniform(-0.5, 5) * stage.head
        canvas.hang(sheet, corners + np.array([x, y], np.float32))


def people_first(canvas: Canvas, stage: Stage) -> None:
    """What stands before all that was hung."""
    share = stage.outline[..., None]
    canvas.rgb[:] = (canvas.rgb + (stage.rgb - canvas.rgb.astype(np.float32)) * share + 0.5).astype(np.uint8)
    hidden = stage.outline > 0.5
    canvas.ids[hidden], canvas.things[hidden] = 0, 0
