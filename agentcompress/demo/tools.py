"""The agent's tools: they look into the packages that are installed, whatever their versions."""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from .sources import source_file, source_files, source_lines

SNIPPET_SECONDS = 30
_PASSED_ON = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP")


def agent_tools() -> list[BaseTool]:
    """All tools; what goes wrong inside one is told to the model, not raised."""
    functions = (list_packages, list_files, grep, read_file, package_metadata, run_python)
    return [
        StructuredTool.from_function(function, parse_docstring=True, handle_tool_error=True)
        for function in functions
    ]


def list_packages() -> str:
    """List every importable package with the distribution that installs it and its summary."""
    return "\n".join(
        f"{package}  {distribution}  {metadata(distribution).json.get('summary', '')}"
        for package, distributions in sorted(packages_distributions().items())
        for distribution in sorted(set(distributions))
        if package.isidentifier()
    )


def list_files(package: str) -> str:
    """List the source files of an installed package with their lengths.

    Args:
        package: Name that the package is imported by.
    """
    try:
        return "\n".join(f"{name}  {len(source_lines(path))} lines" for name, path in source_files(package))
    except LookupError as error:
        raise ToolException(str(error)) from None


def grep(pattern: str, package: str) -> str:
    """Search the source lines of an installed package, as path:line:text.

    Args:
        pattern: Python regular expression, searched in each line.
        package: Name that the package is imported by.
    """
    try:
        wanted = re.compile(pattern)
        found = [
            f"{name}:{number}:{line}"
            for name, path in source_files(package)
            for number, line in enumerate(source_lines(path), start=1)
            if wanted.search(line)
        ]
    except (LookupError, re.error) as error:
        raise ToolException(str(error)) from None
    return "\n".join(found) or "no matches"


def read_file(path: str, start: int = 1, end: int | None = None) -> str:
    """Read a source file with line numbers.

    Args:
        path: As list_files and grep give it, such as "package/module.py".
        start: First line, from 1.
        end: Last line; the end of the file where it is not given.
    """
    try:
        lines = source_lines(source_file(path))
    except LookupError as error:
        raise ToolException(str(error)) from None
    start = max(1, start)
    return "\n".join(
        f"{number:>5}  {line}" for number, line in enumerate(lines[start - 1 : end], start=start)
    )


def package_metadata(distribution: str) -> str:
    """Fetch everything a distribution declares about itself, as JSON.

    Args:
        distribution: Name of the distribution, which can differ from the import name.
    """
    try:
        return json.dumps(metadata(distribution).json, indent=1, ensure_ascii=False)
    except PackageNotFoundError:
        raise ToolException(f"no distribution {distribution!r} is installed") from None


def run_python(code: str) -> str:
    """Run a short Python snippet in a fresh, isolated interpreter and return what it prints.

    Args:
        code: The snippet.
    """
    # Keys of the user's providers live in the environment and are none of the snippet's business.
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", code],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SNIPPET_SECONDS,
                cwd=folder,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ToolException(f"no end after {SNIPPET_SECONDS} seconds") from None
    if done.returncode:
        raise ToolException(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
