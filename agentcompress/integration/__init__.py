"""LangChain and LangGraph on top of the compressor."""

from .graph import compress_graph
from .middleware import ContextCompressionMiddleware
from .model import compress_model
from .settings import Settings

__all__ = ["ContextCompressionMiddleware", "Settings", "compress_graph", "compress_model"]
