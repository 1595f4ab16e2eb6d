"""LangChain and LangGraph on top of the compressor."""

from .graph import compress_graph
from .meter import Cost, CostMeter
from .middleware import ContextCompressionMiddleware
from .model import compress_model
from .overthinking import OverthinkingMiddleware
from .settings import Settings

__all__ = [
    "ContextCompressionMiddleware",
    "Cost",
    "CostMeter",
    "OverthinkingMiddleware",
    "Settings",
    "compress_graph",
    "compress_model",
]
