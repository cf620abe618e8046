"""Fits when an enrolled logo is named, on parties that a recogniser never saw: "enrol" in the twins' marks.json.

    python -m training.enrol_fit --scenes runs/logo_scenes_test --left-out runs/marks_x.onnx ... [--count 300]

The recognisers come from `training.marks_train --leave-out`, the embedder was taught on no party; the parties that each
lacks are enrolled from their train-side renderings and looked for in test scenes, on the photos without politics of the
held-out repositories, and where `training.marks_mine` saw prints and signs that are no emblem on other photos. Half of
the sources of those give the strangers that a logo has to lead, the other half the looks that must name nothing.
"""

from __future__ import annotations

import argparse
import json
import zlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import TWINS, box_of
from poseguard.boxes import overlap
from poseguard.props.embedder import LogoEmbedder
from poseguard.props.enrol import enrolled, read_picture
from poseguard.props.gallery import Book, LogoGallery, Measure, known
from poseguard.props.geometry import surroundings
from poseguard.props.marks import Marks
from poseguard.props.search import PropsSearch
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import YoloNetwork
from training.logos.artwork import renderings_of_side
from training.marks_mine import MINED
from training.props_fit import truths, unlisted
from training.regression import Seen, regression
from training.shared import DATA, ROOT, read, table

LEAST_PRECISION = 0.97
"""Of names in drawn scenes, which are full of other emblems."""
MOST_FALSE = 0.0025
"""Names a look for one logo at one photo that shows no politics: a quarter of what is allowed, since the recognisers
have seen most of these places as background, and 0.004 here was 0.015 on the measured photos."""
_INLIERS, _MARGIN = 8, 0.5
_SMALLEST, _MOST_MINED, _DOUBTFUL = 16, 12, 0.5
_COLUMNS = 7  # of `Measure.features` for a checked box
_PENALTY = 1e-5  # cosines differ by tenths: their weight has to be large
_STRANGERS, _OF_A_PHOTO = 256, 12


@dataclass(frozen=True)
class Look:
    """A picture with what the search boxed in it. `there`: parties shown and where; `plain`: no politics in it."""

    path: Path
    image: Pixels
    boxes: list[Box]
    scores: list[float]
    there: list[tuple[str, Box]]
    plain: bool


@dataclass
class Compared:
    """What was measured of boxes of one kind (checked or small), with whether the logo is there and the picture.

    `rivals`: which look at which box a row belongs to; of its logos only the likeliest can be named. `party`: how sure
    the recogniser is of a party there, which is named instead where that is more. `plain`: no politics in the picture.
    `there`: boxes of the logo, those included that are no candidates.
    """

    seen: Seen = field(default_factory=Seen)
    cosines: list[float] = field(default_factory=list)
    rivals: list[int] = field(default_factory=list)
    party: list[float] = field(default_factory=list)
    plain: list[bool] = field(default_factory=list)
    there: int = 0

    def add(self, one: Measure, right: bool, look: Look, rival: int, party: float) -> None:
        self.seen.add(list(one.features(_INLIERS)), right, 1.0, str(look.path))
        self.cosines.append(one.cosine)
        self.rivals.append(rival)
        self.party.append(party)
        self.plain.append(look.plain)


def mined() -> tuple[dict[str, list[Box]], dict[str, list[Box]]]:
    """What step `marks_mine` boxed on photos without emblems: of half of the sources, for strangers; of the rest."""
    sources = {f"hands/{row['file']}": row["source"] for row in table(DATA / "hands/truth.csv")}
    sources |= {f"props/{row['file']}": row["repo"] for row in table(DATA / "props/index.csv")}
    sources |= {f"hands/{row['file']}": row["repo"] for row in table(DATA / "hands/wild_index.csv")}
    halves: tuple[dict[str, list[Box]], ...] = (defaultdict(list), defaultdict(list))
    for row in table(MINED):
        # Campaign photos show emblems beside those that are boxed.
        file = row["file"]
        if file.startswith(("hands/", "props/negative/")):
            half = halves[zlib.crc32(sources.get(file, file).encode()) % 2]
            half[file].append(box_of(row))
    return halves[0], halves[1]


def strangers(places: dict[str, list[Box]], embedder: LogoEmbedder) -> str:
    """Embeddings of places that are no party's logo, as marks.json holds them: float16, base64."""
    rows = []
    for file, boxes in sorted(places.items()):
        large = sorted((box for box in boxes if max(box[2:]) >= _SMALLEST), key=lambda box: -max(box[2:]))
        rows.append(embedder.embed(read(DATA / file), large[:_OF_A_PHOTO]))
    found = np.concatenate(rows)
    chosen = np.random.default_rng(1).permutation(len(found))[:_STRANGERS]
    print(f"{len(chosen)} strangers of {len(found)}")
    return b64encode(found[np.sort(chosen)].astype("<f2").tobytes()).decode()


def galleries(left_out: Iterable[str], embedder: LogoEmbedder, numbers: dict[str, object]) -> list[LogoGallery]:
    """Every party from its first picture, and from up to five."""
    rows = renderings_of_side(table(DATA / "logos/sources.csv"), "train")
    out = []
    for most in (1, 5):
        logos = []
        for party in left_out:
            files = sorted(row["file"] for row in rows if row["file"].startswith(f"party/{party}/"))[:most]
            pictures = [read_picture(DATA / "logos" / file, "en") for file in files]
            logos.append(enrolled(party, party, None, pictures, embedder))
        book = Book(embedder.sha256, tuple(logos))
        out.append(LogoGallery(book, numbers, network=embedder.sha256, lang="en"))
    return out


def looks(
    scenes: Path, left_out: set[str], count: int, search: PropsSearch, least: float, places: dict[str, list[Box]]
) -> Iterator[Look]:
    """Test scenes that show one of the parties, photos of the held-out repositories, then the mined `places`."""
    shown = 0
    for path, truth in truths([scenes]).items():
        scene = path.is_relative_to(scenes)
        there = [(name[5:], box) for name, box, _ in truth if name[5:] in left_out]
        if scene and (not there or shown >= count):
            continue
        shown += scene
        image = read(path)
        rows = search.rows(image)
        rows = rows[(rows[:, 0] == 0) & (rows[:, 1] >= least)]
        boxes = [(float(x), float(y), float(w), float(h)) for _, _, x, y, w, h in rows]
        yield Look(path, image, boxes, [float(row[1]) for row in rows], there, "/negative/" in str(path))
    for file, boxes in places.items():
        boxes = [box for box in boxes if max(box[2:]) >= _SMALLEST][:_MOST_MINED]
        yield Look(DATA / file, read(DATA / file), boxes, [_DOUBTFUL] * len(boxes), [], True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--left-out", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=300, help="scenes a recogniser that show a party it lacks")
    parser.add_argument("--props", type=Path, default=TWINS / "props.onnx")
    parser.add_argument("--embedder", type=Path, default=ROOT / "weights/logo_embedder.onnx")
    parser.add_argument("--numbers", type=Path, default=TWINS / "marks.json")
    args = parser.parse_args()
    numbers = json.loads(args.numbers.read_text())
    embedder = LogoEmbedder(args.embedder.read_bytes())
    search = PropsSearch(YoloNetwork(args.props.read_bytes(), 2), frozenset({0}))
    nobodys, plain_places = mined()
    placeholder = {
        "cosine": -1, "strict_cosine": -1, "inliers": _INLIERS, "margin": _MARGIN, "least": 0.5,
        "weights": [0] * _COLUMNS, "small": [0] * (_COLUMNS - 1), "strangers": strangers(nobodys, embedder),
    }  # fmt: skip
    checked, small = Compared(), Compared()
    number = plain = 0
    for path in args.left_out:
        classes = json.loads(path.with_suffix(".classes.json").read_text())
        named = {name: row for name, row in numbers["party"].items() if name in classes}
        left_out = {r["party"] for r in numbers["party"].values()} - {r["party"] for r in named.values()}
        marks = Marks(path.read_bytes(), json.dumps({**numbers, "classes": classes, "party": named}).encode())
        books = galleries(sorted(left_out), embedder, placeholder)
        for look in looks(args.scenes, left_out, args.count, search, numbers["least_box"], plain_places):
            plain += look.plain * len(left_out) * len(books)
            scene = look.path.is_relative_to(args.scenes)
            opinions = marks.opinions(look.image, look.boxes, look.scores)
            embeddings = embedder.embed(look.image, look.boxes)
            for box, opinion, embedding in zip(look.boxes, opinions, embeddings, strict=True):
                crop = surroundings(look.image, box)
                party = opinion.confidence if opinion.label in marks.parties else 0.0
                for gallery in books:
                    number += 1
                    for one in gallery.measure(crop, embedding, known(opinion), all_of_them=True):
                        right = any(name == one.logo.code and overlap(box, other) >= 0.35 for name, other in look.there)
                        if not right and scene and unlisted(box):
                            continue
                        kind = small if one.inliers is None else checked
                        if gallery.numbers.is_candidate(one):
                            kind.add(one, right, look, number, party)
                        kind.there += right
    fitted = placeholder | {
        "cosine": floor(checked), "strict_cosine": floor(small),
        "weights": levelled(checked, regression(checked.seen, _COLUMNS, (0, 3, 4, 5, 6), _PENALTY)),
        "small": levelled(small, regression(small.seen, _COLUMNS - 1, (0, 2, 3, 4, 5), _PENALTY)),
    }  # fmt: skip
    least = threshold([(checked, fitted["weights"]), (small, fitted["small"])], plain)  # type: ignore[list-item]
    args.numbers.write_text(json.dumps({**numbers, "enrol": {**fitted, "least": least}}, indent=1) + "\n")
    print(json.dumps({**fitted, "least": least, "strangers": _STRANGERS}))


def likeliest(compared: Compared, weights: list[float]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Log odds of every row, and whether it is the likeliest logo of its box: the others cannot be named."""
    odds = np.array(compared.seen.x) @ np.array(weights)
    first: dict[int, int] = {}
    for i in np.argsort(-odds, kind="stable"):
        first.setdefault(compared.rivals[i], int(i))
    return odds, np.isin(np.arange(len(odds)), list(first.values()))


def levelled(compared: Compared, weights: list[float]) -> list[float]:
    """The same order of logos, with probabilities that hold for the likeliest of a box."""
    odds, first = likeliest(compared, weights)
    tops = Seen()
    for i in np.flatnonzero(first):
        tops.add([1.0, float(odds[i])], bool(compared.seen.y[i]), 1.0, "")
    bias, scale = regression(tops, 2, (0,), _PENALTY)
    return [round(scale * weight + bias * (k == 0), 4) for k, weight in enumerate(weights)]


def floor(compared: Compared) -> float:
    """The cosine that 98 of 100 logos reach."""
    right = np.array(compared.cosines)[np.array(compared.seen.y) > 0.5]
    return round(float(np.quantile(right, 0.02)), 3)


def threshold(kinds: list[tuple[Compared, list[float]]], plain: int) -> float:
    """The lowest confidence from which LEAST_PRECISION of the names of every kind are right in scenes, and at most
    MOST_FALSE of `plain` looks at photos without politics give a name.
    """
    parts = []
    for compared, weights in kinds:
        y = np.array(compared.seen.y) > 0.5
        odds, first = likeliest(compared, weights)
        sure = 1 / (1 + np.exp(-odds))
        named = first & (sure >= np.array(compared.party))
        parts.append((y, np.where(named, sure, 0.0), np.array(compared.plain), compared.there))
    chosen = 0.95
    for percent in range(95, 49, -1):
        t, told, precise = percent / 100, [], []
        false = sum(int((calm & (sure >= t)).sum()) for _, sure, calm, _ in parts)
        for y, sure, calm, there in parts:
            hit = ~calm & (sure >= t)
            precise.append(y[hit].mean() if hit.any() else 1.0)
            told.append(f"precision {precise[-1]:.3f}, recall {y[hit].sum() / max(there, 1):.3f} of {there}")
        if percent % 5 == 0:
            print(f"  {t:.2f}: {'; '.join(told)}; {false} of {plain} looks at plain photos")
        if min(precise) >= LEAST_PRECISION and false <= MOST_FALSE * plain:
            chosen = t
    return chosen


if __name__ == "__main__":
    main()
