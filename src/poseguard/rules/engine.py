"""Weighs what was seen: evidence and context in, explained findings and one level out. All judgement is in data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from poseguard.results import Evidence, Finding, Level, Risk, Scene, Status
from poseguard.rules import citing, faces, mark_words, wording
from poseguard.rules.conditions import Facts, Group, Present, groups, holds, participants, present_cues
from poseguard.rules.context import Context, Resolved, resolve
from poseguard.rules.evidence import sound
from poseguard.rules.marks import sort_marks
from poseguard.rules.model import Note, Rule, When
from poseguard.rules.pack import Pack
from poseguard.texts import say


def weigh(
    evidence: Sequence[Evidence],
    scene: Scene | None,
    status: Status,
    context: Context,
    pack: Pack,
    lang: str,
    size: wording.Size | None = None,
) -> tuple[tuple[Finding, ...], Risk]:
    """Findings, the gravest first, and the risk of the photo. `size`: width and height of the upright photo, for words
    such as “kiri atas”.

    A photo that was rejected or failed is UNKNOWN; one read in part is UNKNOWN unless what was read raises it.
    Raises nothing for odd evidence: what makes no sense is left out.
    """
    if status in (Status.REJECTED, Status.ERROR):
        return (), Risk(Level.UNKNOWN, 0.0)
    desk = _Desk(evidence, scene, context, pack, lang, size)
    judged = sorted(desk.judge(), key=lambda one: (-one.finding.level.rank, -one.strength))
    level = max((one.finding.level for one in judged), key=lambda at: at.rank, default=Level.NONE)
    if status is Status.PARTIAL and level.rank < Level.LOW.rank:
        level = Level.UNKNOWN
    return tuple(one.finding for one in judged), Risk(level, _score(level, judged))


@dataclass(frozen=True, slots=True)
class _Judged:
    finding: Finding
    strength: float


def _score(level: Level, judged: Iterable[_Judged]) -> float:
    """Orders photos of one level: every finding from LOW on adds its strength to what the others leave open."""
    if level.rank < Level.LOW.rank:
        return 0.0
    left = 1.0
    for one in judged:
        if one.finding.level.rank >= Level.LOW.rank:
            left *= 1 - one.strength
    return 1 - left


class _Desk:
    """One photo being weighed."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        scene: Scene | None,
        context: Context,
        pack: Pack,
        lang: str,
        size: wording.Size | None,
    ) -> None:
        self.pack, self.lang, self.scene, self.size = pack, lang, scene, size
        self.resolved: Resolved = resolve(context, pack)
        told = sound(evidence, pack)
        self.marks = sort_marks(told, self.resolved, pack)
        self.groups = groups(told, self.marks, self.resolved, pack)
        self.cues: Mapping[str, Present] = present_cues(told, self.marks, self.resolved, pack)
        self.listed_pose = any(group.standing == "listed" and group.sure for group in self.groups)
        self.slots = wording.context_slots(self.resolved, pack, lang)

    def judge(self) -> list[_Judged]:
        rules = self.pack.rules.values()
        photo = self._facts(None)
        about_photo = [rule for rule in rules if rule.about == "photo" and holds(rule.when, photo)]
        chosen = [(rule, photo) for rule in about_photo]
        for group in self.groups:
            facts = self._facts(group)
            matching = [rule for rule in rules if rule.about == "pose" and holds(rule.when, facts)]
            if matching:
                chosen.append((max(matching, key=lambda rule: rule.level.rank), facts))
        limits = [rule.limit for rule, _ in chosen if rule.limit is not None]
        ceiling = min(limits, key=lambda level: level.rank, default=Level.HIGH)
        return [self._judged(rule, facts, min(rule.level, ceiling, key=lambda at: at.rank)) for rule, facts in chosen]

    def _facts(self, group: Group | None) -> Facts:
        day = self.resolved.context.day
        shape = group.shape if group else None
        # A list dated by month alone is newer only than days before that month.
        newer = day is not None and day.isoformat() < self.pack.pose_list.date
        disputed = shape is not None and shape.id in self.pack.disputed
        handled = day is not None and self.pack.handler(day) is not None
        return Facts(self.resolved, self.cues, self.listed_pose, group, newer, disputed, handled)

    def _judged(self, rule: Rule, facts: Facts, level: Level) -> _Judged:
        facts = replace(facts, rule=rule.id, level=level)
        slots = self._slots(rule.when, facts)
        notes = [note for note in self.pack.notes.values() if _speaks(note, facts) and holds(note.when, facts)]
        names = citing.select(
            chain(
                rule.cite.get("always", ()),
                rule.cite.get(self.resolved.regime, ()),
                *(names for cue, names in rule.cite_with.items() if cue in self.cues),
                *(note.cite for note in notes),
            ),
            self.resolved,
            self.pack,
        )
        said = {into: self._say_all((n.text for n in notes if n.into == into), slots) for into in _INTO}
        spared = self.resolved.context.subject in self.pack.no_sanction_for
        shows_sanction = level.rank >= self.pack.sanction_from.rank and not spared
        beside = citing.beside(names, shows_sanction, self.pack, self.lang)
        if self.resolved.phase and self.resolved.phase.note and level.rank >= Level.LOW.rank:
            beside.append(self.resolved.phase.note.say(self.lang))
        group = facts.group
        finding = Finding(
            rule=rule.id,
            level=level,
            title=self._say(rule.title, slots),
            explanation=self._say(rule.explanation, slots),
            evidence=self._evidence(rule.when, group),
            citations=tuple(citing.as_citation(name, self.pack, self.lang) for name in names),
            other_readings=_once(self._readings(rule, group, slots), said["other_readings"]),
            would_change=_once(self._say_all(rule.would_change, slots), said["would_change"]),
            advice=_once(said["advice"], self._say_all(rule.advice, slots)),
            notes=_once(said["notes"], beside),
        )
        return _Judged(finding, self._strength(rule, group))

    def _strength(self, rule: Rule, group: Group | None) -> float:
        """The rule's weight, by confidence; each further person that shows the pose adds to it."""
        if group is None:
            return rule.weight
        return 1 - (1 - rule.weight * min(1.0, max(0.0, group.confidence))) ** max(1, group.people)

    def _used(self, when: When) -> list[str]:
        """Cues that a rule asks for and that are there."""
        return [name for name in dict.fromkeys((*when.cues, *when.any_cue)) if name in self.cues]

    def _evidence(self, when: When, group: Group | None) -> tuple[str, ...]:
        cues = [one.id for name in self._used(when) for one in self.cues[name].seen]
        return tuple(dict.fromkeys([*(hand.id for hand in group.hands), *cues] if group else cues))

    def _readings(self, rule: Rule, group: Group | None, slots: Mapping[str, str]) -> list[str]:
        innocent = [reading.en if self.lang == "en" else reading.id for reading in group.pose.reading] if group else []
        return innocent + self._say_all(rule.readings, slots)

    def _slots(self, when: When, facts: Facts) -> dict[str, str]:
        cues = [self.cues[name] for name in self._used(when)]
        declared = [fact for cue in cues for fact in cue.declared]
        slots = {**_EMPTY, **self.slots, "declared": wording.declared_line(declared, self.pack, self.lang)}
        other = wording.seen_cues(cues, self._thing, self.size, self.lang)
        slots |= self._mark_slots([one for cue in cues for one in cue.seen])
        group = facts.group
        told = self._face_slots([one for cue in cues for one in cue.seen if one.kind == faces.KIND], group)
        other = f"{told.pop('seen')} {other}".strip()
        slots |= told
        if group is None:
            numbers = [fact.number for fact in declared if fact.number is not None]
            found = participants(self.resolved, numbers)
            slots |= {"seen": other, "participants": wording.participants_words(found, self.resolved, self.lang)}
            return slots | {"numbers": ", ".join(map(str, numbers))}
        shape = group.shape
        lists = self.pack.lists.values()
        disputed = self.pack.disputed.get(shape.id) if shape else None
        inexact = shape.inexact if shape and not group.exact else None
        return slots | {
            "pose": group.pose.name.say(self.lang),
            "fingers": group.pose.fingers,
            "hands": str(len(group.hands)),
            "people": wording.people(group, self.scene, self.lang),
            "confidence": wording.sureness(group.confidence, self.lang),
            "seen": f"{wording.seen_pose(group, self.scene, self.size, self.lang)} {other}".strip(),
            "numbers": ", ".join(map(str, group.pose.numbers)),
            "participants": wording.participants_words(group.participants, self.resolved, self.lang),
            "politics": wording.politics(group, self.resolved, self.lang),
            "numbers_note": group.pose.numbers_note.say(self.lang) if group.pose.numbers_note else "",
            "agreeing": wording.participants_words(group.agreeing, self.resolved, self.lang),
            "other_lists": ", ".join(one.id for one in lists if shape and shape.id in one.listed),
            "allowing_lists": ", ".join(one.id for one in lists if shape and shape.id in one.allowed),
            "disputed": disputed.note.say(self.lang) if disputed else "",
            "inexact": inexact.say(self.lang) if inexact else "",
        }

    def _face_slots(self, seen: Sequence[Evidence], group: Group | None) -> dict[str, str]:
        """Words for the faces among the cues of a rule; `candidate` is just “a candidate” where none was seen."""
        resolved, lang = self.resolved, self.lang
        shown = list({one.id: one for one in seen}.values())

        def where(some: Sequence[Evidence]) -> str:
            return wording.places(some, lambda _: say("rules.face", lang), self.size, lang)

        return {
            "seen": faces.seen(shown, where, resolved, self.pack, lang),
            "candidate": faces.someone(shown, resolved, lang) or say("rules.face-declared", lang),
            "face_basis": faces.basis(shown, resolved, lambda value: wording.number(value, lang), lang),
            "same_number": faces.names(group.depicted, resolved, lang) if group else "",
        }

    def _thing(self, one: Evidence) -> str:
        return mark_words.thing(one, self.marks, self.pack, self.lang)

    def _mark_slots(self, seen: Sequence[Evidence]) -> dict[str, str]:
        marks = self.marks
        found = [mark for mark in marks.every if any(mark.evidence is one for one in seen)]
        national = {code for mark in found for code in mark.codes} & marks.parties.national
        return {
            "marks": mark_words.names(found, marks, self.pack, self.lang),
            "versions": mark_words.versions(found, marks, self.resolved, self.pack, self.lang),
            "shown": str(len(national)),
            "all_parties": str(len(marks.parties.national)),
        }

    def _say(self, key: str, slots: Mapping[str, str]) -> str:
        return " ".join(self.pack.say(key, self.lang, **slots).split())

    def _say_all(self, keys: Iterable[str], slots: Mapping[str, str]) -> list[str]:
        return [self._say(key, slots) for key in keys]


_INTO = ("notes", "advice", "would_change", "other_readings")
_EMPTY = dict.fromkeys(("pose", "fingers", "hands", "people", "confidence", "seen", "numbers", "numbers_note",
                        "participants", "politics", "other_lists", "allowing_lists", "disputed", "inexact",
                        "agreeing"), "")  # fmt: skip


def _speaks(note: Note, facts: Facts) -> bool:
    return note.about == "any" or note.about == ("photo" if facts.group is None else "pose")


def _once(*parts: Iterable[str]) -> tuple[str, ...]:
    """Joined, without repeats and without empty sentences."""
    return tuple(dict.fromkeys(text for part in parts for text in part if text))
