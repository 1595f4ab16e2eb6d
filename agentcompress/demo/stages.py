"""What the investigation asks, what each call needs and what it brings to light."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .task import Subject

Facts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One tool call, for each class of the task or for all at once."""

    tool: str
    """The tool to call."""
    arguments: Callable[[Subject, Facts], dict[str, Any]]
    """What to call it with, from what is known."""
    words: str
    """What it does; the class, package, constant and needed facts are filled in."""
    brings: tuple[str, ...]
    """Facts that its result tells."""
    needs: tuple[str, ...] = ()
    """Facts without which it cannot be asked."""
    once: bool = False
    """Whether one call serves all classes."""
    noted: bool = False
    """Whether the agent writes down what its result tells, also where it tells all at the end."""
    told: tuple[str, ...] | None = None
    """Facts that are told after it, where they are told as they are found; None for those it brings."""


def _snippet(subject: Subject, facts: Facts) -> dict[str, Any]:
    module = _path(facts["constant_at"]).removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    compared = f"module.{subject.constant} == {facts['constant_value']}"
    return {"code": f"import {module} as module\nprint({subject.constant!r}, {compared})"}


def _path(place: str) -> str:
    return place.rpartition(":")[0]


STAGES = (
    Stage(
        tool="list_packages",
        arguments=lambda subject, facts: {},
        words="find the distributions that install the packages",
        brings=("distribution",),
        once=True,
    ),
    Stage(
        tool="list_files",
        arguments=lambda subject, facts: {"package": subject.package},
        words="list the files of {package}",
        brings=("file_lines",),
        told=(),  # of which file, the next calls tell
    ),
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {"pattern": r"^class \w+", "package": subject.package},
        words="find where {package} defines {name} and its base class",
        brings=("defined_at", "base", "base_defined_at"),
        noted=True,
        told=("defined_at", "base", "base_defined_at", "file_lines"),
    ),
    Stage(
        tool="read_file",
        arguments=lambda subject, facts: {"path": _path(facts["defined_at"])},
        words="read the file that defines {name}",
        needs=("defined_at",),
        brings=("method_line",),
    ),
    Stage(
        tool="read_file",
        arguments=lambda subject, facts: {"path": _path(facts["base_defined_at"])},
        words="read the file that defines {base}, the base class of {name}",
        needs=("base", "base_defined_at"),
        brings=("base_method_line",),
    ),
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {"pattern": subject.constant, "package": subject.package},
        words="find where {package} sets {constant}",
        brings=("constant_at", "constant_value"),
    ),
    Stage(
        tool="package_metadata",
        arguments=lambda subject, facts: {"distribution": facts["distribution"]},
        words="fetch the metadata of the distribution of {package}",
        needs=("distribution",),
        brings=("version", "licence", "requires_python"),
    ),
    Stage(
        tool="run_python",
        arguments=_snippet,
        words="check the value of {constant} in a fresh interpreter",
        needs=("constant_at", "constant_value"),
        brings=("confirmed",),
    ),
)
"""The calls of the investigation in order."""

SECOND_LOOKS = (
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {"pattern": rf"^class {subject.name}\b", "package": subject.package},
        words="look again where {package} defines {name}",
        brings=("defined_at", "base"),
    ),
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {
            "pattern": rf"^class {facts['base']}\b",
            "package": subject.package,
        },
        words="look again where {package} defines {base}",
        needs=("base",),
        brings=("base_defined_at",),
    ),
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {"pattern": rf"def {subject.method}\b", "package": subject.package},
        words="look again where {name} defines {method}",
        brings=("method_line",),
    ),
    Stage(
        tool="grep",
        arguments=lambda subject, facts: {
            "pattern": rf"def {subject.base_method}\b",
            "package": subject.package,
        },
        words="look again where the base class of {name} defines {base_method}",
        brings=("base_method_line",),
    ),
    *STAGES,
)
"""What is asked for a fact that is out of sight: something narrower where that can be, else the same."""


def _recall(
    question: Callable[[Subject, Facts], str], brings: tuple[str, ...], needs: tuple[str, ...] = ()
) -> Stage:
    return Stage(
        tool="recall",
        arguments=lambda subject, facts: {"question": question(subject, facts)},
        words="recall it",
        brings=brings,
        needs=needs,
    )


RECALLS = (
    _recall(lambda subject, _: f"Which distribution installs {subject.package}?", ("distribution",)),
    _recall(
        lambda _, facts: (
            f"package_metadata of {facts['distribution']}: name, version, license, requires_python"
        ),
        ("version", "licence", "requires_python"),
        ("distribution",),
    ),
    _recall(
        lambda subject, _: f"Where does {subject.package} define class {subject.name}?",
        ("defined_at", "base"),
    ),
    _recall(
        lambda subject, facts: f"Where does {subject.package} define class {facts['base']}?",
        ("base_defined_at",),
        ("base", "defined_at"),
    ),
    _recall(
        lambda _, facts: f"How many lines has {_path(facts['defined_at'])}?",
        ("file_lines",),
        ("defined_at",),
    ),
    _recall(
        lambda subject, facts: f"Which line of {_path(facts['defined_at'])} is def {subject.method}?",
        ("method_line",),
        ("defined_at",),
    ),
    _recall(
        lambda subject, facts: (
            f"Which line of {_path(facts['base_defined_at'])} is def {subject.base_method}?"
        ),
        ("base_method_line",),
        ("base_defined_at",),
    ),
    _recall(
        lambda subject, _: f"Where does {subject.package} set {subject.constant}?",
        ("constant_at", "constant_value"),
    ),
    _recall(lambda subject, _: f"What did run_python print of {subject.constant}?", ("confirmed",)),
)
"""What is asked of the tool `recall` for a fact that is out of sight; its name, never its value."""


def recall_of_note(key: str) -> Stage:
    """What is asked of the tool `recall` where that was in vain: what the agent wrote down of the fact."""
    return _recall(lambda subject, _: f"Noted: {key} of {subject.name}", (key,))
