"""Logos and props in every format: named in both languages, drawn, and quiet where they weigh nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from report_samples import banner, hand, logo, prop, scene_people, scene_photo

from poseguard.props.networks import PROPS
from poseguard.reports.choose import open_reporters
from poseguard.reports.explain import explain
from poseguard.reports.picture import COLOURS, Wants, picture, render
from poseguard.reports.words import (
    evidence_number,
    given_names,
    mark_name,
    party_name,
    seen_name,
    tells,
    thing_counts,
    thing_name,
)
from poseguard.results import Evidence, Level
from poseguard.rules.pack import load_pack
from poseguard.texts import catalogue

BOX = (10.0, 10.0, 50.0, 50.0)


def test_parties_have_the_names_that_the_election_profiles_give_them() -> None:
    coded = {who.code: who.name for one in load_pack().elections.values() for who in one.party if who.code}
    assert len(coded) >= 18
    assert {code: party_name(code, "id") for code in coded} == coded
    assert {code: party_name(code, "en") for code in coded} == coded


def test_a_code_without_a_name_is_shown_in_capitals() -> None:
    assert party_name("relawan_x", "id") == "RELAWAN X"
    assert "\x1b" not in party_name("a\x1b[31m", "id")


@pytest.mark.parametrize("name", PROPS)
def test_every_prop_has_a_name_in_both_languages(name: str) -> None:
    words = catalogue("props")[f"class_{name}"]
    assert words["id"] and words["en"]
    assert seen_name(prop(1, name, 0.9, BOX, parties=["pkb"]), "id") == f"{words['id']}: PKB"


def test_every_text_stands_in_both_languages() -> None:
    for key, words in catalogue("props").items():
        assert set(words) == {"id", "en"} and all(text.strip() for text in words.values()), key


@pytest.mark.parametrize(
    ("evidence", "said", "in_english", "tell"),
    [
        (logo(1, "pdip", 0.9, BOX), "logo PDI Perjuangan", "PDI Perjuangan logo", True),
        (logo(1, "unknown", 0.4, BOX), "mirip logo partai", "like a party logo", False),
        (logo(1, "x", 0.9, BOX, name="Relawan"), "logo Relawan", "Relawan logo", True),
        (prop(1, "flag", 0.9, BOX, parties=["pan"]), "bendera partai: PAN", "party flag: PAN", True),
        (prop(1, "flag", 0.9, BOX), "bendera", "flag", False),
        (prop(1, "spanduk", 0.9, BOX, parties=["pkb", "pks"]), "spanduk: PKB, PKS", "banner: PKB, PKS", True),
        (
            prop(1, "attribute", 0.9, BOX, wearers=9),
            "kaus, rompi, jaket, atau topi pada kerumunan 9 orang",
            "shirt, vest, jacket or cap in a crowd of 9",
            False,
        ),
        (Evidence("prop-1", "prop", "bunting", 0.9, BOX), "bunting", "bunting", False),
    ],
    ids=lambda value: value.label if isinstance(value, Evidence) else "",
)
def test_what_was_seen_is_said_in_everyday_words(evidence: Evidence, said: str, in_english: str, tell: bool) -> None:
    assert seen_name(evidence, "id") == said
    assert seen_name(evidence, "en") == in_english
    assert tells(evidence) is tell


def test_an_enrolled_logo_has_its_name_in_every_format(tmp_path: Path) -> None:
    report = banner()
    outputs = [tmp_path / f"r.{suffix}" for suffix in ("txt", "csv", "html")]
    with open_reporters([], outputs, lang="id") as reports:
        reports.add(report)
        reports.finish()
    for text in (path.read_text(encoding="utf-8") for path in outputs):
        assert "logo Relawan Contoh" in " ".join(text.split())
        assert "RELAWAN" not in text
    shirt = next(one for one in report.evidence if one.id == "prop-3")
    assert seen_name(shirt, "id", given_names(report)).endswith(": Relawan Contoh")


def test_a_known_party_keeps_its_name_whatever_an_enrolled_logo_is_called() -> None:
    enrolled = logo(1, "psi", 0.9, BOX, enrolled=True, name="Relawan")
    report = replace(banner(), evidence=(enrolled, prop(1, "flag", 0.9, BOX, parties=["psi"], logos=["logo-1"])))
    assert thing_name("logo", "psi", "en", given_names(report)) == "PSI logo"
    assert seen_name(report.evidence[1], "en", given_names(report)) == "party flag: PSI"
    assert seen_name(logo(1, "psi", 0.9, BOX, enrolled=True, name="psi"), "en") == "PSI logo"


def test_a_flag_without_a_party_is_not_called_a_party_flag() -> None:
    for lang in ("id", "en"):
        assert "part" not in seen_name(prop(1, "flag", 0.9, BOX), lang)


def test_other_readings_of_an_emblem_have_names() -> None:
    assert mark_name("neg:garuda-pancasila", "id") == "bukan partai (garuda pancasila)"
    assert mark_name("background", "en") == "no emblem"
    assert mark_name("gerindra", "en") == "Gerindra"


def test_logos_and_props_are_numbered_apart_from_hands() -> None:
    assert [evidence_number(one.id) for one in banner().evidence][:3] == ["1", "L1", "L2"]
    assert evidence_number("prop-12") == "P12"


def test_only_what_names_a_party_is_counted() -> None:
    assert set(thing_counts(banner())) == {
        ("logo", "pkb"), ("logo", "perindo"), ("logo", "relawan"), ("prop", "spanduk"), ("prop", "attribute"),
    }  # fmt: skip


def colours_at_edge(canvas: np.ndarray, one: Evidence) -> np.ndarray:
    """Colour of the left edge of a drawn box, half way down."""
    x, y, _, height = (round(v) for v in one.box)
    return canvas[y + height // 2 - 2 : y + height // 2 + 2, x - 4 : x + 5].reshape(-1, 3).astype(int)


def test_boxes_take_the_colour_of_what_rests_on_them_and_grey_where_nothing_does() -> None:
    report = banner()
    data = render(scene_photo(), scene_people(), report)
    canvas = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    for one in report.evidence:
        wanted = COLOURS[Level.MEDIUM if one.id in ("prop-1", "logo-1") else None]
        near = np.abs(colours_at_edge(canvas, one) - wanted).max(1).min()
        assert near < 45, (one.id, near)


def test_tags_say_what_a_logo_and_a_prop_are() -> None:
    box = (700.0, 400.0, 80.0, 80.0)
    one, other, nothing = (
        render(scene_photo(), scene_people(), replace(banner(), evidence=seen, findings=()))
        for seen in ((logo(1, "pkb", 0.9, box),), (logo(1, "unknown", 0.9, box),), (hand(1, "other", 0.9, box),))
    )
    assert one != other, "the words differ"
    drawn = [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).astype(int) for data in (other, nothing)]
    apart = np.abs(drawn[0] - drawn[1])[370:398, 700:800].mean()
    assert apart > 20, "an ordinary hand has no words, an unknown logo has"


def test_close_ups_show_what_names_a_party_and_not_a_plain_flag() -> None:
    drawn = picture(scene_photo(), scene_people(), banner(), Wants(thumbnail=True))
    assert drawn is not None
    shown = [name for name, _ in drawn.crops]
    assert set(shown) == {"hand-1", "logo-1", "logo-2", "logo-4", "prop-1", "prop-3"}
    assert shown[0] in ("logo-1", "prop-1")


def test_explain_tells_what_each_logo_may_be_instead_and_where_it_lies() -> None:
    told = io.StringIO()
    explain(banner(), told)
    text = " ".join(told.getvalue().split())
    assert "versi perindo_old" in text and "pada no. P1" in text and "didaftarkan sendiri: ya" in text
    assert text.count("atau: bukan partai (kpu)") == 3
