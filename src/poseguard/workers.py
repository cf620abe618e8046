"""Worker processes: one bad file costs one row. A hang, a crash or a hunger for memory ends a worker, not the run.

A factory builds the task once in each worker (that is where networks are loaded); the parent hands out one item at
a time, keeps an eye on the clock and yields the results in the order of the items.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Generic, TypeVar

from poseguard.errors import PoseguardError
from poseguard.texts import default_lang, say

T = TypeVar("T")
R = TypeVar("R")
Task = Callable[[T], R]
Factory = Callable[[Callable[[], None]], Task[T, R]]
"""Called in the worker with a function that the task calls when an item has been read; gives the task. Picklable."""

_AHEAD = 4
"""Results per worker that may wait for a slower one before them."""
_GLANCE = 0.2
"""Seconds between two looks at the clock and at Ctrl-C."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Wall-clock seconds for reading one item, for all of it, and for starting a worker; bytes of private memory.

    A worker at work needs about 0.6 GB; 64 megapixels of the least economic kind add one more.
    """

    reading_seconds: float = 10.0
    whole_seconds: float = 60.0
    starting_seconds: float = 120.0
    memory_bytes: int = 2 << 30


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result. `code`: timed-out, worker-died, out-of-memory or unexpected (texts: reading.<code>)."""

    code: str
    detail: str
    seconds: float


def available_cpus() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    items: Iterable[T | None],
    factory: Factory[T, R],
    failed: Callable[[T, Failure], R],
    *,
    jobs: int,
    limits: WorkerLimits | None = None,
    lang: str | None = None,
) -> Iterator[R]:
    """One result an item, in the order of the items, which are drawn only as workers come free.

    None among the items: there is none yet (after a wait of its own, a moment at most); what is done is yielded
    meanwhile.

    `jobs`: worker processes; 0 works in this process, without limits. `failed` makes the result of an item that has
    none. Ctrl-C: what is done is yielded, then KeyboardInterrupt is raised. What the factory raises in a worker is
    raised here; PoseguardError where a worker cannot be started at all.
    """
    if jobs <= 0:
        return _serial(items, factory, failed)
    return _Pool(items, factory, failed, jobs, limits or WorkerLimits(), lang or default_lang()).results()


def _serial(items: Iterable[T | None], factory: Factory[T, R], failed: Callable[[T, Failure], R]) -> Iterator[R]:
    task = factory(lambda: None)
    for item in items:
        if item is None:
            continue
        started = time.monotonic()
        try:
            result = task(item)
        except MemoryError:
            result = failed(item, Failure("out-of-memory", "MemoryError", time.monotonic() - started))
        except Exception as error:  # one bad item never ends the run
            result = failed(item, Failure("unexpected", repr(error), time.monotonic() - started))
        yield result


@dataclass
class _Worker(Generic[T]):
    """The parent's side of one process and of the item it holds."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    since: float
    ready: bool = False
    read: bool = False
    served: int = 0
    held: tuple[int, T] | None = None

    def deadline(self, limits: WorkerLimits) -> float:
        if not self.ready:
            return self.since + limits.starting_seconds
        if self.held is None:
            return float("inf")
        return self.since + (limits.whole_seconds if self.read else min(limits.reading_seconds, limits.whole_seconds))

    def give(self, number: int, item: T) -> None:
        self.held, self.read = (number, item), False
        if self.ready:
            self.since = time.monotonic()
        self.pipe.send(item)

    def end(self, patience: float = 0.0) -> None:
        """Closes the pipe, which an idle worker takes for the end of work; kills it after `patience` seconds."""
        self.pipe.close()
        if patience:
            self.process.join(patience)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


class _Pool(Generic[T, R]):
    def __init__(
        self,
        items: Iterable[T | None],
        factory: Factory[T, R],
        failed: Callable[[T, Failure], R],
        jobs: int,
        limits: WorkerLimits,
        lang: str,
    ) -> None:
        self._lang = lang
        self._items = iter(items)
        self._factory = pickle.dumps(factory)
        self._failed = failed
        self._jobs = jobs
        self._limits = limits
        self._workers: list[_Worker[T]] = []
        self._again: deque[tuple[int, T]] = deque()
        self._retried: set[int] = set()
        self._done: dict[int, R] = {}
        self._drawn = 0
        self._yielded = 0
        self._exhausted = False

    def results(self) -> Iterator[R]:
        try:
            with _interrupts() as interrupt:
                try:
                    while not (self._exhausted and self._yielded == self._drawn):
                        self._feed(interrupt)
                        self._listen(_GLANCE)
                        while self._yielded in self._done:
                            self._yielded += 1
                            yield self._done.pop(self._yielded - 1)
                        interrupt.check()
                except KeyboardInterrupt:
                    self._listen(0)
                    for number in sorted(self._done):
                        yield self._done.pop(number)
                    raise
            for worker in self._workers:
                worker.pipe.close()
            for worker in self._workers:
                worker.end(patience=2.0)
        finally:
            for worker in self._workers:
                worker.end()

    def _feed(self, interrupt: _Interrupt) -> None:
        while True:
            if self._drawn - self._yielded >= self._jobs * _AHEAD and not self._again:
                return
            if self._exhausted and not self._again:
                return
            idle = next((w for w in self._workers if w.held is None), None)
            if idle is None and len(self._workers) >= self._jobs:
                return
            if self._again:
                number, item = self._again.popleft()
                if idle is not None and idle.served:
                    self._drop(idle)  # what others left behind in it may be what ails
                    idle = None
            else:
                if idle is None and not self._workers:
                    idle = self._start()  # loads its networks while the first item is looked for
                with interrupt.at_once():
                    drawn = next(self._items, self)
                if isinstance(drawn, _Pool):
                    self._exhausted = True
                    return
                if drawn is None:
                    return
                number, item = self._drawn, drawn
                self._drawn += 1
            worker = idle or self._start()
            try:
                worker.give(number, item)
            except (BrokenPipeError, ConnectionError):
                self._lost(worker)

    def _start(self) -> _Worker[T]:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, self._factory, self._limits.memory_bytes), daemon=True)
        with _uninterruptible():
            process.start()
        there.close()
        worker: _Worker[T] = _Worker(process, here, time.monotonic())
        self._workers.append(worker)
        return worker

    def _listen(self, patience: float) -> None:
        """Takes in what workers say, and ends those whose time is up."""
        told = wait([worker.pipe for worker in self._workers], patience) if self._workers else []
        for worker in [w for w in self._workers if w.pipe in told]:
            try:
                while worker in self._workers and worker.pipe.poll():
                    self._heard(worker, *worker.pipe.recv())
            except (EOFError, OSError, pickle.UnpicklingError):
                self._lost(worker)
        now = time.monotonic()
        for worker in [w for w in self._workers if w.deadline(self._limits) < now]:
            seconds = now - worker.since
            self._drop(worker)
            if not worker.ready:
                raise _unstartable(f"> {seconds:.0f} s", self._lang)
            self._settle(worker, Failure("timed-out", "", seconds))

    def _heard(self, worker: _Worker[T], word: str, payload: Any) -> None:
        if word == "ready":
            worker.ready, worker.since = True, time.monotonic()
        elif word == "read":
            worker.read = True
        elif word == "cannot-start":
            raise payload
        elif word == "done":
            number, _ = self._free(worker)
            self._done[number] = payload
        else:
            failure = Failure(word, payload, time.monotonic() - worker.since)
            if word == "out-of-memory":
                self._drop(worker)
                self._retry_or_settle(worker, failure)
            else:
                self._settle(worker, failure)

    def _lost(self, worker: _Worker[T]) -> None:
        """The process is gone without a word."""
        seconds = time.monotonic() - worker.since
        self._drop(worker)
        code = worker.process.exitcode
        detail = signal.Signals(-code).name if code and -code in set(signal.Signals) else f"exit {code}"
        if not worker.ready:
            raise _unstartable(detail, self._lang)
        if worker.held:
            self._retry_or_settle(worker, Failure("worker-died", detail, seconds))

    def _retry_or_settle(self, worker: _Worker[T], failure: Failure) -> None:
        """An item may have suffered for those before it in the same process: it gets one fresh one."""
        if worker.served and worker.held and worker.held[0] not in self._retried:
            held = self._free(worker)
            self._retried.add(held[0])
            self._again.append(held)
        else:
            self._settle(worker, failure)

    def _settle(self, worker: _Worker[T], failure: Failure) -> None:
        number, item = self._free(worker)
        self._done[number] = self._failed(item, failure)

    def _free(self, worker: _Worker[T]) -> tuple[int, T]:
        """The item that the worker held, with its number."""
        assert worker.held is not None
        held, worker.held = worker.held, None
        worker.served += 1
        self._retried.discard(held[0])
        return held

    def _drop(self, worker: _Worker[T]) -> None:
        self._workers.remove(worker)
        worker.end()


def _unstartable(detail: str, lang: str) -> PoseguardError:
    return PoseguardError(
        say("reading.worker-unstartable", lang, detail=detail), say("reading.worker-unstartable-remedy", lang)
    )


class _Interrupt:
    """Ctrl-C is noted and raised between two steps, so that no result is lost; at once while waiting for an item."""

    def __init__(self) -> None:
        self._asked = False
        self._waiting = False

    def handle(self, signum: int, frame: FrameType | None) -> None:
        if self._asked or self._waiting:
            raise KeyboardInterrupt
        self._asked = True

    def check(self) -> None:
        if self._asked:
            raise KeyboardInterrupt

    @contextmanager
    def at_once(self) -> Iterator[None]:
        self.check()
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False


@contextmanager
def _interrupts() -> Iterator[_Interrupt]:
    """Takes SIGINT over while the pool runs, where this is the main thread and nobody else has."""
    interrupt = _Interrupt()
    ours = threading.current_thread() is threading.main_thread()
    if not (ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler):
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _uninterruptible() -> Iterator[None]:
    """A worker starts with SIGINT blocked: Ctrl-C reaches the whole process group, and only the parent answers it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Started by the first worker, it would unblock SIGINT before that worker is there (CPython 3.11).
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, factory: bytes, memory_bytes: int) -> None:
    """The worker's whole life. Its words: ready, read, done, unexpected, out-of-memory, cannot-start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ[name] = "1"
    _hush()
    _bound(memory_bytes)
    try:
        task = pickle.loads(factory)(lambda: pipe.send(("read", None)))
    except Exception as error:  # whatever it is, the parent must hear it
        pipe.send(("cannot-start", _portable(error)))
        return
    pipe.send(("ready", None))
    while True:
        try:
            item = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send(("done", task(item)))
        except MemoryError:
            pipe.send(("out-of-memory", "MemoryError"))
            return
        except Exception as error:  # one bad item never ends the run
            pipe.send(("unexpected", repr(error)))


def _hush() -> None:
    """C libraries write warnings to stderr, and stdout belongs to the report."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


def _bound(memory_bytes: int) -> None:
    """Caps private memory where the system can (Linux counts mapped memory too; elsewhere best effort)."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or memory_bytes < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, hard))


def _portable(error: Exception) -> Exception:
    """The error itself where it survives pickling, else its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # a pickling hook may raise anything
        return RuntimeError(repr(error))
    return error
