"""The files that a rule pack is read from: one class a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from poseguard.results import Level
from poseguard.rules import model


@dataclass(frozen=True, slots=True)
class PosesFile:
    """Schema poseguard.poses/1."""

    schema: str
    pose: Mapping[str, model.Pose] = field(default_factory=dict)
    shape: Mapping[str, model.Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoseListsFile:
    """Schema poseguard.pose-lists/1. `default`: the list that is used where none is chosen."""

    schema: str
    default: str | None = None
    list: Mapping[str, model.PoseList] = field(default_factory=dict)
    disputed: Mapping[str, model.Disputed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CitationsFile:
    """Schema poseguard.citations/1."""

    schema: str
    citation: Mapping[str, model.Cited] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandlersFile:
    """Schema poseguard.handlers/1."""

    schema: str
    handler: Mapping[str, model.Handler] = field(default_factory=dict)
    portal: Mapping[str, model.Portal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Schema poseguard.rules/1. `off`: rules and notes of earlier packs that are not used."""

    schema: str
    version: str
    sanction_from: Level | None = None
    no_sanction_for: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    threshold: Mapping[str, model.Threshold] = field(default_factory=dict)
    declare: Mapping[str, model.Declarable] = field(default_factory=dict)
    lineup: Mapping[str, model.Lineup] = field(default_factory=dict)
    cue: Mapping[str, model.Cue] = field(default_factory=dict)
    rule: Mapping[str, model.Rule] = field(default_factory=dict)
    note: Mapping[str, model.Note] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextsFile:
    """Schema poseguard.texts/1: a pack's own texts, or other words for the ones that ship."""

    schema: str
    text: Mapping[str, model.Words] = field(default_factory=dict)
