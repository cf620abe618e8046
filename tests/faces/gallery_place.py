"""A place to fill galleries in: painted photos, and the command as a user types it.

Heads are found by their colour in place of the people network; everything after that is ONNX, if tiny.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from face_graphs import weights_folder
from PIL import Image

from poseguard.cli import gallery, main
from poseguard.people.types import Found, People
from poseguard.reading.photo import ReadPhoto

# Three looks each of two people, as alike as photos of one person are.
BUDI = ((24, 110, 79), (109, 114, 56), (33, 251, 12))
SITI = ((188, 203, 169), (145, 243, 81), (252, 175, 77))
# Another picture of hers.
LIKE_SITI = (195, 207, 109)
MASKED, BACK, TURNED = (60, 200, 220), (20, 10, 30), (255, 200, 0)
Colour = tuple[int, int, int]
SOURCE = ("--source", "https://kpu.example/calon")
WHO = ("--id", "budi", "--name", "Budi Contoh", "--election", "pilkada-2024")


class ByColour:
    """The people pass: a head wherever something stands out from white."""

    def find(self, photo: ReadPhoto) -> People:
        assert photo.pixels is not None
        plain = (photo.pixels >= 250).all(2)
        _, _, rows, _ = cv2.connectedComponentsWithStats((~plain).astype(np.uint8))
        heads = (head(*(float(v) for v in row[:4]), scale=photo.scale) for row in rows[1:] if row[4] > 600)
        return People((), tuple(heads), (), ())


def head(x: float, y: float, width: float, height: float, *, scale: float) -> Found:
    """What is painted goes a third beyond the head on every side."""
    share = 1 / 5
    box = (x + share * width, y + share * height, width * (1 - 2 * share), height * (1 - 2 * share))
    return Found((box[0] / scale, box[1] / scale, box[2] / scale, box[3] / scale), 0.9)


def photo(path: Path, *faces: tuple[Colour, int], seed: int = 0) -> Path:
    """Faces of a colour and a size of the head in pixels, side by side on white, each with a texture of its own."""
    rng = np.random.default_rng([seed, *(v for colour, _ in faces for v in colour)])
    canvas = np.full((440, 60 + sum(round(side / 0.6) + 40 for _, side in faces), 3), 255, np.uint8)
    left = 40
    for colour, side in faces:
        whole = round(side / 0.6)
        grain = rng.integers(-12, 13, (14, 14, 1)).repeat(3, 2).astype(np.float32)
        patch = cv2.resize(grain - grain.mean(), (whole, whole), interpolation=cv2.INTER_CUBIC) + colour
        canvas[20 : 20 + whole, left : left + whole] = np.clip(patch, 0, 249)
        left += whole + 40
    Image.fromarray(canvas).save(path)
    return path


def workplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder with the tiny networks in it and an empty gallery, `g.faces`."""
    monkeypatch.setattr(gallery, "load_people", lambda folder, lang: ByColour())
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    weights_folder(tmp_path / "w")
    assert run("create", "g.faces", "--weights", "w", "--note", "uji") == 0
    return tmp_path


def run(*args: str | Path, lang: str = "en") -> int:
    return main(["gallery", *map(str, args), "--lang", lang])


def looks(name: str, colours: Sequence[Colour], side: int = 120) -> list[Path]:
    return [photo(Path(f"{name}{k}.png"), (colour, side)) for k, colour in enumerate(colours)]


def add(*args: str | Path, lang: str = "en", who: Sequence[str] = WHO) -> int:
    return run("add", "g.faces", *args, *who, *SOURCE, "--weights", "w", lang=lang)


def siti(*more: str | Path) -> int:
    return add(*looks("siti", SITI), *more, who=("--id", "siti", "--name", "Siti", "--election", "pilkada-2024"))


def gates(**changes: float) -> dict[str, float]:
    return {"least_px": 32, "blur": 0.0, "yaw": 0.8, "face": 0.5, "mask": 0.5} | changes
