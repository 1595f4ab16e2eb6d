"""The right answers, found without the agent's tools, and the check against them."""

import ast
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import metadata, packages_distributions
from pathlib import Path
from typing import Any

from .sources import package_folder, source_files, source_lines
from .task import Subject

_NOTED = re.compile(r"^Noted: (\w+) of (\w+) is (.+)$", re.MULTILINE)
_ANSWER = re.compile(r"```json\s*(\{.*?\})\s*```", re.DOTALL)


def wrong_facts(answer: str, subjects: Sequence[Subject]) -> list[str]:
    """What is missing or wrong in an answer, as "class: key"; empty where all is right.

    Args:
        answer: The agent's words, with a JSON block or with a line for each fact that it has noted.
        subjects: The classes that it was asked about.
    """
    told = {name: {**facts} for name, facts in _told(answer).items()}
    for key, name, value in _NOTED.findall(answer):
        told.setdefault(name, {}).setdefault(key, value)
    return [
        f"{subject.name}: {key}"
        for subject in subjects
        for key, accepted in truth(subject).items()
        if _plain(told.get(subject.name, {}).get(key)) not in set(map(_plain, accepted))
    ]


@cache
def truth(subject: Subject) -> dict[str, set[str]]:
    """For each fact about a subject the answers that are right."""
    home = _home(subject.package, f"class {subject.name}")
    statement = _class(home, subject.name)
    base = getattr(_module(home), subject.name).__bases__[0]
    base_home = Path(inspect.getfile(base))
    base_statement = _class(base_home, base.__name__)
    constant_home = _home(subject.package, f"{subject.constant} =")
    value = getattr(_module(constant_home), subject.constant)
    distribution = packages_distributions()[subject.package][0]
    declared = metadata(distribution).json
    return {
        "distribution": {distribution},
        "version": {str(declared["version"])},
        "licence": _licences(declared),
        "requires_python": {str(declared["requires_python"])},
        "defined_at": {f"{_name(home)}:{statement.lineno}"},
        "file_lines": {str(len(source_lines(home)))},
        "method_line": {_method(statement, subject.method)},
        "base": {base.__name__},
        "base_defined_at": {f"{_name(base_home)}:{base_statement.lineno}"},
        "base_method_line": {_method(base_statement, subject.base_method)},
        "constant_at": {f"{_name(constant_home)}:{_assignment(constant_home, subject.constant)}"},
        "constant_value": {str(value), repr(value)},
        "confirmed": {"True"},
    }


def _told(answer: str) -> dict[str, dict[str, Any]]:
    blocks = _ANSWER.findall(answer)
    try:
        told = json.loads(blocks[-1]) if blocks else {}
    except ValueError:
        return {}
    return {name: facts for name, facts in told.items() if isinstance(facts, dict)}


def _plain(value: object) -> str:
    return str(value).strip("\"'").casefold()


def _licences(declared: Mapping[str, Any]) -> set[str]:
    classifiers = [c for c in declared.get("classifier", ()) if c.startswith("License ::")]
    short = {c.rpartition(" :: ")[2] for c in classifiers}
    return {declared[key] for key in ("license_expression", "license") if key in declared} | short


def _home(package: str, statement: str) -> Path:
    """The file of the package with a line that begins with the statement."""
    begins = re.compile(rf"^{re.escape(statement)}(?!\w)", re.MULTILINE)
    return next(path for _, path in source_files(package) if begins.search(path.read_text(encoding="utf-8")))


def _name(path: Path) -> str:
    """The file as the tools call it."""
    folder = next(parent for parent in path.parents if not (parent.parent / "__init__.py").exists())
    return f"{folder.name}/{path.resolve().relative_to(package_folder(folder.name)).as_posix()}"


def _module(path: Path) -> Any:
    return import_module(_name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def _class(path: Path, name: str) -> ast.ClassDef:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def _method(statement: ast.ClassDef, name: str) -> str:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return str(next(n.lineno for n in statement.body if isinstance(n, functions) and n.name == name))


def _assignment(path: Path, name: str) -> int:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return next(node.lineno for node in tree.body if name in map(ast.unparse, getattr(node, "targets", ())))
