"""What a worker made of a unit, on its way to whoever asked."""

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from .mapper import Finds, Found, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Generic[Found]):
    """One unit."""

    found: list[Found]
    """What was found, up to where it ended."""
    error: Exception | None = None
    """What ended it too early; its traceback is in its notes, for it does not travel."""
    stopped: bool = False
    """Whether it was told to end."""


def attempt(
    function: Finds[Unit, Found], unit: Unit, stop: Callable[[], bool] = lambda: False
) -> Attempt[Found]:
    """Looks through one unit.

    Args:
        function: Finds things in it.
        unit: Where to look.
        stop: Asked before each thing: whether to end here.
    """
    found: list[Found] = []
    if stop():
        return Attempt(found=found, stopped=True)
    try:
        for one in function(unit):
            found.append(one)
            if stop():
                return Attempt(found=found, stopped=True)
    except Exception as error:
        portable = _portable(error)
        portable.add_note("".join(traceback.format_exception(error)))
        return Attempt(found=found, error=portable)
    return Attempt(found=found)


def _portable(error: Exception) -> Exception:
    """The error; where it cannot travel, one that says the same, lest the worker seem to have been killed."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
