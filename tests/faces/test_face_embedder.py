"""The networks of the faces room: the project's, and one that a user brings."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import cv2
import graphs
import numpy as np
import pytest
from face_graphs import WIDTH, embedder, embedding, numbers, weights_folder

from poseguard.errors import WeightsError
from poseguard.faces.embedder import Embedder, Kind
from poseguard.faces.networks import load


def plain(*colour: int) -> np.ndarray:
    return np.full((1, 112, 112, 3), colour, np.uint8)


def save(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def test_an_embedding_has_length_one_and_is_that_of_the_face() -> None:
    network = Embedder(embedder(), Kind.OWN)
    faces = np.concatenate([plain(255, 0, 0), plain(0, 200, 60)])
    rows = network.embed(faces)
    assert (network.own, network.width, rows.shape) == (True, WIDTH, (2, WIDTH))
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert rows[1] == pytest.approx(embedding(0, 200, 60), abs=1e-5)
    assert network.embed(np.zeros((0, 112, 112, 3), np.uint8)).shape == (0, WIDTH)


def test_a_face_and_its_mirror_image_are_one() -> None:
    network = Embedder(embedder(), Kind.OWN)
    face = np.random.default_rng(1).integers(0, 255, (1, 112, 112, 3), dtype=np.uint8)
    assert network.embed(face) == pytest.approx(network.embed(face[:, :, ::-1]), abs=1e-6)


@pytest.mark.parametrize("batch", ["n", 1, 3])
def test_a_users_network_is_told_by_its_input_and_may_take_any_number_at_a_time(batch: int | str) -> None:
    small, large = Embedder(embedder(112, batch)), Embedder(embedder(128, batch))
    assert (small.kind, large.kind, small.own) == (Kind.IMAGENET, Kind.RAW, False)
    faces = np.concatenate([plain(255, 0, 0), plain(0, 255, 0), plain(0, 0, 255), plain(9, 9, 9)])
    for network in (small, large):
        assert network.embed(faces).shape == (4, WIDTH)
    red = small.embed(faces)[0]
    assert red[0] > 0.1 and (red[1:3] < -0.1).all(), "RGB"
    blue_last = large.embed(faces)[2]
    assert blue_last[0] > 0.99 / np.sqrt(WIDTH / 3) and abs(blue_last[2]) < 0.01, "BGR, 0 to 255"


def test_retail_sees_the_middle_columns_only() -> None:
    framed = plain(0, 0, 255)
    framed[:, :, 8:104] = (255, 0, 0)
    large = Embedder(embedder(128))
    assert large.embed(framed) == pytest.approx(large.embed(plain(255, 0, 0)), abs=0.01)


def test_the_projects_embedder_comes_with_measured_numbers(tmp_path: Path) -> None:
    networks = load(weights_folder(tmp_path), lang="en")
    assert networks.embedder.own and networks.numbers.measured and networks.note == ""
    assert [one.name for one in networks.digests] == ["face_points", "face_embedder", "face_numbers"]
    assert networks.numbers.network == networks.embedder.sha256


def test_numbers_of_another_embedder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="face_numbers"):
        load(weights_folder(tmp_path, network="0" * 64), lang="en")


@pytest.mark.parametrize(
    "change",
    [
        {"width": 23},
        {"width": "much"},
        {"mean": [0.0] * 3},
        {"covariance_root": [0.0]},
        {"covariance_root": [[float("nan")]] * WIDTH},
        {"tail": {"z": [1.0], "log10_far": [-1.0]}},
        {"tail": {"z": [2.0, 1.0], "log10_far": [-1.0, -2.0]}},
        {"tail": {"z": [1.0, 2.0], "log10_far": [-2.0, -1.0]}},
        {"likelihood": [1.0]},
        {"likelihood": [-1.0, 0.0]},
        {"gates": {"least_px": 32}},
        {"gates": {"least_px": 32, "blur": float("inf"), "yaw": 1, "face": 1, "mask": 1}},
        {"few": {"one": 1}},
        {"margin": None},
    ],
)
def test_numbers_that_are_odd_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="face_numbers"):
        load(weights_folder(tmp_path, **change), lang="en")


def test_a_points_network_that_is_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="face_points"):
        load(weights_folder(tmp_path, points=embedder()), lang="en")


def test_a_users_embedder_without_numbers_gets_a_conservative_threshold_and_says_so(tmp_path: Path) -> None:
    own = weights_folder(tmp_path / "own")
    networks = load(own, embedder=save(tmp_path / "mine.onnx", embedder(grey=0.3)), lang="en")
    assert not networks.numbers.measured and "conservative" in networks.note
    assert networks.numbers.z(1e-3) == pytest.approx(0.55)
    assert [one.name for one in networks.digests] == ["face_points", "embedder"]
    retail = load(own, embedder=save(tmp_path / "r.onnx", embedder(128)), lang="id")
    assert retail.numbers.z(1e-3) == pytest.approx(0.61) and "hati-hati" in retail.note


def test_a_users_embedder_with_numbers_beside_it_uses_them(tmp_path: Path) -> None:
    body = embedder(grey=0.3)
    path = save(tmp_path / "mine.onnx", body)
    told = numbers(hashlib.sha256(body).hexdigest(), margin=0.123)
    (tmp_path / "mine.json").write_text(json.dumps(told))
    networks = load(weights_folder(tmp_path / "own"), embedder=path, lang="en")
    assert networks.numbers.margin == 0.123 and networks.note == "" and not networks.embedder.own
    (tmp_path / "mine.json").write_text(json.dumps(told | {"network": "0" * 64}))
    with pytest.raises(WeightsError, match="another network") as refused:
        load(weights_folder(tmp_path / "own"), embedder=path, lang="en")
    assert "training.face_fit" in refused.value.remedy
    assert [(one.name, one.sha256) for one in networks.digests[1:]] == [
        ("embedder", hashlib.sha256(body).hexdigest()),
        ("embedder_numbers", hashlib.sha256(json.dumps(told).encode()).hexdigest()),
    ]
    for odd in ("{", "[]", *(json.dumps(told | change) for change in ({"few": []}, {"margin": 10**400}, {"gates": 1}))):
        (tmp_path / "mine.json").write_text(odd)
        with pytest.raises(WeightsError, match="does not hold numbers"):
            load(weights_folder(tmp_path / "own"), embedder=path, lang="en")


def test_the_projects_own_file_named_by_the_user_is_the_projects(tmp_path: Path) -> None:
    own = weights_folder(tmp_path)
    assert load(own, embedder=own / "face_embedder.onnx", lang="en").embedder.own


def test_pickles_and_other_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    own = weights_folder(tmp_path / "own")
    cases = {
        save(tmp_path / "net.pt", b"\x80\x04."): ("pickle", "net.onnx"),
        save(tmp_path / "net.pkl", embedder()): ("pickle", "net.onnx"),
        save(tmp_path / "text.onnx", b"hello"): ("cannot be loaded", "112"),
        save(tmp_path / "side.onnx", embedder(96)): ("unknown shape", "128 × 128"),
        save(tmp_path / "wide.onnx", embedder(width=3000)): ("unknown shape", "2048"),
        save(tmp_path / "batch.onnx", embedder(batch=1_000_000)): ("unknown shape", "112"),
        tmp_path / "gone.onnx": ("cannot be read", "--embedder"),
        tmp_path: ("cannot be read", "--embedder"),
    }
    for path, (why, remedy) in cases.items():
        with pytest.raises(WeightsError, match=why) as told:
            load(own, embedder=path, lang="en")
        assert remedy in told.value.remedy and str(path) in told.value.message
        with pytest.raises(WeightsError) as sama:
            load(own, embedder=path, lang="id")
        assert sama.value.message != told.value.message


def test_weights_in_another_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of the network would say nothing of them."""
    own = weights_folder(tmp_path / "own")

    def beside(name: str, value: np.ndarray) -> bytes:
        if name != "spread":
            return whole(name, value)
        (tmp_path / "spread.bin").write_bytes(value.tobytes())
        said = {"location": "spread.bin", "offset": "0", "length": str(value.nbytes)}
        dims = b"".join(graphs._number(1, side) for side in value.shape)
        entries = (graphs._part(1, key.encode()) + graphs._part(2, word.encode()) for key, word in said.items())
        told = b"".join(graphs._part(13, entry) for entry in entries)
        return dims + graphs._number(2, 1) + graphs._part(8, name.encode()) + told + graphs._number(14, 1)

    whole = graphs._tensor
    monkeypatch.setattr(graphs, "_tensor", beside)
    path = save(tmp_path / "mine.onnx", embedder(grey=0.3))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match="cannot be loaded"):
        load(own, embedder=path, lang="en")


def test_many_faces_take_no_more_memory_than_a_few() -> None:
    network = Embedder(embedder(), Kind.OWN)
    faces = np.zeros((640, 112, 112, 3), np.uint8)
    tracemalloc.start()
    try:
        network.embed(faces)
        assert tracemalloc.get_traced_memory()[1] < faces.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "width", "unlike"),
    [
        ("mobilefacenet_foamliu", Kind.IMAGENET, 128, 0.40),
        ("face_reidentification_retail_0095", Kind.RAW, 256, 0.46),
    ],
)
def test_public_networks_tell_people_apart(shared: Path, name: str, kind: Kind, width: int, unlike: float) -> None:
    network = Embedder((shared / "weights" / f"{name}.onnx").read_bytes())
    assert (network.kind, network.width) == (kind, width)
    folders = sorted((shared / "data/faces/ilfw").iterdir())[:40:5]
    paths = [path for folder in folders for path in sorted(folder.glob("[0-9]*"))[:2]]
    owner = np.array([path.parent.name for path in paths])
    crops = np.stack([cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths])
    rows = network.embed(crops)
    cosines = rows @ rows.T
    same = owner[:, None] == owner
    np.fill_diagonal(same, False)
    others = cosines[owner[:, None] != owner]
    assert (others < unlike).mean() > 0.98
    assert np.median(cosines[same]) > unlike + 0.1
