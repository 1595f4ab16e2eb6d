"""What every encoder does to a text before it reads it."""


def well_formed(text: str) -> str:
    """The text with lone surrogates replaced: neither a tokenizer nor a server takes them."""
    return text.encode("utf-8", "replace").decode("utf-8")
