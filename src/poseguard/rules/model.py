"""What a rule pack is made of. Every class is the schema of one kind of table in rules/data/*.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Day  # `date` is the name of a key in the tables
from typing import Literal

from poseguard.results import Level

KEYED = {"keyed": True}
"""Marks the field that the table's own name fills: the id of `[pose.like]` is `like`."""

PoseStanding = Literal["listed", "allowed", "listed-elsewhere", "allowed-elsewhere", "unlisted"]
PhaseName = Literal["before", "set", "campaign", "quiet", "vote", "after", "outside", "unknown"]
Regime = Literal["kode-etik", "disiplin", "sesudah", "none", "unknown"]
Subject = Literal["pns", "pppk", "non-asn", "unknown"]
Posted = Literal["draft", "date", "unknown"]
ElectionKind = Literal["pemilu", "pilkada", "unknown"]
MarkStanding = Literal["named", "unsure", "unnamed", "lineup"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    id: str
    en: str

    def say(self, lang: str) -> str:
        return self.en if lang == "en" else self.id


@dataclass(frozen=True, slots=True)
class Reading:
    """Another, innocent way to read a pose; `source` empty where it needs none."""

    id: str
    en: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pose:
    """`[pose.LABEL]`: a label of the hands room. `fingers`: the raised ones of T I M R P."""

    id: str = field(metadata=KEYED)
    name: Words
    fingers: str
    numbers: tuple[int, ...] = ()
    numbers_note: Words | None = None
    reading: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """`[shape.ID]`: a pose as the lists name it. `exact`: details that fit it; `inexact` is said where they do not."""

    id: str = field(metadata=KEYED)
    label: str
    name: Words
    fingers: str
    exact: Mapping[str, str] = field(default_factory=dict)
    inexact: Words | None = None


@dataclass(frozen=True, slots=True)
class PoseList:
    """`[list.ID]`: one dated variant. `date`: as far as known (2023-11: a month); `unclear`: cut off in the source."""

    id: str = field(metadata=KEYED)
    name: Words
    issuer: str
    date: str
    status: Literal["imbauan"]
    reliability: Literal["A", "B", "C"]
    verified: bool
    listed: tuple[str, ...]
    source: str = ""
    seen_at: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """`[disputed.SHAPE]`: sources disagree whether this shape belongs in a list."""

    id: str = field(metadata=KEYED)
    note: Words


@dataclass(frozen=True, slots=True)
class Sanction:
    """The level that goes with an item, as sources give it; `inferred` where none of them says so in words."""

    level: Literal["moral", "ringan", "sedang", "berat", "pemberhentian"]
    basis: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """`[citation.ID]`. `source`: a complete address or empty; `valid_from`..`valid_until`: of the date posted."""

    id: str = field(metadata=KEYED)
    title: str
    issuer: str
    number: str
    date: str
    article: str
    text: str
    binding: bool
    reliability: Literal["A", "B", "C"]
    verified: bool
    quoted: bool = False
    source: str = ""
    seen_at: tuple[str, ...] = ()
    sanction: Sanction | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    subjects: tuple[Subject, ...] = ()
    election_kind: Literal["pemilu", "pilkada"] | None = None
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """`[phase.NAME]` of an election; both days belong to it; no `end`: open."""

    id: str = field(metadata=KEYED)
    name: Words
    start: Day
    regime: Regime
    end: Day | None = None
    source: str = ""
    seen_at: tuple[str, ...] = ()
    verified: bool = False
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """A party, a ticket or a local pair with its ballot number. `area`: only there; `since`: number drawn.

    `code`: label of its logo, as networks or enrolled logos name it; `parties`: codes of those that put a pair forward.
    """

    number: int
    name: str
    area: str | None = None
    since: Day | None = None
    code: str | None = None
    parties: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class LogoVersion:
    """`[[logo_version]]` of a party's logo, and the days on which it was the party's (both in; none: not known).

    `version`: what `details.version` of the evidence says; none: the drawing that the networks know the party by.
    """

    party: str
    version: str | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    source: str = ""
    seen_at: tuple[str, ...] = ()
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """A hand sign with a political use in this election, and what else it means. `since`: from this day on;
    `current` false: used in an earlier election, said but not counted."""

    pose: str
    used_by: Words
    also: Words
    source: str = ""
    since: Day | None = None
    current: bool = True


@dataclass(frozen=True, slots=True)
class Election:
    """A file `elections/*.toml`. `local_numbers`: ballot numbers differ from region to region; `numbers_since`: the day
    on which they were drawn.

    `parties_of`: the election whose parties may put pairs forward in this one; their numbers are not on its ballot.
    """

    schema: str
    id: str
    name: Words
    kind: Literal["pemilu", "pilkada"]
    issuer: str
    date: str
    source: str
    verified: bool
    local_numbers: bool
    phase: Mapping[str, Phase]
    seen_at: tuple[str, ...] = ()
    parties_of: str | None = None
    numbers_since: Day | None = None
    party: tuple[Participant, ...] = ()
    logo_version: tuple[LogoVersion, ...] = ()
    ticket: tuple[Participant, ...] = ()
    sign: tuple[Sign, ...] = ()

    def on(self, day: Day) -> Phase | None:
        """The phase of a day, or None outside all of them."""
        return next((p for p in self.phase.values() if p.start <= day and (p.end is None or day <= p.end)), None)


@dataclass(frozen=True, slots=True)
class Region:
    """A file of the user's: the local pairs of one region in one election."""

    schema: str
    election: str
    region: str
    issuer: str
    date: str
    source: str
    verified: bool
    paslon: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class Handler:
    """`[handler.ID]`: who handles a case from `start` to `end` (both days in)."""

    id: str = field(metadata=KEYED)
    flow: Words
    start: Day
    reliability: Literal["A", "B", "C"]
    verified: bool
    end: Day | None = None
    source: str = ""
    seen_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portal:
    """`[portal.ID]`: where a report is made, and by whom it is run."""

    id: str = field(metadata=KEYED)
    name: str
    issuer: str
    purpose: Words
    reliability: Literal["A", "B", "C"]
    verified: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Declarable:
    """`[declare.NAME]`: a fact that no detector sees. `takes_number`: written NAME:2."""

    id: str = field(metadata=KEYED)
    name: Words
    takes_number: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """`[cue.NAME]`: present where one of `declared` was declared, or evidence of one of `evidence` kinds is sure.

    `participant`: only where the declared number belongs to a participant of the election. `labels`: only these;
    `people_min`: on so many people. `marks`: which logos and props count (rules/marks.py).
    """

    id: str = field(metadata=KEYED)
    name: Words
    declared: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    people_min: int = 0
    participant: bool = False
    marks: MarkStanding = "named"


@dataclass(frozen=True, slots=True)
class Lineup:
    """`[lineup.NAME]`: parties side by side, as voter education and ballots show them.

    As many logos as `share` of the nationwide parties of the election, of which `named_share` and at least `least` are
    named, the others like a party's; the largest at most `ratio` times the median height, no party shown more than
    `ratio` times as often as the median one; neighbours at most `gap` median heights apart. A prop of `ballots` needs
    only `ballot_share`. `without`: cues that speak against it.
    """

    id: str = field(metadata=KEYED)
    share: float
    named_share: float
    least: int
    ratio: float
    gap: float
    ballots: tuple[str, ...] = ()
    ballot_share: float = 1.0
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """`[threshold.KIND]` or `[threshold.KIND-LABEL]` of evidence: below `report` it is not spoken of, from `sure` on it
    is counted in full."""

    id: str = field(metadata=KEYED)
    report: float
    sure: float


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; all that are given must hold. A list holds where one does, except `cues` (all), `without` (none)."""

    pose: tuple[PoseStanding, ...] = ()
    labels: tuple[str, ...] = ()
    sure: bool | None = None
    people_min: int = 0
    participant: bool | None = None
    disputed: bool | None = None
    exact: bool | None = None
    by_company: bool | None = None
    list_newer: bool | None = None
    listed_pose: bool | None = None
    agrees: bool | None = None
    candidate_number: bool | None = None
    phase: tuple[PhaseName, ...] = ()
    posted: tuple[Posted, ...] = ()
    subject: tuple[Subject, ...] = ()
    cues: tuple[str, ...] = ()
    any_cue: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    election_known: bool | None = None
    election_kind: tuple[ElectionKind, ...] = ()
    numbers_known: bool | None = None
    handler_known: bool | None = None
    days_since_taken_min: int | None = None
    taken_after_posted: bool | None = None
    rules: tuple[str, ...] = ()
    level_min: Level | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`[rule.ID]`. About a `pose`: the strongest that holds speaks for the hands of that pose; about the `photo`: each.

    `weight`: 0 to 1, its part in the score; `limit`: no other finding of the photo goes above it.
    `cite`: by regime; `cite_with`: by cue that is there. Texts are keys of texts/rules.toml or of a pack's own texts.
    """

    id: str = field(metadata=KEYED)
    about: Literal["pose", "photo"]
    level: Level
    title: str
    explanation: str
    when: When = field(default_factory=When)
    weight: float = 0.5
    limit: Level | None = None
    advice: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    cite: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cite_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """`[note.ID]`: something that is said beside every finding for which its conditions hold."""

    id: str = field(metadata=KEYED)
    text: str
    when: When = field(default_factory=When)
    about: Literal["pose", "photo", "any"] = "any"
    into: Literal["notes", "advice", "would_change", "other_readings"] = "notes"
    cite: tuple[str, ...] = ()
