"""Finds the source files of installed packages."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path


def package_folder(package: str) -> Path:
    """The folder of an installed top-level package.

    Raises:
        LookupError: No such package is installed, or it is a single file.
    """
    spec = find_spec(package) if package.isidentifier() else None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise LookupError(f"no package {package!r} is installed")
    return Path(folders[0]).resolve()


def source_files(package: str) -> Iterator[tuple[str, Path]]:
    """Name and place of every Python file of a package, sorted; a name is "package/module.py".

    Raises:
        LookupError: No such package is installed.
    """
    folder = package_folder(package)
    for path in sorted(folder.rglob("*.py")):
        yield f"{package}/{path.relative_to(folder).as_posix()}", path


def source_file(name: str) -> Path:
    """Where the file called "package/module.py" is.

    Raises:
        LookupError: There is no such Python file inside a package.
    """
    package, _, rest = name.partition("/")
    folder = package_folder(package)
    path = (folder / rest).resolve()
    if path.suffix != ".py" or not path.is_relative_to(folder) or not path.is_file():
        raise LookupError(f"no source file {name!r}")
    return path


def source_lines(path: Path) -> list[str]:
    """The lines of a source file, without their ends."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
