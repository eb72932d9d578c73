"""Statements: what an organisation has sent, and waiting until one is final."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.cli.sent import LONGEST, report_sent, statement_view, wait_until_settled, where_is
from ledger.domain.errors import Unknown
from ledger.domain.outbox import Queued
from ledger.domain.statements import to_json
from ledger.services.progress_of import progress_of


@group()
def statements() -> None:
    """Signed statements on their way to the chain."""


@statements.command(name="list")
@click.option("--org", required=True, help="Whose, by short name.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", help="Go on after this statement of an earlier list.")
@pass_cli
def list_(cli: Cli, org: str, limit: int, before: str | None) -> dict[str, Any]:
    """An organisation's statements, newest first."""
    caller = cli.acting_for(org)
    with cli.ledger.store.read() as tx:
        found = tx.outbox.page(caller.organisation.id, before, limit)
        where = progress_of(cli.ledger, tx, found)
    views = [statement_view(one, where[one.id]) for one in found]
    rows = [(v["id"], v["kind"], v["state"], v["block"], when(v["created_at"]), v["reason"]) for v in views]
    cli.screen.table(("ID", "KIND", "STATE", "BLOCK", "SENT", "WHY"), rows)
    return {"statements": views}


@statements.command()
@click.argument("id")
@pass_cli
def show(cli: Cli, id: str) -> dict[str, Any]:
    """One statement, by its id or its hash, with its fields."""
    queued = _find(cli, id)
    view = statement_view(queued, where_is(cli.ledger, queued)) | {"values": to_json(queued.statement.values)}
    shown = {name.replace("_", " "): value for name, value in view.items() if name != "values"}
    cli.screen.facts(shown | {"created at": when(queued.created_at)} | view["values"])
    return view


@statements.command()
@click.argument("id")
@click.option("--timeout", type=click.FloatRange(0, 3600), default=LONGEST, show_default=True, help="Seconds.")
@pass_cli
def wait(cli: Cli, id: str, timeout: float) -> dict[str, Any]:
    """Wait until a statement is final: exit code 0; 1 where it was refused for good, 3 where it takes longer."""
    queued = _find(cli, id)
    wait_until_settled(cli, queued, timeout)
    return report_sent(cli, queued)


def _find(cli: Cli, id: str) -> Queued:
    with cli.ledger.store.read() as tx:
        found = tx.outbox.get(id)
        if found is None and len(id) == 66 and id.startswith("0x"):
            try:
                found = tx.outbox.by_hash(bytes.fromhex(id[2:]))
            except ValueError:
                found = None
    if found is None:
        raise Unknown(f"There is no statement “{id[:70]}” in this ledger's outbox.")
    return found
