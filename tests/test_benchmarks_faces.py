"""The parts that figures on faces rest on, with embeddings of nobody; the figures themselves are measured."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "faces"))

from face_graphs import embedding, numbers, weights_folder

from benchmarks import measure
from benchmarks.faces import engines
from benchmarks.faces.candidates import Enrolled, copies_of, first_three
from benchmarks.faces.curve import roc_picture
from benchmarks.faces.engines import Bench, People
from benchmarks.faces.fairness import by_group
from benchmarks.faces.open_set import Told, chosen, try_draw
from benchmarks.faces.timing import made_up
from benchmarks.faces.verification import Scores, curve, pairs, scores
from poseguard.faces.numbers import Numbers

WIDTH = 24


def people_of(*counts: int, copies: tuple[tuple[int, int], ...] = ()) -> tuple[People, np.ndarray]:
    """So many crops of each person, and embeddings in which each person is told at once; `copies`: pairs of crops."""
    owner = np.repeat(np.arange(len(counts)), counts)
    middles = made_up(len(counts), 512, seed=2)
    rows = middles[owner] + 0.7 * made_up(len(owner), 512, seed=3)
    for first, second in copies:
        rows[second] = rows[first]
    rows = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    paths = tuple(Path(f"p{person}/{n:02}.jpg") for n, person in enumerate(owner))
    return People(paths, owner, rows), rows


def strangers() -> Numbers:
    """Numbers for embeddings of 512 values that point anywhere."""
    body = json.dumps(numbers("0" * 64, 512, covariance_root=(np.eye(512) / 512**0.5).tolist(), few={})).encode()
    return Numbers.read(body)


def test_a_share_of_different_pairs_lies_above_the_threshold_of_its_false_accept_rate() -> None:
    false = np.sort(np.linspace(-0.5, 0.5, 1000, dtype=np.float32))[::-1]
    found = Scores(np.float32([0.2, 0.45, 0.6, 0.9]), np.array([0, 0, 1, 1]), false)
    assert (false > found.threshold(0.01)).sum() == 10
    assert found.tar(0.1) == 0.75
    assert found.tar(0.01) == 0.5
    low, high = found.interval(0.1)
    assert (low, high) == (0.5, 1.0)
    rates = [tar for _, _, tar in curve(found)]
    assert rates == sorted(rates) and rates[-1] == 1.0


def test_copies_of_one_photo_are_no_same_pair_and_are_enrolled_or_looked_for_once() -> None:
    people, rows = people_of(4, 3, copies=((0, 2),))
    assert people.copies.tolist() == [[0, 2]]
    assert people.independent.tolist() == [0, 1, 3, 4, 5, 6]
    same, different = pairs(people)
    assert (0, 2) not in set(zip(*(side.tolist() for side in same), strict=True))
    assert (len(same[0]), len(different[0])) == (6 - 1 + 3, 12)
    assert scores(rows, people.owner, same, different).whose.tolist() == [0] * 5 + [1] * 3
    for seed in range(8):
        used = np.concatenate(chosen(people, 1, 2, seed)).tolist()
        assert 2 not in used


def test_one_photo_in_two_folders_stays_a_different_pair() -> None:
    people, _ = people_of(2, 2, copies=((0, 2),))
    same, different = pairs(people)
    assert (len(people.copies), len(same[0]), len(different[0])) == (0, 2, 4)


def test_a_draw_enrols_people_with_a_photo_left_and_counts_known_faces_and_strangers_apart() -> None:
    people, rows = people_of(5, 4, 4, 3, 6)
    told = Told(size=2, photos=3)
    for seed in range(3):
        try_draw(told, people, rows, strangers(), seed)
    assert told.known + told.strangers == 3 * (22 - 2 * 3)
    assert (told.right, told.another, told.wrong) == (told.known, 0, 0)
    assert told.to_json()["right_of_named"] == 1.0
    enrolled = [set(people.owner[np.concatenate(chosen(people, 4, 3, seed))].tolist()) for seed in range(5)]
    assert enrolled == [{0, 1, 2, 4}] * 5
    with pytest.raises(ValueError, match="4 people of 5"):
        chosen(people, 5, 3, 0)


def test_strangers_who_look_like_a_candidate_are_counted_as_named() -> None:
    people, rows = people_of(4, 4, 1)
    rows[8] = rows[0]
    seeds = [seed for seed in range(20) if set(people.owner[np.concatenate(chosen(people, 1, 3, seed))]) == {0}]
    told = Told(size=1, photos=3)
    try_draw(told, people, rows, strangers(), seeds[0])
    assert (told.wrong, told.faces, told.right, told.known) == (1, {8}, 1, 1)


def test_rates_of_a_group_count_pairs_within_it_and_leave_unsure_labels_out() -> None:
    people, rows = people_of(2, 2, 2)
    rows[3] = -rows[2]
    marks = [("peci", "no"), ("none", "no"), ("peci", "yes"), ("peci", "yes"), ("peci", "no"), ("?", "no")]
    labels = [{"headwear": worn, "glasses": glasses, "age": "?"} for worn, glasses in marks]
    found = by_group(rows, people, labels, threshold=0.5)
    assert (found["all"].both, found["all"].both_accepted) == (3, 2)
    peci = found["headwear peci"]
    assert (peci.people, peci.crops) == (3, 4)
    assert (peci.both, peci.both_accepted, peci.any, peci.any_accepted) == (1, 0, 3, 2)
    assert peci.strangers == 5
    assert found["headwear hijab"].crops == found["age old"].crops == 0
    assert (found["glasses no"].both, found["glasses no"].both_accepted) == (2, 2)


def test_every_curve_is_drawn_between_its_rates() -> None:
    blue = (0, 0x72, 0xB2)
    low = np.argwhere((np.array(roc_picture({"a": [(1e-4, 0.6), (1e-2, 0.6)]})) == blue).all(2)[:, :560])
    high = np.argwhere((np.array(roc_picture({"a": [(1e-4, 0.9), (1e-2, 0.9)]})) == blue).all(2)[:, :560])
    assert high[:, 0].max() < low[:, 0].min()
    assert low[:, 1].min() == pytest.approx(90 + 840 / 5, abs=3)


def photo(path: Path, colour: tuple[int, int, int], mark: int) -> None:
    """A picture of one colour, and a corner that tells files apart."""
    pixels = np.full((112, 112, 3), colour, np.uint8)
    pixels[:4, :4] = mark
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])


def test_crops_become_embeddings_once_and_are_written_nowhere(tmp_path: Path) -> None:
    ilfw = tmp_path / "data/faces/ilfw"
    for n, colour in enumerate(((40, 200, 40), (200, 220, 30))):
        for k in range(2):
            photo(ilfw / f"p{n}/0{k}.jpg", colour, 10 * k)
        photo(ilfw / f"p{n}/masked_00.jpg", colour, 0)
    bench = Bench(tmp_path, tmp_path / "out", weights_folder(tmp_path / "weights"))
    bench.__dict__["teacher"] = bench.own
    people = bench.people()
    assert [path.name for path in people.paths] == ["00.jpg", "01.jpg"] * 2
    assert people.owner.tolist() == [0, 0, 1, 1]
    assert people.copies.tolist() == [[0, 1], [2, 3]]
    assert float(people.seen[0] @ embedding(40, 200, 40)) > 0.99
    assert len(bench.people(["p1"]).paths) == 2
    assert not (tmp_path / "out").exists()


def test_sections_on_faces_are_left_out_where_their_networks_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shared/data/hands").mkdir(parents=True)
    (tmp_path / "shared/data/props").mkdir(parents=True)
    heads = {
        "hands/truth.csv": "file,split", "hands/wild.csv": "file", "hands/wild_index.csv": "file,split",
        "props/hands.csv": "file", "props/index.csv": "file,split", "props/tags.csv": "file", "props/boxes.csv": "file",
    }  # fmt: skip
    for file, head in heads.items():
        (tmp_path / "shared/data" / file).write_text(head + "\n", encoding="utf-8")
    folder = weights_folder(tmp_path / "weights", width=23)
    out = tmp_path / "out"
    command = ["--shared", str(tmp_path / "shared"), "--weights", str(folder), "--out", str(out), "--only"]
    measure.main([*command, "verification", "face-time"])
    assert "left out" in capsys.readouterr().out
    assert json.loads((out / "figures.json").read_text(encoding="utf-8"))["targets"] == []


@pytest.mark.shared
def test_held_out_people_are_there_and_labels_are_of_people_who_are(shared: Path) -> None:
    unseen = engines.HELD_OUT.read_text(encoding="utf-8").split()
    assert len(unseen) == len(set(unseen)) >= 200
    assert all((shared / "data/faces/ilfw" / name).is_dir() for name in unseen)
    with (engines.ROOT / "training/labels/faces_fairness.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all((shared / "data/faces/ilfw" / row["file"]).is_file() for row in rows)


def test_the_first_three_pictures_are_enrolled_and_their_copies_are_no_probes() -> None:
    files = tuple(Path(f"{n}.jpg") for n in range(6))
    one = Enrolled(None, (), files, ((0, 3), (1,), (2, 5), (4,)))  # type: ignore[arg-type]
    two = Enrolled(None, (), files[:2], ((0,), (1,)))  # type: ignore[arg-type]
    assert first_three({"one": one, "two": two}) == {"one": [0, 1, 2]}
    assert first_three({"one": one}, turn=3) == {"one": [4, 0, 1]}
    assert copies_of(one, [0, 1, 2]) == {files[n] for n in (0, 3, 1, 2, 5)}
