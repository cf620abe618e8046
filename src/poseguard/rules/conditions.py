"""What is true of a photo or of the hands of one pose in it, and whether a rule's conditions hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poseguard.results import Evidence, Level
from poseguard.rules import faces, model
from poseguard.rules.context import Declared, Resolved, drawn
from poseguard.rules.evidence import count_people, is_sure
from poseguard.rules.marks import KINDS, Marks
from poseguard.rules.pack import Pack


@dataclass(frozen=True, slots=True)
class Group:
    """The hands of one pose. `people`: distinct persons that surely show it; `sure`: at least one hand does.

    `by_company`: one of them at least is named only because others in the photo pose alike.
    `agreeing`: of the participants with the pose's number, those whose mark is surely in the photo; `depicted`: faces
    that are like a candidate with the pose's number.
    """

    pose: model.Pose
    shape: model.Shape | None
    hands: tuple[Evidence, ...]
    standing: str
    sure: bool
    people: int
    exact: bool
    participants: tuple[tuple[str, model.Participant], ...]
    signs: tuple[model.Sign, ...]
    by_company: bool = False
    agreeing: tuple[tuple[str, model.Participant], ...] = ()
    depicted: tuple[Evidence, ...] = ()

    @property
    def confidence(self) -> float:
        return max(hand.confidence for hand in self.hands)


@dataclass(frozen=True, slots=True)
class Present:
    """A cue that is there: by what was declared, by what was seen, or both."""

    declared: tuple[Declared, ...]
    seen: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that conditions are asked about. `group` is None for rules about the photo."""

    resolved: Resolved
    cues: Mapping[str, Present]
    listed_pose: bool
    group: Group | None = None
    list_newer: bool = False
    disputed: bool = False
    handler_known: bool = False
    rule: str = ""
    level: Level = Level.NONE


def groups(evidence: Sequence[Evidence], marks: Marks, resolved: Resolved, pack: Pack) -> list[Group]:
    """The hands of each pose that the pack knows, in the order of the pack."""
    found = []
    candidates = [(one, faces.number(one, resolved)) for one in faces.named(evidence, resolved, pack)]
    for label, pose in pack.poses.items():
        hands = tuple(one for one in evidence if one.label == label and one.kind not in (*KINDS, faces.KIND))
        if not hands:
            continue
        shape = pack.shape_of.get(label)
        sure = [hand for hand in hands if is_sure(hand, pack)]
        numbered = participants(resolved, pose.numbers)
        found.append(
            Group(
                pose=pose,
                shape=shape,
                hands=hands,
                standing=standing(shape, pack),
                sure=bool(sure),
                people=count_people(sure),
                exact=shape is None or all(_fits(hand, shape) for hand in hands),
                participants=numbered,
                signs=signs(resolved, label),
                by_company=any(hand.details.get("by_company") is True for hand in hands),
                agreeing=tuple(one for one in numbered if marks.codes & {one[1].code, *one[1].parties}),
                depicted=tuple(one for one, ballot in candidates if ballot in pose.numbers),
            )
        )
    return found


def standing(shape: model.Shape | None, pack: Pack) -> str:
    """How the list in use, or else the others, name a shape."""
    if shape is None:
        return "unlisted"
    chosen = pack.pose_list
    if shape.id in chosen.listed:
        return "listed"
    if shape.id in chosen.allowed:
        return "allowed"
    if any(shape.id in other.listed for other in pack.lists.values()):
        return "listed-elsewhere"
    if any(shape.id in other.allowed for other in pack.lists.values()):
        return "allowed-elsewhere"
    return "unlisted"


def _fits(hand: Evidence, shape: model.Shape) -> bool:
    """Details that the evidence does not give are no reason against it."""
    return all(hand.details.get(name) in (None, wanted) for name, wanted in shape.exact.items())


def participants(resolved: Resolved, numbers: Iterable[int]) -> tuple[tuple[str, model.Participant], ...]:
    """Participants of this election with one of these numbers: ("party" | "ticket" | "paslon", who)."""
    election, region = resolved.election, resolved.region
    if election is None:
        return ()
    wanted = set(numbers)
    local = region.paslon if region else ()
    every = (
        [("party", p, p.since) for p in election.party]
        + [("ticket", t, t.since) for t in election.ticket]
        + [("paslon", p, p.since or election.numbers_since) for p in local]
    )
    day = resolved.context.day
    return tuple((kind, who) for kind, who, since in every if who.number in wanted and drawn(since, day))


def signs(resolved: Resolved, label: str) -> tuple[model.Sign, ...]:
    """Hand signs recorded for this pose in this election, from the day on that they were used."""
    if resolved.election is None:
        return ()
    day = resolved.context.day
    return tuple(sign for sign in resolved.election.sign if sign.pose == label and drawn(sign.since, day))


def present_cues(evidence: Sequence[Evidence], marks: Marks, resolved: Resolved, pack: Pack) -> dict[str, Present]:
    """Every cue of the pack that was declared, or that a detector saw."""
    found = {}
    for name, cue in pack.cues.items():
        declared = tuple(
            fact
            for fact in resolved.context.declared
            if fact.kind in cue.declared
            and (not cue.participant or (fact.number is not None and participants(resolved, [fact.number])))
        )
        seen = tuple(one for one in evidence if _shows(one, cue, marks, resolved, pack))
        if cue.people_min and count_people(seen) < cue.people_min:
            seen = ()
        if declared or seen:
            found[name] = Present(declared, seen)
    return found


def _shows(one: Evidence, cue: model.Cue, marks: Marks, resolved: Resolved, pack: Pack) -> bool:
    if one.kind not in cue.evidence or (cue.labels and one.label not in cue.labels):
        return False
    if one.kind == faces.KIND:
        return faces.standing(one, resolved, pack) == cue.marks
    return marks.standing(one) == cue.marks if one.kind in KINDS else is_sure(one, pack)


def holds(when: model.When, facts: Facts) -> bool:
    """Whether all conditions that are given hold."""
    return _holds_for_pose(when, facts) and _holds_for_context(when, facts) and _holds_for_cues(when, facts)


def _holds_for_pose(when: model.When, facts: Facts) -> bool:
    group = facts.group
    if when.listed_pose is not None and when.listed_pose is not facts.listed_pose:
        return False
    if group is None:
        asks = when.pose or when.labels or when.people_min
        flags = (
            when.sure,
            when.participant,
            when.exact,
            when.by_company,
            when.disputed,
            when.list_newer,
            when.agrees,
            when.candidate_number,
        )
        return not asks and all(flag is None for flag in flags)
    counted = bool(group.participants) or any(sign.current for sign in group.signs)
    return (
        (not when.pose or group.standing in when.pose)
        and (not when.labels or group.pose.id in when.labels)
        and group.people >= when.people_min
        and when.sure in (None, group.sure)
        and when.participant in (None, counted)
        and when.agrees in (None, bool(group.agreeing))
        and when.candidate_number in (None, bool(group.depicted))
        and when.exact in (None, group.exact)
        and when.by_company in (None, group.by_company)
        and when.disputed in (None, facts.disputed)
        and when.list_newer in (None, facts.list_newer)
    )


def _holds_for_context(when: model.When, facts: Facts) -> bool:
    resolved = facts.resolved
    context = resolved.context
    days = days_since_taken(resolved)
    return (
        (not when.phase or resolved.phase_name in when.phase)
        and (not when.posted or resolved.posted in when.posted)
        and (not when.subject or context.subject in when.subject)
        and when.election_known in (None, resolved.election is not None)
        and (not when.election_kind or _kind(resolved) in when.election_kind)
        and when.numbers_known in (None, resolved.numbers_known)
        and when.handler_known in (None, facts.handler_known)
        and (when.days_since_taken_min is None or (days is not None and days >= when.days_since_taken_min))
        and when.taken_after_posted in (None, days is not None and days < 0)
        and (not when.rules or facts.rule in when.rules)
        and (when.level_min is None or facts.level.rank >= when.level_min.rank)
    )


def _kind(resolved: Resolved) -> str:
    return resolved.election.kind if resolved.election else "unknown"


def _holds_for_cues(when: model.When, facts: Facts) -> bool:
    there = facts.cues.keys()
    return (
        all(cue in there for cue in when.cues)
        and (not when.any_cue or any(cue in there for cue in when.any_cue))
        and not any(cue in there for cue in when.without)
    )


def days_since_taken(resolved: Resolved) -> int | None:
    """Days from the date taken to the date posted (for a draft, today); negative where taken comes later."""
    context = resolved.context
    if context.taken is None or context.day is None:
        return None
    return (context.day - context.taken).days
