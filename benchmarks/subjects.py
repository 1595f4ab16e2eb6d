"""Tasks for the demo's agent, drawn by seed from the packages that are installed."""

import ast
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agentcompress.demo.sources import source_files
from agentcompress.demo.task import Subject
from agentcompress.demo.truth import truth

PACKAGES = ("_pytest", "hypothesis", "jinja2", "langchain_core", "pygments", "urllib3")
"""Pure Python, with classes whose bases are classes of the same package and constants of its own."""
_LARGE = 12_000
"""Characters of a file that is worth compressing."""
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*")
_DEFINITION = re.compile(r"^ +(?:async )?def (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassStatement:
    """A class at the top of a file."""

    file: str
    """Where it stands."""
    size: int
    """Characters of that file."""
    base: str
    """Name of its first base class; empty where the line of the statement does not tell it."""
    methods: tuple[str, ...]
    """Methods whose name is defined once in the file."""


def subjects(seed: int, count: int = 3) -> tuple[Subject, ...]:
    """The classes of one task, each of another package.

    Every name in it has one definition in its package, so that whoever sees the line knows the fact.

    Args:
        seed: Draws them.
        count: How many.
    """
    rng = random.Random(seed)
    return tuple(_drawn(rng, package) for package in rng.sample(PACKAGES, count))


def _drawn(rng: random.Random, package: str) -> Subject:
    classes, constants = _statements(package)
    fit = [
        name
        for name, one in classes.items()
        if one.methods
        and one.base in classes
        and classes[one.base].methods
        and one.size >= _LARGE
        and one.file != classes[one.base].file
    ]
    while True:
        name = rng.choice(fit)
        subject = Subject(
            package=package,
            name=name,
            method=rng.choice(classes[name].methods),
            base_method=rng.choice(classes[classes[name].base].methods),
            constant=rng.choice(constants),
        )
        if _has_truth(subject):
            return subject


@cache
def _statements(package: str) -> tuple[dict[str, ClassStatement], list[str]]:
    """Classes and constants whose names are defined once in the package."""
    times: Counter[str] = Counter()
    classes: dict[str, ClassStatement] = {}
    constants = []
    for file, path in source_files(package):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        defined = Counter(_DEFINITION.findall(text))
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                times[node.name] += 1
                classes[node.name] = ClassStatement(
                    file=file,
                    size=len(text),
                    base=_base(node, lines[node.lineno - 1]),
                    methods=tuple(name for name in _methods(node) if defined[name] == 1),
                )
            elif constant := _constant(node):
                times[constant] += 1
                constants.append(constant)
    return (
        {name: one for name, one in classes.items() if times[name] == 1},
        [name for name in constants if times[name] == 1],
    )


def _base(node: ast.ClassDef, statement: str) -> str:
    """Its first base class, where that is a plain name on the line of the statement; else empty."""
    first = node.bases[0] if node.bases else None
    return first.id if isinstance(first, ast.Name) and f"({first.id}" in statement else ""


def _methods(node: ast.ClassDef) -> Iterator[str]:
    return (one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def _constant(node: ast.stmt) -> str:
    """The name that a statement gives to a number or a short text; empty where it does something else."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() | str() as value)
        ):
            plain = not isinstance(value, bool) and len(repr(value)) <= 60 and "\\" not in repr(value)
            return name if plain and _CONSTANT.fullmatch(name) else ""
    return ""


def _has_truth(subject: Subject) -> bool:
    """Whether class, base and constant can be imported and are what their statements say."""
    try:
        return all(truth(subject).values())
    except (Exception, SystemExit):  # whatever a module does that is not meant to be imported here
        return False
