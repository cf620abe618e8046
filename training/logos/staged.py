"""Staged photos: people as they stood, with banners, posters and flags hung behind them and a party's clothes on them.

Group photos show props as drawn scenes do not: large, upright, half hidden by the people before them; flags without
wind; one colour on everybody's shirt with an emblem of a few pixels. The people's outlines (outlines.py) allow that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos import banners, garments
from training.logos.artwork import Mark
from training.logos.banners import Brief
from training.logos.canvas import Canvas, Seen, drowned
from training.logos.cloth import Colour, Sheet, crumple, quad, shaded, waves
from training.logos.compose import MARGIN, SIDE
from training.logos.drape import limp_flag
from training.logos.light import faded, spoiled
from training.logos.people import cloth, varied
from training.logos.places import Library, portraits
from training.logos.worn import Person, stamp

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator
_FULL = SIDE + 2 * MARGIN
_EMBLEM = 7.0  # pixels from which an emblem on a shirt says whose it is
_HIPS = 3.1  # end of an upper body in head heights below the top of the head, as labelled shirts have it


@dataclass(frozen=True, slots=True)
class Stage:
    """A square of a photo with the people on it. `head`: height of a typical one.

    `outline`: H × W, 1 on people and outside the photo, 0 where things may hang.
    """

    rgb: U8
    outline: Floats
    people: Sequence[Person]
    head: float


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
    if rng.random() < 0.12:
        return _flyer(library, event, rng)
    stage = _stage(library, rng)
    canvas = Canvas.over(stage.rgb)
    shown = False
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        _behind(canvas, stage, _backdrop(canvas, event, rng), rng)
        shown = True
    for _ in range(int(rng.choice([0, 0, 1, 3]))):
        _on_wall(canvas, stage, event, rng)
        shown = True
    if rng.random() < 0.55:
        _flags(canvas, stage, event, rng)
        shown = True
    rally = rng.random() < 0.2
    if rally:
        _waved(canvas, stage, event, rng)
        shown = True
    people_first(canvas, stage)
    if rng.random() < 0.6:
        _uniform(canvas, stage, own if campaign else None, library, shown, rng)
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
    canvas = Canvas.over(np.full((_FULL, _FULL, 3), 114, np.uint8))
    sheet = make(event.brief(kind, SIDE, (4, 12), (0, 1, 1, 2, 3), rng), canvas.printed, rng)
    x, y, w, h = cv2.boundingRect((sheet.things > 0).astype(np.uint8))
    sheet = Sheet(*(np.ascontiguousarray(p[y : y + h, x : x + w]) for p in (sheet.rgba, sheet.ids, sheet.things)))
    sheet = _scaled(sheet, SIDE / max(w, h))
    h, w = sheet.ids.shape
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        person = _cut_out(library, rng.uniform(0.5, 0.9) * h, rng)
        sheet.lay(person, round(rng.uniform(0, 0.9) * w - person.shape[1] / 4), h - person.shape[0])
    canvas.hang(sheet, quad(w, h, 0.0, 0.0, rng) + np.float32(_FULL / 2))
    return _taken(canvas, rng)


def _cut_out(library: Library, tall: float, rng: Rng) -> U8:
    """Someone to the hips, on nothing: h × w × 4."""
    fitting = [p for p in library.people if p.head[3] > 40] or list(library.people)
    person = fitting[int(rng.integers(len(fitting)))]
    bx, by, bw, bh = person.body
    end = min(by + bh, person.head[1] + _HIPS * person.head[3])
    a, b, c, d = int(max(bx, 0)), int(max(by, 0)), int(bx + bw) + 1, int(end) + 1
    rgba = np.dstack([library.places[person.photo][b:d, a:c], library.outlines[person.photo][b:d, a:c]])
    zoom = tall / rgba.shape[0]
    size = (max(round(rgba.shape[1] * zoom), 4), max(round(tall), 4))
    return np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR), np.uint8)


def _stage(library: Library, rng: Rng) -> Stage:
    """Somewhere in a random group: all of the photo, or so near that a head has up to 70 pixels."""
    first = library.people[int(rng.integers(len(library.people)))]
    photo, outline = library.places[first.photo], library.outlines[first.photo]
    longest = max(photo.shape[:2])
    whole = rng.random() < 0.25
    zoom = SIDE / (1.05 * longest) if whole else float(np.exp(rng.uniform(np.log(9), np.log(70)))) / first.head[3]
    zoom = float(np.clip(zoom, SIDE / (1.3 * longest), 1.6))
    x, y = first.head[0] + first.head[2] / 2, first.head[1] + first.head[3]
    if whole:
        x, y = photo.shape[1] / 2, photo.shape[0] / 2
    else:
        x, y = (
            float(np.clip(at + rng.uniform(-0.4, 0.4) * SIDE / zoom, low, max(low, length - low)))
            for at, length in ((x, photo.shape[1]), (y, photo.shape[0]))
            for low in (min(0.45 * SIDE / zoom, length / 2),)
        )
    left, top = x - _FULL / 2 / zoom, y - _FULL / 2 / zoom
    if zoom < 0.6:
        photo, outline = (
            np.asarray(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
            for p in (photo, outline)
        )
    scale = zoom * (2 if zoom < 0.6 else 1)
    move = np.array([[scale, 0, -left * zoom], [0, scale, -top * zoom]])
    size = (_FULL, _FULL)
    rgb = np.asarray(cv2.warpAffine(photo, move, size, flags=cv2.INTER_AREA, borderValue=(114, 114, 114)), np.uint8)
    # Nothing hangs outside the photo either.
    alpha = np.asarray(cv2.warpAffine(outline, move, size, flags=cv2.INTER_LINEAR, borderValue=255), np.float32) / 255
    mirrored = rng.random() < 0.5
    if mirrored:
        rgb, alpha = np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(alpha[:, ::-1])
    people = [p.moved(left, top, zoom, _FULL if mirrored else None) for p in library.people if p.photo == first.photo]
    heads = [p.head[3] for p in people]
    return Stage(rgb, alpha, people, float(np.median(heads)))


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


def _scaled(sheet: Sheet, zoom: float) -> Sheet:
    size = tuple(max(round(n * zoom), 4) for n in reversed(sheet.ids.shape))
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


def _someone(stage: Stage, rng: Rng) -> Person:
    return stage.people[int(rng.integers(len(stage.people)))]


def _behind(canvas: Canvas, stage: Stage, sheet: Sheet, rng: Rng) -> None:
    """Its lower end behind the people, more or less."""
    person = _someone(stage, rng)
    end = person.head[1] + rng.uniform(-1.5, 2.5) * stage.head
    x = rng.uniform(MARGIN, MARGIN + SIDE)
    _hang(canvas, sheet, (x, end - sheet.ids.shape[0] / 2), rng)


def _on_wall(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    tall = min(rng.uniform(1.5, 5.0) * stage.head, 1.1 * SIDE)
    brief = event.brief("poster", tall, (2.5, 6), (0, 1, 1, 2), rng)
    sheet = _hung(banners.poster(brief, canvas.printed, rng), rng)
    person = _someone(stage, rng)
    y = person.head[1] + rng.uniform(-4, 1.5) * stage.head
    _hang(canvas, _scaled(sheet, tall / sheet.ids.shape[0]), (float(rng.uniform(MARGIN, MARGIN + SIDE)), y), rng)


def _flags(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    """One to five side by side, the national one among them."""
    tall = min(rng.uniform(2.0, 7.0) * stage.head, 1.2 * SIDE)
    x = rng.uniform(MARGIN, MARGIN + SIDE)
    top = _someone(stage, rng).head[1] - rng.uniform(0, 3.5) * stage.head
    windy = rng.random() < 0.3
    for _ in range(int(rng.integers(1, 5))):
        national = rng.random() < 0.3
        marks = [] if national else event.marks((1,), rng)
        named = event.campaign and not national
        brief = Brief(marks, named, tall / 2.2, "flag" if named else None)
        sheet = (garments.flag if windy else limp_flag)(brief, canvas.printed, rng)
        sheet = _scaled(_hung(sheet, rng) if windy else sheet, tall / sheet.ids.shape[0])
        _hang(canvas, sheet, (x, top + tall / 2 + rng.normal(0, 0.05) * tall), rng)
        x += sheet.ids.shape[1] * rng.uniform(0.7, 2.2)


def _waved(canvas: Canvas, stage: Stage, event: Event, rng: Rng) -> None:
    """Flags held up over a crowd, at any slant."""
    tall = rng.uniform(0.6, 3.5) * stage.head
    for _ in range(int(rng.integers(2, 7))):
        size = tall * rng.uniform(0.7, 1.4)
        kind = "umbul_umbul" if rng.random() < 0.15 else "flag"
        brief = Brief(event.marks((1,), rng), event.campaign, size / 2.2, kind if event.campaign else None)
        make = {"flag": garments.flag, "umbul_umbul": garments.umbul_umbul}[kind]
        sheet = _hung(make(brief, canvas.printed, rng), rng)
        sheet = _scaled(sheet, size / sheet.ids.shape[0])
        h, w = sheet.ids.shape
        corners = quad(w, h, rng.normal(0, 0.35), float(rng.choice([0.1, 0.35])), rng)
        x, y = rng.uniform(MARGIN, MARGIN + SIDE), _someone(stage, rng).head[1] - rng.uniform(-0.5, 5) * stage.head
        canvas.hang(sheet, corners + np.array([x, y], np.float32))


def people_first(canvas: Canvas, stage: Stage) -> None:
    """What stands before all that was hung."""
    share = stage.outline[..., None]
    canvas.rgb[:] = (canvas.rgb + (stage.rgb - canvas.rgb.astype(np.float32)) * share + 0.5).astype(np.uint8)
    hidden = stage.outline > 0.5
    canvas.ids[hidden], canvas.things[hidden] = 0, 0


def _uniform(canvas: Canvas, stage: Stage, party: Library | None, library: Library, shown: bool, rng: Rng) -> None:
    """Clothes alike on all or some of the people, with an emblem; a party's are its attributes."""
    mark = party.party(rng) if party else library.other(rng)
    colour = varied(mark.ground, rng, 10) if rng.random() < 0.6 else cloth(rng)
    dyed = rng.random() < 0.75
    size, chest = rng.uniform(0.25, 0.55), float(rng.choice([0.55, 0.55, 0.55, -0.55]))
    if rng.random() < 0.12:
        size, chest = rng.uniform(0.8, 1.3), 0.0
    part = float(rng.choice([1.0, 1.0, 0.5, 0.2]))
    first = _someone(stage, rng)
    for person in sorted(stage.people, key=lambda p: p.head[1]):
        if person is not first and rng.random() > part:
            continue
        region = _clothes(stage, person)
        if region is None:
            continue
        box, cover = region
        x0, y0, x1, y1 = box
        if dyed:
            view = canvas.rgb[y0:y1, x0:x1]
            view[:] = _dyed(view, cover, varied(colour, rng, 5))
        hx, hy, hw, hh = person.head
        pixels = size * hw
        plain = pixels >= _EMBLEM
        if party and (plain or (shown and dyed)):
            number = canvas.printed.prop("attribute")
            worn = cover > 0.5
            canvas.things[y0:y1, x0:x1][worn] = number
            canvas.whole["prop", number] = max(int(worn.sum()), 1)
        if plain:
            at = (
                hx + hw / 2 + (chest + rng.normal(0, 0.05)) * hw,
                hy + ((1.75 if chest else 1.95) + rng.normal(0, 0.08)) * hh,
            )
            stamp(canvas, mark, at, pixels, rng)


def _clothes(stage: Stage, person: Person) -> tuple[tuple[int, int, int, int], Floats] | None:
    """x0, y0, x1, y1 of someone's upper body, and how much of each pixel in it is cloth; None where hardly any is."""
    hx, hy, hw, hh = person.head
    bx, by, bw, bh = person.body
    middle = hx + hw / 2
    x0, x1 = max(bx, middle - 1.7 * hw), min(bx + bw, middle + 1.7 * hw)
    y0, y1 = hy + 1.02 * hh, min(by + bh, hy + _HIPS * hh)
    box = int(max(x0, 0)), int(max(y0, 0)), int(min(x1, _FULL)), int(min(y1, _FULL))
    a, b, c, d = box
    if c - a < 8 or d - b < 8:
        return None
    face = stage.rgb[
        max(int(hy + 0.4 * hh), 0) : int(hy + 0.8 * hh) + 1, max(int(hx + 0.3 * hw), 0) : int(hx + 0.7 * hw) + 1
    ]
    if not face.size:
        return None
    skin = np.median(cv2.cvtColor(face, cv2.COLOR_RGB2LAB).reshape(-1, 3), axis=0)
    lab = cv2.cvtColor(stage.rgb[b:d, a:c], cv2.COLOR_RGB2LAB).astype(np.float32)
    bare = (np.abs(lab[..., 1:] - skin[1:]).sum(2) < 11) & (np.abs(lab[..., 0] - skin[0]) < 55)
    cover = stage.outline[b:d, a:c]
    if float(bare[cover > 0.5].mean() if (cover > 0.5).any() else 1) < 0.5:  # else the cloth itself is of that colour
        cover = cover * np.asarray(cv2.blur((~bare).astype(np.float32), (3, 3)), np.float32)
    return (box, cover) if float((cover > 0.5).mean()) > 0.25 else None


def _dyed(view: U8, cover: Floats, colour: Colour) -> U8:
    """The same cloth in another colour: its folds stay."""
    grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle = max(float(np.median(grey[cover > 0.5])), 25.0)
    light = np.clip(grey / middle, 0.35, 1.6) ** np.float32(0.8)
    dyed = np.clip(light[..., None] * np.asarray(colour, np.float32) * 0.9 + 6, 0, 255)
    return np.asarray(view + (dyed - view) * cover[..., None], np.uint8)
