"""Downloads public data sets and writes them as records that `agentcompress replay` and `eval` read.

usage: python -m benchmarks.fetch_data [NAME…] [--folder data] [--list]

Each file is taken at one commit of its repository. Its SHA-256 is written to checksums.json in the folder
when it first comes, and every later download must have the same; put a checksums.json that you trust there
beforehand and it holds from the first download on. Nothing of the data is part of this repository.
"""

import argparse
import gzip
import hashlib
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

from .data_sets import DATA_SETS, ELSEWHERE, SERVER, DataSet, Source

_TIMEOUT = 60


class FetchError(Exception):
    """A file could not be had, or is not what it was."""


def fetch(data_set: DataSet, folder: Path, server: str = SERVER) -> list[Path]:
    """Downloads one set and writes its files.

    Args:
        data_set: What to fetch.
        folder: Where the files and their checksums go.
        server: Where raw files of repositories lie.

    Returns:
        The files that were written.

    Raises:
        FetchError: A file cannot be had, or its checksum is another one; nothing is written then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checksums = folder / "checksums.json"
    known: dict[str, str] = json.loads(checksums.read_text(encoding="utf-8")) if checksums.exists() else {}
    contents = []
    for source in data_set.sources:
        content = _download(f"{server}/{source.address}")
        _check(source, content, known)
        contents.append(content)
    written = []
    for stem, records in data_set.convert(contents).items():
        target = folder / f"{stem}.jsonl.gz"
        lines = "".join(f"{json.dumps(record)}\n" for record in records)
        _write(target, gzip.compress(lines.encode(), mtime=0))
        written.append(target)
    _write(checksums, json.dumps(known, indent=1, sort_keys=True).encode())
    return written


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer:
            content: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise FetchError(f"{address}: {error}") from error
    return content


def _check(source: Source, content: bytes, known: dict[str, str]) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if known.setdefault(source.address, digest) != digest:
        raise FetchError(
            f"{source.address}: SHA-256 is {digest}, checksums.json says {known[source.address]}"
        )


def _write(path: Path, content: bytes) -> None:
    """Puts a file in place at once, so that an interrupted download leaves none cut off."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(DATA_SETS)}; all without")
    parser.add_argument("--folder", type=Path, default=Path("data"))
    parser.add_argument("--server", default=SERVER, help="another one with the same paths: a mirror")
    parser.add_argument("--list", action="store_true", help="say where each comes from, and its licence")
    options = parser.parse_args()
    if options.list:
        for one in DATA_SETS.values():
            print(f"{one.name}: {one.sources[0].repository}, {one.licence}")
        for name, (where, licence) in ELSEWHERE.items():
            print(f"{name}: {where}, {licence} (not fetched)")
        return
    if unknown := [name for name in options.names if name not in DATA_SETS]:
        parser.error(f"no data set is called {', '.join(unknown)}: there are {', '.join(DATA_SETS)}")
    for name in options.names or DATA_SETS:
        print(f"{name} ({DATA_SETS[name].licence})", file=sys.stderr)
        try:
            for path in fetch(DATA_SETS[name], options.folder, options.server):
                print(path)
        except FetchError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
