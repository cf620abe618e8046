"""Where emblems and props lie in a photo: a first look at all of it, a closer one only where it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from poseguard.boxes import grown
from poseguard.reading.photo import Pixels
from poseguard.results import Box
from poseguard.yolo import Rows, YoloNetwork, non_max_suppression

FIRST = 640
SECOND = 1280
# What takes this part of the photo's longer side is told from afar.
AFAR, FILLS = 320, 0.3
# The project's network was trained on crops of 320 px: of a thing larger than this it has seen pieces only.
LARGEST = 288.0
# Scores from this on are handed on; what they are worth, the recogniser and the calibration say.
LOWEST = 0.05
# Boxes of one look that are handed on, the best first.
MOST = 1000
# A box of this score in the first look is worth a second one ...
HINT = 0.12
# ... unless it is an emblem that is plain already: this sure, and at least this many pixels at FIRST.
SURE, LARGE = 0.6, 44.0
# A person whose head is smaller than this at FIRST wears emblems that FIRST cannot show.
SMALL_HEAD = 44.0
# From this part of the photo on, a look at all of it is as cheap as one at a piece.
_MOST = 0.8
_ROOM = 0.15
# A box of the closer look that ends at the edge of the piece is half of something that the first look saw whole.
_CUT_OFF = 2.0


@dataclass(frozen=True, slots=True)
class PropsSearch:
    """The search, with its network. `logos`: the classes that are emblems; the others are things that carry them.

    `largest`: pixels up to which the network knows a whole thing; each look answers for its own range of sizes.
    """

    network: YoloNetwork
    logos: frozenset[int]
    largest: float = LARGEST

    def rows(
        self, pixels: Pixels, heads: Sequence[Box] = (), bodies: Sequence[Box] = (), least: float = LOWEST
    ) -> Rows:
        """Boxes of `least` and more in pixels of `pixels`, as are `heads` and `bodies`, the people already found."""
        height, width = pixels.shape[:2]
        longest = max(height, width)
        side = min(FIRST, longest)
        rows = sane(self.network.run(pixels, side, least), width, height)
        if self.network.fixed is not None:
            return non_max_suppression(rows)
        looks = [self._known(rows, side / longest)]
        region = self.closer(rows, pixels.shape[:2], heads, bodies) if longest > FIRST else None
        if region is not None:
            looks.append(self._known(sane(self._look(pixels, region, least), width, height), SECOND / longest))
        if side > self.largest:
            far = sane(self.network.run(pixels, AFAR, least), width, height)
            looks.append(far[far[:, 4:].max(1) >= FILLS * longest])
        return non_max_suppression(np.concatenate(looks))

    def _known(self, rows: Rows, zoom: float) -> Rows:
        """What the network knows whole in a look that shows a pixel of the photo as `zoom` pixels."""
        small: Rows = rows[rows[:, 4:].max(1, initial=0) * zoom <= self.largest]
        return small

    def closer(
        self, rows: Rows, shape: tuple[int, ...], heads: Sequence[Box], bodies: Sequence[Box]
    ) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of the piece that wants a closer look: None, or all that may hide an emblem.

        That is around every hint of the first look, save emblems that are plain already, and people who are small.
        """
        height, width = shape[:2]
        zoom = FIRST / max(height, width)
        hints = rows[rows[:, 1] >= HINT]
        plain = np.isin(hints[:, 0], sorted(self.logos)) & (hints[:, 1] >= SURE) & (hints[:, 4:].max(1) * zoom >= LARGE)
        wanted: list[Box] = [(x, y, w, h) for x, y, w, h in hints[~plain, 2:].tolist()]
        if any(max(head[2:]) * zoom < SMALL_HEAD for head in heads):
            wanted += [*heads, *bodies]
        if not wanted:
            return None
        corners = np.array([(x, y, x + w, y + h) for x, y, w, h in (grown(box, _ROOM) for box in wanted)])
        low = np.maximum(corners[:, :2].min(0), 0)
        high = np.minimum(corners[:, 2:].max(0), (width, height))
        left, top, right, bottom = (int(v) for v in (*np.floor(low), *np.ceil(high)))
        if right - left < 2 or bottom - top < 2:
            return None
        if (right - left) * (bottom - top) >= _MOST * width * height:
            return 0, 0, width, height
        return left, top, right, bottom

    def _look(self, pixels: Pixels, region: tuple[int, int, int, int], least: float) -> Rows:
        """The piece at the scale that all of the photo would have at SECOND."""
        left, top, right, bottom = region
        height, width = pixels.shape[:2]
        piece = np.ascontiguousarray(pixels[top:bottom, left:right])
        rows = self.network.run(piece, max(1, round(SECOND * max(piece.shape[:2]) / max(height, width))), least)
        ends = (
            (rows[:, 2], left == 0),
            (rows[:, 3], top == 0),
            (right - left - rows[:, 2] - rows[:, 4], right == width),
            (bottom - top - rows[:, 3] - rows[:, 5], bottom == height),
        )
        whole = np.ones(len(rows), np.bool_)
        for room, is_edge_of_photo in ends:
            whole &= is_edge_of_photo | (room > _CUT_OFF)
        rows = rows[whole]
        rows[:, 2] += left
        rows[:, 3] += top
        return rows


def sane(rows: Rows, width: int, height: int) -> Rows:
    """The best MOST rows that lie in a picture of that size, cut to it; a user's own network may give anything."""
    corners = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:]], 1)
    corners = corners.clip(0, np.array([width, height, width, height], np.float32))
    sides = corners[:, 2:] - corners[:, :2]
    inside = np.isfinite(rows).all(1) & (sides >= 1).all(1)
    out = np.concatenate([rows[:, :1], rows[:, 1:2].clip(0, 1), corners[:, :2], sides], 1)[inside]
    return np.asarray(out[np.argsort(-out[:, 1], kind="stable")[:MOST]], np.float32)
