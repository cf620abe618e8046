"""`explain` in Indonesian speaks Indonesian throughout: figures of a hand, names of the rule data."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import get_args

import pytest
from report_samples import group, hand

from poseguard.hands.fingers import _FINGERS
from poseguard.reports.explain import explain
from poseguard.reports.words import mark_name, probability
from poseguard.rules.context import SUBJECTS
from poseguard.rules.model import PhaseName, Regime
from poseguard.rules.pack import load_pack
from poseguard.texts import LANGS, catalogue


def told(lang: str = "id", **context: object) -> str:
    """What `explain` prints of one hand, its lines joined."""
    seen = hand(1, "peace", 0.9, (0.0, 0.0, 9.0, 9.0), hand_probability=0.991, fingers=["index", "pinky"], thumb="out")
    report = replace(group(), evidence=(seen,), findings=())
    text = io.StringIO()
    explain(replace(report, context=replace(report.context, lang=lang, **context)), text)  # type: ignore[arg-type]
    return " ".join(text.getvalue().split())


def test_the_figures_of_a_hand_are_in_the_readers_language() -> None:
    text = told()
    assert "peluang ini tangan 0,991" in text
    assert "jari telunjuk, kelingking" in text and "jempol terbuka" in text
    for english in ("probability", "index", "pinky", "out"):
        assert english not in text
    assert "chance that it is a hand 0.991" in told("en") and "fingers index, little" in told("en")


def test_the_context_is_in_the_readers_language() -> None:
    given = {"phase": "campaign", "regime": "kode-etik", "subject": "non-asn", "taken_source": "declared"}
    text = told(**given, declared=("state_vehicle", "number:2"))
    for words in ("masa kampanye", "kode etik", "bukan ASN", "disebut oleh pengguna", "kendaraan dinas (pelat merah)"):
        assert words in text
    assert "angka yang menonjol pada benda atau pakaian: 2" in text
    assert "campaign" not in text and "declared" not in text and "state_vehicle" not in text
    assert "code of ethics" in told("en", **given)


def test_names_that_the_texts_do_not_know_are_shown_as_they_are() -> None:
    assert "partai_baru" in told(declared=("partai_baru",))


@pytest.mark.parametrize("lang", LANGS)
def test_every_name_of_the_rule_data_has_words(lang: str) -> None:
    words = {key: text[lang] for key, text in catalogue("reports").items()}
    declared = load_pack(lang=lang).declarables
    assert {key: words[f"fact_{key}"] for key in declared} == {key: one.name.say(lang) for key, one in declared.items()}
    assert all(words[f"phase_{name}"] for name in get_args(PhaseName) if name != "unknown")
    assert all(words[f"subject_{name}"] for name in SUBJECTS if name != "unknown")
    assert all(words[f"finger_{name}"] for name in _FINGERS)
    assert all(catalogue("rules")[f"regime-{name}"][lang] for name in get_args(Regime) if name != "unknown")


def test_an_emblem_of_nobody_is_named_in_the_readers_language() -> None:
    assert mark_name("neg:fiction", "id") == "bukan partai (lambang rekaan)"
    assert mark_name("neg:sekolah", "en") == "no party (a school)"
    assert mark_name("neg:univ-undip", "id") == "bukan partai (univ undip)"


def test_no_network_is_certain() -> None:
    assert (probability(0.9997, "id"), probability(1.0, "en"), probability(0.25, "en")) == ("0,999", "0.999", "0.250")
