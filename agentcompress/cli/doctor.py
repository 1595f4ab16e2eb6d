"""`agentcompress doctor`."""

import json

import typer

from .options import AsJson
from .printing import print_tables


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, what is missing and how to get it."""
    from dataclasses import asdict

    from agentcompress.doctor import diagnose
    from agentcompress.report.table import checks_table

    checks = diagnose()
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        print_tables([checks_table(checks)])
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(1)
