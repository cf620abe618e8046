"""The drawn party is enrolled with the networks that ship, and found in the drawn photo, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from poseguard.cli.logos import load_kit
from poseguard.people.types import People
from poseguard.props.detector import PropsDetector
from poseguard.props.enrol import enrolled, read_picture
from poseguard.props.gallery import Book
from poseguard.props.gallery_file import write_book
from poseguard.reading.read import read_photo
from poseguard.weights import load_manifest

SAMPLES = Path(__file__).parents[2] / "samples"

pytestmark = pytest.mark.skipif(
    any(load_manifest().get(name) is None for name in ("props", "marks", "marks_numbers", "logo_embedder")),
    reason="needs the networks for logos, which this checkout does not have yet",
)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> PropsDetector:
    file = tmp_path_factory.mktemp("logos") / "logos.npz"
    kit = load_kit(None, "en")
    logo = enrolled(
        "contoh", "Partai Contoh", None, [read_picture(SAMPLES / "logo-partai-contoh.png", "en")], kit.embedder
    )
    write_book(file, Book(kit.network, (logo,)), lang="en")
    return PropsDetector(lang="en", gallery=file)


def labels(detector: PropsDetector, name: str) -> list[tuple[str, bool]]:
    """Label of every logo in a sample, and whether it is an enrolled one."""
    seen = detector.detect(read_photo(SAMPLES / name, lang="en"), People((), (), (), ()))
    return [(e.label, bool(e.details["enrolled"])) for e in seen.evidence if e.kind == "logo"]


def test_the_drawn_party_is_named_where_it_is_drawn(detector: PropsDetector) -> None:
    told = labels(detector, "15-bendera-contoh.jpg")
    assert ("contoh", True) in told
    assert {label for label, _ in told} <= {"contoh", "unknown"}


@pytest.mark.parametrize("name", ["16-spanduk-kantor.jpg", "09-kantor-kosong.jpg", "07-telepon.jpg"])
def test_the_drawn_party_is_named_nowhere_else(name: str, detector: PropsDetector) -> None:
    assert "contoh" not in {label for label, _ in labels(detector, name)}
