"""What the people room hands on: bodies, heads and hands as boxes."""

from __future__ import annotations

from dataclasses import dataclass

from poseguard.results import Box


@dataclass(frozen=True, slots=True)
class Found:
    """One box of the people pass: upright full-size pixels, and the network's score (not calibrated)."""

    box: Box
    score: float


SURE_HEAD = 0.35
"""A head under this score is covered in pictures, but neither counted as a person nor given hands."""


@dataclass(frozen=True, slots=True)
class People:
    """All boxes of one photo. `owner[i]`: index into `heads` of the person hand i belongs to, or None."""

    bodies: tuple[Found, ...]
    heads: tuple[Found, ...]
    hands: tuple[Found, ...]
    owner: tuple[int | None, ...]

    @property
    def count(self) -> int:
        """People seen: heads, or bodies where no head is."""
        return sum(head.score >= SURE_HEAD for head in self.heads) or len(self.bodies)
