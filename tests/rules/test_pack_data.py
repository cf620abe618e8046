"""What ships: complete, sourced, in both languages, and without a verdict."""

from __future__ import annotations

import re
import string
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from poseguard.rules.checking import SLOTS
from poseguard.rules.pack import Pack, load_pack
from poseguard.texts import catalogue

DATA = Path(str(files("poseguard.rules") / "data"))
TEXTS = Path(str(files("poseguard.texts")))

POSES = {"like", "dislike", "one", "peace", "three", "four", "palm", "rock"} | {
    *("call", "ok", "thumb_index", "finger_heart", "fist", "hand_heart", "other")
}


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", catalogue("rules"))
def test_every_text_stands_in_both_languages_with_the_same_slots(key: str) -> None:
    words = catalogue("rules")[key]
    assert set(words) == {"id", "en"}
    assert words["id"].strip()
    assert words["en"].strip()
    assert slots(words["id"]) == slots(words["en"])


def test_every_text_that_rules_name_uses_only_slots_that_are_filled(pack: Pack) -> None:
    named = {note.text for note in pack.notes.values()}
    for rule in pack.rules.values():
        named |= {rule.title, rule.explanation, *rule.advice, *rule.would_change, *rule.readings}
    for key in named:
        assert slots(catalogue("rules")[key]["id"]) <= SLOTS, key


def test_every_text_of_a_finding_is_used(pack: Pack) -> None:
    prefixes = ("advice-", "change-", "note-", "reading-", "pose-")
    sources = (DATA / "rules.toml").read_text(encoding="utf-8")
    for key in catalogue("rules"):
        if key.startswith(prefixes):
            assert f'"{key}"' in sources, key


FORBIDDEN = re.compile(r"melanggar|terbukti bersalah|\bguilty\b|\bviolat", re.IGNORECASE)


@pytest.mark.parametrize("path", [*TEXTS.glob("*.toml"), *DATA.rglob("*.toml")], ids=lambda path: path.name)
def test_no_verdict_stands_anywhere(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text(encoding="utf-8"))


def test_no_criminal_clause_is_cited(pack: Pack) -> None:
    for cited in pack.citations.values():
        assert not re.search(r"(?i)pasal (494|547|188|189|493|521)\b", f"{cited.article} {cited.text} {cited.title}")


def test_every_pose_the_hands_room_tells_has_a_name_and_an_innocent_reading(pack: Pack) -> None:
    assert set(pack.poses) == POSES
    for label, pose in pack.poses.items():
        assert label == "other" or pose.reading, label


def test_every_pose_list_is_advice_with_issuer_and_date(pack: Pack) -> None:
    for one in pack.lists.values():
        assert one.status == "imbauan"
        assert one.issuer
        assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", one.date)


def test_the_default_is_the_bkn_video_with_four_and_without_five(pack: Pack) -> None:
    assert pack.list_id == "V10b"
    assert "four" in pack.pose_list.listed
    assert "five" not in pack.pose_list.listed


def test_the_strict_union_holds_every_listed_shape(pack: Pack) -> None:
    every = {shape for one in pack.lists.values() for shape in one.listed}
    assert set(pack.lists["gabungan-ketat"].listed) == every


def test_shapes_in_all_five_lists_are_the_ones_the_facts_name(pack: Pack) -> None:
    common = set.intersection(*(set(pack.lists[name].listed) for name in ("V8", "V9", "V10a", "V10b", "V10c")))
    assert common == {"thumb_up", "two_V", "pistol_L", "finger_heart", "phone"}


def test_every_citation_that_is_used_exists_and_the_ones_of_the_issue_are_there(pack: Pack) -> None:
    used = {name for rule in pack.rules.values() for names in rule.cite.values() for name in names}
    assert used - {"pose-list"} <= set(pack.citations)
    assert {"ke-1", "ke-3", "ke-5", "ke-6", "ke-7", "d-1", "d-4", "d-7", "d-8"} <= set(pack.citations)


def test_only_official_texts_are_verified(pack: Pack) -> None:
    for cited in pack.citations.values():
        assert not cited.verified or (cited.reliability == "A" and cited.quoted and cited.source)


def test_code_of_ethics_items_carry_moral_and_discipline_items_heavy_sanctions(pack: Pack) -> None:
    for ident, cited in pack.citations.items():
        if ident.startswith(("ke-", "d-")):
            assert cited.sanction is not None
            assert cited.sanction.level == ("moral" if ident.startswith("ke-") else "berat")


def test_no_incomplete_address_is_shown() -> None:
    for path in DATA.rglob("*.toml"):
        for address in re.findall(r'https?://[^"\s]+', path.read_text(encoding="utf-8")):
            assert "…" not in address
            assert "..." not in address


def test_parties_and_tickets_have_their_numbers(pack: Pack) -> None:
    election = pack.elections["pemilu-2024"]
    assert [party.number for party in election.party] == list(range(1, 25))
    assert [ticket.number for ticket in election.ticket] == [1, 2, 3]
    assert not pack.elections["pilkada-2024"].party


def test_the_digest_follows_the_files(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('schema = "poseguard.texts/1"\n', encoding="utf-8")
    first = load_pack([tmp_path]).digests()
    (tmp_path / "mine.toml").write_text('schema = "poseguard.texts/1"\n# other\n', encoding="utf-8")
    second = load_pack([tmp_path]).digests()
    assert [one.name for one in first] == ["rules/poseguard", f"rules/{tmp_path.name}"]
    assert first[0] == second[0]
    assert first[1].sha256 != second[1].sha256


def test_the_shipped_files_are_plain_toml_with_a_schema() -> None:
    for path in DATA.rglob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["schema"].startswith("poseguard.")
