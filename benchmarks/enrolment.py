"""Enrolled logos: parties that a recogniser never saw, added from one and from five pictures, and looked for.

A folder holds such recognisers as `training.marks_train --leave-out` writes them: NAME.onnx, with its classes in
NAME.classes.json. What it left out is what the recogniser that ships knows beyond that.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.averages import nearest
from benchmarks.drawn import NOBODY, Scene, networks, party_codes, scenes, weights_folder
from benchmarks.figures import Target
from benchmarks.matching import interval
from benchmarks.run import Measured
from benchmarks.scenes import size_of
from poseguard.boxes import overlap
from poseguard.people.search import PeopleSearch
from poseguard.people.types import People
from poseguard.props.detector import PropsDetector
from poseguard.props.embedder import LogoEmbedder
from poseguard.props.enrol import enrolled, read_picture
from poseguard.props.gallery import MOST_PICTURES, Book, Picture
from poseguard.props.gallery_file import write_book
from poseguard.props.search import PropsSearch
from poseguard.reading.photo import Pixels
from poseguard.reading.read import read_photo
from poseguard.results import Box, Evidence
from poseguard.yolo import Rows

LEAST_PX = 24.0
"""A scene counts where the party's largest logo has so many pixels."""
WANTED = {"one": 0.90, "five": 0.95}
_FALSE = 0.01
_ELSEWHERE = 0.2  # an overlap under this is another place


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A recogniser and the parties that its training left out."""

    model: Path
    classes: tuple[str, ...]
    parties: tuple[str, ...]

    def numbers(self, shipped: Mapping[str, Any]) -> bytes:
        """marks.json for it: the numbers that ship, with its own classes."""
        named = {name: row for name, row in shipped["party"].items() if name in self.classes}
        return json.dumps({**shipped, "classes": self.classes, "party": named}).encode()


def recognisers(folder: Path, shipped: Mapping[str, Any]) -> list[LeftOut]:
    """Those in `folder` that lack a party. One of which an older logo was trained on is not left out."""
    codes = party_codes(shipped)
    out = []
    for path in sorted(folder.glob("*.classes.json")):
        classes = tuple(json.loads(path.read_text(encoding="utf-8")))
        trained = {codes[name] for name in classes if name in codes}
        parties = tuple(sorted(set(codes.values()) - trained))
        model = path.with_name(path.name.replace(".classes.json", ".onnx"))
        if parties and trained and model.is_file():
            out.append(LeftOut(model, classes, parties))
    return out


def pictures(shared: Path, party: str) -> list[Picture]:
    """Up to five renderings that the training side knows; test scenes are drawn from others."""
    from training.logos.artwork import renderings_of_side
    from training.shared import table

    rows = renderings_of_side(table(shared / "data/logos/sources.csv"), "train")
    files = sorted(row["file"] for row in rows if row["file"].startswith(f"party/{party}/"))
    return [read_picture(shared / "data/logos" / file, "en") for file in files[:MOST_PICTURES]]


@dataclass
class Told:
    """One party, enrolled in one way, maybe several times. `elsewhere`: false names on scenes; `false`: on `negative`.

    `named`: by size of the party's largest logo in the scene, whether it was named there.
    """

    named: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: int = 0
    scenes: int = 0
    false: int = 0
    photos: int = 0

    @property
    def tries(self) -> int:
        return sum(map(len, self.named.values()))

    @property
    def rate(self) -> float:
        right = sum(sum(part) for part in self.named.values())
        return right / self.tries if self.tries else math.nan

    @property
    def false_rate(self) -> float:
        """False names a photo."""
        return self.false / self.photos if self.photos else math.nan

    def see(self, marks: Sequence[Box], names: Sequence[Box]) -> None:
        """A scene: where the party's logos are, and where it was named."""
        self.scenes += 1
        self.elsewhere += sum(all(overlap(box, mark) < _ELSEWHERE for mark in marks) for box in names)
        largest = max(marks, key=lambda box: max(box[2:]), default=None)
        if largest is not None and max(largest[2:]) >= LEAST_PX:
            self.named[size_of(largest)].append(any(nearest(box, marks) is not None for box in names))


Way = tuple[str, str]  # party; "one" or "five" pictures
Results = dict[Way, Told]


class OneSearch:
    """While it stands in the way of the search, what was found in a picture is remembered.

    The recognisers and galleries that are compared share their detector.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Rows] = {}
        self._before: Callable[..., Rows] = PropsSearch.rows

    def __enter__(self) -> OneSearch:
        known, search = self._known, self._before

        def rows(self: PropsSearch, pixels: Pixels, heads: Sequence[Box] = (), bodies: Sequence[Box] = ()) -> Rows:
            key = hashlib.sha256(pixels.tobytes()).digest()
            if key not in known:
                known[key] = search(self, pixels, heads, bodies)
            return known[key]

        self._put(rows)
        return self

    def __exit__(self, *_: object) -> None:
        self._put(self._before)

    @staticmethod
    def _put(function: Callable[..., Rows]) -> None:
        name = "rows"
        setattr(PropsSearch, name, function)


def galleries(given: Mapping[str, Sequence[Picture]]) -> Iterator[tuple[str, dict[str, list[Picture]]]]:
    """Every picture alone, the first of each party together, then the second, ...; then all of each: "one", "five"."""
    for k in range(max(map(len, given.values()), default=0)):
        yield "one", {party: [some[k]] for party, some in given.items() if len(some) > k}
    yield "five", {party: list(some) for party, some in given.items()}


def try_one(
    left: LeftOut,
    given: Mapping[str, Sequence[Picture]],
    probes: Sequence[Scene],
    negative: Sequence[tuple[Path, People]],
    models: Mapping[str, bytes],
    results: Results,
) -> None:
    """Enrols the parties in `given` in each way, all at once; looks at scenes that show one, and at `negative`."""
    numbers = left.numbers(json.loads(models["marks_numbers"]))
    model = left.model.read_bytes()
    embedder = LogoEmbedder(models["logo_embedder"])
    shown = [scene for scene in probes if any(code in given for code, _ in scene.marks)]
    with TemporaryDirectory(prefix="poseguard-enrol-") as name:
        folder = weights_folder(Path(name), {**models, "marks": model, "marks_numbers": numbers})
        for way, chosen in galleries(given):
            book = Book(embedder.sha256, tuple(enrolled(p, p, None, some, embedder) for p, some in chosen.items()))
            write_book(folder / "logos.npz", book, lang="en")
            detector = PropsDetector(folder, lang="en", gallery=folder / "logos.npz")
            told = {party: results.setdefault((party, way), Told()) for party in chosen}
            for scene in shown:
                names = names_in(detector.detect(scene.read(), NOBODY).evidence)
                for party, one in told.items():
                    one.see([box for code, box in scene.marks if code == party], names[party])
            for path, people in negative:
                names = names_in(detector.detect(read_photo(path, lang="en"), people).evidence)
                for party, one in told.items():
                    one.photos += 1
                    one.false += len(names[party])


def names_in(evidence: Sequence[Evidence]) -> dict[str, list[Box]]:
    """Where each enrolled logo was named."""
    out: dict[str, list[Box]] = defaultdict(list)
    for e in evidence:
        if e.kind == "logo" and e.details["enrolled"]:
            out[e.label].append(e.box)
    return out


def enrolment(
    measured: Measured, folder: Path, scene_folder: Path, negative: Sequence[Path], shared: Path, weights: Path | None
) -> None:
    """The section: how often an enrolled party is found and named, and how often where it is not."""
    name = "enrolment"
    results: Results = {}
    reason, counts = None, dict[str, int]()
    models = networks(weights)
    shipped = json.loads(models["marks_numbers"])
    found = recognisers(folder, shipped)
    if not found:
        reason = f"{folder} holds no recogniser that lacks a party: python -m training.marks_train --leave-out CODES"
    elif not (scene_folder / "marks.csv").is_file():
        reason = f"{scene_folder} holds no scenes"
    if reason:
        measured.say("enrolled logos", f"left out: {reason}")
        measured.figures[name] = {"left_out": reason}
        measured.targets += targets(results)
        return
    probes = scenes(scene_folder, party_codes(shipped))
    shown = {code for scene in probes for code, _ in scene.marks}
    search = PeopleSearch(weights, lang="en")
    people = [(path, search.find(read_photo(path, lang="en"))) for path in negative]
    with OneSearch():
        for left in found:
            given = {party: pictures(shared, party) for party in left.parties if party in shown}
            counts |= {party: len(some) for party, some in given.items()}
            print(f"{left.model.name}: enrolling {', '.join(given)} ...", file=sys.stderr)
            try_one(left, {party: some for party, some in given.items() if some}, probes, people, models, results)
    never = sorted(shown - {party for party, _ in results})
    measured.say(f"enrolled logos ({len(found)} recognisers)", *lines(results, counts, never))
    measured.targets += targets(results)
    measured.figures[name] = {
        "network": {"name": "logo_embedder", "sha256": hashlib.sha256(models["logo_embedder"]).hexdigest()},
        "recognisers": {left.model.name: list(left.parties) for left in found},
        "never_left_out": never,
        "parties": {
            f"{party} from {way}": {
                "pictures": 1 if way == "one" else counts[party],
                "tries": told.tries,
                "named": told.rate,
                "by_size": {size: sum(part) / len(part) for size, part in told.named.items()},
                "false_on_negative": told.false_rate,
                "false_on_scenes": told.elsewhere / told.scenes if told.scenes else math.nan,
            }
            for (party, way), told in results.items()
        },
    }


def together(results: Results, way: str) -> Told:
    """All parties as one."""
    out = Told()
    for (_, this), told in results.items():
        if this == way:
            for size, part in told.named.items():
                out.named[size] += part
            out.elsewhere, out.scenes = out.elsewhere + told.elsewhere, out.scenes + told.scenes
            out.false, out.photos = out.false + told.false, out.photos + told.photos
    return out


def lines(results: Results, counts: Mapping[str, int], never: Sequence[str]) -> list[str]:
    """Per party and way, then by size."""
    out = [
        f"{'party':<12} {'from':<8} {'tries':>6} {'named':>6}  {'95 %':<14} {'false, negative':>15} {'on scenes':>9}"
    ]
    for (party, way), told in sorted(results.items()):
        pieces = "1" if way == "one" else str(counts[party])
        low, high = interval(told.rate, told.tries)
        elsewhere = told.elsewhere / told.scenes if told.scenes else math.nan
        out.append(
            f"{party:<12} {pieces:<8} {told.tries:>6} {told.rate:>6.3f}  {low:.2f} to {high:.2f}   "
            f"{told.false_rate:>15.4f} {elsewhere:>9.4f}"
        )
    for way in WANTED:
        every = together(results, way)
        sizes = ", ".join(f"{size} {sum(p) / len(p):.3f} of {len(p)}" for size, p in sorted(every.named.items()))
        out.append(f"all, from {way}: named {every.rate:.3f} of {every.tries}; {sizes}")
    if never:
        out.append(f"left out by no recogniser, so not measured: {', '.join(never)}")
    return out


def targets(results: Results) -> list[Target]:
    """All parties together, and the weakest; false names a photo likewise."""
    section = "enrolment"
    out = []
    for way, bound in WANTED.items():
        every, part = together(results, way), [told for (_, this), told in results.items() if this == way]
        weakest = min((told for told in part if told.tries), key=lambda told: told.rate, default=Told())
        words = "one picture" if way == "one" else "five pictures"
        out.append(Target(section, f"named from {words}, all parties", every.rate, bound, every.tries))
        out.append(Target(section, f"named from {words}, the weakest party", weakest.rate, bound, weakest.tries))
    each = [told for told in results.values() if told.photos]
    false, photos = sum(told.false for told in each), sum(told.photos for told in each)
    worst = max(each, key=lambda told: told.false_rate, default=Told())
    for words, share, of in (
        ("all parties", false / photos if photos else math.nan, photos),
        ("the worst party", worst.false_rate, worst.photos),
    ):
        out.append(Target(section, f"false names a plain photo, {words}", share, _FALSE, of, most=True))
    return out
