"""What the people room hands on: bodies, heads and hands as boxes."""

from __future__ import annotations

from dataclasses import dataclass

from poseguard.results import Box


@dataclass(frozen=True, slots=True)
class Found:
    """One box of the people pass: upright full-size pixels, and the network's score (not calibrated)."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class People:
    """All boxes of one photo. `owner[i]`: index into `heads` of the person hand i belongs to, or None."""

    bodies: tuple[Found, ...]
    heads: tuple[Found, ...]
    hands: tuple[Found, ...]
    owner: tuple[int | None, ...]

    @property
    def count(self) -> int:
        """People seen: heads, or bodies where no head is seen."""
        return max(len(self.heads), len(self.bodies))
