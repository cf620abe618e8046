from __future__ import annotations

from collections.abc import Callable
from datetime import date

from poseguard.results import Evidence, Finding, Risk

TODAY = date(2024, 10, 1)
Judge = Callable[..., tuple[tuple[Finding, ...], Risk]]


def hands(label: str, count: int = 1, confidence: float = 0.92, first: int = 1) -> list[Evidence]:
    """One hand each of `count` people in a row."""
    return [
        Evidence(
            f"hand-{first + i}", "hand", label, confidence, (100.0 + 60 * i, 200.0, 40.0, 50.0), "right",
            details={"person": first + i},
        )
        for i in range(count)
    ]  # fmt: skip
