"""Work is done in processes of this machine."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from ctypes import c_bool
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Any, Self

from agentcompress.errors import WorkerLostError

from .attempt import Attempt, attempt
from .mapper import Finds, Found, Unit

_AHEAD = 2
"""Units read for each worker, so that none waits for the next."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
"""What libraries ask, when they are loaded, how many threads to start."""


class ProcessMapper:
    """Finds things in several processes.

    Each computes in one thread, unless the environment says otherwise (`OMP_NUM_THREADS`).
    An interrupt lets each worker finish the thing that it is at; what was found up to the first gap
    is still handed over, then comes the `KeyboardInterrupt`. A second one comes at once.

    Args:
        jobs: How many processes.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._ends = ExitStack()
        self._reading = False

    def __enter__(self) -> Self:
        context = get_context("spawn")
        self._stop: Any = context.RawValue(c_bool, False)
        self._pool = ProcessPoolExecutor(
            self._jobs, mp_context=context, initializer=_begin, initargs=(self._stop,)
        )
        # Interrupts are for this process alone: what is ignored while they start they never hear.
        with _on_interrupt(signal.SIG_IGN), _one_thread():
            for _ in range(self._jobs):
                self._pool.submit(os.getpid)
        self._ends.enter_context(_on_interrupt(self._interrupt))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._ends:
            self._stop.value = True
            self._pool.shutdown(cancel_futures=True)

    def flat_map(self, function: Finds[Unit, Found], units: Iterable[Unit]) -> Iterator[Found]:
        """As in `Mapper`."""
        waiting: deque[Future[Attempt[Found]]] = deque()
        source = iter(units)
        end: BaseException | None = None
        try:
            while waiting or end is None:
                while len(waiting) < _AHEAD * self._jobs and end is None:
                    try:
                        waiting.append(self._pool.submit(_attempt, function, self._next(source)))
                    # However the units end, first comes what was found in those before.
                    except (Exception, KeyboardInterrupt) as error:
                        end = error
                if waiting:
                    attempted = waiting.popleft().result()
                    yield from attempted.found
                    if attempted.error:
                        raise attempted.error
                    if attempted.stopped:
                        raise KeyboardInterrupt
            if not isinstance(end, StopIteration):
                raise end
        except BrokenProcessPool as error:
            raise WorkerLostError(
                "a worker process was killed: is the memory too small for so many jobs?"
            ) from error

    def _next(self, source: Iterator[Unit]) -> Unit:
        if self._stop.value:
            raise KeyboardInterrupt
        self._reading = True
        try:
            return next(source)
        finally:
            self._reading = False

    def _interrupt(self, *_: object) -> None:
        again, self._stop.value = self._stop.value, True
        # Whoever waits for a line to read would wait on.
        if again or self._reading:
            raise KeyboardInterrupt


_stop: Any = None
"""In a worker: tells it to end."""


def _begin(stop: Any) -> None:
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # One that starts later did not inherit it.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Ends this worker where the process that started it was killed: else it would wait for work for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _attempt(function: Finds[Unit, Found], unit: Unit) -> Attempt[Found]:
    return attempt(function, unit, lambda: bool(_stop.value))


@contextmanager
def _on_interrupt(handler: Any) -> Iterator[None]:
    """Lets a handler have the interrupts; only a program's main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Has the processes that start meanwhile compute in one thread each."""
    unset = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]
