"""What input tokens cost, in shares of the plain input price."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceModel:
    """How a provider's prompt cache changes the price of an input token."""

    name: str
    """What the command line calls it."""
    read: float
    """Price of a token read from the cache."""
    write: float
    """Price of a token that is not, and is written to it."""

    @property
    def rewrite(self) -> float:
        """What writing a cached token anew costs, in calls that would have read it."""
        return (self.write - self.read) / self.read


_MODELS = {
    prices.name: prices
    for prices in (
        # platform.claude.com/docs: prompt caching, five-minute cache
        PriceModel(name="anthropic", read=0.1, write=1.25),
        # The same with the one-hour cache
        PriceModel(name="anthropic-1h", read=0.1, write=2.0),
        # platform.openai.com/docs: reads up to 90% off; writes are charged from GPT-5.6 on
        PriceModel(name="openai", read=0.1, write=1.25),
        PriceModel(name="none", read=1.0, write=1.0),
    )
}


def price_model(name: str) -> PriceModel:
    """The price model of that name.

    Raises:
        ValueError: There is none of that name.
    """
    try:
        return _MODELS[name]
    except KeyError:
        raise ValueError(f"prices {name!r} are none of {', '.join(sorted(_MODELS))}") from None


def billed(requests: Iterable[tuple[int, int]], prices: PriceModel) -> float:
    """Input cost of a run, in tokens at the plain input price; caches never expire.

    Args:
        requests: For each request its tokens and, of those, the tokens of whole
            messages that are byte-identical with the start of the request before.
        prices: What reading and writing the cache costs.
    """
    return sum(prices.read * kept + prices.write * (tokens - kept) for tokens, kept in requests)
