"""The campaign poster of a candidate who does not exist."""

from __future__ import annotations

import cv2

from samples.mark import ORANGE, PALE, TEAL, Floats, party_mark, place, print_on, sheet, write
from training.render.faces import render_face


def poster(rgb: Floats, identity: int, view: int) -> None:
    """A board on two posts at the left, with the portrait of an identity."""
    board = sheet(480, 640, TEAL, ORANGE, 0.78)
    face = render_face(identity, view, size=270).rgba[:, 20:-13]
    print_on(board, face[: 498 - 30], 0, 30)
    board[499:, :, :3] = ORANGE
    board[510:, :, :3] = TEAL
    print_on(board, party_mark(100), 366, 16)
    write(board, "CALON CONTOH", 240, 556, 52, PALE)
    write(board, "Layang-layang untuk semua", 240, 606, 28, PALE)
    for x in (96, 452):
        cv2.line(rgb, (x, 120), (x, 900), (120, 92, 62), 13, cv2.LINE_AA)
    place(rgb, board, [(84, 96), (464, 120), (464, 600), (84, 616)], 0.97)
