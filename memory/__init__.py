"""The room of `FaissStore`, where what leaves the prompt will be kept; nothing is in it yet.

Until then originals stay in the graph's state, which compression never changes.
"""
