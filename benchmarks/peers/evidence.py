"""Evidence recall: a question's documents as one tool output, which a peer is to shorten.

A document counts as kept where all of its words stand one behind the other in what is shown.
"""

from collections.abc import Callable, Sequence
from statistics import fmean
from time import perf_counter
from typing import Any

from agentcompress.errors import BudgetExceededError
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policy import Policy
from agentcompress.evaluation.questions import Question
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.summary import time_figures

from .documents import DOCUMENTS

_CALL = "call_documents"


class EvidenceTally:
    """One peer on the questions of one source.

    Args:
        budget: Share of the documents' tokens.
        measure: Counts.
    """

    def __init__(self, budget: float, measure: Measure) -> None:
        self._budget = budget
        self._measure = measure
        self._recalls: list[float] = []
        self._ratios: list[float] = []
        self._times: list[float] = []
        self._over = 0

    def add(self, question: Question, policy: Callable[[], Policy]) -> None:
        """Lets the peer shorten one question's documents; one without evidence counts for nothing."""
        texts = {document.id: document.text for document in question.documents}
        evidence = [texts[name] for name in set(question.evidence) if name in texts]
        if not evidence:
            return
        recording = Recording(_as_trajectory(question, list(texts.values())), self._measure)
        documents = recording.tokens[2]
        room = int(self._budget * documents)
        ceiling = sum(recording.tokens[:2]) + room
        begun = perf_counter()
        try:
            shown = policy().compress(recording, 3, ceiling).messages
        except BudgetExceededError:
            shown = []
        self._times.append((perf_counter() - begun) * 1000)
        tokens = sum(recording.look(message)[1] for message in shown)
        seen = _plain("\n".join(str(message.get("content") or "") for message in shown))
        self._recalls.append(fmean(_plain(text) in seen for text in evidence))
        self._ratios.append(max(0, tokens - sum(recording.tokens[:2])) / max(1, documents))
        self._over += tokens > ceiling

    def row(self) -> dict[str, Any]:
        """Means over the questions."""
        return {
            "questions": len(self._recalls),
            "recall": round(fmean(self._recalls), 4),
            "kept_ratio": round(fmean(self._ratios), 4),
            "over_ceiling": self._over,
            **time_figures(self._times),
        }


def _as_trajectory(question: Question, texts: Sequence[str]) -> Trajectory:
    call = {"name": "search_documents", "arguments": "{}"}
    return Trajectory(
        id=question.id,
        source=question.source,
        messages=[
            {"role": "user", "content": question.question},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": _CALL, "type": "function", "function": call}],
            },
            {
                "role": "tool",
                "tool_call_id": _CALL,
                "content": "\n\n".join(texts),
                DOCUMENTS: list(texts),
            },
        ],
    )


def _plain(text: str) -> str:
    return " ".join(text.split())
