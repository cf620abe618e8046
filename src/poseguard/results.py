"""The one shape of a result, from the first room to the last.

Boxes are (x, y, width, height) in pixels of the upright photo at its full size, x to the right, y down.
Confidence is a calibrated probability between 0 and 1. Everything is frozen; `to_json` gives plain
dicts and lists, one object a photo, which `poseguard schema` describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import IntEnum, StrEnum
from typing import Any

SCHEMA = "poseguard.photo/1"

Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Status(StrEnum):
    """How far a photo was read. Only OK may be called clean."""

    OK = "ok"
    PARTIAL = "partial"
    REJECTED = "rejected"
    ERROR = "error"


class Level(StrEnum):
    """Risk that a photo is read as partisanship. UNKNOWN: not read whole, so not judged."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Order for sorting and `--fail-on`; UNKNOWN ranks between NONE and LOW."""
        return _RANKS[self]


_RANKS = {Level.NONE: 0, Level.UNKNOWN: 1, Level.LOW: 2, Level.MEDIUM: 3, Level.HIGH: 4}


class Hand(IntEnum):
    """Indices of MediaPipe's 21 hand landmarks (https://ai.google.dev/edge/mediapipe/solutions/vision/hand_landmarker)."""

    WRIST = 0
    THUMB_CMC = 1
    THUMB_MCP = 2
    THUMB_IP = 3
    THUMB_TIP = 4
    INDEX_MCP = 5
    INDEX_PIP = 6
    INDEX_DIP = 7
    INDEX_TIP = 8
    MIDDLE_MCP = 9
    MIDDLE_PIP = 10
    MIDDLE_DIP = 11
    MIDDLE_TIP = 12
    RING_MCP = 13
    RING_PIP = 14
    RING_DIP = 15
    RING_TIP = 16
    PINKY_MCP = 17
    PINKY_PIP = 18
    PINKY_DIP = 19
    PINKY_TIP = 20


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """The file itself. `width`, `height`: upright pixels of the original; `taken`: ISO 8601 from EXIF, local time."""

    path: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a photo was not read whole: a stable `code` (kebab-case) and a sentence in the report's language."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing seen. `kind`: hand, logo, prop or face; `details`: JSON values, documented in docs/report.md."""

    id: str
    kind: str
    label: str
    confidence: float
    box: Box
    hand: str | None = None
    landmarks: tuple[Point, ...] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """What a finding rests on. `binding`: a rule ("aturan") binds; an "imbauan" advises.

    `quoted`: `text` holds the words as a source prints them; otherwise it is a paraphrase.
    """

    id: str
    title: str
    issuer: str
    number: str
    date: str
    article: str
    text: str
    binding: bool
    source: str
    verified: bool
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that applied. `explanation`: what was seen, where and how sure; `notes`: what must be said beside it."""

    rule: str
    level: Level
    title: str
    explanation: str
    evidence: tuple[str, ...]
    citations: tuple[Citation, ...]
    other_readings: tuple[str, ...]
    would_change: tuple[str, ...]
    advice: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` between 0 and 1 orders photos of one level; it is no probability of a violation."""

    level: Level
    score: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Counts of the people pass. `hands_unreadable`: seen, but too small, blurred or edge-on to tell a pose."""

    people: int
    hands_seen: int
    hands_unreadable: int


@dataclass(frozen=True, slots=True)
class ContextInfo:
    """The context a photo was weighed in, as resolved. Dates are ISO 8601 or "draft"; None means not known."""

    lang: str
    election: str | None = None
    region: str | None = None
    posted: str | None = None
    taken: str | None = None
    taken_source: str | None = None
    phase: str | None = None
    regime: str | None = None
    subject: str = "unknown"
    pose_list: str | None = None
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """A network or rule pack that took part: name, version and SHA-256 of its file(s)."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Faces of one photo that were not compared, by the reason why."""

    small: int = 0
    blurred: int = 0
    turned: int = 0
    masked: int = 0


@dataclass(frozen=True, slots=True)
class Matching:
    """That faces were compared, with what and what for. `gallery`: SHA-256 of its file, `name`: of the file.

    `candidates`: in the gallery; `compared`: faces, each of them `named` or `unnamed`; nothing is kept of the unnamed.
    `note`: what has to be said of the network that compared them, in the report's language.
    """

    gallery: str
    name: str
    candidates: int
    purpose: str
    compared: int
    named: int
    unnamed: int
    skipped: Skipped
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """Everything said about one photo: one line of the JSON Lines report. `matching`: None where none ran."""

    photo: PhotoInfo
    status: Status
    error: Problem | None
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    risk: Risk
    scene: Scene | None
    context: ContextInfo
    models: tuple[Digest, ...]
    rules: tuple[Digest, ...]
    elapsed_ms: float
    matching: Matching | None = None
    schema: str = SCHEMA

    def to_json(self) -> dict[str, Any]:
        """Plain dict, `schema` first."""
        body = plain(self)
        assert isinstance(body, dict)
        return {"schema": body.pop("schema"), **body}


def plain(value: Any) -> Any:
    """Dataclasses, tuples and enums as JSON values; floats rounded to four decimals so that reports stay readable."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return round(value, 4)
    return value
