"""LangChain and LangGraph on top of the compressor."""

from .meter import Cost, CostMeter
from .middleware import ContextCompressionMiddleware
from .settings import Settings

__all__ = ["ContextCompressionMiddleware", "Cost", "CostMeter", "Settings"]
