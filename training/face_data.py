"""Faces to learn from: heads with five points, and aligned crops.

    python -m training.face_data [--drawn DIR]    # runs/faces/heads.npz and aligned.npy

Heads are where the people pass sees them in train-side photos; YuNet shows their points, or that there is no face.
Embedders learn from aligned crops (faces/ilfw without the people of labels/faces_held_out.txt, faces of the photos) and
from mixtures of two of them: a teacher has an opinion of a face that nobody has. Nothing of it leaves runs/.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from poseguard.boxes import square
from poseguard.faces.align import SIDE
from poseguard.people.search import PeopleSearch
from poseguard.reading.read import read_photo
from training.face_teachers import TEMPLATE, Faces, Floats, YuNet
from training.shared import DATA, ROOT, RUNS, group_photos, read, table

OUT = RUNS / "faces"
HEAD, ROOM = 112, 1.8
"""Side in pixels of a kept head crop, and how many times the head's longer side it is."""
FACE, NO_FACE = 0.7, 0.3
"""YuNet's score from which a head shows a face, and under which it shows none; what lies between is not used."""
LEAST_PX = 18
KNOWN_EYES = 8.0
# A raised fist is what is taken for a face most easily.
_HANDS = 3
_FADE = np.clip((np.arange(SIDE, dtype=np.float32) - 56) / 16 + 0.5, 0, 1)[:, None, None]


def held_out(what: str = "held_out") -> frozenset[str]:
    """People of faces/ilfw that no network has seen: figures come from `held_out`, thresholds from `fit`."""
    return frozenset((ROOT / f"training/labels/faces_{what}.txt").read_text().split())


def ilfw(*, masked: bool = False) -> list[Path]:
    """Aligned crops of the people to learn from."""
    out = held_out() | held_out("fit")
    paths = sorted((DATA / "faces/ilfw").glob("*/*"))
    return [p for p in paths if p.parent.name not in out and p.name.startswith("masked_") == masked]


def photos() -> list[Path]:
    """Train-side photos in which faces may be seen: groups, and close-ups of upper bodies."""
    close = [r for r in table(DATA / "hands/truth.csv") if r["split"] == "train"]
    wanted = [r for r in close if r["source"] == "hagrid_vlm336" or "many" in r["file"]]
    return group_photos("train") + [DATA / "hands" / r["file"] for r in wanted]


def seen_heads() -> Iterator[tuple[Faces, Floats, float, Faces | None]]:
    """Crop HEAD × HEAD, points as a share of it, YuNet's score, and the aligned crop where the face is large enough."""
    search, yunet = PeopleSearch(), YuNet()
    for n, path in enumerate(photos()):
        photo = read_photo(path)
        if photo.pixels is None:
            continue
        people = search.find(photo)
        for hand in [hand for hand in people.hands if hand.score > 0.4][:_HANDS]:
            box = tuple(v * photo.scale for v in hand.box)
            if max(box[2:]) >= LEAST_PX:
                yield square(photo.pixels, box, HEAD, ROOM), np.zeros((5, 2), np.float32), 0.0, None  # type: ignore[arg-type]
        for head in people.heads:
            x, y, w, h = (v * photo.scale for v in head.box)
            longest = max(w, h)
            if longest < LEAST_PX or head.score < 0.2:
                continue
            large = square(photo.pixels, (x, y, w, h), 224, ROOM)
            score, points = yunet.find(large)
            if NO_FACE < score < FACE:
                continue
            aligned = None
            if score >= FACE:
                scale = longest * ROOM / 224
                if np.linalg.norm(points[1] - points[0]) * scale > KNOWN_EYES:
                    aligned = align(large, points)
            crop = np.asarray(cv2.resize(large, (HEAD, HEAD), interpolation=cv2.INTER_AREA), np.uint8)
            yield crop, points / 224, score, aligned
        if n % 200 == 0:
            print(f"{n} photos", file=sys.stderr)


def align(pixels: Faces, points: Floats) -> Faces:
    """SIDE × SIDE, by the similarity that brings the points nearest to TEMPLATE."""
    matrix, _ = cv2.estimateAffinePartial2D(points, TEMPLATE, method=cv2.LMEDS)
    if matrix is None:
        matrix = cv2.getAffineTransform(points[:3], TEMPLATE[:3])
    return np.asarray(cv2.warpAffine(pixels, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def heads(drawn: Path | None) -> None:
    """Writes heads.npz: crops, points, face (1, 0), mask (1, 0, -1 not known), drawn ones last; aligned.npy."""
    crops, points, face, mask, aligned = [], [], [], [], []
    for crop, where, score, whole in seen_heads():
        crops.append(crop)
        points.append(where)
        face.append(score >= FACE)
        mask.append(-1)
        if whole is not None:
            aligned.append(whole)
    print(f"{len(crops)} heads, {sum(face)} with a face, {len(aligned)} aligned", file=sys.stderr)
    for covered in (False, True):
        for path in ilfw(masked=covered):
            crop, where = framed(read(path))
            crops.append(crop)
            points.append(where)
            face.append(True)
            mask.append(int(covered))
    if drawn is not None:
        for row in table(drawn / "index.csv"):
            values = [float(row[k]) for k in ("x", "y", "w", "h")]
            dots = np.array([[float(row[f"x{i}"]), float(row[f"y{i}"])] for i in range(5)], np.float32)
            length = ROOM * max(values[2:])
            low = np.array([values[0] + values[2] / 2, values[1] + values[3] / 2]) - length / 2
            crops.append(square(read(drawn / row["file"]), tuple(values), HEAD, ROOM))  # type: ignore[arg-type]
            points.append(((dots - low) / length).astype(np.float32))
            face.append(True)
            mask.append(0)
    rows = {"crops": np.stack(crops), "points": np.stack(points), "face": np.array(face), "mask": np.array(mask)}
    np.savez(OUT / "heads.npz", **rows)
    np.save(OUT / "aligned.npy", np.stack(aligned))


def framed(crop: Faces) -> tuple[Faces, Floats]:
    """An aligned crop as a head crop: its edges go on, as the head around it would; and its points."""
    side = round(SIDE * 0.78)
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    low = (HEAD - side) // 2 + 4
    rest = HEAD - side - low
    around = (HEAD - side) // 2
    out = cv2.copyMakeBorder(small, low, rest, around, HEAD - side - around, cv2.BORDER_REFLECT_101)
    return np.asarray(out, np.uint8), ((TEMPLATE * side / SIDE + (around, low)) / HEAD).astype(np.float32)


@lru_cache(maxsize=1)
def aligned_faces() -> Faces:
    """N × 112 × 112 × 3 to learn from: faces/ilfw, some of them with a mask, and faces of the photos."""
    paths = ilfw() + ilfw(masked=True)
    return np.concatenate([np.stack([read(p) for p in paths]), np.load(OUT / "aligned.npy")])


def mixture(faces: Faces, rng: np.random.Generator) -> Faces:
    """A face, or mostly two laid over each other, or the lower half of one under another; some of them bent."""
    one, two = faces[rng.integers(len(faces), size=2)].astype(np.float32)
    if rng.random() < 0.5:
        two = two[:, ::-1]
    kind = rng.random()
    if kind < 0.25:
        mixed = one
    elif kind < 0.5:
        share = _FADE if rng.random() < 0.5 else 1 - _FADE
        mixed = one * share + two * (1 - share)
    else:
        mixed = one + (two - one) * np.float32(rng.uniform(0.15, 0.5))
    out = np.asarray((mixed * np.float32(rng.uniform(0.75, 1.15))).clip(0, 255), np.uint8)
    return _bent(out, rng) if rng.random() < 0.25 else out


def _bent(face: Faces, rng: np.random.Generator) -> Faces:
    """A longer nose, narrower eyes: every part is moved by a few pixels of its own."""
    moves = cv2.resize(rng.normal(0, 2.5, (5, 5, 2)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    bent = cv2.remap(face, x + moves[..., 0], y + moves[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawn", type=Path, help="folder of `training.render.make faces`")
    OUT.mkdir(parents=True, exist_ok=True)
    heads(parser.parse_args().drawn)


if __name__ == "__main__":
    main()
