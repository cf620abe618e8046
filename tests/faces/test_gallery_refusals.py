"""What `poseguard gallery` says where something is wrong: numbers and remedies that fit, in the user's language."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from pathlib import Path

import gallery_place
import pytest
from face_graphs import weights_folder
from gallery_place import BUDI, SITI, SOURCE, WHO, add, looks, photo, run, siti
from PIL import Image

from poseguard.cli import main
from poseguard.cli.gallery_words import apart
from poseguard.errors import ExitCode, os_reason
from poseguard.faces.gallery_file import read_gallery
from poseguard.texts import LANGS, catalogue

workplace = pytest.fixture(autouse=True)(gallery_place.workplace)
# Words of click, Python or the system that are not Indonesian, whatever stands around them.
FOREIGN = re.compile(
    r"\b(is a|is not|not in|not one|does not|no such|unexpected|missing|error|invalid|file exists|argument|requires"
    r"|directory|expecting|there is|larger than|too short|valueerror|keyerror|oserror|options|required)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("score", "threshold", "places", "shown"),
    [
        (0.6996, 0.7004, 2, ("0.6996", "0.7004")),
        (0.696, 0.704, 2, ("0.696", "0.704")),
        (0.65, 0.7, 2, ("0.65", "0.70")),
        (0.7, 0.7, 2, ("0.70", "0.70")),
        (31.7, 32.0, 0, ("31.7", "32.0")),
        (21.2, 32.0, 0, ("21", "32")),
    ],
)
def test_two_numbers_are_told_so_that_their_order_shows(
    score: float, threshold: float, places: int, shown: tuple[str, str]
) -> None:
    assert apart(score, threshold, "en", places) == shown
    assert apart(score, threshold, "id", places) == tuple(text.replace(".", ",") for text in shown)


def test_check_tells_a_score_under_its_threshold_as_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The margin by which a photo is unlike the others is set by moving the threshold to just above its score."""
    assert add(*looks("b", BUDI[:2])) == 0
    budi = read_gallery(Path("g.faces"), lang="en").candidates[0]
    score = float(budi.embeddings[0] @ budi.embeddings[1])
    # Strangers' cosines spread by .2; `check` asks about one in a hundred, two tail units up.
    z = (score + 0.0004) / 0.2
    weights_folder(Path("w"), tail={"z": [z - 1, z, z + 1], "log10_far": [-1.0, -2.0, -3.0]})
    capsys.readouterr()
    assert run("check", "g.faces", "--weights", "w") == ExitCode.FOUND
    told = re.findall(r"\((-?[\d.]+), where (-?[\d.]+) or more is usual\)", capsys.readouterr().out)
    assert len(told) == 2 and all(float(low) < float(high) for low, high in told), told


@pytest.mark.parametrize("named_again", [True, False], ids=["the same file", "a smaller copy"])
def test_one_picture_under_two_candidates_is_told_with_what_to_do(
    named_again: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = looks("b", BUDI)
    assert add(*paths) == 0
    assert siti() == 0
    with Image.open(paths[1]) as image:
        image.resize((image.width * 2 // 3, image.height * 2 // 3)).save("again.jpg", quality=80)
    capsys.readouterr()
    who = ("--id", "tono", "--name", "Tono", "--election", "pilkada-2024")
    assert add(paths[1] if named_again else "again.jpg", who=who) == 0
    first, other = (
        next(one.photos[k].sha256[:10] for one in read_gallery(Path("g.faces"), lang="en").candidates if one.id == code)
        for code, k in (("budi", 1), ("tono", 0))
    )
    for told in (capsys.readouterr().err, (run("check", "g.faces", "--weights", "w"), capsys.readouterr().out)[1]):
        assert f"photo {first} is one picture with photo {other} of Tono (tono)" in told
        assert f"gallery remove g.faces budi --photo {first}" in told
        assert f"gallery remove g.faces tono --photo {other}" in told
        assert "thresholds of this gallery's candidates are higher" in told
        # What only follows from it is left out.
        assert "mixed up" not in told and "is like" not in told and told.count("one picture") == 1


def test_a_copied_picture_raises_the_thresholds_as_it_is_told() -> None:
    from poseguard.faces.gallery import Matcher
    from poseguard.faces.networks import load

    networks = load(Path("w"), lang="en")
    paths = looks("b", BUDI)
    assert add(*paths) == 0
    assert siti() == 0
    before = Matcher(read_gallery(Path("g.faces"), lang="en"), networks.numbers).thresholds
    assert add(paths[1], who=("--id", "siti")) == 0
    after = Matcher(read_gallery(Path("g.faces"), lang="en"), networks.numbers).thresholds
    assert (after > before + 0.01).all()


def unreadable() -> dict[str, Path]:
    whole = Path("whole.jpg")
    with Image.open(looks("b", BUDI[:1])[0]) as image:
        image.save(whole)
    made = {name: Path(f"{name}.jpg") for name in ("cut", "damaged", "text", "empty", "wide", "huge", "gone")}
    body = whole.read_bytes()
    made["cut"].write_bytes(body[: len(body) // 2])
    made["damaged"].write_bytes(body[:40])
    made["text"].write_text("no photo")
    made["empty"].write_bytes(b"")
    Image.new("L", (9000, 8000)).save(made["wide"])
    with made["huge"].open("wb") as file:
        file.truncate(101_000_000)
    return made


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("cut", "damaged, cut off or empty", "get an intact one"),
        ("damaged", "damaged, cut off or empty", "get an intact one"),
        ("empty", "damaged, cut off or empty", "get an intact one"),
        ("text", "no photo", "check its name"),
        ("wide", "too large (9000 × 8000 pixels, at most 64 million)", "make it smaller"),
        ("huge", "too large (at most 100 MB)", "save the photo as JPEG"),
        ("gone", "no file of that name", "check the spelling"),
    ],
)
def test_a_photo_that_cannot_be_read_gets_the_remedy_that_fits(
    name: str, reason: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = unreadable()
    assert add(paths[name]) == ExitCode.USAGE
    told, _, done = capsys.readouterr().err.partition("What to do:")
    assert reason in told and remedy in done
    assert "intact" in done or name not in ("cut", "damaged", "empty")
    assert "intact" not in done or name in ("cut", "damaged", "empty")
    assert add(paths[name], lang="id") == ExitCode.USAGE
    assert not FOREIGN.search(capsys.readouterr().err)


@pytest.mark.parametrize(
    "words",
    [
        ["create"],
        ["create", "a.faces", "b.faces"],
        ["create", "folder"],
        ["create", "a.faces", "--force=1"],
        ["create", "a.faces", "--embedder", "gone.onnx"],
        ["create", "a.faces", "--embedder", "text.jpg"],
        ["create", "a.faces", "--embedder", "folder"],
        ["create", "a.faces", "--weights", "text.jpg"],
        ["create", "a.faces", "--weights", "gone"],
        ["create", "text.jpg/a.faces"],
        ["add", "g.faces"],
        ["add", "g.faces", "b0.png", *WHO, *SOURCE, "--number", "abc"],
        ["add", "g.faces", "b0.png", *WHO, *SOURCE, "--number", "1000"],
        ["add", "g.faces", "b0.png", *WHO, *SOURCE, "--age", "x"],
        ["add", "g.faces", "folder", *WHO, *SOURCE],
        ["add", "gone.faces", "b0.png", *WHO, *SOURCE],
        ["add", "text.jpg", "b0.png", *WHO, *SOURCE],
        ["remove", "g.faces"],
        ["remove", "gone.faces", "budi"],
        ["list", "g.faces", "--format", "xml"],
        ["list", "folder"],
        ["list", "bad.faces"],
        ["check", "g.faces", "--sheet", "folder"],
        ["export", "g.faces"],
        ["export", "g.faces", "--to", "folder"],
        ["export", "g.faces", "--to", "x.faces", "--format", "xml"],
        ["rebuild", "gone.faces"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_no_complaint_of_click_python_or_the_system_comes_through(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    looks("b", BUDI[:1])
    Path("folder").mkdir()
    Path("text.jpg").write_text("no photo")
    Path("bad.faces").write_bytes(Path("g.faces").read_bytes().replace(b"header.json", b"leader.json"))
    capsys.readouterr()
    said = {}
    for lang in ("id", "en"):
        assert run(*words, lang=lang) == ExitCode.USAGE
        said[lang] = capsys.readouterr().err
    found = FOREIGN.search(said["id"])
    assert found is None, f"{found and found[0]}: {said['id']}"
    assert said["id"] != said["en"]


def test_a_value_that_was_forgotten_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", "--lang", "id", "create", "a.faces", "--note"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "--note memerlukan nilai" in told and "poseguard gallery create --help" in told


@pytest.mark.parametrize("command", ["", "create", "add", "remove", "list", "check", "export", "rebuild"])
def test_the_help_pages_are_in_the_users_language(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", *filter(None, [command]), "--help", "--lang", "id"]) == 0
    page = capsys.readouterr().out
    assert not re.search(r"\[OPTIONS\]|COMMAND|ARGS|required|default", page) and "[PILIHAN]" in page
    assert ("[wajib]" in page) == (command in ("add", "export"))


def test_a_group_that_is_only_asked_for_a_language_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", "--lang", "id"]) == 0
    assert "rebuild" in capsys.readouterr().out


@pytest.mark.parametrize("room", ["cli", "faces", "gallery", "system"])
def test_every_text_stands_in_both_languages_with_the_same_slots(room: str) -> None:
    for key, words in catalogue(room).items():
        slots = [sorted(set(re.findall(r"{(\w+)}", words[lang]))) for lang in LANGS]
        assert slots[0] == slots[1] and all(words[lang].strip() for lang in LANGS), key


@pytest.mark.parametrize("code", ["ENOENT", "EISDIR", "EACCES", "ENOSPC", "ENOTDIR"])
def test_reasons_of_the_system_are_in_the_users_language(code: str) -> None:
    error = OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
    assert os_reason(error, "id") != os_reason(error, "en")
    assert not FOREIGN.search(os_reason(error, "id"))
    assert os_reason(OSError(errno.EXDEV, "Invalid cross-device link"), "id") == "galat sistem EXDEV"


@pytest.mark.parametrize("option", ["--name", "--election", "--office", "--source"])
@pytest.mark.parametrize("text", ["a\x1b[31m", "a\nb", "a\u202eb", "x" * 501], ids=ascii)
def test_texts_that_reports_repeat_are_plain_and_short(
    option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = dict(zip(WHO[::2], WHO[1::2], strict=True)) | dict(zip(SOURCE[::2], SOURCE[1::2], strict=True))
    given = [part for pair in (words | {option: text}).items() for part in pair]
    assert run("add", "g.faces", *looks("b", BUDI[:1]), *given, "--weights", "w") == ExitCode.USAGE
    told = capsys.readouterr().err
    assert option in told and "on one line" in told
    assert all(line.isprintable() for line in told.splitlines()) and len(told) < 500


def test_a_text_is_repeated_as_it_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("create", "a.faces", "--note", "Ñandú\t") == ExitCode.USAGE
    assert '--note "Ñandú\\t" cannot be used' in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["create", "mistyped/dir/x.faces", "--weights", "w"],
        ["create", "mistyped/dir/x.faces", "--weights", "w", "--force"],
        ["export", "g.faces", "--to", "mistyped/x.faces"],
        ["export", "g.faces", "--to", "mistyped/x.json", "--format", "json"],
        ["check", "g.faces", "--weights", "w", "--sheet", "mistyped/x.png"],
    ],
    ids=" ".join,
)
def test_no_folder_is_made_of_a_mistyped_path(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert add(*looks("b", BUDI), "--keep-photos") == 0
    capsys.readouterr()
    assert run(*words) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "there is no folder mistyped" in told and "Check the spelling" in told
    assert not Path("mistyped").exists()


def test_a_face_just_under_the_least_size_is_told_as_smaller(capsys: pytest.CaptureFixture[str]) -> None:
    assert add(photo(Path("small.png"), (SITI[0], 60))) == 0
    size = read_gallery(Path("g.faces"), lang="en").candidates[0].photos[0].size_px
    weights_folder(Path("w"), gates=gallery_place.gates(least_px=size + 0.2))
    capsys.readouterr()
    assert add("small.png") == ExitCode.USAGE
    found = re.search(r"\(([\d.]+) pixels, at least ([\d.]+)\)", capsys.readouterr().err)
    assert found and float(found[1]) < float(found[2])
    assert run("check", "g.faces", "--weights", "w") == ExitCode.FOUND
    found = re.search(r"\(([\d.]+) pixels, at least ([\d.]+)\)", capsys.readouterr().out)
    assert found and float(found[1]) < float(found[2])
