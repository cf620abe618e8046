"""Writes face_numbers.json: what strangers' faces are to an embedder, from which every gallery's thresholds follow.

    python -m training.face_fit [--embedder weights/face_embedder.onnx] [--out weights/face_numbers.json]

Aggregates of strangers come from the people of faces/ilfw that the embedder may have learnt from; candidates are the 90
of labels/faces_fit.txt, which it has not. Nobody's embedding is written: a mean, a covariance, a table of a tail.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.faces.embedder import Embedder, Kind
from poseguard.faces.gallery import ENOUGH, NAMED_WRONGLY, Candidate, Gallery, GalleryPhoto, Matcher
from poseguard.faces.numbers import Gates, Numbers
from poseguard.faces.quality import sharpness
from training.face_data import held_out, ilfw
from training.face_teachers import Faces, Floats
from training.shared import DATA, ROOT, read

Ints = NDArray[np.int64]
SHARES = (0.1, 0.01)
SIZES = (1, 5, 18, 45, 80)
MARGIN = 0.06
"""Of those tried (MARGINS) the least after which no candidate was named as another."""
MARGINS = (0.0, 0.03, 0.06, 0.1)
DRAWS = 40
GATES = {"least_px": 32.0, "yaw": 0.8, "face": 0.5, "mask": 0.5}
"""Under 32 px no face carries a name (facts, section 6); a nose four fifths of the way to an eye is a turned head's."""
EXTRA = {1: 0.03, 2: 0.015}
"""Added on top of what fewer photos measure: one photo may be the wrong person's, and nothing shows it."""
_ROUND = 4


def unseen() -> tuple[Faces, Ints]:
    """Crops without a mask of the 90, and whose they are."""
    names = sorted(held_out("fit"))
    paths = [p for name in names for p in sorted((DATA / "faces/ilfw" / name).glob("[0-9]*"))]
    return np.stack([read(p) for p in paths]), np.array([names.index(p.parent.name) for p in paths])


def strangers(embedder: Embedder) -> tuple[Floats, Floats, Floats]:
    """Embeddings of the others, their mean with every person weighing the same, and a root of their covariance."""
    paths = ilfw()
    rows = embedder.embed(np.stack([read(p) for p in paths]))
    names = np.array([p.parent.name for p in paths])
    _, person, counts = np.unique(names, return_inverse=True, return_counts=True)
    weight = 1 / counts[person] / len(counts)
    mean = weight @ rows
    middle = rows - mean
    values, directions = np.linalg.eigh((middle * weight[:, None]).T @ middle)
    root = directions * np.sqrt(np.maximum(values, 0))
    return rows, np.float32(mean), np.asarray(root, np.float32)


def centroids(rows: Floats, owner: Ints, photos: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """A centre of so many photos for every person who has them and one more; and the rows that went into them."""
    middles, used = [], []
    for person in np.unique(owner):
        mine = rng.permutation(np.flatnonzero(owner == person))
        if len(mine) > photos:
            middle = rows[mine[:photos]].mean(0)
            middles.append(middle / np.linalg.norm(middle))
            used += mine[:photos].tolist()
    return np.stack(middles), np.array(used)


def tail(numbers: Numbers, rows: Floats, owner: Ints, others: Floats) -> dict[str, list[float]]:
    """Standard scores that shares of strangers' comparisons exceed: down to one in 100 as they are, beyond that so that
    of all strangers one in 1,000 is named by any candidate of galleries of SIZES, after the margin. Strangers are those
    that the embedder may have learnt and the rest of the fit people: these alone are too few for so small a share.
    """
    middles, _ = centroids(rows, owner, ENOUGH, np.random.default_rng(0))
    theirs = numbers.strangers(others)[:, None]
    scores = np.sort(theirs.standard(others @ middles.T, numbers.strangers(middles)).ravel())[::-1]
    z = [0.0, *(float(scores[int(far * len(scores))]) for far in SHARES)]
    log = [math.log10(float((scores > 0).mean())), *(math.log10(far) for far in SHARES)]
    for size in SIZES:
        nearest = []
        for draw in range(DRAWS):
            rng = np.random.default_rng([size, draw])
            chosen = rng.permutation(enough(owner))[:size]
            gallery, _ = _gallery(rows, owner, chosen, numbers.network, rng)
            rest = np.concatenate([others, rows[~np.isin(owner, chosen)]])
            nearest.append(_nearest(Matcher(gallery, numbers, lang="en"), rest))
        told = np.sort(np.concatenate(nearest))[::-1]
        z.append(max(float(told[int(NAMED_WRONGLY * len(told))]), z[-1] + 0.01))
        log.append(math.log10(1 - (1 - NAMED_WRONGLY) ** (1 / size)))
    return {"z": z, "log10_far": log}


def _nearest(matcher: Matcher, faces: Floats) -> Floats:
    """The standard score of each face with the candidate most like it, as that gallery weighs it; -9 without margin."""
    cosines = faces @ matcher.centroids.T
    standard = matcher.numbers.strangers(faces)[:, None].standard(cosines, matcher.strangers)
    first = standard.argmax(1)[:, None]
    best = np.take_along_axis(cosines, first, 1)
    np.put_along_axis(cosines, first, -np.inf, 1)
    clear = best - cosines.max(1, keepdims=True) >= MARGIN
    shift, stretch = matcher.alike
    return np.asarray(np.where(clear, (np.take_along_axis(standard, first, 1) - shift) / stretch, -9.0).ravel())


def few(numbers: Numbers, rows: Floats, owner: Ints, others: Floats) -> dict[int, float]:
    """What a threshold of one photo, and of two, must gain to keep one stranger in 10,000 out."""
    out = {}
    for photos, extra in EXTRA.items():
        middles, _ = centroids(rows, owner, photos, np.random.default_rng(photos))
        theirs = numbers.strangers(others)[:, None]
        least = theirs.cosine(numbers.z(1e-4), numbers.strangers(middles))
        over = np.sort((others @ middles.T - least).ravel())[::-1]
        out[photos] = max(0.0, float(over[int(1e-4 * len(over))])) + extra
    return out


def enough(owner: Ints) -> Ints:
    """People who have a photo more than a candidate needs."""
    return np.array([p for p in np.unique(owner) if (owner == p).sum() > ENOUGH])


def _gallery(rows: Floats, owner: Ints, people: Ints, network: str, rng: np.random.Generator) -> tuple[Gallery, Ints]:
    """Three photos each of these people, and the rows that went in."""
    used, candidates = [], []
    for person in people:
        mine = rng.permutation(np.flatnonzero(owner == person))[:ENOUGH]
        used += mine.tolist()
        photos = tuple(GalleryPhoto("0" * 64, "", "", 112.0) for _ in mine)
        candidates.append(Candidate(f"p{person}", f"p{person}", "", "", None, "", photos, rows[mine]))
    return Gallery(network, "", candidates=tuple(candidates)), np.array(used)


def trials(numbers: Numbers, rows: Floats, owner: Ints) -> list[tuple[float, float | None, bool, bool]]:
    """Faces against galleries of 18 and 45: score over threshold, margin, whether the nearest is right, and known."""
    people = enough(owner)
    out = []
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        chosen = rng.permutation(people)[: (18, 45)[draw % 2]]
        gallery, used = _gallery(rows, owner, chosen, numbers.network, rng)
        matcher = Matcher(gallery, numbers, lang="en")
        for i in np.setdiff1d(np.arange(len(rows)), used):
            told = matcher.decide(rows[i])
            known = bool(np.isin(owner[i], chosen))
            out.append((told.score - told.threshold, told.margin, told.nearest == f"p{owner[i]}", known))
    return out


def logistic(above: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Scale and bias of P(right) = 1 / (1 + exp(-(scale · above + bias))), by Newton's steps with a little ridge."""
    x = np.column_stack([above, np.ones(len(above))])
    w = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -40, 40)))
        gradient = x.T @ (p - right) + 1e-3 * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(2)
        w -= np.linalg.solve(hessian, gradient)
    return float(w[0]), float(w[1])


def least_sharpness(embedder: Embedder, faces: Faces, rows: Floats) -> float:
    """The sharpness at which half the faces no longer reach a cosine of 0.6 with themselves unblurred."""
    some = faces[::6]
    for sigma in np.arange(1.0, 9.0, 0.5):
        poor = np.stack([cv2.GaussianBlur(face, (0, 0), float(sigma)) for face in some])
        alike = (embedder.embed(poor) * rows[::6]).sum(1)
        if np.median(alike) < 0.6:
            print(f"gaussian blur of {sigma:.1f} px hides a face", file=sys.stderr)
            return float(np.median([sharpness(face) for face in poor]))
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", type=Path, default=ROOT / "weights/face_embedder.onnx")
    parser.add_argument("--out", type=Path, default=ROOT / "weights/face_numbers.json")
    args = parser.parse_args()
    model = args.embedder.read_bytes()
    embedder = Embedder(model, Kind.OWN if args.embedder == ROOT / "weights/face_embedder.onnx" else None)
    faces, owner = unseen()
    rows = embedder.embed(faces)
    others, mean, root = strangers(embedder)
    gates = Gates(blur=least_sharpness(embedder, faces, rows), **GATES)
    first = Numbers(embedder.sha256, mean, root, ((0.0, 5.0), (0.0, -4.0)), 1.0, 0.0, gates, {}, 0.0)
    curve = tail(first, rows, owner, others)
    second = Numbers(
        embedder.sha256, mean, root, (tuple(curve["z"]), tuple(curve["log10_far"])), 1.0, 0.0, gates, {}, 0.0
    )
    gained = few(second, rows, owner, others)
    told = trials(second, rows, owner)
    for margin in MARGINS:
        named = [t for t in told if t[0] >= 0 and (t[1] is None or t[1] >= margin)]
        right, known = sum(t[2] and t[3] for t in named), sum(t[3] for t in told)
        strange = sum(not t[3] for t in named)
        wrong = sum(t[3] and not t[2] for t in named)
        print(
            f"margin {margin}: named {right / known:.4f}, wrongly {wrong}, strangers {strange} of {len(told) - known}"
        )
    scale, bias = logistic(np.array([t[0] for t in told]), np.array([t[2] and t[3] for t in told]))
    numbers = {
        "network": embedder.sha256,
        "width": embedder.width,
        "mean": [round(float(v), _ROUND) for v in mean],
        "covariance_root": [[round(float(v), _ROUND) for v in row] for row in root],
        "tail": {key: [round(v, _ROUND) for v in values] for key, values in curve.items()},
        "likelihood": [round(scale, 2), round(bias, 2)],
        "gates": {**GATES, "blur": round(gates.blur, _ROUND)},
        "few": {str(photos): round(v, _ROUND) for photos, v in gained.items()},
        "margin": MARGIN,
    }
    args.out.write_text(json.dumps(numbers, separators=(",", ":")) + "\n")
    Numbers.read(args.out.read_bytes())
    rest = {key: value for key, value in numbers.items() if key not in ("mean", "covariance_root")}
    print(json.dumps(rest), f"{args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
