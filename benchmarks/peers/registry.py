"""Every peer by name, and how a policy is made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from agentcompress.evaluation.baselines import FullPolicy, RandomPolicy
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.policy import Policy

from .documents import DocumentsPolicy
from .hosting import TextHost
from .policy import PeerPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the table."""

    adapter: str | None = None
    """Module and class under `adapters`; None for policies of `replay`."""
    settings: tuple[tuple[str, Any], ...] = ()
    """What the class is made with."""
    text: bool = False
    """Whether it shortens one text, and needs a host."""
    package: str | None = None
    """Distribution whose version counts."""
    kinds: tuple[str, ...] = ("latency", "replay", "evidence")
    """What it can be measured by."""
    note: str = ""
    """What a reader should know."""


_NO_BUDGET = "has no budget"
ENTRIES: dict[str, Entry] = {
    "agentcompress": Entry(package="agentcompress"),
    "agentcompress-documents": Entry(
        package="agentcompress", kinds=("evidence",), note="`BudgetedDocumentCompressor`"
    ),
    "headroom": Entry(adapter="headroom:HeadroomPeer", package="headroom-ai", note=_NO_BUDGET),
    "headroom-agent": Entry(
        adapter="headroom:HeadroomPeer",
        settings=(("mode", "agent"),),
        package="headroom-ai",
        note=f"lossless, {_NO_BUDGET}",
    ),
    "deepagents": Entry(adapter="deepagents:DeepAgentsPeer", text=True, package="deepagents"),
    "clear-tool-uses": Entry(
        adapter="clear_tool_uses:ClearToolUsesPeer", package="langchain", note="keep=3, the default"
    ),
    "clear-tool-uses-fitting": Entry(
        adapter="clear_tool_uses:ClearToolUsesPeer",
        settings=(("keep", None),),
        package="langchain",
        note="keep= as many as fit",
    ),
    "trim-messages": Entry(adapter="trim_messages:TrimMessagesPeer", package="langchain-core"),
    "tooltrim": Entry(adapter="tooltrim:TooltrimPeer", text=True, package="tooltrim"),
    "llmslim": Entry(adapter="llmslim:LlmslimPeer", text=True, package="llmslim"),
    "distil": Entry(adapter="distil:DistilPeer", package="distil-llm", note=_NO_BUDGET),
    "cendor-squeeze": Entry(adapter="cendor:CendorPeer", text=True, package="cendor-squeeze"),
    "head-tail": Entry(adapter="head_tail:HeadTailPeer", text=True),
    "random": Entry(note="all calls, lines at random"),
    "full": Entry(kinds=("replay",), note="nothing is compressed"),
    "llmlingua-2": Entry(adapter="llmlingua2:Llmlingua2Peer", text=True, package="llmlingua"),
    "ctxprune": Entry(adapter="ctxprune:CtxprunePeer", text=True, package="ctxprune"),
    "provence": Entry(adapter="provence:ProvencePeer", text=True),
}
WEIGHTED = ("llmlingua-2", "ctxprune", "provence")
"""Those that need a model of the user's."""
_OWN: dict[str, Callable[[], Policy]] = {
    "agentcompress-documents": DocumentsPolicy,
    "full": FullPolicy,
    "random": RandomPolicy,
}


def policy_of(name: str, *, stateful: bool) -> Callable[[], Policy]:
    """What makes the policy of a peer, afresh for each trajectory.

    Args:
        name: One of `ENTRIES`.
        stateful: Whether requests follow each other.

    Raises:
        KeyError: No peer has this name.
        ImportError: The peer is not installed.
        MissingWeightsError: Its model is not on this machine.
    """
    entry = ENTRIES[name]
    if entry.adapter is None:
        return _OWN.get(name) or policy_named("agentcompress", stateful=stateful)
    module, kind = entry.adapter.split(":")
    make = getattr(import_module(f".adapters.{module}", __package__), kind)
    make(**dict(entry.settings))  # so that what is missing is said at once

    def policy() -> Policy:
        peer = make(**dict(entry.settings))
        return PeerPolicy(TextHost(peer, cached=stateful) if entry.text else peer, cached=stateful)

    return policy
