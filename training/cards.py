"""The last step. Writes the model cards weights/cards/*.md from what was measured and what the networks learned from.

    python -m training.cards [--figures out/measure/figures.json] [--out weights/cards]

Figures come from benchmarks.measure, counts from ../shared/data and runs/, words from training/cards.toml. Nothing is
filled in that was not measured: without figures, or with figures of the train side, no card is written.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.truth import TWINS
from poseguard.weights import models
from training.shared import DATA, ROOT, RUNS, group_hands, table

NEEDED = (
    "close-ups", "props", "wild", "levels", "detectors", "tags", "ap", "plain", "scenes",
    "enrolment", "verification", "galleries", "candidates", "fairness",
)  # fmt: skip
CAMPAIGN = ("props", "prop_kinds", "marks")
ENROLLED = ("logo_embedder",)
FACES = ("face_points", "face_embedder")
SIDES = ("train", "measure")
Figures = dict[str, Any]


def load_figures(path: Path) -> Figures:
    """Raises SystemExit for figures that no card may show."""
    if not path.is_file():
        raise SystemExit(f"{path} is not there: run `make measure` first")
    figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    missing = [name for name in NEEDED if name not in figures]
    if figures.get("side") != "measure" or missing:
        raise SystemExit(f"{path} does not hold every figure of the measure side (missing: {missing})")
    return figures


def rows(head: tuple[str, ...], body: list[tuple[object, ...]]) -> str:
    """A Markdown table; numbers with three decimals, what is not known as a dash."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in body)])


def cell(value: object) -> str:
    """One value of a table."""
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def close_up_data() -> str:
    """Photos by source and side."""
    counts = Counter((row["source"], row["split"]) for row in table(DATA / "hands/truth.csv"))
    sources = sorted({source for source, _ in counts})
    body: list[tuple[object, ...]] = [(s, *(counts[s, side] for side in SIDES)) for s in sources]
    total = tuple(sum(counts[s, side] for s in sources) for side in SIDES)
    return rows(("close-ups: source", "train", "measure"), [*body, ("all", *total)])


def group_data() -> str:
    """Labelled hands and repositories by side and label."""
    hands = [hand for hand in group_hands() if not hand.dense]
    labels = Counter((hand.label.rstrip("?"), hand.split) for hand in hands)
    names = sorted({label for label, _ in labels})
    body: list[tuple[object, ...]] = [(n, *(labels[n, side] for side in SIDES)) for n in names]
    repositories = tuple(len({hand.repo for hand in hands if hand.split == side}) for side in SIDES)
    photos = tuple(len({hand.file for hand in hands if hand.split == side}) for side in SIDES)
    ends: list[tuple[object, ...]] = [("photos", *photos), ("repositories (none on both sides)", *repositories)]
    return rows(("hands of group photos: label", "train", "measure"), [*body, *ends])


def drawn_data() -> str:
    """What was drawn, and the crops of the people detector, as they lie in runs/."""
    parts = []
    pose = RUNS / "pose/rows.npz"
    if pose.is_file():
        data = np.load(pose)
        kinds = Counter(data["kinds"][data["splits"] == "train"].tolist())
        parts.append(
            "Pose examples of the train side by kind: "
            + ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))
            + "."
        )
    images = RUNS / "people/images"
    if images.is_dir():
        crops = Counter(path.name.partition("_")[0] for path in images.glob("*.jpg"))
        parts.append(
            "Crops that the people detector learned from, all of the train side: "
            + ", ".join(f"{k} {n}" for k, n in sorted(crops.items()))
            + "."
        )
    return "\n".join(parts)


def hand_figures(figures: Figures) -> str:
    """The detector beside others."""
    head = (
        "set",
        "search",
        "MB",
        "ms a photo",
        "recall",
        "24–32 px",
        "32–48 px",
        "48–96 px",
        "posing",
        "fists",
        "precision",
    )
    body: list[tuple[object, ...]] = []
    for one in figures["detectors"]:
        sizes = one["sizes"]
        recalls = [sizes[k]["recall"] for k in ("all", "24-32 px", "32-48 px", "48-96 px", "posing", "fist")]
        precision = one["hand_precision"] if one["set"] == "props" else None
        body.append((one["set"], one["search"], f"{one['bytes'] / 1e6:.1f}", f"{one['ms']:.0f}", *recalls, precision))
    return rows(head, body)


def pose_figures(figures: Figures, name: str) -> str:
    """Per pose."""
    body: list[tuple[object, ...]] = [
        (pose, int(row["count"]), row["precision"], row["recall"], row["f1"])
        for pose, row in figures[name]["labels"].items()
    ]
    return rows((f"{name}: pose", "hands", "precision", "recall", "F1"), body)


def campaign_data() -> str:
    """Boxes in photos by class and side, and what was drawn."""
    sides = {row["file"]: row["split"] for row in table(DATA / "props/index.csv")}
    counts = Counter((row["class"], sides[row["file"]]) for row in table(DATA / "props/boxes.csv"))
    names = sorted({name for name, _ in counts})
    body: list[tuple[object, ...]] = [(name, *(counts[name, side] for side in SIDES)) for name in names]
    parts = [rows(("boxes in photos: class", "train", "measure"), body)]
    listed = RUNS / "props/train.txt"
    if listed.is_file():
        crops = listed.read_text(encoding="utf-8").splitlines()
        drawn = sum("/logo_scenes" in line for line in crops)
        parts.append(
            f"The detector learned from {len(crops) - drawn} crops of photos and {drawn} drawn scenes of 320 px."
        )
    looked = RUNS / "kinds/rows.npz"
    if looked.is_file():
        drawn = np.load(looked)["drawn"]
        parts.append(
            f"The second look learned from {int((~drawn).sum())} tiles of photos and {int(drawn.sum())} drawn ones."
        )
    tiles = sum(len(table(path)) for path in RUNS.glob("marks_[arsf]*/rows.csv"))
    if tiles:
        parts.append(f"The recogniser learned from {tiles} drawn tiles and the boxed emblems of photos.")
    return "\n\n".join(parts)


def campaign_figures(figures: Figures) -> str:
    """Parties and boxes on photos, and drawn scenes."""
    tags: list[tuple[object, ...]] = [
        (tag, int(row["count"]), row["precision"], row["recall"]) for tag, row in figures["tags"]["labels"].items()
    ]
    boxes: list[tuple[object, ...]] = [
        (name, int(row["count"]), row["AP50"], row["recall"]) for name, row in figures["ap"]["labels"].items()
    ]
    scenes, plain = figures["scenes"], figures["plain"]
    drawn: list[tuple[object, ...]] = [(name, row["boxes"], row["ap50"]) for name, row in scenes["classes"].items()]
    sizes: list[tuple[object, ...]] = [(name, row["recall"]) for name, row in scenes["sizes"].items()]
    words = (
        f"Of {plain['photos']} photos without politics, {plain['party_named']} have a party named and "
        f"{plain['material_claimed']} campaign material claimed. Mean AP50 on {scenes['scenes']} drawn test scenes: "
        f"{scenes['map50']:.3f}."
    )
    return "\n\n".join(
        [
            rows(("party named on a photo", "photos", "precision", "recall"), tags),
            rows(("boxes on photos: class", "boxes", "AP50", "recall"), boxes),
            words,
            rows(("drawn scenes: class", "boxes", "AP50"), drawn),
            rows(("drawn scenes: size of a party's logo", "found and named"), sizes),
        ]
    )


def enrolled_data() -> str:
    """What the logo embedder learned from, as it lies in runs/."""
    parts = ["No party's emblem: pictures of logos laid over cloth, paper and pieces of photos; drawn scenes."]
    pictures = RUNS / "logo_pictures.npy"
    if pictures.is_file():
        parts.append(f"Pictures of logos, each a class of its own: {len(np.load(pictures, mmap_mode='r'))}.")
    labels = Counter(
        "emblems of offices" if row["label"].startswith("neg:") else "numbered inventions"
        for path in RUNS.glob("marks_[arsf]*/rows.csv")
        for row in table(path)
        if row["label"].startswith(("neg:", "fiction:")) and row["label"] not in ("neg:fiction", "neg:daerah")
    )
    if labels:
        parts.append("Drawn tiles: " + ", ".join(f"{name} {n}" for name, n in sorted(labels.items())) + ".")
    return "\n\n".join(parts)


def enrolled_figures(figures: Figures) -> str:
    """Parties that were enrolled, from one picture and from up to five."""
    body: list[tuple[object, ...]] = [
        (name, one["pictures"], one["tries"], one["named"], one["false_on_negative"], one["false_on_scenes"])
        for name, one in figures["enrolment"]["parties"].items()
    ]
    head = ("enrolled", "pictures", "scenes that show it", "named there", "false names a plain photo", "a scene")
    return rows(head, body)


def face_data() -> str:
    """People and crops of faces/ilfw by what they served for, and the heads of photos."""
    folder = DATA / "faces/ilfw"
    kept = {
        what: set((ROOT / f"training/labels/faces_{what}.txt").read_text(encoding="utf-8").split())
        for what in ("fit", "held_out")
    }
    everybody = {path.name for path in folder.iterdir()}
    sides = {
        "learning": everybody - kept["fit"] - kept["held_out"],
        "thresholds": kept["fit"],
        "figures": kept["held_out"],
    }
    body: list[tuple[object, ...]] = [
        (name, len(people), sum(len(list((folder / one).iterdir())) for one in people))
        for name, people in sides.items()
    ]
    parts = [rows(("faces/ilfw, for", "people", "crops"), body)]
    heads = RUNS / "faces/heads.npz"
    if heads.is_file():
        data = np.load(heads)
        parts.append(
            f"Heads with points: {int(data['face'].sum())}; heads, hands and backs of heads that show no face: "
            f"{int((~data['face'].astype(bool)).sum())}; with a drawn mask: {int((data['mask'] == 1).sum())}."
        )
    photos = RUNS / "faces/aligned.npy"
    if photos.is_file():
        count = len(np.load(photos, mmap_mode="r"))
        parts.append(
            f"The embedder learned from {count} aligned faces of photos too, and from two laid over each other."
        )
    return "\n\n".join(parts)


def face_figures(figures: Figures) -> str:
    """Two by two, galleries, groups of people."""
    pairs: list[tuple[object, ...]] = [
        (name, far, one["tar"], f"{one['low']:.3f} to {one['high']:.3f}", one["by_cosine"])
        for name, fars in figures["verification"]["embedders"].items()
        for far, one in fars.items()
    ]
    open_set: list[tuple[object, ...]] = [
        (name, one["known"], one["named_rightly"], one["strangers"], f"{one['unknown_named']:.5f}")
        for name, one in figures["galleries"]["tried"].items()
    ]
    group = figures["fairness"]["own, people never seen"]
    groups: list[tuple[object, ...]] = [
        (
            name,
            one["people"],
            one["true_match_both"]["rate"],
            "{:.3f} to {:.3f}".format(*one["true_match_both"]["interval"]),
            one["false_match"]["rate"],
        )
        for name, one in group["groups"].items()
    ]
    return "\n\n".join(
        [
            rows(("people never seen, two by two", "FAR", "TAR", "95 % by people", "by cosine"), pairs),
            rows(("gallery", "known faces", "named rightly", "unknown faces", "named"), open_set),
            rows(("group", "people", "same person accepted", "95 %", "strangers accepted"), groups),
        ]
    )


def calibration(figures: Figures) -> str:
    """Expected calibration errors of the weighed opinion, with the plot."""
    body: list[tuple[object, ...]] = []
    for name in ("close-ups", "props", "wild"):
        for question, found in figures[name]["calibration"].items():
            body.append((name, question, found["hands"], found["error"]))
    words = (
        "`reported`: label and confidence as in the report; `named`: only where a pose is named; `weighed`: the "
        "likelier label before a hand that cannot be told is refused."
    )
    plot = "![share right by confidence](reliability.svg)"
    return "\n\n".join([rows(("set", "question", "hands", "expected calibration error"), body), words, plot])


def reliability_svg(figures: Figures) -> str:
    """Confidence across, share right up; a dot a bin and set, larger for more hands; on the line where both agree."""
    side, edge = 320, 44
    middle = edge + side / 2
    colours = {"close-ups": "#1f6feb", "props": "#b84a00", "wild": "#1b6e3c"}

    def at(confidence: float, right: float) -> tuple[float, float]:
        return edge + confidence * side, edge + (1 - right) * side

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 2 * edge + 70} {side + 2 * edge}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect x="{edge}" y="{edge}" width="{side}" height="{side}" fill="none" stroke="#888"/>',
        f'<line x1="{edge}" y1="{edge + side}" x2="{edge + side}" y2="{edge}" stroke="#888" stroke-dasharray="4 4"/>',
        f'<text x="{middle}" y="{side + 2 * edge - 8}" text-anchor="middle">confidence said</text>',
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">share right</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x, y = at(tick, tick)
        parts.append(f'<text x="{x:.0f}" y="{edge + side + 14}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{edge - 5}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>')
    for n, (name, colour) in enumerate(colours.items()):
        for b in figures[name]["calibration"]["weighed"]["bins"]:
            x, y = at(b["confidence"], b["right"])
            radius = min(14.0, 1.5 + b["hands"] ** 0.5 / 2)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.6"/>')
        y = edge + 12 + 18 * n
        parts.append(f'<circle cx="{edge + side + 14}" cy="{y - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{edge + side + 24}" y="{y}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def data_of(name: str) -> list[str]:
    """The tables of what a network learned from."""
    if name in ENROLLED:
        return [enrolled_data()]
    photos = (
        "Photos of real people, used for training and scoring only and never passed on; "
        "the licence of each source is in the data's own tables, not here."
    )
    if name in FACES:
        return [photos, face_data()]
    return [photos, *([campaign_data()] if name in CAMPAIGN else [close_up_data(), group_data(), drawn_data()])]


def card(name: str, words: dict[str, Any], figures: Figures) -> str:
    """One card as Markdown. Raises SystemExit for figures of another file than the one that ships, or than its twin."""
    measured = (*figures["networks"], *figures.get("face_networks", ()), figures["enrolment"]["network"])
    digests = {one["name"]: one["sha256"] for one in measured}
    for known in models(TWINS if words["everything"] else None):
        if known.file in words["title"] and digests.get(known.name, known.sha256) != known.sha256:
            raise SystemExit(f"{known.file}: the figures are of another file ({digests[known.name][:12]})")
    digest = digests[name]
    twin = (
        "The file that ships learned from both sides of the split; every figure here is that of its twin, which saw "
        "the train side only."
        if words["everything"]
        else "It learned from the train side only; no person, source or repository is on both sides."
    )
    parts = [
        f"# {words['title']}",
        words["about"].strip(),
        f"SHA-256 of the file measured: `{digest}`. Licence: {words['licence']}.",
        "## How it came about",
        "Steps, in order: " + ", ".join(f"`python -m {step}`" for step in words["steps"]) + ".",
        words["trained"] or "The options of the run that made this file were not recorded.",
        "## Data",
        *data_of(name),
        twin,
        "## Figures",
        "On the measure side, by `make measure` (docs/measurements.md says what each figure means).",
    ]
    if name == "people":
        parts.append(hand_figures(figures))
    elif name in CAMPAIGN:
        parts.append(campaign_figures(figures))
    elif name in ENROLLED:
        parts.append(enrolled_figures(figures))
    elif name in FACES:
        parts.append(face_figures(figures))
    else:
        parts += [pose_figures(figures, each) for each in ("close-ups", "props", "wild")]
        parts += ["Few hands show little: under 20, read a figure as a hint.", "## Calibration", calibration(figures)]
    parts += ["## Limits", "\n".join(f"- {limit}" for limit in words["limits"])]
    parts += ["## Not for", "\n".join(f"- {use}" for use in words["not_for"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.cards", description=__doc__)
    parser.add_argument("--figures", type=Path, default=ROOT / "out/measure/figures.json")
    parser.add_argument("--out", type=Path, default=ROOT / "weights/cards")
    args = parser.parse_args()
    figures = load_figures(args.figures)
    words = tomllib.loads((ROOT / "training/cards.toml").read_text(encoding="utf-8"))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, text in words.items():
        page = card(name, text, figures)
        (args.out / f"{name}.md").write_text(page, encoding="utf-8")
    (args.out / "reliability.svg").write_text(reliability_svg(figures), encoding="utf-8")
    print(f"{args.out}: {', '.join(words)}")


if __name__ == "__main__":
    main()
