"""Rights of brands, as the operator looks at them."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.services.desk import rights as service


@group()
def right() -> None:
    """Marks, designs and works that brands have stated: what waits, and what the register says of it."""


@right.command(name="list")
@pass_cli
def list_(cli: Cli) -> dict[str, Any]:
    """Rights that nobody has compared with the register yet, contested ones first."""
    found = service.rights_for(cli.ledger, cli.acting_for("council"))
    with cli.ledger.store.read() as tx:
        names = {one.id: one.slug for one in tx.organisations.all()}
    rows = [
        (
            one.id,
            names[one.owner],
            one.kind,
            one.name,
            f"{one.office} {one.number}",
            one.state,
            when(one.created_at),
            one.changed_at,
        )
        for one in found
    ]
    head = ("ID", "WHOSE", "KIND", "NAME", "NUMBER", "STATE", "STATED", "VERSION")
    cli.screen.table(head, rows, "Every right was compared with the register.")
    return {
        "rights": [
            {
                "id": one.id,
                "owner": names[one.owner],
                "kind": one.kind,
                "name": one.name,
                "state": one.state,
                "version": one.changed_at,
            }
            for one in found
        ]
    }


@right.command()
@click.argument("id")
@click.option(
    "--version", type=int, help="The one that you compared, from the list: refused where it has changed since."
)
@pass_cli
def confirm(cli: Cli, id: str, version: int | None) -> dict[str, Any]:
    """Say that the register agrees with what a brand has stated."""
    return _compared(cli, id, version, agrees=True)


@right.command()
@click.argument("id")
@click.option(
    "--version", type=int, help="The one that you compared, from the list: refused where it has changed since."
)
@pass_cli
def refuse(cli: Cli, id: str, version: int | None) -> dict[str, Any]:
    """Say that the register does not agree: nothing rests on the right any more."""
    return _compared(cli, id, version, agrees=False)


def _compared(cli: Cli, id: str, version: int | None, *, agrees: bool) -> dict[str, Any]:
    found = service.check_right(cli.ledger, cli.acting_for("council"), id, agrees=agrees, changed_at=version)
    cli.screen.say(f"“{found.name}” is {found.state}.")
    return {"id": found.id, "state": found.state}
