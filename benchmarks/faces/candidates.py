"""A gallery of politicians from the photos of faces/candidates, and what it names in their other photos and elsewhere.

Nothing says who a face in the campaign photos is: every name given is listed, and drawn beside the gallery photo that
it is most like (faces_named.jpg), for a person to look at.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.faces.engines import Bench, Floats
from benchmarks.faces.open_set import MADE
from benchmarks.faces.sheet import Shown, sheet
from benchmarks.figures import Target
from benchmarks.matching import interval
from benchmarks.run import Measured
from benchmarks.truth import read_table
from poseguard.faces.detector import FacesDetector
from poseguard.faces.enrol import Portrait, Unfit, embedded, photo_of, portrait
from poseguard.faces.gallery import ENOUGH, Candidate, Gallery, Matcher
from poseguard.faces.gallery_file import write_gallery
from poseguard.faces.networks import Networks
from poseguard.people.search import PeopleSearch
from poseguard.people.types import People
from poseguard.reading.photo import ReadPhoto
from poseguard.reading.read import read_photo
from poseguard.results import Evidence, Matching

WANTED = 0.80
ALIKE = 0.6
"""A candidate this like a person of ILFW (MobileFaceNet, cosine) is taken to be among them."""
_PURPOSE = "measurement"
_SHOWN = 160


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """Photos of one person. `pictures`: indices into `portraits`, copies of one picture together."""

    candidate: Candidate
    portraits: tuple[Portrait, ...]
    files: tuple[Path, ...]
    pictures: tuple[tuple[int, ...], ...]

    def only(self, chosen: Sequence[int]) -> Candidate:
        """With these portraits alone."""
        one = self.candidate
        photos = tuple(one.photos[i] for i in chosen)
        return Candidate(one.id, one.name, "-", "", None, "", photos, one.embeddings[list(chosen)])


@dataclass
class Named:
    """One name given. `folder`: whose photos the file lies among, or the kind of campaign photo.

    `about`: what the table of campaign photos says of the photo, which may tell who it shows, or "".
    """

    file: str
    folder: str
    candidate: str
    score: float
    threshold: float
    margin: float
    size_px: float
    box: tuple[float, float, float, float]
    photo: str
    about: str


@dataclass
class Probes:
    """One kind of photos that were looked at. `named`: photos in which their own person was named."""

    photos: int = 0
    compared: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    named: int = 0
    unnamed: list[str] = field(default_factory=list)


def enrolments(folder: Path, networks: Networks, search: PeopleSearch) -> tuple[dict[str, Enrolled], dict[str, str]]:
    """Everybody in `folder` with a photo that fits; and why the other photos do not, by file."""
    found: dict[str, Enrolled] = {}
    unfit: dict[str, str] = {}
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        portraits, files = [], []
        for path in sorted(person.iterdir()):
            try:
                portraits.append(portrait(read_photo(path, lang="en"), search, networks))
                files.append(path)
            except Unfit as reason:
                unfit[f"{person.name}/{path.name}"] = reason.reason
        if not portraits:
            continue
        photos = tuple(photo_of(one, "-", "", keep=False) for one in portraits)
        one = Candidate(person.name, person.name, "-", "", None, "", photos, embedded(portraits, networks))
        pictures = tuple(tuple(group) for group in one.groups())
        found[person.name] = Enrolled(one, tuple(portraits), tuple(files), pictures)
    return found, unfit


def first_three(people: Mapping[str, Enrolled], turn: int = 0) -> dict[str, list[int]]:
    """Of everybody with ENOUGH independent photos, the portraits to enrol: of picture `turn` and the next ones."""
    out = {}
    for name, one in people.items():
        count = len(one.pictures)
        if count >= ENOUGH:
            out[name] = [one.pictures[(turn + k) % count][0] for k in range(ENOUGH)]
    return out


def gallery_of(people: Mapping[str, Enrolled], chosen: Mapping[str, Sequence[int]], network: str) -> Gallery:
    return Gallery(network, MADE, candidates=tuple(people[name].only(indices) for name, indices in chosen.items()))


def copies_of(one: Enrolled, chosen: Sequence[int]) -> set[Path]:
    """The files that are one picture with an enrolled one, itself included."""
    taken = set(chosen)
    return {one.files[i] for picture in one.pictures if taken & set(picture) for i in picture}


class Look:
    """Reads a photo, finds people and hands both to the detector that ships."""

    def __init__(self, bench: Bench, gallery: Path, search: PeopleSearch) -> None:
        self._detector = FacesDetector(
            bench.weights, gallery=gallery, purpose=_PURPOSE, lang="en", embedder=bench.embedder
        )
        self._search = search

    def at(self, path: Path) -> tuple[ReadPhoto, tuple[Evidence, ...], Matching | None]:
        photo = read_photo(path, lang="en")
        if photo.pixels is None:
            return photo, (), None
        people: People = self._search.find(photo)
        seen = self._detector.detect(photo, people)
        return photo, seen.evidence, seen.matching


@dataclass
class Looked:
    """Everything that was looked at end to end. `own`: other photos of enrolled people, no copies of enrolled ones."""

    own: Probes = field(default_factory=Probes)
    others: Probes = field(default_factory=Probes)
    campaign: Probes = field(default_factory=Probes)
    names: list[Named] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)

    def see(
        self, part: Probes, path: Path, folder: str, look: Look, faces: Mapping[str, Portrait], about: str = ""
    ) -> None:
        """`faces`: the enrolled portraits, by digest of their file."""
        photo, evidence, matching = look.at(path)
        part.photos += 1
        if matching is not None:
            part.compared += matching.compared
            part.skipped = dict(Counter(part.skipped) + Counter(asdict(matching.skipped)))
        if any(one.label == folder for one in evidence):
            part.named += 1
        elif part is self.own:
            part.unnamed.append(f"{folder}/{path.name}")
        for one in evidence:
            told = one.details
            margin = math.nan if told["margin"] is None else float(told["margin"])
            sizes = float(told["score"]), float(told["threshold"]), margin, float(told["size_px"])
            name = Named(path.name, folder, one.label, *sizes, one.box, told["photo"], about)
            self.names.append(name)
            if len(self.shown) < _SHOWN and photo.pixels is not None:
                words = f"{folder}/{path.name}", f"{one.label} {name.score:.3f} ({name.threshold:.3f})"
                self.shown.append(Shown(faces[name.photo].picture, photo.pixels, one.box, photo.scale, words))


def candidates(measured: Measured, bench: Bench) -> None:
    """The section."""
    folder = bench.shared / "data/faces/candidates"
    networks, search = bench.own.networks, PeopleSearch(bench.weights, lang="en")
    people, unfit = enrolments(folder, networks, search)
    chosen = first_three(people)
    gallery = gallery_of(people, chosen, networks.embedder.sha256)
    faces = {people[n].candidate.photos[i].sha256: people[n].portraits[i] for n, some in chosen.items() for i in some}
    looked = Looked()
    with TemporaryDirectory(prefix="poseguard-faces-") as name:
        path = Path(name) / "measured.faces"
        write_gallery(path, gallery, lang="en")
        look = Look(bench, path, search)
        for photo in sorted(folder.glob("*/*")):
            person = photo.parent.name
            if person not in chosen:
                looked.see(looked.others, photo, person, look, faces)
            elif photo not in copies_of(people[person], chosen[person]):
                looked.see(looked.own, photo, person, look, faces)
        print("looking at the campaign photos ...", file=sys.stderr)
        for photo, about in campaign_photos(bench.shared).items():
            looked.see(looked.campaign, photo, photo.parent.name, look, faces, about)
    sheet(looked.shown).save(bench.out / "faces_named.jpg", quality=90)
    turned = turns(people, networks)
    _say(measured, bench, people, unfit, chosen, looked, turned)


def campaign_photos(shared: Path) -> dict[Path, str]:
    """Photos of props that show campaigning, of both sides of the split, and what its table says of them.

    No face was trained on with a name; those of the train side may be among the faces that taught without one.
    """
    rows = read_table(shared / "data/props/index.csv")
    shown = [row for row in rows if not row["file"].startswith("negative/")]
    return {shared / "data/props" / row["file"]: f"{row['note']}; {Path(row['path']).name}" for row in shown}


def turns(people: Mapping[str, Enrolled], networks: Networks) -> dict[str, int]:
    """Other choices of three photos: so often as the most photographed has pictures, each picture leading once.

    Counts `tries` (portraits that are no copy of an enrolled one, of people with more than ENOUGH pictures), `named`
    rightly, `wrong`; and of `others`, portraits of people who are not enrolled, those `others_named`.
    """
    out = dict.fromkeys(("turns", "tries", "named", "wrong", "others", "others_named"), 0)
    out["turns"] = max((len(one.pictures) for one in people.values()), default=0)
    for turn in range(out["turns"]):
        chosen = first_three(people, turn)
        matcher = Matcher(gallery_of(people, chosen, networks.embedder.sha256), networks.numbers, lang="en")
        for name, one in people.items():
            taken = copies_of(one, chosen.get(name, ()))
            for file, row in zip(one.files, one.candidate.embeddings, strict=True):
                if file in taken:
                    continue
                told = matcher.decide(row).candidate
                if name in chosen:
                    out["tries"] += 1
                    out["named"] += told == name
                    out["wrong"] += told not in (None, name)
                else:
                    out["others"] += 1
                    out["others_named"] += told is not None
    return out


def learnt(bench: Bench, people: Mapping[str, Enrolled], names: Sequence[str]) -> int:
    """How many of these people are like one of ILFW whom the project's embedder learnt from."""
    ilfw = bench.people()
    train = np.array([path.parent.name not in bench.apart for path in ilfw.paths])
    middles = _middles(ilfw.seen[train], ilfw.owner[train])
    found = 0
    for name in names:
        rows = embedded(people[name].portraits, bench.teacher.networks)
        middle = rows.mean(0)
        found += bool((middles @ (middle / np.linalg.norm(middle))).max() > ALIKE)
    return found


def _middles(rows: Floats, owner: Any) -> Floats:
    out = np.stack([rows[owner == person].mean(0) for person in np.unique(owner)])
    return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True), np.float32)


def _say(
    measured: Measured,
    bench: Bench,
    people: Mapping[str, Enrolled],
    unfit: Mapping[str, str],
    chosen: Mapping[str, Sequence[int]],
    looked: Looked,
    turned: Mapping[str, int],
) -> None:
    own = looked.own
    share = own.named / own.photos if own.photos else math.nan
    wrong = sum(one.folder in people and one.folder != one.candidate for one in looked.names)
    low, high = interval(share, own.photos)
    known = learnt(bench, people, list(chosen))
    pictures = {name: (len(one.files), len(one.pictures)) for name, one in people.items()}
    lines = [
        f"enrolled, {ENOUGH} photos each: {', '.join(chosen)}; {known} of {len(chosen)} are like people of ILFW that "
        "the project's embedder learnt from",
        "photos that fit, independent ones: " + ", ".join(f"{n} {fit}, {many}" for n, (fit, many) in pictures.items()),
        "unfit to enrol: " + (", ".join(f"{file} ({why})" for file, why in unfit.items()) or "none"),
        f"their other photos: named {own.named} of {own.photos} ({low:.2f} to {high:.2f}); "
        f"not: {', '.join(own.unnamed) or '-'}",
        f"other choices of {ENOUGH} ({turned['turns']}): named {turned['named']} of {turned['tries']}, wrongly "
        f"{turned['wrong']}; of people who are not enrolled {turned['others_named']} of {turned['others']}",
    ]
    for words, part in (("people who are not enrolled", looked.others), ("campaign photos", looked.campaign)):
        gates = ", ".join(f"{gate} {count}" for gate, count in part.skipped.items()) or "none"
        lines.append(f"{words}: {part.photos} photos, {part.compared} faces compared, not: {gates}")
    lines.append(f"names given: {len(looked.names)}; look at each (faces_named.jpg)")
    lines += [
        f"  {f'{one.folder}/{one.file}':<48} {one.candidate:<22} {one.score:.3f} (threshold "
        f"{one.threshold:.3f}, margin {one.margin:.3f}, {one.size_px:.0f} px) {one.about}"
        for one in looked.names
    ]
    measured.say("candidates, end to end", *lines)
    measured.targets += [
        Target("candidates", "other photos of those enrolled, named", share, WANTED, own.photos),
        Target("candidates", "names on photos of somebody else", float(wrong), 0.0, len(looked.names), most=True),
    ]
    measured.figures["candidates"] = {
        "enrolled": {n: [people[n].files[i].name for i in some] for n, some in chosen.items()}, "learnt_from": known,
        "unfit": dict(unfit), "own": asdict(own), "others": asdict(looked.others), "campaign": asdict(looked.campaign),
        "other_choices": dict(turned), "wrong_on_candidates": wrong, "names": [asdict(one) for one in looked.names],
    }  # fmt: skip
