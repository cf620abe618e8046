"""Faces to learn from: heads with five points, and aligned crops with what the teachers say of them.

    python -m training.face_data heads [--drawn DIR]    # runs/faces/heads.npz
    python -m training.face_data pool [--count 60000]   # runs/faces/pool.npy and targets.npy; goes on where it ended

Heads are where the people pass sees them in train-side photos; YuNet shows their points, or that there is no face. The
pool holds aligned crops (faces/ilfw without the people of labels/faces_held_out.txt, faces of the photos) and mixtures
of two of them: a teacher has an opinion of a face that nobody has. Nothing of it leaves runs/.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.boxes import square
from poseguard.faces.align import SIDE
from poseguard.people.search import PeopleSearch
from poseguard.reading.read import read_photo
from training.face_teachers import TEMPLATE, Faces, Floats, Teachers, YuNet
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
_CHUNK = 256
_UNBENT = 32_000
"""Rows of the pool after which mixtures are bent as well."""


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


def mixtures(faces: Faces, count: int, rng: np.random.Generator) -> Iterator[Faces]:
    """Faces as they are, then two laid over each other, or the lower half of one under another; at last bent ones."""
    yield from faces
    fade = np.clip((np.arange(SIDE, dtype=np.float32) - 56) / 16 + 0.5, 0, 1)[:, None, None]
    for n in range(len(faces), count):
        one, two = faces[rng.integers(len(faces), size=2)].astype(np.float32)
        if rng.random() < 0.5:
            two = two[:, ::-1]
        if rng.random() < 0.3:
            part = fade if rng.random() < 0.5 else 1 - fade
            mixed = one * part + two * (1 - part)
        else:
            mixed = one + (two - one) * rng.uniform(0.15, 0.5)
        out = np.asarray((mixed * rng.uniform(0.75, 1.15)).clip(0, 255), np.uint8)
        yield out if n < _UNBENT else _bent(out, rng)


def _bent(face: Faces, rng: np.random.Generator) -> Faces:
    """A longer nose, narrower eyes: every part is moved by a few pixels of its own."""
    moves = cv2.resize(rng.normal(0, 2.5, (5, 5, 2)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    bent = cv2.remap(face, x + moves[..., 0], y + moves[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8)


@lru_cache(maxsize=1)
def _teachers() -> Teachers:
    cv2.setNumThreads(1)
    return Teachers()


def _said(faces: Faces) -> tuple[Faces, Floats]:
    return faces, _teachers().both(faces)


def pool(count: int, jobs: int) -> None:
    """Writes pool.npy (N × 112 × 112 × 3) and targets.npy (N × 384, float16)."""
    rng = np.random.default_rng(31)
    paths = ilfw() + ilfw(masked=True)
    faces = np.concatenate([np.stack([read(p) for p in paths]), np.load(OUT / "aligned.npy")])
    total, done = max(count, len(faces)), 0
    store = _grown("pool.npy", np.uint8, (total, SIDE, SIDE, 3))
    targets = _grown("targets.npy", np.float16, (total, 384))
    while done < total and targets[done].any():
        done += 1
    rest = islice(mixtures(faces, total, rng), done, None)
    with Pool(jobs) as workers:
        for some, said in workers.imap(_said, _chunks(rest)):
            rows = slice(done, done + len(some))
            store[rows], targets[rows] = some, said
            done += len(some)
            print(f"{done} of {total}", file=sys.stderr)


def _grown(name: str, kind: type[np.generic], shape: tuple[int, ...]) -> NDArray[np.generic]:
    """The file with room for `shape`: what an earlier, shorter run wrote stays in front."""
    path, new = OUT / name, OUT / f"new_{name}"
    out = np.lib.format.open_memmap(new, "w+", kind, shape)
    if path.exists():
        earlier = np.load(path, mmap_mode="r")[: shape[0]]
        for k in range(0, len(earlier), 1000):
            part = earlier[k : k + 1000]
            out[k : k + len(part)] = part
    new.replace(path)
    return out


def _chunks(faces: Iterator[Faces]) -> Iterator[Faces]:
    while some := list(islice(faces, _CHUNK)):
        yield np.stack(some)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("heads", "pool"))
    parser.add_argument("--drawn", type=Path, help="folder of `training.render.make faces`")
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    if args.what == "heads":
        heads(args.drawn)
    else:
        pool(args.count, args.jobs)


if __name__ == "__main__":
    main()
