"""What faces cost: a face by its steps, a photo with and without a gallery, and a search among ten thousand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.faces.engines import Bench, Floats
from benchmarks.faces.open_set import gallery_of
from benchmarks.figures import Target
from benchmarks.run import Measured
from benchmarks.truth import read_table
from poseguard.boxes import scaled
from poseguard.faces.align import aligned
from poseguard.faces.gallery import Matcher
from poseguard.faces.gallery_file import write_gallery
from poseguard.faces.networks import Networks
from poseguard.faces.search import LEAST_HEAD
from poseguard.people.search import PeopleSearch
from poseguard.reading.read import read_photo
from poseguard.rules.context import Given, build_context
from poseguard.scanner import Job, Scanner, Settings

ENTRIES, SEARCH_MS = 10_000, 5.0
PHOTOS, CANDIDATES, SEARCHES = 24, 100, 200
_KEPT = 3


def made_up(count: int, width: int, seed: int = 0) -> Floats:
    """`count` embeddings of nobody, of length one."""
    rows = np.random.default_rng(seed).standard_normal((count, width))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def searched(networks: Networks) -> dict[str, float]:
    """Wall milliseconds of one decision among ENTRIES made-up candidates of _KEPT photos: median, and one in twenty."""
    rows = made_up(_KEPT * ENTRIES, networks.embedder.width)
    used = list(np.arange(len(rows)).reshape(ENTRIES, _KEPT))
    matcher = Matcher(gallery_of(rows, used, networks.numbers.network), networks.numbers, lang="en")
    probes = made_up(SEARCHES, networks.embedder.width, seed=1)
    started = time.perf_counter()
    matcher.decide(probes[0])
    first = 1000 * (time.perf_counter() - started)
    times = []
    for probe in probes:
        started = time.perf_counter()
        matcher.decide(probe)
        times.append(1000 * (time.perf_counter() - started))
    return {"first": first, "median": float(np.median(times)), "slow": float(np.quantile(times, 0.95))}


def cpu_ms(work: Callable[[], object]) -> float:
    """Milliseconds of this process's CPU time."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def a_face(bench: Bench, photos: Sequence[Path]) -> dict[str, float]:
    """CPU milliseconds a head (points) and a face (align, embed), over the faces of these photos."""
    networks, search = bench.own.networks, PeopleSearch(bench.weights, lang="en")
    spent = dict.fromkeys(("points", "align", "embed"), 0.0)
    heads = faces = 0
    networks.embedder.embed(np.zeros((1, 112, 112, 3), np.uint8))
    for path in photos:
        photo = read_photo(path, lang="en")
        if photo.pixels is None:
            continue
        pixels = photo.pixels
        boxes = [scaled(one.box, photo.scale) for one in search.find(photo).heads if one.score >= LEAST_HEAD]
        found = networks.points.find(pixels, boxes)
        spent["points"] += cpu_ms(lambda pixels=pixels, boxes=boxes: networks.points.find(pixels, boxes))  # type: ignore[misc]
        seen = [one.points for one in found if one.face >= networks.numbers.gates.face]
        if not seen:
            continue
        crops = np.stack([aligned(pixels, points)[0] for points in seen])
        spent["align"] += cpu_ms(lambda pixels=pixels, seen=seen: [aligned(pixels, points) for points in seen])  # type: ignore[misc]
        spent["embed"] += cpu_ms(lambda crops=crops: networks.embedder.embed(crops))  # type: ignore[misc]
        heads, faces = heads + len(boxes), faces + len(seen)
    each = {"points": heads, "align": faces, "embed": faces}
    return {"heads": heads, "faces": faces, **{step: ms / max(each[step], 1) for step, ms in spent.items()}}


def a_photo(bench: Bench, photos: Sequence[Path]) -> dict[str, float]:
    """CPU milliseconds a photo of the whole scanner, without and with a gallery of CANDIDATES made-up people."""
    networks = bench.own.networks
    rows = made_up(_KEPT * CANDIDATES, networks.embedder.width)
    used = list(np.arange(len(rows)).reshape(CANDIDATES, _KEPT))
    with TemporaryDirectory(prefix="poseguard-faces-") as name:
        gallery = Path(name) / "made-up.faces"
        write_gallery(gallery, gallery_of(rows, used, networks.embedder.sha256), lang="en")
        plain = Settings(lang="en", weights=bench.weights)
        asked = Settings(
            lang="en", weights=bench.weights, gallery=gallery, purpose="measurement", embedder=bench.embedder
        )
        return {"without": _scanned(plain, photos), "with": _scanned(asked, photos)}


def _scanned(settings: Settings, photos: Sequence[Path]) -> float:
    scanner = Scanner(settings)
    given = Given(election="pilkada-2024", posted="2024-10-15", subject="pns")
    context = build_context(given, scanner.pack, "en")
    scanner.take(Job(photos[0], context))
    return sum(cpu_ms(lambda path=path: scanner.take(Job(path, context))) for path in photos) / len(photos)  # type: ignore[misc]


def face_time(measured: Measured, bench: Bench) -> None:
    """The section. CPU time, so that a busy machine counts little; the search also by the clock on the wall."""
    cv2.setNumThreads(1)
    rows = [r for r in read_table(bench.shared / "data/props/index.csv") if r["split"] == "measure"]
    shown = [r["file"] for r in rows if not r["file"].startswith(("negative/", "ballot/"))][:PHOTOS]
    photos = [bench.shared / "data/props" / file for file in shown]
    face, photo, search = a_face(bench, photos), a_photo(bench, photos), searched(bench.own.networks)
    more = photo["with"] / photo["without"] - 1
    measured.say(
        f"time, {len(photos)} campaign photos with {face['heads']:.0f} heads and {face['faces']:.0f} faces",
        f"CPU ms: points {face['points']:.2f} a head; align {face['align']:.2f}, embed {face['embed']:.2f} a face",
        f"CPU ms a photo: {photo['without']:.0f} without a gallery, {photo['with']:.0f} with one (+{100 * more:.0f} %)",
        f"a decision among {ENTRIES} candidates: median {search['median']:.2f} ms, one in twenty over "
        f"{search['slow']:.2f}, the first {search['first']:.0f}",
    )
    measured.targets.append(
        Target("face-time", f"ms a face, search among {ENTRIES}", search["median"], SEARCH_MS, SEARCHES, most=True)
    )
    measured.figures["face-time"] = {"face": face, "photo": photo, "more": more, "search": search}
