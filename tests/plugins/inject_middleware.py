"""A pytest plugin: every agent that `create_agent` makes compresses, so that others' tests are tests of ours.

`make upstream DIR=…` runs LangChain's without and with it: `-p inject_middleware`, this folder on PYTHONPATH.
"""

import os
from functools import wraps
from typing import Any

import langchain.agents
import langchain.agents.factory

from agentcompress import ContextCompressionMiddleware

BUDGET = int(os.environ.get("AGENTCOMPRESS_BUDGET", "100000"))
"""Tokens of a request."""

_create_agent: Any = langchain.agents.factory.create_agent


@wraps(_create_agent)
def _with_compression(*args: Any, middleware: Any = (), **more: Any) -> Any:
    return _create_agent(*args, middleware=[*middleware, ContextCompressionMiddleware(BUDGET)], **more)


# Before the tests import it.
langchain.agents.create_agent = _with_compression
langchain.agents.factory.create_agent = _with_compression
