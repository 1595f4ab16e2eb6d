"""Examples for a prompt, under a budget of tokens."""

from .chosen import ChosenExample
from .selector import BudgetedExampleSelector
from .trajectories import run_example

__all__ = ["BudgetedExampleSelector", "ChosenExample", "run_example"]
