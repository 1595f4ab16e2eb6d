"""The command line: parses arguments, calls the library, prints what comes back."""

from .app import main

__all__ = ["main"]
