"""weights/manifest.toml: what each network is, where it comes from, and the digest it must have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from poseguard.errors import DataError, os_reason
from poseguard.results import Digest
from poseguard.texts import LANGS, default_lang, say

MANIFEST = "manifest.toml"
# Formats whose loading runs no code; a pickle (.pt, .pth, .pkl) is none of them.
SUFFIXES = (".onnx", ".tflite", ".json")
OWN, WHEEL = "own", "wheel"
_TEXTS = ("name", "version", "licence", "file", "sha256", "origin")


@dataclass(frozen=True, slots=True)
class Model:
    """One network or its data. `origin`: OWN or WHEEL; a WHEEL has its `package` (`name==version`) and `member`."""

    name: str
    version: str
    purpose: Mapping[str, str]
    licence: str
    file: str
    bytes: int
    sha256: str
    origin: str
    package: str | None = None
    member: str | None = None

    def digest(self) -> Digest:
        """What the report says of it."""
        return Digest(self.name, self.version, self.sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The models of one folder, in the order of the file."""

    path: Path
    models: tuple[Model, ...]

    def get(self, name: str) -> Model | None:
        """The model of that name, or None."""
        return next((model for model in self.models if model.name == name), None)


def shipped_dir() -> Path:
    """The networks that ship: inside the installed package, or the checkout's weights/ where it is run from there."""
    here = Path(__file__).resolve()
    inside = here.parent / "files"
    return inside if (inside / MANIFEST).is_file() else here.parents[3] / "weights"


def load_manifest(directory: Path | None = None, *, lang: str | None = None) -> Manifest:
    """The manifest of `directory`; of the networks that ship where None. Raises DataError naming file and line."""
    path = (directory or shipped_dir()) / MANIFEST
    lang = lang or default_lang()
    try:
        text = path.read_text(encoding="utf-8")
        rows = tomllib.loads(text).get("model", [])
    except OSError as error:
        raise DataError(
            say("weights.no-manifest", lang, path=path, reason=os_reason(error, lang)),
            say("weights.no-manifest-remedy", lang),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise _wrong(f"{path}:{found[1]}" if found else str(path), lang, say("weights.not-toml", lang)) from error
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*model\s*\]\]", line)]
    if not isinstance(rows, list) or len(rows) != len(lines):
        raise _wrong(str(path), lang, say("weights.not-tables", lang))
    models: list[Model] = []
    for row, line in zip(rows, lines, strict=True):
        complaint = _complaint(row, [model.name for model in models], lang)
        if complaint:
            raise _wrong(f"{path}:{line}", lang, complaint)
        models.append(Model(**row))
    return Manifest(path, tuple(models))


def _wrong(where: str, lang: str, what: str) -> DataError:
    return DataError(
        say("weights.bad-manifest", lang, where=where, what=what), say("weights.bad-manifest-remedy", lang)
    )


def _complaint(row: Mapping[str, Any], earlier: list[str], lang: str) -> str | None:
    """What is wrong with one [[model]] table, or None."""
    wanted = {*_TEXTS, "purpose", "bytes"} | ({"package", "member"} if row.get("origin") == WHEEL else set())
    if row.keys() != wanted:
        missing, extra = sorted(wanted - row.keys()), sorted(row.keys() - wanted)
        return say("weights.fields", lang, missing=", ".join(missing) or "-", extra=", ".join(extra) or "-")
    for field in wanted - {"purpose", "bytes"}:
        if not isinstance(row[field], str) or not row[field]:
            return say("weights.field", lang, field=field)
    purpose, file = row["purpose"], str(row["file"])
    checks = {
        "purpose": isinstance(purpose, dict) and set(purpose) == set(LANGS),
        "bytes": type(row["bytes"]) is int and row["bytes"] > 0,
        "sha256": re.fullmatch(r"[0-9a-f]{64}", row["sha256"]) is not None,
        "origin": row["origin"] in (OWN, WHEEL),
        "file": re.fullmatch(r"[\w.-]+", file) is not None and file.endswith(SUFFIXES) and not file.startswith("."),
        "name": row["name"] not in earlier,
    }
    if row["origin"] == WHEEL:
        checks["package"] = re.fullmatch(r"[\w.-]+==[\w.]+", row["package"]) is not None
        checks["member"] = ".." not in PurePosixPath(row["member"]).parts
    wrong = [field for field, right in checks.items() if not right]
    return say("weights.field", lang, field=wrong[0]) if wrong else None
