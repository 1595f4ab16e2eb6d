"""A LangGraph store in one file: what was put stays, and is found by meaning."""

from .export import export
from .store import FaissStore

__all__ = ["FaissStore", "export"]
