"""A rule pack: what ships in rules/data, with a user's own folders laid over it, checked as a whole."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from poseguard.errors import DataError, UsageError
from poseguard.paths import real
from poseguard.results import Digest, Level
from poseguard.rules import model, schemas
from poseguard.rules.checking import check, reference_error
from poseguard.rules.shape import build, hint
from poseguard.rules.tomldoc import Document, Where, read
from poseguard.texts import say

SCHEMAS: Mapping[str, type] = {
    "poseguard.poses/1": schemas.PosesFile,
    "poseguard.pose-lists/1": schemas.PoseListsFile,
    "poseguard.citations/1": schemas.CitationsFile,
    "poseguard.handlers/1": schemas.HandlersFile,
    "poseguard.rules/1": schemas.RulesFile,
    "poseguard.texts/1": schemas.TextsFile,
    "poseguard.election/1": model.Election,
    "poseguard.region/1": model.Region,
}


_MISTYPED = 0.92  # regions of like names differ more (Mamuju, Mamasa)


@dataclass(frozen=True)
class Pack:
    """Everything the engine weighs by. Later folders win over earlier ones, entry by entry."""

    poses: Mapping[str, model.Pose]
    shapes: Mapping[str, model.Shape]
    lists: Mapping[str, model.PoseList]
    disputed: Mapping[str, model.Disputed]
    citations: Mapping[str, model.Cited]
    handlers: Mapping[str, model.Handler]
    portals: Mapping[str, model.Portal]
    thresholds: Mapping[str, model.Threshold]
    declarables: Mapping[str, model.Declarable]
    lineups: Mapping[str, model.Lineup]
    cues: Mapping[str, model.Cue]
    rules: Mapping[str, model.Rule]
    notes: Mapping[str, model.Note]
    texts: Mapping[str, model.Words]
    elections: Mapping[str, model.Election]
    regions: Mapping[tuple[str, str], model.Region]
    default_list: str
    sanction_from: Level
    no_sanction_for: tuple[str, ...]
    list_id: str
    folders: tuple[Digest, ...]
    origins: Mapping[tuple[str, str], tuple[Document, Where]]

    @property
    def pose_list(self) -> model.PoseList:
        """The list in use."""
        return self.lists[self.list_id]

    def digests(self) -> tuple[Digest, ...]:
        """One for what ships and one for each folder laid over it: SHA-256 over names and bytes of its files."""
        return self.folders

    def say(self, key: str, lang: str, **slots: Any) -> str:
        """A text of the pack, or of texts/rules.toml where the pack has none of that name."""
        if key in self.texts:
            return self.texts[key].say(lang).format(**slots)
        return say(f"rules.{key}", lang, **slots)

    def region(self, election: str, region: str) -> model.Region | None:
        """The local numbers of a region; capitals and spaces do not matter."""
        return self.regions.get((election, fold(region)))

    def meant_region(self, election: str, region: str) -> str | None:
        """The region of a profile that `region`, which has none, was most probably meant to be."""
        known = {name: one.region for (of, name), one in self.regions.items() if of == election}
        close = [] if fold(region) in known else difflib.get_close_matches(fold(region), known, n=1, cutoff=_MISTYPED)
        return known[close[0]] if close else None

    @cached_property
    def parties(self) -> Mapping[str, model.Participant]:
        """Every party of every election profile, by code."""
        return {who.code: who for one in self.elections.values() for who in one.party if who.code}

    def roster(self, election: model.Election) -> model.Election:
        """The profile that holds the parties of an election: its own, or the one named by `parties_of`."""
        return self.elections[election.parties_of] if election.parties_of else election

    def handler(self, day: date) -> model.Handler | None:
        """Who handles a case on that day."""
        return next((h for h in self.handlers.values() if h.start <= day and (h.end is None or day <= h.end)), None)

    @cached_property
    def shape_of(self) -> Mapping[str, model.Shape]:
        """Shape of the lists by label of the hands room."""
        return {shape.label: shape for shape in self.shapes.values()}


def fold(name: str) -> str:
    """A region's name for comparing."""
    return " ".join(name.casefold().split())


def pack_files(place: Path, lang: str) -> list[Path]:
    """The files of a folder that holds a pack, or the one file that is named. Raises DataError where there is none."""
    found = sorted(place.rglob("*.toml")) if place.is_dir() else [place]
    if not found or not found[0].exists():
        raise DataError(say("rules.no-files", lang, path=str(place)), say("rules.no-files-remedy", lang))
    return found


def load_pack(dirs: Sequence[Path | str] = (), pose_list: str | None = None, lang: str = "id") -> Pack:
    """The pack that ships, with the user's folders (or single files) laid over it in order.

    Raises DataError, with file, line and remedy, for anything wrong in a file; UsageError for an unknown list.
    """
    draft = _Draft(lang)
    with as_file(files("poseguard.rules") / "data") as builtin:
        draft.add_folder(builtin, "poseguard", builtin)
    for given in map(Path, dirs):
        draft.add_folder(given, real(given).name, given if given.is_dir() else given.parent)
    chosen = pose_list or draft.default_list
    if chosen not in draft.merged["list"]:
        raise unknown("pose-list", chosen, draft.merged["list"], lang)
    pack = draft.pack(chosen)
    check(pack, lang)
    return pack


def unknown(what: str, name: str, known: Iterable[str], lang: str) -> UsageError:
    """UsageError for a name that does not exist, with the nearest that does."""
    names = sorted(known)
    slots = {"what": say(f"rules.what-{what}", lang), "name": name}
    slots |= {"hint": hint(name, names, lang), "known": ", ".join(names) or "-"}
    return UsageError(say("rules.unknown-choice", lang, **slots), say("rules.unknown-choice-remedy", lang, **slots))


_SECTIONS = (
    "pose", "shape", "list", "disputed", "citation", "handler", "portal", "threshold", "declare", "lineup", "cue",
    "rule", "note", "text",
)  # fmt: skip


class _Draft:
    """Gathers files until they make a pack."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.merged: dict[str, dict[str, Any]] = {name: {} for name in _SECTIONS}
        self.elections: dict[str, model.Election] = {}
        self.regions: dict[tuple[str, str], model.Region] = {}
        self.default_list = ""
        self.sanction_from = Level.MEDIUM
        self.no_sanction_for: tuple[str, ...] = ()
        self.folders: list[Digest] = []
        self.origins: dict[tuple[str, str], tuple[Document, Where]] = {}

    def add_folder(self, folder: Path, name: str, base: Path) -> None:
        digest = hashlib.sha256()
        version = ""
        for path in pack_files(folder, self.lang):
            label = path.relative_to(base).as_posix()
            document = read(path, label if folder.is_dir() else str(path), self.lang)
            digest.update(label.encode() + b"\0" + path.read_bytes() + b"\0")
            loaded = self.add(document)
            if isinstance(loaded, schemas.RulesFile):
                version = loaded.version
        self.folders.append(Digest(f"rules/{name}", version, digest.hexdigest()))

    def add(self, document: Document) -> object:
        schema = document.data.get("schema")
        if not isinstance(schema, str) or schema not in SCHEMAS:
            slots = {"hint": hint(str(schema), SCHEMAS, self.lang), "known": ", ".join(SCHEMAS)}
            raise document.error(("schema",), "rules.unknown-schema", self.lang, schema=schema or "", **slots)
        loaded: Any = build(SCHEMAS[schema], document.data, document, (), self.lang)
        if isinstance(loaded, model.Election):
            self.elections[loaded.id] = loaded
            self.origins["election", loaded.id] = (document, ("id",))
            return loaded
        if isinstance(loaded, model.Region):
            key = (loaded.election, fold(loaded.region))
            self.regions[key] = loaded
            self.origins["region", "/".join(key)] = (document, ("region",))
            return loaded
        if isinstance(loaded, schemas.RulesFile):
            self._rules_file(loaded, document)
        if isinstance(loaded, schemas.PoseListsFile) and loaded.default is not None:
            self.default_list = loaded.default
            self.origins["default", "list"] = (document, ("default",))
        for section in _SECTIONS:
            for ident, entry in (getattr(loaded, section, None) or {}).items():
                self.merged[section][ident] = entry
                self.origins[section, ident] = (document, (section, ident))
        return loaded

    def _rules_file(self, loaded: schemas.RulesFile, document: Document) -> None:
        self.sanction_from = loaded.sanction_from or self.sanction_from
        self.no_sanction_for = loaded.no_sanction_for or self.no_sanction_for
        for index, ident in enumerate(loaded.off):
            there = [section for section in ("rule", "note") if ident in self.merged[section]]
            if not there:
                known = [*self.merged["rule"], *self.merged["note"]]
                raise reference_error(document, ("off", index), ident, known, "[rule], [note]", self.lang)
            for section in there:
                del self.merged[section][ident]

    def pack(self, chosen: str) -> Pack:
        merged = self.merged
        return Pack(
            poses=merged["pose"],
            shapes=merged["shape"],
            lists=merged["list"],
            disputed=merged["disputed"],
            citations=merged["citation"],
            handlers=merged["handler"],
            portals=merged["portal"],
            thresholds=merged["threshold"],
            declarables=merged["declare"],
            lineups=merged["lineup"],
            cues=merged["cue"],
            rules=merged["rule"],
            notes=merged["note"],
            texts=merged["text"],
            elections=self.elections,
            regions=self.regions,
            default_list=self.default_list,
            sanction_from=self.sanction_from,
            no_sanction_for=self.no_sanction_for,
            list_id=chosen,
            folders=tuple(self.folders),
            origins=self.origins,
        )
