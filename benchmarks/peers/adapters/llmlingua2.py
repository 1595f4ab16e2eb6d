"""LLMLingua-2 (MIT): a token classifier deletes tokens; it heeds no query.

Needs ``pip install llmlingua`` and the model: not run for the committed results.
"""

from benchmarks.peers.peer import weights


class Llmlingua2Peer:
    """`PromptCompressor` in the settings of its documentation; line ends and digits are forced to stay."""

    def __init__(self) -> None:
        folder = weights("LLMLINGUA2_MODEL", "microsoft/llmlingua-2-xlm-roberta-large-meetingbank")
        from llmlingua import PromptCompressor

        self._compressor = PromptCompressor(model_name=folder, use_llmlingua2=True, device_map="cpu")

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The tokens that are kept."""
        found = self._compressor.compress_prompt(
            text, target_token=tokens, force_tokens=["\n"], force_reserve_digit=True, drop_consecutive=True
        )
        return str(found["compressed_prompt"])
