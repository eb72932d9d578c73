"""API keys: made and shown once, listed without their secret, ended."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.domain.organisations import ApiKey, Role, Scope
from ledger.services import organisations as service


@group()
def key() -> None:
    """API keys of organisations, for programs and for signing in to the console."""


@key.command()
@click.option("--org", required=True, help="Whose, by short name.")
@click.option("--label", required=True, help="What the key is for.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; may be repeated. By default everything; an authority looks up.",
)  # fmt: skip
@click.option("--sandbox", is_flag=True, help="A key to try with: it checks thirty invented codes, nothing else.")
@pass_cli
def new(cli: Cli, org: str, label: str, scopes: tuple[str, ...], *, sandbox: bool) -> dict[str, Any]:
    """Make a key for an organisation and show its secret, this once."""
    owner = service.organisation(cli.ledger, org)
    usual = [Scope.LOOK_UP] if owner.role is Role.AUTHORITY else list(Scope)
    wanted = [Scope(one) for one in scopes] or usual
    made, secret = service.issue_key(cli.ledger, owner.id, label, wanted, sandbox=sandbox)
    cli.screen.say(secret, style="bold")
    cli.screen.hint("This is the key. It is not kept here and cannot be shown again: put it away now.")
    return {"secret": secret} | _view(made)


@key.command(name="list")
@click.option("--org", required=True, help="Whose, by short name.")
@pass_cli
def list_(cli: Cli, org: str) -> dict[str, Any]:
    """An organisation's keys, newest first."""
    owner = service.organisation(cli.ledger, org)
    with cli.ledger.store.read() as tx:
        found = tx.organisations.api_keys(owner.id)
    rows = [
        (one.id, one.label, f"…{one.last4}", " ".join(sorted(one.scopes)), when(one.created_at),
         when(one.revoked_at) or "in force")
        for one in found
    ]  # fmt: skip
    cli.screen.table(("ID", "LABEL", "ENDS IN", "MAY", "MADE", "ENDED"), rows, f"{owner.name} has no keys.")
    return {"keys": [_view(one) for one in found]}


@key.command()
@click.option("--org", required=True, help="Whose, by short name.")
@click.argument("id")
@pass_cli
def revoke(cli: Cli, org: str, id: str) -> dict[str, Any]:
    """End a key at once."""
    owner = service.organisation(cli.ledger, org)
    service.revoke_key(cli.ledger, owner.id, id)
    cli.screen.say("The key is ended.")
    return {"id": id, "revoked": True}


def _view(one: ApiKey) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "last4": one.last4,
        "scopes": sorted(one.scopes),
        "sandbox": one.sandbox,
        "created_at": one.created_at,
        "revoked_at": one.revoked_at,
    }
