"""A scene: a place, things with marks on them, what stands in front, and the true boxes of what can be seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos import banners, garments
from training.logos.artwork import Mark
from training.logos.banners import Brief
from training.logos.canvas import Canvas, Seen, drowned
from training.logos.cloth import Printed, Sheet, crumple, quad, shaded, waves
from training.logos.garments import Maker
from training.logos.light import faded, spoiled
from training.logos.people import obstacle
from training.logos.places import Library, among_people, place, portraits
from training.logos.things import round_thing
from training.logos.worn import dress

U8 = NDArray[np.uint8]
Rng = np.random.Generator
SIDE = 320
MARGIN = 80
MAKERS: dict[str, Maker] = {
    "spanduk": banners.spanduk,
    "baliho": banners.baliho,
    "poster": banners.poster,
    "ballot": banners.ballot,
    "flag": garments.flag,
    "umbul_umbul": garments.umbul_umbul,
    "attribute": garments.torso,
    "cap": garments.cap,
}
KINDS = ("spanduk", "baliho", "poster", "ballot", "flag", "umbul_umbul", "attribute", "cap", "sticker")
SHARES = (0.19, 0.12, 0.13, 0.07, 0.15, 0.11, 0.1, 0.04, 0.09)


def logo_size(rng: Rng, least: float = 14, most: float = 220) -> float:
    """Longest side of a mark in pixels: log-uniform, most of them 20 to 90."""
    low, high = (20, 90) if rng.random() < 0.72 else (least, most)
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def make_sheet(
    kind: str, library: Library, printed: Printed, size: float, rng: Rng, *, single: bool = False, bare: bool = False
) -> Sheet:
    """A thing with marks: of a campaign, or one that only looks like it and gets no box of its own.

    `single`: one mark, or more of it where there are always more; `bare`: no mark at all.
    """
    campaign = bool(library.parties) and (kind == "ballot" or rng.random() < 0.68)
    count = {
        "spanduk": (1, 2, 2, 4, 7),
        "baliho": (1, 1, 2, 5, 8),
        "poster": (1, 1, 2, 4, 9),
        "ballot": (4, 8, 12, 18),
    }.get(kind, (1,))
    number = int(rng.choice(count))
    if kind == "attribute":
        number = int(rng.choice([1, 1, 1, 2]))
    if single and kind != "ballot":
        number = int(rng.choice([1, 1, 2]))
    if bare or (not campaign and not single and rng.random() < 0.25):
        number = 0
    marks = [library.party(rng) if campaign else library.other(rng) for _ in range(number)]
    if campaign and number == 2 and rng.random() < 0.5:
        marks[1] = marks[0]
    if campaign and number > 2 and not single and kind != "ballot" and rng.random() < 0.1:
        marks[-1] = library.other(rng)
    photos = portraits(library, rng) if kind in ("spanduk", "baliho", "poster") else ()
    if kind == "sticker":
        mark = marks[0] if marks else library.other(rng)
        return _sticker(mark, printed, size, rng)
    name = ("attribute" if kind == "cap" else kind) if campaign else None
    sheet = MAKERS[kind](Brief(marks, campaign, size, name, photos), printed, rng)
    h, w = sheet.ids.shape
    if kind in ("spanduk", "poster", "baliho", "ballot") and rng.random() < 0.75:
        depth = float(rng.uniform(0.1, 1.0))
        flatter = 0.35 if kind == "baliho" else 1.0
        folds = (
            waves(w, h, depth * flatter, rng, rng.random() < 0.7)
            if kind == "spanduk" or rng.random() < 0.4
            else crumple(w, h, depth * flatter, rng)
        )
        sheet = shaded(sheet, folds)
    if rng.random() < 0.25:
        sheet.rgba = faded(sheet.rgba, rng, float(rng.uniform(0.2, 1.0)))
    return sheet


def _sticker(mark: Mark, printed: Printed, size: float, rng: Rng) -> Sheet:
    """The mark alone, as stuck or painted on something."""
    rgba, mask = mark.sized(max(int(size), 8))
    sheet = Sheet.blank(rgba.shape[1] + 4, rgba.shape[0] + 4, None)
    x, y, w, h = cv2.boundingRect(mask)
    sheet.put(mark, (2 + x + w / 2, 2 + y + h / 2), max(int(size), 8), printed.mark(mark))
    height, width = sheet.ids.shape
    if rng.random() < 0.6:
        sheet = shaded(
            sheet,
            crumple(width, height, float(rng.uniform(0.1, 1)), rng)
            if rng.random() < 0.6
            else waves(width, height, float(rng.uniform(0.2, 1)), rng),
        )
    return sheet


def hang_somewhere(
    canvas: Canvas,
    sheet: Sheet,
    rng: Rng,
    at: tuple[float, float] | None = None,
    calm: bool = False,
    centred: int | None = None,
) -> None:
    """Hang a sheet, turned and seen from the side, with a mark of it (if there is one) inside the frame.

    `at`: where its middle comes; `centred`: the number of the mark that comes to the middle of the canvas.
    """
    h, w = sheet.ids.shape
    turn = rng.normal(0, 0.05 if calm else 0.14)
    if not calm and rng.random() < 0.06:
        turn = rng.uniform(-np.pi, np.pi)
    corners = quad(w, h, turn, 0.08 if calm else float(rng.choice([0.08, 0.22, 0.42])), rng)
    side = canvas.ids.shape[0]
    if at is None:
        numbers = np.unique(sheet.ids)
        numbers = numbers[numbers > 0]
        anchor = np.zeros(2)
        if len(numbers):
            rows, columns = np.nonzero(sheet.ids == (centred or rng.choice(numbers)))
            flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
            move = cv2.getPerspectiveTransform(flat, corners)
            anchor = cv2.perspectiveTransform(np.array([[[columns.mean(), rows.mean()]]], np.float32), move)[0, 0]
        spot = np.full(2, side / 2) if centred is not None else rng.uniform(MARGIN + 10, side - MARGIN - 10, 2)
        at = (float(spot[0] - anchor[0]), float(spot[1] - anchor[1]))
    canvas.hang(sheet, corners + np.asarray(at, np.float32))


def obstruct(canvas: Canvas, rng: Rng) -> None:
    """Things in front of the marks."""
    for _ in range(int(rng.integers(1, 4))):
        rgba = obstacle(rng, float(np.exp(rng.uniform(np.log(24), np.log(160)))))
        h, w = rgba.shape[:2]
        blank = np.zeros((h, w), np.uint8)
        rows, columns = np.nonzero(canvas.ids)
        if len(rows) and rng.random() < 0.7:
            k = int(rng.integers(len(rows)))
            x, y = columns[k] + rng.normal(0, w * 0.4), rows[k] + rng.uniform(0.1, 0.6) * h
        else:
            x, y = rng.uniform(0, canvas.ids.shape[1], 2)
        canvas.hang(Sheet(rgba, blank, blank), quad(w, h, rng.normal(0, 0.1), 0.0, rng) + np.array([x, y], np.float32))


def roll(canvas: Canvas, rng: Rng) -> None:
    """Round things that are no emblem."""
    for _ in range(int(rng.integers(1, 4))):
        rgba = round_thing(rng, logo_size(rng))
        h, w = rgba.shape[:2]
        blank = np.zeros((h, w), np.uint8)
        at = rng.uniform(0, canvas.ids.shape[0], 2).astype(np.float32)
        canvas.hang(Sheet(rgba, blank, blank), quad(w, h, rng.normal(0, 0.3), 0.25, rng) + at)


def scene(library: Library, rng: Rng, side: int = SIDE) -> tuple[U8, list[Seen]]:
    """A picture and what can be seen on it. About a fifth has no mark at all."""
    worn = bool(library.people) and rng.random() < 0.17
    canvas = worn_by_people(library, side + 2 * MARGIN, logo_size(rng, most=120), rng) if worn else None
    if canvas is None:
        canvas = Canvas.over(place(library, side + 2 * MARGIN, rng))
        if rng.random() < 0.8:
            _fill(canvas, library, rng)
    if rng.random() < 0.35:
        obstruct(canvas, rng)
    if rng.random() < 0.12:
        roll(canvas, rng)
    rgb = spoiled(canvas.rgb[MARGIN : MARGIN + side, MARGIN : MARGIN + side], rng)
    seen = canvas.seen((MARGIN, MARGIN, side, side))
    return rgb, [s for s in seen if s.mark is None or not drowned(s.part(rgb))]


def worn_by_people(library: Library, side: int, size: float, rng: Rng, single: bool = False) -> Canvas:
    """A photo of people with marks on their chests: all of one party, of one office, or a mixture."""
    chest = float(rng.choice([0.0, 0.55, 0.55, -0.55]))
    picture, people = among_people(library, side, size, chest, rng)
    canvas = Canvas.over(picture)
    campaign = bool(library.parties) and rng.random() < 0.7
    common = library.party(rng) if campaign else library.other(rng)
    alike = single or rng.random() < 0.75

    def choose() -> tuple[Mark, bool]:
        if alike:
            return common, campaign
        other = not library.parties or rng.random() < 0.3
        return (library.other(rng), False) if other else (library.party(rng), True)

    keep = 0.0 if single else rng.choice([0.0, 0.6, 1.0])
    dress(canvas, [p for k, p in enumerate(people) if k == 0 or rng.random() < keep], choose, size, chest, rng)
    return canvas


def _fill(canvas: Canvas, library: Library, rng: Rng) -> None:
    for _ in range(int(rng.choice([1, 1, 1, 2, 2, 3]))):
        kind = str(rng.choice(KINDS, p=SHARES))
        size = logo_size(rng)
        if kind in ("flag", "umbul_umbul", "attribute", "cap") and rng.random() < 0.35:
            _row(canvas, kind, library, size, rng)
        else:
            hang_somewhere(canvas, make_sheet(kind, library, canvas.printed, size, rng), rng)


def _row(canvas: Canvas, kind: str, library: Library, size: float, rng: Rng) -> None:
    """The same kind of thing several times side by side, mostly of one party."""
    one = library.of_one_party(rng) if library.parties and rng.random() < 0.7 else library
    size = min(size, 70.0)
    x, y = rng.uniform(MARGIN, canvas.ids.shape[1] - MARGIN, 2)
    step = 0.0
    for _ in range(int(rng.integers(2, 6))):
        sheet = make_sheet(kind, one, canvas.printed, size * rng.uniform(0.85, 1.15), rng)
        step = step or sheet.ids.shape[1] * rng.uniform(0.6, 1.3)
        hang_somewhere(canvas, sheet, rng, (float(x), float(y + rng.normal(0, 0.06) * step)), calm=True)
        x += step
        if x > canvas.ids.shape[1]:
            break
