"""A context budget for LangGraph agents.

Public names are imported on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentcompress.compressor import Compressor
    from agentcompress.errors import (
        AgentCompressError,
        BudgetExceededError,
        ContextRefusedError,
        EncodingError,
        InvalidInputError,
        MissingDependencyError,
        StoreBusyError,
        UnsupportedContentError,
    )
    from agentcompress.integration import (
        ContextCompressionMiddleware,
        CostMeter,
        compress_graph,
        compress_model,
    )
    from agentcompress.values import Budget, CompressionResult, Plan

__all__ = [
    "AgentCompressError",
    "Budget",
    "BudgetExceededError",
    "CompressionResult",
    "Compressor",
    "ContextCompressionMiddleware",
    "ContextRefusedError",
    "CostMeter",
    "EncodingError",
    "InvalidInputError",
    "MissingDependencyError",
    "Plan",
    "StoreBusyError",
    "UnsupportedContentError",
    "compress_graph",
    "compress_model",
]

_HOMES = {
    "AgentCompressError": "errors",
    "Budget": "values",
    "BudgetExceededError": "errors",
    "CompressionResult": "values",
    "Compressor": "compressor",
    "ContextCompressionMiddleware": "integration",
    "ContextRefusedError": "errors",
    "CostMeter": "integration",
    "EncodingError": "errors",
    "InvalidInputError": "errors",
    "MissingDependencyError": "errors",
    "Plan": "values",
    "StoreBusyError": "errors",
    "UnsupportedContentError": "errors",
    "compress_graph": "integration",
    "compress_model": "integration",
}

try:
    __version__ = version("agentcompress")
except PackageNotFoundError:
    __version__ = "0.0.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
