"""One compressor for each model."""

from threading import Lock
from typing import Unpack

from agentcompress.compressor import Compressor
from agentcompress.encoders import encoder_for
from agentcompress.tokens import UNKNOWN, price_model
from agentcompress.values import Budget, check_settings

from .settings import Settings


class ModelCompressors:
    """Compressors for the models that are seen, over one encoder and one set of settings.

    Args:
        budget: Hard limit of a whole request: tokens, a fraction of the model's window,
            or a `Budget` with marks of its own; a number gets `Budget.for_long_run`.
        recallable: Whether marks of what is left out say by which id it can be recalled.
        settings: As in `Settings`.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range.
    """

    def __init__(
        self, budget: int | float | Budget, *, recallable: bool = False, **settings: Unpack[Settings]
    ) -> None:
        if unknown := sorted(settings.keys() - Settings.__annotations__.keys()):
            raise ValueError(
                f"there is no setting {unknown[0]!r}: known are {', '.join(Settings.__annotations__)}"
            )
        self._budget = budget if isinstance(budget, Budget) else Budget.for_long_run(budget)
        self._exclude_tools = settings.get("exclude_tools", ())
        self._pin = settings.get("pin")
        self._recallable = recallable
        self._lossless = settings.get("lossless", False)
        self._keep_images = settings.get("keep_images", 1)
        check_settings(self._exclude_tools, keep_images=self._keep_images)
        self._text_reader = settings.get("text_reader")
        self._model = settings.get("model")
        self._encoder = encoder_for(settings.get("encoder", "auto"))  # one, and one cache, for all models
        self._strategy = settings.get("strategy")
        self._prices = settings.get("prices")
        if self._prices is not None:
            price_model(self._prices)
        self._made: dict[tuple[str, int | None], Compressor] = {}
        self._lock = Lock()

    def for_model(self, model: object) -> Compressor:
        """The compressor for a chat model, made when it is first seen; reads files then.

        Raises:
            ValueError: The budget is a fraction and the model's window is not known.
        """
        name = self._model or model_name(model) or UNKNOWN
        profile = getattr(model, "profile", None) or {}
        key = (name, profile.get("max_input_tokens"))
        with self._lock:
            if key not in self._made:
                self._made[key] = Compressor(
                    self._budget,
                    model=name,
                    window=key[1],
                    exclude_tools=self._exclude_tools,
                    pin=self._pin,
                    lossless=self._lossless,
                    keep_images=self._keep_images,
                    text_reader=self._text_reader,
                    image_files=False,
                    recallable=self._recallable,
                    encoder=self._encoder,
                    strategy=self._strategy,
                    prices=self._prices,
                )
            return self._made[key]


def model_name(model: object) -> str | None:
    """The name by which a provider knows a chat model; None where it has none."""
    names = (getattr(model, field, None) for field in ("model_name", "model", "model_id"))
    return next((name for name in names if isinstance(name, str)), None)
