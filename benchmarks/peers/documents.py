"""This library on documents: whole ones are chosen for a question, not parts of one text."""

from agentcompress.evaluation.choosers import Choosing, DocumentChooser
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.recording import Recording

DOCUMENTS = "documents"
"""Field of a tool result that has its documents one by one."""


class DocumentsPolicy:
    """`BudgetedDocumentCompressor` on the documents of the newest result."""

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The conversation with the documents that fit."""
        messages = recording.trajectory.messages[:step]
        texts = messages[-1][DOCUMENTS]
        count = recording.measure.text
        room = budget = ceiling - sum(recording.tokens[: step - 1])
        task = Choosing(
            id=recording.trajectory.id,
            question=messages[0]["content"],
            texts=texts,
            tokens=[count(text) for text in texts],
        )
        while True:
            shown = "\n\n".join(texts[index] for index in DocumentChooser().choose(task, budget))
            over = count(shown) - room  # what stands between them counts, too
            if over <= 0 or budget <= over:
                return Shown(messages=[*messages[:-1], {**messages[-1], "content": shown}])
            budget -= over
