"""Which citations go with a finding: by regime, by the date posted, by election and by staff status."""

from __future__ import annotations

from collections.abc import Iterable

from poseguard.results import Citation
from poseguard.rules import model
from poseguard.rules.checking import POSE_LIST
from poseguard.rules.context import Resolved
from poseguard.rules.pack import Pack
from poseguard.texts import say


def select(names: Iterable[str], resolved: Resolved, pack: Pack) -> list[str]:
    """The ones that fit, in order, each once."""
    return [name for name in dict.fromkeys(names) if name == POSE_LIST or fits(pack.citations[name], resolved)]


def fits(cited: model.Cited, resolved: Resolved) -> bool:
    """Whether a citation belongs to this context. Without a date, what has ended is left out."""
    day = resolved.context.day
    if day is None and cited.valid_until is not None:
        return False
    if day is not None:
        if cited.valid_from is not None and day < cited.valid_from:
            return False
        if cited.valid_until is not None and day > cited.valid_until:
            return False
    if cited.subjects and resolved.context.subject not in cited.subjects:
        return False
    kind = resolved.election.kind if resolved.election else None
    return cited.election_kind in (None, kind)


def as_citation(name: str, pack: Pack, lang: str) -> Citation:
    """For the report. A source that is no complete address is issuer, number and date."""
    if name == POSE_LIST:
        return list_citation(pack.pose_list, pack, lang)
    cited = pack.citations[name]
    source = cited.source or ", ".join(part for part in (cited.issuer, cited.number, cited.date) if part)
    return Citation(
        id=cited.id,
        title=cited.title,
        issuer=cited.issuer,
        number=cited.number,
        date=cited.date,
        article="" if cited.article == "-" else cited.article,
        text=cited.text,
        binding=cited.binding,
        source=source,
        verified=cited.verified,
        quoted=cited.quoted,
    )


def list_citation(chosen: model.PoseList, pack: Pack, lang: str) -> Citation:
    """The pose list in use, as the advice it is."""

    def names(shapes: tuple[str, ...]) -> str:
        return "; ".join(pack.shapes[s].name.say(lang) for s in shapes) or say("rules.none-named", lang)

    return Citation(
        id=f"{POSE_LIST}-{chosen.id}",
        title=say("rules.list-citation", lang, name=chosen.name.say(lang)),
        issuer=chosen.issuer,
        number=chosen.status,
        date=chosen.date,
        article="",
        text=say("rules.list-text", lang, listed=names(chosen.listed), allowed=names(chosen.allowed)),
        binding=False,
        source=chosen.source or f"{chosen.issuer}, {chosen.date}",
        verified=chosen.verified,
    )


def beside(names: Iterable[str], shows_sanction: bool, pack: Pack, lang: str) -> list[str]:
    """What must be said with the citations: their own notes, and the sanctions that sources give for the items."""
    told, sanctions = [], []
    for name in names:
        note = pack.pose_list.note if name == POSE_LIST else pack.citations[name].note
        if note:
            told.append(note.say(lang))
        if name == POSE_LIST:
            continue
        cited = pack.citations[name]
        if cited.sanction:
            level = say(f"rules.sanction-{cited.sanction.level}", lang)
            key = "rules.sanction-inferred" if cited.sanction.inferred else "rules.sanction-item"
            slots = {"number": cited.number, "article": cited.article, "level": level, "basis": cited.sanction.basis}
            sanctions.append(say(key, lang, **slots))
    if sanctions and shows_sanction:
        told.append(say("rules.sanction-note", lang, items="; ".join(sanctions)))
    return told
