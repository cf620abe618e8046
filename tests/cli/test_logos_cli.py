"""`poseguard logos`: from a picture to a name in a table, with a recogniser made by hand in the network's place."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "props"))

from graphs import weights_folder  # noqa: E402
from standin import ENROL, NETWORK, StandIn, embed  # noqa: E402

from poseguard.boxes import square  # noqa: E402
from poseguard.cli import logos, main  # noqa: E402
from poseguard.errors import ExitCode  # noqa: E402
from poseguard.props.enrol import SIZES, drawn, read_picture  # noqa: E402
from poseguard.props.gallery import WHITE  # noqa: E402
from poseguard.props.gallery_file import read_book  # noqa: E402
from poseguard.reading.photo import Pixels  # noqa: E402
from poseguard.results import Box  # noqa: E402

LOGO = ROOT / "samples/logo-partai-contoh.png"
FLAG, BANNER, EMBLEM = (194.0, 134.0, 116.0, 131.0), (772.0, 216.0, 110.0, 134.0), (238.0, 72.0, 158.0, 158.0)


def boxes(pixels: Pixels) -> list[Box]:
    """Where the emblems of the two drawn photos are; other pictures have none."""
    if pixels.shape[:2] != (820, 1240):
        return []
    return [FLAG, BANNER] if pixels[100, 20, 2] > pixels[100, 20, 0] + 30 else [EMBLEM]  # a blue sky, or a wall


@pytest.fixture(autouse=True)
def workplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder with the user's data in it, and the stand-in for the networks."""
    monkeypatch.setattr(logos, "load_kit", lambda folder, lang: logos.Kit(StandIn(), StandIn(), ENROL, NETWORK))
    monkeypatch.setattr(logos, "load_search", lambda folder, lang: boxes)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str | Path, lang: str = "en") -> int:
    return main(["logos", *map(str, args), "--lang", lang])


def variant(path: Path, shade: float) -> Path:
    """Another picture of the same mark."""
    with Image.open(LOGO) as image:
        Image.fromarray((np.asarray(image.convert("RGBA")) * (shade, shade, shade, 1)).astype(np.uint8)).save(path)
    return path


def test_a_logo_is_added_listed_tried_and_removed(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = workplace / "own.npz"
    assert run("add", "--party", "contoh", "--name", "Partai Contoh", LOGO, "--logos", file) == ExitCode.CLEAN
    added = capsys.readouterr().out
    assert "contoh (Partai Contoh): enrolled in" in added and "pictures: 1" in added
    assert run("list", "--logos", file) == ExitCode.CLEAN
    listed = capsys.readouterr().out
    assert "Partai Contoh" in listed and "own.npz: 1" in listed
    photos = workplace / "photos"
    photos.mkdir()
    for name in ("15-bendera-contoh.jpg", "16-spanduk-kantor.jpg"):
        shutil.copy(ROOT / "samples" / name, photos)
    assert run("test", "contoh", photos, "--logos", file) == ExitCode.CLEAN
    told = capsys.readouterr()
    assert "contoh is named on 1 of 2 photos" in told.out
    (flag,) = (line for line in told.out.splitlines() if "15-bendera" in line)
    (office,) = (line for line in told.out.splitlines() if "16-spanduk" in line)
    assert [cell.strip() for cell in flag.split("│")][-2] == "contoh"
    assert [cell.strip() for cell in office.split("│")][-2] == "no"
    assert told.err == ""
    assert run("remove", "contoh", "--logos", file) == ExitCode.CLEAN
    assert read_book(file, lang="en").logos == ()


def test_who_may_read_the_file_stays_as_it_was() -> None:
    assert run("add", "--party", "contoh", LOGO, "--logos", "l") == 0
    Path("l").chmod(0o644)
    assert run("remove", "contoh", "--logos", "l") == 0
    assert Path("l").stat().st_mode & 0o777 == 0o644


def test_the_default_file_is_the_users_own(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == ExitCode.CLEAN
    assert "logos.npz: 0" in capsys.readouterr().out
    assert run("add", "--party", "contoh", LOGO) == ExitCode.CLEAN
    (file,) = workplace.joinpath("data").rglob("*.npz")
    assert [one.key for one in read_book(file, lang="en").logos] == [("contoh", "")]
    assert [path.name for path in workplace.iterdir()] == ["data"]


def test_pictures_add_up_to_five_and_each_counts_once(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = [variant(workplace / f"{k}.png", 1 - 0.1 * k) for k in range(1, 6)]
    assert run("add", "--party", "contoh", "--name", "Partai Contoh", LOGO, *pictures[:2], "--logos", "l") == 0
    assert run("add", "--party", "contoh", pictures[1], pictures[2], "--logos", "l") == 0
    (logo,) = read_book(Path("l"), lang="en").logos
    assert (logo.name, len(logo.pictures)) == ("Partai Contoh", 4)
    before = Path("l").read_bytes()
    capsys.readouterr()
    assert run("add", "--party", "contoh", *pictures[3:], "--logos", "l") == ExitCode.USAGE
    assert "at most 5" in capsys.readouterr().err
    assert run("add", "--party", "baru", LOGO, *pictures, "--logos", "l") == ExitCode.USAGE
    assert "Choose the 5 clearest" in capsys.readouterr().err, "there is nothing to remove"
    assert Path("l").read_bytes() == before


def test_versions_are_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    for version in ([], ["--version", "2020"], ["--version", "2025"]):
        assert run("add", "--party", "contoh", *version, LOGO, "--logos", "l") == 0
    # One code with two versions is no likeness to warn of.
    assert "Note" not in capsys.readouterr().err
    assert run("remove", "contoh", "--version", "2020", "--logos", "l") == 0
    assert run("remove", "contoh", "--logos", "l") == 0
    assert [one.version for one in read_book(Path("l"), lang="en").logos] == ["2025"]
    assert run("remove", "contoh", "--logos", "l") == ExitCode.USAGE, "which one has to be said"


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "golkar is the code of Golkar"), ("id", "golkar adalah kode Golkar")]
)
def test_a_code_that_is_a_partys_is_told_and_listed(lang: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "--party", "golkar", "--version", "1", LOGO, "--logos", "a b", lang=lang) == 0
    told = capsys.readouterr()
    assert says in told.err and "`poseguard logos remove golkar --version 1 --logos 'a b'`" in told.err
    assert run("add", "--party", "contoh", "--name", "Partai Contoh", LOGO, "--logos", "a b", lang=lang) == 0
    assert run("list", "--logos", "a b", lang=lang) == 0
    rows = [[cell.strip() for cell in line.split("│")] for line in capsys.readouterr().out.splitlines()]
    whose = {row[1]: row[2] for row in rows if len(row) > 2}
    assert whose == {"golkar": "Golkar", "contoh": {"en": "own code", "id": "kode sendiri"}[lang]}


def test_a_new_logo_of_a_known_party_bears_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """PSI's of July 2025, which the networks do not know."""
    assert run("add", "--party", "psi", LOGO, "--logos", "l") == 0
    told = capsys.readouterr()
    assert "psi (PSI): enrolled" in told.out and "--version 2025" in told.err
    assert run("add", "--party", "psi", "--version", "2025", LOGO, "--logos", "l") == 0
    assert "Dates of" not in capsys.readouterr().err
    assert {(one.code, one.name) for one in read_book(Path("l"), lang="en").logos} == {("psi", "PSI")}


def test_a_group_with_a_code_of_its_own_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "--party", "relawan", LOGO, "--logos", "l") == 0
    assert capsys.readouterr().err == ""


def test_a_logo_too_like_another_is_told_when_added_and_when_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "--party", "contoh", LOGO, "--logos", "l") == 0
    assert run("add", "--party", "kembar", LOGO, "--logos", "l") == 0
    assert "kembar is like contoh, which is enrolled too" in capsys.readouterr().err
    pixels, box = drawn(read_picture(LOGO, "en"), WHITE, SIZES[-1])
    trained = StandIn(("pks", embed(square(pixels, box, 96, 1.25))))
    monkeypatch.setattr(logos, "load_kit", lambda folder, lang: logos.Kit(trained, StandIn(), ENROL, NETWORK))
    assert run("test", "contoh", ROOT / "samples/09-kantor-kosong.jpg", "--logos", "l") == 0
    assert "contoh is like PKS, which the network knows (97%)" in capsys.readouterr().err


def test_another_recogniser_needs_a_rebuild_which_needs_no_originals(
    monkeypatch: pytest.MonkeyPatch, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = variant(workplace / "gone.png", 0.9)
    assert run("add", "--party", "contoh", picture, "--logos", "l") == 0
    picture.unlink()
    before = read_book(Path("l"), lang="en")
    monkeypatch.setattr(logos, "load_kit", lambda folder, lang: logos.Kit(StandIn(), StandIn(), ENROL, "cd" * 32))
    assert run("add", "--party", "lain", LOGO, "--logos", "l") == ExitCode.USAGE
    assert run("test", "contoh", LOGO, "--logos", "l") == ExitCode.USAGE
    assert capsys.readouterr().err.count("logos rebuild") == 2
    assert run("rebuild", "--logos", "l") == 0
    after = read_book(Path("l"), lang="en")
    assert after.network == "cd" * 32
    assert np.array_equal(after.logos[0].embeddings, before.logos[0].embeddings)
    assert run("test", "contoh", LOGO, "--logos", "l") == 0


def test_a_photo_that_cannot_be_read_costs_one_row(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "--party", "contoh", LOGO, "--logos", "l") == 0
    (workplace / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    capsys.readouterr()
    assert run("test", "contoh", workplace / "broken.jpg", LOGO, "--logos", "l") == 0
    told = capsys.readouterr().out
    assert "broken.jpg" in told and "of 1 photo;" in told


@pytest.mark.parametrize(
    "args",
    [
        ["add", "--party", "Contoh!", str(LOGO)],
        ["add", "--party", "contoh", "--name", "x\x1b[2J", str(LOGO)],
        ["add", "--party", "contoh", "gone.png"],
        ["add", "--party", "contoh", str(ROOT / "README.md")],
        ["add", "--party", "contoh", str(LOGO), "--logos", "text"],
        ["add", "--party", "contoh"],
        ["add", "--party", "contoh", str(LOGO), "--logos", "mistyped/folder/l"],
        ["list", "--logos", "gone"],
        ["remove", "contoh"],
        ["remove", "contoh", "--logos", "made"],
        ["test", "contoh", str(LOGO), "--logos", "made"],
        ["test", "lain", "gone.jpg", "--logos", "made"],
        ["rebuild"],
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_told_in_both_languages(
    args: list[str], workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "text").write_text("no logos")
    assert run("add", "--party", "lain", LOGO, "--logos", "made") == 0
    before = (workplace / "made").read_bytes()
    said = {}
    for lang, remedy in (("en", "What to do:"), ("id", "Yang dapat dilakukan:")):
        capsys.readouterr()
        assert run(*args, lang=lang) == ExitCode.USAGE
        said[lang] = capsys.readouterr().err
        assert remedy in said[lang] and "Traceback" not in said[lang]
        assert "\x1b" not in said[lang]
    assert said["en"] != said["id"]
    assert (workplace / "made").read_bytes() == before
    assert not (workplace / "mistyped").exists()


def test_the_networks_of_a_weights_folder_are_used(
    monkeypatch: pytest.MonkeyPatch, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tiny real networks by way of ONNX Runtime; the detector takes dark places for emblems."""
    monkeypatch.undo()
    monkeypatch.chdir(workplace)
    weights = weights_folder(workplace)
    assert run("add", "--party", "contoh", LOGO, "--logos", "l", "--weights", weights) == 0
    book = read_book(Path("l"), lang="en")
    assert book.network == hashlib.sha256((weights / "logo_embedder.onnx").read_bytes()).hexdigest()
    assert np.linalg.norm(book.logos[0].embeddings, axis=1) == pytest.approx(1, abs=1e-3)
    picture = np.full((320, 320, 3), 255, np.uint8)
    picture[64:160, 64:160] = 0
    Image.fromarray(picture).save("dark.png")
    capsys.readouterr()
    assert run("test", "contoh", "dark.png", "--logos", "l", "--weights", weights) == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if "dark.png" in line)
    assert int(row.split("│")[2]) > 0
    (weights / "marks.json").write_bytes(b"{}")
    assert run("rebuild", "--logos", "l", "--weights", weights) == ExitCode.USAGE


def test_the_drawn_boxes_hold_the_drawn_emblems() -> None:
    """Guards this file: the boxes above are those of the samples as they are kept."""
    for name, many in (("15-bendera-contoh.jpg", 2), ("16-spanduk-kantor.jpg", 1)):
        pixels = cv2.imread(str(ROOT / "samples" / name))[..., ::-1]
        assert len(boxes(pixels)) == many


def test_a_mistyped_picture_is_told_with_a_remedy_that_fits(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "--party", "contoh", "gone.png") == ExitCode.USAGE
    assert "Check the spelling of the path." in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_damaged_default_file_is_told_with_a_remedy_that_works(
    lang: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "--party", "contoh", LOGO) == ExitCode.CLEAN
    (file,) = (workplace / "data").rglob("logos.npz")
    file.write_bytes(file.read_bytes()[:15])
    assert run("add", "--party", "contoh", LOGO, lang=lang) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert {"id": "rusak atau terpotong", "en": "damaged or cut off"}[lang] in said and "too short" not in said
    assert {"id": "Pindahkan atau hapus berkas itu", "en": "Move or delete that file"}[lang] in said
    file.unlink()
    assert run("add", "--party", "contoh", LOGO) == ExitCode.CLEAN
