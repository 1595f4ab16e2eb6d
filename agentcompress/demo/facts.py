"""How each fact of the task is read off the tool results in sight."""

import re
from collections.abc import Callable

from .sight import Sight
from .task import Subject

Lookup = Callable[[Sight, Subject], str | None]
_LITERAL = r"""'[^'\n]*'|"[^"\n]*"|[^#\n]+?"""


def fact(sight: Sight, subject: Subject, key: str) -> str | None:
    """A fact as the model has written it down, else as the results in sight tell it; None if neither does."""
    return _group(sight.find_said(f"^{noted(subject, key, '(.+)')}$")) or LOOKUPS[key](sight, subject)


def noted(subject: Subject, key: str, value: str) -> str:
    """The line by which the model writes a fact down."""
    return f"Noted: {key} of {subject.name} is {value}"


def _distribution(sight: Sight, subject: Subject) -> str | None:
    return _group(sight.find("list_packages", rf"^{subject.package}  ([\w.-]+)  "))


def _declared(key: str) -> Lookup:
    def look(sight: Sight, subject: Subject) -> str | None:
        name = fact(sight, subject, "distribution")
        pattern = rf'"{key}": "([^"\n]+)"'
        return _group(sight.find("package_metadata", pattern, distribution=name)) if name else None

    return look


def _licence(sight: Sight, subject: Subject) -> str | None:
    found = _declared("license_expression")(sight, subject) or _declared("license")(sight, subject)
    if found is None and (name := fact(sight, subject, "distribution")):
        pattern = r'"License ::(?:[^"\n]*::)? ([^"\n]+)"'
        return _group(sight.find("package_metadata", pattern, distribution=name))
    return found


def _class(sight: Sight, subject: Subject) -> tuple[str | None, str | None]:
    """Where the class statement is, and the base that it names: by a listing, else by its file."""
    statement = rf"class {subject.name}\b\W*(\w+)"
    if listed := sight.find("grep", rf"^(\S+?:\d+):{statement}", package=subject.package):
        return listed[1], listed[2]
    for path in sight.read(subject.package):
        if found := sight.find("read_file", rf"^ *(\d+)  {statement}", path=path):
            return f"{path}:{found[1]}", found[2]
    return None, None


def _base_at(sight: Sight, subject: Subject) -> str | None:
    """The statement of the base: where several classes have the name, the one nearest to the class."""
    defined, base = fact(sight, subject, "defined_at"), fact(sight, subject, "base")
    if defined is None or base is None:
        return None
    found = sight.find_all("grep", rf"^(\S+?:\d+):class {base}\b", package=subject.package)
    home = _folder(defined)
    return _group(min(found, key=lambda match: _folder(match[1]) != home, default=None))


def _file_lines(sight: Sight, subject: Subject) -> str | None:
    if (defined := fact(sight, subject, "defined_at")) is None:
        return None
    pattern = rf"^{re.escape(_path(defined))}  (\d+) lines"
    return _group(sight.find("list_files", pattern, package=subject.package))


def _method_line(sight: Sight, place: str | None, method: str) -> str | None:
    """The first definition of the method below a class statement, which is at "path:line"."""
    if place is None:
        return None
    path, _, line = place.rpartition(":")
    definition = rf" +(?:async )?def {method}\b"
    read = sight.find_all("read_file", rf"^ *(\d+) {definition}", path=path)
    listed = sight.find_all("grep", rf"^{re.escape(path)}:(\d+):{definition}")
    below = (int(match[1]) for match in (*read, *listed) if int(match[1]) > int(line))
    return _text(min(below, default=None))


def _constant(sight: Sight, subject: Subject) -> re.Match[str] | None:
    pattern = rf"^(?P<at>(?P<path>\S+?):\d+):{subject.constant}\b[^=\n]*= *(?P<value>{_LITERAL}) *(?:#.*)?$"
    return sight.find("grep", pattern, package=subject.package)


def _confirmed(sight: Sight, subject: Subject) -> str | None:
    return _group(sight.find("run_python", rf"^{subject.constant} (True|False)$"))


LOOKUPS: dict[str, Lookup] = {
    "distribution": _distribution,
    "version": _declared("version"),
    "licence": _licence,
    "requires_python": _declared("requires_python"),
    "defined_at": lambda sight, subject: _class(sight, subject)[0],
    "file_lines": _file_lines,
    "method_line": lambda sight, subject: _method_line(
        sight, fact(sight, subject, "defined_at"), subject.method
    ),
    "base": lambda sight, subject: _class(sight, subject)[1],
    "base_defined_at": _base_at,
    "base_method_line": lambda sight, subject: _method_line(
        sight, fact(sight, subject, "base_defined_at"), subject.base_method
    ),
    "constant_at": lambda sight, subject: _group(_constant(sight, subject), "at"),
    "constant_value": lambda sight, subject: _group(_constant(sight, subject), "value"),
    "confirmed": _confirmed,
}
"""Fact → how it is found; None where it is out of sight."""


def _path(place: str) -> str:
    return place.rpartition(":")[0]


def _folder(place: str) -> str:
    return place.rpartition("/")[0]


def _group(match: re.Match[str] | None, name: int | str = 1) -> str | None:
    return match[name] if match else None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
