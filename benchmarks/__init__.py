"""Measurements; never shipped in the wheel."""
