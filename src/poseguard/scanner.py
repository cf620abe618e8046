"""Takes a photo through the house: read, people, detectors, rules, and a picture for the reports."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from poseguard.detectors import Detector
from poseguard.errors import UsageError
from poseguard.hands.detector import HandDetector
from poseguard.people.search import PeopleSearch
from poseguard.people.types import People
from poseguard.props.detector import PropsDetector
from poseguard.reading.limits import Limits
from poseguard.reading.photo import ReadPhoto
from poseguard.reading.problems import printable, problem
from poseguard.reading.read import read_photo
from poseguard.reports.picture import Picture, Wants, picture
from poseguard.results import Digest, Evidence, Level, Matching, PhotoInfo, PhotoReport, Risk, Scene, Status
from poseguard.rules.context import Context, Given, build_context, facts_in, resolve
from poseguard.rules.engine import weigh
from poseguard.rules.pack import Pack, load_pack
from poseguard.texts import LANGS, say
from poseguard.workers import Failure, run

_NOBODY = People((), (), (), ())


@dataclass(frozen=True, slots=True)
class Settings:
    """What a scanner is made from; picklable, for every worker makes the same. `rules`: folders over what ships.

    `props`: look for logos and props; `detector_weights`: with a user's own ONNX detector; `logos`: the file of
    enrolled logos, the user's default one where None. `gallery`: of candidates, whose faces are looked for where it
    is given, for the `purpose` that is declared; `embedder`: a user's own; `show_possible`: also faces that may be one.
    Places may be given as texts.
    Raises UsageError for a language without texts.
    """

    lang: str = "id"
    rules: tuple[Path, ...] = ()
    pose_list: str | None = None
    weights: Path | None = None
    limits: Limits = field(default_factory=Limits)
    wants: Wants = field(default_factory=Wants)
    show_faces: bool = False
    props: bool = True
    detector_weights: Path | None = None
    logos: Path | None = None
    gallery: Path | None = None
    purpose: str = ""
    embedder: Path | None = None
    show_possible: bool = False

    def __post_init__(self) -> None:
        for name in ("weights", "detector_weights", "logos", "gallery", "embedder"):
            if (place := getattr(self, name)) is not None:
                object.__setattr__(self, name, Path(place))
        if isinstance(self.rules, str | Path):
            object.__setattr__(self, "rules", (Path(self.rules),))
        if self.lang not in LANGS:
            remedy = say("cli.unknown-lang-remedy", "en", langs=", ".join(LANGS))
            raise UsageError(say("cli.unknown-lang", "en", name=self.lang), remedy)


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to look at, with its `context`."""

    path: Path
    context: Context


Said = str | date | Sequence[str] | None


def context(settings: Settings | None = None, **given: Said) -> Context:
    """What is known around photos. `given`: election, region, posted, taken, subject, declare, as on the command line.

    Days may be dates, declare one text or several. Raises UsageError for what does not exist, TypeError for names
    other than these.
    """
    chosen = settings or Settings()
    return _context(load_pack(chosen.rules, chosen.pose_list, chosen.lang), chosen.lang, given)


def _context(pack: Pack, lang: str, given: Mapping[str, Said]) -> Context:
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    declared = told.pop("declare", None) or ()
    facts = facts_in(declared) if isinstance(declared, str) else facts_in(*declared)
    return build_context(Given(**told, declare=facts), pack, lang)  # type: ignore[arg-type]


Outcome = tuple[PhotoReport, Picture | None]


class Scanner:
    """Looks at photos one after another in this process, with networks loaded once.

        scanner = Scanner(lang="en")
        report = scanner.look("photo.jpg", election="pilkada-2024", posted="2024-10-15", subject="pns")
        print(report.risk.level, [e.label for e in report.evidence])

    A damaged file is reported, never raised; but limits of time and memory belong to `scan`, which works in processes
    of their own. Threads that share one wait for each other. Raises WeightsError where a network is missing or wrong,
    DataError for a wrong rule pack.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        lang: str | None = None,
        detectors: Sequence[Detector] | None = None,
        on_read: Callable[[], None] = lambda: None,
    ) -> None:
        chosen = settings or Settings()
        self.settings = replace(chosen, lang=lang) if lang else chosen
        self._one_at_a_time = threading.Lock()  # the networks are one photo's at a time
        self._on_read = on_read
        self.pack = load_pack(self.settings.rules, self.settings.pose_list, self.settings.lang)
        self._people = PeopleSearch(self.settings.weights, lang=self.settings.lang)
        self._detectors = tuple(detectors) if detectors is not None else _detectors(self.settings)
        looked = (one for detector in self._detectors for one in detector.digests())
        self._models: tuple[Digest, ...] = (*self._people.digests(), *looked)

    def look(self, path: str | os.PathLike[str], **given: Said) -> PhotoReport:
        """One photo. `given`: as for `context`."""
        return self.take(Job(Path(path), _context(self.pack, self.settings.lang, given)))[0]

    def take(self, job: Job) -> Outcome:
        """One photo through the house, with the pictures that the settings want."""
        with self._one_at_a_time:
            return self._taken(job)

    def _taken(self, job: Job) -> Outcome:
        started = time.perf_counter()
        photo = read_photo(job.path, limits=self.settings.limits, lang=self.settings.lang)
        self._on_read()
        evidence: list[Evidence] = []
        people, scene = _NOBODY, None
        matching: Matching | None = None
        if photo.pixels is not None:
            people = self._people.find(photo)
            unreadable = 0
            for detector in self._detectors:
                seen = detector.detect(photo, people)
                evidence += seen.evidence
                unreadable += seen.unreadable if "hand" in detector.kinds else 0
                matching = seen.matching or matching
            scene = Scene(people.count, sum(e.kind == "hand" for e in evidence), unreadable)
        report = self._report(photo, job.context, tuple(evidence), scene, matching, started)
        drawn = picture(photo, people, report, self.settings.wants, show_faces=self.settings.show_faces)
        return report, drawn

    def _report(
        self,
        photo: ReadPhoto,
        context: Context,
        evidence: tuple[Evidence, ...],
        scene: Scene | None,
        matching: Matching | None,
        started: float,
    ) -> PhotoReport:
        lang = self.settings.lang
        context = context.with_taken(photo.info.taken)
        info = photo.info
        size = (info.width, info.height) if info.width and info.height else None
        findings, risk = weigh(evidence, scene, photo.status, context, self.pack, lang, size)
        return PhotoReport(
            photo=photo.info,
            status=photo.status,
            error=photo.problem,
            evidence=evidence,
            findings=findings,
            risk=risk,
            scene=scene,
            context=resolve(context, self.pack).info(self.pack, lang),
            models=self._models,
            rules=self.pack.digests(),
            elapsed_ms=1000 * (time.perf_counter() - started),
            matching=matching,
        )


def _detectors(settings: Settings) -> tuple[Detector, ...]:
    """Hands, logos and props where they are asked for, and faces where a gallery is given."""
    weights, lang = settings.weights, settings.lang
    found: list[Detector] = [HandDetector(weights, lang=lang)]
    if settings.props:
        found.append(PropsDetector(weights, lang=lang, network=settings.detector_weights, gallery=settings.logos))
    if settings.gallery is not None:
        # Without a gallery nothing that compares faces is even loaded.
        from poseguard.faces.detector import FacesDetector

        found.append(
            FacesDetector(
                weights,
                lang=lang,
                gallery=settings.gallery,
                purpose=settings.purpose,
                embedder=settings.embedder,
                show_possible=settings.show_possible,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Factory:
    """Makes the task of a worker: a scanner of its own, whose OpenCV keeps to one thread."""

    settings: Settings

    def __call__(self, on_read: Callable[[], None]) -> Callable[[Job], Outcome]:
        import cv2

        cv2.setNumThreads(1)
        return Scanner(self.settings, on_read=on_read).take


def scan(jobs: Iterable[Job | None], settings: Settings | None = None, *, workers: int = 1) -> Iterator[Outcome]:
    """One outcome a job, in order, from worker processes; a file that hangs, crashes or swells costs one `error` row.

    None among the jobs: there is none yet; what is done is yielded meanwhile.

    The workers import the program that calls it, which therefore does so under `if __name__ == "__main__":`. Ctrl-C is
    answered between two outcomes. Raises what `Scanner` raises, and KeyboardInterrupt after all that was done has been
    yielded.
    """
    chosen = settings or Settings()
    lang = chosen.lang
    pack = load_pack(chosen.rules, chosen.pose_list, lang)

    def failed(job: Job, failure: Failure) -> Outcome:
        return (
            PhotoReport(
                photo=PhotoInfo(printable(job.path)),
                status=Status.ERROR,
                error=problem(failure.code, lang, detail=failure.detail, seconds=round(failure.seconds)),
                evidence=(),
                findings=(),
                risk=Risk(Level.UNKNOWN, 0.0),
                scene=None,
                context=resolve(job.context, pack).info(pack, lang),
                models=(),
                rules=pack.digests(),
                elapsed_ms=1000 * failure.seconds,
            ),
            None,
        )

    yield from run(jobs, _Factory(chosen), failed, jobs=workers, lang=chosen.lang)
