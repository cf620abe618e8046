from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pictures import encoded, scene

from poseguard.errors import UsageError
from poseguard.reading import sources
from poseguard.reading.sniff import named_like_picture, sniff
from poseguard.reading.sources import Candidate, find

Put = Callable[[str, bytes], Path]
JPEG = encoded(scene(40, 40), "JPEG")


def names(found: sources.Sources, root: Path) -> list[str]:
    return [str(c.path.relative_to(root)) for c in found]


def test_a_folder_gives_its_pictures_by_name_and_counts_the_rest(put: Put, tmp_path: Path) -> None:
    for name in ("b.jpg", "a/2.png", "a/1.jpeg", "c.HEIC"):
        put(name, JPEG)
    put("tanpa-akhiran", JPEG)
    put("catatan.txt", b"halo")
    put("video.mp4", b"\0\0\0\x18ftypmp42" + bytes(40))
    put("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    put("gambar.psd", b"8BPS")
    put("rusak.jpg", b"")
    found = find([tmp_path])
    assert names(found, tmp_path) == [
        "a/1.jpeg",
        "a/2.png",
        "b.jpg",
        "c.HEIC",
        "gambar.psd",
        "rusak.jpg",
        "tanpa-akhiran",
    ]
    assert found.skipped.not_photos == 3


def test_named_one_by_one_everything_is_a_candidate(put: Put) -> None:
    path = put("catatan.txt", b"halo")
    assert list(find([path, str(path)])) == [Candidate(path, named=True)] * 2


def test_met_in_a_folder_it_is_not_named(put: Put, tmp_path: Path) -> None:
    path = put("a.jpg", JPEG)
    assert list(find([tmp_path])) == [Candidate(path, named=False)]


def test_hidden_files_are_counted_and_found_when_asked_for(put: Put, tmp_path: Path) -> None:
    put(".simpan/a.jpg", JPEG)
    put(".b.jpg", JPEG)
    found = find([tmp_path])
    assert names(found, tmp_path) == [] and found.skipped.hidden == 2
    assert names(find([tmp_path], hidden=True), tmp_path) == [".b.jpg", ".simpan/a.jpg"]
    assert names(find([tmp_path / ".simpan"]), tmp_path) == [".simpan/a.jpg"]


def test_links_stay_within_the_folder_unless_asked(put: Put, tmp_path: Path) -> None:
    put("luar/x.jpg", JPEG)
    put("dalam/a.jpg", JPEG)
    inside = tmp_path / "dalam"
    (inside / "b.jpg").symlink_to("a.jpg")
    (inside / "c.jpg").symlink_to(tmp_path / "luar" / "x.jpg")
    (inside / "d").symlink_to(tmp_path / "luar")
    (inside / "putus.jpg").symlink_to("tiada.jpg")
    found = find([inside])
    assert names(found, inside) == ["a.jpg", "b.jpg", "putus.jpg"]
    assert found.skipped.links == 2
    assert names(find([inside], follow_links=True), inside) == ["a.jpg", "b.jpg", "c.jpg", "d/x.jpg", "putus.jpg"]


def test_links_in_a_circle_end(put: Put, tmp_path: Path) -> None:
    put("a/x.jpg", JPEG)
    (tmp_path / "a" / "atas").symlink_to(tmp_path)
    (tmp_path / "a" / "diri.jpg").symlink_to("diri.jpg")
    for follow in (False, True):
        assert names(find([tmp_path], follow_links=follow), tmp_path) == ["a/diri.jpg", "a/x.jpg"]
    assert names(find([str(tmp_path / "**" / "*.jpg")], follow_links=True), tmp_path) == ["a/diri.jpg", "a/x.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipa")
    os.mkfifo(tmp_path / "pipa.jpg")
    found = find([tmp_path])
    assert names(found, tmp_path) == ["pipa.jpg"] and found.skipped.not_photos == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_may_not_be_listed_gets_a_row(put: Put, tmp_path: Path) -> None:
    put("tutup/a.jpg", JPEG)
    (tmp_path / "tutup").chmod(0)
    try:
        assert names(find([tmp_path]), tmp_path) == ["tutup"]
    finally:
        (tmp_path / "tutup").chmod(0o700)


def test_a_folder_that_vanishes_gets_a_row(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found = find([tmp_path / "a"])
    (tmp_path / "a").rmdir()
    assert [c.path for c in found] == [tmp_path / "a"]


def test_a_tree_is_streamed_not_listed(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in "abc":
        put(f"{folder}/1.jpg", JPEG)
    listed: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(sources.os, "scandir", lambda path: (listed.append(Path(path).name), scandir(path))[1])
    candidates = iter(find([tmp_path]))
    assert listed == []
    next(candidates)
    assert listed == [tmp_path.name, "a"]


def test_a_very_deep_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    depth = 1010
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    try:
        Path("a.jpg").write_bytes(JPEG)
        assert [c.path.name for c in find([tmp_path])] == ["a.jpg"]
    finally:  # pytest's own cleaning gives up at such a depth
        Path("a.jpg").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()


class TestPatterns:
    @pytest.fixture(autouse=True)
    def photos(self, put: Put) -> None:
        for name in ("foto/a.jpg", "foto/b.png", "foto/2024/c.jpg", "foto/2024/.d.jpg", "foto/2024/mei/e.jpg"):
            put(name, JPEG)
        put("foto/2024/f.txt", b"halo")

    @pytest.mark.parametrize(
        ("pattern", "wanted"),
        [
            ("foto/*.jpg", ["foto/a.jpg"]),
            ("foto/**/*.jpg", ["foto/2024/c.jpg", "foto/2024/mei/e.jpg", "foto/a.jpg"]),
            ("**/mei/*", ["foto/2024/mei/e.jpg"]),
            ("foto/*", ["foto/2024/c.jpg", "foto/2024/mei/e.jpg", "foto/a.jpg", "foto/b.png"]),
            ("foto/**", ["foto/2024/c.jpg", "foto/2024/mei/e.jpg", "foto/a.jpg", "foto/b.png"]),
            ("foto/202?/.*", ["foto/2024/.d.jpg"]),
            ("*/[ab].*", ["foto/a.jpg", "foto/b.png"]),
        ],
    )
    def test_each_file_once_and_in_order(self, tmp_path: Path, pattern: str, wanted: list[str]) -> None:
        assert names(find([str(tmp_path / pattern)]), tmp_path) == wanted

    def test_what_is_no_photo_is_counted(self, tmp_path: Path) -> None:
        found = find([str(tmp_path / "foto" / "2024" / "*")])
        assert names(found, tmp_path) == ["foto/2024/c.jpg", "foto/2024/mei/e.jpg"]
        assert found.skipped.not_photos == 1

    def test_a_folder_that_cannot_be_listed_has_its_row(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        scandir = os.scandir

        def locked(path: Path) -> object:
            if Path(path).name == "2024":
                raise PermissionError
            return scandir(path)

        monkeypatch.setattr(os, "scandir", locked)
        wanted = ["foto/2024", "foto/a.jpg"]
        assert sorted(names(find([str(tmp_path / "foto/**/*.jpg")]), tmp_path)) == wanted

    def test_a_name_with_brackets_is_a_name(self, put: Put) -> None:
        path = put("foto[1].jpg", JPEG)
        assert list(find([path])) == [Candidate(path, named=True)]

    def test_nothing_matches(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as error:
            find([str(tmp_path / "*.gif")], lang="en")
        assert "*.gif" in error.value.message and error.value.remedy


class TestList:
    def test_lines_or_nul(self, put: Put) -> None:
        paths = [put("a.jpg", JPEG), put("dengan spasi.txt", b"x")]
        for text in (
            "\n".join(map(str, paths)),
            "\r\n".join(map(str, paths)) + "\r\n\r\n",
            "\0".join(map(str, paths)) + "\0",
        ):
            got = list(find(["-"], stdin=io.BytesIO(text.encode())))
            assert got == [Candidate(path, named=True) for path in paths]

    @pytest.mark.parametrize("kind", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
    def test_what_powershell_writes_is_a_list(self, kind: str, put: Put) -> None:
        paths = [put("a.jpg", JPEG), put("émblém.jpg", JPEG)]
        mark = "\ufeff" if kind.endswith("e") else ""
        text = mark + "".join(f"{path}\r\n" for path in paths)
        assert [c.path for c in find(["-"], stdin=io.BytesIO(text.encode(kind)))] == paths

    def test_nul_keeps_a_newline_in_a_name(self, put: Put) -> None:
        path = put("dua\nbaris.jpg", JPEG)
        assert [c.path for c in find(["-"], stdin=io.BytesIO(bytes(path) + b"\0"))] == [path]

    def test_a_folder_in_it_is_walked_and_a_missing_file_gets_its_row(self, put: Put, tmp_path: Path) -> None:
        put("foto/a.jpg", JPEG)
        text = f"{tmp_path / 'foto'}\n{tmp_path / 'hilang.jpg'}\n"
        assert names(find(["-"], stdin=io.BytesIO(text.encode())), tmp_path) == ["foto/a.jpg", "hilang.jpg"]

    def test_it_is_read_as_it_comes(self, put: Put) -> None:
        path = put("a.jpg", JPEG)
        source, sink = os.pipe()
        with os.fdopen(source, "rb") as stdin:
            os.write(sink, bytes(path) + b"\n")
            candidates = iter(find(["-"], stdin=stdin))
            assert next(candidates).path == path  # while the other end is still open
            os.write(sink, bytes(path))
            os.close(sink)
            assert next(candidates).path == path


def test_what_does_not_exist_is_said_at_once(put: Put, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        find([put("a.jpg", JPEG), tmp_path / "tiada.jpg"], lang="id")
    assert "tiada.jpg" in error.value.message and error.value.remedy
    with pytest.raises(UsageError):
        find([])


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic", "heif"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "raw"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", None),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw"),
        (b"BM" + bytes(40), None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "svg"),
        (b"P6 40 40 255\n", "pnm"),
        (b"P1 adalah nama", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_content_decides(head: bytes, kind: str | None) -> None:
    assert sniff(head) == kind


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("a.JPG", True),
        ("a.heif", True),
        ("a.nef", True),
        ("a.jpg.txt", False),
        ("jpg", False),
        (".jpg", False),
        ("a.mp4", False),
    ],
)
def test_names_of_pictures(name: str, yes: bool) -> None:
    assert named_like_picture(name) is yes
