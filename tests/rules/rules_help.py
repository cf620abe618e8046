from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from poseguard.results import Evidence, Finding, Risk

Box = tuple[float, float, float, float]
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


def logo(label: str, confidence: float = 0.9, box: Box = (100.0, 100.0, 50.0, 50.0), **details: object) -> Evidence:
    """A logo as the props room tells it; `id` may be given among the details."""
    ident = str(details.pop("id", f"logo-{label}"))
    told = {"size_px": 50, "version": None, "enrolled": False, "prop": None, **details}
    return Evidence(ident, "logo", label, confidence, box, details=told)


def face(name: str = "Siti Contoh", confidence: float = 0.93, **details: object) -> Evidence:
    """A face as the faces room names it; `id` and `label` may be given among the details."""
    ident, label = str(details.pop("id", "face-1")), str(details.pop("label", name.lower().replace(" ", "-")))
    told = {
        "name": name, "number": None, "office": "", "ticket": "", "election": "", "score": 0.71, "threshold": 0.52,
        "margin": 0.3, "second": None, "photo": "ab" * 32, "photos": 4, "size_px": 60, "possible": False, **details,
    }  # fmt: skip
    return Evidence(ident, "face", label, confidence, (900.0, 100.0, 60.0, 60.0), details=told)


def prop(label: str, *parties: str, confidence: float = 0.8, **details: object) -> Evidence:
    """A prop with the parties that are named on it."""
    ident = str(details.pop("id", "prop-1"))
    told = {"size_px": 200, "parties": list(parties), "logos": [], "person": None, **details}
    return Evidence(ident, "prop", label, confidence, (50.0, 50.0, 200.0, 200.0), details=told)


def row(labels: Iterable[str], **of_one: Box) -> list[Evidence]:
    """Logos side by side, 60 px apart and 50 px high, but for those whose box is given."""
    return [
        logo(label, 0.85, of_one.get(label, (20.0 + 60 * i, 100.0, 50.0, 50.0)), id=f"logo-{i}")
        for i, label in enumerate(labels, 1)
    ]
