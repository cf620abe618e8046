"""Where the files lie, and the one door through which their bytes reach a runtime."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import platformdirs

from poseguard.errors import UsageError, WeightsError, os_reason
from poseguard.results import Digest
from poseguard.texts import default_lang, say
from poseguard.weights.manifest import MANIFEST, OWN, Manifest, Model, load_manifest, shipped_dir

ENV = "POSEGUARD_WEIGHTS"

T = TypeVar("T")


def user_dir() -> Path:
    """The folder of the user's data that `poseguard weights pull` fills."""
    return platformdirs.user_data_path("poseguard", appauthor=False) / "weights"


def env_dir() -> Path | None:
    """$POSEGUARD_WEIGHTS, where it is set."""
    return Path(os.environ[ENV]) if os.environ.get(ENV) else None


def search_dirs(extra_dir: Path | None = None) -> tuple[Path, ...]:
    """Folders in the order they are searched: `--weights`, $POSEGUARD_WEIGHTS, what ships, what was pulled."""
    return tuple(folder for folder in (extra_dir, env_dir(), shipped_dir(), user_dir()) if folder is not None)


def models(extra_dir: Path | None = None, *, lang: str | None = None) -> tuple[Model, ...]:
    """Every model known: those of `extra_dir`'s own manifest first, then the shipped ones it does not name."""
    shipped = load_manifest(lang=lang)
    own = _own_manifest(extra_dir, lang)
    if own is None:
        return shipped.models
    return own.models + tuple(model for model in shipped.models if own.get(model.name) is None)


def model(name: str, *, extra_dir: Path | None = None, lang: str | None = None) -> Model:
    """What the manifest that decides says of `name`. Raises WeightsError where none names it."""
    for known in models(extra_dir, lang=lang):
        if known.name == name:
            return known
    lang = lang or default_lang()
    raise WeightsError(
        say("weights.unknown", lang, name=name, path=shipped_dir() / MANIFEST), say("weights.reinstall", lang)
    )


def digest(name: str, *, extra_dir: Path | None = None, lang: str | None = None) -> Digest:
    """Name, version and SHA-256 of a model, for the report."""
    return model(name, extra_dir=extra_dir, lang=lang).digest()


def find(name: str, *, extra_dir: Path | None = None, lang: str | None = None) -> Path:
    """The file that would be used: the first found. Raises WeightsError where there is none. Does not look inside."""
    known = model(name, extra_dir=extra_dir, lang=lang)
    for folder in search_dirs(extra_dir):
        if (folder / known.file).is_file():
            return folder / known.file
    lang = lang or default_lang()
    remedy = "weights.reinstall" if known.origin == OWN else "weights.pull-it"
    raise WeightsError(say("weights.missing", lang, name=name, file=known.file), say(remedy, lang))


def verified_bytes(name: str, *, extra_dir: Path | None = None, lang: str | None = None) -> bytes:
    """The bytes of a model, checked: hand exactly these to the runtime, so that nothing can change in between.

    Raises WeightsError where the file is missing, cannot be read or has another digest than the manifest says.
    """
    known = model(name, extra_dir=extra_dir, lang=lang)
    return checked_bytes(find(name, extra_dir=extra_dir, lang=lang), known, lang=lang)


def checked_bytes(path: Path, known: Model, *, lang: str | None = None) -> bytes:
    """`path` read once, if its bytes are those of `known`; else WeightsError. Reads no more than it should find."""
    lang = lang or default_lang()
    try:
        with path.open("rb") as file:
            content = file.read(known.bytes + 1)
    except OSError as error:
        message = say("weights.unreadable", lang, path=path, reason=os_reason(error, lang))
        raise WeightsError(message, say("weights.unreadable-remedy", lang)) from error
    return checked(content, path, known, lang=lang)


def checked(content: bytes, path: Path, known: Model, *, lang: str | None = None) -> bytes:
    """`content`, if it has the size and digest of `known`. `path`: where it comes from, for the message."""
    lang = lang or default_lang()
    got = hashlib.sha256(content).hexdigest()
    if len(content) == known.bytes and got == known.sha256:
        return content
    # Longer files are not read to their end, so their digest is not known.
    seen = got if len(content) <= known.bytes else say("weights.longer", lang, bytes=known.bytes)
    raise WeightsError(
        say("weights.wrong-digest", lang, path=path, expected=known.sha256, got=seen),
        say("weights.wrong-digest-remedy", lang),
    )


def fitting(name: str, lang: str, make: Callable[[], T], why: Callable[[Exception], str] = repr) -> T:
    """What `make` gives; WeightsError where the file `name` holds something else than this version reads.

    `why`: tells what is wrong with it.
    """
    try:
        return make()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as wrong:
        raise WeightsError(
            say("weights.unfit", lang, name=name, reason=why(wrong)), say("weights.unfit-remedy", lang)
        ) from wrong


def _own_manifest(extra_dir: Path | None, lang: str | None) -> Manifest | None:
    if extra_dir is None:
        return None
    if not extra_dir.is_dir():
        lang = lang or default_lang()
        raise UsageError(say("weights.no-folder", lang, path=extra_dir), say("weights.no-folder-remedy", lang))
    return load_manifest(extra_dir, lang=lang) if (extra_dir / MANIFEST).is_file() else None
