"""The faces room as a whole: tiny networks on painted heads, from pixels to evidence and a count of the others."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from face_graphs import embedder, embedding, points, weights_folder

from poseguard.errors import UsageError
from poseguard.faces.align import SIDE, TEMPLATE
from poseguard.faces.detector import FacesDetector
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto
from poseguard.faces.gallery_file import read_gallery, write_gallery
from poseguard.faces.networks import load
from poseguard.people.types import Found, People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Matching, PhotoInfo, Skipped, Status, plain
from poseguard.scanner import Scanner, Settings

# Heads by colour: two candidates, a stranger, a masked face, and the back of a head.
BUDI, SITI, STRANGER, MASKED, BACK = (60, 230, 30), (250, 240, 60), (128, 200, 150), (60, 200, 220), (20, 10, 30)
Colour = tuple[int, int, int]
Head = tuple[Colour, int, int, int]


def someone(key: str, colour: Colour, number: int | None, near: Colour) -> Candidate:
    """Three photos: the second is `colour` itself, the others lie to either side of it."""
    middle, side = embedding(*colour), embedding(*near)
    rows = np.stack([middle + 0.6 * side, middle, middle - 0.6 * side])
    rows = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    shown = tuple(GalleryPhoto(f"{number or 0:032x}{k:032x}", "KPU", "2024-09", 90.0) for k in range(3))
    return Candidate(key, key.title(), "pilkada-2024", "bupati", number, "pasangan-1", shown, rows)


def made(folder: Path, **changes: Any) -> tuple[Path, Path]:
    """Weights and a gallery of Budi and Siti that belongs to them."""
    weights = weights_folder(folder / "weights", **changes)
    network = load(weights, lang="en").embedder.sha256
    both = (someone("budi", BUDI, 1, (255, 0, 0)), someone("siti", SITI, None, (0, 255, 0)))
    write_gallery(folder / "kota.faces", Gallery(network, "2024-10-01", candidates=both), lang="en")
    return weights, folder / "kota.faces"


def room(folder: Path, show_possible: bool = False, **changes: Any) -> FacesDetector:
    weights, gallery = made(folder, **changes)
    return FacesDetector(weights, lang="en", gallery=gallery, purpose="uji", show_possible=show_possible)


def scene(*heads: Head, scale: float = 1.0, scores: Sequence[float] = ()) -> tuple[ReadPhoto, People]:
    """Heads painted on white, larger than their boxes, as colour, left, top, side in decoded pixels."""
    pixels = np.full((600, 900, 3), 255, np.uint8)
    for colour, x, y, side in heads:
        room = round(0.3 * side)
        pixels[max(0, y - room) : y + side + room, max(0, x - room) : x + side + room] = colour
    info = PhotoInfo("p.jpg", "0" * 64, round(900 / scale), round(600 / scale), "jpeg")
    found = tuple(
        Found((x / scale, y / scale, side / scale, side / scale), score)
        for (_, x, y, side), score in zip(heads, scores or [0.9] * len(heads), strict=True)
    )
    return ReadPhoto(info, Status.OK, None, pixels, scale), People((), found, (), ())


def counts(matching: Matching | None) -> tuple[int, int, int]:
    assert matching is not None
    return matching.compared, matching.named, matching.unnamed


def test_candidates_are_named_in_reading_order_and_others_only_counted(tmp_path: Path) -> None:
    detector = room(tmp_path)
    seen = detector.detect(*scene((SITI, 600, 40, 100), (STRANGER, 300, 40, 100), (BUDI, 80, 60, 120)))
    assert [(one.id, one.kind, one.label) for one in seen.evidence] == [
        ("face-1", "face", "budi"),
        ("face-2", "face", "siti"),
    ]
    gallery = read_gallery(tmp_path / "kota.faces", lang="en")
    assert seen.matching == Matching(gallery.sha256, "kota.faces", 2, "uji", 3, 2, 1, Skipped())
    budi, siti = seen.evidence
    x, y = TEMPLATE.mean(0) / SIDE * 120
    assert budi.box == pytest.approx((80 + x - 41.8, 60 + y - 41.8, 83.6, 83.6), abs=0.5)
    details = dict(budi.details)
    assert details.pop("score") == pytest.approx(1, abs=0.02) and 0 < details.pop("threshold") < 0.9
    assert details.pop("margin") > 0.05
    assert details == {
        "name": "Budi",
        "number": 1,
        "office": "bupati",
        "ticket": "pasangan-1",
        "election": "pilkada-2024",
        "second": "siti",
        "photo": gallery.candidates[0].photos[1].sha256,
        "photos": 3,
        "size_px": 84,
        "possible": False,
        "person": 3,
    }
    assert siti.details["number"] is None and siti.details["person"] == 1
    assert budi.confidence > 0.9


def test_a_poster_and_the_person_may_both_be_there(tmp_path: Path) -> None:
    seen = room(tmp_path).detect(*scene((BUDI, 80, 60, 120), (BUDI, 500, 60, 120)))
    assert [one.label for one in seen.evidence] == ["budi", "budi"]


def test_two_head_boxes_over_one_face_are_one_face(tmp_path: Path) -> None:
    seen = room(tmp_path).detect(*scene((BUDI, 80, 60, 120), (BUDI, 90, 66, 112)))
    assert counts(seen.matching) == (1, 1, 0)


def test_boxes_are_in_pixels_of_the_full_photo_but_the_gate_counts_decoded_ones(tmp_path: Path) -> None:
    detector = room(tmp_path)
    (told,) = detector.detect(*scene((BUDI, 80, 60, 120), scale=0.25)).evidence
    assert told.details["size_px"] == pytest.approx(4 * 84, abs=3) and told.box[2] == pytest.approx(4 * 84, abs=3)
    small = detector.detect(*scene((BUDI, 80, 60, 40), scale=0.25))
    assert small.evidence == () and small.matching is not None and small.matching.skipped == Skipped(small=1)


def test_faces_that_carry_no_name_are_counted_by_the_reason_why(tmp_path: Path) -> None:
    detector = room(tmp_path)
    seen = detector.detect(*scene((MASKED, 80, 60, 120), (BUDI, 300, 60, 38), (BACK, 600, 60, 120)))
    assert seen.evidence == () and seen.matching is not None
    assert counts(seen.matching) == (0, 0, 0)
    assert seen.matching.skipped == Skipped(small=1, masked=1)


def test_a_turned_head_goes_unnamed(tmp_path: Path) -> None:
    detector = room(tmp_path, points=points(nose_by_red=0.3))
    turned = detector.detect(*scene((BUDI, 80, 60, 120)))
    assert turned.matching is not None and turned.matching.skipped == Skipped()
    more = detector.detect(*scene((SITI, 80, 60, 120)))
    assert more.matching is not None and more.matching.skipped == Skipped(turned=1) and more.evidence == ()


def test_a_blurred_face_goes_unnamed(tmp_path: Path) -> None:
    gates = {"least_px": 32, "blur": 0.05, "yaw": 0.8, "face": 0.5, "mask": 0.5}
    detector = room(tmp_path, gates=gates)
    photo, people = scene((BUDI, 80, 60, 120), (BUDI, 500, 60, 120))
    assert photo.pixels is not None
    rng = np.random.default_rng(4)
    noise = rng.integers(-25, 25, (200, 200, 1))
    photo.pixels[20:220, 40:240] = (photo.pixels[20:220, 40:240] + noise).clip(0, 255)
    slope = np.linspace(-25, 25, 200)[None, :, None]
    photo.pixels[20:220, 460:660] = (photo.pixels[20:220, 460:660] + slope).clip(0, 255)
    seen = detector.detect(photo, people)
    assert [one.details["person"] for one in seen.evidence] == [1]
    assert seen.matching is not None and seen.matching.skipped == Skipped(blurred=1)


def test_a_head_that_is_hardly_one_is_not_looked_at(tmp_path: Path) -> None:
    seen = room(tmp_path).detect(*scene((BUDI, 80, 60, 120), (BUDI, 500, 60, 120), scores=(0.1, 0.25)))
    (told,) = seen.evidence
    assert told.details["person"] is None, "too unsure a head to count as a person"


def test_a_possible_face_is_shown_only_where_it_is_asked_for_and_is_never_named(tmp_path: Path) -> None:
    weights, path = made(tmp_path)
    photo, people = scene((BUDI, 80, 60, 120))
    gallery = read_gallery(path, lang="en")
    # Alone in the gallery, which counts as five: 3.7 standard scores of 0.2, and one picture three times.
    cosine = 3.7 * 0.2 + 0.05 - 0.02
    seen_one = embedding(*BUDI)
    off = embedding(255, 0, 255) - (embedding(255, 0, 255) @ seen_one) * seen_one
    row = cosine * seen_one + np.sqrt(1 - cosine**2) * off / np.linalg.norm(off)
    moved = replace(gallery.candidates[0], embeddings=np.asarray(np.stack([row] * 3), np.float32))
    write_gallery(path, replace(gallery, candidates=(moved,)), lang="en")
    for show in (False, True):
        detector = FacesDetector(weights, lang="en", gallery=path, purpose="uji", show_possible=show)
        seen = detector.detect(photo, people)
        assert counts(seen.matching) == (1, 0, 1)
        assert all(one.details["score"] < one.details["threshold"] for one in seen.evidence)
        assert [(one.label, one.details["possible"]) for one in seen.evidence] == ([("budi", True)] if show else [])


def test_a_photo_without_heads_says_that_matching_ran(tmp_path: Path) -> None:
    seen = room(tmp_path).detect(*scene())
    assert seen.evidence == () and counts(seen.matching) == (0, 0, 0)


def test_what_took_part_is_told(tmp_path: Path) -> None:
    detector = room(tmp_path)
    names = [one.name for one in detector.digests()]
    assert names == ["face_points", "face_embedder", "face_numbers", "gallery"]


@pytest.mark.parametrize("purpose", ["", "  ", "a\nb", "a\x1b[31m", "x" * 201])
def test_without_a_purpose_nothing_runs(tmp_path: Path, purpose: str) -> None:
    weights, gallery = made(tmp_path)
    with pytest.raises(UsageError, match="purpose") as told:
        FacesDetector(weights, lang="en", gallery=gallery, purpose=purpose)
    assert "--purpose" in told.value.remedy


def test_a_gallery_made_with_another_embedder_is_refused(tmp_path: Path) -> None:
    _, gallery = made(tmp_path)
    other = weights_folder(tmp_path / "other", embedder=embedder(grey=0.4))
    with pytest.raises(UsageError, match="another face network"):
        FacesDetector(other, lang="en", gallery=gallery, purpose="uji")


def kept_by_numpy() -> int:
    """Bytes of arrays that are alive and were made since tracing began."""
    gc.collect()
    ours = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([ours]).traces)


def test_nothing_of_a_face_outlives_the_photo(tmp_path: Path) -> None:
    detector = room(tmp_path)
    photo, people = scene((STRANGER, 80, 60, 120), (BUDI, 400, 60, 120))
    detector.detect(photo, people)
    tracemalloc.start()
    try:
        held = [embedding(*BUDI)]
        assert kept_by_numpy() >= held.pop().nbytes, "an embedding that is kept would be seen"
        before = kept_by_numpy()
        seen = detector.detect(photo, people)
        assert kept_by_numpy() == before
    finally:
        tracemalloc.stop()
    told = [plain(one) for one in seen.evidence]
    assert told and not any(isinstance(value, list) for one in told for value in one["details"].values())
    assert json.dumps([told, plain(seen.matching)])


def test_without_a_gallery_nothing_of_the_faces_room_is_loaded() -> None:
    code = (
        "import sys; from poseguard.scanner import Scanner, Settings; Scanner(Settings(props=False));"
        "print([m for m in sys.modules if m.startswith('poseguard.faces')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scan_with_a_gallery_says_so_and_one_without_does_not(tmp_path: Path) -> None:
    weights, gallery = made(tmp_path)
    photo = Path(__file__).parents[2] / "samples/10-rombongan.jpg"
    with_gallery = Scanner(Settings(lang="en", props=False, weights=weights, gallery=gallery, purpose="uji")).look(
        photo
    )
    without = Scanner(Settings(lang="en", props=False)).look(photo)
    assert with_gallery.matching is not None and without.matching is None
    assert (with_gallery.matching.name, with_gallery.matching.purpose) == ("kota.faces", "uji")
    assert [one.name for one in with_gallery.models if one.name not in {m.name for m in without.models}] == [
        "face_points",
        "face_embedder",
        "face_numbers",
        "gallery",
    ]
    assert without.to_json()["matching"] is None
    told = with_gallery.to_json()["matching"]
    assert told["gallery"] == read_gallery(gallery, lang="en").sha256
    assert told["compared"] == told["named"] + told["unnamed"]
    assert set(told["skipped"]) == {"small", "blurred", "turned", "masked"}
