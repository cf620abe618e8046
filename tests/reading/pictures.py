"""A picture whose corners tell which way is up, stored in every way a camera might."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
CORNERS = {(0, 0): (255, 0, 0), (0, -1): (0, 255, 0), (-1, 0): (0, 0, 255), (-1, -1): (255, 255, 255)}


def draw_corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red, green, blue and white quarters, in reading order."""
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(255, 0, 0))
    pen.rectangle((width // 2, 0, width - 1, height // 2 - 1), fill=(0, 255, 0))
    pen.rectangle((0, height // 2, width // 2 - 1, height - 1), fill=(0, 0, 255))
    return image


def is_upright(pixels: NDArray[np.uint8] | None, tolerance: int = 40) -> bool:
    """Whether each quarter has its colour."""
    assert pixels is not None
    height, width = pixels.shape[:2]
    return all(
        np.abs(
            pixels[height // 4 if y == 0 else -height // 4, width // 4 if x == 0 else -width // 4].astype(int) - c
        ).max()
        <= tolerance
        for (y, x), c in CORNERS.items()
    )


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def scene(width: int = 400, height: int = 300) -> Image.Image:
    """Coloured squares with some noise, so that files have a body to cut."""
    rng = np.random.default_rng(7)
    blocks = rng.integers(0, 255, (height // 20, width // 20, 3))
    pixels = np.kron(blocks, np.ones((20, 20, 1))) + rng.integers(-8, 8, (height, width, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes a file and gives its path."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write
