"""Replays recorded trajectories and measures what a compression policy loses."""
