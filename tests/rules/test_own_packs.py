"""An agency's own files: what they can change, and how errors in them are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from rules_help import Judge, hands, logo

from poseguard.errors import DataError, UsageError
from poseguard.results import Level
from poseguard.rules.pack import load_pack

REGION = """\
schema = "poseguard.region/1"
election = "pilkada-2024"
region = "Kota Contoh"
issuer = "KPU Kota Contoh"
date = "2024-09-23"
source = ""
verified = true
[[paslon]]
number = 1
name = "Pasangan A"
[[paslon]]
number = 2
name = "Pasangan B"
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def error(folder: Path, text: str, lang: str = "en") -> DataError:
    with pytest.raises(DataError) as caught:
        load_pack([write(folder, "mine.toml", text)], lang=lang)
    assert caught.value.remedy
    return caught.value


def test_a_region_gives_the_numbers_their_meaning(tmp_path: Path, judge: Judge) -> None:
    write(tmp_path, "kota.toml", REGION)
    own = load_pack([tmp_path])
    given = {"election": "pilkada-2024", "posted": "2024-09-23", "subject": "pns"}
    (found,) = judge(hands("peace"), by=own, region="kota  contoh", **given)[0]
    assert found.rule == "pose-participant"
    assert any("pasangan calon nomor 2 di Kota Contoh (Pasangan B)" in note for note in found.notes)
    (elsewhere,) = judge(hands("peace"), by=own, region="Kota Lain", **given)[0]
    assert elsewhere.rule == "pose-listed"
    assert any("bersifat lokal" in note for note in elsewhere.notes)


def test_a_mistyped_region_is_told_where_its_numbers_are_known(tmp_path: Path, judge: Judge) -> None:
    own = load_pack([write(tmp_path, "kota.toml", REGION)], lang="en")
    with pytest.raises(UsageError) as caught:
        judge([], by=own, lang="en", election="pilkada-2024", region="Kota Conto")
    assert "Kota Conto" in caught.value.message and "Kota Contoh" in caught.value.remedy
    judge([], by=own, election="pemilu-2024", region="Kota Conto")


@pytest.mark.parametrize("slot", ["{people:d}", "{people!r}"])
def test_a_slot_takes_no_format_of_its_own(slot: str, tmp_path: Path) -> None:
    text = f'schema = "poseguard.texts/1"\n[text.attribute]\nid = "{slot}"\nen = "{slot}"\n'
    assert slot in error(tmp_path, text).message


def test_a_file_nested_beyond_measure_is_no_toml(tmp_path: Path) -> None:
    assert "mine.toml" in error(tmp_path, "a = " + 2000 * "[").message


def test_a_folder_can_change_a_level_and_turn_a_rule_off(tmp_path: Path, judge: Judge) -> None:
    write(
        tmp_path,
        "mine.toml",
        """\
schema = "poseguard.rules/1"
version = "mine-1"
off = ["pose-unsure"]

[threshold.hand]
report = 0.3
sure = 0.9

[rule.pose-listed-active]
about = "pose"
level = "high"
title = "pose-listed-title"
explanation = "own-words"
when = { pose = ["listed"], sure = true, phase = ["campaign"] }
""",
    )
    write(
        tmp_path,
        "words.toml",
        """\
schema = "poseguard.texts/1"
[text.own-words]
id = "Kata kami: {pose}."
en = "Our words: {pose}."
""",
    )
    own = load_pack([tmp_path])
    given = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}
    findings, risk = judge(hands("like", confidence=0.95), by=own, **given)
    assert risk.level is Level.HIGH
    assert findings[0].explanation == "Kata kami: jempol (mengacungkan jempol)."
    assert judge(hands("like", confidence=0.8), by=own, **given)[0] == ()
    assert own.digests()[1].version == "mine-1"


def test_an_unknown_list_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="V10B") as caught:
        load_pack(pose_list="V10B", lang="en")
    assert "V10b" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('schema = "poseguard.rulez/1"\n', 1, "unknown schema", "poseguard.rules/1"),
        ("level = 3\n", 1, "unknown schema", "first line"),
        ('schema = "poseguard.rules/1"\nversion = "1"\n\n[rule.x\n', 4, "not valid TOML", "punctuation"),
        ('schema = "poseguard.rules/1"\n', 1, "“version” is missing", "Add a line"),
        ('schema = "poseguard.rules/1"\nversion = 1\n', 2, "wrong kind", '"..."'),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[rule.x]\nabout = "pose"\nlevl = "low"\n',
            5,
            "unknown key “levl”",
            "“level”",
        ),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[rule.x]\nabout = "pose"\ntitle = "pose-listed-title"\n'
            'explanation = "pose-listed"\nlevel = "hoch"\n',
            7,
            "“hoch” is no choice",
            "none, low, medium, high, unknown",
        ),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[rule.x]\nabout = "pose"\nlevel = "low"\n'
            'title = "pose-listed-titel"\nexplanation = "pose-listed"\n',
            6,
            "does not exist in texts",
            "pose-listed-title",
        ),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[rule.x]\nabout = "pose"\nlevel = "low"\n'
            'title = "pose-listed-title"\nexplanation = "pose-listed"\ncite.disiplin = ["d-77"]\n',
            8,
            "“d-77”",
            "“d-7”",
        ),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[rule.x]\nabout = "pose"\nlevel = "low"\n'
            'title = "pose-listed-title"\nexplanation = "pose-listed"\n\nwhen = { cues = ["unifrom"] }\n',
            9,
            "“unifrom”",
            "“uniform”",
        ),
        ('schema = "poseguard.rules/1"\nversion = "1"\noff = [\n "pose-listet",\n]\n', 3, "listet", "“pose-listed”"),
        (
            'schema = "poseguard.rules/1"\nversion = "1"\n[threshold.hand]\nreport = 0.8\nsure = 0.5\n',
            4,
            "report ≤ sure",
            "Change report or sure",
        ),
        (
            'schema = "poseguard.pose-lists/1"\n\n[list.x]\nname = { id = "a", en = "b" }\nissuer = "i"\n'
            'date = "2024-01"\nstatus = "imbauan"\nreliability = "C"\nverified = false\nlisted = ["thumbup"]\n',
            10,
            "“thumbup”",
            "“thumb_up”",
        ),
        (
            'schema = "poseguard.texts/1"\n# words\n[text.x]\nid = "{pose} {pos}"\nen = "{pose}"\n',
            3,
            "{pos}",
            "same slots",
        ),
        (REGION.replace("pilkada-2024", "pilkada-2042"), 3, "“pilkada-2042”", "“pilkada-2024”"),
        (REGION.replace("number = 2", 'number = "2"'), 12, "paslon.1.number", "as 1"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_remedy(text: str, line: int, problem: str, remedy: str, tmp_path: Path) -> None:
    caught = error(tmp_path, text)
    assert f"mine.toml, line {line}: " in caught.message
    assert problem in caught.message
    assert remedy in caught.remedy


def test_errors_are_told_in_indonesian_too(tmp_path: Path) -> None:
    caught = error(tmp_path, 'schema = "poseguard.rules/1"\nversion = "1"\nvrsion = "2"\n', "id")
    assert "mine.toml, baris 3: kunci “vrsion” tidak dikenal" in caught.message
    assert "version" in caught.remedy


ELECTION = """\
schema = "poseguard.election/1"
id = "uji"
name = { id = "Uji", en = "Test" }
kind = "pemilu"
issuer = "KPU"
date = "2030"
source = ""
verified = false
local_numbers = false
[phase.campaign]
name = { id = "a", en = "a" }
start = 2030-01-01
end = 2030-02-01
regime = "disiplin"
[phase.quiet]
name = { id = "b", en = "b" }
start = 2030-02-01
end = 2030-02-03
regime = "disiplin"
"""


PARTIES = (
    ELECTION.replace("end = 2030-02-01", "end = 2030-01-31")
    + """\
[[party]]
number = 1
name = "Partai Satu"
code = "satu"
[[party]]
number = 2
name = "Partai Dua"
code = "dua"
[[logo_version]]
party = "satu"
version = "old"
valid_until = 2029-12-31
[[logo_version]]
party = "satu"
valid_from = 2030-01-01
[[ticket]]
number = 1
name = "Pasangan"
parties = ["satu", "dua"]
"""
)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem", "remedy"),
    [
        ('code = "dua"', 'code = "satu"', 27, "party code “satu” is used twice", "a code of its own"),
        ('party = "satu"\nvalid', 'party = "sat"\nvalid', 33, "“sat” in", "“satu”"),
        ('version = "old"\n', "", 32, "“-” of “satu” stands there twice", "another name"),
        ("valid_from = 2030-01-01", "valid_from = 2030-01-01\nvalid_until = 2029-01-01", 35, "ends before", "Correct"),
        ("valid_from = 2030-01-01", 'source = "jernih.id/…"', 34, "incomplete", "seen_at"),
        ("valid_from = 2030-01-01", 'valid_frm = "x"', 34, "unknown key “valid_frm”", "“valid_from”"),
        ('["satu", "dua"]', '["satu", "duo"]', 38, "“duo” in", "“dua”"),
        (
            "local_numbers = false",
            'local_numbers = false\nparties_of = "pemilu-2024"',
            10,
            "“pemilu-2024”",
            "parties_of",
        ),
    ],
)
def test_an_error_about_parties_names_file_line_and_remedy(
    old: str, new: str, line: int, problem: str, remedy: str, tmp_path: Path
) -> None:
    assert "uji" in load_pack([write(tmp_path, "fine.toml", PARTIES)]).elections
    caught = error(tmp_path, PARTIES.replace(old, new, 1))
    assert f"mine.toml, line {line}: " in caught.message
    assert problem in caught.message
    assert remedy in caught.remedy


def test_parties_can_be_taken_over_from_another_election(tmp_path: Path, judge: Judge) -> None:
    fine = ELECTION.replace("end = 2030-02-01", "end = 2030-01-31")
    taken = fine.replace("local_numbers = false", 'local_numbers = false\nparties_of = "pemilu-2024"')
    own = load_pack([write(tmp_path, "mine.toml", taken)])
    given = {"by": own, "election": "uji", "posted": "2030-01-05"}
    assert judge([logo("pkb")], **given)[1].level is Level.MEDIUM
    assert "line 10: “pemilu-2042”" in error(tmp_path, taken.replace("pemilu-2024", "pemilu-2042")).message
    own = load_pack([write(tmp_path, "mine.toml", PARTIES)])
    assert judge([logo("pkb")], **{**given, "by": own})[1].level is Level.NONE
    assert judge([logo("dua")], **{**given, "by": own})[1].level is Level.MEDIUM


def test_a_local_pair_with_an_unknown_party_is_told(tmp_path: Path) -> None:
    caught = error(tmp_path, REGION + 'parties = ["pkb", "golkr"]\n')
    assert "line 14: “golkr”" in caught.message
    assert "“golkar”" in caught.remedy


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        ("share = 1.5", 4, "between 0 and 1"),
        ("least = 1", 6, "too small"),
        ("ratio = 0.5", 7, "too small"),
        ('without = ["candidat"]', 9, "“candidat”"),
    ],
)
def test_an_error_about_a_lineup_names_the_line(change: str, line: int, problem: str, tmp_path: Path) -> None:
    lines = ["share = 0.8", "named_share = 0.5", "least = 3", "ratio = 2.0", "gap = 5.0", "without = []"]
    key = change.split(" =")[0]
    changed = [change if own.split(" =")[0] == key else own for own in lines]
    head = 'schema = "poseguard.rules/1"\nversion = "1"\n[lineup.own]\n'
    caught = error(tmp_path, head + "\n".join(changed) + "\n")
    assert f"line {line}: " in caught.message
    assert problem in caught.message


def test_a_rule_that_a_note_names_can_be_turned_off(tmp_path: Path, judge: Judge) -> None:
    text = 'schema = "poseguard.rules/1"\nversion = "1"\noff = ["mark-unnamed", "party-worn"]\n'
    own = load_pack([write(tmp_path, "mine.toml", text)])
    assert judge([logo("unknown")], by=own, election="pemilu-2024", posted="2024-01-15")[0] == ()


def test_overlapping_phases_and_odd_names_are_refused(tmp_path: Path) -> None:
    assert "line 13: phase “campaign”" in error(tmp_path, ELECTION).message
    fine = ELECTION.replace("end = 2030-02-01", "end = 2030-01-31")
    assert "uji" in load_pack([write(tmp_path, "fine.toml", fine)]).elections
    assert "line 15: “quiett”" in error(tmp_path, fine.replace("phase.quiet", "phase.quiett")).message
    assert "line 12" in error(tmp_path, fine.replace("start = 2030-01-01", 'start = "2030-01-01"')).message


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        load_pack([path])
