"""How each fact of the task is read off the tool results in sight."""

import re
from collections.abc import Callable

from .sight import Sight
from .task import Subject

Lookup = Callable[[Sight, Subject], str | None]
_LITERAL = r"""'[^'\n]*'|"[^"\n]*"|[^#\n]+?"""


def _distribution(sight: Sight, subject: Subject) -> str | None:
    return _group(sight.find("list_packages", rf"^{subject.package}  ([\w.-]+)  "))


def _declared(key: str) -> Lookup:
    def look(sight: Sight, subject: Subject) -> str | None:
        name = _distribution(sight, subject)
        pattern = rf'"{key}": "([^"\n]+)"'
        return _group(sight.find("package_metadata", pattern, distribution=name)) if name else None

    return look


def _licence(sight: Sight, subject: Subject) -> str | None:
    found = _declared("license_expression")(sight, subject) or _declared("license")(sight, subject)
    if found is None and (name := _distribution(sight, subject)):
        pattern = r'"License ::(?:[^"\n]*::)? ([^"\n]+)"'
        return _group(sight.find("package_metadata", pattern, distribution=name))
    return found


def _class(sight: Sight, subject: Subject) -> re.Match[str] | None:
    """The class statement, in a listing or in the model's own notes."""
    listed = rf"^(?P<at>(?P<path>\S+?):(?P<line>\d+)):class {subject.name}\b\W*(?P<base>\w+)"
    noted = rf"^{subject.name}\((?P<base>\w+)\) is at (?P<at>(?P<path>\S+?):(?P<line>\d+)), "
    return sight.find("grep", listed, package=subject.package) or sight.find_said(noted)


def _base(sight: Sight, subject: Subject) -> re.Match[str] | None:
    """The statement of the base: where several classes have the name, the one nearest to the class."""
    statement = _class(sight, subject)
    if statement is None:
        return None
    pattern = rf"^(?P<at>(?P<path>\S+?):(?P<line>\d+)):class {statement['base']}\b"
    home = _folder(statement["path"])
    found = sight.find_all("grep", pattern, package=subject.package)
    noted = rf"^{subject.name}\(\w+\) is at \S+, its base at (?P<at>(?P<path>\S+?):(?P<line>\d+))\.$"
    nearest = min(found, key=lambda match: _folder(match["path"]) != home, default=None)
    return nearest or sight.find_said(noted)


def _file_lines(sight: Sight, subject: Subject) -> str | None:
    statement = _class(sight, subject)
    if statement is None:
        return None
    pattern = rf"^{re.escape(statement['path'])}  (\d+) lines"
    return _group(sight.find("list_files", pattern, package=subject.package))


def _method_line(sight: Sight, statement: re.Match[str] | None, method: str) -> str | None:
    """The first definition of the method below the class statement."""
    if statement is None:
        return None
    path, definition = statement["path"], rf" +(?:async )?def {method}\b"
    read = sight.find_all("read_file", rf"^ *(\d+) {definition}", path=path)
    listed = sight.find_all("grep", rf"^{re.escape(path)}:(\d+):{definition}")
    lines = (int(match[1]) for match in (*read, *listed))
    below = (line for line in lines if line > int(statement["line"]))
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
    "defined_at": lambda sight, subject: _group(_class(sight, subject), "at"),
    "file_lines": _file_lines,
    "method_line": lambda sight, subject: _method_line(sight, _class(sight, subject), subject.method),
    "base": lambda sight, subject: _group(_class(sight, subject), "base"),
    "base_defined_at": lambda sight, subject: _group(_base(sight, subject), "at"),
    "base_method_line": lambda sight, subject: _method_line(
        sight, _base(sight, subject), subject.base_method
    ),
    "constant_at": lambda sight, subject: _group(_constant(sight, subject), "at"),
    "constant_value": lambda sight, subject: _group(_constant(sight, subject), "value"),
    "confirmed": _confirmed,
}
"""Fact → how it is found; None where it is out of sight."""


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _group(match: re.Match[str] | None, name: int | str = 1) -> str | None:
    return match[name] if match else None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
