"""From heads to faces that can be compared; what enrolment and scanning share, so that their embeddings agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poseguard.boxes import shared
from poseguard.faces.align import FACE_WIDTH, aligned
from poseguard.faces.networks import Networks
from poseguard.faces.points import Face
from poseguard.faces.quality import Gate, Quality, sharpness, yaw
from poseguard.reading.photo import Pixels
from poseguard.results import Box

LEAST_HEAD = 0.2
"""A head of the people pass under this score is not looked at."""
# Two boxes over one face share this much of the smaller one.
_SAME = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One face. `head`: index of the head it belongs to; `crop`: 112 × 112 × 3, aligned; `gate`: None where it may be
    compared. Lives no longer than the photo is looked at.
    """

    head: int
    face: Face
    crop: Pixels
    quality: Quality
    gate: Gate | None


def look(networks: Networks, pixels: Pixels, heads: Sequence[Box]) -> list[Look]:
    """Faces at `heads` (boxes in `pixels`), the surest first; of two heads over one face only one is kept."""
    gates = networks.numbers.gates
    found = list(enumerate(networks.points.find(pixels, heads)))
    out: list[Look] = []
    for head, face in sorted(found, key=lambda pair: -pair[1].face):
        if face.face < gates.face or any(shared(face.box, other.face.box) > _SAME for other in out):
            continue
        crop, scale = aligned(pixels, face.points)
        quality = Quality(FACE_WIDTH * scale, sharpness(crop), yaw(face.points), face.mask)
        out.append(Look(head, face, crop, quality, quality.gate(gates)))
    return out
