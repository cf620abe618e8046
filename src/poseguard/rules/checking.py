"""What a pack must hold together: names that exist, slots that are filled, phases in order, whole addresses."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, get_args

from poseguard.errors import DataError
from poseguard.rules import model
from poseguard.rules.shape import choice_error, hint
from poseguard.rules.tomldoc import Document, Where
from poseguard.texts import catalogue, say

if TYPE_CHECKING:
    from poseguard.rules.pack import Pack

SLOTS = frozenset(
    {"pose", "fingers", "hands", "people", "confidence", "seen", "declared", "list", "list_issuer", "list_date"}
    | {"other_lists", "allowing_lists", "phase", "election", "region", "posted", "taken", "days", "numbers"}
    | {
        "participants",
        "politics",
        "numbers_note",
        "disputed",
        "inexact",
        "handler",
        "agreeing",
        "marks",
        "versions",
        "shown",
    }
    | {"all_parties", "candidate", "face_basis", "same_number"}
)
"""Slots of the texts that rules and notes name; the engine fills each of them (empty where it does not apply)."""

POSE_LIST = "pose-list"
"""Stands in `cite` for the pose list in use."""

PHASES = tuple(name for name in get_args(model.PhaseName) if name not in ("outside", "unknown"))
"""Names a phase of an election may have: the rules speak of these."""

_REGIMES = ("always", "kode-etik", "disiplin", "sesudah", "none", "unknown")


def check(pack: Pack, lang: str) -> None:
    """Raises DataError, with file, line and remedy, for the first thing that does not hold."""
    checker = _Checker(pack, lang)
    checker.lists()
    checker.cues()
    checker.rules()
    checker.elections()
    checker.parties()
    checker.texts()
    checker.sources()


def reference_error(
    document: Document, where: Where, name: str, known: Iterable[str], kind: str, lang: str
) -> DataError:
    """A name that points nowhere. `kind`: what holds the names there are."""
    key = ".".join(str(step) for step in where)
    words = list(known)
    near = hint(name, words, lang) or (say("rules.there-are", lang, known=", ".join(words)) + " " if words else "")
    return document.error(where, "rules.unknown-reference", lang, name=name, entry=key, kind=kind, hint=near)


class _Checker:
    def __init__(self, pack: Pack, lang: str) -> None:
        self.pack = pack
        self.lang = lang

    def _error(self, section: str, ident: str, tail: Where, problem: str, **slots: object) -> DataError:
        document, where = self.pack.origins[section, ident]
        return document.error((*where, *tail), f"rules.{problem}", self.lang, **slots)

    def _names(
        self, section: str, ident: str, tail: Where, names: Iterable[str], known: Collection[str], kind: str
    ) -> None:
        document, where = self.pack.origins[section, ident]
        for name in names:
            if name not in known:
                raise reference_error(document, (*where, *tail), name, known, kind, self.lang)

    def lists(self) -> None:
        pack = self.pack
        if pack.default_list not in pack.lists:
            self._names("default", "list", (), [pack.default_list], pack.lists, "[list]")
        for ident, shape in pack.shapes.items():
            self._names("shape", ident, ("label",), [shape.label], pack.poses, "[pose]")
        for ident, one in pack.lists.items():
            for field in ("listed", "allowed", "unclear"):
                self._names("list", ident, (field,), getattr(one, field), pack.shapes, "[shape]")
        for ident in pack.disputed:
            self._names("disputed", ident, (), [ident], pack.shapes, "[shape]")

    def cues(self) -> None:
        for ident, cue in self.pack.cues.items():
            self._names("cue", ident, ("declared",), cue.declared, self.pack.declarables, "[declare]")
        for ident, threshold in self.pack.thresholds.items():
            if not 0 <= threshold.report <= threshold.sure <= 1:
                raise self._error("threshold", ident, ("report",), "threshold-order", entry=ident)
        for ident, one in self.pack.lineups.items():
            self._names("lineup", ident, ("without",), one.without, self.pack.cues, "[cue]")
            for field in ("share", "named_share", "ballot_share"):
                if not 0 < getattr(one, field) <= 1:
                    raise self._error("lineup", ident, (field,), "share-range", entry=f"lineup.{ident}.{field}")
            for field, least in (("least", 2), ("ratio", 1), ("gap", 1)):
                if getattr(one, field) < least:
                    entry = f"lineup.{ident}.{field}"
                    raise self._error("lineup", ident, (field,), "too-small", entry=entry, least=least)

    def rules(self) -> None:
        known = set(catalogue("rules")) | set(self.pack.texts)
        citations = {*self.pack.citations, POSE_LIST}
        for ident, rule in self.pack.rules.items():
            self._when("rule", ident, rule.when)
            for field in ("title", "explanation"):
                self._names("rule", ident, (field,), [getattr(rule, field)], known, "texts")
            for field in ("advice", "would_change", "readings"):
                self._names("rule", ident, (field,), getattr(rule, field), known, "texts")
            for regime, names in rule.cite.items():
                if regime not in _REGIMES:
                    document, where = self.pack.origins["rule", ident]
                    raise choice_error(document, (*where, "cite", regime), regime, _REGIMES, self.lang)
                self._names("rule", ident, ("cite", regime), names, citations, "[citation]")
            self._names("rule", ident, ("cite_with",), rule.cite_with, self.pack.cues, "[cue]")
            for cue, names in rule.cite_with.items():
                self._names("rule", ident, ("cite_with", cue), names, citations, "[citation]")
            if not 0 <= rule.weight <= 1:
                raise self._error("rule", ident, ("weight",), "share-range", entry=f"rule.{ident}.weight")
        for ident, note in self.pack.notes.items():
            self._when("note", ident, note.when)
            self._names("note", ident, ("text",), [note.text], known, "texts")
            self._names("note", ident, ("cite",), note.cite, citations, "[citation]")

    def _when(self, section: str, ident: str, when: model.When) -> None:
        for field in ("cues", "any_cue", "without"):
            self._names(section, ident, ("when", field), getattr(when, field), self.pack.cues, "[cue]")
        self._names(section, ident, ("when", "labels"), when.labels, self.pack.poses, "[pose]")
        # A rule that was turned off is still a name.
        known = [name for kind, name in self.pack.origins if kind == "rule"]
        self._names(section, ident, ("when", "rules"), when.rules, known, "[rule]")

    def elections(self) -> None:
        for ident, election in self.pack.elections.items():
            document, _ = self.pack.origins["election", ident]
            phases = sorted(election.phase.values(), key=lambda p: p.start)
            for phase, after in zip(phases, [*phases[1:], None], strict=True):
                ends_early = phase.end is not None and phase.end < phase.start
                runs_on = after is not None and (phase.end is None or phase.end >= after.start)
                if ends_early or runs_on:
                    other = after.id if after is not None else phase.id
                    where = ("phase", phase.id, "end")
                    raise document.error(where, "rules.phase-order", self.lang, phase=phase.id, other=other)
            for name in election.phase:
                if name not in PHASES:
                    raise choice_error(document, ("phase", name), name, PHASES, self.lang)
            for index, sign in enumerate(election.sign):
                if sign.pose not in self.pack.poses:
                    place = ("sign", index, "pose")
                    raise reference_error(document, place, sign.pose, self.pack.poses, "[pose]", self.lang)
        for election_id, region in self.pack.regions:
            if election_id not in self.pack.elections:
                self._names(
                    "region", f"{election_id}/{region}", (), [election_id], self.pack.elections, "poseguard.election/1"
                )

    def parties(self) -> None:
        """Codes of parties, whose elections they are, coalitions, and the versions of logos."""
        for ident, election in self.pack.elections.items():
            document, _ = self.pack.origins["election", ident]
            with_parties = [name for name, one in self.pack.elections.items() if one.party and not one.parties_of]
            if election.parties_of and (election.party or election.parties_of not in with_parties):
                known = [name for name in with_parties if name != ident]
                raise reference_error(
                    document, ("parties_of",), election.parties_of, known, "poseguard.election/1, [[party]]", self.lang
                )
            codes: dict[str, int] = {}
            for index, who in enumerate(election.party):
                if who.code and codes.setdefault(who.code, index) != index:
                    raise document.error(("party", index, "code"), "rules.code-twice", self.lang, code=who.code)
            self._coalitions(document, "ticket", election.ticket)
            self._versions(document, election.logo_version, codes)
        for (name, region), local in self.pack.regions.items():
            document, _ = self.pack.origins["region", f"{name}/{region}"]
            self._coalitions(document, "paslon", local.paslon)

    def _coalitions(self, document: Document, table: str, pairs: Sequence[model.Participant]) -> None:
        for index, pair in enumerate(pairs):
            for at, code in enumerate(pair.parties):
                if code not in self.pack.parties:
                    where = (table, index, "parties", at)
                    raise reference_error(document, where, code, self.pack.parties, "[[party]]", self.lang)
            self._address(document, (table, index, "source"), pair.source)

    def _versions(self, document: Document, versions: Sequence[model.LogoVersion], codes: Collection[str]) -> None:
        seen: set[tuple[str, str | None]] = set()
        for index, one in enumerate(versions):
            here = ("logo_version", index)
            if one.party not in codes:
                raise reference_error(document, (*here, "party"), one.party, codes, "[[party]]", self.lang)
            slots = {"party": one.party, "version": one.version or "-"}
            if (one.party, one.version) in seen:
                raise document.error((*here, "party"), "rules.version-twice", self.lang, **slots)
            seen.add((one.party, one.version))
            if one.valid_from and one.valid_until and one.valid_until < one.valid_from:
                raise document.error((*here, "valid_until"), "rules.version-order", self.lang, **slots)
            self._address(document, (*here, "source"), one.source)

    def texts(self) -> None:
        """A pack's own texts: the same slots in both languages, and only slots that are filled."""
        for ident, words in self.pack.texts.items():
            try:
                slots = [set(_slots(text)) for text in (words.id, words.en)]
            except ValueError as broken:
                raise self._error("text", ident, (), "bad-format", entry=ident) from broken
            shipped = catalogue("rules").get(ident)
            allowed = SLOTS | set(_slots(shipped["id"]) if shipped else ())
            wrong = (slots[0] ^ slots[1]) | (slots[0] - allowed)
            if wrong:
                known = ", ".join(sorted(allowed))
                raise self._error("text", ident, (), "bad-slot", entry=ident, slot=min(wrong), known=known)

    def sources(self) -> None:
        """An address that ends in … leads nowhere."""
        for section, entries in (("citation", self.pack.citations), ("list", self.pack.lists)):
            for ident, entry in entries.items():
                document, where = self.pack.origins[section, ident]
                self._address(document, (*where, "source"), entry.source)

    def _address(self, document: Document, where: Where, source: str) -> None:
        if source and ("…" in source or not source.startswith(("http://", "https://"))):
            entry = ".".join(map(str, where))
            raise document.error(where, "rules.incomplete-source", self.lang, entry=entry)


def _slots(text: str) -> list[str]:
    """Names in braces; one with a conversion or format of its own is none that texts know."""
    found = [(name, how, form) for _, name, form, how in string.Formatter().parse(text) if name is not None]
    return [name + (f"!{how}" if how else "") + (f":{form}" if form else "") for name, how, form in found]
