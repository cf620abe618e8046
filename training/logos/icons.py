"""Logos of nobody in politics, to learn from how one logo is told from another: thousands of icons and made-up emblems.

    python -m training.logos.icons runs/logo_pictures.npy FOLDER...

FOLDER: unpacked Iconify collections (npm packages @iconify-json/NAME); `training/README.md` names those that were used.
What is of one colour is set on plates, sometimes with letters, as parties' emblems are. N × SIDE × SIDE × 4, colours as
seen on white, and opacity; the first `FICTIONS` are the numbered emblems of `training.logos.make marks --fiction`.
Needs `resvg_py`. The pictures are no part of the project.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from training.logos.fiction import composed, fictional_mark

U8 = NDArray[np.uint8]
Rng = np.random.Generator

SIDE = 128
FICTIONS = 3000
_MOST = 2500  # of one collection
_PLATES = 2  # ways in which a glyph of one colour is printed
# Variants that hardly differ in colour or not at all.
_TWIN = re.compile(r"(skin-tone|-light$|-background$|-4x3$|-opened$|-duo$|-low$|^file-type-light-|-open$|-1f3f[b-f])")


def icons(folder: Path, rng: Rng) -> Iterator[U8]:
    """Pictures of one collection."""
    pack: dict[str, Any] = json.loads((folder / "icons.json").read_text())
    coloured = bool(json.loads((folder / "info.json").read_text())["palette"])
    names = [name for name in pack["icons"] if not _TWIN.search(name)]
    for k in rng.permutation(len(names))[:_MOST]:
        one = pack["icons"][names[k]]
        width, height = (one.get(key, pack.get(key, 16)) for key in ("width", "height"))
        body = one["body"].replace("currentColor", "#000")
        zoom = 2 * SIDE / max(width, height)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{one.get("left", 0)} {one.get("top", 0)} {width} {height}" '
            f'width="{max(round(width * zoom), 8)}" height="{max(round(height * zoom), 8)}">{body}</svg>'
        )
        try:
            data = bytes(resvg_py.svg_to_bytes(svg_string=svg))
        except ValueError:
            continue
        rgba = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if rgba is None or rgba.ndim != 3 or rgba.shape[2] != 4 or (rgba[..., 3] > 127).mean() < 0.05:
            continue
        rgba = cv2.cvtColor(rgba, cv2.COLOR_BGRA2RGBA)
        if coloured:
            yield fitted(np.asarray(rgba, np.uint8))
        else:
            for _ in range(_PLATES):
                yield fitted(composed(np.asarray(rgba[..., 3], np.uint8), rng))


def fitted(rgba: U8) -> U8:
    """Trimmed and in the middle of SIDE × SIDE, its longer side that long; white where nothing is."""
    shown = rgba[..., 3] > 24
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    part = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    part[..., :3] = 255 + (part[..., :3] - 255) * (part[..., 3:] / 255)
    zoom = SIDE / max(part.shape[:2])
    size = (max(round(part.shape[1] * zoom), 2), max(round(part.shape[0] * zoom), 2))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC)
    out = np.full((SIDE, SIDE, 4), 255, np.uint8)
    out[..., 3] = 0
    x, y = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    out[y : y + size[1], x : x + size[0]] = np.clip(small, 0, 255)
    return out


def distinct(pictures: Iterator[U8]) -> Iterator[U8]:
    """Without what looks like an earlier one at 12 pixels."""
    known: set[bytes] = set()
    for one in pictures:
        key = (cv2.resize(one, (12, 12), interpolation=cv2.INTER_AREA) // 48).tobytes()
        if key not in known and one.reshape(-1, 4).std(0).max() > 8:
            known.add(key)
            yield one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    args = parser.parse_args()
    rng = np.random.default_rng(23)
    out = [fitted(fictional_mark(np.random.default_rng([19, n])).rgba) for n in range(FICTIONS)]
    for folder in args.folders:
        before = len(out)
        out += distinct(icons(folder, rng))
        print(f"{folder.name}: {len(out) - before}", file=sys.stderr)
    np.save(args.out, np.stack(out))


if __name__ == "__main__":
    main()
