"""Writes rendered training pictures. Ends where it was, if it is run again with the same folder.

python -m training.render.make hands DIR [--count 300]    # PNG with alpha; index.csv: file, pose, side, thumb,
                                                          #   x, y, w, h: the hand without its forearm
python -m training.render.make scenes DIR [--count 300]   # JPEG; index.csv: file, kind, x, y, w, h, pose
python -m training.render.make faces DIR [--count 300]    # JPEG; index.csv: file, identity, x, y, w, h of the head,
                                                          #   x0, y0 ... x4, y4: eyes, nose, mouth corners
"""

from __future__ import annotations

import argparse
import csv
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from training.render.backdrop import PLACES, draw_backdrop
from training.render.faces import over, render_face
from training.render.hand import POSES, render_hand
from training.render.scene import render_scene

# Poses of which real pictures are plenty: half as many are drawn.
PLENTY = ("peace", "palm", "other")
HANDS, SCENES, FACES = 1_000, 2_000, 3_000
# Identities of samples are below; four pictures each.
FIRST_IDENTITY, VIEWS_EACH = 100_000, 4
CROWDS = (1, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12)

HEADERS = {
    "hands": ("file", "pose", "side", "thumb", "x", "y", "w", "h"),
    "scenes": ("file", "kind", "x", "y", "w", "h", "pose"),
    "faces": ("file", "identity", "x", "y", "w", "h", *(f"{axis}{k}" for k in range(5) for axis in "xy")),
}

Row = Sequence[str | float]


def hands(folder: Path, count: int) -> Iterator[tuple[str, list[Row]]]:
    """One hand after another, all poses in turn, so that a run cut short is balanced."""
    for i in range(count):
        for pose in POSES:
            name = f"{pose}/{i:04d}.png"
            if (pose in PLENTY and i >= count // 2) or (folder / name).exists():
                continue
            drawn = render_hand(pose, size=160, rng=np.random.default_rng([HANDS, zlib.crc32(pose.encode()), i]))
            (folder / pose).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / name), cv2.cvtColor(drawn.rgba, cv2.COLOR_RGBA2BGRA))
            box = (round(v, 1) for v in drawn.box)
            yield name, [(name, pose, drawn.side, str(drawn.details.get("thumb", "")), *box)]


def scenes(folder: Path, count: int) -> Iterator[tuple[str, list[Row]]]:
    """One scene after another, of one person to a dozen."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        name = f"{i:04d}.jpg"
        if (folder / name).exists():
            continue
        rng = np.random.default_rng([SCENES, i])
        scene = render_scene(rng, int(rng.choice(CROWDS)))
        quality = int(rng.integers(70, 95))
        cv2.imwrite(str(folder / name), cv2.cvtColor(scene.rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
        boxes = [("body", box, "") for box in scene.bodies] + [("head", box, "") for box in scene.heads]
        boxes += [("hand", hand.box, hand.pose) for hand in scene.hands]
        yield name, [(name, kind, *(round(v, 1) for v in box), pose) for kind, box, pose in boxes]


def faces(folder: Path, count: int) -> Iterator[tuple[str, list[Row]]]:
    """One head and shoulders after another before a place, heads of 48 to 220 pixels."""
    for i in range(count):
        name = f"{i:04d}.jpg"
        if (folder / name).exists():
            continue
        rng = np.random.default_rng([FACES, i])
        identity = FIRST_IDENTITY + i // VIEWS_EACH
        face = render_face(identity, i % VIEWS_EACH, size=int(np.exp(rng.uniform(np.log(48), np.log(220)))))
        height, width = face.rgba.shape[:2]
        picture = over(face, draw_backdrop(str(rng.choice(PLACES)), width, height, rng))
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
        cv2.imwrite(str(folder / name), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
        yield name, [(name, str(identity), *(round(float(v), 1) for v in (*face.box, *face.points.ravel())))]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=tuple(HEADERS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.folder.mkdir(parents=True, exist_ok=True)
    index = args.folder / "index.csv"
    fresh = not index.exists()
    with index.open("a", newline="", buffering=1) as out:
        table = csv.writer(out)
        if fresh:
            table.writerow(HEADERS[args.what])
        make = {"hands": hands, "scenes": scenes, "faces": faces}[args.what]
        for _, rows in make(args.folder, args.count):
            table.writerows(rows)


if __name__ == "__main__":
    main()
