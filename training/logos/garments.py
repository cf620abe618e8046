"""Cloth that is waved or worn: flags, umbul-umbul, shirts, vests, caps."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.banners import Brief, ink_on
from training.logos.cloth import Colour, Printed, Sheet, crumple, remapped, shaded, smooth, waves
from training.logos.people import cloth, skin, tuple_darker, varied
from training.logos.words import CAMPAIGN, OFFICE, word_mask

U8 = NDArray[np.uint8]
Rng = np.random.Generator
Points = NDArray[np.float64]


def _flag_ground(brief: Brief, rng: Rng) -> Colour:
    if not brief.marks:
        return cloth(rng)
    return varied(brief.marks[0].ground if rng.random() < 0.75 else (250, 250, 250), rng, 8)


def flag(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A flag in the wind or hanging, on its pole."""
    hanging = rng.random() < 0.25
    sheet = flat_flag(brief, printed, rng)
    if hanging:
        sheet = _squeezed(sheet, float(rng.uniform(0.35, 0.7)))
    h, w = sheet.ids.shape
    sheet = shaded(sheet, waves(w, h, float(rng.uniform(0.3, 1.2)) * (1.3 if hanging else 1), rng))
    return _on_pole(sheet, rng)


def flat_flag(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """Its cloth alone: a mark in the middle; without one and no campaign's, the national flag."""
    height = min(brief.logo * rng.uniform(1.3, 2.4), 380)
    width = height * rng.uniform(1.2, 1.6)
    sheet = Sheet.blank(width, height, _flag_ground(brief, rng), printed.prop(brief.name))
    if brief.marks:
        mark = brief.marks[0]
        centre = (width * rng.uniform(0.44, 0.56), height * rng.uniform(0.44, 0.54))
        sheet.show(mark, centre, min(brief.logo, 0.8 * height), printed.mark(mark), rng)
        if rng.random() < 0.3:
            word = CAMPAIGN if brief.campaign else OFFICE
            mask = word_mask(word[int(rng.integers(len(word)))], max(int(height * 0.1), 4), 0)[:, : int(width * 0.9)]
            sheet.write(mask, (width - mask.shape[1]) / 2, height * 0.86, ink_on(_colour(sheet), rng))
    elif not brief.campaign:
        sheet.rgba[: int(height / 2), :, :3] = varied((205, 20, 30), rng, 10)
        sheet.rgba[int(height / 2) :, :, :3] = varied((245, 245, 245), rng, 6)
    return sheet


def _colour(sheet: Sheet) -> Colour:
    r, g, b = (int(v) for v in sheet.rgba[2, 2, :3])
    return r, g, b


def _squeezed(sheet: Sheet, share: float) -> Sheet:
    size = (max(int(sheet.ids.shape[1] * share), 4), sheet.ids.shape[0])
    return Sheet(
        np.asarray(cv2.resize(sheet.rgba, size, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(sheet.ids, size, interpolation=cv2.INTER_NEAREST), np.uint8),
        np.asarray(cv2.resize(sheet.things, size, interpolation=cv2.INTER_NEAREST), np.uint8),
    )


def _on_pole(sheet: Sheet, rng: Rng) -> Sheet:
    h, w = sheet.ids.shape
    thick = max(2, h // 28)
    out = Sheet.blank(w + thick + 2, h * rng.uniform(1.1, 1.7), None)
    left = rng.random() < 0.6
    a = thick if left else 2
    out.rgba[:h, a : a + w], out.ids[:h, a : a + w], out.things[:h, a : a + w] = sheet.rgba, sheet.ids, sheet.things
    x = 0 if left else w
    out.rgba[:, x : x + thick] = (*varied((190, 180, 160), rng, 40), 255)
    return out


def umbul_umbul(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A tall narrow flag on bamboo, its end pointed or straight, bent by the wind."""
    width = min(brief.logo * rng.uniform(1.1, 1.7), 150)
    height = min(width * rng.uniform(3.2, 6.0), 620)
    ground = _flag_ground(brief, rng)
    sheet = Sheet.blank(width, height, ground, printed.prop(brief.name))
    if rng.random() < 0.5:
        second = cloth(rng)
        for k in range(int(rng.integers(1, 4))):
            y = int(height * rng.uniform(0.3, 1))
            sheet.rgba[y : y + int(height * 0.12), :, :3] = second if k % 2 == 0 else (250, 250, 250)
    size = min(brief.logo, 0.88 * width)
    times = int(rng.integers(1, 4)) if rng.random() < 0.3 else 1
    for k in range(times if brief.marks else 0):
        mark = brief.marks[k % len(brief.marks)]
        centre = (width / 2, height * (0.16 + 0.27 * k) + size * 0.2)
        sheet.show(mark, centre, size, printed.mark(mark), rng)
    words = CAMPAIGN if brief.campaign else OFFICE
    mask = word_mask(words[int(rng.integers(len(words)))], max(int(width * rng.uniform(0.3, 0.6)), 4), 0)
    if times == 1:
        mask = np.ascontiguousarray(np.rot90(mask, 3))[: int(height * 0.55)]
        sheet.write(mask, (width - mask.shape[1]) / 2, height * 0.38, ink_on(ground, rng))
    h, w = sheet.ids.shape
    xx = np.linspace(0, 1, w)[None, :]
    yy = np.linspace(0, 1, h)[:, None]
    if rng.random() < 0.5:
        gone = yy > 1 - 0.12 * np.abs(xx - 0.5) * 2
        sheet.rgba[gone], sheet.ids[gone], sheet.things[gone] = 0, 0, 0
    sheet = shaded(sheet, waves(w, h, float(rng.uniform(0.2, 0.9)), rng, upright=rng.random() < 0.4))
    return _bent_over(_on_pole(sheet, rng), float(rng.normal(0, 0.12)))


def _bent_over(sheet: Sheet, bend: float) -> Sheet:
    """The upper end of the pole bows to a side."""
    h, w = sheet.ids.shape
    room = int(abs(bend) * h) + 1
    yy, xx = np.mgrid[0:h, 0 : w + room].astype(np.float32)
    shift = np.float32(bend * h) * (1 - yy / h) ** 2
    mx = xx - (shift if bend > 0 else shift + room)
    return remapped(sheet, mx, yy)


def _fill(image: U8, points: Points, colour: Colour | int, scale: float) -> None:
    value = colour if isinstance(colour, int) else (*colour, 255)
    cv2.fillPoly(image, [np.round(points * scale * 16).astype(np.int32)], value, cv2.LINE_AA, 4)


TORSO = np.array(
    [[0.36, 0.02], [0.64, 0.02], [0.84, 0.09], [0.99, 0.46], [0.83, 0.52], [0.77, 0.36], [0.79, 1.0], [0.21, 1.0],
     [0.23, 0.36], [0.17, 0.52], [0.01, 0.46], [0.16, 0.09]]
)  # fmt: skip


def torso(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """Someone's upper body with a shirt, vest or jacket: marks on the chest, the back or the sleeve."""
    large = rng.random() < 0.35
    width = brief.logo * (rng.uniform(2.0, 3.2) if large else rng.uniform(4.0, 9.0))
    width = min(width, 420)
    logo = min(brief.logo, width * (0.42 if large else 0.24))
    head = 0.42 * width
    height = 1.12 * width
    sheet = Sheet.blank(width, head + height, None)
    tone, colour = skin(rng), _shirt_colour(brief, rng)
    _head(sheet, tone, width, head, rng)
    points = TORSO * rng.uniform([0.97, 0.97], [1.03, 1.03], TORSO.shape) * (1, height / width)
    layer = Sheet.blank(width, height, None)
    for s in (0.09, 0.91):
        cv2.line(
            layer.rgba,
            (int(s * width), int(0.4 * width)),
            (int((0.5 + (s - 0.5) * 0.9) * width), int(height)),
            (*tone, 255),
            max(int(0.13 * width), 2),
            cv2.LINE_AA,
        )
    _fill(layer.rgba, points, colour, width)
    garment = np.zeros(layer.ids.shape, np.uint8)
    _fill(garment, points, 255, width)
    thing = printed.prop(brief.name)
    layer.things[garment > 127] = thing
    _details(layer, garment, colour, width, height, brief, rng)
    _chest(layer, brief, printed, width, height, logo, large, rng)
    layer.ids[garment < 128] = 0
    h, w = layer.ids.shape
    folds = (
        waves(w, h, float(rng.uniform(0.15, 0.6)), rng)
        if rng.random() < 0.5
        else crumple(w, h, float(rng.uniform(0.2, 0.9)), rng)
    )
    layer = shaded(layer, folds)
    round_body = (1.08 - 0.5 * (np.linspace(-1, 1, w) ** 4)).astype(np.float32)
    layer.rgba[..., :3] = np.clip(layer.rgba[..., :3] * round_body[None, :, None], 0, 255).astype(np.uint8)
    top = sheet.ids.shape[0] - h
    sheet.lay(layer.rgba, 0, top)
    sheet.ids[top:], sheet.things[top:] = layer.ids, layer.things
    return sheet


def _shirt_colour(brief: Brief, rng: Rng) -> Colour:
    if brief.marks and rng.random() < 0.55:
        return varied(brief.marks[0].ground, rng, 12)
    return cloth(rng)


def _head(sheet: Sheet, tone: Colour, width: float, head: float, rng: Rng) -> None:
    cx, r = width / 2 + rng.normal(0, 0.01) * width, head * 0.36
    cv2.rectangle(
        sheet.rgba,
        (int(cx - r * 0.5), int(head * 0.6)),
        (int(cx + r * 0.5), int(head * 1.2)),
        (*tuple_darker(tone, 0.85), 255),
        -1,
    )
    dark = varied((28, 24, 24), rng, 8) if rng.random() < 0.7 else cloth(rng)
    cv2.ellipse(
        sheet.rgba,
        (int(cx), int(head * 0.44)),
        (max(int(r * 1.08), 1), max(int(r * 1.25), 1)),
        0,
        0,
        360,
        (*dark, 255),
        -1,
        cv2.LINE_AA,
    )
    if rng.random() < 0.8:
        cv2.ellipse(
            sheet.rgba,
            (int(cx), int(head * 0.52)),
            (max(int(r), 1), max(int(r * 1.2), 1)),
            0,
            0,
            360,
            (*tone, 255),
            -1,
            cv2.LINE_AA,
        )
        for s in (-1, 1):
            cv2.circle(
                sheet.rgba,
                (int(cx + s * 0.38 * r), int(head * 0.48)),
                max(int(r * 0.1), 1),
                (30, 22, 20, 255),
                -1,
                cv2.LINE_AA,
            )


def _details(layer: Sheet, garment: U8, colour: Colour, width: float, height: float, brief: Brief, rng: Rng) -> None:
    """Batik, stripes, collar, buttons, an open vest, a lanyard."""
    kind = rng.random()
    dark = tuple_darker(colour, 0.7)
    inside = garment > 127
    if kind < 0.2 and not brief.campaign:  # batik
        n = rng.uniform(8, 18)
        pattern = smooth(garment.shape[1], garment.shape[0], n, n, rng)
        layer.rgba[inside & (np.abs(pattern) < 0.35), :3] = varied((225, 205, 150), rng, 20)
    elif kind < 0.35:
        band = np.zeros_like(garment)
        y = int(height * rng.uniform(0.2, 0.6))
        band[y : y + int(height * rng.uniform(0.05, 0.25))] = 255
        layer.rgba[inside & (band > 0), :3] = cloth(rng)
    elif kind < 0.5:  # sleeves of another colour
        side = np.zeros_like(garment)
        side[:, : int(0.23 * width)] = side[:, int(0.77 * width) :] = 255
        layer.rgba[inside & (side > 0), :3] = cloth(rng)
    middle = int(width / 2)
    if rng.random() < 0.5:  # collar and buttons
        for s in (-1, 1):
            points = np.array([[0.5, 0.14], [0.5 + s * 0.15, 0.01], [0.5 + s * 0.17, 0.1]])
            _fill(layer.rgba, points, tuple_darker(colour, 0.88), width)
        cv2.line(
            layer.rgba,
            (middle, int(0.13 * width)),
            (middle, int(height)),
            (*dark, 255),
            max(1, int(width / 120)),
            cv2.LINE_AA,
        )
    else:
        cv2.ellipse(
            layer.rgba,
            (middle, int(0.02 * width)),
            (max(int(0.13 * width), 1), max(int(0.07 * width), 1)),
            0,
            0,
            180,
            (*dark, 255),
            max(1, int(width / 60)),
            cv2.LINE_AA,
        )
    if rng.random() < 0.2:  # an open vest over something else
        under = cloth(rng)
        _fill(layer.rgba, np.array([[0.42, 0.02], [0.58, 0.02], [0.56, 1.2], [0.44, 1.2]]), under, width)
    layer.rgba[..., 3] = np.maximum(layer.rgba[..., 3], garment)


def _chest(
    layer: Sheet, brief: Brief, printed: Printed, width: float, height: float, logo: float, large: bool, rng: Rng
) -> None:
    if large or (brief.campaign and rng.random() < 0.15) or (not brief.campaign and rng.random() < 0.2):
        if brief.marks:
            mark = brief.marks[0]
            layer.show(mark, (width * 0.5, height * rng.uniform(0.3, 0.5)), logo, printed.mark(mark), rng)
        elif not brief.campaign:
            number = word_mask(str(int(rng.integers(1, 100))), max(int(width * 0.25), 4), 0)
            layer.write(number, (width - number.shape[1]) / 2, height * 0.3, ink_on(_colour(layer), rng))
        words = CAMPAIGN if brief.campaign else OFFICE
        mask = word_mask(words[int(rng.integers(len(words)))], max(int(width * 0.06), 3), int(rng.integers(0, 4)))[
            :, : int(width * 0.5)
        ]
        layer.write(mask, (width - mask.shape[1]) / 2, height * 0.68, ink_on(varied(cloth(rng), rng, 2), rng))
        return
    places: list[tuple[float, float]] = [(0.65, 0.3), (0.35, 0.3), (0.1, 0.33), (0.9, 0.33)]
    order = [0, 1, 2, 3] if rng.random() < 0.75 else [1, 0, 3, 2]
    for index, mark in zip(order, brief.marks, strict=False):
        x, y = places[index]
        at = (width * (x + rng.normal(0, 0.015)), height * (y + rng.normal(0, 0.02)))
        size = logo if index < 2 else logo * 0.8
        layer.show(mark, at, size, printed.mark(mark), rng)
    if rng.random() < 0.4:
        mask = word_mask(CAMPAIGN[int(rng.integers(len(CAMPAIGN)))][:9], max(int(width * 0.03), 3), 1)
        layer.write(mask, width * 0.29, height * 0.24, ink_on(_colour(layer), rng))


def cap(brief: Brief, printed: Printed, rng: Rng) -> Sheet:
    """A head with a cap that carries a mark on its front."""
    width = min(brief.logo * rng.uniform(2.2, 3.4), 360)
    colour, tone = _shirt_colour(brief, rng), skin(rng)
    sheet = Sheet.blank(width, width * 1.25, None)
    cv2.ellipse(
        sheet.rgba,
        (int(width / 2), int(width * 0.75)),
        (int(width * 0.38), int(width * 0.48)),
        0,
        0,
        360,
        (*tone, 255),
        -1,
        cv2.LINE_AA,
    )
    worn = np.zeros(sheet.ids.shape, np.uint8)
    cv2.ellipse(
        worn,
        (int(width / 2), int(width * 0.5)),
        (int(width * 0.44), int(width * 0.44)),
        0,
        180,
        360,
        255,
        -1,
        cv2.LINE_AA,
    )
    cv2.ellipse(
        worn,
        (int(width / 2), int(width * 0.52)),
        (int(width * 0.42), int(width * 0.13)),
        0,
        0,
        360,
        255,
        -1,
        cv2.LINE_AA,
    )
    sheet.rgba[worn > 127] = (*colour, 255)
    cv2.ellipse(
        sheet.rgba,
        (int(width / 2), int(width * 0.56)),
        (int(width * 0.42), int(width * 0.1)),
        0,
        0,
        360,
        (*tuple_darker(colour, 0.8), 255),
        -1,
        cv2.LINE_AA,
    )
    sheet.things[worn > 127] = printed.prop(brief.name)
    if brief.marks:
        mark = brief.marks[0]
        sheet.show(mark, (width / 2, width * 0.3), min(brief.logo, width * 0.34), printed.mark(mark), rng)
    h, w = sheet.ids.shape
    return shaded(sheet, waves(w, h, 0.25, rng))


Maker = Callable[[Brief, Printed, Rng], Sheet]
