"""The file of enrolled logos: what is written comes back; anything else is refused in words."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from standin import NETWORK

from poseguard.errors import UsageError
from poseguard.props.gallery import Book, Logo, Picture, default_path
from poseguard.props.gallery_file import FORMAT, read_book, write_book


def logo(code: str = "contoh", version: str | None = None, pictures: int = 2) -> Logo:
    rng = np.random.default_rng([1, len(code)])
    rows = rng.normal(size=(6, 192)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    shown = tuple(Picture(f"{k:064x}", rng.integers(0, 255, (40 + k, 30, 4), dtype=np.uint8)) for k in range(pictures))
    return Logo(code, "Partai Contoh", version, shown, rows, np.full(6, 44, np.float32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "logos.npz"
    write_book(path, Book(NETWORK, (logo(), logo("lain", "2025", 1))), lang="en")
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:  # type: ignore[type-arg]
    out = BytesIO()
    np.save(out, array, allow_pickle=pickled)
    return out.getvalue()


def test_what_is_written_comes_back(file: Path) -> None:
    book = read_book(file, lang="en")
    assert (book.network, len(book.logos), len(book.sha256)) == (NETWORK, 2, 64)
    for got, want in zip(book.logos, (logo(), logo("lain", "2025", 1)), strict=True):
        assert (got.key, got.name) == (want.key, want.name)
        assert np.array_equal(got.embeddings, want.embeddings) and np.array_equal(got.sizes, want.sizes)
        for mine, theirs in zip(got.pictures, want.pictures, strict=True):
            assert mine.sha256 == theirs.sha256 and np.array_equal(mine.rgba, theirs.rgba)


def test_the_same_logos_give_the_same_bytes(file: Path, tmp_path: Path) -> None:
    write_book(tmp_path / "again.npz", read_book(file, lang="en"), lang="en")
    assert (tmp_path / "again.npz").read_bytes() == file.read_bytes()


def test_plain_numpy_can_open_it_without_pickle(file: Path) -> None:
    with np.load(file, allow_pickle=False) as arrays:
        assert arrays["000/embeddings"].shape == (6, 192)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="no space left"):
        write_book(file, Book(NETWORK), lang="en")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["logos.npz"]


def test_a_missing_folder_is_made_and_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a" / "b" / "logos.npz", Book(NETWORK), lang="en")
    assert read_book(tmp_path / "a" / "b" / "logos.npz", lang="en").logos == ()
    (tmp_path / "c").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_book(tmp_path / "c" / "logos.npz", Book(NETWORK), lang="en")


def header(change: Callable[[dict[str, object]], object]) -> Callable[[dict[str, bytes]], None]:
    def apply(parts: dict[str, bytes]) -> None:
        told = json.loads(parts["header.json"])
        change(told)
        parts["header.json"] = json.dumps(told).encode()

    return apply


def first(**changes: object) -> Callable[[dict[str, bytes]], None]:
    return header(lambda told: told["logos"][0].update(changes))  # type: ignore[index]


def swap(name: str, body: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: body})


_GOOD = npy(np.zeros((6, 192), "<f4"))
_HUGE = _GOOD.replace(b"(6, 192)", b"(6000000000, 128)")[: len(_GOOD)]
WRONG: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no header": lambda parts: parts.pop("header.json"),
    "header is no JSON": swap("header.json", b"{"),
    "header is a list": swap("header.json", b"[]"),
    "header is deep": swap("header.json", b"[" * 100_000),
    "header is not text": swap("header.json", b"\xff\xfe"),
    "header is long": swap("header.json", b" " * 1_000_001),
    "another format": header(lambda told: told.update(format=FORMAT + "0")),
    "no network": header(lambda told: told.pop("network")),
    "network is no digest": header(lambda told: told.update(network="x")),
    "logos is no list": header(lambda told: told.update(logos={})),
    "too many logos": header(lambda told: told.update(logos=[{}] * 501)),
    "a logo twice": header(lambda told: told.update(logos=[told["logos"][0]] * 2)),  # type: ignore[index]
    "code that means something else": first(code="background"),
    "code with a path": first(code="../contoh"),
    "name with an escape": first(name="\x1b[31m"),
    "name is a number": first(name=3),
    "unknown field": first(extra=1),
    "six pictures": first(pictures=["0" * 64] * 6),
    "no pictures": first(pictures=[]),
    "picture missing": first(pictures=["0" * 64] * 3),
    "digest is no digest": first(pictures=["x", "y"]),
    "pickled embeddings": swap("000/embeddings.npy", npy(np.array([{}], object), pickled=True)),
    "embeddings of no sane width": swap("000/embeddings.npy", npy(np.zeros((6, 2048), "<f4"))),
    "embeddings of double precision": swap("000/embeddings.npy", npy(np.zeros((6, 192)))),
    "embeddings claim more than is there": swap("000/embeddings.npy", _HUGE),
    "embeddings are not numbers": swap("000/embeddings.npy", npy(np.full((6, 192), np.nan, "<f4"))),
    "embeddings are too long": swap("000/embeddings.npy", npy(np.full((6, 192), 9, "<f4"))),
    "embeddings are longer than one": swap("000/embeddings.npy", npy(np.full((6, 192), 0.9, "<f4"))),
    "array header is cut": swap("000/embeddings.npy", b"\x93NUMPY\x01\x00\x0b\x00{'descr': (\n"),
    "array of an empty type": swap("000/embeddings.npy", _GOOD.replace(b"'<f4'", b"()   ")),
    "no embeddings": swap("000/embeddings.npy", npy(np.zeros((0, 128), "<f4"))),
    "cut embeddings": swap("000/embeddings.npy", _GOOD[:-8]),
    "no array": swap("000/embeddings.npy", b"text"),
    "sizes of another length": swap("000/sizes.npy", npy(np.ones(5, "<f4"))),
    "sizes of nothing": swap("000/sizes.npy", npy(np.zeros(6, "<f4"))),
    "picture too large": swap("000/0.npy", npy(np.zeros((300, 30, 4), np.uint8))),
    "picture without opacity": swap("000/0.npy", npy(np.zeros((30, 30, 3), np.uint8))),
    "picture is a line": swap("000/0.npy", npy(np.zeros((1, 200, 4), np.uint8))),
    "picture of nothing": swap("000/0.npy", npy(np.zeros((0, 30, 4), np.uint8))),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_wrong_is_refused_in_both_languages(what: str, file: Path) -> None:
    parts = members(file)
    WRONG[what](parts)
    pack(file, parts)
    said = {}
    for lang in ("en", "id"):
        with pytest.raises(UsageError) as told:
            read_book(file, lang=lang)
        said[lang] = told.value.message
        assert str(file) in told.value.message and told.value.remedy
        assert told.value.message.isprintable()
    assert said["en"] != said["id"]


def test_another_compression_is_refused(file: Path) -> None:
    parts = members(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    with pytest.raises(UsageError, match="compression"):
        read_book(file, lang="en")


def test_a_book_too_large_to_be_read_again_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()
    monkeypatch.setattr("poseguard.props.gallery_file._MOST_BYTES", 1_010_000)
    with pytest.raises(UsageError, match="already holds 2 logos"):
        write_book(file, Book(NETWORK, (logo(), logo("lain"), logo("lagi"))), lang="en")
    assert file.read_bytes() == before


def test_other_files_are_refused(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    for name, body in {
        "empty": b"",
        "text": b"hello",
        "cut": data[:-100],
        "flipped": data[:200] + bytes(255 - b for b in data[200:260]) + data[260:],
    }.items():
        (tmp_path / name).write_bytes(body)
        with pytest.raises(UsageError, match=name):
            read_book(tmp_path / name, lang="en")
    with pytest.raises(UsageError, match="cannot be read"):
        read_book(tmp_path / "gone", lang="en")
    with pytest.raises(UsageError, match="cannot be read"):
        read_book(tmp_path, lang="en")


def test_a_zip_that_swells_is_refused_before_it_does(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(3):
            archive.writestr(f"{k:03d}/0.npy", bytes(100_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UsageError, match="larger than allowed"):
        read_book(path, lang="en")


def test_versions_of_one_party_are_two_logos(tmp_path: Path) -> None:
    both = (logo(), replace(logo(), version="2025"))
    write_book(tmp_path / "two.npz", Book(NETWORK, both), lang="en")
    assert [one.key for one in read_book(tmp_path / "two.npz", lang="en").logos] == [("contoh", ""), ("contoh", "2025")]


def test_the_default_file_lies_beside_the_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from poseguard.weights import user_dir

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path().parent == user_dir().parent
    assert default_path().name == "logos.npz"
