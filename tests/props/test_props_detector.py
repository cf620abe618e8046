"""The props room as a whole: real networks (tiny ones) on painted pictures, from pixels to evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from graphs import (
    ATTRIBUTE,
    CELL,
    CLASSES,
    FLAG,
    NUMBERS,
    OFFICE,
    PDIP,
    PERINDO_OLD,
    PKB,
    PROP,
    SPANDUK,
    UNSURE,
    detector,
    kinds,
    logo_embedder,
    painted,
    weights_folder,
)  # fmt: skip

from poseguard.errors import ExitCode, UsageError, WeightsError
from poseguard.people.types import Found, People
from poseguard.props.detector import PropsDetector
from poseguard.props.gallery import Book, Logo, Picture
from poseguard.props.gallery_file import write_book
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Evidence, PhotoInfo, Status

NOBODY = People((), (), (), ())
Colour = tuple[int, int, int]
Patch = tuple[Colour, int, int, int, int]


@pytest.fixture(autouse=True)
def no_enrolled_logos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poseguard.props.detector.default_path", lambda: tmp_path / "none.npz")


@pytest.fixture
def room(tmp_path: Path) -> PropsDetector:
    return PropsDetector(weights_folder(tmp_path), lang="en")


def mark(colour: Colour, column: int, line: int) -> Patch:
    return colour, column * CELL, line * CELL, CELL, CELL


def photo(*patches: Patch, scale: float = 1.0) -> ReadPhoto:
    pixels = painted(640, 480, *patches)
    info = PhotoInfo("p.jpg", "0" * 64, round(640 / scale), round(480 / scale), "jpeg")
    return ReadPhoto(info, Status.OK, None, pixels, scale)


def seen(room: PropsDetector, *patches: Patch, people: People = NOBODY, scale: float = 1.0) -> tuple[Evidence, ...]:
    return room.detect(photo(*patches, scale=scale), people).evidence


def labels(evidence: Sequence[Evidence]) -> list[tuple[str, str, str]]:
    return [(one.id, one.kind, one.label) for one in evidence]


def test_logos_are_told_in_reading_order(room: PropsDetector) -> None:
    told = seen(room, mark(PKB, 12, 2), mark(PDIP, 3, 2), mark(PERINDO_OLD, 1, 9))
    assert labels(told) == [("logo-1", "logo", "pdip"), ("logo-2", "logo", "pkb"), ("logo-3", "logo", "perindo")]
    assert told[2].details["version"] == "perindo_old"
    assert told[0].box == pytest.approx((96, 64, 32, 32), abs=0.2)
    assert told[0].details == {
        "size_px": 32,
        "detector_score": pytest.approx(0.95, abs=0.01),
        "version": None,
        "second": {"label": "background", "confidence": pytest.approx(0, abs=0.01)},
        "enrolled": False,
        "prop": None,
    }


def test_boxes_are_in_pixels_of_the_full_photo(room: PropsDetector) -> None:
    (told,) = seen(room, mark(PDIP, 3, 2), scale=0.25)
    assert told.box == pytest.approx((384, 256, 128, 128), abs=1)
    assert told.details["size_px"] == 128


def test_an_emblem_that_is_no_partys_is_not_reported(room: PropsDetector) -> None:
    assert seen(room, mark(OFFICE, 3, 2)) == ()


def test_a_loose_box_over_an_office_emblem_names_no_party(room: PropsDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.array([[0, 0.9, 96, 64, 32, 32], [0, 0.4, 100, 68, 48, 32]], np.float32)
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    patches = (mark(OFFICE, 3, 2), (PDIP, 128, 64, 32, 32))
    assert [one.label for one in seen(room, patches[1])] == ["pdip"], "alone, the loose box would name one"
    assert seen(room, *patches) == ()


def test_an_emblem_between_two_parties_is_shown_as_unknown(room: PropsDetector) -> None:
    (told,) = seen(room, mark(UNSURE, 3, 2))
    assert (told.kind, told.label) == ("logo", "unknown")
    assert told.details["second"]["label"] in ("pdip", "pkb")


def test_a_prop_carries_the_parties_whose_logos_lie_on_it(room: PropsDetector) -> None:
    told = seen(room, mark(SPANDUK, 5, 5), mark(PKB, 4, 4), mark(PDIP, 6, 7), mark(PDIP, 4, 7), mark(PKB, 15, 13))
    spanduk = told[-1]
    assert labels(told)[-1] == ("prop-1", "prop", "spanduk")
    assert spanduk.details["parties"] == ["pkb", "pdip"]
    assert spanduk.details["logos"] == ["logo-1", "logo-2", "logo-3"]
    assert [one.details["prop"] for one in told[:-1]] == ["prop-1", "prop-1", "prop-1", None]
    assert max(spanduk.box[2:]) == pytest.approx(PROP, abs=1)
    assert spanduk.details["person"] is None


def test_a_plain_banner_is_shown_without_a_party(room: PropsDetector) -> None:
    told = seen(room, mark(SPANDUK, 5, 5), mark(OFFICE, 4, 4), mark(UNSURE, 6, 6))
    assert labels(told) == [("logo-1", "logo", "unknown"), ("prop-1", "prop", "spanduk")]
    assert told[1].details["parties"] == [] and told[1].details["logos"] == []
    assert told[0].details["prop"] == "prop-1"


def test_a_logo_at_the_rim_of_a_prop_lies_on_it_within_a_twentieth(room: PropsDetector) -> None:
    # The banner ends at x = 96 + 176 = 272 (176 ± 96); cells end at 256 and 288: centres 272 and 304.
    near = seen(room, mark(SPANDUK, 5, 5), mark(PKB, 8, 5))
    far = seen(room, mark(SPANDUK, 5, 5), mark(PKB, 9, 5))
    assert near[-1].details["parties"] == ["pkb"]
    assert far[-1].details["parties"] == []


def test_a_shirt_belongs_to_the_person_who_wears_it(room: PropsDetector) -> None:
    heads = (Found((40.0, 40.0, 60.0, 70.0), 0.9), Found((390.0, 100.0, 60.0, 70.0), 0.9))
    people = People((), heads, (), ())
    told = seen(room, mark(ATTRIBUTE, 13, 8), mark(PKB, 12, 7), people=people)
    assert told[-1].label == "attribute"
    assert told[-1].details["person"] == 2
    assert told[-1].details["parties"] == ["pkb"]
    alone = seen(room, mark(ATTRIBUTE, 4, 12), people=people)
    assert alone[-1].details["person"] is None


def test_what_is_worn_before_a_banner_says_nothing_of_the_banner(
    room: PropsDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.array(
        [[2, 0.9, 0, 0, 600, 200], [6, 0.9, 80, 40, 90, 110], [0, 0.9, 96, 64, 32, 32], [0, 0.9, 320, 64, 32, 32]],
        np.float32,
    )
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    told = {one.label: one.details for one in seen(room, mark(PDIP, 3, 2), mark(PKB, 10, 2))}
    assert told["attribute"]["parties"] == ["pdip"]
    assert told["spanduk"]["parties"] == ["pkb"]
    assert told["pdip"]["prop"] == "prop-2" and told["pkb"]["prop"] == "prop-1"


def test_two_boxes_over_one_emblem_become_one(room: PropsDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.array(
        [[0, 0.9, 96, 64, 32, 32], [0, 0.8, 92, 60, 50, 44], [0, 0.7, 0, 0, 640, 480], [0, 0.9, 160, 64, 32, 32]],
        np.float32,
    )
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    told = seen(room, mark(PDIP, 3, 2), mark(PDIP, 5, 2))
    near = [one for one in told if max(one.box[2:]) < 100]
    assert len(near) == 2, "one for each emblem; the box over the whole photo is another thing"


def test_a_flag_and_a_banner_over_the_same_place_are_one_thing(
    room: PropsDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.array([[2, 0.7, 100, 100, 200, 90], [4, 0.9, 104, 98, 200, 96], [4, 0.6, 300, 100, 90, 90]], np.float32)
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    assert [one.label for one in seen(room)] == ["flag", "flag"]


def test_a_second_look_says_of_which_kind_a_thing_is(tmp_path: Path) -> None:
    poster = CLASSES.index("poster") - 1
    likely = [3.0 if k == poster else 0.0 for k in range(8)]
    looking = {name: {**row, "look": 1.0} for name, row in NUMBERS["props"].items()}
    numbers = {**NUMBERS, "props": looking}

    def told(trust: float) -> Evidence:
        files = {"prop_kinds_onnx": kinds(likely)}
        folder = weights_folder(tmp_path, marks_json=json.dumps({**numbers, "trust": trust}).encode(), **files)
        (one,) = seen(PropsDetector(folder, lang="en"), mark(FLAG, 8, 6))
        return one

    seen_as, held_to = told(1.0), told(9.0)
    assert (seen_as.label, seen_as.details["second"]["label"]) == ("poster", "baliho")
    assert (held_to.label, held_to.details["second"]["label"]) == ("flag", "poster")
    assert held_to.confidence < seen_as.confidence


def test_what_is_held_before_a_body_does_not_become_clothes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attribute = CLASSES.index("attribute") - 1
    sees_clothes = kinds([9.0 if k == attribute else 0.0 for k in range(8)])
    room = PropsDetector(weights_folder(tmp_path, prop_kinds_onnx=sees_clothes), lang="en")
    held = (CLASSES.index("poster"), 0.9, 58, 82, 105, 112)
    rows = np.array([held, (CLASSES.index("poster"), 0.9, 400, 200, 90, 90)], np.float32)
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    people = People((), (Found((90.0, 40.0, 40.0, 50.0), 0.9),), (), ())
    assert sorted(one.label for one in seen(room, people=people)) == ["attribute", "poster"]


def test_more_things_than_are_looked_at_twice_are_all_reported(
    room: PropsDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poseguard.props.detector._MOST_LOOKS", 3)
    rows = np.array([[4, 0.9 - 0.01 * k, 100 * k, 100, 60, 60] for k in range(6)], np.float32)
    monkeypatch.setattr(type(room._search), "rows", lambda *_: rows)
    told = seen(room)
    assert [one.label for one in told] == ["flag"] * 6
    assert [one.details["second"] is None for one in told] == [False] * 3 + [True] * 3


def test_an_emblem_on_a_thing_or_beside_it_makes_it_likelier_campaign_material(tmp_path: Path) -> None:
    props = {name: {**row, "on": 0.2, "beside": 0.2} for name, row in NUMBERS["props"].items()}
    weighing = weights_folder(tmp_path, marks_json=json.dumps({**NUMBERS, "props": props}).encode())
    room = PropsDetector(weighing, lang="en")

    def sure(*emblems: Patch) -> float:
        (banner,) = (one for one in seen(room, mark(SPANDUK, 5, 5), *emblems) if one.kind == "prop")
        return banner.confidence

    alone, beside, on = sure(), sure(mark(PDIP, 15, 13)), sure(mark(PDIP, 4, 4))
    assert alone < beside < on
    assert alone == sure(mark(OFFICE, 4, 4))


def test_a_shirt_told_by_its_signs_says_who_wears_it_and_which_emblem_it_carries(tmp_path: Path) -> None:
    numbers = {**NUMBERS, "worn": NUMBERS["worn"] | {"bias": 9.0}}
    room = PropsDetector(weights_folder(tmp_path, marks_json=json.dumps(numbers).encode()), lang="en")
    people = People((), (Found((90.0, 40.0, 40.0, 50.0), 0.9),), (), ())
    (shirt,) = (one for one in seen(room, mark(PDIP, 3, 4), people=people) if one.kind == "prop")
    assert (shirt.label, shirt.details["person"], shirt.details["parties"]) == ("attribute", 1, ["pdip"])
    assert shirt.details["detector_score"] == 0.0
    assert [one.label for one in seen(room, mark(PDIP, 3, 4))] == ["pdip"], "nobody is there to wear anything"


def test_a_thing_under_its_threshold_is_not_reported(tmp_path: Path) -> None:
    props = {**NUMBERS["props"], "flag": {**NUMBERS["props"]["flag"], "bias": -3.0, "least": 0.999}}
    sure = PropsDetector(weights_folder(tmp_path), lang="en")
    (flag,) = seen(sure, mark(FLAG, 5, 5))
    assert flag.confidence == pytest.approx(flag.details["detector_score"], abs=1e-3)
    strict = weights_folder(tmp_path, marks_json=json.dumps({**NUMBERS, "props": props}).encode())
    assert seen(PropsDetector(strict, lang="en"), mark(FLAG, 5, 5)) == ()
    blind = weights_folder(tmp_path, marks_json=json.dumps({**NUMBERS, "least_box": 0.99}).encode())
    assert seen(PropsDetector(blind, lang="en"), mark(PDIP, 5, 5)) == ()


def test_nothing_is_unreadable_to_it_and_an_empty_photo_shows_nothing(room: PropsDetector) -> None:
    told = room.detect(photo(), NOBODY)
    assert (told.evidence, told.unreadable) == ((), 0)


def test_the_report_names_every_file_that_took_part(room: PropsDetector) -> None:
    assert [one.name for one in room.digests()] == ["props", "prop_kinds", "marks", "marks_numbers"]


@pytest.mark.parametrize(
    "files",
    [
        {"marks_json": b"{}"},
        {"marks_json": json.dumps({**NUMBERS, "props": {}}).encode()},
        {"props_onnx": detector('["logo"]', [[1, 1, 1, 1]])},
        {"prop_kinds_onnx": logo_embedder()},
    ],
    ids=("no numbers", "no props", "other classes", "another network"),
)
def test_files_that_do_not_fit_are_refused_with_a_remedy(files: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        PropsDetector(weights_folder(tmp_path, **files), lang="en")
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.remedy


def test_a_file_of_enrolled_logos_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        PropsDetector(weights_folder(tmp_path), lang="en", gallery=tmp_path / "gone.npz")


def enrolled_in(tmp_path: Path, width: int) -> Path:
    """A file with one logo, made by the embedder of `weights_folder`; its embeddings of some length."""
    rows = np.full((4, width), width**-0.5, np.float32)
    picture = Picture("0" * 64, np.full((40, 40, 4), 90, np.uint8))
    logo = Logo("contoh", "Partai Contoh", None, (picture,), rows, np.full(4, 44, np.float32))
    book = Book(hashlib.sha256(logo_embedder()).hexdigest(), (logo,))
    write_book(tmp_path / "logos.npz", book, lang="en")
    return tmp_path / "logos.npz"


def test_the_embedder_takes_part_only_where_logos_are_enrolled(tmp_path: Path) -> None:
    room = PropsDetector(weights_folder(tmp_path), lang="en", gallery=enrolled_in(tmp_path, 192))
    assert [one.name for one in room.digests()] == [
        "props",
        "prop_kinds",
        "marks",
        "marks_numbers",
        "logo_embedder",
        "logos",
    ]


def test_embeddings_of_another_length_are_another_networks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="another network"):
        PropsDetector(weights_folder(tmp_path), lang="en", gallery=enrolled_in(tmp_path, 128))


def test_an_embedder_of_another_length_does_not_fit(tmp_path: Path) -> None:
    folder = weights_folder(tmp_path, logo_embedder_onnx=logo_embedder(128))
    assert PropsDetector(folder, lang="en").digests()  # not looked at where no logo is enrolled
    with pytest.raises(WeightsError, match="logo_embedder"):
        PropsDetector(folder, lang="en", gallery=enrolled_in(tmp_path, 192))


def test_a_crowd_is_one_thing_and_says_who_of_it_bears_a_logo(tmp_path: Path) -> None:
    numbers = {**NUMBERS, "worn": NUMBERS["worn"] | {"bias": 9.0}}
    room = PropsDetector(weights_folder(tmp_path, marks_json=json.dumps(numbers).encode()), lang="en")
    heads = tuple(Found((38.0 + 64 * i, 40.0, 20.0, 20.0), 0.9) for i in range(8))
    people = People((), heads, (), ())
    *logos, crowd = seen(room, mark(PDIP, 1, 2), mark(PDIP, 5, 2), people=people)
    assert (crowd.id, crowd.label, crowd.details["wearers"]) == ("prop-1", "attribute", 8)
    assert (crowd.details["people"], crowd.details["person"]) == ([1, 3], None)
    assert (crowd.details["parties"], crowd.details["logos"]) == (["pdip"], ["logo-1", "logo-2"])
    assert [one.details["prop"] for one in logos] == ["prop-1", "prop-1"]
    assert crowd.box[0] < 38 and crowd.box[0] + crowd.box[2] > 38 + 64 * 7 + 20
    few = seen(room, mark(PDIP, 1, 2), people=People((), heads[:3], (), ()))
    assert [one.details["person"] for one in few if one.kind == "prop"] == [1, 2, 3]
    assert all("wearers" not in one.details for one in few)
