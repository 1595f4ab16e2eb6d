"""Looks at what is installed and says what is missing and how to get it."""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Literal

from agentcompress.encoders import automatic, minilm_folder, minilm_weights
from agentcompress.encoders.minilm import INSTALL, REINSTALL
from agentcompress.errors import MissingDependencyError
from agentcompress.images.reading import INSTALL as INSTALL_OCR
from agentcompress.tokens import ENCODINGS, find_vocabulary

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What it is."""
    status: Status
    """Whether it works: `warn` works with less, `fail` does not."""
    detail: str
    """What was found."""
    remedy: str = ""
    """What to do about it; empty where nothing needs doing."""


def diagnose() -> list[Check]:
    """Everything that decides how well this installation works; never raises."""
    checks: list[Check] = []
    for look in _LOOKS:
        try:
            checks.extend(look())
        # A broken installation can raise anything; it is what the doctor is asked about.
        except Exception as error:
            checks.append(
                Check(
                    name=look.__name__.strip("_"),
                    status="fail",
                    detail=f"{type(error).__name__}: {error}",
                    remedy="reinstall: pip install --force-reinstall agentcompress",
                )
            )
    return checks


def _python() -> Iterator[Check]:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check(name="python", status="ok", detail=detail)


def _packages() -> Iterator[Check]:
    from packaging.requirements import Requirement

    for line in metadata.requires("agentcompress") or ():
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        fits = version is not None and requirement.specifier.contains(version, prereleases=True)
        yield Check(
            name=requirement.name,
            status="ok" if fits else "fail",
            detail=version or "not installed",
            remedy="" if fits else f"pip install '{requirement.name}{requirement.specifier}'",
        )


def _tokenizers() -> Iterator[Check]:
    for encoding in ENCODINGS:
        vocabulary = find_vocabulary(encoding)
        if vocabulary is None:
            yield Check(
                name=f"tokenizer {encoding}",
                status="warn",
                detail="not found: tokens are an estimate of four bytes each",
                remedy="pip install bpe-openai, or set TIKTOKEN_CACHE_DIR to a folder tiktoken has filled",
            )
        else:
            yield Check(name=f"tokenizer {encoding}", status="ok", detail=vocabulary.source)


def _device() -> Iterator[Check]:
    import torch

    if torch.cuda.is_available():
        detail = f"cuda: {torch.cuda.get_device_name()}"
    elif torch.backends.mps.is_available():
        detail = "mps"
    else:
        detail = f"cpu, {torch.get_num_threads()} threads"
    yield Check(name="device", status="ok", detail=detail)


def _static_encoder() -> Iterator[Check]:
    folder = resources.files("agentcompress.encoders") / "data"
    files = sorted(item.name for item in folder.iterdir()) if folder.is_dir() else []
    if files:
        yield Check(name="static encoder", status="ok", detail=", ".join(files))
    else:
        yield Check(
            name="static encoder",
            status="fail",
            detail="its data files are missing",
            remedy="reinstall: pip install --force-reinstall agentcompress",
        )


def _minilm() -> Iterator[Check]:
    if minilm_weights() is None:
        yield Check(name="MiniLM encoder", status="warn", detail="not installed", remedy=INSTALL)
        return
    try:
        minilm_folder()
    except MissingDependencyError as error:
        yield Check(name="MiniLM encoder", status="fail", detail=str(error), remedy=REINSTALL)
    else:
        yield Check(name="MiniLM encoder", status="ok", detail="weights verified")


def _encoder() -> Iterator[Check]:
    chosen, reason = automatic()
    yield Check(name="encoder", status="ok", detail=f"auto takes {chosen}: {reason}")


def _faiss() -> Iterator[Check]:
    found = {name: version for name in ("faiss-cpu", "faiss-gpu") if (version := _version(name))}
    detail = ", ".join(f"{name} {version}" for name, version in found.items())
    if len(found) == 1:
        yield Check(name="faiss", status="ok", detail=detail)
    elif found:
        yield Check(
            name="faiss",
            status="warn",
            detail=f"{detail}: one overwrites the other",
            remedy="pip uninstall faiss-cpu faiss-gpu, then install the one you want again",
        )
    else:
        yield Check(
            name="faiss",
            status="warn",
            detail="not installed: no vector memory",
            remedy="pip install 'agentcompress[cpu]', or 'agentcompress[gpu]' with CUDA 12",
        )


def _ocr() -> Iterator[Check]:
    """Whether text in images can be read; ONNX Runtime comes by several names."""
    engine = _version("rapidocr")
    runtimes = [name for name in ("onnxruntime", "onnxruntime-gpu") if _version(name)]
    if engine and runtimes:
        yield Check(name="ocr", status="ok", detail=f"rapidocr {engine} on {runtimes[0]}")
    else:
        yield Check(
            name="ocr",
            status="warn",
            detail="not installed: text in images stays unread",
            remedy=INSTALL_OCR,
        )


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


_LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _python,
    _packages,
    _tokenizers,
    _device,
    _static_encoder,
    _minilm,
    _encoder,
    _faiss,
    _ocr,
)
