"""A thread that removes what has expired."""

import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from agentcompress.errors import AgentCompressError


class Sweeper:
    """Sweeps from time to time until it is stopped or its store is gone.

    Args:
        sweep: A method of the store, which this does not keep alive.
        minutes: Between two sweeps.
    """

    def __init__(self, sweep: Callable[[], int], *, minutes: float) -> None:
        self._stopped = Event()
        arguments = (weakref.WeakMethod(sweep), self._stopped, minutes * 60)
        Thread(target=_run, args=arguments, name="store-sweeper", daemon=True).start()

    def stop(self) -> None:
        """It will not begin another sweep."""
        self._stopped.set()


def _run(sweep: "weakref.WeakMethod[Any]", stopped: Event, seconds: float) -> None:
    while not stopped.wait(seconds):
        if (method := sweep()) is None:
            return
        with suppress(AgentCompressError, ValueError):  # busy or closed: whoever reads will be told
            method()
        del method
