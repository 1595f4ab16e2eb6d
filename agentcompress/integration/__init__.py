"""LangChain and LangGraph on top of the compressor."""

from .middleware import ContextCompressionMiddleware
from .settings import Settings

__all__ = ["ContextCompressionMiddleware", "Settings"]
