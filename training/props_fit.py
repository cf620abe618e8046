"""Fits what the scores of both networks are worth, on repositories and scenes that neither saw: the twins' marks.json.

    python -m training.props_fit --scenes runs/logo_scenes_test --staged runs/logo_staged_test [--props FILE]
                                 [--marks FILE]

Photos of the held-out repositories (labels/props_held_out.txt), test scenes and staged photos of `training.logos.make`,
whose renderings and backgrounds are unseen. Prints what each threshold would give on the photos. Enrolment's numbers
(`training.enrol_fit`) are kept. What ships learned from both sides and has no photos left for this: for it, its twins
look at those of the measure side too (`--everything --out weights/marks.json`).
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from benchmarks.truth import TWINS, box_of
from poseguard.boxes import overlap, scaled, shared
from poseguard.people.search import PeopleSearch
from poseguard.props.kinds import Kinds
from poseguard.props.marks import UNKNOWN, Marks, log_odds, logistic, near, seen_twice
from poseguard.props.search import PropsSearch
from poseguard.reading.photo import Pixels
from poseguard.yolo import Rows, YoloNetwork
from training.marks_mine import closeups
from training.props_data import HELD, NAMES, SIDE, UNSEEN, drawn_things, sides
from training.regression import Seen, regression
from training.shared import DATA, ROOT, read, table
from training.worn_fit import emblems_of, fitted, with_people

# Other names of the same party: the emblem it had before.
VERSIONS = {
    "perindo_old": ("perindo", "old"),
    "pks_old": ("pks", "old"),
    "pda2014": ("pda", "2014"),
    "pna2014": ("pna", "2014"),
    # Parties of other years and a movement: a party's mark, but no participant's of 2024.
    "berkarya": (UNKNOWN, None),
    "gerakanrakyat": (UNKNOWN, None),
    "pkpi": (UNKNOWN, None),
}
LEAST_PRECISION = 0.99
"""Of names, nearly all in drawn scenes; and on no photo without politics may a party be named."""
TRUST = 1.0
"""Log odds by which the second look has to be surer than the detector of what it takes a prop for."""
_SCENE = 0.15  # weight of a box in a scene beside one in a photo

_SMALL, _EDGE = 20.0, 3.0
_PART = 0.5
_MARK = (25.7, 25.7, 76.6, 76.6)  # where a tile shows its emblem

Truth = list[tuple[str, tuple[float, float, float, float], bool]]  # class, box, whether it is to be ignored


def party_of(label: str) -> tuple[str, str | None]:
    """Party and version of a class of the recogniser."""
    return VERSIONS.get(label, (label, None))


def rows_of(classes: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """marks.json, "party": party and version of every class that is a party's."""
    own = {c: party_of(c) for c in classes if not c.startswith("neg:") and c != "background"}
    return {c: {"party": party, "version": version} for c, (party, version) in own.items()}


def truths(scenes: Sequence[Path], of: Sequence[str] = HELD) -> dict[Path, Truth]:
    """Emblems and props of the photos of those sides and of the test scenes in those folders."""
    out: dict[Path, Truth] = defaultdict(list)
    side_of = sides()
    for file, side in side_of.items():
        if side in of:
            out[DATA / "props" / file] = []
    out |= {path: [] for side in of for path in closeups(side)}
    for row in table(DATA / "props/boxes.csv"):
        if side_of[row["file"]] in of and row["class"] != "none":
            dim = row["crowd"] == "1" or row["difficult"] == "1"
            out[DATA / "props" / row["file"]].append((row["class"], box_of(row), dim))
    for folder in scenes:
        for path in sorted((folder / "images").glob("*.jpg")):
            things = drawn_things(folder, path.stem)
            out[path] = [(f"prop:{name}", box, False) for name, box in things if name != "logo"]
        for row in table(folder / "marks.csv"):
            out[folder / "images" / row["file"]].append((f"logo:{party_of(row['label'])[0]}", box_of(row), False))
    return out


def temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """By which the logits are divided so that the shares are probabilities."""
    best, least = 1.0, math.inf
    for t in np.geomspace(0.3, 5, 60):
        scaled = torch.from_numpy(logits / np.float32(t))
        loss = float(torch.nn.functional.cross_entropy(scaled, torch.from_numpy(labels)))
        if loss < least:
            best, least = float(t), loss
    return round(best, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--props", type=Path, default=TWINS / "props.onnx")
    parser.add_argument("--marks", type=Path, default=TWINS / "marks.onnx")
    parser.add_argument("--kinds", type=Path, default=ROOT / "weights/prop_kinds.onnx")
    parser.add_argument("--classes", type=Path, help="runs/NAME.classes.json; default: those of the twin")
    parser.add_argument("--tiles", type=Path, help="test tiles of `training.logos.make marks`, for the temperature")
    parser.add_argument("--scenes", type=Path, nargs="*", default=[])
    parser.add_argument(
        "--staged", type=Path, nargs="*", default=[], help="folders of `training.logos.make staged`, for emblems only"
    )
    parser.add_argument("--out", type=Path, default=TWINS / "marks.json")
    parser.add_argument("--everything", action="store_true", help="both sides of the split: no figure may come from it")
    args = parser.parse_args()
    of = UNSEEN if args.everything else HELD
    shipped = json.loads((TWINS / "marks.json").read_text())
    classes = json.loads(args.classes.read_text()) if args.classes else shipped["classes"]
    parties = {name: row["party"] for name, row in rows_of(classes).items()}
    codes = sorted({str(code) for code in parties.values()})
    of_party = np.array([[parties.get(c) == code for code in codes] for c in classes], np.float32)
    net = onnxruntime.InferenceSession(str(args.marks), providers=["CPUExecutionProvider"])
    search = PropsSearch(YoloNetwork(args.props.read_bytes(), 2), frozenset({0}))
    warmth = tiles_temperature(net, args.tiles, classes) if args.tiles else 1.0
    logos, looks = Seen(), []
    people = PeopleSearch()
    known = {DATA / "props" / row["file"]: row["parties"].split(";") for row in table(DATA / "props/index.csv")}
    drawn = [*args.scenes, *args.staged]
    for path, truth in truths(drawn, of).items():
        weight = _SCENE if any(path.is_relative_to(folder) for folder in drawn) else 1.0
        # Where people are seen, a scan looks closer.
        if weight == 1.0:
            image, scale, heads, bodies = with_people(path, people)
            truth = [(name, scaled(box, scale), dim) for name, box, dim in truth]
            rows = search.rows(image, heads, bodies)
        else:
            image = read(path)
            rows = search.rows(image)
        emblems = [(k[5:], box, dim) for k, box, dim in truth if k.startswith("logo:")]
        own = known.get(path, [])
        logo_boxes(image, rows[rows[:, 0] == 0], net, warmth, of_party, codes, emblems, own, logos, weight, path)
        # Of what hangs behind people there nearly all is a party's, as on no shelf of photos.
        if not any(path.is_relative_to(folder) for folder in args.staged):
            looks.append((image, path, rows, truth, weight))
    weights = regression(logos, 3)
    least = curve(logos, weights)
    numbers = {
        "classes": classes,
        "party": rows_of(classes),
        "temperature": warmth,
        "logo": weights,
        "least": least,
        "least_box": 0.08,
        "props": {},
        "trust": TRUST,
        "worn": {},
        "enrol": shipped["enrol"],
    }
    marks = Marks(args.marks.read_bytes(), json.dumps(numbers).encode())
    numbers["props"] = props_numbers(prop_boxes(marks, Kinds(args.kinds.read_bytes()), looks))
    numbers["worn"] = fitted(marks, search, of)
    # What ships has more classes than its twin.
    if args.everything and args.out.exists():
        numbers |= {key: json.loads(args.out.read_text())[key] for key in ("classes", "party")}
    args.out.write_text(json.dumps(numbers, indent=1) + "\n")


def prop_boxes(marks: Marks, kinds: Kinds, looks: list[tuple[Pixels, Path, Rows, Truth, float]]) -> dict[str, Seen]:
    """Every prop box by what the second look takes it for: log odds of the detector, of that look, of the emblems on it
    and beside it; and whether it is one.
    """
    props = {name: Seen() for name in NAMES[1:]}
    for image, path, rows, truth, weight in looks:
        found = rows[rows[:, 0] > 0]
        if not len(found):
            continue
        party = emblems_of(marks, image, rows)
        boxes = [tuple(float(v) for v in row[2:]) for row in found]
        for row, box, look in zip(found, boxes, kinds.looks(image, boxes), strict=True):  # type: ignore[arg-type]
            (name, told), _ = look.likeliest(NAMES[int(row[0])], TRUST)
            same = [(overlap(box, other), dim) for k, other, dim in truth if k == f"prop:{name}"]
            if any(dim and o > 0.2 for o, dim in same) and not any(not dim and o >= 0.5 for o, dim in same):
                continue
            x = [1.0, log_odds(float(row[1])), log_odds(told), *near(box, party)]  # type: ignore[arg-type]
            props[name].add(x, any(o >= 0.5 for o, _ in same), weight, str(path))
    return props


def props_numbers(props: dict[str, Seen]) -> dict[str, dict[str, float]]:
    """Weights of each prop; what an emblem on it or beside it is worth is one number for all, of which few are seen."""
    names = list(props)
    pooled = Seen()
    for k, seen in enumerate(props.values()):
        for x, y, w, photo in zip(seen.x, seen.y, seen.weight, seen.photo, strict=True):
            own = [float(k == i) for i in range(len(names))]
            pooled.add([*own, *(x[1] * v for v in own), *(x[2] * v for v in own), *x[3:]], bool(y), w, photo)
    count = len(names)
    fitted = regression(pooled, 3 * count + 2, tuple(range(count)))
    on, beside = fitted[-2:]
    print(f"an emblem on it {on}, beside it {beside}")
    out = {}
    for i, (name, seen) in enumerate(props.items()):
        bias, scale, look = fitted[i:-2:count] if sum(seen.y) >= 5 else (-1.0, 1.0, 0.0)
        print(f"{name}: {len(seen.y)} boxes, {int(sum(seen.y))} right; {scale} {look} {bias}")
        out[name] = {"scale": scale, "look": look, "bias": bias, "least": 0.25, "on": on, "beside": beside}
    return out


def tiles_temperature(net: onnxruntime.InferenceSession, folder: Path, classes: list[str]) -> float:
    """From test tiles whose class the recogniser knows; says how many it tells."""
    rows, tiles = table(folder / "rows.csv"), np.load(folder / "tiles.npy", mmap_mode="r")
    pick = [i for i, row in enumerate(rows) if row["label"] in classes]
    told = np.concatenate([seen_twice(net, "logits", tiles[i], [_MARK]) for i in pick])
    labels = np.array([classes.index(rows[i]["label"]) for i in pick])
    right = told.argmax(1) == labels
    print(f"test tiles: {right.mean():.3f} of {len(pick)} told")
    for low, high in ((12, 24), (24, 32), (32, 48), (48, 96), (96, 999)):
        part = [low <= float(rows[i]["size"]) < high and not rows[i]["label"].startswith(("neg", "back")) for i in pick]
        print(f"  parties, {low} to {high} px: {right[part].mean():.3f} of {sum(part)}")
    return temperature(told, labels)


def logo_boxes(
    image: NDArray[np.uint8],
    rows: Rows,
    net: onnxruntime.InferenceSession,
    warmth: float,
    of_party: NDArray[np.float32],
    codes: list[str],
    emblems: Truth,
    known: Sequence[str],
    seen: Seen,
    weight: float,
    path: Path,
) -> None:
    """Adds every logo box: the detector's and the recogniser's log odds, and whether that party's emblem is there.

    `known`: parties that the photo is known to show; not every emblem of theirs is boxed.
    """
    if not len(rows):
        return
    boxes = [tuple(float(v) for v in row[2:]) for row in rows]
    logits = seen_twice(net, "logits", image, boxes) / np.float32(warmth)  # type: ignore[arg-type]
    shares = np.exp(logits - logits.max(1, keepdims=True))
    told = (shares / shares.sum(1, keepdims=True)) @ of_party
    for row, box, share in zip(rows, boxes, told, strict=True):
        code = codes[int(share.argmax())]
        met = [(name, dim) for name, other, dim in emblems if overlap(box, other) >= 0.35]
        if code == UNKNOWN or (met and all(name == "other" for name, _ in met)):
            continue  # names nobody
        right = any(name == code for name, _ in met)
        # A part of that party's emblem, or something looser round it, is neither right nor a false name.
        if not right and any(name == code and shared(box, other) >= _PART for name, other, _ in emblems):
            continue
        if not met and (code in known or (weight != 1.0 and unlisted(box))):
            continue
        seen.add([1.0, log_odds(float(row[1])), log_odds(float(share.max()))], right, weight, str(path))


def unlisted(box: tuple[float, ...]) -> bool:
    """Whether a scene may show an emblem there and not list it: little of it shows (training.logos.canvas)."""
    cut_off = min(box[:2]) < _EDGE or max(box[0] + box[2], box[1] + box[3]) > SIDE - _EDGE
    return cut_off or max(box[2:]) < _SMALL


def curve(seen: Seen, fitted: list[float]) -> float:
    """Prints what thresholds give on the photos alone; the lowest from which LEAST_PRECISION of all boxes are right."""
    x, y, w = np.array(seen.x), np.array(seen.y) > 0.5, np.array(seen.weight)
    sure = np.array([logistic(v) for v in x @ np.array(fitted)])
    photos = w == 1.0
    names = np.array(seen.photo)
    print(f"{len(y)} boxes, {photos.sum()} on photos of which {y[photos].sum()} right; weights {fitted}")
    clean = {n for n in names if "/negative/" in n or "/many/" in n}
    chosen = 0.9
    for percent in range(90, 25, -1):
        t = percent / 100
        hit = sure >= t
        precision = w[hit & y].sum() / max(w[hit].sum(), 1e-9)
        alarms = {n for n in names[hit & photos] if n in clean}
        if percent % 5 == 0:
            print(
                f"  {t:.2f}: precision {precision:.3f}, on photos {y[hit & photos].sum()} of {(hit & photos).sum()}"
                f", of right boxes {y[hit & photos].sum() / max(y[photos].sum(), 1):.3f}; scenes "
                f"{y[hit & ~photos].sum() / max(y[~photos].sum(), 1):.3f}; false on {len(alarms)} plain photos"
            )
        if precision >= LEAST_PRECISION and not alarms:
            chosen = t
    print(f"threshold {chosen}")
    return chosen


if __name__ == "__main__":
    main()
