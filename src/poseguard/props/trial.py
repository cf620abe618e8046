"""How an enrolled logo fares: on photos, and beside other marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poseguard.props.enrol import SIZES, drawn
from poseguard.props.gallery import NOBODY, WHITE, Embedder, Logo, LogoGallery, Measure, Recogniser, known, likeness
from poseguard.props.geometry import surroundings
from poseguard.props.marks import UNKNOWN
from poseguard.reading.photo import Pixels
from poseguard.results import Box

_CLOSEST_BOXES = 3
_SURE_OF_OTHER = 0.5


@dataclass(frozen=True, slots=True)
class Tried:
    """One photo. `boxes`: logo-like places; `best`: how the logo compares with the likeliest of them, at `box`.

    `named`: the code that this box gets, None where it gets none.
    """

    boxes: int
    box: Box
    best: Measure
    named: str | None


def tried(
    pixels: Pixels, boxes: Sequence[Box], logo: Logo, gallery: LogoGallery, recogniser: Recogniser, embedder: Embedder
) -> Tried:
    """The likeliest place of `logo`; where there are no boxes, the whole picture is one."""
    places = list(boxes) or [(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))]
    opinions = recogniser.opinions(pixels, places)
    looks = zip(places, opinions, embedder.embed(pixels, places), strict=True)
    order = sorted(looks, key=lambda one: -likeness(logo, one[2], max(one[0][2:])))
    out: list[Tried] = []
    for box, opinion, embedding in order[:_CLOSEST_BOXES]:
        found = gallery.measure(surroundings(pixels, box), embedding, known(opinion), all_of_them=True)
        best = next(one for one in found if one.logo.key == logo.key)
        match = gallery.judge(found)
        out.append(Tried(len(boxes), box, best, match.code if match else None))
    return max(out, key=lambda one: (one.named == logo.code, one.best.confidence))


@dataclass(frozen=True, slots=True)
class Alike:
    """A mark that `logo` is easily taken for. `enrolled`: it is in the same file, else the recogniser knows it.

    `share`: probability that it would be taken for it.
    """

    label: str
    enrolled: bool
    share: float


def too_like(logo: Logo, gallery: LogoGallery, recogniser: Recogniser, embedder: Embedder) -> tuple[Alike, ...]:
    """What the logo, seen large and straight, is too like to be told apart surely; the worst first."""
    size = SIZES[-1]
    found: dict[tuple[str, bool], float] = {}
    for picture in logo.pictures:
        pixels, box = drawn(picture, WHITE, size)
        (opinion,) = recogniser.opinions(pixels, [box])
        for label, share in known(opinion):
            if label not in (None, UNKNOWN, *NOBODY, logo.code) and share >= _SURE_OF_OTHER:
                found[label, False] = max(share, found.get((label, False), 0.0))
        crop, embedding = surroundings(pixels, box), embedder.embed(pixels, [box])[0]
        for one in gallery.measure(crop, embedding, all_of_them=True):
            other = one.logo.code
            if other != logo.code and one.confidence >= _SURE_OF_OTHER:
                found[other, True] = max(one.confidence, found.get((other, True), 0.0))
    alike = (Alike(label, enrolled, share) for (label, enrolled), share in found.items())
    return tuple(sorted(alike, key=lambda one: (-one.share, one.label)))
