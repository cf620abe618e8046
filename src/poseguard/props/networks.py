"""The detector's network and what its classes mean: the project's own, or one that a user brings."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poseguard.errors import WeightsError, os_reason
from poseguard.results import Digest
from poseguard.texts import say
from poseguard.yolo import YoloNetwork

LOGO = "logo"
PROPS = ("baliho", "spanduk", "umbul_umbul", "flag", "poster", "attribute", "ballot")
CLASSES = (LOGO, *PROPS)
_PICKLES = (".pt", ".pth", ".pkl", ".pickle")
_TRIAL = 96


@dataclass(frozen=True, slots=True)
class Classes:
    """What each class of a network stands for: LOGO, a prop, or (a user's own network) a party code."""

    names: tuple[str, ...]
    parties: frozenset[str] = frozenset()

    @property
    def logos(self) -> frozenset[int]:
        """Indices of the classes that are emblems."""
        return frozenset(i for i, name in enumerate(self.names) if name == LOGO or name in self.parties)


def shipped(model: bytes) -> tuple[YoloNetwork, Classes]:
    """`props.onnx`, whose classes are CLASSES. Raises ValueError where they are others."""
    network = YoloNetwork(model)
    if class_names(network.metadata.get("names", "")) != CLASSES:
        raise ValueError("names")
    return network, Classes(CLASSES)


def own_network(path: Path, parties: Collection[str], lang: str) -> tuple[YoloNetwork, Classes, Digest]:
    """A user's ONNX detector, tried once. `parties`: codes that a class may be named by.

    Takes the project's own convention and what `yolo export format=onnx` writes. Raises WeightsError, with what to do,
    for a pickle, for what ONNX Runtime cannot load, for another shape and for class names that mean nothing here.
    """
    if path.suffix.lower() in _PICKLES:
        raise WeightsError(
            say("props.pickle", lang, path=path),
            say("props.pickle-remedy", lang, path=path, onnx=path.with_suffix(".onnx")),
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            say("props.unreadable", lang, path=path, reason=os_reason(error, lang)),
            say("props.unreadable-remedy", lang),
        ) from error
    try:
        network = YoloNetwork(content)
    except Exception as error:  # ONNX Runtime raises classes of its own, one a reason
        raise WeightsError(
            say("props.not-onnx", lang, path=path, reason=_first_line(error)), say("props.export-remedy", lang)
        ) from error
    names = class_names(network.metadata.get("names", ""))
    if not names:
        raise WeightsError(say("props.no-names", lang, path=path), say("props.no-names-remedy", lang))
    # A class of this project's is never a party, whatever code a user has enrolled.
    parties = frozenset(parties) - frozenset(CLASSES)
    exact = (*sorted(parties), *CLASSES)
    known = {_plain(name): name for name in exact}
    meant = tuple(name if name in exact else known.get(_plain(name), "") for name in names)
    strange = [name for name, meaning in zip(names, meant, strict=True) if not meaning]
    if strange:
        raise WeightsError(
            say("props.strange-names", lang, path=path, names=", ".join(strange)),
            say("props.strange-names-remedy", lang, classes=", ".join(CLASSES), parties=", ".join(sorted(parties))),
        )
    complaint = misshapen(network, len(names), lang)
    if complaint:
        raise WeightsError(say("props.wrong-shape", lang, path=path, what=complaint), say("props.export-remedy", lang))
    digest = Digest("detector", path.name, hashlib.sha256(content).hexdigest())
    return network, Classes(meant, frozenset(meant) & parties), digest


def class_names(text: str) -> tuple[str, ...]:
    """Names in the order of the classes, from the metadata entry `names`: a JSON list, or a dict as Python writes it.

    Empty where the text is neither, or numbers are left out.
    """
    for parse in (json.loads, ast.literal_eval):
        try:
            value: Any = parse(text)
            if isinstance(value, dict):
                numbered = {int(key): name for key, name in value.items() if str(key).isdecimal()}
                value = [numbered[i] for i in range(len(value))] if set(numbered) == set(range(len(value))) else []
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
            return tuple(value)
    return ()


def _plain(name: str) -> str:
    """A class name for comparing: "Umbul-umbul" is `umbul_umbul`."""
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def misshapen(network: YoloNetwork, classes: int, lang: str) -> str | None:
    """What is wrong with the network's shapes, found by trying it on a grey picture; None where it fits."""
    if not network.takes_pictures:
        return say("props.input", lang)
    height, width = network.fixed or (_TRIAL, _TRIAL)
    try:
        out = network.raw(np.full((height, width, 3), 114, np.uint8))
    except Exception as error:  # as above
        return say("props.fails", lang, reason=_first_line(error))
    if out.ndim != 3 or out.shape[0] != 1 or out.shape[1] != 4 + classes:
        shape = " × ".join(str(side) for side in out.shape)
        return say("props.output", lang, shape=shape, wanted=4 + classes, classes=classes)
    if not np.isfinite(out).all() or (out.shape[2] and not 0 <= out[:, 4:].min() <= out[:, 4:].max() <= 1):
        return say("props.scores", lang)
    return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
