"""The file of a gallery: what is written comes back; anything else is refused in words."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from poseguard.errors import UsageError
from poseguard.faces.gallery import Candidate, Gallery, GalleryPhoto
from poseguard.faces.gallery_file import FORMAT, read_gallery, write_gallery

NETWORK = "c" * 64
JPEG = b"\xff\xd8\xff\xe0 not a whole picture, but it begins like one"
WIDTH = 32


def candidate(key: str = "contoh", count: int = 3, *, kept: bool = False, number: int | None = 2) -> Candidate:
    rows = np.random.default_rng(len(key)).normal(size=(count, WIDTH)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    shown = tuple(
        GalleryPhoto(f"{k:064x}", "https://kpu.go.id/contoh", "2024-09", 80.5 + k, "blurred", "0123456789abcdef")
        for k in range(count)
    )
    if kept:
        shown = (replace(shown[0], jpeg=JPEG), *shown[1:])
    return Candidate(key, "Budi Contoh, S.H.", "pilkada-2024", "gubernur", number, "paslon-2", shown, rows)


def both() -> Gallery:
    return Gallery(NETWORK, "2024-10-01", "Bawaslu", (candidate(kept=True), candidate("lain", 1, number=None)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kota.faces"
    write_gallery(path, both(), lang="en")
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    out = BytesIO()
    np.save(out, array, allow_pickle=pickled)
    return out.getvalue()


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "kota.faces"
    digest = write_gallery(path, both(), lang="en")
    read = read_gallery(path, lang="en")
    assert (read.network, read.created, read.purpose_note) == (NETWORK, "2024-10-01", "Bawaslu")
    assert read.sha256 == digest and len(digest) == 64
    assert read.digest().version == "2"
    for got, want in zip(read.candidates, both().candidates, strict=True):
        assert np.array_equal(got.embeddings, want.embeddings)
        assert got.photos == want.photos
        for name in ("id", "name", "election", "office", "number", "ticket"):
            assert getattr(got, name) == getattr(want, name)


def test_the_same_gallery_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    write_gallery(tmp_path / "again.faces", read_gallery(file, lang="en"), lang="en")
    assert (tmp_path / "again.faces").read_bytes() == file.read_bytes()


def test_an_empty_gallery_can_be_kept(tmp_path: Path) -> None:
    write_gallery(tmp_path / "none.faces", Gallery(NETWORK, "2024-10-01"), lang="en")
    assert read_gallery(tmp_path / "none.faces", lang="en").candidates == ()


def test_photos_are_in_it_only_where_they_were_kept_and_read_only_where_they_are_wanted(file: Path) -> None:
    assert [name for name in parts_of(file) if name.endswith(".jpg")] == [f"photos/{0:064x}.jpg"]
    assert read_gallery(file, lang="en").candidates[0].photos[0].jpeg == JPEG
    without = read_gallery(file, lang="en", photos=False)
    assert all(photo.jpeg == b"" for one in without.candidates for photo in one.photos)


def test_plain_numpy_can_open_it_without_pickle(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert np.load(BytesIO(archive.read("embeddings.npy")), allow_pickle=False).shape == (4, WIDTH)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="no space left"):
        write_gallery(file, Gallery(NETWORK, "2024-10-01"), lang="en")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["kota.faces"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(candidate(), name="\x1b[31mBudi"),
        replace(candidate(), id="../budi"),
        replace(candidate(), number=0),
        replace(candidate(), embeddings=candidate().embeddings * 3),
        replace(candidate(), embeddings=candidate().embeddings[:2]),
        replace(candidate(), photos=()),
        replace(candidate(), photos=(replace(candidate().photos[0], jpeg=b"GIF89a"), *candidate().photos[1:])),
    ],
)
def test_what_could_not_be_read_again_is_not_written(file: Path, wrong: Candidate) -> None:
    before = file.read_bytes()
    with pytest.raises(UsageError, match="cannot be kept"):
        write_gallery(file, replace(both(), candidates=(wrong,)), lang="en")
    assert file.read_bytes() == before


def header(change: Callable[[dict[str, object]], object]) -> Callable[[dict[str, bytes]], None]:
    def apply(parts: dict[str, bytes]) -> None:
        told = json.loads(parts["header.json"])
        change(told)
        parts["header.json"] = json.dumps(told).encode()

    return apply


def first(**changes: object) -> Callable[[dict[str, bytes]], None]:
    return header(lambda told: told["candidates"][0].update(changes))  # type: ignore[index]


def picture(**changes: object) -> Callable[[dict[str, bytes]], None]:
    return header(lambda told: told["candidates"][0]["photos"][0].update(changes))  # type: ignore[index]


def swap(name: str, body: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: body})


_ROW = np.eye(4, WIDTH, dtype="<f4")
_HUGE = npy(_ROW).replace(b"(4, 32)", b"(4000000000, 32)")[: len(npy(_ROW))]
_NAN = np.where(_ROW > 0, np.nan, _ROW).astype("<f4")
WRONG: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no header": lambda parts: parts.pop("header.json"),
    "header is no JSON": swap("header.json", b"{"),
    "header is a list": swap("header.json", b"[]"),
    "header is deep": swap("header.json", b"[" * 100_000),
    "header is not text": swap("header.json", b"\xff\xfe"),
    "another format": header(lambda told: told.update(format=FORMAT + "0")),
    "no network": header(lambda told: told.pop("network")),
    "network is no digest": header(lambda told: told.update(network="x")),
    "made some day": header(lambda told: told.update(created="kemarin")),
    "made on no day": header(lambda told: told.update(created="")),
    "a note of many lines": header(lambda told: told.update(purpose_note="a\nb")),
    "candidates is no list": header(lambda told: told.update(candidates={})),
    "too many candidates": header(lambda told: told.update(candidates=[{}] * 20_001)),
    "a candidate twice": header(lambda told: told["candidates"][1].update(id="contoh")),  # type: ignore[index]
    "a candidate too few": header(lambda told: told["candidates"].pop()),  # type: ignore[attr-defined]
    "id with a path": first(id="../contoh"),
    "name with an escape": first(name="\x1b[31m"),
    "name is empty": first(name=" "),
    "name is long": first(name="a" * 121),
    "election is missing": first(election=""),
    "office is a number": first(office=3),
    "number is text": first(number="2"),
    "number is true": first(number=True),
    "number is none": first(number=0),
    "ticket with spaces": first(ticket="pas lon"),
    "unknown field": first(extra=1),
    "no photos": first(photos=[]),
    "too many photos": first(photos=[{}] * 51),
    "photo is text": first(photos=["x"]),
    "the same photo twice": picture(sha256=f"{1:064x}"),
    "photo without a source": picture(source=""),
    "photo of no day": picture(date="24-1-1"),
    "photo with an odd size": picture(size_px=float("nan")),
    "photo of no size": picture(size_px=0),
    "photo with an odd note": picture(note="a\tb"),
    "photo with an odd fingerprint": picture(fingerprint="xyz"),
    "kept is text": picture(kept="yes"),
    "kept photo is missing": lambda parts: parts.pop(f"photos/{0:064x}.jpg"),
    "kept photo is no JPEG": swap(f"photos/{0:064x}.jpg", b"<script>"),
    "no embeddings": lambda parts: parts.pop("embeddings.npy"),
    "pickled embeddings": swap("embeddings.npy", npy(np.array([{}], object), pickled=True)),
    "embeddings of double precision": swap("embeddings.npy", npy(_ROW.astype("<f8"))),
    "too few embeddings": swap("embeddings.npy", npy(_ROW[:3])),
    "too many embeddings": swap("embeddings.npy", npy(np.concatenate([_ROW, _ROW]))),
    "embeddings of no width": swap("embeddings.npy", npy(np.ones((4, 1), "<f4"))),
    "embeddings claim more than is there": swap("embeddings.npy", _HUGE),
    "embeddings are not numbers": swap("embeddings.npy", npy(_NAN)),
    "embeddings are too long": swap("embeddings.npy", npy(_ROW * np.float32(9))),
    "embeddings of nothing": swap("embeddings.npy", npy(_ROW * np.float32(0))),
    "cut embeddings": swap("embeddings.npy", npy(_ROW)[:-8]),
    "no array": swap("embeddings.npy", b"text"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_wrong_is_refused_in_both_languages(what: str, file: Path) -> None:
    parts = parts_of(file)
    WRONG[what](parts)
    pack(file, parts)
    said = {}
    for lang in ("en", "id"):
        with pytest.raises(UsageError) as told:
            read_gallery(file, lang=lang)
        said[lang] = told.value.message
        assert str(file) in told.value.message and told.value.remedy
        assert told.value.message.isprintable()
    assert said["en"] != said["id"]


def test_what_is_packed_anew_but_right_is_taken(file: Path) -> None:
    """The refusals above are not for the packing."""
    pack(file, parts_of(file))
    assert len(read_gallery(file, lang="en").candidates) == 2


def test_another_compression_is_refused(file: Path) -> None:
    pack(file, parts_of(file), zipfile.ZIP_LZMA)
    with pytest.raises(UsageError, match="compression"):
        read_gallery(file, lang="en")


def test_other_files_are_refused(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    broken = data.index(b"\xff\xd8") + 4
    for name, body in {
        "empty": b"",
        "text": b"hello",
        "cut": data[:-100],
        "flipped": data[:broken] + b"!" + data[broken + 1 :],
    }.items():
        (tmp_path / name).write_bytes(body)
        with pytest.raises(UsageError, match=name):
            read_gallery(tmp_path / name, lang="en")
    for path in (tmp_path / "gone", tmp_path):
        with pytest.raises(UsageError, match="cannot be read") as told:
            read_gallery(path, lang="en")
        assert "gallery create" in told.value.remedy


def test_a_zip_that_swells_is_refused_before_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poseguard.faces.gallery_file._MOST_BYTES", 20_000_000)
    path = tmp_path / "bomb.faces"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(3):
            archive.writestr(f"photos/{k}.jpg", bytes(10_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(UsageError, match="larger than allowed"):
        read_gallery(path, lang="en")


@pytest.mark.parametrize(
    ("unit", "megabytes"),
    [(b"[],", 59), (b"{},", 59), (b"[],", 20), (b'{"photos":[{}]},', 20), (b"1,", 20), (b'"a",', 20)],
)
def test_a_header_that_swells_is_refused_before_it_is_parsed(unit: bytes, megabytes: int, file: Path) -> None:
    """Sixty megabytes of brackets took half a minute and two gigabytes."""
    parts = parts_of(file)
    start = parts["header.json"].index(b'"candidates": [') + len(b'"candidates": [')
    filling = unit * (megabytes * 1_000_000 // len(unit))
    pack(file, parts | {"header.json": parts["header.json"][:start] + filling[:-1] + b"]}"})
    for lang, why in (("en", r"header\.json is larger than allowed"), ("id", r"header\.json lebih besar")):
        with pytest.raises(UsageError, match=why):
            read_gallery(file, lang=lang)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_without_words_of_python(what: str, file: Path) -> None:
    parts = parts_of(file)
    WRONG[what](parts)
    pack(file, parts)
    with pytest.raises(UsageError) as told:
        read_gallery(file, lang="id")
    assert not re.search(r"Error|Expect|there is|allowed|twice|too |not |\bno |convert|'", told.value.message), (
        told.value
    )


def test_a_directory_that_swells_is_refused_before_it_is_read(file: Path, tmp_path: Path) -> None:
    """The reader would keep half a kilobyte of each of a million members, and nothing of them need be there."""
    parts = parts_of(file)
    for count, why in ((9_000, "members"), (70_000, "members")):
        with zipfile.ZipFile(tmp_path / "many.faces", "w") as archive:
            for name, body in parts.items():
                archive.writestr(name, body)
            # As long as a name may be, or (70,000) more than a plain zip may have.
            for k in range(count):
                archive.writestr(f"{k:0{1000 if count < 65_535 else 1}d}", b"")
        with pytest.raises(UsageError, match=why):
            read_gallery(tmp_path / "many.faces", lang="en")


def test_what_stands_after_the_end_of_the_zip_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"more")
    with pytest.raises(UsageError, match="end"):
        read_gallery(file, lang="en")


def test_twenty_thousand_candidates_can_be_kept(tmp_path: Path) -> None:
    one = candidate("a", 1)
    many = tuple(replace(one, id=f"c{i}") for i in range(20_000))
    write_gallery(tmp_path / "all.faces", Gallery(NETWORK, "2024-10-01", candidates=many), lang="en")
    assert len(read_gallery(tmp_path / "all.faces", lang="en", photos=False).candidates) == 20_000
