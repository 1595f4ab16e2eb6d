"""What is kept of recorded runs: the figures of README and guides."""
