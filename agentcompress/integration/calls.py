"""A call of a model with a compressed view of its messages: what every host shares."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, Unpack

from langchain_core.messages import AIMessage

from agentcompress.archive import ArchivedMessage, archived
from agentcompress.errors import ContextRefusedError
from agentcompress.values import Budget, CompressionResult

from .archiving import Archives
from .compressors import ModelCompressors
from .events import aannounce, announce
from .kept import Kept
from .overflow import is_overflow, taken_share
from .settings import Settings

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a host is about to send."""

    model: object
    """The chat model."""
    messages: Sequence[Any]
    """System message included."""
    tools: Sequence[Any] = ()
    """Tools or schemas that are sent beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A call whose messages fit."""

    asked: Asked
    """What was to be sent."""
    kept: Kept
    """What the conversation keeps once the call has succeeded, if nothing is billed."""
    result: CompressionResult
    """The view to send instead."""
    retried: bool = False
    """Whether a longer view was refused already."""

    def settled(self, answer: AIMessage | None) -> Kept:
        """What the conversation keeps after the answer, its bill taken into account."""
        usage = answer.usage_metadata if answer is not None else None
        if not usage:
            return self.kept
        return replace(
            self.kept, correction=self.kept.billed(self.result.tokens_after, usage["input_tokens"])
        )


class CompressedCalls:
    """Sends views that fit, and a shorter one if the provider finds the first too long.

    Holds no conversation; one may serve many threads and event loops.

    Args:
        budget: As in `ModelCompressors`.
        archives: Where what leaves a prompt is kept, before the model is called; marks then say by
            which id what they stand for comes back. None keeps nothing.
        settings: As in `Settings`.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range.
    """

    def __init__(
        self, budget: int | float | Budget, *, archives: Archives | None = None, **settings: Unpack[Settings]
    ) -> None:
        self._compressors = ModelCompressors(budget, recallable=archives is not None, **settings)
        self._archives = archives
        self._on_compression = settings.get("on_compression")

    def call(
        self,
        asked: Asked,
        kept: Kept,
        send: Callable[[list[Any]], _Answer],
        said: Callable[[_Answer], AIMessage | None],
    ) -> tuple[_Answer, Kept]:
        """The answer to a compressed view, and what the conversation keeps.

        Args:
            asked: What was to be sent.
            kept: What the conversation kept from its last call.
            send: Calls the model.
            said: The model's message in an answer.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
            ContextRefusedError: The provider refused the shorter view too.
        """
        answer, prepared = self.answered(asked, kept, send)
        return answer, prepared.settled(said(answer))

    async def acall(
        self,
        asked: Asked,
        kept: Kept,
        send: Callable[[list[Any]], Awaitable[_Answer]],
        said: Callable[[_Answer], AIMessage | None],
    ) -> tuple[_Answer, Kept]:
        """`call` without blocking the event loop."""
        answer, prepared = await self.aanswered(asked, kept, send)
        return answer, prepared.settled(said(answer))

    def answered(
        self, asked: Asked, kept: Kept, send: Callable[[list[Any]], _Answer]
    ) -> tuple[_Answer, Prepared]:
        """The answer to the first view that the provider takes, and that view.

        For answers whose bill comes later; arguments and errors as in `call`.
        """
        prepared = self.prepare(asked, kept)
        while True:
            try:
                return send(prepared.result.messages), prepared
            except Exception as error:
                prepared = self.shorter(prepared, error)

    async def aanswered(
        self, asked: Asked, kept: Kept, send: Callable[[list[Any]], Awaitable[_Answer]]
    ) -> tuple[_Answer, Prepared]:
        """`answered` without blocking the event loop."""
        prepared = await self.aprepare(asked, kept)
        while True:
            try:
                return await send(prepared.result.messages), prepared
            except Exception as error:
                prepared = await self.ashorter(prepared, error)

    def check(self, model: object) -> None:
        """Makes what a model's calls need, so that what is wrong shows before the first one.

        Raises:
            ValueError: The budget is a fraction and the model's window is not known.
        """
        self._compressors.for_model(model)

    def prepare(self, asked: Asked, kept: Kept) -> Prepared:
        """The view to send; the run is told of it.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
            InvalidInputError: The run lacks what the archives' namespace needs.
        """
        prepared = self._prepared(asked, kept)
        if self._archives and (archive := self._archives.current()):
            archive.keep(self._left(prepared))
        announce(prepared.result)
        return prepared

    async def aprepare(self, asked: Asked, kept: Kept) -> Prepared:
        """`prepare` without blocking the event loop."""
        # Making a compressor reads files, so it too stays off the event loop.
        prepared = await asyncio.to_thread(self._prepared, asked, kept)
        if self._archives and (archive := self._archives.current()):
            await archive.akeep(self._left(prepared))
        await aannounce(prepared.result)
        return prepared

    def shorter(self, prepared: Prepared, error: Exception) -> Prepared:
        """A shorter view after the provider refused one as too long; any other error is raised again.

        Raises:
            BudgetExceededError: What may never be touched is alone over what the provider takes.
            ContextRefusedError: It was the shorter view that was refused.
        """
        return replace(self.prepare(prepared.asked, _refused(prepared, error)), retried=True)

    async def ashorter(self, prepared: Prepared, error: Exception) -> Prepared:
        """`shorter` without blocking the event loop."""
        return replace(await self.aprepare(prepared.asked, _refused(prepared, error)), retried=True)

    def _prepared(self, asked: Asked, kept: Kept) -> Prepared:
        result = (
            self._compressors.for_model(asked.model)
            .scaled(kept.share)
            .compress(asked.messages, tools=asked.tools, plan=kept.plan)
        )
        if self._on_compression is not None:
            self._on_compression(result)
        return Prepared(asked=asked, kept=replace(kept, plan=result.plan), result=result)

    def _left(self, prepared: Prepared) -> list[ArchivedMessage]:
        """The messages that this call is the first not to show as they are."""
        if not prepared.result.left:
            return []
        compressor, result = self._compressors.for_model(prepared.asked.model), prepared.result
        return archived(compressor.read(prepared.asked.messages, result.plan), result.left)


def _refused(prepared: Prepared, error: Exception) -> Kept:
    """What the conversation keeps of a refusal."""
    if not is_overflow(error):
        raise error
    sent = prepared.result.tokens_after
    if prepared.retried:
        raise ContextRefusedError(sent, str(error)) from error
    taken = prepared.kept.taken * taken_share(error) * sent / prepared.result.ceiling
    return replace(prepared.kept, taken=taken)
