"""What matching faces is worth: the sections of `benchmarks.measure` on faces."""

from __future__ import annotations

from benchmarks.faces.candidates import candidates
from benchmarks.faces.engines import Bench
from benchmarks.faces.fairness import fairness
from benchmarks.faces.open_set import galleries
from benchmarks.faces.timing import face_time
from benchmarks.faces.verification import verification

SECTIONS = {
    "verification": verification,
    "galleries": galleries,
    "candidates": candidates,
    "fairness": fairness,
    "face-time": face_time,
}

__all__ = ["SECTIONS", "Bench"]
