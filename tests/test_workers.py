"""The tasks below run in real worker processes, which import this module by name."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from poseguard import workers
from poseguard.errors import PoseguardError, WeightsError
from poseguard.workers import Failure, WorkerLimits, run

USUAL = WorkerLimits(memory_bytes=600 << 20)
QUICK = WorkerLimits(reading_seconds=1.0, whole_seconds=4.0)


def factory(done_reading: Callable[[], None]) -> Callable[[str], str]:
    seen: list[str] = []

    def task(item: str) -> str:
        word, _, rest = item.partition(" ")
        match word:
            case "sleep":
                time.sleep(float(rest))
            case "read-then-sleep":
                done_reading()
                time.sleep(float(rest))
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "raise":
                raise ValueError(rest)
            case "eat":
                bytearray(int(rest) << 20)
            case "hoard":
                seen.append("x" * (int(rest) << 20))
            case "noise":
                os.write(1, b"derau-stdout\n")
                os.write(2, b"derau-stderr\n")
            case "deaf":
                return str(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
            case "threads":
                return os.environ["OMP_NUM_THREADS"]
            case "unpicklable":
                return lambda: None  # type: ignore[return-value]
        seen.append(word)
        return f"{item} in {os.getpid()}"

    return task


def broken_factory(done_reading: Callable[[], None]) -> Callable[[str], str]:
    raise WeightsError("digest salah", "unduh lagi")


def dying_factory(done_reading: Callable[[], None]) -> Callable[[str], str]:
    os._exit(1)


def failed(item: str, failure: Failure) -> str:
    return f"{item} -> {failure.code} {failure.detail}".strip()


def results(items: list[str], jobs: int = 2, limits: WorkerLimits = USUAL) -> list[str]:
    return [text.split(" in ")[0] for text in run(items, factory, failed, jobs=jobs, limits=limits)]


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    items = [f"sleep {0.15 if n % 5 == 0 else 0.0}" if n % 2 else f"item{n}" for n in range(24)]
    assert results(items, jobs) == items


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_what_is_done_is_handed_on_while_the_next_item_is_awaited(jobs: int) -> None:
    got: list[str] = []

    def slow_list() -> Iterator[str | None]:
        yield "a"
        patience = time.monotonic() + 30
        while not got and time.monotonic() < patience:
            time.sleep(0.01)
            yield None
        yield f"b after {len(got)}"

    for result in run(slow_list(), factory, failed, jobs=jobs):
        got += [result.split(" in ")[0]]
    assert got == ["a", "b after 1"]


def test_nothing_to_do() -> None:
    assert results([]) == []


def test_a_hanging_item_costs_one_row() -> None:
    items = ["a", "sleep 60", "b", "c"]
    started = time.monotonic()
    got = results(items, limits=QUICK)
    assert got[0] == "a" and got[2:] == ["b", "c"]
    assert got[1] == "sleep 60 -> timed-out"
    assert time.monotonic() - started < 20


def test_the_clock_of_reading_stops_when_reading_is_done() -> None:
    got = results(["read-then-sleep 1.8", "read-then-sleep 60"], jobs=1, limits=QUICK)
    assert got == ["read-then-sleep 1.8", "read-then-sleep 60 -> timed-out"]


def test_a_crash_costs_one_row() -> None:
    got = results(["a", "segfault", "b", "exit", "c"], jobs=1)
    assert got == ["a", "segfault -> worker-died SIGSEGV", "b", "exit -> worker-died exit 3", "c"]


def test_an_exception_costs_one_row_and_no_worker() -> None:
    for jobs in (0, 1):
        got = list(run(["a", "raise aduh", "b"], factory, failed, jobs=jobs))
        assert got[1] == "raise aduh -> unexpected ValueError('aduh')"
        assert got[0].split(" in ")[1] == got[2].split(" in ")[1]


def test_a_result_that_cannot_travel_costs_one_row() -> None:
    got = results(["unpicklable", "a"], jobs=1)
    assert got[0].startswith("unpicklable -> unexpected") and got[1] == "a"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is capped reliably on Linux only")
def test_hunger_for_memory_costs_one_row() -> None:
    assert results(["a", "eat 4000", "b"], jobs=1) == ["a", "eat 4000 -> out-of-memory MemoryError", "b"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is capped reliably on Linux only")
def test_an_item_does_not_pay_for_those_before_it() -> None:
    assert results(["hoard 400", "eat 300", "b"], jobs=1) == ["hoard 400", "eat 300", "b"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is capped reliably on Linux only")
def test_nor_does_it_with_another_worker_idle_that_has_served() -> None:
    # The second hoards as well and is idle when the third fails in the first.
    items = ["hoard 400", "hoard 400", "eat 300"]
    assert results(items, jobs=2) == items


def test_noise_of_libraries_does_not_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    results(["noise", "segfault"], jobs=1)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_workers_are_single_threaded() -> None:
    assert results(["threads"], jobs=1) == ["1"]


def test_items_are_drawn_only_as_they_are_needed() -> None:
    drawn = 0

    def items() -> Iterator[str]:
        nonlocal drawn
        for n in range(10_000):
            drawn = n + 1
            yield f"item{n}"

    stream = run(items(), factory, failed, jobs=2, limits=USUAL)
    for _ in range(5):
        next(stream)
    assert drawn <= 5 + 2 * 4
    stream.close()  # type: ignore[attr-defined]


def test_what_a_worker_cannot_load_is_raised_as_it_is() -> None:
    with pytest.raises(WeightsError) as error:
        list(run(["a"], broken_factory, failed, jobs=2))
    assert (error.value.message, error.value.remedy) == ("digest salah", "unduh lagi")


def test_workers_that_die_at_once_end_the_run_with_an_error() -> None:
    with pytest.raises(PoseguardError) as error:
        list(run(["a"], dying_factory, failed, jobs=2))
    assert error.value.remedy


def test_no_process_is_left_behind() -> None:
    import multiprocessing

    stream = run(["a", "sleep 60", "b"], factory, failed, jobs=2, limits=WorkerLimits())
    next(stream)
    assert multiprocessing.active_children()
    stream.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process group")
def test_ctrl_c_yields_what_is_done_and_ends(tmp_path: Path) -> None:
    script = tmp_path / "scan.py"
    script.write_text(
        textwrap.dedent("""
            import sys
            sys.path.insert(0, sys.argv[1])
            from poseguard.workers import WorkerLimits, run
            from test_workers import factory, failed

            if __name__ == "__main__":
                items = ["a", "b", "read-then-sleep 50", "c", "d", "read-then-sleep 51"]
                try:
                    for result in run(items, factory, failed, jobs=2, limits=WorkerLimits()):
                        print(result.split(" in ")[0], flush=True)
                except KeyboardInterrupt:
                    print("terhenti", flush=True)
                    sys.exit(130)
        """)
    )
    process = subprocess.Popen(
        [sys.executable, script, Path(__file__).parent],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever started these tests in the background has SIGINT ignored, and so would the script.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    assert [process.stdout.readline().strip() for _ in range(2)] == ["a", "b"]
    time.sleep(1.0)  # c and d are done behind the sleeper
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert out.split("\n")[:3] == ["c", "d", "terhenti"]
    assert (process.returncode, err) == (130, "")


@pytest.mark.skipif(os.name != "posix", reason="signals are not masked there")
def test_even_the_first_worker_of_a_process_is_deaf_to_ctrl_c_from_its_start() -> None:
    code = """if __name__ == "__main__":
        from poseguard.workers import run
        from test_workers import factory, failed
        print(*run(["deaf", "deaf"], factory, failed, jobs=2))
    """
    places = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(places)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


def test_the_machine_has_a_cpu() -> None:
    assert 1 <= workers.available_cpus() <= (os.cpu_count() or 1)
