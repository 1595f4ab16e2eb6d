"""Choose few-shot examples within a budget of tokens, from a store that outlives the process."""

import tempfile
from pathlib import Path

from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate

from agentcompress import BudgetedExampleSelector
from agentcompress.memory import FaissStore

KINDS = {
    "refund": ["I want my money back for order {n}", "please refund parcel {n}, it came broken"],
    "track": ["where is order {n}", "has parcel {n} left the depot yet"],
    "cancel": ["cancel order {n}", "stop parcel {n}, I ordered it twice"],
}
EXAMPLE = PromptTemplate.from_template("Request: {text}\nIntent: {label}")


def examples() -> list[dict[str, str]]:
    """Requests with their intents."""
    return [
        {"text": text.format(n=1_000 + number), "label": label}
        for label, texts in KINDS.items()
        for text in texts
        for number in range(20)
    ]


def selector(path: Path) -> BudgetedExampleSelector:
    """What chooses, with the examples that the store has already."""
    return BudgetedExampleSelector(
        budget=150, input_keys=["text"], label_key="label", example_prompt=EXAMPLE, store=FaissStore(path)
    )


def main() -> None:
    """Fills a store, opens it again and prints a prompt with what was chosen for it, and why."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "examples.db"
        selector(path).add_examples(examples())
        chooser = selector(path)
        print(f"{len(chooser)} examples are kept\n")
        asked = {"text": "my parcel 4711 is broken, where is my money?"}
        prompt = FewShotPromptTemplate(
            example_selector=chooser,
            example_prompt=EXAMPLE,
            suffix="Request: {text}\nIntent:",
            input_variables=["text"],
        )
        print(prompt.format(**asked))
        for one in chooser.select(asked):
            reasons = f"relevance {one.relevance:.2f}, covers {one.coverage:.2f}, label {one.label:.2f}"
            print(f"{one.tokens:>3} tokens, {reasons}: {one.example['text']}")


if __name__ == "__main__":
    main()
