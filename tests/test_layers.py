"""The arrows of DESIGN.md §2: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = {"errors", "recent", "values"}
ENGINE = {
    *CORE,
    "images",
    "messages",
    "tokens",
    "segmenters",
    "encoders",
    "criteria",
    "kernels",
    "strategies",
    "pipeline",
    "compressor",
}
MAY_IMPORT = {
    "errors": set(),
    "recent": set(),
    "values": set(),
    "files": set(),
    "mappers": {"errors"},
    "monitors": CORE,
    "messages": CORE,
    "images": CORE,
    "tokens": {*CORE, "images"},
    "segmenters": {*CORE, "images"},
    "encoders": {*CORE, "images", "kernels"},
    "criteria": CORE,
    "kernels": set(),
    "strategies": {*CORE, "kernels"},
    "pipeline": {*CORE, "tokens"},
    "compressor": ENGINE,
    "archive": {*ENGINE},
    "integration": {*CORE, "archive", "compressor", "encoders", "messages", "monitors", "tokens"},
    "passages": {*CORE, "criteria", "encoders", "strategies", "tokens"},
    "documents": {*CORE, "passages", "segmenters", "strategies", "tokens"},
    "examples": {
        *CORE,
        *("compressor", "criteria", "encoders", "memory", "passages", "segmenters", "strategies", "tokens"),
    },
    "memory": {*CORE, "files", "encoders"},
    "graphs": {*CORE, "compressor", "documents", "integration", "memory", "passages", "tokens"},
    "doctor": {*CORE, "images", "tokens", "encoders"},
    "evaluation": {*ENGINE, "archive", "documents", "examples", "passages"},
    "training": {*ENGINE, "evaluation", "files"},
    "report": {*CORE, "doctor", "evaluation", "images", "messages", "pipeline", "tokens"},
    "demo": {*ENGINE, "integration", "report"},
    "cli": {*ENGINE, "files", "demo", "doctor", "evaluation", "mappers", "memory", "report", "training"},
    "__main__": {"cli"},
    "__init__": {*CORE, "compressor", "documents", "examples", "integration", "monitors"},
}
HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "faiss",
    "PIL",
    "onnxruntime",
    "rapidocr",
    "langchain",
    "langgraph",
    "langchain_core",
    "ray",
}
LIGHT_ROOMS = (
    "values",
    "images",
    "tokens",
    "segmenters",
    "encoders",
    "criteria",
    "kernels",
    "strategies",
    "pipeline",
    "mappers",
    "monitors",
    "evaluation",
    "training",
    "cli",
)


def modules() -> list[tuple[str, Path]]:
    rooms = [(path.stem, path) for path in (ROOT / "agentcompress").glob("*.py")]
    for folder in (ROOT / "agentcompress").iterdir():
        rooms += [(folder.name, path) for path in folder.rglob("*.py")]
    return sorted(rooms, key=str)


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """Absolute names that a module imports; those under TYPE_CHECKING too, unless `top_only`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else list(ast.walk(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda value: str(value)[-40:])
def test_a_room_imports_only_those_below_it(room: str, path: Path) -> None:
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("agentcompress.")}
    assert ours - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("room", LIGHT_ROOMS)
def test_heavy_libraries_are_imported_only_inside_functions(room: str) -> None:
    for path in (ROOT / "agentcompress" / room).rglob("*.py"):
        assert not {name.split(".")[0] for name in imports(path, top_only=True)} & HEAVY, path


def test_every_package_is_listed_for_the_wheel() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "agentcompress").rglob("__init__.py")
    }
    assert listed == found | {"agentcompress.graphs", "agentcompress.memory"}
