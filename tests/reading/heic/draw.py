"""Draws the HEIC files beside it: pi-heif reads but does not write. `pip install pillow-heif`, then `python draw.py`.

Each shows red, green, blue and white quarters once upright; `orientation-N` stores them turned, with the turn in the
container (irot, imir) and, as phones do, in EXIF too; `exif-only-6` says it in EXIF alone.
"""

from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
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


def main() -> None:
    pillow_heif.register_heif_opener()
    upright = Image.new("RGB", (96, 64), "white")
    pen = ImageDraw.Draw(upright)
    pen.rectangle((0, 0, 47, 31), fill="red")
    pen.rectangle((48, 0, 95, 31), fill=(0, 255, 0))
    pen.rectangle((0, 32, 47, 63), fill="blue")
    for turn, method in STORED.items():
        stored = upright.transpose(method) if method is not None else upright
        exif = Image.Exif()
        exif[0x0112] = turn
        exif.get_ifd(0x8769)[0x9003] = "2024:10:15 08:30:00"
        # pillow-heif writes irot and imir for EXIF given as bytes, and EXIF alone for an Exif object.
        stored.save(HERE / f"orientation-{turn}.heic", quality=80, exif=exif.tobytes())
        if turn == 6:
            stored.save(HERE / "exif-only-6.heic", quality=80, exif=exif)


if __name__ == "__main__":
    main()
