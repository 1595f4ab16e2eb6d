"""A context budget for LangGraph agents."""
