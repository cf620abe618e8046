"""The symbol of a logo without its lettering: on a shirt or a flag it often stands alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]

SHOWN = 24
"""Opacity above which a pixel of a picture shows."""
# How coarsely colours of the rim are counted, how near to a ground's colour its pixels are, and what share of the rim
# has to be of it.
_ALIKE, _NEAR, _SHARE = 24, 18, 0.2
# Of the logo's longer side: what is blank for less is no gap.
_GAP = 0.015
# A symbol is at most so many times as long as wide (wings are), and no small part of the logo; lettering is longer.
_LONGEST, _LEAST, _MOST = 2.4, 0.3, 0.85
# Share of a cell's height that its edges are printed over, and of the line between two.
_SOLID, _BLANK = 0.85, 0.15
_SMALLEST = 24
# And no other part is nearly as large.
_NEXT = 0.75


def symbols(rgba: Rgba) -> list[Rgba]:
    """What stays of H × W × 4 when lettering set apart from it is left out, once and once more; often nothing."""
    out: list[Rgba] = []
    while len(out) < 2 and (part := _largest(out[-1] if out else rgba)) is not None:
        out.append(part)
    return out


def trimmed(rgba: Rgba, shown: NDArray[np.bool_]) -> Rgba:
    """Without the rows and columns around it in which nothing is shown."""
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return rgba[:0, :0]
    return rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _largest(rgba: Rgba) -> Rgba | None:
    """The part with the longest shorter side, of those that blank rows or columns divide the logo into."""
    height, width = rgba.shape[:2]
    fitting = []
    for parts in _divisions(rgba):
        part, *others = sorted(parts, key=_short, reverse=True)
        long = max(part.shape[:2])
        apart = _short(part) * long < _MOST * height * width
        # Of letters in a row none stands out.
        alone = not others or _short(others[0]) <= _NEXT * _short(part)
        large = _short(part) >= max(_SMALLEST, _LEAST * min(height, width))
        if apart and alone and large and long <= _LONGEST * _short(part):
            fitting.append(part)
    return max(fitting, key=_short, default=None)


def _short(part: Rgba) -> int:
    return int(min(part.shape[:2]))


def _divisions(rgba: Rgba) -> Iterator[list[Rgba]]:
    """Parts between blank rows, then between blank columns, for each ground.

    Of cells that a line divides the first comes alone: lettering stands right of a symbol.
    """
    for ground in _grounds(rgba):
        shown = rgba[..., 3] > SHOWN
        if ground is not None:
            shown = shown & (np.abs(rgba[..., :3] - ground).max(2) > _NEAR)
        for axis in (0, 1):
            parts = []
            for start, end in _stretches(np.asarray(shown.any(1 - axis)), _GAP * max(shown.shape)):
                window = (slice(None),) * axis + (slice(start, end),)
                parts.append(trimmed(rgba[window], shown[window]))
            if parts:
                yield parts
        if end := _first_cell(shown):
            yield [trimmed(rgba[:, :end], shown[:, :end])]


def _first_cell(shown: NDArray[np.bool_]) -> int:
    """Where the first of two cells ends that a fine line divides, both printed over from edge to edge; 0 without."""
    filled = shown.sum(0) / max(int(shown.any(1).sum()), 1)
    for start, end in _stretches(filled <= _BLANK, 1):
        around = filled[max(start - 2, 0) : start], filled[end : end + 2]
        fine = end - start <= max(_GAP * max(shown.shape), 2)
        if fine and all(len(edge) and edge.max() >= _SOLID for edge in around):
            return start
    return 0


def _grounds(rgba: Rgba) -> list[NDArray[np.float64] | None]:
    """None (what is clear), then at most two colours of the rim."""
    rim = np.concatenate([rgba[0], rgba[-1], rgba[:, 0], rgba[:, -1]])
    left = rim[rim[:, 3] > SHOWN][:, :3].astype(np.float64)
    least = max(_SHARE * len(left), 1)
    out: list[NDArray[np.float64] | None] = [None]
    for _ in range(2):
        if len(left) < least:
            break
        _, which, counts = np.unique(left // _ALIKE, axis=0, return_inverse=True, return_counts=True)
        colour = np.median(left[which.reshape(-1) == counts.argmax()], axis=0)
        near = np.abs(left - colour).max(1) <= _NEAR
        if near.sum() >= least:
            out.append(colour)
        left = left[~near]
    return out


def _stretches(shown: NDArray[np.bool_], gap: float) -> list[tuple[int, int]]:
    """First and end of each run of True, those less than `gap` apart joined."""
    at = np.flatnonzero(shown)
    breaks = np.flatnonzero(np.diff(at) > gap)
    starts, ends = np.r_[at[:1], at[breaks + 1]], np.r_[at[breaks], at[-1:]] + 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]
