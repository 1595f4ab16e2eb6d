"""Which encoder a setting means, everywhere one can be given."""

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from agentcompress import Compressor, ContextCompressionMiddleware
from agentcompress.criteria import RecencyCriterion
from agentcompress.encoders import CachedEncoder, automatic, choice, encoder_for, minilm_weights
from agentcompress.errors import MissingDependencyError

from .commands import Command, WriteLines, fails
from .encoders import STATIC, RecordingEncoder
from .helpers import reads
from .test_cli import RUN


def test_auto_without_a_driver_is_static_and_leaves_torch_alone() -> None:
    code = (
        "import ctypes, sys\n"
        "def missing(*a, **k): raise OSError\n"
        "ctypes.CDLL = missing\n"
        "from agentcompress.encoders import encoder_for\n"
        "print(encoder_for('auto').name, 'torch' in sys.modules, 'langchain_core' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == [STATIC.name, "False", "False"]


@pytest.mark.parametrize(
    ("weights", "gpu", "chosen", "why"),
    [
        (None, True, "static", "minilm extra"),
        (Path("w"), False, "static", "sees no GPU"),
        (Path("w"), True, "minilm", "MiniLM on Some GPU"),
    ],
)
def test_auto_with_a_driver(
    monkeypatch: pytest.MonkeyPatch, weights: Path | None, gpu: bool, chosen: str, why: str
) -> None:
    import torch

    monkeypatch.setattr(ctypes, "CDLL", lambda name: None)
    monkeypatch.setattr(choice, "minilm_weights", lambda: weights)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    found, reason = automatic()
    assert found == chosen
    assert why in reason


def test_an_encoder_gets_a_cache_and_keeps_the_one_it_has() -> None:
    recorder = RecordingEncoder()
    cached = encoder_for(recorder)
    cached.encode(["a", "b"])
    cached.encode(["a", "b"])
    assert recorder.seen == ["a", "b"]
    own = CachedEncoder(STATIC)
    assert encoder_for(own) is own


@pytest.mark.parametrize("setting", [3, None, object()])
def test_what_is_no_encoder_is_refused(setting: object) -> None:
    with pytest.raises(ValueError, match=f"got {type(setting).__name__}"):
        encoder_for(setting)  # type: ignore[arg-type]


def test_an_empty_name_is_refused(tmp_path: Path, command: Command) -> None:
    chat = tmp_path / "chat.json"
    chat.write_text(json.dumps(reads(2)))
    fails(command("compress", chat, "--budget", 1_500, "--encoder", ""), "encoder must not be empty")


@pytest.mark.parametrize("encoder", [RecordingEncoder(), "static", DeterministicFakeEmbedding(size=8)])
def test_a_compressor_scores_with_the_encoder_it_is_given(encoder: object) -> None:
    result = Compressor(1_500, encoder=encoder).compress(reads(10))  # type: ignore[arg-type]
    assert result.evicted
    assert result.tokens_after <= 1_500
    if isinstance(encoder, RecordingEncoder):
        assert encoder.seen


def test_a_criterion_brings_its_own_encoder() -> None:
    with pytest.raises(ValueError, match="criterion and encoder"):
        Compressor(1_500, criterion=RecencyCriterion(), encoder="static")


def test_middleware_refuses_an_encoder_that_is_none() -> None:
    with pytest.raises(ValueError, match="encoder must be"):
        ContextCompressionMiddleware(1_500, encoder=3)  # type: ignore[arg-type]
    assert ContextCompressionMiddleware(1_500, encoder=RecordingEncoder())


def test_the_command_line_takes_a_name(tmp_path: Path, command: Command, write_lines: WriteLines) -> None:
    chat = tmp_path / "chat.json"
    chat.write_text(json.dumps(reads(10)))
    data = write_lines("runs.jsonl", [RUN])
    assert command("compress", chat, "--budget", 1_500, "--encoder", "static").code == 0
    assert command("replay", data, "--budget", 0.5, "--encoder", "static", "--json").code == 0
    fails(command("compress", chat, "--budget", 1_500, "--encoder", tmp_path), "cannot be loaded")
    fails(command("replay", data, "--budget", 0.5, "--encoder", tmp_path), "cannot be loaded")


@pytest.mark.skipif(minilm_weights() is not None, reason="the minilm extra is installed")
def test_missing_weights_name_the_extra() -> None:
    with pytest.raises(MissingDependencyError, match=r"agentcompress\[minilm\]"):
        encoder_for("minilm")
