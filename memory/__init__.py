"""A LangGraph store in one file: what was put stays, and is found by meaning."""

from .export import StoreReader, export
from .stats import NamespaceStats, StoreStats, stats
from .store import FaissStore
from .vacuum import Vacuumed, vacuum

__all__ = [
    "FaissStore",
    "NamespaceStats",
    "StoreReader",
    "StoreStats",
    "Vacuumed",
    "export",
    "stats",
    "vacuum",
]
