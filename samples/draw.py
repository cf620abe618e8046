"""Draws every picture of this folder again: `python samples/draw.py [NAME ...]`.

What each must give is in expected.toml.

The pictures show nobody: they come from training/render/, from fixed seeds that no training picture uses.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent))

from samples.mark import campaign, office, party_mark  # noqa: E402
from samples.poster import poster  # noqa: E402
from training.render.backdrop import draw_backdrop  # noqa: E402
from training.render.face_people import draw_identity, nearest_tone  # noqa: E402
from training.render.faces import over, render_face  # noqa: E402
from training.render.figure import Looks  # noqa: E402
from training.render.scene import Person, Scene, render_scene  # noqa: E402

LOGO = "logo-partai-contoh.png"
# Training pictures start their seeds with other numbers (training/render/make.py).
SERIES = 500_000
TAKEN = "2024:10:12 09:30:00"
EXIF_TAKEN, EXIF_ORIENTATION, EXIF_IFD = 0x9003, 0x0112, 0x8769
KHAKI, NAVY, WHITE, MAROON = (178.0, 156.0, 112.0), (44.0, 62.0, 110.0), (232.0, 232.0, 228.0), (120.0, 44.0, 50.0)
BROWN, SAND, GREEN = (96.0, 62.0, 40.0), (196.0, 160.0, 104.0), (64.0, 100.0, 78.0)
BLACK = (30.0, 25.0, 22.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture: who stands where, and how it is stored. `orientation`: EXIF, 1 upright; `cut`: share of bytes kept.

    `behind`: what else stands or hangs in the place.
    """

    seed: int
    place: str
    people: tuple[Person, ...]
    size: tuple[int, int] = (1080, 810)
    orientation: int = 1
    cut: float | None = None
    taken: str | None = None
    behind: Callable[[NDArray[np.float32]], None] | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """Head and shoulders of somebody before a place; `identity`, `view`: seeds; `head`: pixels."""

    identity: int
    view: int
    place: str
    head: int = 250


def looks(
    tone: int,
    hair: str = "short",
    shirt: tuple[float, float, float] = KHAKI,
    pattern: str = "plain",
    second: tuple[float, float, float] = SAND,
    cloth: tuple[float, float, float] = BLACK,
    long_sleeves: bool = True,
) -> Looks:
    """What one of the drawn people wears; `tone` 0 (light) to 5 (dark)."""
    return Looks(tone, hair, cloth, shirt, second, pattern, long_sleeves, False, 1.0)


def alone(
    left: str, right: str, wears: Looks, head: float = 168, at: tuple[float, float] = (540, 255)
) -> tuple[Person, ...]:
    """One person, named by the hand on the picture's left and on its right."""
    return (Person(at, head, (left, right), wears),)


def group() -> tuple[Person, ...]:
    """Nine people in two rows, five of them with a thumb up."""
    back = [("like", "hidden"), ("rest", "rest"), ("hidden", "like"), ("clasped", "clasped")]
    front = [("rest", "hidden"), ("like", "rest"), ("hidden", "rest"), ("rest", "like"), ("like", "hidden")]
    wear = [
        looks(3, "peci", WHITE),
        looks(2, "hijab", MAROON, cloth=SAND),
        looks(4, "short", BROWN, "batik"),
        looks(1, "long", NAVY),
        looks(3, "hijab", KHAKI, cloth=KHAKI),
        looks(5, "short", NAVY, "batik", (120.0, 140.0, 190.0), long_sleeves=False),
        looks(2, "hijab", GREEN, "batik", (150.0, 180.0, 140.0), cloth=WHITE),
        looks(3, "short", WHITE, "jacket"),
        looks(0, "short", BROWN, "batik", long_sleeves=False),
    ]
    out = [Person((290 + 225 * i, 250.0), 72, pair, wear[i]) for i, pair in enumerate(back)]
    out += [Person((150 + 240 * i, 375.0), 76, pair, wear[4 + i]) for i, pair in enumerate(front)]
    return tuple(out)


def someone(
    identity: int, view: int, at: tuple[float, float], head: float, poses: tuple[str, str], wears: Looks
) -> Person:
    """A person with a face; `wears` takes on the face's tone."""
    tone = nearest_tone(draw_identity(identity))
    return Person(at, head, poses, replace(wears, tone=tone), (identity, view))


def with_candidate() -> tuple[Person, ...]:
    """Five people, three of them with two fingers up; the fourth from the left is the candidate."""
    return (
        someone(BYSTANDERS[0], 5, (160, 270), 96, ("rest", "hidden"), looks(0, "hijab", KHAKI)),
        someone(BYSTANDERS[1], 5, (390, 262), 98, ("peace", "rest"), looks(0, shirt=BROWN, pattern="batik")),
        someone(BYSTANDERS[2], 4, (615, 285), 95, ("rest", "rest"), looks(0, "hijab", MAROON)),
        someone(CANDIDATE, 4, (845, 268), 98, ("hidden", "peace"), looks(0, shirt=WHITE)),
        someone(BYSTANDERS[3], 5, (1085, 272), 97, ("rest", "peace"), looks(0, shirt=NAVY)),
    )


# Seeds of invented people. To MobileFaceNet the candidate's views are alike (cosine 0.8) and no bystander's is (0.3).
CANDIDATE = 27
BYSTANDERS = (11, 20, 8, 9)

PORTRAITS: dict[str, Portrait] = {
    "calon-contoh/potret-1.jpg": Portrait(CANDIDATE, 0, "hall"),
    "calon-contoh/potret-2.jpg": Portrait(CANDIDATE, 1, "office", 230),
    "calon-contoh/potret-3.jpg": Portrait(CANDIDATE, 2, "garden", 215),
}

SAMPLES: dict[str, Sample] = {
    "01-jempol.jpg": Sample(1, "office", alone("like", "rest", looks(3, "short")), taken=TAKEN),
    "02-dua-jari.jpg": Sample(
        102, "garden", alone("hidden", "peace", looks(2, "hijab", NAVY, cloth=SAND)), taken=TAKEN
    ),
    "03-kepal.jpg": Sample(1303, "office", alone("fist", "hidden", looks(4, "peci", BROWN, "batik"))),
    "04-telapak.jpg": Sample(4, "hall", alone("palm", "hidden", looks(1, "short", WHITE, "jacket"))),
    "05-metal.jpg": Sample(
        1005, "garden", alone("hidden", "rock", looks(3, "long", NAVY, "batik", (110.0, 140.0, 190.0)))
    ),
    "06-hati-korea.jpg": Sample(106, "hall", alone("finger_heart", "rest", looks(2, "hijab", MAROON, cloth=MAROON))),
    "07-telepon.jpg": Sample(7, "banner", alone("hidden", "call", looks(5, "short", WHITE))),
    "08-biasa.jpg": Sample(
        208,
        "office",
        (
            Person((330, 220), 120, ("clasped", "clasped"), looks(2, "hijab", KHAKI, cloth=KHAKI)),
            Person((740, 210), 124, ("rest", "rest"), looks(4, "short", BROWN, "batik")),
        ),
    ),
    "09-kantor-kosong.jpg": Sample(9, "office", ()),
    "10-rombongan.jpg": Sample(510, "banner", group(), size=(1240, 820)),
    "11-exif-putar.jpg": Sample(111, "office", alone("like", "hidden", looks(5, "short", KHAKI)), orientation=6),
    "12-exif-webp.webp": Sample(
        212, "hall", alone("hidden", "like", looks(1, "hijab", GREEN, cloth=WHITE)), orientation=3
    ),
    "13-terpotong.jpg": Sample(13, "garden", alone("rest", "rest", looks(3, "short", WHITE)), cut=0.6),
    "14-hati-dua-tangan.jpg": Sample(
        214, "garden", alone("hand_heart", "hand_heart", looks(2, "hijab", NAVY, cloth=NAVY))
    ),
    "15-bendera-contoh.jpg": Sample(
        15,
        "garden",
        alone("rest", "hidden", looks(3, "short", WHITE), head=132, at=(560, 300)),
        size=(1240, 820),
        behind=campaign,
    ),
    "16-spanduk-kantor.jpg": Sample(
        16,
        "office",
        (
            Person((400, 400), 104, ("clasped", "clasped"), looks(2, "hijab", KHAKI, cloth=KHAKI)),
            Person((790, 390), 108, ("rest", "hidden"), looks(4, "short", BROWN, "batik")),
        ),
        size=(1240, 820),
        behind=office,
    ),
    "17-bersama-calon.jpg": Sample(17, "office", with_candidate(), size=(1240, 820)),
    "18-poster-calon.jpg": Sample(
        18,
        "garden",
        (
            someone(BYSTANDERS[1], 6, (700, 330), 112, ("rest", "hidden"), looks(0, shirt=NAVY)),
            someone(BYSTANDERS[0], 2, (960, 345), 108, ("clasped", "clasped"), looks(0, "hijab", GREEN)),
        ),
        size=(1240, 820),
        behind=lambda rgb: poster(rgb, CANDIDATE, 7),
    ),
}


def draw(name: str) -> Scene:
    """The scene of a sample, upright, with its truth. Raises KeyError for a name that is no sample."""
    one = SAMPLES[name]
    rng = np.random.default_rng(SERIES + one.seed)
    return render_scene(rng, one.people, size=one.size, place=one.place, behind=one.behind)


def portrait(name: str) -> NDArray[np.uint8]:
    """RGB of a candidate's photo. Raises KeyError for a name that is none."""
    one = PORTRAITS[name]
    face = render_face(one.identity, one.view, size=one.head)
    height, width = face.rgba.shape[:2]
    rng = np.random.default_rng([SERIES, one.identity, one.view])
    return over(face, draw_backdrop(one.place, width, height, rng))


def stored(name: str, scene: Scene) -> bytes:
    """The bytes of a sample: turned so that its EXIF orientation rights it, and cut where it is damaged."""
    one = SAMPLES[name]
    turns: dict[int, Callable[[Image.Image], Image.Image]] = {
        1: lambda im: im,
        3: lambda im: im.transpose(Image.Transpose.ROTATE_180),
        6: lambda im: im.transpose(Image.Transpose.ROTATE_90),
    }
    picture = turns[one.orientation](Image.fromarray(scene.rgb))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = one.orientation
    if one.taken:
        exif.get_ifd(EXIF_IFD)[EXIF_TAKEN] = one.taken
    out = io.BytesIO()
    picture.save(out, format="WEBP" if name.endswith(".webp") else "JPEG", quality=84, exif=exif)
    data = out.getvalue()
    return data[: int(len(data) * one.cut)] if one.cut else data


def main(names: list[str]) -> None:
    """Draw the named samples, or all."""
    for name in names or [*SAMPLES, *PORTRAITS, LOGO]:
        (ROOT / name).parent.mkdir(exist_ok=True)
        if name == LOGO:
            Image.fromarray(party_mark(512)).save(ROOT / name, optimize=True)
        elif name in PORTRAITS:
            Image.fromarray(portrait(name)).save(ROOT / name, quality=88)
        else:
            (ROOT / name).write_bytes(stored(name, draw(name)))
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
