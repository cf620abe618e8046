"""Every figure that the issues ask for and photos decide: `python -m benchmarks.measure`, or `make measure`.

    python -m benchmarks.measure [--weights DIR] [--shared DIR] [--jobs N] [--out DIR] [--only NAME...] [--side train]
                                 [--scenes DIR] [--left-out DIR] [--palm DIR] [--embedder FILE] [--teacher FILE]

Every photo is scanned once for all sections. close-ups, props (hands of group photos at rallies), wild, levels and
detectors are about hands; tags, ap, plain, everyday, scenes and enrolment about logos and props; verification,
galleries, candidates, fairness and face-time about faces (`benchmarks.faces`).

Writes figures.json, figures.txt and the reports behind them to out/measure (which shows people: it is not committed).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import campaign, faces
from benchmarks.enrolment import enrolment
from benchmarks.figures import Target, calibration_lines, pose_lines, target_lines
from benchmarks.levels import calm_raised, level_lines, posing_raised
from benchmarks.matching import Hand, calibration, interval, matched, sayings
from benchmarks.run import Measured, Run
from benchmarks.scanning import CONTEXT, Report, scan
from benchmarks.scenes import drawn_scenes
from benchmarks.truth import LISTED, ROOT, TWINS, Row, TruthSet, truth_sets, well_sourced
from poseguard.errors import WeightsError
from poseguard.results import Box, plain
from poseguard.weights import digest, load_manifest

HANDS = ("close-ups", "props", "wild", "levels", "detectors")
SECTIONS = (
    *HANDS, "tags", "ap", "plain", "everyday", "scenes", "enrolment",
    *faces.SECTIONS,
)  # fmt: skip
_CAMPAIGN = {"tags": campaign.tags, "ap": campaign.boxes, "plain": campaign.plain, "everyday": campaign.everyday}
_PHOTOS_OF = {
    "close-ups": ("close-ups",),
    "props": ("props",),
    "wild": ("wild",),
    "levels": ("props", "wild", "negative"),
    "tags": ("tags",),
    "ap": ("ap",),
    "plain": ("negative",),
    "everyday": ("close-ups",),
}


def hands_of(report: Report) -> list[Hand]:
    return [e for e in report["evidence"] if e["kind"] == "hand"]


def pairs_of(run: Run, name: str) -> list[tuple[Row, Hand]]:
    """Labelled hands with the reported hand of each: by place in group photos, the surest in close-ups."""
    rows: dict[str, list[Row]] = {}
    for row in run.sets[name].rows:
        rows.setdefault(row["file"], []).append(row)
    pairs: list[tuple[Row, Hand]] = []
    for file, report in run.of(name):
        hands = hands_of(report)
        if run.sets[name].mode == "boxes":
            pairs += matched(rows[file], hands)
        elif hands:
            named = [hand for hand in hands if hand["label"] != "other"] or hands
            pairs.append((rows[file][0], max(named, key=lambda hand: float(hand["confidence"]))))
    return pairs


@dataclass(frozen=True)
class Said:
    """Reliability of a set's confidences, for a person and as JSON."""

    lines: list[str]
    figures: dict[str, Any]


def calibrated(run: Run, name: str) -> Said:
    """Three questions to the confidences of one set (`sayings`)."""
    found = {key: calibration(said) for key, said in sayings(pairs_of(run, name)).items()}
    lines = [line for key, one in found.items() for line in calibration_lines(f"confidences, {key}", one)]
    return Said(lines, {key: asdict(one) for key, one in found.items()})


def close_ups(measured: Measured, run: Run) -> None:
    """Poses of close-ups, one hand a photo."""
    name, rows = "close-ups", run.sets["close-ups"].rows
    scored = run.score(name)
    poses = [pose for pose in well_sourced(rows) if pose in scored.labels]
    macro = float(np.mean([scored.labels[pose]["f1"] for pose in poses])) if poses else math.nan
    said = calibrated(run, name)
    measured.say("close-up photos (score.py poses)", scored.text, *pose_lines(scored.labels), "", *said.lines)
    measured.lines.append(f"macro-F1 over the poses of three sources or more ({', '.join(poses)}): {macro:.4f}")
    met, sure = hand_boxes_met(run)
    if sure:
        measured.lines.append(
            f"a box that meets the hand where training step 1 placed it: {met} of {sure} ({met / sure:.3f})"
        )
    numbers = scored.numbers
    photos, others = int(numbers["photos"]), int(scored.labels.get("other", {}).get("count", 0))
    measured.targets += [
        Target(name, "macro-F1, poses of three sources or more", macro, 0.90, len(poses)),
        Target(name, "a hand box that meets the hand", numbers["hand_found"], 0.97, photos),
        Target(name, "a false pose on `other`", numbers["false_pose"], 0.05, others, most=True),
    ]
    measured.figures[name] = {
        **scored.to_json(),
        "well_sourced": poses,
        "macro_f1_well_sourced": macro,
        "boxes_met": met,
        "boxes_placed": sure,
        "calibration": said.figures,
    }


def hand_boxes_met(run: Run, placed: Path = ROOT / "runs/closeups.npz") -> tuple[int, int]:
    """Stricter than score.py, which asks for any box: does one lie where training step 1 saw the hand by its landmarks?

    Only where those were sure (presence over 0.5). Returns (met, placed); (0, 0) without that file.
    """
    if not placed.is_file():
        return 0, 0
    data = np.load(placed)
    boxes: dict[str, Box] = {
        str(file): (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        for file, box, presence in zip(data["files"], data["box"], data["presence"], strict=True)
        if presence > 0.5
    }
    met = sure = 0
    for file, report in run.of("close-ups"):
        if file not in boxes:
            continue
        x, y, w, h = boxes[file]
        size = max(w, h)
        sure += 1
        met += any(
            x <= bx + bw / 2 <= x + w and y <= by + bh / 2 <= y + h and size / 3 <= max(bw, bh) <= size * 3
            for bx, by, bw, bh in (hand["box"] for hand in hands_of(report))
        )
    return met, sure


def groups(measured: Measured, run: Run, name: str) -> None:
    """Many hands a photo: `props` or `wild`."""
    scored = run.score(name)
    measured.say(f"group photos, {name} (score.py boxes)", scored.text, *pose_lines(scored.labels))
    n, sizes, count = scored.numbers, scored.sizes, int(scored.sizes["all"]["true"])
    told = scored.labels.get("fist", {"recall": math.nan, "count": 0})
    posed = n["fists_posed"] / n["fists"] if n["fists"] else math.nan
    low, high = interval(posed, n["fists"])
    measured.lines.append(
        f"fists told {told['recall']:.3f} of {told['count']:.0f}; read as a pose {n['fists_posed']:.0f} "
        f"of {n['fists']:.0f} (95 %: {low:.3f} to {high:.3f})"
    )
    listed = sum(int(row["count"]) for pose, row in scored.labels.items() if pose in LISTED)
    bare, fists = int(n["bare_hands"]), int(n["fists"])
    if name == "props":
        measured.targets += [
            Target(name, "hand recall, 24 px and more", n["hand_recall"], 0.93, count),
            Target(name, "hand recall, posing", sizes["posing"]["recall"], 0.92, int(sizes["posing"]["true"])),
            Target(name, "hand recall, fists", sizes["fist"]["recall"], 0.90, int(sizes["fist"]["true"])),
            Target(name, "hand precision", n["hand_precision"], 0.70, count),
            Target(name, "listed poses, recall", n["listed_recall"], 0.80, listed),
            Target(name, "listed poses, precision", n["listed_precision"], 0.90, listed),
            Target(name, "listed poses without palm, recall", n["bare_recall"], 0.75, bare),
            Target(name, "listed poses without palm, precision", n["bare_precision"], 0.90, bare),
            Target(name, "fists read as a pose", posed, 0.01, fists, most=True),
            Target(name, "fists told", told["recall"], 0.70, fists),
        ]  # fmt: skip
    else:
        measured.targets += [
            Target(name, "listed poses, recall", n["listed_recall"], 0.80, listed),
            Target(name, "listed poses, precision", n["listed_precision"], 0.93, listed),
        ]
    said = calibrated(run, name)
    measured.lines += said.lines
    measured.figures[name] = {**scored.to_json(), "calibration": said.figures}


def levels(measured: Measured, run: Run) -> None:
    """Levels reached with --election pilkada-2024 --posted 2024-10-15 --subject pns."""
    calm = calm_raised(run.sets["negative"], run.sets["props"].rows, run.reports)
    posing = posing_raised((run.sets["props"], run.sets["wild"]), run.reports)
    measured.say(
        f"levels with {' '.join(CONTEXT)}",
        *level_lines("photos without politics or a labelled listed pose that reach medium", calm, "look at each"),
        *level_lines("photos with a large sure listed pose that reach medium", posing, "those that do not"),
    )  # fmt: skip
    measured.targets += [
        Target("levels", "calm photos that reach medium", calm.share, 0.03, calm.photos, most=True),
        Target("levels", "photos with a large sure listed pose that reach medium", posing.share, 0.85, posing.photos),
    ]
    measured.figures["levels"] = {"calm": calm.to_json(), "posing": posing.to_json()}


def without_nan(value: Any) -> Any:
    """JSON knows no NaN: what could not be measured is null."""
    if isinstance(value, dict):
        return {str(key): without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def contaminated(weights: Path) -> list[str]:
    """Networks that learned from both sides and would be measured: those that ship, where `weights` has no others."""
    twins = [twin.name for twin in load_manifest(TWINS).models]
    return [name for name in twins if digest(name, extra_dir=weights).sha256 == digest(name).sha256]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks.measure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=TWINS,
        help="folder of networks with a manifest.toml; what it lacks are those that ship (default: benchmarks/twins)",
    )
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("POSEGUARD_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, help="default: out/measure, or out/train for --side train")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument(
        "--side", choices=("measure", "train"), default="measure", help="train: for tuning; no figure that counts"
    )
    parser.add_argument("--palm", type=Path, help="folder that holds palm_detection_full.tflite or the mediapipe wheel")
    parser.add_argument(
        "--scenes",
        type=Path,
        default=ROOT / "runs/logo_scenes_measure",
        help="drawn test scenes (default: %(default)s)",
    )
    parser.add_argument(
        "--left-out",
        type=Path,
        default=ROOT / "runs/left_out",
        help="recognisers that lack parties (default: %(default)s)",
    )
    parser.add_argument("--embedder", type=Path, help="a user's own ONNX embedder of faces, measured in place of ours")
    parser.add_argument(
        "--teacher", type=Path, help="another copy of MobileFaceNet, with the numbers of training.face_fit beside it"
    )
    return parser.parse_args(argv)


def reports_of(args: argparse.Namespace, sets: Mapping[str, TruthSet], out: Path) -> dict[Path, Report]:
    """One scan of every photo that a section asks for. Raises SystemExit where logos of the user's own took part."""
    names = dict.fromkeys(part for section in args.only for part in _PHOTOS_OF.get(section, ()))
    photos = list(dict.fromkeys(path for name in names for path in sets[name].photos()))
    if not photos:
        return {}
    print(f"scanning {len(photos)} photos ...", file=sys.stderr)
    props = ["--props"] if _CAMPAIGN.keys() & set(args.only) else []
    options = (*CONTEXT, "--fail-on", "never", *props)
    lines = scan(photos, out, weights=args.weights, jobs=args.jobs, options=options)
    if any(model["name"] == "logos" for line in lines for model in line["models"]):
        raise SystemExit("enrolled logos of this user took part: see `poseguard logos list`, and put that file aside")
    return dict(zip(photos, lines, strict=True))


def sections(args: argparse.Namespace, run: Run, measured: Measured) -> None:
    """Every section that is asked for, in the order of SECTIONS."""
    if "close-ups" in args.only:
        close_ups(measured, run)
    for name in ("props", "wild"):
        if name in args.only:
            groups(measured, run, name)
    if "levels" in args.only:
        levels(measured, run)
    if "detectors" in args.only:
        from benchmarks.detectors import compare

        told, measured.figures["detectors"] = compare(run.sets, run.shared, run.out, args.weights, args.palm)
        measured.say("the detector beside others (score.py boxes, hands only)", *told)
    for name, section in _CAMPAIGN.items():
        if name in args.only:
            section(measured, run)
    if "scenes" in args.only:
        drawn_scenes(measured, args.scenes, args.weights)
    if "enrolment" in args.only:
        calm = run.sets["negative"].photos()
        enrolment(measured, args.left_out, args.scenes, calm, run.shared, args.weights)


def face_sections(args: argparse.Namespace, run: Run, measured: Measured) -> None:
    """Sections on faces that are asked for; their people have a split of their own, so `--side train` has none."""
    wanted = [section for section in faces.SECTIONS if section in args.only and args.side == "measure"]
    bench = faces.Bench(run.shared, run.out, args.weights, args.embedder, args.teacher)
    try:
        if wanted:
            print(f"faces with {bench.own.name} ...", file=sys.stderr)
    except WeightsError as error:
        measured.say("faces", f"left out: {error}")
        return
    for section in wanted:
        print(f"faces, {section} ...", file=sys.stderr)
        faces.SECTIONS[section](measured, bench)
    if wanted:
        measured.figures["face_networks"] = [plain(one) for one in bench.own.networks.digests]


def main(argv: Sequence[str] | None = None) -> None:
    args = _arguments(argv)
    if not (args.shared / "data").is_dir():
        raise SystemExit(f"{args.shared} holds no data: give --shared DIR (labelled photos, never part of the project)")
    if args.side == "measure" and set(HANDS) & set(args.only) and (seen := contaminated(args.weights)):
        raise SystemExit(
            f"{', '.join(seen)}: those that ship learned from these photos, and {args.weights} has no others; put "
            f"those of {TWINS} there, with their tables of manifest.toml"
        )
    os.environ["POSEGUARD_SHARED"] = str(args.shared.resolve())  # training.shared looks there
    out: Path = (args.out or ROOT / "out" / args.side).resolve()
    out.mkdir(parents=True, exist_ok=True)
    sets = truth_sets(args.shared.resolve(), args.side)
    run = Run(args.shared.resolve(), out, sets, reports_of(args, sets, out))
    measured = Measured()
    if args.side == "train":
        measured.lines.append(
            "TRAIN SIDE: the networks learned from these photos. For tuning only; no figure here counts."
        )
    sections(args, run, measured)
    face_sections(args, run, measured)
    measured.say("targets", *target_lines(measured.targets))
    figures = {
        "schema": "poseguard.figures/1",
        "side": args.side,
        "networks": next((line["models"] for line in run.reports.values() if line["models"]), []),
        **measured.figures,
        "targets": [target.to_json() for target in measured.targets],
    }
    (out / "figures.json").write_text(json.dumps(without_nan(figures), indent=1, allow_nan=False) + "\n", "utf-8")
    text = "\n".join(measured.lines).strip() + "\n"
    (out / "figures.txt").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
