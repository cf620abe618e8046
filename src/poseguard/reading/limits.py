"""How much one photo may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Checked before any decoding. `file_bytes`: size on disk; `pixels`: width × height as the header claims."""

    file_bytes: int = 100_000_000
    pixels: int = 64_000_000
