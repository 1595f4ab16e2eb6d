"""Learning from recorded runs what agents use next, without a model."""
