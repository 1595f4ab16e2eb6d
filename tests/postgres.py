"""A PostgreSQL server for the tests alone: made, used over a socket that nobody else sees, thrown away."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INSTALL = (
    "install one (Debian and Ubuntu: apt install postgresql), "
    "or set AGENTCOMPRESS_POSTGRES to the conninfo of one, e.g. 'host=localhost user=postgres dbname=test'"
)
_DEBIAN = Path("/usr/lib/postgresql")
_PATIENCE = 120.0
"""Seconds for any one step."""


def server_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; Debian keeps it out of the path."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    found_here = sorted(_DEBIAN.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    return found_here[-1].parent if found_here else None


@contextmanager
def throwaway_server(programs: Path) -> Iterator[str]:
    """Runs a server; gives its conninfo."""
    # Not pytest's own folder: another user must be able to enter it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="agentcompress-pg-"))
    # The server refuses to run as root.
    user = _somebody_else() if os.geteuid() == 0 else None
    as_user: dict[str, Any] = {}
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        # To a file, as a server that inherits a pipe would keep it open.
        with (folder / f"{program}.log").open("w+") as log:
            done = subprocess.run(
                [programs / program, "-D", folder / "data", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE,
                check=False,
                **as_user,
            )
            log.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed: {log.read()}")

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-o", options, "-l", str(folder / "server.log"), "-w", "-t", "60", "start")
        try:
            yield f"host={folder} user=postgres dbname=postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "-t", "60", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody_else() -> pwd.struct_passwd:
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]
