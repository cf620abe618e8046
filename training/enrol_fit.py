"""Fits when an enrolled logo is named, on parties that a recogniser never saw: "enrol" in weights/marks.json.

    python -m training.enrol_fit --scenes runs/logo_scenes_test --left-out runs/marks_x.onnx [--count 400]

The recogniser comes from `training.marks_train --leave-out`, the embedder was taught on no party; the parties left out
are enrolled from their train-side renderings and looked for in test scenes and on the photos without politics of the
held-out repositories.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from poseguard.props.embedder import LogoEmbedder
from poseguard.props.enrol import enrolled, read_picture
from poseguard.props.gallery import Book, LogoGallery, Measure, known
from poseguard.props.geometry import surroundings
from poseguard.props.marks import Marks
from poseguard.props.search import PropsSearch
from poseguard.yolo import YoloNetwork
from training.logos.artwork import renderings_of_side
from training.props_fit import Seen, overlap, regression, truths
from training.shared import DATA, ROOT, read, table

LEAST_PRECISION = 0.985
"""Of names in drawn scenes, which are full of other emblems; on plain photos none may stand."""
_INLIERS, _MARGIN = 8, 0.5
_PENALTY = 1e-5  # cosines differ by tenths: their weight has to be large
_PLACEHOLDER = {
    "cosine": -1, "strict_cosine": -1, "inliers": _INLIERS, "margin": _MARGIN, "least": 0.5,
    "weights": [0, 0, 0, 0], "small": [0, 0, 0],
}  # fmt: skip


@dataclass
class Compared:
    """What was measured of boxes of one kind (checked or small), with whether the logo is there and the picture.

    `rivals`: which look at which box a row belongs to; of its logos only the likeliest can be named. `party`: how sure
    the recogniser is of a party there, which is named instead where that is more.
    """

    seen: Seen = field(default_factory=Seen)
    cosines: list[float] = field(default_factory=list)
    rivals: list[int] = field(default_factory=list)
    party: list[float] = field(default_factory=list)

    def add(self, one: Measure, right: bool, path: Path, look: int, party: float) -> None:
        self.seen.add(list(one.features(_INLIERS)), right, 1.0, str(path))
        self.cosines.append(one.cosine)
        self.rivals.append(look)
        self.party.append(party)


def galleries(left_out: Iterable[str], embedder: LogoEmbedder) -> list[LogoGallery]:
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
        out.append(LogoGallery(book, _PLACEHOLDER, network=embedder.sha256, lang="en"))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--left-out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400, help="scenes that show one of the parties")
    parser.add_argument("--props", type=Path, default=ROOT / "weights/props.onnx")
    parser.add_argument("--embedder", type=Path, default=ROOT / "weights/logo_embedder.onnx")
    parser.add_argument("--numbers", type=Path, default=ROOT / "weights/marks.json")
    args = parser.parse_args()
    numbers = json.loads(args.numbers.read_text())
    classes = json.loads(args.left_out.with_suffix(".classes.json").read_text())
    named = {name: row for name, row in numbers["party"].items() if name in classes}
    left_out = sorted({r["party"] for r in numbers["party"].values()} - {r["party"] for r in named.values()})
    marks = Marks(args.left_out.read_bytes(), json.dumps({**numbers, "classes": classes, "party": named}).encode())
    embedder = LogoEmbedder(args.embedder.read_bytes())
    books = galleries(left_out, embedder)
    search = PropsSearch(YoloNetwork(args.props.read_bytes(), 2), frozenset({0}))
    checked, small = Compared(), Compared()
    shown = look = 0
    for path, truth in truths(args.scenes).items():
        scene = path.is_relative_to(args.scenes)
        there = [(name[5:], box) for name, box, _ in truth if name[5:] in left_out]
        if scene and (not there or shown >= args.count):
            continue
        shown += scene
        image = read(path)
        rows = search.rows(image)
        rows = rows[(rows[:, 0] == 0) & (rows[:, 1] >= numbers["least_box"])]
        boxes = [tuple(float(v) for v in row[2:]) for row in rows]
        opinions = marks.opinions(image, boxes, [float(r[1]) for r in rows])  # type: ignore[arg-type]
        for box, opinion, embedding in zip(boxes, opinions, embedder.embed(image, boxes), strict=True):  # type: ignore[arg-type]
            crop = surroundings(image, box)  # type: ignore[arg-type]
            party = opinion.confidence if opinion.label in marks.parties else 0.0
            for gallery in books:
                look += 1
                for one in gallery.measure(crop, embedding, known(opinion), all_of_them=True):
                    right = any(name == one.logo.code and overlap(box, other) >= 0.35 for name, other in there)
                    (small if one.inliers is None else checked).add(one, right, path, look, party)
    fitted = {
        "cosine": floor(checked), "strict_cosine": floor(small), "inliers": _INLIERS, "margin": _MARGIN,
        "weights": regression(checked.seen, 4, (0, 3), _PENALTY), "small": regression(small.seen, 3, (0, 2), _PENALTY),
    }  # fmt: skip
    least = max(threshold(checked, fitted["weights"], "checked"), threshold(small, fitted["small"], "small"))  # type: ignore[arg-type]
    args.numbers.write_text(json.dumps({**numbers, "enrol": {**fitted, "least": least}}, indent=1) + "\n")
    print(json.dumps({**fitted, "least": least}))


def floor(compared: Compared) -> float:
    """The cosine that 98 of 100 logos reach."""
    right = np.array(compared.cosines)[np.array(compared.seen.y) > 0.5]
    return round(float(np.quantile(right, 0.02)), 3)


def threshold(compared: Compared, weights: list[float], title: str) -> float:
    """The lowest confidence from which LEAST_PRECISION of the names are right and none stands on a plain photo."""
    y = np.array(compared.seen.y) > 0.5
    sure = 1 / (1 + np.exp(-np.array(compared.seen.x) @ np.array(weights)))
    first: dict[int, int] = {}
    for i in np.argsort(-sure, kind="stable"):
        first.setdefault(compared.rivals[i], int(i))
    named = np.isin(np.arange(len(y)), list(first.values())) & (sure >= np.array(compared.party))
    plain = np.array(["/negative/" in name for name in compared.seen.photo])
    chosen = 0.95
    for t in np.arange(0.95, 0.25, -0.05):
        hit = named & (sure >= t)
        precision, recall = y[hit].mean() if hit.any() else 1.0, y[hit].sum() / max(y.sum(), 1)
        print(
            f"  {title} {t:.2f}: precision {precision:.3f}, recall {recall:.3f} of {y.sum()}, plain {plain[hit].sum()}"
        )
        if precision >= LEAST_PRECISION and not plain[hit].any():
            chosen = round(float(t), 2)
    return chosen


if __name__ == "__main__":
    main()
