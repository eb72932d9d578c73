"""Webhooks of organisations: listed with their health, added with a secret shown once, removed, sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.domain.errors import Invalid
from ledger.domain.webhooks import Endpoint, EventType, State
from ledger.services import webhook_endpoints as service
from ledger.services.queue_message import replay as send_again
from ledger.services.queue_message import replay_failed

_DELIVERY: Final = "whd_"


@group()
def webhook() -> None:
    """Webhooks: addresses that are told what became final."""


@webhook.command(name="list")
@click.option("--org", required=True, help="Whose, by short name.")
@pass_cli
def list_(cli: Cli, org: str) -> dict[str, Any]:
    """An organisation's webhooks, and what became of what they were told."""
    caller = cli.acting_for(org)
    with cli.ledger.store.read() as tx:
        found = [(one, tx.webhooks.counts(one.id)) for one in service.own_endpoints(tx, caller)]
    rows = [
        (one.id, one.url, " ".join(one.types) or "everything", _health(one), *(counts[state] for state in State))
        for one, counts in found
    ]
    heads = ("ID", "ADDRESS", "TOLD", "STATE", "WAITING", "DELIVERED", "FAILED")
    cli.screen.table(heads, rows, f"{caller.organisation.name} has no webhooks.")
    return {"webhooks": [_view(one) | {"deliveries": counts} for one, counts in found]}


@webhook.command()
@click.option("--org", required=True, help="Whose, by short name.")
@click.option("--type", "types", multiple=True, type=click.Choice([one.value for one in EventType]),
              help="What it is told; may be repeated. By default everything.")  # fmt: skip
@click.option("--description", default="", help="What it is for.")
@click.argument("url")
@pass_cli
def add(cli: Cli, org: str, url: str, types: tuple[str, ...], description: str) -> dict[str, Any]:
    """Add a webhook and show its secret, this once."""
    made, secret = service.add_endpoint(cli.ledger, cli.acting_for(org), url, types, description)
    cli.screen.say(secret, style="bold")
    cli.screen.hint(f"This is the secret of {made.id}. It cannot be shown again: put it away now.")
    return _view(made) | {"secret": secret}


@webhook.command()
@click.option("--org", required=True, help="Whose, by short name.")
@click.argument("id")
@pass_cli
def remove(cli: Cli, org: str, id: str) -> dict[str, Any]:
    """Remove a webhook with its log."""
    service.remove(cli.ledger, cli.acting_for(org), id)
    cli.screen.say("The webhook is removed.")
    return {"id": id, "removed": True}


@webhook.command()
@click.option("--org", required=True, help="Whose, by short name.")
@click.option("--since", help="Only messages made since then, as 2026-01-31T12:00+00:00.")
@click.argument("id")
@pass_cli
def replay(cli: Cli, org: str, id: str, since: str | None) -> dict[str, Any]:
    """Send again what failed of a webhook, or one delivery by its name (whd_…)."""
    caller = cli.acting_for(org)
    if id.startswith(_DELIVERY):
        if since is not None:
            raise Invalid("A delivery is one message: leave out --since.")
        send_again(cli.ledger, caller, id)
        count = 1
    else:
        count = replay_failed(cli.ledger, caller, id, 0 if since is None else _moment(since))
    cli.screen.say(f"{count} {'message is' if count == 1 else 'messages are'} sent again.")
    return {"id": id, "count": count}


def _moment(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("Write the time as 2026-01-31T12:00+00:00, with its distance from UTC.")
    return int(found.timestamp())


def _health(one: Endpoint) -> str:
    if one.disabled_why is not None:
        return f"off since {when(one.disabled_at)} ({one.disabled_why})"
    return "in use" if one.failing_since is None else f"failing since {when(one.failing_since)}"


def _view(one: Endpoint) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "description": one.description,
        "types": list(one.types),
        "created_at": one.created_at,
        "disabled_at": one.disabled_at,
        "disabled_why": one.disabled_why,
        "failing_since": one.failing_since,
        "failures": one.failures,
    }
