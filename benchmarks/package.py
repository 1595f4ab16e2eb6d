"""Builds wheel and sdist, installs the wheel in an empty environment, and uses it there as the README says.

usage: python -m benchmarks.package [--constraints constraints.txt]
"""

import argparse
import json
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent

_USE = """
from agentcompress import Compressor

messages = [{"role": "user", "content": "go"}]
messages += [{"role": "assistant", "content": f"Valve {n} opens at {n * 3} bar. " * 40} for n in range(20)]
compressor = Compressor(budget=2_000)
result = compressor.compress(messages)
again = compressor.compress(result.messages, plan=result.plan)
assert again.tokens_after <= result.tokens_after <= 2_000 < result.tokens_before
print(result.tokens_before, "→", result.tokens_after)
"""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command prints.

    Raises:
        RuntimeError: It failed; with the end of what it said.
    """
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-2_000:]}")
    return done.stdout


def tops(wheel: Path) -> set[str]:
    """The names that a wheel puts into site-packages, its own metadata aside."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    return {name for name in names if not name.endswith(".dist-info")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--constraints", type=Path, default=ROOT / "constraints.txt", help="pinned versions")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        clean = folder / "source"
        # Only what is committed: a file that somebody forgot to add is missing here, too.
        run("git", "clone", "--quiet", ROOT, clean)
        for part in ("wheel", "sdist"):
            venv.create(folder / part, with_pip=True)
        pip = folder / "sdist" / "bin" / "python"
        run(pip, "-m", "pip", "install", "--quiet", "build")
        print("building wheel and sdist", flush=True)
        run(pip, "-m", "build", "--outdir", folder / "dist", clean)
        [wheel], [sdist] = (list((folder / "dist").glob(kind)) for kind in ("*.whl", "*.tar.gz"))
        for built in (wheel, sdist):
            print(f"{built.name}: {built.stat().st_size / 1e6:.1f} MB")
        with tarfile.open(sdist) as archive:
            private = [member for member in archive.getnames() if "/.git/" in member or "/.ci/" in member]
        if private or tops(wheel) != {"agentcompress"}:
            raise RuntimeError(f"more than the package is shipped: {sorted(tops(wheel))} {private[:3]}")
        print("installing the wheel in an empty environment (some minutes)", flush=True)
        python = folder / "wheel" / "bin" / "python"
        run(python, "-m", "pip", "install", "--quiet", "-c", options.constraints, "torch", f"{wheel}[cpu]")
        print(run(python, "-c", _USE, cwd=folder).strip())
        checks = json.loads(run(python, "-m", "agentcompress", "doctor", "--json", cwd=folder))
    print(f"doctor: {len(checks)} answers; only agentcompress is new in site-packages")


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(str(error))
