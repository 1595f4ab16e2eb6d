"""Retrieved documents under a budget, for LangChain."""

from .compressor import BudgetedDocumentCompressor

__all__ = ["BudgetedDocumentCompressor"]
