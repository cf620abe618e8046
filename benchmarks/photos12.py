"""Photos of 12 megapixels to time the scan on: small pictures enlarged, with a sensor's noise, as ordinary JPEGs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.scanning import scan
from benchmarks.truth import truth_sets
from poseguard.reading.read import read_photo
from poseguard.reading.sources import find

PIXELS = 12_000_000
_NOISE = 4.0  # of 255; without it an enlarged picture is a smaller, easier file than a camera's
_QUALITY = 92
FEW, DOZEN = range(1, 4), range(9, 16)


@dataclass(frozen=True, slots=True)
class Batch:
    """Photos of one kind. `people`: how many the scan sees on each."""

    name: str
    photos: tuple[Path, ...]
    people: tuple[int, ...]
    megabytes: float


def enlarged(source: Path, target: Path, seed: int) -> None:
    """Writes `source` with PIXELS pixels, upright. Raises ValueError where it cannot be read."""
    photo = read_photo(source, target=None)
    if photo.pixels is None:
        raise ValueError(f"{source}: {photo.problem}")
    height, width = photo.pixels.shape[:2]
    scale = math.sqrt(PIXELS / (height * width))
    big = cv2.resize(photo.pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(seed).normal(0, _NOISE, (*big.shape[:2], 1)).astype(np.float32)
    noisy = (big + noise).clip(0, 255).astype(np.uint8)
    if not cv2.imwrite(str(target), noisy[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]):
        raise ValueError(f"{target} cannot be written")


def candidates(samples: Path, shared: Path | None) -> list[Path]:
    """The project's own samples, and the labelled group photos where they are at hand."""
    found = [candidate.path for candidate in find([samples])]
    if shared is not None and (shared / "data").is_dir():
        sets = truth_sets(shared, "measure")
        found += [path for name in ("props", "wild") for path in sets[name].photos()]
    return found


def chosen(people: dict[Path, int], wanted: range, count: int) -> list[Path]:
    """Up to `count` photos, evenly over those with a wanted number of people; where none has, the nearest."""
    fit = [path for path, n in people.items() if n in wanted]
    if not fit:
        middle = wanted[len(wanted) // 2]
        nearest = min(abs(n - middle) for n in people.values())
        fit = [path for path, n in people.items() if abs(n - middle) == nearest]
    step = max(1, len(fit) // count)
    return fit[::step][:count]


def batches(sources: Sequence[Path], folder: Path, *, weights: Path | None, each: int) -> list[Batch]:
    """Photos of up to three people and of about a dozen, `each` of a kind, made in `folder`."""
    with TemporaryDirectory() as scratch:
        reports = scan(sources, Path(scratch), weights=weights, jobs=2, options=("--fail-on", "never"))
    people = {
        path: int(report["scene"]["people"])
        for path, report in zip(sources, reports, strict=True)
        if report["status"] == "ok" and report["scene"]["people"]
    }
    made = []
    for name, wanted in (("up to three people", FEW), ("groups of a dozen", DOZEN)):
        picked = chosen(people, wanted, each)
        photos = []
        for n, source in enumerate(picked):
            photos.append(folder / f"{name.replace(' ', '-')}-{n}.jpg")
            enlarged(source, photos[-1], seed=n)
        size = sum(photo.stat().st_size for photo in photos) / len(photos) / 1e6
        made.append(Batch(name, tuple(photos), tuple(people[source] for source in picked), size))
    return made
