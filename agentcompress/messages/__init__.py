"""Each library's messages ↔ the messages of the engine."""
