"""An owner reports an item lost, stolen, or found again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.sign import owner_key_option, submit_signed
from ledger.domain.statements import OwnerReportKind
from ledger.services.report_status import draft_report


@command()
@click.argument("what", type=click.Choice([kind.name.lower() for kind in OwnerReportKind]))
@click.argument("gtin")
@click.argument("serial")
@owner_key_option
@click.option("--reason", help="What happened; kept here, not on the chain.")
@click.option("--police-reference", help="The police's number of the case; kept here.")
@wait_option
@pass_cli
def report(cli: Cli, what: str, gtin: str, serial: str, owner_key: Path, wait: bool, **words: Any) -> dict[str, Any]:
    """Report GTIN SERIAL lost or stolen, or found again. Any report ends open offers and an open recovery."""
    draft = draft_report(cli.ledger, gtin, serial, OwnerReportKind[what.upper()], words)
    return report_sent(cli, submit_signed(cli, draft, owner_key), wait=wait)
