"""``python -m agentcompress``."""

from agentcompress.cli import main

main()
