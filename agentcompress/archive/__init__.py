"""What left the prompt: kept in any LangGraph store, and brought back by id or by question."""

from .archive import Archive
from .archived import ArchivedMessage, archived
from .recaller import ANSWER_TOKENS, Recaller, answer_tokens

__all__ = ["ANSWER_TOKENS", "Archive", "ArchivedMessage", "Recaller", "answer_tokens", "archived"]
