"""Where scenes take place and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.logos.artwork import Mark
from training.logos.fiction import fictional_mark
from training.logos.worn import Person

U8 = NDArray[np.uint8]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Library:
    """What scenes are made of: marks by class, photos of places, the people on them and their outlines (0 to 255)."""

    parties: Mapping[str, Sequence[Mark]]
    others: Mapping[str, Sequence[Mark]]
    places: Sequence[U8]
    people: Sequence[Person] = ()
    outlines: Sequence[U8] = ()

    def party(self, rng: Rng) -> Mark:
        """A printing of a party's mark, parties evenly."""
        names = list(self.parties)
        return any_rendering(self.parties[names[int(rng.integers(len(names)))]], rng)

    def of_one_party(self, rng: Rng) -> Library:
        """The same with the marks of one party only."""
        names = list(self.parties)
        name = names[int(rng.integers(len(names)))]
        return replace(self, parties={name: self.parties[name]})

    def other(self, rng: Rng) -> Mark:
        """An emblem of an office or club, or of nobody."""
        names = list(self.others)
        if not names or (len(names) > 1 and rng.random() < 0.25):
            return fictional_mark(rng)
        return any_rendering(self.others[names[int(rng.integers(len(names)))]], rng)


def any_rendering(marks: Sequence[Mark], rng: Rng) -> Mark:
    """A printing: renderings evenly, then the ways to print one."""
    sources = sorted({m.source for m in marks})
    source = sources[int(rng.integers(len(sources)))]
    same = [m for m in marks if m.source == source]
    return same[int(rng.integers(len(same)))]


def portraits(library: Library, rng: Rng) -> list[U8]:
    """Head and shoulders of someone on a photo."""
    if not library.people:
        return []
    person = library.people[int(rng.integers(len(library.people)))]
    x, y, w, h = person.head
    photo = library.places[person.photo]
    a, b = int(max(x - 0.8 * w, 0)), int(max(y - 0.5 * h, 0))
    return [photo[b : int(y + 2.2 * h), a : int(x + 1.8 * w)]]


def among_people(library: Library, side: int, size: float, chest: float, rng: Rng) -> tuple[U8, list[Person]]:
    """A square of a photo round someone's chest, so large that a mark there has `size` pixels, and everyone on it.

    The one in the middle comes first. `chest`: where the mark will be, in heads from its middle; 0 is a large print.
    """
    ratio = rng.uniform(0.4, 0.65) if chest else rng.uniform(0.9, 1.4)
    head = size / ratio
    fitting = [p for p in library.people if p.head[2] * 1.6 > head] or list(library.people)
    person = fitting[int(rng.integers(len(fitting)))]
    photo = library.places[person.photo]
    scale = head / person.head[2]
    x, y, w, h = person.head
    reach = side / scale
    shift = rng.uniform(-0.25, 0.25, 2) * reach if side > 4 * size else np.zeros(2)
    mirrored = rng.random() < 0.5
    left = x + w / 2 + (-chest if mirrored else chest) * w + shift[0] - reach / 2
    top = y + 1.8 * h + shift[1] - reach / 2
    move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    if scale < 0.6:
        photo = np.asarray(cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        move[:, :2] *= 2
    rgb = np.asarray(
        cv2.warpAffine(photo, move, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8
    )
    near = [
        p.moved(left, top, scale, side if mirrored else None)
        for p in library.people
        if p.photo == person.photo and p is not person
    ]
    inside = [
        p
        for p in near
        if 0 < p.head[0] < side and -p.head[3] * 2 < p.head[1] < side and 0.6 * head < p.head[2] < 1.7 * head
    ]
    first = person.moved(left, top, scale, side if mirrored else None)
    return np.ascontiguousarray(rgb[:, ::-1] if mirrored else rgb), [first, *inside]


def place(library: Library, side: int, rng: Rng) -> U8:
    """A random square of a random photo at a random scale; plain drawn ground where there are no photos."""
    if not library.places or rng.random() < 0.06:
        return drawn_place(side, rng)
    photo = library.places[int(rng.integers(len(library.places)))]
    least = min(photo.shape[:2])
    wanted = int(np.clip(side * np.exp(rng.uniform(np.log(0.5), np.log(2.6))), 64, least))
    y, x = int(rng.integers(0, photo.shape[0] - wanted + 1)), int(rng.integers(0, photo.shape[1] - wanted + 1))
    part = photo[y : y + wanted, x : x + wanted]
    how = cv2.INTER_AREA if wanted > side else cv2.INTER_LINEAR
    part = np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)
    return np.ascontiguousarray(part[:, ::-1] if rng.random() < 0.5 else part, dtype=np.uint8)


def drawn_place(side: int, rng: Rng) -> U8:
    """A wall, a sky over ground, or blurred shapes."""
    first, second = rng.uniform(40, 240, 3), rng.uniform(40, 240, 3)
    ramp = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    out = np.repeat(first * (1 - ramp) + second * ramp, side, axis=1).astype(np.uint8)
    for _ in range(int(rng.integers(0, 9))):
        colour = tuple(int(v) for v in rng.integers(20, 240, 3))
        x, y = (int(v) for v in rng.integers(0, side, 2))
        if rng.random() < 0.5:
            cv2.rectangle(out, (x, y), (x + int(rng.integers(10, side)), y + int(rng.integers(10, side))), colour, -1)
        else:
            cv2.circle(out, (x, y), int(rng.integers(6, max(side // 5, 8))), colour, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), rng.uniform(0.5, 4)), np.uint8)
