"""A context budget for LangGraph agents.

Public names are imported on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentcompress.compressor import Compressor
    from agentcompress.documents import BudgetedDocumentCompressor
    from agentcompress.errors import (
        AgentCompressError,
        BudgetExceededError,
        ContextRefusedError,
        EncodingError,
        InvalidInputError,
        MissingDependencyError,
        StoreBusyError,
        UnsupportedContentError,
        WorkerLostError,
    )
    from agentcompress.examples import BudgetedExampleSelector
    from agentcompress.integration import (
        ContextCompressionMiddleware,
        CostMeter,
        OverthinkingMiddleware,
        compress_graph,
        compress_model,
    )
    from agentcompress.monitors import OverthinkingMonitor
    from agentcompress.values import Budget, CompressionResult, Plan

    __version__: str

__all__ = [
    "AgentCompressError",
    "Budget",
    "BudgetExceededError",
    "BudgetedDocumentCompressor",
    "BudgetedExampleSelector",
    "CompressionResult",
    "Compressor",
    "ContextCompressionMiddleware",
    "ContextRefusedError",
    "CostMeter",
    "EncodingError",
    "InvalidInputError",
    "MissingDependencyError",
    "OverthinkingMiddleware",
    "OverthinkingMonitor",
    "Plan",
    "StoreBusyError",
    "UnsupportedContentError",
    "WorkerLostError",
    "compress_graph",
    "compress_model",
]

_HOMES = {
    "AgentCompressError": "errors",
    "Budget": "values",
    "BudgetExceededError": "errors",
    "BudgetedDocumentCompressor": "documents",
    "BudgetedExampleSelector": "examples",
    "CompressionResult": "values",
    "Compressor": "compressor",
    "ContextCompressionMiddleware": "integration",
    "ContextRefusedError": "errors",
    "CostMeter": "integration",
    "EncodingError": "errors",
    "InvalidInputError": "errors",
    "MissingDependencyError": "errors",
    "OverthinkingMiddleware": "integration",
    "OverthinkingMonitor": "monitors",
    "Plan": "values",
    "StoreBusyError": "errors",
    "UnsupportedContentError": "errors",
    "WorkerLostError": "errors",
    "compress_graph": "integration",
    "compress_model": "integration",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # As slow as all the rest together.

    try:
        return version("agentcompress")
    except PackageNotFoundError:
        return "0.0.0"
