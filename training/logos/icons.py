"""Logos of nobody in politics: icons of programs, brands and coins as pictures with transparency.

    python -m training.logos.icons OUT FOLDER... [--most 1200]

FOLDER: unpacked icon collections of SVG or PNG, such as papirus-icon-theme (64x64/apps), simple-icons, devicon and
cryptocurrency-icons; at most so many of each, drawn 160 px large. An icon of one colour gets others and,
often, a plate. Needs `resvg_py`. The pictures serve `training.logos.make marks --icons OUT` and are no part of the
project.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from training.logos.fiction import SIDE, STRONG

U8 = NDArray[np.uint8]
Rng = np.random.Generator


def icon(path: Path, rng: Rng) -> U8 | None:
    """RGBA, SIDE × SIDE; None for what cannot be drawn or shows hardly anything."""
    if path.suffix == ".svg":
        try:
            data = bytes(resvg_py.svg_to_bytes(svg_path=str(path), width=SIDE, height=SIDE))
        except (ValueError, OSError):
            return None
        rgba = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    else:
        rgba = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if rgba is None or rgba.ndim != 3 or rgba.shape[2] != 4:
        return None
    rgba = np.asarray(cv2.resize(rgba, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    ink = rgba[rgba[..., 3] > 127][:, :3].astype(np.float32)
    if len(ink) < 0.05 * SIDE * SIDE:
        return None
    return rgba if ink.std(0).max() > 12 else _coloured(rgba, rng)


def _coloured(rgba: U8, rng: Rng) -> U8:
    """One strong colour, on nothing or on a round or square plate of another."""
    first, second = (np.array(STRONG[i], np.float32)[::-1] for i in rng.permutation(len(STRONG))[:2])
    share = rgba[..., 3:].astype(np.float32) / 255
    if rng.random() < 0.4:
        return np.dstack([np.broadcast_to(first, (SIDE, SIDE, 3)).astype(np.uint8), rgba[..., 3]])
    plate = np.zeros((SIDE, SIDE), np.uint8)
    if rng.random() < 0.5:
        cv2.circle(plate, (SIDE // 2, SIDE // 2), SIDE // 2 - 2, 255, -1, cv2.LINE_AA)
    else:
        plate[:] = 255
    inner = round(SIDE * rng.uniform(0.55, 0.72))
    low = (SIDE - inner) // 2
    small = np.zeros((SIDE, SIDE, 1), np.float32)
    small[low : low + inner, low : low + inner, 0] = cv2.resize(
        share[..., 0], (inner, inner), interpolation=cv2.INTER_AREA
    )
    return np.dstack([(second + (first - second) * small).astype(np.uint8), plate])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--most", type=int, default=1200)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(23)
    for folder in args.folders:
        paths = sorted(p for kind in ("svg", "png") for p in folder.rglob(f"*.{kind}") if not p.is_symlink())
        drawn = 0
        for k in rng.permutation(len(paths)):
            picture = icon(paths[k], rng)
            if picture is not None:
                cv2.imwrite(str(args.out / f"{folder.name}-{paths[k].parent.name}-{paths[k].stem}.png"), picture)
                drawn += 1
            if drawn == args.most:
                break
        print(f"{folder}: {drawn} of {len(paths)}", file=sys.stderr)


if __name__ == "__main__":
    main()
