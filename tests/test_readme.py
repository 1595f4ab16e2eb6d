"""The snippets of README and guides run as they stand, but for the model that needs a key."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding

from agentcompress.criteria.learned import DEFAULT_WEIGHTS

from .test_encoders_pictures import ColourModel
from .test_eval_examples import TRAIN
from .test_integration_graph import agent
from .test_middleware import TASK, RecordingModel, read

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
SNIPPETS = [
    pytest.param(snippet, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, snippet in enumerate(
        re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_snippet_runs(
    snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(DEFAULT_WEIGHTS, tmp_path / "mine.safetensors")
    model = RecordingModel(steps=6)
    names: dict[str, Any] = {
        "model": model,
        "tools": [read],
        "builder": agent(model),
        "embeddings": DeterministicFakeEmbedding(size=8),
        "clip": ColourModel(),
        "examples": TRAIN,
        "documents": [Document("\n\n".join(f"Valve {n} opens at {n * 3} bar." for n in range(90)))],
        "messages": [
            {"role": "user", "content": "go"},
            *({"role": "assistant", "content": read.invoke({"page": page})} for page in range(4)),
        ],
    }
    if "postgres" in snippet:
        names["database"] = request.getfixturevalue("postgres")
    exec(re.sub(r'"\w+:[\w.-]+"', "model", snippet), names)
    if few_shot := names.get("few_shot"):
        assert few_shot.format(text="play a song").endswith("Intent: play\n\nRequest: play a song\nIntent:")
    elif kept := names.get("kept"):
        assert "Valve 17" in kept[0].page_content
    elif state := names.get("state"):
        assert state["messages"][-1].content == "done"
    elif runs := names.get("agent", names.get("graph")):
        assert runs.invoke(TASK)["messages"][-1].content == "done"
    elif found := names.get("found"):
        assert [item.key for item in found] == ["lunch"]
    else:
        assert (
            names["result"].tokens_after
            <= 2_000
            < names["compressor"].compress(names["messages"]).tokens_before
        )
