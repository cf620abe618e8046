from __future__ import annotations

import pytest
from rules_help import TODAY, Judge

from poseguard.results import Evidence, Finding, Risk, Scene, Status
from poseguard.rules.context import Given, build_context
from poseguard.rules.engine import weigh
from poseguard.rules.pack import Pack, load_pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()


@pytest.fixture
def judge(pack: Pack) -> Judge:
    """Weighs evidence in a context given as flags would give it."""

    def weighed(
        evidence: list[Evidence],
        people: int = 9,
        status: Status = Status.OK,
        lang: str = "id",
        by: Pack | None = None,
        **given: object,
    ) -> tuple[tuple[Finding, ...], Risk]:
        used = by or pack
        context = build_context(Given(**given), used, lang, TODAY)
        return weigh(evidence, Scene(people, len(evidence), 0), status, context, used, lang, (1200, 800))

    return weighed
