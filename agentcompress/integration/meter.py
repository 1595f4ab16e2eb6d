"""What runs cost, with compression and without."""

from dataclasses import dataclass
from threading import Lock

from langchain_core.runnables.config import ensure_config

from agentcompress.recent import Recent
from agentcompress.tokens import billed, price_model
from agentcompress.values import CompressionResult, common_start

_REMEMBERED = 256
"""Conversations whose newest request is remembered; a provider forgets older ones, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What requests cost so far: input only, caches that never expire."""

    requests: int = 0
    """How many there were."""
    tokens: int = 0
    """Their tokens as they were sent."""
    cached: int = 0
    """Of these, tool schemas and whole messages with which the request before began, too."""
    billed: float = 0.0
    """Their price, in tokens at the plain input price."""
    tokens_uncompressed: int = 0
    """Their tokens without compression."""
    billed_uncompressed: float = 0.0
    """Their price without compression."""

    @property
    def cached_share(self) -> float:
        """Share of the tokens that a provider's cache can serve."""
        return self.cached / self.tokens if self.tokens else 0.0

    @property
    def billed_share(self) -> float:
        """Price ÷ price without compression."""
        return self.billed / self.billed_uncompressed if self.billed_uncompressed else 1.0


class CostMeter:
    """Adds up what every request costs.

    ```python
    meter = CostMeter()
    middleware = ContextCompressionMiddleware(16_000, on_compression=meter)
    ```

    Each request is compared with the one before it in the same thread and graph, as the
    run's config names them; where no run says which thread it is, all are taken for one
    conversation. A request that the provider refused as too long counts like one that it took.
    May serve many threads and event loops.

    Args:
        prices: Price model: "anthropic", "openai" or "none".

    Raises:
        ValueError: There is no such price model.
    """

    def __init__(self, prices: str = "anthropic") -> None:
        self._prices = price_model(prices)
        self._cost = Cost()
        self._before = Recent[tuple[object, ...], CompressionResult](_REMEMBERED)
        self._lock = Lock()

    @property
    def cost(self) -> Cost:
        """The cost so far."""
        return self._cost

    def __call__(self, result: CompressionResult) -> None:
        """Adds a request."""
        before = self._before.put(_conversation(), result)
        cached, cached_uncompressed = (0, 0) if before is None else _cached(before, result)
        with self._lock:
            was = self._cost
            self._cost = Cost(
                requests=was.requests + 1,
                tokens=was.tokens + result.tokens_after,
                cached=was.cached + cached,
                billed=was.billed + billed([(result.tokens_after, cached)], self._prices),
                tokens_uncompressed=was.tokens_uncompressed + result.tokens_before,
                billed_uncompressed=was.billed_uncompressed
                + billed([(result.tokens_before, cached_uncompressed)], self._prices),
            )


def _conversation() -> tuple[object, ...]:
    """Thread and place in the graph, without the ids of single steps."""
    named = ensure_config().get("configurable", {})
    path = str(named.get("checkpoint_ns", "")).split("|")
    return (named.get("thread_id"), *(node.split(":")[0] for node in path))


def _cached(before: CompressionResult, now: CompressionResult) -> tuple[int, int]:
    """Tokens that a request shares with the start of the one before it: as sent, and uncompressed."""
    tools = now.breakdown["tool schemas"]
    if tools != before.breakdown["tool schemas"]:  # They come first.
        return 0, 0
    same = common_start(before.messages, now.messages)
    if not same:
        return tools, tools
    # Whatever is compressed, the first message stands as it is: so it tells whether conversations go on.
    return tools + sum(now.message_tokens[:same]), min(before.tokens_before, now.tokens_before)
