"""Other tools beside this one: the same inputs, the same counter, one run."""
