from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from poseguard.errors import DataError
from poseguard.weights import load_manifest, shipped_dir

SHIPPED = (Path(__file__).parents[2] / "weights" / "manifest.toml").read_text(encoding="utf-8")


def complaint_about(text: str, tmp_path: Path) -> str:
    (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_manifest(tmp_path, lang="en")
    assert caught.value.remedy
    return caught.value.message


def test_the_shipped_manifest_pins_the_landmark_network() -> None:
    model = load_manifest().get("hand_landmark")
    assert model is not None
    assert (model.file, model.bytes, model.package) == ("hand_landmark_full.tflite", 5478917, "mediapipe==0.10.21")
    assert model.digest().sha256 == "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3"


def test_every_own_file_lies_beside_the_shipped_manifest_with_its_digest() -> None:
    for model in load_manifest().models:
        if model.origin == "own":
            content = (shipped_dir() / model.file).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (model.bytes, model.sha256), model.name


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('sha256 = "11c2', 'sha256 = "zzc2', "sha256"),
        ("bytes = 5478917", "bytes = 0", "bytes"),
        ("bytes = 5478917", 'bytes = "5478917"', "bytes"),
        ('file = "hand_landmark_full.tflite"', 'file = "../hand.tflite"', "file"),
        ('file = "hand_landmark_full.tflite"', 'file = "hand.pt"', "file"),
        ('origin = "wheel"', 'origin = "web"', "package"),
        ('package = "mediapipe==0.10.21"', 'package = "mediapipe"', "package"),
        ('licence = "Apache-2.0"', 'licence = ""', "licence"),
        ('purpose = { id = "21 titik acuan pada satu tangan",', "purpose = {", "purpose"),
        ('version = "0.10.21"', "", "version"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(old: str, new: str, field: str, tmp_path: Path) -> None:
    assert old in SHIPPED
    message = complaint_about(SHIPPED.replace(old, new), tmp_path)
    line = SHIPPED.splitlines().index("[[model]]") + 1
    assert f"{tmp_path / 'manifest.toml'}:{line}" in message
    assert field in message


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    assert '"name"' in complaint_about(SHIPPED + SHIPPED, tmp_path)


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert ":2: it is no valid TOML" in complaint_about("[[model]]\nname = \n", tmp_path)


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"manifest\.toml"):
        load_manifest(tmp_path, lang="id")
