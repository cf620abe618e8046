"""Where staged photos take place: a square of a group photo, the people on it and their outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.compose import MARGIN, SIDE
from training.logos.places import Library
from training.logos.worn import Person

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator
FULL = SIDE + 2 * MARGIN


@dataclass(frozen=True, slots=True)
class Stage:
    """A square of a photo with the people on it. `head`: height of a typical one.

    `outline`: H × W, 1 on people and outside the photo, 0 where things may hang.
    """

    rgb: U8
    outline: Floats
    people: Sequence[Person]
    head: float


def set_stage(library: Library, rng: Rng) -> Stage:
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
    left, top = x - FULL / 2 / zoom, y - FULL / 2 / zoom
    if zoom < 0.6:
        photo, outline = (
            np.asarray(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
            for p in (photo, outline)
        )
    scale = zoom * (2 if zoom < 0.6 else 1)
    move = np.array([[scale, 0, -left * zoom], [0, scale, -top * zoom]])
    size = (FULL, FULL)
    rgb = np.asarray(cv2.warpAffine(photo, move, size, flags=cv2.INTER_AREA, borderValue=(114, 114, 114)), np.uint8)
    # Nothing hangs outside the photo either.
    alpha = np.asarray(cv2.warpAffine(outline, move, size, flags=cv2.INTER_LINEAR, borderValue=255), np.float32) / 255
    mirrored = rng.random() < 0.5
    if mirrored:
        rgb, alpha = np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(alpha[:, ::-1])
    people = [p.moved(left, top, zoom, FULL if mirrored else None) for p in library.people if p.photo == first.photo]
    heads = [p.head[3] for p in people]
    return Stage(rgb, alpha, people, float(np.median(heads)))


def someone(stage: Stage, rng: Rng) -> Person:
    return stage.people[int(rng.integers(len(stage.people)))]
