"""The networks of the faces room and their numbers: the project's own, with an embedder that a user may bring."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from poseguard.archive import why
from poseguard.errors import WeightsError, os_reason
from poseguard.faces.embedder import Embedder, Kind
from poseguard.faces.numbers import WRONG, Numbers
from poseguard.faces.points import FacePoints
from poseguard.results import Digest
from poseguard.texts import default_lang, say
from poseguard.weights import digest, fitting, model, verified_bytes

_POINTS, _EMBEDDER, _NUMBERS = "face_points", "face_embedder", "face_numbers"
_PICKLES = (".pt", ".pth", ".pkl", ".pickle")
_LARGEST = 500_000_000
# retail-0095's impostors reach a cosine that MobileFaceNet's reach .06 lower (facts, section 6).
_STRICTER = {Kind.IMAGENET: 0.0, Kind.RAW: 0.06}


@dataclass(frozen=True, slots=True)
class Networks:
    """What faces are looked at with. `note`: what must be said of the embedder, or ""; `digests`: for the report."""

    points: FacePoints
    embedder: Embedder
    numbers: Numbers
    digests: tuple[Digest, ...]
    note: str = ""


def load(folder: Path | None = None, *, embedder: Path | None = None, lang: str | None = None) -> Networks:
    """`folder`: a user's own weights; `embedder`: a user's ONNX file in place of the project's, its numbers beside it.

    Without FILE.json one conservative threshold stands for all candidates, and `note` says so. Raises WeightsError,
    with what to do, where a network is missing, wrong or unfit.
    """
    chosen = lang or default_lang()
    told = partial(why, lang=chosen)
    points, numbers = (verified_bytes(name, extra_dir=folder, lang=lang) for name in (_POINTS, _NUMBERS))
    finder = fitting(_POINTS, chosen, lambda: FacePoints(points), told)
    own = fitting(_NUMBERS, chosen, lambda: Numbers.read(numbers), told)
    shipped = [digest(name, extra_dir=folder, lang=lang) for name in (_POINTS, _EMBEDDER, _NUMBERS)]
    content = _content(embedder, chosen) if embedder is not None else b""
    if embedder is None or hashlib.sha256(content).hexdigest() == model(_EMBEDDER, extra_dir=folder, lang=lang).sha256:
        body = content or verified_bytes(_EMBEDDER, extra_dir=folder, lang=lang)
        network = fitting(_EMBEDDER, chosen, lambda: Embedder(body, Kind.OWN), told)
        if (own.network, own.width) != (network.sha256, network.width):
            reason = say("system.archive-odd", chosen, part="network, width")
            raise WeightsError(
                say("weights.unfit", chosen, name=_NUMBERS, reason=reason), say("weights.unfit-remedy", chosen)
            )
        return Networks(finder, network, own, tuple(shipped))
    network = _users(embedder, content, chosen)
    found = _users_numbers(embedder.with_suffix(".json"), network, chosen)
    users = Digest("embedder", embedder.name, network.sha256)
    if found is not None:
        return Networks(finder, network, found[0], (shipped[0], users, found[1]))
    assumed = Numbers.assumed(network.sha256, network.width, own.gates, _STRICTER[network.kind])
    return Networks(finder, network, assumed, (shipped[0], users), say("faces.assumed", chosen, path=embedder))


def _content(path: Path, lang: str) -> bytes:
    """The bytes of a user's file. Raises WeightsError for a pickle and for what cannot be read."""
    if path.suffix.lower() in _PICKLES:
        raise WeightsError(
            say("faces.pickle", lang, path=path), say("faces.pickle-remedy", lang, onnx=path.with_suffix(".onnx").name)
        )
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise WeightsError(
            say("faces.unreadable", lang, path=path, reason=os_reason(error, lang)),
            say("faces.unreadable-remedy", lang),
        ) from error
    if len(content) > _LARGEST:
        raise WeightsError(say("faces.too-large", lang, path=path), say("faces.embedder-remedy", lang))
    return content


def _users(path: Path, content: bytes, lang: str) -> Embedder:
    try:
        return Embedder(content)
    except ValueError as error:
        message = say("faces.wrong-shape", lang, path=path, shape=error)
        raise WeightsError(message, say("faces.embedder-remedy", lang)) from error
    except Exception as error:  # ONNX Runtime raises classes of its own, one a reason
        message = say("faces.not-onnx", lang, path=path, reason=type(error).__name__)
        raise WeightsError(message, say("faces.embedder-remedy", lang)) from error


def _users_numbers(path: Path, network: Embedder, lang: str) -> tuple[Numbers, Digest] | None:
    """What names rest on, and what the report says of it."""
    if not path.is_file():
        return None
    remedy = say("faces.numbers-remedy", lang, path=path, onnx=path.with_suffix(".onnx").name)
    try:
        content = path.read_bytes()
        numbers = Numbers.read(content)
    except (OSError, *WRONG) as error:
        reason = os_reason(error, lang) if isinstance(error, OSError) else why(error, lang)
        raise WeightsError(say("faces.bad-numbers", lang, path=path, reason=reason), remedy) from error
    if (numbers.network, numbers.width) != (network.sha256, network.width):
        raise WeightsError(say("faces.numbers-of-another", lang, path=path), remedy)
    return numbers, Digest("embedder_numbers", path.name, hashlib.sha256(content).hexdigest())
