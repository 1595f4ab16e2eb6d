"""Make a conversation in OpenAI chat format fit a token budget, without any agent."""

from agentcompress import Compressor

LISTING = "\n".join(f"src/module_{i}.py:{i * 7}: def handler_{i}(request):" for i in range(600))

MESSAGES = [
    {"role": "system", "content": "You are a careful engineer."},
    {"role": "user", "content": "Where is handler_271 defined?"},
    {
        "role": "assistant",
        "content": "Listing all handlers.",
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "grep", "arguments": '{"pattern": "def handler"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": LISTING},
]


def main() -> None:
    """Compresses and prints what the model would see."""
    result = Compressor(1_000).compress(MESSAGES)
    print(f"{result.tokens_before:,} -> {result.tokens_after:,} tokens, {result.compression_ratio:.0%} saved")
    print(result.messages[-1]["content"])


if __name__ == "__main__":
    main()
