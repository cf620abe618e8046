"""What is known around a photo: election, region, dates, staff status, and what a person declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from poseguard.errors import UsageError
from poseguard.results import ContextInfo
from poseguard.rules import model
from poseguard.rules.pack import Pack, unknown
from poseguard.texts import say

DRAFT = "draft"
SUBJECTS = ("pns", "pppk", "non-asn", "unknown")
_LONGEST_NUMBER = 4  # digits: no ballot has more


@dataclass(frozen=True, slots=True)
class Given:
    """Answers as written, from one place: flags, a manifest row or poseguard.toml. None: not said there."""

    election: str | None = None
    region: str | None = None
    posted: str | None = None
    taken: str | None = None
    subject: str | None = None
    declare: tuple[str, ...] = ()


def facts_in(*texts: str) -> tuple[str, ...]:
    """The facts that texts declare, with commas between them, for `Given.declare`."""
    return tuple(fact.strip() for text in texts for fact in text.split(",") if fact.strip())


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared fact: `number:2` is kind "number" with number 2."""

    kind: str
    number: int | None = None

    def __str__(self) -> str:
        return self.kind if self.number is None else f"{self.kind}:{self.number}"


@dataclass(frozen=True, slots=True)
class Context:
    """Checked answers. `today` decides the phase of a draft, and is passed in so that a result can be reproduced."""

    election: str | None = None
    region: str | None = None
    posted: date | None = None
    draft: bool = False
    taken: date | None = None
    taken_source: str | None = None
    subject: str = "unknown"
    declared: tuple[Declared, ...] = ()
    today: date = field(default_factory=date.today)

    @property
    def day(self) -> date | None:
        """The day that phase and rules are taken from: the date posted; for a draft, today."""
        return self.today if self.draft else self.posted

    def with_taken(self, exif: str | None) -> Context:
        """The same context with the date taken from EXIF (ISO 8601), where nobody gave one; odd dates are left out."""
        if self.taken is not None or not exif:
            return self
        try:
            taken = datetime.fromisoformat(exif).date()
        except ValueError:
            return self
        return replace(self, taken=taken, taken_source="exif")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A context as the rules see it. `numbers_known`: ballot numbers of this election (and region) are known."""

    context: Context
    election: model.Election | None
    region: model.Region | None
    phase: model.Phase | None
    phase_name: str
    regime: str

    @property
    def posted(self) -> str:
        return "draft" if self.context.draft else "date" if self.context.posted else "unknown"

    @property
    def numbers_known(self) -> bool:
        return self.election is not None and (not self.election.local_numbers or self.region is not None)

    @property
    def pairs(self) -> tuple[model.Participant, ...]:
        """Tickets of the election and local pairs of the region."""
        return (*(self.election.ticket if self.election else ()), *(self.region.paslon if self.region else ()))

    def info(self, pack: Pack, lang: str) -> ContextInfo:
        """For the report. `phase` and `regime` are None where they are not known."""
        context = self.context
        known = self.phase_name != "unknown"
        return ContextInfo(
            lang=lang,
            election=context.election,
            region=context.region,
            posted=DRAFT if context.draft else context.posted.isoformat() if context.posted else None,
            taken=context.taken.isoformat() if context.taken else None,
            taken_source=context.taken_source,
            phase=self.phase_name if known else None,
            regime=self.regime if known else None,
            subject=context.subject,
            pose_list=pack.list_id,
            declared=tuple(map(str, context.declared)),
        )


def combine(*layers: Given | None) -> Given:
    """One set of answers from several, the first that says something wins: flags, manifest row, poseguard.toml.

    Declared facts add up instead: what holds for the whole folder and what holds for this photo both hold.
    """
    answers: dict[str, str] = {}
    facts: dict[str, None] = {}
    for layer in filter(None, layers):
        for name in ("election", "region", "posted", "taken", "subject"):
            value = getattr(layer, name)
            if value:
                answers.setdefault(name, value)
        facts.update(dict.fromkeys(layer.declare))
    return Given(**answers, declare=tuple(facts))


class AnswerError(UsageError):
    """An answer that does not hold. `field`: of `Given`; `word`: what was said there."""

    def __init__(self, field: str, word: str, why: UsageError) -> None:
        super().__init__(why.message, why.remedy)
        self.field = field
        self.word = word

    def stands_in(self, given: Given) -> bool:
        """Whether it was said in that place."""
        said = getattr(given, self.field)
        return self.word in said if isinstance(said, tuple) else bool(said)


def build_context(given: Given, pack: Pack, lang: str, today: date | None = None) -> Context:
    """Checks the answers. Raises AnswerError, with the nearest known name, for what does not exist or is no date."""
    with _answer("election", given.election):
        if given.election and given.election not in pack.elections:
            raise unknown("election", given.election, pack.elections, lang)
    with _answer("region", given.region):
        if given.election and given.region and (meant := pack.meant_region(given.election, given.region)):
            raise unknown("region", given.region, [meant], lang)
    subject = given.subject or "unknown"
    with _answer("subject", subject):
        if subject not in SUBJECTS:
            raise unknown("subject", subject, SUBJECTS, lang)
    draft = given.posted == DRAFT
    with _answer("taken", given.taken):
        taken = parse_date(given.taken, "taken", lang)
    with _answer("posted", given.posted):
        posted = None if draft else parse_date(given.posted, "posted", lang)
    declared = []
    for word in given.declare:
        with _answer("declare", word):
            declared.append(parse_declared(word, pack, lang))
    return Context(
        election=given.election or None,
        region=given.region or None,
        posted=posted,
        draft=draft,
        taken=taken,
        taken_source="declared" if taken else None,
        subject=subject,
        declared=tuple(declared),
        today=today or date.today(),
    )


@contextmanager
def _answer(field: str, word: str | None) -> Iterator[None]:
    """Errors inside say which answer does not hold."""
    try:
        yield
    except UsageError as error:
        raise AnswerError(field, word or "", error) from error


def parse_date(text: str | None, what: str, lang: str) -> date | None:
    """An ISO 8601 date (a time after it is let go). Raises UsageError. `what`: posted or taken."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError as broken:
        message = say("rules.bad-date", lang, what=say(f"rules.what-{what}", lang), value=text)
        remedy = "rules.bad-posted-remedy" if what == "posted" else "rules.bad-date-remedy"
        raise UsageError(message, say(remedy, lang)) from broken


def parse_declared(word: str, pack: Pack, lang: str) -> Declared:
    """`uniform` or `number:2`. Raises UsageError for an unknown fact, or a number missing or too many."""
    name, _, number = word.strip().partition(":")
    known = pack.declarables.get(name)
    if known is None:
        raise unknown("declared", name, pack.declarables, lang)
    if known.takes_number:
        if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
            raise UsageError(
                say("rules.declare-number", lang, name=name), say("rules.declare-number-remedy", lang, name=name)
            )
        return Declared(name, int(number))
    if number:
        raise UsageError(
            say("rules.declare-plain", lang, name=name), say("rules.declare-plain-remedy", lang, name=name)
        )
    return Declared(name)


def drawn(since: date | None, day: date | None) -> bool:
    """Whether a number or sign was known by that day; on an unknown day, as if it were."""
    return since is None or day is None or day >= since


def resolve(context: Context, pack: Pack) -> Resolved:
    """Finds the election, the region, the phase of the day and its regime."""
    election = pack.elections.get(context.election) if context.election else None
    region = pack.region(election.id, context.region) if election and context.region else None
    if election is None or context.day is None:
        return Resolved(context, election, region, None, "unknown", "unknown")
    phase = election.on(context.day)
    if phase is None:
        return Resolved(context, election, region, None, "outside", "none")
    return Resolved(context, election, region, phase, phase.id, phase.regime)
