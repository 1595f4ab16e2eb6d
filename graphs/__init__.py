"""Ready-made graphs around the middleware."""
