"""The samples' fictional candidate, found by the networks that ship: what a user of the README sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from poseguard.cli import main
from poseguard.results import Level, PhotoReport
from poseguard.scanner import Scanner, Settings

SAMPLES = Path(__file__).parents[2] / "samples"
CONTEXT = {"election": "pilkada-2024", "posted": "2024-10-15", "subject": "pns"}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gallery") / "calon.faces"
    portraits = sorted(map(str, (SAMPLES / "calon-contoh").glob("*.jpg")))
    who = ["--id", "contoh", "--name", "Calon Contoh", "--election", "pilkada-2024", "--number", "2"]
    for words in (
        ["create", str(path)],
        ["add", str(path), *who, "--source", "samples/draw.py", *portraits],
        ["check", str(path)],
    ):
        assert main(["gallery", *words, "--lang", "en"]) == 0
    return path


@pytest.fixture(scope="module")
def scanner(gallery: Path) -> Scanner:
    return Scanner(Settings("en", gallery=gallery, purpose="test"))


def faces(report: PhotoReport) -> list[tuple[str, float, float]]:
    """Label, and the middle of the box as shares of the photo."""
    wide, high = report.photo.width or 1, report.photo.height or 1
    return [
        (e.label, (e.box[0] + e.box[2] / 2) / wide, (e.box[1] + e.box[3] / 2) / high)
        for e in report.evidence
        if e.kind == "face"
    ]


def test_the_candidate_in_a_group_is_named_and_the_pose_of_their_number_weighs_most(scanner: Scanner) -> None:
    report = scanner.look(SAMPLES / "17-bersama-calon.jpg", **CONTEXT)
    ((label, x, y),) = faces(report)
    assert label == "contoh" and x == pytest.approx(0.68, abs=0.03) and y == pytest.approx(0.31, abs=0.05)
    assert report.matching is not None
    assert (report.matching.named, report.matching.compared) == (1, 5)
    assert report.risk.level is Level.HIGH and "pose-candidate-number" in {f.rule for f in report.findings}


def test_a_poster_depicts_the_candidate_too(scanner: Scanner) -> None:
    report = scanner.look(SAMPLES / "18-poster-calon.jpg", **CONTEXT)
    ((label, x, _),) = faces(report)
    assert label == "contoh" and x < 0.35
    told = " ".join(f.explanation for f in report.findings)
    assert "depicts someone like candidate Calon Contoh" in told and "to be verified" in told


@pytest.mark.parametrize("name", ["10-rombongan.jpg", "08-biasa.jpg", "03-kepal.jpg", "01-jempol.jpg"])
def test_nobody_else_is_named(scanner: Scanner, name: str) -> None:
    report = scanner.look(SAMPLES / name, **CONTEXT)
    assert faces(report) == [] and report.matching is not None and report.matching.named == 0


def test_without_a_gallery_no_face_is_compared() -> None:
    report = Scanner(Settings("en")).look(SAMPLES / "17-bersama-calon.jpg", **CONTEXT)
    assert faces(report) == [] and report.matching is None
