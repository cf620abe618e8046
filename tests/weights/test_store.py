from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from poseguard.errors import UsageError, WeightsError
from poseguard.texts import say
from poseguard.weights import Model, digest, find, models, user_dir, verified_bytes
from poseguard.weights.store import checked_bytes

NETWORK = b"the bytes of a network"
MakeModel = Callable[..., Model]
MakeSet = Callable[..., Path]


def test_a_set_with_its_own_manifest_decides(model_of: MakeModel, a_set: MakeSet) -> None:
    known = model_of(NETWORK)
    folder = a_set((known, NETWORK))
    assert find("people", extra_dir=folder) == folder / "people.onnx"
    assert verified_bytes("people", extra_dir=folder) == NETWORK
    assert digest("people", extra_dir=folder).sha256 == known.sha256


def test_what_a_set_does_not_name_stays_as_shipped(model_of: MakeModel, a_set: MakeSet) -> None:
    names = [model.name for model in models(a_set((model_of(NETWORK), NETWORK)))]
    assert names[0] == "people"
    assert names.count("hand_landmark") == 1


def test_one_changed_byte_is_refused_with_file_digests_and_remedy(model_of: MakeModel, a_set: MakeSet) -> None:
    known = model_of(NETWORK)
    changed = b"T" + NETWORK[1:]
    folder = a_set((known, changed))
    with pytest.raises(WeightsError) as caught:
        verified_bytes("people", extra_dir=folder, lang="en")
    error = caught.value
    assert str(folder / "people.onnx") in error.message
    assert known.sha256 in error.message
    assert model_of(changed).sha256 in error.message
    assert "poseguard weights pull" in error.remedy


@pytest.mark.parametrize("content", [b"", NETWORK[:-1], NETWORK + b"x"])
def test_a_file_cut_off_or_longer_is_refused(content: bytes, model_of: MakeModel, a_set: MakeSet) -> None:
    folder = a_set((model_of(NETWORK), content))
    with pytest.raises(WeightsError, match="not the file it should be"):
        verified_bytes("people", extra_dir=folder, lang="en")


def test_a_wrong_file_is_not_passed_over_for_a_right_one_further_on(
    model_of: MakeModel, a_set: MakeSet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = a_set((model_of(NETWORK), b"something else entirely"))
    other = tmp_path / "other"
    other.mkdir()
    (other / "people.onnx").write_bytes(NETWORK)
    monkeypatch.setenv("POSEGUARD_WEIGHTS", str(other))
    with pytest.raises(WeightsError, match=str(folder)):
        verified_bytes("people", extra_dir=folder, lang="en")


def test_the_folder_of_the_environment_comes_before_what_was_pulled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    user_dir().mkdir(parents=True)
    (user_dir() / "hand_landmark_full.tflite").write_bytes(b"pulled")
    assert find("hand_landmark") == user_dir() / "hand_landmark_full.tflite"
    (tmp_path / "hand_landmark_full.tflite").write_bytes(b"chosen")
    monkeypatch.setenv("POSEGUARD_WEIGHTS", str(tmp_path))
    assert find("hand_landmark") == tmp_path / "hand_landmark_full.tflite"


def test_a_missing_network_says_how_to_get_it() -> None:
    for lang in ("id", "en"):
        with pytest.raises(WeightsError) as caught:
            verified_bytes("hand_landmark", lang=lang)
        assert "hand_landmark_full.tflite" in caught.value.message
        assert "poseguard weights pull" in caught.value.remedy


def test_an_unknown_name_and_an_absent_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no_such_network"):
        find("no_such_network")
    with pytest.raises(UsageError, match="does not exist"):
        find("hand_landmark", extra_dir=tmp_path / "absent", lang="en")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_the_system_says_is_told_in_the_users_language(lang: str, model_of: MakeModel, tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        checked_bytes(tmp_path, model_of(NETWORK), lang=lang)  # a folder
    assert say("system.EISDIR", lang) in caught.value.message
