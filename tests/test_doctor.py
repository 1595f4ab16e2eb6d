"""The doctor's findings."""

import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from agentcompress import doctor
from agentcompress.doctor import Check, diagnose
from agentcompress.tokens import find_vocabulary


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Distribution → the version that the doctor is told; None for one that is missing."""
    told: dict[str, str | None] = {}
    real = metadata.version

    def version(name: str) -> str:
        if name not in told:
            return real(name)
        if (answer := told[name]) is None:
            raise metadata.PackageNotFoundError(name)
        return answer

    monkeypatch.setattr(metadata, "version", version)
    return told


def test_every_problem_has_a_remedy_and_nothing_else_has() -> None:
    checks = diagnose()
    assert {"python", "torch", "tokenizer o200k_base", "device", "static encoder", "faiss"} <= {
        check.name for check in checks
    }
    assert all(check.detail for check in checks)
    assert all((check.status == "ok") == (check.remedy == "") for check in checks)


def test_extras_are_not_required() -> None:
    assert "mypy" not in {check.name for check in diagnose()}


def test_old_and_missing_packages(versions: dict[str, str | None]) -> None:
    versions.update({"tiktoken": "0.1", "bm25s": None})
    checks = diagnose()
    assert named(checks, "tiktoken").status == "fail"
    assert named(checks, "tiktoken").remedy == "pip install 'tiktoken>=0.9'"
    assert named(checks, "bm25s").detail == "not installed"


@pytest.mark.parametrize(
    ("cpu", "gpu", "status", "words"),
    [
        ("1.15", None, "ok", "faiss-cpu 1.15"),
        (None, "1.15", "ok", "faiss-gpu 1.15"),
        ("1.15", "1.15", "warn", "pip uninstall faiss-cpu faiss-gpu"),
        (None, None, "warn", "agentcompress[cpu]"),
    ],
)
def test_faiss(
    versions: dict[str, str | None], cpu: str | None, gpu: str | None, status: str, words: str
) -> None:
    versions.update({"faiss-cpu": cpu, "faiss-gpu": gpu})
    check = named(diagnose(), "faiss")
    assert check.status == status
    assert words in check.detail + check.remedy


@pytest.mark.parametrize(
    ("engine", "runtime", "status", "words"),
    [
        ("3.10.0", "1.22", "ok", "rapidocr 3.10.0 on onnxruntime"),
        ("3.10.0", None, "warn", "pip install 'agentcompress[ocr]'"),
        (None, "1.22", "warn", "text in images stays unread"),
    ],
)
def test_ocr(
    versions: dict[str, str | None], engine: str | None, runtime: str | None, status: str, words: str
) -> None:
    versions.update({"rapidocr": engine, "onnxruntime": runtime, "onnxruntime-gpu": None})
    check = named(diagnose(), "ocr")
    assert check.status == status
    assert words in check.detail + check.remedy


def test_missing_vocabulary_is_reported_as_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_vocabulary", lambda encoding: None)
    check = named(diagnose(), "tokenizer o200k_base")
    assert (check.status, "estimate" in check.detail) == ("warn", True)
    assert find_vocabulary("o200k_base") is not None


def test_minilm_weights_are_verified(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> list[metadata.PackagePath]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", missing)
    assert named(diagnose(), "MiniLM encoder").status == "warn"

    weights = metadata.PackagePath("model/model.safetensors")
    weights.dist = metadata.PathDistribution(tmp_path / "it.dist-info")
    monkeypatch.setattr(metadata, "files", lambda name: [weights])
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other weights")
    check = named(diagnose(), "MiniLM encoder")
    assert check.status == "fail"
    assert hashlib.sha256(b"other weights").hexdigest()[:8] in check.detail


def test_it_says_which_encoder_auto_takes_and_why() -> None:
    assert named(diagnose(), "encoder").detail.startswith("auto takes ")


def test_a_broken_installation_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> list[str]:
        raise OSError("disk on fire")

    monkeypatch.setattr(metadata, "requires", broken)
    check = named(diagnose(), "packages")
    assert check.status == "fail"
    assert "disk on fire" in check.detail
