"""`poseguard scan` and `poseguard explain`."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from poseguard.cli.progress import Progress
from poseguard.cli.spoken import LANG_META, SpokenCommand, lang_of, lang_option, tell
from poseguard.errors import DataError, ExitCode, UsageError
from poseguard.paths import real
from poseguard.reading.limits import Limits
from poseguard.reading.problems import printable
from poseguard.reading.sources import Sources, find, path_missing
from poseguard.reports.annotate import is_copy
from poseguard.reports.choose import FORMATS, open_reporters
from poseguard.reports.explain import explain as print_explanation
from poseguard.reports.output import ensure_not_input, open_sink
from poseguard.reports.summary import closing_lines, exit_code, left_out_lines
from poseguard.reports.words import number
from poseguard.results import Level
from poseguard.rules.context import SUBJECTS, AnswerError, Context, Given, build_context, combine, facts_in
from poseguard.rules.manifest import Manifest, Row, load_manifest
from poseguard.rules.pack import Pack, load_pack, pack_files
from poseguard.rules.settings import FAIL_ON, NEVER, SETTINGS_NAME, load_settings
from poseguard.rules.settings import Settings as Defaults
from poseguard.scanner import Job, Settings
from poseguard.scanner import scan as scan_jobs
from poseguard.texts import say

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


class _Number(click.FloatRange):
    """A range that nan is not in either, though no comparison says so."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return super().convert(-math.inf, param, ctx) if math.isnan(number) else number


def _context_options(command: _Command) -> _Command:
    """The flags that say in which context a photo is weighed; shared by scan and explain."""
    for option in reversed(
        (
            click.option("--election", metavar="ID", help="cli.help-election"),
            click.option("--region", metavar="NAME", help="cli.help-region"),
            click.option("--posted", metavar="DATE|draft", help="cli.help-posted"),
            click.option("--taken", metavar="DATE", help="cli.help-taken"),
            click.option("--subject", type=click.Choice(SUBJECTS), help="cli.help-subject"),
            click.option("--declare", metavar="FACT,...", multiple=True, help="cli.help-declare"),
            click.option("--manifest", type=_FILE, help="cli.help-manifest"),
            click.option("--config", type=_FILE, help="cli.help-config"),
            click.option("--pose-list", metavar="ID", help="cli.help-pose-list"),
            click.option(
                "--rules", type=click.Path(path_type=Path), multiple=True, metavar="DIR", help="cli.help-rules-dir"
            ),
            click.option("--weights", type=_FOLDER, metavar="DIR", help="cli.help-weights-dir"),
            click.option("--props/--no-props", default=True, help="cli.help-props"),
            click.option("--detector-weights", type=_FILE, metavar="FILE", help="cli.help-detector-weights"),
            click.option("--logos", type=_FILE, metavar="FILE", help="logos.help-file"),
            click.option("--gallery", type=_FILE, metavar="FILE", help="cli.help-gallery-file"),
            click.option("--no-gallery", is_flag=True, help="cli.help-no-gallery"),
            click.option("--purpose", metavar="TEXT", help="cli.help-purpose"),
            click.option("--show-possible", is_flag=True, help="cli.help-show-possible"),
            click.option("--embedder", type=_FILE, metavar="FILE", help="cli.help-embedder"),
            click.option("--max-megapixels", type=_Number(0.01, 10_000), default=64, help="cli.help-megapixels"),
            click.option("--show-faces", is_flag=True, help="cli.help-show-faces"),
        )
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class _Weighing:
    """Everything that gives each photo its context, from flags, manifest and poseguard.toml; flags win."""

    flags: Given
    manifest: Manifest | None
    defaults: Defaults
    pack: Pack
    lang: str
    lines: set[int] = field(default_factory=set)
    """Of the manifest, that no photo has met so far."""

    def ensure_valid(self) -> None:
        """Raises UsageError for a wrong flag or row, before the first photo."""
        self._context(None)
        if self.manifest is None:
            return
        checked: set[Given] = set()
        for row in self.manifest.rows.values():
            self.lines.add(row.line)
            if row.given in checked:
                continue
            checked.add(row.given)
            self._context(row)

    def context(self, path: Path) -> Context:
        row = self.manifest.row_for(path) if self.manifest else None
        if row is not None:
            self.lines.discard(row.line)
        return self._context(row)

    def _context(self, row: Row | None) -> Context:
        """An answer that does not hold is told with the line it stands in, where no flag gave it."""
        given = combine(self.flags, row.given if row else None, self.defaults.given)
        try:
            return build_context(given, self.pack, self.lang)
        except AnswerError as error:
            if error.stands_in(self.flags):
                raise
            if row is not None and self.manifest is not None and error.stands_in(row.given):
                slots = {"file": printable(self.manifest.name), "line": row.line, "problem": error.message}
                raise UsageError(say("rules.data-error", self.lang, **slots), error.remedy) from error
            raise self.defaults.wrong(error.field, error, self.lang) from error

    def closing_lines(self) -> tuple[str, ...]:
        """Says that rows of the manifest met no photo: their names may be mistyped."""
        if self.manifest is None or not self.lines:
            return ()
        slots = {"n": number(len(self.lines), self.lang), "file": printable(self.manifest.name)}
        return (say("cli.manifest-unused", self.lang, **slots, line=min(self.lines)),)


def _weighing(ctx: click.Context, options: dict[str, Any]) -> tuple[_Weighing, Settings]:
    asked = ctx.meta.get(LANG_META)
    config = options["config"] or (Path(SETTINGS_NAME) if Path(SETTINGS_NAME).is_file() else None)
    defaults = load_settings(config, lang_of(ctx)) if config else Defaults()
    lang = ctx.meta[LANG_META] = str(asked or defaults.lang or lang_of(ctx))
    rules = (*defaults.rules, *options["rules"])
    pose_list = options["pose_list"] or defaults.pose_list
    pack = _pack(rules, pose_list, options, defaults, lang)
    said = {k: options[k] for k in ("election", "region", "posted", "taken", "subject")}
    flags = Given(**said, declare=facts_in(*options["declare"]))
    manifest = load_manifest(options["manifest"], lang) if options["manifest"] else None
    weighing = _Weighing(flags, manifest, defaults, pack, lang)
    weighing.ensure_valid()
    needless = next((name for name in ("detector_weights", "logos") if options[name] and not options["props"]), None)
    if needless:
        option = "--" + needless.replace("_", "-")
        raise UsageError(say("props.needs-props", lang, option=option), say("props.needs-props-remedy", lang))
    gallery, purpose = _matching(options, defaults, lang)
    settings = Settings(
        lang,
        rules,
        pose_list,
        options["weights"],
        Limits(pixels=int(options["max_megapixels"] * 1_000_000)),
        show_faces=options["show_faces"],
        props=options["props"],
        detector_weights=options["detector_weights"],
        logos=options["logos"],
        gallery=gallery,
        purpose=purpose,
        embedder=options["embedder"],
        show_possible=options["show_possible"],
    )
    return weighing, settings


def _pack(rules: Sequence[Path], pose_list: str | None, options: dict[str, Any], defaults: Defaults, lang: str) -> Pack:
    """The rules of the run. Raises UsageError that names the line of poseguard.toml where that is at fault."""
    for folder in defaults.rules:
        try:
            pack_files(folder, lang)
        except DataError as error:
            raise defaults.wrong("rules", error, lang) from error
    try:
        return load_pack(rules, pose_list, lang)
    except DataError:
        raise
    except UsageError as error:  # of the list
        if options["pose_list"]:
            raise
        raise defaults.wrong("pose_list", error, lang) from error


def _matching(options: dict[str, Any], defaults: Defaults, lang: str) -> tuple[Path | None, str]:
    """The gallery and the purpose, from flags or poseguard.toml. Raises UsageError for one without the other."""
    if options["gallery"] and options["no_gallery"]:
        raise UsageError(say("cli.gallery-or-none", lang), say("cli.gallery-or-none-remedy", lang))
    gallery = options["gallery"] or (None if options["no_gallery"] else defaults.gallery)
    if gallery is None:
        needless = next((name for name in ("purpose", "show_possible", "embedder") if options[name]), None)
        if needless:
            option = "--" + needless.replace("_", "-")
            raise UsageError(say("cli.needs-gallery", lang, option=option), say("cli.needs-gallery-remedy", lang))
        return None, ""
    asked = options["purpose"] if options["purpose"] is not None else defaults.purpose
    # Without a gallery nothing of the room is imported.
    from poseguard.faces.purpose import checked_purpose

    try:
        return gallery, checked_purpose(asked or "", lang)
    except UsageError as error:
        if options["purpose"] is None and defaults.purpose:
            raise defaults.wrong("purpose", error, lang) from error
        raise


@click.command(cls=SpokenCommand, help="cli.about-scan")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_context_options
@click.option("--format", "formats", type=click.Choice(FORMATS), multiple=True, help="cli.help-format")
@click.option("--output", "outputs", multiple=True, metavar="FILE", help="cli.help-output")
@click.option("--annotate", type=_FOLDER, metavar="DIR", help="cli.help-annotate")
@click.option("--csv-delimiter", type=click.Choice([",", ";"]), default=",", help="cli.help-csv-delimiter")
@click.option("--jobs", type=click.IntRange(min=1), help="cli.help-jobs")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="cli.help-fail-on")
@click.option("--hidden", is_flag=True, help="cli.help-hidden")
@click.option("--follow-links", is_flag=True, help="cli.help-follow-links")
@click.option("--quiet", is_flag=True, help="cli.help-quiet")
@lang_option
@click.pass_context
def scan(ctx: click.Context, /, paths: Sequence[str], **options: Any) -> int:
    weighing, settings = _weighing(ctx, options)
    lang = weighing.lang
    sources = find(paths, hidden=options["hidden"], follow_links=options["follow_links"], lang=lang)
    formats = options["formats"] or (() if options["outputs"] else ("text",))
    said = options["fail_on"] or weighing.defaults.fail_on or "medium"
    fail_on = None if said == NEVER else Level(said)
    inputs = [*(Path(p) for p in paths if p != "-" and os.path.lexists(p)), *_read_too(options, settings)]
    started = time.monotonic()
    interrupted, refused = False, None
    with open_reporters(
        formats,
        options["outputs"],
        lang=lang,
        inputs=inputs,
        annotate=options["annotate"],
        csv_delimiter=options["csv_delimiter"],
    ) as reports:
        wanted = replace(settings, wants=reports.wants)
        workers = options["jobs"] or _default_jobs()
        jobs = _jobs(sources, weighing, options["annotate"])
        with Progress(lang, quiet=options["quiet"]) as progress:
            try:
                for report, picture in scan_jobs(jobs, wanted, workers=workers):
                    reports.add(report, picture)
                    progress.step(report)
            except KeyboardInterrupt:
                interrupted = True
            except OSError as error:  # no place for more: what is done is written all the same
                interrupted, refused = True, error
        skipped = sources.skipped.not_photos
        summary = reports.finish(skipped=skipped, elapsed_s=time.monotonic() - started, interrupted=interrupted)
    unmet = () if interrupted else weighing.closing_lines()
    for line in (*closing_lines(summary, fail_on, lang), *left_out_lines(sources.skipped, lang), *unmet):
        tell(line)
    if refused is not None:
        raise refused
    return int(exit_code(summary, fail_on))


@click.command(cls=SpokenCommand, help="cli.about-explain")
@click.argument("photo", type=_FILE)
@_context_options
@click.option("--annotate", "copy", type=_FILE, metavar="FILE", help="cli.help-explain-annotate")
@lang_option
@click.pass_context
def explain(ctx: click.Context, /, photo: Path, copy: Path | None, **options: Any) -> int:
    from poseguard.reports.picture import Wants

    weighing, settings = _weighing(ctx, options)
    if photo.is_dir() or not os.path.lexists(photo):
        raise path_missing(os.fspath(photo), weighing.lang)
    if copy is not None:
        ensure_not_input(copy, [photo, *_read_too(options, settings)], weighing.lang)
    wanted = replace(settings, wants=Wants(marked=copy is not None))
    with ExitStack() as on_the_way_out:
        # Opened first: a folder that is not there is told before any work.
        sink = open_sink(copy, sys.stdout, weighing.lang) if copy is not None else None
        if sink is not None:
            on_the_way_out.callback(sink.discard)
        ((report, picture),) = scan_jobs([_job(photo, weighing)], wanted)
        print_explanation(report, sys.stdout)
        if sink is not None and picture is not None and picture.marked is not None:
            sink.write(picture.marked)
            on_the_way_out.pop_all()
            sink.close()
    return int(ExitCode.CLEAN if report.error is None else ExitCode.UNREADABLE)


def _read_too(options: dict[str, Any], settings: Settings) -> list[Path]:
    """Files beside the photos that a run reads."""
    from poseguard.props.gallery import default_path

    names = ("manifest", "config", "detector_weights", "logos", "embedder")
    given = (*(options[name] for name in names), settings.gallery, Path(SETTINGS_NAME), default_path())
    packs = (file for place in settings.rules for file in pack_files(place, settings.lang))
    return [*(path for path in given if path is not None), *packs]


def _job(path: Path, weighing: _Weighing) -> Job:
    return Job(path, weighing.context(path))


def _jobs(sources: Sources, weighing: _Weighing, folder: Path | None) -> Iterator[Job | None]:
    """`folder`: which this run fills with copies; a list or a pattern may lead into it."""
    made = real(folder) if folder is not None else None
    for candidate in sources.as_they_come():
        if candidate is None:
            yield None
        elif (
            made and not candidate.named and is_copy(candidate.path.name) and real(candidate.path).is_relative_to(made)
        ):
            sources.skipped.copies += 1
        else:
            yield _job(candidate.path, weighing)


def _default_jobs() -> int:
    """One worker a core, at most four: each holds its own networks."""
    from poseguard.workers import available_cpus

    return min(4, available_cpus())
