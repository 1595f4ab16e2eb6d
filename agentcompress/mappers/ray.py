"""Work is done on a Ray cluster, by Ray Data."""

import logging
import pickle
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, redirect_stdout
from functools import partial
from types import TracebackType
from typing import Any, Self

from agentcompress.errors import MissingDependencyError

from .attempt import Attempt, attempt
from .mapper import Finds, Found, Unit

_PATIENCE = 10
"""Seconds in which a cluster must answer."""


class RayMapper:
    """Finds things on the workers of a cluster, which have this library, too; Ray Data hands them out.

    All units are read first. A unit whose worker dies is done again by another one.

    Args:
        address: As `ray.init` takes it: ``"auto"`` for the cluster of this machine, or ``"host:port"``.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        """Connects.

        Raises:
            ConnectionError: There is no cluster.
            MissingDependencyError: Ray is not installed.
        """
        try:
            import ray.data
        except ImportError as error:
            raise MissingDependencyError(
                "Ray Data is not installed: pip install 'agentcompress[ray]'"
            ) from error
        self._find()
        with ExitStack() as ends:
            # Ray prints what happens to its workers.
            ends.enter_context(redirect_stdout(sys.stderr))
            # What is of interest of a run is told by whoever asked for it.
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
            ends.callback(ray.shutdown)
            self._ends = ends.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def _find(self) -> None:
        """Knocks at the address, where it is one: Ray itself goes on trying for ten minutes."""
        host, _, port = self._address.rpartition(":")
        if not host or not port.isdecimal() or "/" in host:
            return
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except (OSError, OverflowError) as error:
            raise ConnectionError(f"no Ray cluster answers at {self._address}: {error}") from error

    def flat_map(self, function: Finds[Unit, Found], units: Iterable[Unit]) -> Iterator[Found]:
        """As in `Mapper`."""
        import ray.data

        rows: list[dict[str, bytes]] = []
        problem: Exception | None = None
        try:
            rows.extend({"unit": pickle.dumps(unit)} for unit in units)
        except Exception as error:
            problem = error
        if rows:
            # One block a unit, for a block is what one worker gets, and what is done again.
            made = ray.data.from_items(rows, override_num_blocks=len(rows)).map(partial(_attempt, function))
            made.context.execution_options.preserve_order = True
            made.context.enable_progress_bars = False
            for row in made.iter_rows():
                attempted: Attempt[Found] = pickle.loads(row["attempt"])
                yield from attempted.found
                if attempted.error:
                    raise attempted.error
        if problem:
            raise problem


def _attempt(function: Finds[Any, Any], row: dict[str, bytes]) -> dict[str, bytes]:
    return {"attempt": pickle.dumps(attempt(function, pickle.loads(row["unit"])))}
