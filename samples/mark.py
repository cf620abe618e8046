"""The mark of a party that does not exist, "Partai Contoh", and what it is printed on; an invented office's emblem.

A teal kite over orange waves in a hexagon: no party, agency or company that the project knows of has anything like it.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Colour = tuple[int, int, int]

TEAL, DEEP, ORANGE, PALE, PLUM = (18, 140, 136), (8, 88, 92), (240, 126, 34), (250, 246, 232), (94, 42, 96)
_OVER = 4


def party_mark(side: int) -> Picture:
    """RGBA, side × side, clear around the hexagon."""
    n = side * _OVER
    out = np.zeros((n, n, 4), np.uint8)
    corners = [(math.sin(k * math.pi / 3), -math.cos(k * math.pi / 3)) for k in range(6)]
    _fill(out, corners, 0.495, PLUM)
    _fill(out, corners, 0.45, PALE)
    inside = np.zeros((n, n), np.uint8)
    cv2.fillPoly(inside, [_at(corners, 0.45, n)], 255)
    x = np.linspace(0, 1, n, dtype=np.float32)
    for k, colour in enumerate((ORANGE, PALE, ORANGE, PALE, ORANGE)):
        top = (0.66 + 0.062 * k + 0.024 * np.sin(2 * math.pi * (1.6 * x + 0.21 * k))) * n
        below = np.arange(n, dtype=np.float32)[:, None] > top[None]
        out[below & (inside > 0), :3] = colour
    kite = [(0.04, -0.78), (0.5, -0.2), (0.04, 0.42), (-0.42, -0.2)]
    _fill(out, kite, 0.45, TEAL)
    _fill(out, [kite[0], kite[1], (0.04, -0.2)], 0.45, DEEP)
    _fill(out, [kite[2], kite[3], (0.04, -0.2)], 0.45, DEEP)
    tail = [(0.04, 0.42), (0.2, 0.5), (0.06, 0.58), (0.24, 0.66)]
    cv2.polylines(out, [_at(tail, 0.45, n)], False, (*PLUM, 255), max(n // 45, 1), cv2.LINE_AA)
    return np.asarray(cv2.resize(out, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def office_emblem(side: int) -> Picture:
    """RGBA, an office that does not exist: in a grey-green ring, steps under an arch."""
    n = side * _OVER
    out = np.zeros((n, n, 4), np.uint8)
    middle, green, sand, light = (n // 2, n // 2), (70, 96, 84), (196, 176, 120), (236, 238, 230)
    for share, colour in ((0.49, green), (0.43, sand), (0.41, green), (0.38, light)):
        cv2.circle(out, middle, int(share * n), (*colour, 255), -1, cv2.LINE_AA)
    cv2.ellipse(out, middle, (int(0.22 * n), int(0.24 * n)), 0, 180, 360, (*green, 255), n // 22, cv2.LINE_AA)
    for k, half in enumerate((0.26, 0.4, 0.54)):
        y = 0.14 + 0.19 * k
        step = [(-half, y), (half, y), (half, y + 0.12), (-half, y + 0.12)]
        _fill(out, step, 0.45, (118, 140, 160))
    return np.asarray(cv2.resize(out, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def write(ground: Picture, text: str, x: int, y: int, height: int, colour: Colour) -> None:
    """A line of words onto the sheet, their middle at (x, y)."""
    picture = Image.fromarray(ground)
    ImageDraw.Draw(picture).text((x, y), text, (*colour, 255), ImageFont.load_default(height), anchor="mm")
    ground[:] = np.asarray(picture)


def _at(points: list[tuple[float, float]], scale: float, n: int) -> NDArray[np.int32]:
    return np.round(np.array(points) * scale * n + n / 2).astype(np.int32)


def _fill(out: Picture, points: list[tuple[float, float]], scale: float, colour: Colour) -> None:
    cv2.fillPoly(out, [_at(points, scale, out.shape[0])], (*colour, 255), cv2.LINE_AA)


def sheet(width: int, height: int, colour: Colour, stripe: Colour | None = None, at: float = 0.86) -> Picture:
    """RGBA cloth or vinyl of one colour, opaque, with a stripe along its lower side."""
    out = np.full((height, width, 4), (*colour, 255), np.uint8)
    if stripe is not None:
        out[int(at * height) : int((at + 0.07) * height), :, :3] = stripe
    return out


def print_on(ground: Picture, mark: Picture, x: int, y: int) -> None:
    """The mark onto the sheet, its upper left corner at (x, y)."""
    height, width = mark.shape[:2]
    view = ground[y : y + height, x : x + width]
    share = mark[..., 3:].astype(np.float32) / 255
    view[..., :3] = (view[..., :3] * (1 - share) + mark[..., :3] * share).astype(np.uint8)


def waving(cloth: Picture, depth: float, waves: float, phase: float) -> Picture:
    """Cloth on a pole at its left: waves grow away from it, and light falls on their slopes."""
    height, width = cloth.shape[:2]
    room = int(depth * height) + 2
    y, x = np.mgrid[-room : height + room, 0:width].astype(np.float32)
    along = x / width
    turn = 2 * math.pi * waves * along + phase + 0.5 * y / height
    moved = y + depth * height * np.sqrt(along) * np.sin(turn)
    out = cv2.remap(cloth, x, moved, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0, 0))
    shade = 1 - 0.24 * np.sqrt(along) * np.cos(turn + 0.4)
    return np.dstack([np.clip(out[..., :3] * shade[..., None], 0, 255), out[..., 3]]).astype(np.uint8)


def place(rgb: Floats, thing: Picture, corners: list[tuple[float, float]], light: float = 1.0) -> None:
    """The RGBA thing onto the picture (0 to 255), its corners (from the upper left, clockwise) at `corners`."""
    height, width = thing.shape[:2]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    zoom = math.sqrt(cv2.contourArea(np.array(corners, np.float32)) / (width * height))
    if zoom < 0.7:
        thing = np.asarray(cv2.GaussianBlur(thing, (0, 0), 0.35 / zoom), np.uint8)
    size = (rgb.shape[1], rgb.shape[0])
    solid = thing.astype(np.float32)
    solid[..., :3] *= solid[..., 3:] / 255 * light
    warped = cv2.warpPerspective(solid, matrix, size, flags=cv2.INTER_LINEAR)
    rgb[:] = np.clip(rgb * (1 - warped[..., 3:] / 255) + warped[..., :3], 0, 255)


def campaign(rgb: Floats) -> None:
    """A garden with a flag and a banner of Partai Contoh."""
    cloth = sheet(420, 280, (244, 240, 226), ORANGE)
    print_on(cloth, party_mark(190), 115, 30)
    flag = waving(cloth, 0.1, 1.4, 0.6)
    cv2.line(rgb, (96, 70), (112, 900), (168, 164, 158), 11, cv2.LINE_AA)
    place(rgb, flag, [(100, 60), (392, 96), (398, 330), (104, 306)])
    banner = sheet(720, 300, TEAL, ORANGE, 0.9)
    print_on(banner, party_mark(210), 36, 40)
    write(banner, "PARTAI CONTOH", 480, 110, 58, PALE)
    write(banner, "Layang-layang untuk semua", 480, 190, 30, PALE)
    for x in (742, 1196):
        cv2.line(rgb, (x, 150), (x, 900), (120, 92, 62), 13, cv2.LINE_AA)
    place(rgb, waving(banner, 0.02, 2.3, 0.0), [(744, 196), (1196, 150), (1196, 366), (744, 392)], 0.95)


def office(rgb: Floats) -> None:
    """A wall with the banner of an office that does not exist, and its emblem on a board."""
    banner = sheet(900, 260, (226, 230, 222), (118, 140, 160), 0.88)
    print_on(banner, office_emblem(170), 30, 34)
    write(banner, "KANTOR CONTOH", 540, 90, 60, (50, 76, 64))
    write(banner, "Rapat koordinasi pelayanan", 540, 164, 38, (80, 90, 96))
    place(rgb, banner, [(210, 40), (1030, 52), (1030, 286), (210, 280)], 0.96)
    board = sheet(200, 220, (150, 116, 78))
    print_on(board, office_emblem(160), 20, 30)
    place(rgb, board, [(1090, 120), (1200, 112), (1200, 240), (1090, 244)], 0.9)
