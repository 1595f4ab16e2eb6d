"""Labelled texts to choose examples from, and texts to choose them for."""

from pydantic import BaseModel, Field


class LabelledText(BaseModel):
    """A text and what it is."""

    text: str = Field(min_length=1)
    """What is asked."""
    label: str
    """The right answer."""


class ExampleSet(BaseModel):
    """One record of `icl`."""

    source: str
    """Where it comes from. Taken from the file's name where it is missing."""
    train: list[LabelledText] = Field(min_length=1)
    """The examples."""
    test: list[LabelledText] = Field(min_length=1)
    """What they are chosen for."""
