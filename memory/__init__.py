"""Where what leaves the prompt is kept."""
