"""Segment → score → plan → render: the one place where the rooms meet."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, Self

from agentcompress.criteria import default_criterion
from agentcompress.criteria.passages import passage_criterion
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.images import ImageDrawer
from agentcompress.messages import MessageMemo, codec_for, tool_schemas
from agentcompress.pipeline.accounting import breakdown
from agentcompress.pipeline.conversation import Conversation
from agentcompress.pipeline.drawing import drawn
from agentcompress.pipeline.eviction import Eviction, evict
from agentcompress.pipeline.eviction_memo import EvictionMemo
from agentcompress.pipeline.explaining import WatchedStrategy, reasons
from agentcompress.pipeline.ingestion import ingest
from agentcompress.pipeline.planning import settled
from agentcompress.pipeline.segmenting import SegmentCache
from agentcompress.pipeline.standing import Standing, Standings
from agentcompress.segmenters import ImageSegmenter, declared, default_segmenter
from agentcompress.strategies import CondenseStrategy, PassageStrategy, PruneStrategy, default_strategy
from agentcompress.tokens import RequestCounter, price_model
from agentcompress.values import (
    Budget,
    CompressionResult,
    Criterion,
    Message,
    MessageCodec,
    Plan,
    Reason,
    Strategy,
    TextReader,
    check_settings,
    common_start,
)

_APPLY_ATTEMPTS = 6
"""Tries to meet a budget by another's counter."""


class Compressor:
    """Makes a conversation fit a token budget.

    Holds no state of any conversation, only caches by content: one compressor may serve many threads. What
    keeps a long run stable is the plan: hand back the last one, and decisions stay frozen until an eviction.

    Args:
        budget: The hard limit of a whole request: tokens, a fraction of the window, or a `Budget`.
        model: The model that will read the messages: how tokens are counted. None counts o200k tokens.
        window: The model's context window in tokens, where a fraction needs it and its name does not tell.
        counter: Counts requests; None takes the one that fits `model`.
        criterion: Says how much segments matter, and passages of documents, each as one segment; None
            takes the default ones, with `encoder`.
        encoder: Gives its vectors: "auto", "static", "minilm", a folder, an `Embeddings` or an `Encoder`.
        strategy: Chooses what is shown when everything does not fit.
        keep_steps: How many of the newest steps are soft-pinned.
        keep_images: How many of the newest images are shown in full while they fit.
        text_reader: Reads the text in images, a second or so each, so that its lines can stand for one.
        exclude_tools: Names of tools whose calls and results are never touched.
        pin: Says of a message, in the form that came in, whether it is never to be touched; its
            call or results stay with it. Called for every message of every request.
        image_files: Whether images that are local files are opened to show them smaller. Hosts of agents
            leave them alone: a tool that names a file must not have it sent to the provider.
        lossless: Whether tool results are said in fewer tokens, with nothing lost, even where
            there is room: JSON without indentation, uniform records as a table.
        recallable: Whether marks of what is left out say by which id it can be recalled.
        prices: Of the provider's prompt cache: "anthropic", "anthropic-1h", "openai" or "none"; they
            say how deep an eviction goes and how early it may cut. None takes those of `model`.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range, a fraction has no window, or both `criterion` and
            `encoder` are given.
    """

    def __init__(
        self,
        budget: int | float | Budget,
        *,
        model: str | None = None,
        window: int | None = None,
        counter: RequestCounter | None = None,
        criterion: Criterion | None = None,
        encoder: EncoderSetting = "auto",
        strategy: Strategy | None = None,
        keep_steps: int = 1,
        keep_images: int = 1,
        text_reader: TextReader | None = None,
        exclude_tools: Collection[str] = (),
        pin: Callable[[Any], bool] | None = None,
        image_files: bool = True,
        lossless: bool = False,
        recallable: bool = False,
        prices: str | None = None,
    ) -> None:
        check_settings(exclude_tools, keep_steps=keep_steps, keep_images=keep_images)
        if criterion is not None and encoder != "auto":
            raise ValueError("criterion and encoder exclude each other: give the encoder to the criterion")
        self._budget = budget if isinstance(budget, Budget) else Budget(limit=budget)
        self._counter = counter or RequestCounter.for_model(model)
        self._prices = price_model(prices or self._counter.profile.prices)
        self._window = window or self._counter.profile.window
        self._ceiling = self._budget.ceiling(self._window)
        self._item_tokens = int(self._budget.item_share * self._ceiling)
        if criterion is None:
            shared = encoder_for(encoder)  # One, for its cache.
            self._criterion, answers = default_criterion(shared), passage_criterion(shared)
        else:
            self._criterion = answers = criterion
        self._strategy = strategy or default_strategy(answers)
        self._condense: Strategy = PassageStrategy(answers=answers) | CondenseStrategy()
        self._returning: Strategy = PruneStrategy()
        self._keep_steps = keep_steps
        self._keep_images = keep_images
        self._exclude_tools = frozenset(exclude_tools)
        self._pin = pin
        self._lossless = lossless
        self._recallable = recallable
        images = ImageSegmenter(text_reader, files=image_files)
        self._segmented = SegmentCache(default_segmenter(), self._counter, declared, images)
        self._drawer = ImageDrawer()
        self._read = MessageMemo()
        self._standings = Standings()
        self._evictions = EvictionMemo()

    def with_budget(self, budget: int | float | Budget) -> Self:
        """The same compressor under another budget, sharing what it has already read.

        Raises:
            ValueError: A setting is out of range, or a fraction has no window.
        """
        other = copy(self)
        other._budget = budget if isinstance(budget, Budget) else Budget(limit=budget)
        other._ceiling = other._budget.ceiling(self._window)
        other._item_tokens = int(other._budget.item_share * other._ceiling)
        other._standings = Standings()  # What is condensed on arrival depends on the budget.
        return other

    def with_strategy(self, strategy: Strategy) -> Self:
        """The same compressor with another strategy, sharing what it has already read."""
        other = copy(self)
        other._strategy = strategy
        other._standings, other._evictions = Standings(), EvictionMemo()
        return other

    def scaled(self, share: float) -> Self:
        """The same compressor under a share of its ceiling: what a provider counts differently."""
        if share == 1:
            return self
        other = self.with_budget(replace(self._budget, limit=max(1, int(self._ceiling * share)), reserve=0))
        # What was let in whole stays so: condensing it later would break the prompt's prefix.
        other._item_tokens, other._standings = self._item_tokens, self._standings
        return other

    def compress(
        self,
        messages: Sequence[Any],
        query: str | None = None,
        tools: Sequence[Any] | None = None,
        *,
        plan: Plan | None = None,
    ) -> CompressionResult:
        """The messages as the model should see them.

        Args:
            messages: LangChain messages or OpenAI chat dictionaries, system prompt included.
            query: What the next step is about; None derives it from the messages.
            tools: Tools or their schemas: they count, and are never touched.
            plan: The plan of the previous call of the same conversation.

        A message that is to say something else is replaced, not edited: one that left the prompt is known
        by its identity. So is one that is to be pinned, where it left and is not among the newest 512.

        Returns:
            Messages in the form that came in, the plan for the next call, and the figures.

        Raises:
            BudgetExceededError: What may never be touched is alone over the ceiling.
            TypeError: `pin` says something else than True or False.
            UnsupportedContentError: A message is of no known shape.
        """
        return self._compress(messages, query, self._counter.tools(tool_schemas(tools)), plan or Plan())

    async def acompress(
        self,
        messages: Sequence[Any],
        query: str | None = None,
        tools: Sequence[Any] | None = None,
        *,
        plan: Plan | None = None,
    ) -> CompressionResult:
        """`compress` in a worker thread, so that an event loop never waits for it."""
        return await asyncio.to_thread(self.compress, messages, query, tools, plan=plan)

    def read(self, messages: Sequence[Any], plan: Plan | None = None) -> Sequence[Message]:
        """The messages as the engine sees them; those that were read before cost little.

        Args:
            messages: As for `compress`.
            plan: What `compress` just decided about these messages: then they are at hand.

        Raises:
            UnsupportedContentError: A message is of no known shape.
        """
        found = self._standings.find(messages, plan) if plan else Standing()
        if len(found.raw) == len(messages):
            return found.history.messages
        codec = codec_for(messages)
        return [self._read.read(codec, message) for message in messages]

    def shown(self, messages: Sequence[Any], plan: Plan) -> list[Any]:
        """The messages as a plan shows them, nothing decided anew.

        Raises:
            UnsupportedContentError: A message is of no known shape.
        """
        codec = codec_for(messages)
        whole = self._conversation(codec, messages, 0)
        views = whole.render(settled(plan, whole.groups, whole.names, whole.declared))
        return list(map(codec.write, drawn([view.message for view in views], self._drawer.drawn)))

    def explain(
        self,
        messages: Sequence[Any],
        query: str | None = None,
        tools: Sequence[Any] | None = None,
        *,
        plan: Plan | None = None,
    ) -> list[Reason]:
        """Why each segment is shown or not where `compress` gets the same arguments; takes as long again.

        Args:
            messages: As for `compress`.
            query: As for `compress`.
            tools: As for `compress`.
            plan: The plan from before the compression that is to be explained.

        Returns:
            One reason a segment, in order. Calls have none: they stay as long as their message does.

        Raises:
            BudgetExceededError: What may never be touched is alone over the ceiling.
            UnsupportedContentError: A message is of no known shape.
        """
        arriving, choosing = WatchedStrategy(self._condense), WatchedStrategy(self._strategy)
        watched = copy(self)
        watched._condense, watched._strategy = arriving, choosing
        watched._evictions = EvictionMemo()  # A plan that is remembered was not watched.
        tool_tokens = self._counter.tools(tool_schemas(tools))
        conversation = self._conversation(codec_for(messages), messages, tool_tokens)
        after = before = watched._ingested(conversation, plan or Plan())
        if conversation.size(conversation.render(before)) > self._high_water(conversation):
            after = watched._evicted(conversation, before, query).plan
        return list(reasons(conversation, before, after, arriving.looks, choosing.looks))

    def apply(self, messages: list[Any], *, count_tokens: Callable[[Sequence[Any]], int]) -> None:
        """Shortens a list of LangChain messages in place: LangChain's `ContextEdit` Protocol.

        For `ContextEditingMiddleware(edits=[Compressor(…)])`, which keeps no plan between calls. The budget
        holds by its counter too, which may count more: system prompt, tools, an estimate on the safe side.

        Args:
            messages: Changed in place.
            count_tokens: LangChain's counter.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
        """
        constant = count_tokens([])
        limit, shown = self._ceiling, messages
        for _ in range(_APPLY_ATTEMPTS):
            smaller = self.with_budget(replace(self._budget, limit=limit, reserve=0))
            shown = smaller.compress(messages).messages
            counted = count_tokens(shown)
            if counted <= self._ceiling:
                break
            limit = max(1, limit * (self._ceiling - constant) // max(1, counted - constant) - 1)
        messages[:] = shown

    def _compress(
        self, messages: Sequence[Any], query: str | None, tool_tokens: int, plan: Plan
    ) -> CompressionResult:
        started = time.perf_counter()
        messages = list(messages)  # The caller's may grow meanwhile.
        codec = codec_for(messages)
        conversation = self._conversation(codec, messages, tool_tokens, self._standing(codec, messages, plan))
        before, plan = plan, self._ingested(conversation, plan)
        grown = views = conversation.grown(plan)
        tokens = kept = conversation.size(views)
        eviction = None
        if tokens > self._high_water(conversation):
            eviction = self._evicted(conversation, plan, query)
            views = conversation.render(eviction.plan, plan)
            plan = eviction.plan
            tokens = conversation.size(views)
            kept = conversation.size(views[: common_start(grown, views)])
        shown = [view.message for view in views]
        self._standings.put(Standing(raw=messages, history=conversation.history, plan=plan, views=views))
        return CompressionResult(
            messages=list(map(codec.write, drawn(shown, self._drawer.drawn))),
            message_tokens=[view.tokens for view in views],
            plan=plan,
            left=conversation.newly_decided(grown, before, plan),
            ceiling=self._ceiling,
            tokens_before=tool_tokens + conversation.history.tokens(range(len(messages))),
            tokens_after=tokens,
            evicted=eviction is not None,
            certificate=eviction.certificate if eviction else None,
            breakdown=breakdown(shown, tool_tokens, conversation.cost),
            shortened=conversation.shortened(views),
            folded=len(messages) - len(conversation.there(plan)),
            prefix_kept=kept,
            milliseconds=1_000 * (time.perf_counter() - started),
        )

    def _message(self, codec: MessageCodec, raw: Any) -> Message:
        message = self._read.read(codec, raw)
        if self._pin is None:
            return message
        pinned: object = self._pin(raw)
        if not isinstance(pinned, bool):
            # The truth of a coroutine or a mock would pin everything.
            raise TypeError(f"pin must say True or False of a message, got {type(pinned).__name__}")
        return replace(message, pinned=True) if pinned and not message.pinned else message

    def _standing(self, codec: MessageCodec, messages: Sequence[Any], plan: Plan) -> Standing:
        """What an earlier call left that these messages go on from, unless they were changed since."""
        if self._pin is not None:  # It may think otherwise of any message by now.
            return Standing()
        found = self._standings.find(messages, plan)
        return found if found.holds(codec, partial(self._read.read, codec)) else Standing()

    def _conversation(
        self, codec: MessageCodec, messages: Sequence[Any], tool_tokens: int, before: Standing | None = None
    ) -> Conversation:
        before = before or Standing()
        further = [self._message(codec, message) for message in messages[len(before.raw) :]]
        return Conversation(
            history=before.history.extended(
                further, cost=self._counter.message, exclude_tools=self._exclude_tools
            ),
            before=before,
            tool_tokens=tool_tokens,
            counter=self._counter,
            segmented=self._segmented,
            keep_steps=self._keep_steps,
            keep_images=self._keep_images,
            draw=self._drawer.drawn,
            lossless=self._lossless,
            recallable=self._recallable,
        )

    def _high_water(self, conversation: Conversation) -> float:
        return conversation.fixed + self._budget.trigger * (self._ceiling - conversation.fixed)

    def _ingested(self, conversation: Conversation, plan: Plan) -> Plan:
        plan = settled(plan, conversation.new_groups, conversation.names, conversation.declared)
        whole = self._budget.item_share == 1
        if whole and not self._lossless:
            return plan
        share = None if whole else self._item_tokens
        return ingest(conversation, self._criterion, self._condense, plan, share=share)

    def _evicted(self, conversation: Conversation, plan: Plan, query: str | None) -> Eviction:
        return self._evictions.get(
            conversation,
            plan,
            budget=self._budget,
            query=query,
            make=lambda: evict(
                conversation,
                self._criterion,
                self._strategy,
                self._returning,
                plan,
                query=query,
                keep=self._budget.keep,
                trigger=self._budget.trigger,
                ceiling=self._ceiling,
                prices=self._prices,
            ),
        )
