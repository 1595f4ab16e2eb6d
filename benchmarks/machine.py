"""Where and with what something was measured."""

import os
import platform
import tomllib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def version_of(package: str) -> str:
    """The version that is installed; of this library where it is not, that of its sources."""
    try:
        return version(package)
    except PackageNotFoundError:
        sources = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(sources.read_text(encoding="utf-8"))["project"]["version"])


def machine() -> dict[str, Any]:
    """Processor, cores, system and interpreter."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def today() -> str:
    """The date, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d")
