"""What a run with a gallery leaves behind: every file is searched for embeddings and for faces that are not covered.

The command, the people network and the drawn samples are real; the two networks for faces are tiny and really look.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from face_graphs import _model, _node, points, weights_folder
from numpy.typing import NDArray

from poseguard.errors import ExitCode
from poseguard.faces.align import SIDE
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto
from poseguard.faces.gallery_file import write_gallery
from poseguard.faces.networks import load
from poseguard.faces.search import look
from poseguard.people.search import PeopleSearch
from poseguard.reading.read import read_photo
from poseguard.results import Box

SAMPLES = Path(__file__).parents[2] / "samples"
GROUP, THUMB = "10-rombongan.jpg", "01-jempol.jpg"
PURPOSE = "uji kerahasiaan"
LEFT = {".jsonl", ".csv", ".html", ".txt", ".jpg"}
"""Suffixes of what a run may leave: nothing that holds arrays."""
CONTEXT = ("--election", "pilkada-2024", "--posted", "2024-10-15", "--subject", "pns", "--lang", "en")
_NUMBERS_IN_A_ROW = re.compile(r"(?:-?\d+(?:\.\d+)?(?:e-?\d+)?[,;\s]+){15}-?\d+\.\d+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
_ARRAYS = (b"\x93NUMPY", b"PK\x03\x04", b"\x80\x04\x95")
_JPEG = b"\xff\xd8\xff"
# A gradient of the face that is still there, as correlation; 1 for the photo itself.
_FORGOTTEN, _SHOWN = 0.25, 0.9

Floats = NDArray[np.float32]


def small_picture() -> bytes:
    """An embedder whose 192 values are the face itself at 8 × 8."""
    nodes = [
        _node("AveragePool", ["faces"], ["small"], kernel_shape=[14, 14], strides=[14, 14]),
        _node("Flatten", ["small"], ["flat"]),
        _node("Sub", ["flat", "half"], ["wide"]),
        _node("LpNormalization", ["wide"], ["embedding"], axis=1, p=2),
    ]
    shapes = {"faces": ["n", 3, SIDE, SIDE]}, {"embedding": ["n", 192]}
    return _model(nodes, {"half": np.float32(0.5)}, *shapes, {})


@dataclass(frozen=True)
class Known:
    """A photo with the heads that the people pass finds in it, and every face's embedding."""

    pixels: NDArray[np.uint8]
    heads: tuple[Box, ...]
    embeddings: Floats


@dataclass(frozen=True)
class Run:
    """What one run left: in its folder, and in the user's own and temporary ones; what it said; rows of its JSON."""

    left: Path
    elsewhere: tuple[Path, ...]
    said: str
    rows: list[dict[str, Any]]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Known]:
    """By name of the sample."""
    networks = load(weights(tmp_path_factory.mktemp("look")), lang="en")
    search, found = PeopleSearch(lang="en"), {}
    for name in (GROUP, THUMB):
        photo = read_photo(SAMPLES / name, lang="en")
        assert photo.pixels is not None and photo.scale == 1
        heads = tuple(head.box for head in search.find(photo).heads)
        faces = look(networks, photo.pixels, heads)
        embeddings = networks.embedder.embed(np.stack([face.crop for face in faces]))
        found[name] = Known(photo.pixels, heads, embeddings)
    return found


def weights(folder: Path, **changes: Any) -> Path:
    gates = {"least_px": 16, "blur": 0.0, "yaw": 9.0, "face": 0.5, "mask": 0.5}
    told = {"width": 192, "mean": [0.0] * 192, "covariance_root": (np.eye(192) * 0.2).tolist(), "gates": gates}
    always, never = (0.0, 0.0, 0.0, 5.0), (0.0, 0.0, 0.0, -5.0)
    return weights_folder(folder, points=points(always, never), embedder=small_picture(), **(told | changes))


@pytest.fixture(scope="module")
def run(known: dict[str, Known], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Scan in every format with copies, and explain with one; one of the drawn faces is in the gallery."""
    return scanned(known, tmp_path_factory.mktemp("run"))


def scanned(known: dict[str, Known], folder: Path, *more: str) -> Run:
    enrolled, others = known[GROUP].embeddings[0], known[GROUP].embeddings[1:]
    # A threshold, z times .2 and .05 for having one photo only, half way from the next face to the enrolled one.
    z = float((1 + max(others @ enrolled)) / 2 - 0.05) / 0.2
    tail = {"z": [z, z + 1e-6], "log10_far": [-3.0, -9.0]}
    folder_of_weights = weights(folder / "weights", tail=tail)
    network = load(folder_of_weights, lang="en").embedder.sha256
    photo = GalleryPhoto("ab" * 32, "KPU", "2024-09-22", 90.0)
    siti = Candidate("siti", "Siti Contoh", "pilkada-2024", "wali kota", 2, "", (photo,), enrolled[None])
    write_gallery(folder / "kota.faces", Gallery(network, "2024-10-01", candidates=(siti,)), lang="en")
    left, home, temporary = (folder / name for name in ("left", "home", "tmp"))
    for one in (left, home, temporary):
        one.mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    env |= {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    env |= {name: str(home / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    gallery = ["--weights", folder_of_weights, "--gallery", folder / "kota.faces", "--purpose", PURPOSE, *more]
    outputs = [word for kind in ("jsonl", "csv", "html", "txt") for word in ("--output", f"r.{kind}")]
    photos = [SAMPLES / GROUP, SAMPLES / THUMB]
    said = ""
    for words in (
        ["scan", *photos, *outputs, "--annotate", "marked", "--jobs", "2"],
        ["explain", photos[0], "--annotate", "one.jpg", "--show-possible"],
    ):
        command = [sys.executable, "-m", "poseguard", *map(str, [*words, *CONTEXT, *gallery])]
        done = subprocess.run(command, cwd=left, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode in (ExitCode.CLEAN, ExitCode.FOUND), done.stderr
        said += done.stdout + done.stderr
    rows = [json.loads(line) for line in (left / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    (left / "said.txt").write_text(said, encoding="utf-8")
    return Run(left, (home, temporary), said, rows)


def leaks(data: bytes, embeddings: Floats) -> Iterator[str]:
    """Why bytes may hold an embedding: as an array, as text, or encoded."""
    if data.startswith(_JPEG):
        return
    yield from (f"array file {mark!r}" for mark in _ARRAYS if mark in data)
    text = data.decode("utf-8", "replace")
    if hit := _NUMBERS_IN_A_ROW.search(text):
        yield f"numbers in a row: {hit[0][:60]}"
    for row in embeddings:
        piece = row[40:44]
        for kind in ("<f2", "<f4", "<f8", ">f4"):
            if piece.astype(kind).tobytes() in data:
                yield f"bytes of an embedding as {kind}"
        written = r".{1,40}?".join(re.escape(f"{value:.5f}"[:-2]) + r"\d*" for value in row[40:43])
        if re.search(written, text):
            yield "values of an embedding"
    for chunk in _BASE64.findall(data):
        body = base64.b64decode(chunk + b"=" * (-len(chunk) % 4), validate=False)
        if not body.startswith(_JPEG) and len(body) >= 64:
            yield f"{len(body)} encoded bytes that are no picture"
        yield from (f"encoded: {why}" for why in leaks(body, embeddings))


def still_there(picture: NDArray[np.uint8], original: NDArray[np.uint8], head: Box) -> float:
    """How much of a head's fine structure a picture shows: correlation of what a blur takes away. `head`: in both."""
    x, y, width, height = (round(v) for v in head)
    if min(width, height) < 8:
        return 0.0

    def fine(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64)
        return np.asarray((grey - cv2.GaussianBlur(grey, (0, 0), width / 16))[y : y + height, x : x + width])

    return float(np.corrcoef(fine(picture).ravel(), fine(original).ravel())[0, 1])


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB))


def faces_shown(jpeg: bytes, photo: Known, region: Box | None = None) -> list[float]:
    """Of each head in view, how much is still there. `region`: what part of the photo the picture is of."""
    picture = decoded(jpeg)
    tall, wide = photo.pixels.shape[:2]
    x, y, width, height = region or (0, 0, wide, tall)
    left, top, right, bottom = (max(0, int(x)), max(0, int(y)), min(wide, int(x + width)), min(tall, int(y + height)))
    size = picture.shape[1], picture.shape[0]
    original = cv2.resize(photo.pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    scale = size[0] / (right - left)
    told = []
    for head in photo.heads:
        box = ((head[0] - left) * scale, (head[1] - top) * scale, head[2] * scale, head[3] * scale)
        if box[0] >= 0 and box[1] >= 0 and box[0] + box[2] <= size[0] and box[1] + box[3] <= size[1]:
            told.append(still_there(picture, np.asarray(original, np.uint8), box))
    return told


def copies(run: Run) -> Iterator[tuple[str, bytes]]:
    """(name of the sample, JPEG) of each copy."""
    for path in sorted(run.left.rglob("*.jpg")):
        yield THUMB if path.name.startswith(THUMB.removesuffix(".jpg")) else GROUP, path.read_bytes()


def test_the_run_that_is_searched_named_one_face_and_compared_the_others(run: Run, known: dict[str, Known]) -> None:
    matching = [row["matching"] for row in run.rows]
    assert [one["compared"] for one in matching] == [len(known[name].embeddings) for name in (GROUP, THUMB)]
    assert [one["named"] for one in matching] == [1, 0]
    assert len(known[GROUP].embeddings) >= 5
    faces = [one for row in run.rows for one in row["evidence"] if one["kind"] == "face"]
    assert [one["label"] for one in faces] == ["siti"]
    assert "depicts someone like candidate Siti Contoh" in json.dumps(run.rows)


def test_no_file_holds_an_embedding(run: Run, known: dict[str, Known]) -> None:
    everybody = np.concatenate([one.embeddings for one in known.values()])
    reports, others = (
        [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        for folders in ((run.left,), run.elsewhere)
    )
    assert {path.suffix for path in reports} == LEFT
    assert not [path for path in others if path.read_bytes().startswith((_JPEG, b"\x89PNG", b"RIFF"))]
    files = [*reports, *others]
    found = {path.name: list(leaks(path.read_bytes(), everybody)) for path in files}
    assert {name: why for name, why in found.items() if why} == {}


def test_nothing_at_all_is_left_in_the_temporary_folder_or_the_users_own(run: Run) -> None:
    assert [path for folder in run.elsewhere for path in folder.rglob("*") if path.is_file()] == []


def test_no_one_but_the_candidate_is_in_any_evidence(run: Run) -> None:
    for row in run.rows:
        keys = {key for one in row["evidence"] for key in one["details"]}
        assert not {key for key in keys if "embedding" in key or "vector" in key or key == "crop"}
        assert all(one["label"] == "siti" for one in row["evidence"] if one["kind"] == "face")


def test_no_copy_shows_a_face(run: Run, known: dict[str, Known]) -> None:
    told = [(name, faces_shown(jpeg, known[name])) for name, jpeg in copies(run)]
    assert len(told) == 3
    for name, shown in told:
        assert len(shown) == len(known[name].heads) > 0
        assert max(shown) < _FORGOTTEN, (name, shown)


def test_no_picture_in_the_page_shows_a_face(run: Run, known: dict[str, Known]) -> None:
    page = (run.left / "r.html").read_text(encoding="utf-8")
    articles = page.split("<article ")[1:]
    assert len(articles) == 2
    by_name = {Path(row["photo"]["path"]).name: row for row in run.rows}
    looked = 0
    for article in articles:
        name = next(name for name in by_name if name in article)
        numbers = {seen["id"].replace("hand-", "").replace("face-", "F"): seen for seen in by_name[name]["evidence"]}
        for alt, data in re.findall(r'<img src="data:image/jpeg;base64,([^"]+)" alt="([^"]+)"', article):
            alt, data = data, base64.b64decode(alt)
            region = None
            if evidence := re.match(r"Evidence no\. (\S+):", alt):
                x, y, width, height = numbers[evidence[1]]["box"]
                side = 1.8 * max(width, height)
                region = (x + width / 2 - side / 2, y + height / 2 - side / 2, side, side)
                assert not evidence[1].startswith("F"), "no close-up of a face"
            shown = faces_shown(data, known[name], region)
            looked += len(shown)
            assert max(shown, default=0) < _FORGOTTEN, (name, alt, shown)
    assert looked >= len(known[GROUP].heads)


def test_every_report_says_that_matching_ran_and_what_for(run: Run) -> None:
    for name in ("r.jsonl", "r.csv", "r.html", "r.txt", "said.txt"):
        text = " ".join((run.left / name).read_text(encoding="utf-8").split())
        assert "kota.faces" in text and PURPOSE in text, name
        assert name == "r.jsonl" or "forgotten" in text, name
    digests = {row["matching"]["gallery"] for row in run.rows}
    assert len(digests) == 1 and next(iter(digests)) in run.said


# --- that the search would find something -----------------------------------------------------------------------------


def planted(row: Floats) -> dict[str, bytes]:
    """An embedding as careless code would leave it."""
    rounded = [round(float(v), 4) for v in row]
    return {
        "JSON": json.dumps({"details": {"embedding": rounded}}).encode(),
        "nested JSON": json.dumps([{"i": i, "value": float(v)} for i, v in enumerate(row)]).encode(),
        "table": ",".join(map(str, rounded)).encode(),
        "lines": "\n".join(map(str, rounded)).encode(),
        "float32": b"x" * 7 + row.tobytes(),
        "float64": row.astype("<f8").tobytes(),
        "base64": b'"' + base64.b64encode(row.tobytes()) + b'"',
        "array": b"\x93NUMPY\x01\x00",
        "someone else's": json.dumps(np.random.default_rng(0).normal(size=64).tolist()).encode(),
    }


@pytest.mark.parametrize("form", planted(np.ones(192, np.float32)))
def test_a_planted_embedding_is_found(form: str, known: dict[str, Known]) -> None:
    embeddings = known[GROUP].embeddings
    assert list(leaks(planted(embeddings[3])[form], embeddings))


def test_with_show_faces_the_search_finds_the_faces(known: dict[str, Known], tmp_path: Path) -> None:
    shown = scanned(known, tmp_path, "--show-faces")
    for name, jpeg in copies(shown):
        told = faces_shown(jpeg, known[name])
        # The boxes and words that are drawn hide part of some.
        assert sorted(told)[len(told) // 2] > _SHOWN, (name, told)
