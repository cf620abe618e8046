"""The JSON Schema of a report line, derived from the result types so that it cannot drift from them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from poseguard.results import SCHEMA, Box, PhotoReport, Point
from poseguard.texts import say

Schema = dict[str, Any]

_BOUNDS: dict[str, Schema] = {
    "Evidence.confidence": {"minimum": 0, "maximum": 1},
    "Risk.score": {"minimum": 0, "maximum": 1},
    "PhotoInfo.sha256": {"pattern": "^[0-9a-f]{64}$"},
    "Digest.sha256": {"pattern": "^[0-9a-f]{64}$"},
    "Matching.gallery": {"pattern": "^[0-9a-f]{64}$"},
    "PhotoReport.schema": {"const": SCHEMA},
    "PhotoReport.elapsed_ms": {"minimum": 0},
    "Evidence.hand": {"enum": ["left", "right", None]},
}


def schema(lang: str = "en") -> Schema:
    """JSON Schema 2020-12 of one line of the JSON Lines report, with descriptions in `lang`."""
    definitions: dict[str, Schema] = {}
    body = _object(PhotoReport, definitions, lang)
    properties = body["properties"]
    body["properties"] = {"schema": properties.pop("schema"), **properties}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": SCHEMA,
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(kind: type, definitions: dict[str, Schema], lang: str) -> Schema:
    hints = get_type_hints(kind)
    properties: dict[str, Schema] = {}
    for one in fields(kind):
        name = f"{kind.__name__}.{one.name}"
        properties[one.name] = {
            "description": say(f"reports.field.{name}", lang),
            **_type(hints[one.name], definitions, lang),
            **_BOUNDS.get(name, {}),
        }
    return {
        "description": say(f"reports.type.{kind.__name__}", lang),
        "type": "object",
        "properties": properties,
        "required": [one.name for one in fields(kind)],
    }


def _type(hint: Any, definitions: dict[str, Schema], lang: str) -> Schema:
    """The schema of one annotation. Raises TypeError for one that a report does not use yet."""
    simple = {str: "string", bool: "boolean", int: "integer", float: "number"}
    if hint in simple:
        return {"type": simple[hint]}
    if hint == Box:
        return {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    if hint == Point:
        return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not types.NoneType)
        known = _type(inner, definitions, lang)
        if isinstance(known.get("type"), str):
            return {**known, "type": [known["type"], "null"]}
        return {"anyOf": [known, {"type": "null"}]}
    if origin is tuple and arguments[1:] == (...,):
        return {"type": "array", "items": _type(arguments[0], definitions, lang)}
    if origin is Mapping:
        return {"type": "object"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions, lang)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"no JSON Schema for {hint!r}")
