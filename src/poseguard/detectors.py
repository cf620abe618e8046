"""The place where a way of looking plugs in: hands, props, and faces where a gallery is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from poseguard.people.types import People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Digest, Evidence, Matching


@dataclass(frozen=True, slots=True)
class Seen:
    """What one detector saw. `unreadable`: things of its kind that were seen but could not be told.

    `matching`: what a detector that compares faces must say of it.
    """

    evidence: tuple[Evidence, ...]
    unreadable: int = 0
    matching: Matching | None = None


class Detector(Protocol):
    """Looks at a photo that has been read, with the people already found in it.

    Evidence carries boxes in pixels of the upright full-size photo and ids that are unique within the photo
    (`<kind>-1`, `<kind>-2`, ... in reading order).
    """

    name: str
    kinds: tuple[str, ...]

    def digests(self) -> tuple[Digest, ...]:
        """The networks that take part, for the report."""
        ...

    def detect(self, photo: ReadPhoto, people: People) -> Seen:
        """Raises nothing for an odd picture: what cannot be told is left out or counted as unreadable."""
        ...
