"""Which files to look at: from what a person names to one candidate after another, never a list of them all."""

from __future__ import annotations

import codecs
import itertools
import os
import select
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from poseguard.errors import UsageError
from poseguard.paths import real
from poseguard.texts import say

from .problems import printable
from .sniff import HEAD, named_like_picture, sniff

STDIN = "-"
_MOMENT = 0.1  # seconds
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that gets its row. `named`: one by one, not met in a folder or by a pattern."""

    path: Path
    named: bool


@dataclass(slots=True)
class Skipped:
    """What was met and passed over, counted while the candidates are drawn.

    `not_photos`: neither name nor content calls it a picture; `hidden`: names with a leading dot (a hidden folder
    counts once); `links`: links that leave the folder, or to a folder that is visited anyway; `unreadable`:
    files without a picture's name that may not be opened; `copies`: what a run of `--annotate` wrote, counted by who
    draws the candidates.
    """

    not_photos: int = 0
    hidden: int = 0
    links: int = 0
    unreadable: int = 0
    copies: int = 0


@dataclass
class Sources:
    """Candidates in a reproducible order: as named, and by name within each folder. To be iterated once."""

    _candidates: Iterator[Candidate | None]
    skipped: Skipped

    def __iter__(self) -> Iterator[Candidate]:
        return (candidate for candidate in self._candidates if candidate is not None)

    def as_they_come(self) -> Iterator[Candidate | None]:
        """None whenever the list on standard input has had no more for a moment, so that others can go on."""
        return self._candidates


def find(
    paths: Iterable[str | os.PathLike[str]],
    *,
    hidden: bool = False,
    follow_links: bool = False,
    lang: str = "id",
    stdin: BinaryIO | None = None,
) -> Sources:
    """Files, folders (with all below them), patterns (`*`, `?`, `[..]`, `**`) and `-` for a list on standard input.

    `hidden`: look at hidden files and folders too; `follow_links`: follow links out of a folder (each folder once).
    Raises UsageError at once for a path that does not exist or a pattern that matches nothing; later for a photo on
    standard input. A path from there that does not exist is a candidate, so that it gets its row.
    """
    skipped = Skipped()
    parts: list[Iterator[Candidate | None]] = []
    for path in (os.fspath(named) for named in paths):
        if path == STDIN:
            parts.append(_listed(stdin or _stdin(), skipped, hidden, follow_links, lang))
        elif os.path.lexists(path):
            parts.append(_named(Path(path), skipped, hidden, follow_links))
        elif any(c in path for c in "*?["):
            parts.append(_pattern(path, skipped, hidden, follow_links, lang))
        else:
            raise path_missing(path, lang)
    if not parts:
        raise UsageError(say("reading.no-paths", lang), say("reading.no-paths-remedy", lang))
    return Sources(itertools.chain.from_iterable(parts), skipped)


def _stdin() -> BinaryIO:
    """Standard input; nothing where the caller has closed it (`<&-`)."""
    return sys.stdin.buffer if sys.stdin is not None else BytesIO()


def path_missing(path: str, lang: str) -> UsageError:
    """What to say of a path that is not there."""
    return UsageError(say("reading.path-missing", lang, path=printable(path)), say("reading.path-missing-remedy", lang))


def _named(path: Path, skipped: Skipped, hidden: bool, follow_links: bool) -> Iterator[Candidate]:
    if _is_folder(path):
        yield from _Walk(path, skipped, hidden, follow_links).below(path)
    else:
        yield Candidate(path, named=True)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not be seen, or no file can have that name: reading it says so in its row
        return False


def _listed(
    stream: BinaryIO, skipped: Skipped, hidden: bool, follow_links: bool, lang: str
) -> Iterator[Candidate | None]:
    for raw in _entries(stream, lang):
        if raw is None:
            yield None
        else:
            yield from _named(Path(os.fsdecode(raw)), skipped, hidden, follow_links)


def _entries(stream: BinaryIO, lang: str) -> Iterator[bytes | None]:
    """Paths, one a line, or ended by NUL (`find -print0`): the first end that comes decides. None: no more yet.

    A mark in front says UTF-16, which PowerShell writes, or UTF-8. Raises UsageError for a photo in place of a list.
    """
    rest, end = b"", b""
    begun, wide = False, None
    for chunk in _chunks(stream):
        if chunk is None:
            yield None
            continue
        if not begun and sniff(chunk[:HEAD]):
            raise UsageError(say("reading.stdin-photo", lang), say("reading.stdin-photo-remedy", lang))
        if not begun and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            wide = codecs.getincrementaldecoder("utf-16")("replace")
        plain = wide.decode(chunk).encode() if wide else chunk
        rest += plain if begun else plain.removeprefix(codecs.BOM_UTF8)
        begun = True
        end = end or next((e for e in (b"\0", b"\n") if e in rest), b"")
        if end:
            *lines, rest = rest.split(end)
            yield from filter(None, (_trimmed(line, end) for line in lines))
    if last := _trimmed(rest, end):
        yield last


def _chunks(stream: BinaryIO) -> Iterator[bytes | None]:
    """What comes, as it comes; None after a moment without any."""
    while True:
        if not _has_more(stream):
            yield None
        elif chunk := (stream.read1(1 << 16) if hasattr(stream, "read1") else stream.readline()):
            yield chunk
        else:
            return


def _has_more(stream: BinaryIO) -> bool:
    """False where reading would wait for longer than a moment; where that cannot be known, True."""
    try:
        return bool(select.select([stream], [], [], _MOMENT)[0])
    except (OSError, ValueError):  # no descriptor; Windows selects sockets only
        return True


def _trimmed(line: bytes, end: bytes) -> bytes:
    return line if end == b"\0" else line.rstrip(b"\r\n")


def _pattern(path: str, skipped: Skipped, hidden: bool, follow_links: bool, lang: str) -> Iterator[Candidate]:
    parts = Path(path).parts
    plain = list(itertools.takewhile(lambda part: not any(c in part for c in "*?["), parts))
    base = Path(*plain)
    walk = _Walk(base, skipped, hidden, follow_links)
    matches = walk.matching(base, {parts[len(plain) :]})
    first = next(matches, None)
    if first is None:
        raise UsageError(
            say("reading.pattern-empty", lang, path=printable(path)), say("reading.pattern-empty-remedy", lang)
        )
    return itertools.chain.from_iterable(walk.candidates(met) for met in itertools.chain([first], matches))


@dataclass(frozen=True, slots=True)
class _Met:
    """One entry of a folder. A `file` may be opened to sniff at it; a `sealed` folder cannot be listed."""

    path: Path
    kind: Literal["folder", "sealed", "file", "other"]


@dataclass
class _Walk:
    """One folder tree. `root`: links that lead out of it are left alone unless `follow_links`."""

    root: Path
    skipped: Skipped
    hidden: bool
    follow_links: bool
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def below(self, folder: Path) -> Iterator[Candidate]:
        """All candidates under `folder`. The stack holds one folder a level, so depth costs no recursion."""
        stack = [self._met(folder)]
        while stack:
            met = next(stack[-1], None)
            if met is None:
                stack.pop()
            elif met.kind == "folder":
                stack.append(self._met(met.path))
            else:
                yield from self.candidates(met)

    def candidates(self, met: _Met) -> Iterator[Candidate]:
        """The rows that one entry gives."""
        if met.kind == "folder":
            yield from self.below(met.path)
        elif (
            met.kind == "sealed"
            or named_like_picture(met.path.name)
            or (met.kind == "file" and self._holds_picture(met.path))
        ):
            yield Candidate(met.path, named=False)
        elif met.kind == "other":
            self.skipped.not_photos += 1

    def matching(self, folder: Path, wanted: set[tuple[str, ...]]) -> Iterator[_Met]:
        """Entries under `folder` that one of the patterns matches, each once.

        A pattern has one part a level, and `**` for any number of levels.
        """
        wanted = wanted | {parts[1:] for parts in wanted if parts[0] == "**" and len(parts) > 1}
        dotted = any(parts[0].startswith(".") for parts in wanted)
        for met in self._met(folder, dotted):
            if met.kind == "sealed":
                yield met
                continue
            name, deeper, hit = met.path.name, set(), False
            for first, *rest in wanted:
                if name.startswith(".") and not (self.hidden or first.startswith(".")):
                    continue
                if first == "**":
                    deeper.add((first, *rest))
                    hit |= not rest
                elif fnmatch(name, first):
                    hit |= not rest
                    deeper |= {tuple(rest)} if rest else set()
            if hit:
                yield met
            elif deeper and met.kind == "folder":
                yield from self.matching(met.path, deeper)

    def _met(self, folder: Path, dotted: bool = False) -> Iterator[_Met]:
        """The entries of one folder by name; the folder itself, as a row that says so, where it may not be listed."""
        try:
            if self.follow_links:
                here = folder.stat()
                if (here.st_dev, here.st_ino) in self._visited:
                    return
                self._visited.add((here.st_dev, here.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError:
            yield _Met(folder, "sealed")
            return
        for entry in entries:
            if not (self.hidden or dotted) and _is_hidden(entry):
                self.skipped.hidden += 1
            elif (met := self._entry(entry)) is not None:
                yield met

    def _entry(self, entry: os.DirEntry[str]) -> _Met | None:
        path = Path(entry.path)
        try:
            if entry.is_symlink() and not self.follow_links and path.exists() and self._leaves(path):
                self.skipped.links += 1
                return None
            return _Met(path, "folder" if entry.is_dir() else "file" if entry.is_file() else "other")
        except (OSError, RuntimeError):  # a link in a circle, or gone meanwhile
            return _Met(path, "other")

    def _leaves(self, link: Path) -> bool:
        """Whether the link leads out of the tree, or to a folder in it, which is visited by its own name."""
        return link.is_dir() or not real(link).is_relative_to(real(self.root))

    def _holds_picture(self, path: Path) -> bool:
        try:
            with os.fdopen(os.open(path, _OPEN), "rb") as file:
                ordinary = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
                if ordinary and sniff(file.read(HEAD)):
                    return True
        except OSError:
            self.skipped.unreadable += 1
            return False
        self.skipped.not_photos += 1
        return False


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return True
    if sys.platform != "win32":
        return False
    return bool(entry.stat(follow_symlinks=False).st_file_attributes & stat.FILE_ATTRIBUTE_HIDDEN)
