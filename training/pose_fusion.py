"""Step 8. Fits how both opinions are weighed, and the thresholds, on sources that neither network has seen.

    python -m training.pose_fusion fit --crop runs/crop_a.onnx --wide runs/crop_w.onnx \\
        --landmarks runs/landmarks_a.onnx --hold-out 0.15
    python -m training.pose_fusion hands --crop ... --wide ... --people runs/people.onnx --hold-out 0.15
    python -m training.pose_fusion score --crop ... --wide ... --landmarks ... [--split measure]

`fit` writes weights/pose_fusion.json; `hands` adds when a box is kept. `score` prints what the tiles alone say: no
detector, labelled boxes.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from poseguard.hands.landmarks import Landmarks
from poseguard.hands.pose import OTHER, POSES, CropNetworks, Fusion, LandmarkClassifier
from poseguard.people.detector import HAND, PeopleNetwork
from poseguard.yolo import non_max_suppression
from training.pose_crop import held_out
from training.pose_data import REACH, TILE, Tiles, rows_of_tiles
from training.shared import ROOT, RUNS, LabelledHand, group_hands, read

Floats = NDArray[np.float32]
_CENTRE = TILE / 2 - TILE / REACH / 2
_BOX = (_CENTRE, _CENTRE, TILE / REACH, TILE / REACH)
_LISTED = [POSES.index(p) for p in POSES if p not in ("dislike", "fist", "hand_heart", "other")]
_FIST = POSES.index("fist")


def opinions(crops: CropNetworks, landmarks: Path, pick: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """Both opinions on the tiles `pick` (view 0), with presence, size and soft label."""
    tiles, rows = Tiles(), rows_of_tiles()
    marks = np.load(RUNS / "pose/landmarks.npz")
    classifier = LandmarkClassifier(landmarks.read_bytes())
    points, presence = marks["points"], marks["presence"]
    sizes = rows["sizes"]
    told = [crops.opinions(tiles[i], [_BOX])[0] for i in pick]
    first, hand = np.stack([o.poses for o in told]), np.array([o.hand for o in told], np.float32)
    second = np.stack(
        [classifier.opinion(Landmarks(points[i], float(presence[i]), 0.5), float(sizes[i])) for i in pick]
    )
    picked = {name: rows[f"{name}s"][pick] for name in ("kind", "label", "source", "file")}
    soft = rows["soft"][pick, : len(POSES)]
    return picked | {
        "crop": first,
        "landmarks": second,
        "hand": hand,
        "presence": presence[pick],
        "size": sizes[pick],
        "soft": soft,
    }


def fit(seen: dict[str, NDArray[np.generic]], seed: int = 0) -> dict[str, object]:
    """Weights by penalised likelihood (LBFGS) over what is a hand."""
    torch.manual_seed(seed)
    seen = {k: v[seen["soft"].sum(1) > 0.5] for k, v in seen.items()}
    crop, marks = torch.from_numpy(seen["crop"]).double(), torch.from_numpy(seen["landmarks"]).double()
    presence, size = torch.from_numpy(seen["presence"]).double(), torch.from_numpy(seen["size"]).double()
    target = torch.from_numpy(seen["soft"]).double()
    scale = (size.clamp_min(8) / 48).log()
    weight = torch.where(torch.from_numpy(seen["kind"] == "close"), 0.5, 1.0).double()
    a = torch.tensor([0.7, 0.0], dtype=torch.double, requires_grad=True)
    b = torch.tensor([0.0, 0.0, 0.5, 0.0], dtype=torch.double, requires_grad=True)
    bias = torch.zeros(len(POSES), dtype=torch.double, requires_grad=True)
    alone = torch.tensor(1.0, dtype=torch.double, requires_grad=True)
    by_size = torch.tensor(0.0, dtype=torch.double, requires_grad=True)
    is_other = torch.eye(len(POSES), dtype=torch.double)[OTHER]
    start_b = b.detach().clone()

    def total() -> torch.Tensor:
        left = (a[0] + a[1] * scale).clamp_min(0)
        right = (b[0] + b[1] * scale + b[2] * presence + b[3] * presence * scale).clamp_min(0)
        return crop * left[:, None] + marks * right[:, None] + shift()

    def shift() -> torch.Tensor:
        return bias + by_size * scale[:, None] * is_other

    def loss() -> torch.Tensor:
        out = -(target * torch.log_softmax(total(), 1)).sum(1)
        lone = -(target * torch.log_softmax(crop * alone + shift().detach(), 1)).sum(1)
        penalty = 2e-3 * (bias**2).sum() + 2e-3 * ((b - start_b) ** 2).sum() + 2e-3 * a[1] ** 2
        return ((out + 0.3 * lone) * weight).sum() / weight.sum() + penalty

    optimizer = torch.optim.LBFGS([a, b, bias, alone, by_size], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(closure)
    numbers: dict[str, object] = {
        "crop": [round(v, 4) for v in a.tolist()],
        "landmarks": [round(v, 4) for v in b.tolist()],
        "alone": round(float(alone), 4),
        "other_by_size": round(float(by_size), 4),
        "bias": {p: round(v, 4) for p, v in zip(POSES, bias.tolist(), strict=True)},
        # Read off the held-out hands by size, in company: precision above 0.9 on small hands, few false poses on large
        # ordinary ones, which resemble closed, open and two-fingered hands more than others.
        "thresholds": {p: [0.35, 0.75 if p in ("fist", "palm", "peace") else 0.55] for p in POSES if p != "other"},
        "small_px": 28,
        "large_px": 110,
        "plainly_other": 0.88,
        "smallest_px": 16,
        "hand": [0.0, 1.0, 1.0],
        "least_hand": 0.4,
    }
    return numbers | {"company": company(numbers, seen)}


def company(numbers: dict[str, object], seen: dict[str, NDArray[np.generic]]) -> dict[str, object]:
    """The usual share of each pose among hands of group photos, and how much the photo's own hands count beside it.

    Held-out likelihood hardly changes for a strength of one to seven hands: the most careful of these, and a lone
    pose keeps half its odds.
    """
    group = {k: v[seen["kind"] == "group"] for k, v in seen.items()}
    alone = {"usual": dict.fromkeys(POSES, 1.0), "strength": 5, "least": 0.5, "most": 10}
    usual = weighed(numbers | {"company": alone}, group).mean(0)
    return alone | {"usual": {p: round(float(v), 5) for p, v in zip(POSES, usual, strict=True)}}


def in_company(numbers: dict[str, object], alone: Floats, files: NDArray[np.generic]) -> Floats:
    """Every hand weighed with the others of its photo, as the tool does it."""
    fusion, out = Fusion(json.dumps(numbers).encode()), alone.copy()
    for file in np.unique(files):
        mine = np.flatnonzero(files == file)
        out[mine] = fusion.in_company(list(alone[mine]))
    return out


def kept(crops: CropNetworks, people: Path, hold_out: float) -> list[float]:
    """Logistic weights of the people pass's score and the crop's word, on photos whose hands are all labelled."""
    rows = rows_of_tiles()
    out = set(rows["sources"][held_out(rows, hold_out) & (rows["splits"] == "train")].tolist())
    hands: dict[Path, list[LabelledHand]] = defaultdict(list)
    for hand in group_hands():
        if hand.repo in out and hand.split == "train":
            hands[hand.file].append(hand)
    net = PeopleNetwork(people.read_bytes())
    x, y = [], []
    for path, labelled in hands.items():
        if any(h.dense for h in labelled):
            continue
        image = read(path)
        found = non_max_suppression(net.run(image, min(1280, 2 * max(image.shape[:2])), 0.05))
        found = found[(found[:, 0] == HAND) & (found[:, 4:].max(1) >= 24)]
        opinions = crops.opinions(image, [tuple(float(v) for v in row[2:]) for row in found])
        for row, opinion in zip(found, opinions, strict=True):
            meets = [h for h in labelled if _meets(row[2:], h)]
            if "wild/" in str(path) and not meets:
                continue  # hands that the teacher missed are not labelled there
            odds = [math.log(max(v, 1e-4) / max(1 - v, 1e-4)) for v in (float(row[1]), opinion.hand)]
            x.append([1.0, *odds])
            y.append(float(any(not h.label.startswith("none") for h in meets)))
    print(f"{len(y)} boxes on {len(hands)} photos, {sum(y) / len(y):.3f} of them hands")
    inputs, goal = torch.tensor(x), torch.tensor(y)
    weights = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights, goal) + 1e-3 * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(closure)
    likely = torch.sigmoid(inputs @ weights.detach()).numpy()
    for cut in (0.2, 0.3, 0.35, 0.4, 0.45, 0.5):
        keep = likely > cut
        truth = goal.numpy() > 0.5
        print(f"  probability > {cut}: {keep[truth].mean():.3f} of hands kept, precision {truth[keep].mean():.3f}")
    return [round(float(v), 4) for v in weights]


def _meets(box: Floats, hand: LabelledHand) -> bool:
    x, y, w, h = hand.box
    cx, cy = float(box[0] + box[2] / 2), float(box[1] + box[3] / 2)
    longest = max(float(box[2]), float(box[3]))
    return x <= cx <= x + w and y <= cy <= y + h and hand.size / 3 <= longest <= hand.size * 3


def weighed(numbers: dict[str, object], seen: dict[str, NDArray[np.generic]]) -> Floats:
    """Probabilities as the tool gives them, plainly-other hands without landmarks included."""
    fusion = Fusion(json.dumps(numbers).encode())
    out = []
    for crop, marks, presence, size in zip(
        seen["crop"], seen["landmarks"], seen["presence"], seen["size"], strict=True
    ):
        spent = np.exp(crop[OTHER]) < fusion.plainly_other
        out.append(fusion.probabilities(crop, marks if spent else None, float(presence), float(size)))
    return np.stack(out)


def curve(probabilities: Floats, seen: dict[str, NDArray[np.generic]], title: str) -> None:
    """Listed poses: recall and precision at several thresholds; fists told and mistaken."""
    best, sure = probabilities[:, :OTHER].argmax(1), probabilities[:, :OTHER].max(1)
    label = seen["label"]
    certain = np.array([not str(v).endswith("?") and "|" not in str(v) for v in label]) & (seen["size"] >= 30)
    truth = np.array(
        [POSES.index(str(v)) if ok and str(v) in POSES else OTHER for v, ok in zip(label, certain, strict=True)]
    )
    print(f"{title}: {certain.sum()} hands")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        named = np.where(sure >= threshold, best, OTHER)[certain]
        t = truth[certain]
        listed, palm = np.isin(t, _LISTED), POSES.index("palm")
        said = np.isin(named, _LISTED)
        hit = said & (named == t)
        bare = hit & (t != palm)
        fist = t == _FIST
        recall, precision = hit.sum() / max(listed.sum(), 1), hit.sum() / max(said.sum(), 1)
        bare_recall = bare.sum() / max((listed & (t != palm)).sum(), 1)
        bare_precision = bare.sum() / max((said & (named != palm)).sum(), 1)
        told, wrong = (named[fist] == _FIST).mean(), (~np.isin(named[fist], [_FIST, OTHER])).mean()
        print(
            f"  {threshold:.1f} listed recall {recall:.3f} precision {precision:.3f}"
            f" | no palm {bare_recall:.3f} / {bare_precision:.3f}"
            f" | fists told {told:.3f} as pose {wrong:.3f} of {fist.sum()}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("fit", "hands", "score"))
    parser.add_argument("--crop", type=Path, required=True)
    parser.add_argument("--wide", type=Path, required=True)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--people", type=Path, default=RUNS / "people.onnx")
    parser.add_argument("--keep", type=float, default=0.4, help="probability from which a box is kept as a hand")
    parser.add_argument("--hold-out", type=float, default=0.15)
    parser.add_argument("--split", default="measure")
    parser.add_argument("--numbers", type=Path, default=ROOT / "weights/pose_fusion.json")
    args = parser.parse_args()
    rows = rows_of_tiles()
    crops = CropNetworks(args.crop.read_bytes(), args.wide.read_bytes())
    if args.step == "hands":
        numbers = json.loads(args.numbers.read_text())
        weights = kept(crops, args.people, args.hold_out)
        args.numbers.write_text(json.dumps(numbers | {"hand": weights, "least_hand": args.keep}, indent=1) + "\n")
        return
    if args.step == "fit":
        seen_by_none = (rows["splits"] == "train") & held_out(rows, args.hold_out)
        pick = np.flatnonzero(seen_by_none & (rows["kinds"] != "pasted"))
        seen = opinions(crops, args.landmarks, pick)
        numbers = fit(seen)
        args.numbers.write_text(json.dumps(numbers, indent=1) + "\n")
    else:
        numbers = json.loads(args.numbers.read_text())
        seen = opinions(crops, args.landmarks, np.flatnonzero(rows["splits"] == args.split))
    told = weighed(numbers, seen)
    for kind in ("group", "close"):
        part = (seen["kind"] == kind) | ((seen["kind"] == "none") if kind == "group" else False)
        sub = {k: v[part] for k, v in seen.items()}
        for name, values in (
            ("crop", np.exp(sub["crop"])),
            ("landmarks", np.exp(sub["landmarks"])),
            ("both", told[part]),
            ("in company", in_company(numbers, told[part], sub["file"])),
        ):
            curve(np.asarray(values, np.float32), sub, f"{kind}, {name}")


if __name__ == "__main__":
    main()
