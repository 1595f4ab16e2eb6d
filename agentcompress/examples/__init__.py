"""Examples for a prompt, under a budget of tokens."""

from .chosen import ChosenExample
from .selector import BudgetedExampleSelector

__all__ = ["BudgetedExampleSelector", "ChosenExample"]
