"""Where a path leads, whatever links lie on its way."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: Path) -> Path:
    """The path without links. One in a circle stays (`Path.resolve` raises RuntimeError for it before Python 3.13)."""
    return Path(os.path.realpath(path))
