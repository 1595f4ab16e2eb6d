"""Brings back what left the prompt, by id or by question, within a budget."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agentcompress.compressor import Compressor
from agentcompress.criteria import (
    LeadingCriterion,
    NamedCriterion,
    ProductCriterion,
    RecencyCriterion,
    default_criterion,
)
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.messages import OpenAICodec
from agentcompress.pipeline.fingerprint import fingerprints
from agentcompress.strategies import AnswerStrategy, DeduplicateStrategy, ReasoningStrategy
from agentcompress.tokens import RequestCounter
from agentcompress.values import Criterion, Encoder, Plan, Strategy, Wanted, atoms_of

from .archived import ArchivedMessage, archived

ANSWER_TOKENS = 1_500
"""Tokens of one answer at most, where an agent asks."""
_LEAST_TOKENS = 300
"""Tokens of an answer to a question at most, however low the ceiling."""
_ANSWER_PART = 20
"""Part of the ceiling that an answer to a question takes at most: a few larger ones would push out what
they are for."""
_MARK = re.compile(r"\[[^\]]*tokens(?: elided)?[^\]]*\]")
_HEAD = 24
"""Tokens of the line above what comes back, beside the call."""
_LONGEST_CALL = 120
_ATTEMPTS = 6
"""Tries to leave room for the lines above the pieces."""


def answer_tokens(limit: int | float) -> int:
    """Tokens of an answer to a question at most, where an agent asks under a budget.

    Args:
        limit: The budget in tokens, or the share of a model's window, which is large.
    """
    if isinstance(limit, float):
        return ANSWER_TOKENS
    return min(ANSWER_TOKENS, max(_LEAST_TOKENS, limit // _ANSWER_PART))


class Recaller:
    """Answers from archived messages; holds nothing but its settings and caches.

    A question is answered by the choice that fills a prompt: criteria and strategy over the
    segments of all that is archived, without recency, and counting only what is not before the
    model already. But what matches the question best comes first, whatever it costs.

    Args:
        counter: Counts tokens; None counts plain o200k tokens.
        encoder: Gives vectors, as for `Compressor`.
    """

    def __init__(self, counter: RequestCounter | None = None, encoder: EncoderSetting = "auto") -> None:
        self._counter = counter or RequestCounter.for_model(None)
        criterion = _criterion(encoder_for(encoder))
        # Marks name no ids: the line above each piece has its message's. Files stay closed, as in agents.
        self._compressor = Compressor(
            1, counter=self._counter, criterion=criterion, keep_steps=0, image_files=False
        )

    def left(self, messages: Sequence[Any], plan: Plan) -> list[ArchivedMessage]:
        """What a plan does not show as it is of a conversation that is still at hand."""
        gone = {*plan.shown, *plan.folded}
        read = self._compressor.read(messages)
        return archived(read, (index for index, name in enumerate(fingerprints(read)) if name in gone))

    def seen(self, messages: Sequence[Any], plan: Plan) -> str:
        """What a plan shows of a conversation, as one text."""
        shown = self._compressor.read(self._compressor.shown(messages, plan))
        return "\n".join(message.said for message in shown)

    def by_id(
        self, messages: Sequence[ArchivedMessage], key: str, lines: str | None = None, *, budget: int
    ) -> str:
        """A message whole, or some of its lines; byte for byte behind a head line.

        Args:
            messages: What is archived.
            key: Of the message, or the beginning of it, as marks name it.
            lines: "12-40" or "12", counted from 1; None for all.
            budget: Tokens of the answer at most.

        Returns:
            The text; where it is too long, its beginning and how to go on; where nothing
            has this id or these lines, what to ask for instead.
        """
        wanted = Wanted(result_id=key, lines=lines or "")
        found = _named(messages, wanted)
        if not found:
            known = ", ".join(f"{one.id} {one.call}".strip() for one in messages[-8:])
            return f"Nothing is archived under {key!r}. The newest: {known or 'none'}. Or ask a question."
        rows = found[-1].text.splitlines(keepends=True)
        if not rows:
            return _head(found[-1])
        first, last = wanted.span or (0, None)
        if lines and not 1 <= first <= len(rows):
            return f"lines={lines!r} names none of its {len(rows)} lines. Give for example lines='1-40'."
        return self._fitting(found[-1], rows, first, min(last or len(rows), len(rows)), budget)

    def pictures(self, messages: Sequence[ArchivedMessage], key: str, *, budget: int) -> list[Any]:
        """The images, documents, recordings and films of a message, as content blocks.

        Args:
            messages: What is archived.
            key: As for `by_id`.
            budget: Tokens that they may take together: what takes more comes smaller, or not at all, and
                a line in the end says how many are missing.
        """
        found = _named(messages, Wanted(result_id=key))
        if not found or not found[-1].blocks:
            return []
        asked = [{"role": "tool", "content": found[-1].shown}]
        shown = self._compressor.with_budget(max(1, budget)).compress(asked).messages
        contents = (message["content"] for message in shown)
        blocks = [block for content in contents if isinstance(content, list) for block in content]
        back = [block for block in blocks if block in found[-1].shown or block.get("type") != "text"]
        missing = len(found[-1].shown) - len(back)
        said = f"[{missing} of {len(found[-1].shown)} images or files are too large to come back]"
        return [*back, {"type": "text", "text": said}] if missing else back

    def by_question(
        self, messages: Sequence[ArchivedMessage], question: str, *, seen: str = "", budget: int
    ) -> str:
        """What of the archive answers a question, each piece under its call and id.

        Args:
            messages: What is archived.
            question: What is asked.
            seen: What is before the model already.
            budget: Tokens of the answer at most.
        """
        # What is asked about is wanted, whoever named it before.
        known = set(atoms_of(seen)).difference(atoms_of(question))
        before = {"role": "system", "content": "\n".join(sorted(known))}
        fixed = self._counter.message(OpenAICodec().read(before))
        by_key = {one.key: one for one in messages}
        asked = [before, *({"role": "tool", "content": one.text, "name": one.key} for one in by_key.values())]
        heads = ["", *(one.call for one in by_key.values())]
        compressor = self._compressor.with_strategy(_strategy(heads))
        room = budget
        for _ in range(_ATTEMPTS):
            chosen = compressor.with_budget(fixed + max(1, room)).compress(asked, query=question)
            # What is not brought back needs no note.
            shown = self._compressor.shown(asked, replace(chosen.plan, notes={}))
            found = [(by_key[view["name"]], view["content"]) for view in shown if view.get("name") in by_key]
            answer = "\n\n".join(f"{_head(one)}\n{text}" for one, text in found if _says(text))
            over = self._counter.text(answer) - budget
            if over <= 0:
                break
            room -= over + _HEAD
        else:
            answer = ""
        return answer or "Nothing that is archived answers this within the budget."

    def _fitting(
        self, message: ArchivedMessage, rows: Sequence[str], first: int, last: int, budget: int
    ) -> str:
        """As many lines as fit, and how to go on."""
        head = _head(message)
        room = budget - _HEAD - self._counter.text(head)
        end = first - 1
        while end < last and (room := room - self._counter.text(rows[end])) >= 0:
            end += 1
        if end < first:
            return f"{head}\nLine {first} alone is too long to be brought back: ask a question about it."
        text = "".join(rows[first - 1 : end])
        if (first, end) == (1, len(rows)):
            return f"{head}\n{text}"
        more = f", go on with lines='{end + 1}-{last}'" if end < last else ""
        return f"{head} lines {first}-{end} of {len(rows)}{more}\n{text}"


def _named(messages: Sequence[ArchivedMessage], wanted: Wanted) -> list[ArchivedMessage]:
    return [one for one in messages if wanted.key and one.key.startswith(wanted.key)]


def _head(message: ArchivedMessage) -> str:
    where = " in another conversation" if message.elsewhere else ""
    return f"[{message.id}] {message.call[:_LONGEST_CALL] or message.role}{where}"


def _says(text: str) -> bool:
    """Whether anything is left of a text but marks of what is not."""
    return bool(_MARK.sub("", text).strip(" \n…"))


def _criterion(encoder: Encoder) -> Criterion:
    """The default criterion without recency, as what is asked back is old; what the question names leads."""
    criterion = default_criterion(encoder)
    if not isinstance(criterion, ProductCriterion):
        return criterion
    factors = [one for one in criterion.factors if not isinstance(one, RecencyCriterion)]
    return replace(criterion, factors=(*factors, NamedCriterion()))


def _strategy(heads: Sequence[str]) -> Strategy:
    """The default strategy, but what answers comes first; `heads` say what each message is about."""
    return ReasoningStrategy() | DeduplicateStrategy() | AnswerStrategy(answers=LeadingCriterion(heads=heads))
