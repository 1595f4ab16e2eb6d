"""The same work on many units: here, in processes, on a cluster."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from agentcompress import errors
from agentcompress.errors import AgentCompressError, BudgetExceededError, InvalidInputError, WorkerLostError
from agentcompress.mappers import Mapper, ProcessMapper, SerialMapper, mapper_for

Thing = tuple[int, int]


def things(unit: int) -> Iterator[Thing]:
    """Three of each; none of 5; of 13 there is something wrong with the second."""
    for number in range(3 * (unit != 5)):
        if (unit, number) == (13, 1):
            raise InvalidInputError("is bad luck", path="units", line=unit)
        yield unit, number


def homes(_: int) -> Iterator[tuple[int, str | None]]:
    time.sleep(0.02)
    yield os.getpid(), os.environ.get("OMP_NUM_THREADS")


def dying(unit: int) -> Iterator[int]:
    if unit == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    yield unit


class HomelyError(Exception):
    """Cannot be made again from its message alone, so it does not travel."""

    def __init__(self, place: int, why: str) -> None:
        super().__init__(f"{why} at {place}")


def homely(unit: int) -> Iterator[int]:
    yield unit
    raise HomelyError(unit, "stuck")


def slow(unit: int) -> Iterator[Thing]:
    for number in range(100):
        time.sleep(0.01 if unit == 0 else 0.001)
        yield unit, number


def handlers(_: int) -> Iterator[object]:
    yield signal.getsignal(signal.SIGINT)


def interrupted(made: Iterator[Thing]) -> Iterator[Thing]:
    for thing in made:
        if thing == (1, 0):
            os.kill(os.getpid(), signal.SIGINT)
        yield thing


def units(last: int) -> Iterator[int]:
    yield from range(last)
    raise InvalidInputError("cannot be read", path="units", line=last)


def outcome(mapper: Mapper, last: int) -> tuple[list[Thing], str]:
    found: list[Thing] = []
    with pytest.raises(InvalidInputError) as caught:
        found.extend(mapper.flat_map(things, units(last)))  # What comes before the error stays in the list.
    return found, str(caught.value)


@pytest.fixture(scope="module")
def processes() -> Iterator[Mapper]:
    with ProcessMapper(2) as mapper:
        yield mapper


def test_order_and_errors_do_not_depend_on_who_does_the_work(processes: Mapper) -> None:
    serial = SerialMapper()
    assert list(processes.flat_map(things, range(12))) == list(serial.flat_map(things, range(12)))
    for last, problem in ((9, "units:9: cannot be read"), (14, "units:13: is bad luck")):
        assert outcome(processes, last) == outcome(serial, last)
        assert outcome(serial, last)[1] == problem
    assert outcome(serial, 14)[0][-1] == (13, 0)
    assert list(processes.flat_map(things, [])) == []


def test_several_processes_work_each_with_one_thread(processes: Mapper) -> None:
    found = set(processes.flat_map(homes, range(40)))
    assert len(found) == 2
    assert os.getpid() not in {process for process, _ in found}
    assert {threads for _, threads in found} == {os.environ.get("OMP_NUM_THREADS", "1")}


def test_a_killed_worker_is_said() -> None:
    with ProcessMapper(2) as mapper, pytest.raises(WorkerLostError, match="a worker process was killed"):
        list(mapper.flat_map(dying, range(10)))


def test_an_error_that_cannot_travel_is_told_and_not_taken_for_a_killed_worker(processes: Mapper) -> None:
    found: list[int] = []
    with pytest.raises(RuntimeError, match="HomelyError: stuck at 7") as caught:
        found.extend(processes.flat_map(homely, [7]))
    assert found == [7]
    assert "raise HomelyError" in caught.value.__notes__[0]


def test_an_interrupt_hands_over_what_there_is() -> None:
    before, found = signal.getsignal(signal.SIGINT), list[Thing]()
    with ProcessMapper(2) as mapper, pytest.raises(KeyboardInterrupt):
        found.extend(interrupted(mapper.flat_map(slow, range(50))))
    assert found == [(unit, number) for unit in range(50) for number in range(100)][: len(found)]
    assert 100 < len(found) < 1_500
    assert signal.getsignal(signal.SIGINT) is before


def test_workers_hear_no_interrupt_whoever_starts_them() -> None:
    def heard() -> set[object]:
        with ProcessMapper(1) as mapper:
            return set(mapper.flat_map(handlers, range(3)))

    with ThreadPoolExecutor(1) as thread:  # Which may not say what becomes of signals.
        assert thread.submit(heard).result() == {signal.SIG_IGN}


@pytest.mark.parametrize(
    ("jobs", "ray", "problem"),
    [(0, None, "jobs must be at least 1, got 0"), (2, "auto", "jobs 2 are processes of this machine")],
)
def test_settings_that_are_none_are_refused(jobs: int, ray: str | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        mapper_for(jobs, ray)


def test_every_error_may_come_from_another_process() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    made: list[AgentCompressError] = [
        kind("why")
        for kind in kinds
        if issubclass(kind, AgentCompressError) and kind.__init__ is AgentCompressError.__init__
    ]
    made += [
        BudgetExceededError(5, {"system prompt": 9}),
        errors.ContextRefusedError(9, "too long"),
        InvalidInputError("is none", path="a.jsonl", line=7),
    ]
    assert len(made) >= 8
    for error in made:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
