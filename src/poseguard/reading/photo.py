"""What the reading room hands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poseguard.results import PhotoInfo, Problem, Status

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A photo after reading. `pixels`: height × width × 3, sRGB, upright, on white; None where nothing was read.

    `scale`: width of `pixels` divided by `info.width`; at most 1, smaller where a large photo was decoded reduced.
    """

    info: PhotoInfo
    status: Status
    problem: Problem | None
    pixels: Pixels | None
    scale: float = 1.0
