"""The words of a finding: what was seen, where, how sure, and what was declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from poseguard.results import Evidence, Scene
from poseguard.rules import faces, model
from poseguard.rules.conditions import Group, Present, days_since_taken
from poseguard.rules.context import Declared, Resolved
from poseguard.rules.evidence import count_people, has_box, prop_of
from poseguard.rules.pack import Pack
from poseguard.texts import say

PLACES = 6
"""Hands that are described one by one; the rest are counted."""

Size = tuple[int, int]


def number(value: float, lang: str) -> str:
    """Two decimals; a comma in Indonesian."""
    text = f"{value:.2f}"
    return text if lang == "en" else text.replace(".", ",")


def sureness(confidence: float, lang: str) -> str:
    """Nothing is seen with certainty."""
    return number(min(confidence, 0.99), lang)


def long_date(day: date | None, lang: str) -> str:
    """15 Oktober 2024; empty where there is no date."""
    if day is None:
        return ""
    return f"{day.day} {say('rules.months', lang).split(',')[day.month - 1]} {day.year}"


def place(one: Evidence, what: str, size: Size | None, lang: str) -> str:
    """`what` with its box and its ninth of the photo."""
    confidence = sureness(one.confidence, lang)
    box = one.box
    if not has_box(one):
        return say("rules.place-no-box", lang, what=what, confidence=confidence)
    x, y, width, height = (round(side) for side in box)
    slots = {"what": what, "x": x, "y": y, "width": width, "height": height, "confidence": confidence}
    if size is None or min(size) <= 0:
        return say("rules.place-no-area", lang, **slots)
    across = _third(box[0] + box[2] / 2, size[0], ("left", "middle", "right"))
    down = _third(box[1] + box[3] / 2, size[1], ("top", "middle", "bottom"))
    return say("rules.place", lang, area=say(f"rules.area-{down}-{across}", lang), **slots)


def _third(value: float, length: int, names: tuple[str, str, str]) -> str:
    return names[min(2, max(0, int(3 * value / length)))]


def places(evidence: Sequence[Evidence], what: Callable[[Evidence], str], size: Size | None, lang: str) -> str:
    """The surest first. `what`: the name of a thing."""
    ordered = sorted(evidence, key=lambda one: -one.confidence)
    told = [place(one, what(one), size, lang) for one in ordered[:PLACES]]
    if len(ordered) > PLACES:
        told.append(say("rules.places-more", lang, count=len(ordered) - PLACES))
    return "; ".join(told)


def hand_name(one: Evidence, lang: str) -> str:
    """Left or right hand, where that is known."""
    return say(f"rules.hand-{one.hand if one.hand in ('left', 'right') else 'unknown'}", lang)


def seen_pose(group: Group, scene: Scene | None, size: Size | None, lang: str) -> str:
    """The sentence that says what was seen, on how many, where and how sure."""
    slots = {
        "pose": group.pose.name.say(lang),
        "places": places(group.hands, lambda one: hand_name(one, lang), size, lang),
    }
    if len(group.hands) == 1:
        return say("rules.seen-one", lang, **slots)
    return say("rules.seen-many", lang, hands=len(group.hands), people=people(group, scene, lang), **slots)


def people(group: Group, scene: Scene | None, lang: str) -> str:
    """“5 dari 9 orang”, where the scene counts at least as many."""
    showing = count_people(group.hands)
    if scene is not None and scene.people > 1 and scene.people >= showing:
        return say("rules.people-of", lang, people=showing, all=scene.people)
    return say("rules.people-one", lang) if showing == 1 else say("rules.people-only", lang, people=showing)


def declared_line(facts: Sequence[Declared], pack: Pack, lang: str) -> str:
    """Declared, not seen; empty where nothing was."""
    if not facts:
        return ""
    told = []
    for fact in dict.fromkeys(facts):
        name = pack.declarables[fact.kind].name.say(lang)
        told.append(name if fact.number is None else say("rules.declared-number", lang, name=name, number=fact.number))
    return say("rules.declared-line", lang, facts="; ".join(told))


def seen_cues(cues: Sequence[Present], what: Callable[[Evidence], str], size: Size | None, lang: str) -> str:
    """What detectors saw of the cues of a rule; empty where all was declared. A prop stands for the logos on it; faces
    have sentences of their own (`faces.seen`).
    """
    evidence = {one.id: one for cue in cues for one in cue.seen if one.kind != faces.KIND}
    apart = [one for one in evidence.values() if one.kind != "logo" or prop_of(one) not in evidence]
    return say("rules.seen-other", lang, places=places(apart, what, size, lang)) if apart else ""


def participants_words(found: Sequence[tuple[str, model.Participant]], resolved: Resolved, lang: str) -> str:
    """All participants with that number, in the order of the ballot."""
    region = resolved.region.region if resolved.region else ""
    return ", ".join(
        say(f"rules.participant-{kind}", lang, number=who.number, name=who.name, region=region) for kind, who in found
    )


def signs_words(found: Sequence[model.Sign], lang: str) -> str:
    """Recorded political uses of a sign, with its other meanings."""
    return "; ".join(
        say(
            "rules.sign" if sign.current else "rules.sign-former",
            lang,
            used_by=sign.used_by.say(lang),
            also=sign.also.say(lang),
        )
        for sign in found
    )


def politics(group: Group, resolved: Resolved, lang: str) -> str:
    """Participants with the number of a pose, and recorded uses of the sign."""
    told = (participants_words(group.participants, resolved, lang), signs_words(group.signs, lang))
    return "; ".join(filter(None, told)) + "."


def context_slots(resolved: Resolved, pack: Pack, lang: str) -> dict[str, str]:
    """The slots that do not depend on a pose."""
    context, chosen = resolved.context, pack.pose_list
    phase = resolved.phase.name.say(lang) if resolved.phase else ""
    if resolved.phase_name in ("outside", "unknown"):
        phase = say(f"rules.phase-{resolved.phase_name}", lang)
    days = days_since_taken(resolved)
    handler = pack.handler(context.day) if context.day else None
    return {
        "list": say("rules.list-named", lang, name=chosen.name.say(lang), date=chosen.date),
        "list_issuer": chosen.issuer,
        "list_date": chosen.date,
        "phase": phase,
        "election": resolved.election.name.say(lang) if resolved.election else "",
        "region": context.region or "",
        "posted": long_date(context.day, lang),
        "taken": long_date(context.taken, lang),
        "days": "" if days is None else str(abs(days)),
        "handler": handler.flow.say(lang) if handler else "",
    }
