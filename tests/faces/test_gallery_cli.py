"""`poseguard gallery`: from painted photos to a gallery that is filled, checked, sent on and rebuilt."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from pathlib import Path

import cv2
import gallery_place
import numpy as np
import pytest
from face_graphs import embedder, points, weights_folder
from gallery_place import (
    BACK,
    BUDI,
    LIKE_SITI,
    MASKED,
    SITI,
    SOURCE,
    TURNED,
    WHO,
    add,
    gates,
    looks,
    photo,
    run,
    siti,
)
from PIL import Image

from poseguard.cli.gallery_args import about
from poseguard.errors import ExitCode
from poseguard.faces.gallery_file import read_gallery

ROOT = Path(__file__).parents[2]
workplace = pytest.fixture(autouse=True)(gallery_place.workplace)


def test_a_candidate_is_added_listed_checked_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    about = ("--office", "bupati", "--number", "1", "--ticket", "pasangan-1", "--date", "2024-09")
    assert add(*looks("b", BUDI), *about) == ExitCode.CLEAN
    told = capsys.readouterr()
    assert "Budi Contoh: new photos 3, in all 3" in told.out and told.err == ""
    assert siti() == 0
    (budi, other) = read_gallery(Path("g.faces"), lang="en").candidates
    assert (budi.name, budi.election, budi.office, budi.number, budi.ticket, other.id) == (
        "Budi Contoh", "pilkada-2024", "bupati", 1, "pasangan-1", "siti"
    )  # fmt: skip
    first = budi.photos[0]
    assert first.sha256 == hashlib.sha256(Path("b0.png").read_bytes()).hexdigest()
    assert (first.source, first.date, first.note, first.jpeg) == (SOURCE[1], "2024-09", "", b"")
    assert first.size_px == pytest.approx(120 * 78 / 112, abs=2)
    capsys.readouterr()
    assert run("list", "g.faces") == 0
    listed = capsys.readouterr().out
    assert "2 candidates, 6 photos (kept: 0)" in listed and "Note: uji" in listed and "pasangan-1" in listed
    assert run("check", "g.faces", "--weights", "w") == ExitCode.CLEAN
    assert "Nothing stands out" in capsys.readouterr().out
    assert run("remove", "g.faces", "budi", "--photo", first.sha256[:8]) == 0
    assert [len(one.photos) for one in read_gallery(Path("g.faces"), lang="en").candidates] == [2, 3]
    assert run("remove", "g.faces", "budi") == 0
    assert [one.id for one in read_gallery(Path("g.faces"), lang="en").candidates] == ["siti"]


def test_fewer_than_three_photos_are_taken_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("b", BUDI[:2])) == 0
    assert "Budi Contoh (budi): independent photos: only 2. At least 3 are asked for" in capsys.readouterr().err
    assert run("check", "g.faces", "--weights", "w") == ExitCode.FOUND
    assert add(*looks("c", BUDI[2:]), "--office", "bupati") == 0
    assert capsys.readouterr().err == ""
    (budi,) = read_gallery(Path("g.faces"), lang="en").candidates
    assert (len(budi.photos), budi.name, budi.office) == (3, "Budi Contoh", "bupati")


def test_copies_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    first, *others = looks("b", BUDI)
    with Image.open(first) as image:
        image.resize((image.width * 2 // 3, image.height * 2 // 3)).save("web.jpg", quality=80)
    assert add(first, "web.jpg", *others) == 0
    assert "web.jpg was not added: it is one picture with b0.png" in capsys.readouterr().err
    assert len(read_gallery(Path("g.faces"), lang="en").candidates[0].photos) == 3
    assert add(first) == 0
    assert "Budi Contoh: no new photos" in capsys.readouterr().out


def test_a_copy_is_told_by_its_own_name(capsys: pytest.CaptureFixture[str]) -> None:
    first, *_ = looks("b", BUDI[:1])
    shutil.copy(first, "twin.png")
    assert add(first, "twin.png") == 0
    assert "twin.png was not added: it is one picture with b0.png" in capsys.readouterr().err


def test_what_somebody_else_wrote_meanwhile_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(*looks("b", BUDI)) == 0
    meanwhile = b"another gallery"

    def slow(*given: object, **named: object) -> object:
        Path("g.faces").write_bytes(meanwhile)
        return about(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("poseguard.cli.gallery.about", slow)
    assert add(*looks("c", BUDI[:1])) == ExitCode.USAGE
    assert "changed since it was read" in capsys.readouterr().err
    assert Path("g.faces").read_bytes() == meanwhile


def test_the_largest_face_is_enrolled_only_where_it_is_clearly_the_largest(capsys: pytest.CaptureFixture[str]) -> None:
    clear = photo(Path("clear.png"), (SITI[0], 60), (BUDI[0], 140))
    assert add(clear) == 0
    (budi,) = read_gallery(Path("g.faces"), lang="en").candidates
    assert add(*looks("b", BUDI[1:])) == 0
    assert run("check", "g.faces", "--weights", "w") == 0
    assert budi.photos[0].size_px == pytest.approx(140 * 78 / 112, abs=3)
    pair = photo(Path("pair.png"), (SITI[0], 100), (BUDI[0], 120))
    before = Path("g.faces").read_bytes()
    capsys.readouterr()
    assert add(pair) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "pair.png: shows 2 faces" in told and "Crop it" in told
    assert Path("g.faces").read_bytes() == before


def test_every_photo_that_cannot_be_used_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    weights_folder(Path("w"), points=points(nose_by_red=0.35), gates=gates(yaw=0.5))
    bad = {
        "small": photo(Path("small.png"), (BUDI[0], 30)),
        "turned": photo(Path("turned.png"), (TURNED, 120)),
        "masked": photo(Path("masked.png"), (MASKED, 120)),
        "back": photo(Path("back.png"), (BACK, 120)),
        "text": Path("text.jpg"),
    }
    bad["text"].write_text("no photo")
    assert add(*looks("b", BUDI[:1]), *bad.values()) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "5 of 6 photos cannot be used, so none was added" in told
    for words in ("small.png: its face is too small (21 pixels", "turned.png: its face is turned", "back.png: no face"):
        assert words in told
    assert "masked.png: its mouth and nose are covered" in told and "text.jpg: what it holds is no photo" in told
    assert read_gallery(Path("g.faces"), lang="en").candidates == ()
    assert add(bad["masked"], *looks("b", BUDI), "--accept-poor") == 0
    assert "mouth and nose are covered in photo" in capsys.readouterr().err
    assert read_gallery(Path("g.faces"), lang="en").candidates[0].photos[0].note == "masked"
    assert add(bad["small"], "--accept-poor") == ExitCode.USAGE


def test_a_blurred_photo_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    weights_folder(Path("w"), gates=gates(blur=0.07))
    (sharp,) = looks("b", BUDI[:1])
    with Image.open(sharp) as image:
        soft = np.asarray(image).copy()
    face = np.s_[20:220, 40:240]
    soft[face] = cv2.GaussianBlur(soft[face], (0, 0), 6)
    Image.fromarray(soft).save("soft.png")
    assert add("soft.png") == ExitCode.USAGE
    assert "soft.png: its face is blurred" in capsys.readouterr().err
    assert add(sharp) == 0


def test_a_photo_of_somebody_else_is_told_when_added_and_by_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("b", BUDI)) == 0
    assert siti() == 0
    wrong = photo(Path("wrong.png"), (LIKE_SITI, 110), seed=9)
    capsys.readouterr()
    assert add(wrong) == 0
    told = capsys.readouterr().err
    assert "is more like Siti" in told
    assert run("check", "g.faces", "--weights", "w", lang="id") == ExitCode.FOUND
    assert "lebih mirip Siti" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("age", "taken"),
    [
        (("--age", "17"), False),
        (("--age", "18"), True),
        (("--birth-year", "-18"), False),
        (("--birth-year", "-19"), True),
    ],
    ids=str,
)
def test_minors_are_refused_on_declared_age(
    age: tuple[str, str], taken: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    option, value = age
    if option == "--birth-year":
        value = str(datetime.date.today().year + int(value))
    assert add(*looks("b", BUDI), option, value) == (ExitCode.CLEAN if taken else ExitCode.USAGE)
    assert ("Nobody under 18" in capsys.readouterr().err) is not taken
    assert bool(read_gallery(Path("g.faces"), lang="en").candidates) is taken


def test_sources_and_dates_are_given_once_or_one_a_photo(capsys: pytest.CaptureFixture[str]) -> None:
    each = [part for k in range(3) for part in ("--source", f"sumber {k}", "--date", f"2024-0{k + 1}-05")]
    paths = looks("b", BUDI)
    assert run("add", "g.faces", *paths, *WHO, *each, "--weights", "w") == 0
    (budi,) = read_gallery(Path("g.faces"), lang="en").candidates
    assert [(one.source, one.date) for one in budi.photos] == [(f"sumber {k}", f"2024-0{k + 1}-05") for k in range(3)]
    assert run("add", "g.faces", *paths, *WHO, *each[:8], "--weights", "w") == ExitCode.USAGE
    assert "--source is given 2 times for 3 photos" in capsys.readouterr().err


def test_the_date_in_the_file_stands_where_none_is_given() -> None:
    (path,) = looks("b", BUDI[:1])
    with Image.open(path) as image:
        tags = Image.Exif()
        tags.get_ifd(0x8769)[0x9003] = "2023:11:28 10:00:00"
        image.save("dated.jpg", quality=95, exif=tags)
    assert add("dated.jpg") == 0
    assert read_gallery(Path("g.faces"), lang="en").candidates[0].photos[0].date == "2023-11-28"


def test_only_the_head_is_kept_and_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    scene = photo(Path("scene.png"), (SITI[0], 60), (BUDI[0], 140))
    assert add(scene, "--keep-photos") == 0
    (kept,) = read_gallery(Path("g.faces"), lang="en").candidates[0].photos
    picture = cv2.imdecode(np.frombuffer(kept.jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    assert picture.shape[0] == picture.shape[1] == pytest.approx(1.6 * 140, abs=3)
    assert (np.abs(picture - BUDI[0]).max(2) < 40).mean() > 0.9
    assert not (np.abs(picture - SITI[0]).max(2) < 40).any()
    assert run("export", "g.faces", "--to", "bare.faces", "--without-photos") == 0
    told = capsys.readouterr()
    assert hashlib.sha256(Path("bare.faces").read_bytes()).hexdigest() in told.out and "biometric" in told.err
    (bare,) = read_gallery(Path("bare.faces"), lang="en").candidates
    assert bare.photos[0].jpeg == b"" and np.array_equal(
        bare.embeddings, read_gallery(Path("g.faces"), lang="en").candidates[0].embeddings
    )


def test_an_index_holds_everything_but_embeddings(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    capsys.readouterr()
    assert run("list", "g.faces", "--format", "json") == 0
    listed = capsys.readouterr().out
    assert run("export", "g.faces", "--to", "index.json", "--format", "json") == 0
    assert Path("index.json").read_text(encoding="utf-8") == listed
    said = json.loads(listed)
    assert said["sha256"] == hashlib.sha256(Path("g.faces").read_bytes()).hexdigest()
    (budi,) = said["candidates"]
    assert set(budi) == {"id", "name", "election", "office", "number", "ticket", "photos"}
    assert [set(one) for one in budi["photos"]] == [{"sha256", "source", "date", "size_px", "note", "kept"}] * 3


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_the_contact_sheet_shows_kept_photos_and_those_that_are_named(
    suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    assert siti() == 0
    stranger = photo(Path("someone.png"), ((90, 200, 150), 120))
    capsys.readouterr()
    assert run("check", "g.faces", "--sheet", f"one.{suffix}", "--weights", "w") == 0
    assert "pictures: 3 of 6" in capsys.readouterr().out
    assert run("check", "g.faces", ".", "--sheet", f"all.{suffix}", "--weights", "w") == 0
    assert "pictures: 6 of 6" in capsys.readouterr().out
    with Image.open(f"all.{suffix}") as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    for colour in (*BUDI, *SITI):
        assert (np.abs(pixels - colour).max(2) < 30).sum() > 10_000
    with Image.open(stranger) as image:
        assert (np.abs(np.asarray(image).astype(int) - (90, 200, 150)).max(2) < 30).sum() > 10_000
    assert (np.abs(pixels - (90, 200, 150)).max(2) < 8).sum() < 100


def test_no_page_of_the_sheet_replaces_a_file_unasked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    assert siti("--keep-photos") == 0
    monkeypatch.setattr("poseguard.faces.sheet.MOST_HEIGHT", 10)
    Path("all-2.png").write_bytes(b"mine")
    assert run("check", "g.faces", "--sheet", "all.png", "--weights", "w") == 2
    assert "all-2.png" in capsys.readouterr().err and Path("all-2.png").read_bytes() == b"mine"
    assert run("check", "g.faces", "--sheet", "all.png", "--force", "--weights", "w") == 0
    assert Path("all-2.png").read_bytes() != b"mine"


def test_another_network_asks_for_a_rebuild_from_kept_photos_or_from_the_originals(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    assert siti() == 0
    before = read_gallery(Path("g.faces"), lang="en")
    weights_folder(Path("w"), embedder=embedder(grey=0.45))
    for command in (("check", "g.faces"), ("add", "g.faces", "b0.png", *WHO, *SOURCE)):
        capsys.readouterr()
        assert run(*command, "--weights", "w") == ExitCode.USAGE
        assert "gallery rebuild" in capsys.readouterr().err
    body = Path("g.faces").read_bytes()
    assert run("rebuild", "g.faces", "--weights", "w") == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "3 of 6 photos cannot be computed anew" in told and "siti" in told and "  budi" not in told
    assert Path("g.faces").read_bytes() == body
    assert run("rebuild", "g.faces", ".", "--weights", "w") == 0
    after = read_gallery(Path("g.faces"), lang="en")
    assert after.network == hashlib.sha256(Path("w/face_embedder.onnx").read_bytes()).hexdigest() != before.network
    for old, new in zip(before.candidates, after.candidates, strict=True):
        assert (old.id, old.name, [p.sha256 for p in old.photos]) == (new.id, new.name, [p.sha256 for p in new.photos])
        assert np.abs(old.embeddings - new.embeddings).max() > 0.01
    assert run("check", "g.faces", "--weights", "w") == 0


def test_a_rebuild_from_kept_photos_gives_nearly_what_the_originals_gave() -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    (before,) = read_gallery(Path("g.faces"), lang="en").candidates
    assert run("rebuild", "g.faces", "--weights", "w") == 0
    (after,) = read_gallery(Path("g.faces"), lang="en").candidates
    assert (before.embeddings * after.embeddings).sum(1).min() > 0.995
    assert [one.size_px for one in before.photos] == [one.size_px for one in after.photos]


def test_the_same_photos_give_the_same_bytes() -> None:
    paths = looks("b", BUDI)
    assert add(*paths) == 0
    first = Path("g.faces").read_bytes()
    assert run("remove", "g.faces", "budi") == 0
    assert add(*paths) == 0
    assert Path("g.faces").read_bytes() == first


@pytest.mark.parametrize(
    "args",
    [
        ["create", "g.faces", "--weights", "w"],
        ["create", "h.faces", "--note", "x\x1b[2J", "--weights", "w"],
        ["create", "h.faces", "--embedder", "text.jpg", "--weights", "w"],
        ["create", "h.faces", "--embedder", "net.pt", "--weights", "w"],
        ["list", "gone.faces"],
        ["list", "text.jpg"],
        ["remove", "g.faces", "tono"],
        ["remove", "g.faces", "budi", "--photo", "ffff"],
        ["remove", "g.faces", "budi", "--photo", ""],
        ["check", "g.faces", ".", "--weights", "w"],
        ["check", "g.faces", "--sheet", "b0.png", "--weights", "w"],
        ["check", "g.faces", "--sheet", "sheet.txt", "--weights", "w"],
        ["check", "g.faces", "--sheet", "sheet.png", "--weights", "w"],
        ["check", "empty.faces", "--weights", "w"],
        ["export", "g.faces", "--to", "b0.png"],
        ["add", "g.faces", "b0.png", "--id", "Budi!", "--source", "x", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "tono", "--source", "x", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "budi", "--source", " ", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "budi", "--source", "x", "--date", "2024-13", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "budi", "--source", "x", "--name", "a\nb", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "budi", "--weights", "w"],
        ["add", "g.faces", "gone.png", "--id", "budi", "--source", "x", "--weights", "w"],
        ["add", "g.faces", "b0.png", "--id", "budi", "--source", "x", "--number", "0", "--weights", "w"],
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_told_in_both_languages_and_changes_nothing(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create", "empty.faces", "--weights", "w") == 0
    assert add(*looks("b", BUDI)) == 0
    Path("text.jpg").write_text("no photo")
    Path("net.pt").write_bytes(b"\x80\x02")
    before = {path: path.read_bytes() for path in Path().glob("*.*")}
    said = {}
    for lang, remedy in (("en", "What to do:"), ("id", "Yang dapat dilakukan:")):
        capsys.readouterr()
        assert run(*args, lang=lang) == ExitCode.USAGE
        said[lang] = capsys.readouterr().err
        assert remedy in said[lang] and "Traceback" not in said[lang] and "\x1b" not in said[lang]
    assert said["en"] != said["id"]
    assert {path: path.read_bytes() for path in Path().glob("*.*")} == before


def test_the_last_photo_is_not_removed_without_the_candidate(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("b", BUDI[:1])) == 0
    digest = hashlib.sha256(Path("b0.png").read_bytes()).hexdigest()
    assert run("remove", "g.faces", "budi", "--photo", digest) == ExitCode.USAGE
    assert "gallery remove g.faces budi" in capsys.readouterr().err


@pytest.mark.shared
def test_real_photos_are_enrolled_and_mixed_up_ones_found(
    shared: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project's people and points networks with MobileFaceNet, on public figures as the gallery."""
    monkeypatch.undo()
    monkeypatch.chdir(workplace)
    weights_folder(Path("w"), points=(ROOT / "weights/face_points.onnx").read_bytes())
    networks = ("--weights", "w", "--embedder", shared / "weights/mobilefacenet_foamliu.onnx")
    assert run("create", "real.faces", *networks) == 0
    assert "one conservative threshold" in capsys.readouterr().err
    folder = shared / "data/faces/candidates"
    for person, most in (("prabowo_subianto", 7), ("ganjar_pranowo", 4), ("gibran_rakabuming", 3)):
        paths = sorted((folder / person).glob("*.jpg"))[-most:]
        who = ("--id", person, "--name", person, "--election", "pemilu-2024", "--source", "Wikimedia")
        assert run("add", "real.faces", *paths, *who, *networks, "--accept-poor") == 0
    # Two of Prabowo's are his official portrait once more, before another ground.
    told = capsys.readouterr().err
    assert told.count("is one picture with") == 1 and "ec93653975.jpg was not added" in told
    assert run("check", "real.faces", *networks) == ExitCode.CLEAN, capsys.readouterr().out
    wrong = folder / "wiranto/7afdaea97d.jpg"
    assert run("add", "real.faces", wrong, "--id", "ganjar_pranowo", "--source", "x", *networks) == 0
    assert run("check", "real.faces", folder, "--sheet", "sheet.png", *networks) == ExitCode.FOUND
    told = capsys.readouterr().out
    digest = hashlib.sha256(wrong.read_bytes()).hexdigest()[:10]
    assert f"photo {digest} is unlike this candidate's other photos" in told and "To be looked at: 1." in told


def test_a_mistyped_id_does_not_rename_another_candidate(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("budi", BUDI)) == 0
    before = Path("g.faces").read_bytes()
    other = ("--id", "budi", "--name", "Siti Contoh", "--number", "4")
    assert add(*looks("siti", SITI), who=other) == 2
    assert "Budi Contoh / Siti Contoh" in capsys.readouterr().err and Path("g.faces").read_bytes() == before
    assert add(*looks("siti", SITI), "--change", who=other) == 0
    assert [one.name for one in read_gallery(Path("g.faces"), lang="en").candidates] == ["Siti Contoh"]


@pytest.mark.parametrize(
    "words", [["--to", "a.json"], ["--to", "a.faces", "--format", "json"], ["--to", "g.faces", "--force"]]
)
def test_an_export_is_named_for_what_is_in_it(words: list[str]) -> None:
    assert add(*looks("budi", BUDI)) == 0
    before = Path("g.faces").read_bytes()
    assert run("export", "g.faces", *words) == 2
    assert Path("g.faces").read_bytes() == before and not Path("a.json").exists() and not Path("a.faces").exists()
