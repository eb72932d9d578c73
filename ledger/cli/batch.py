"""Batches: listed and shown, with what is to be done next."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.domain.batches import Batch
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller
from ledger.services.import_items import PREPARE, job_view
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.read_batch import own_batch


@group()
def batch() -> None:
    """Batches: the items of one registration."""


@batch.command(name="list")
@click.option("--org", required=True, help="The brand, by short name.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", help="Go on after this batch of an earlier list.")
@pass_cli
def list_(cli: Cli, org: str, limit: int, before: str | None) -> dict[str, Any]:
    """A brand's batches, newest first."""
    caller = cli.acting_for(org)
    with cli.ledger.store.read() as tx:
        found = [_view(cli.ledger, tx, one) for one in tx.batches.page(caller.organisation.id, before, limit)]
    rows = [(one["id"], one["name"], f"{one['count']:,}", one["state"], when(one["created_at"])) for one in found]
    cli.screen.table(("ID", "NAME", "ITEMS", "STATE", "MADE"), rows, "There are no batches yet: `touchmark import`.")
    return {"batches": found}


@batch.command()
@click.argument("id")
@pass_cli
def show(cli: Cli, id: str) -> dict[str, Any]:
    """One batch: where it is, and what it is known by."""
    ledger = cli.ledger
    caller = brand_of_batch(cli, id)
    with ledger.store.read() as tx:
        found = own_batch(tx, caller, id)
        view = _view(ledger, tx, found)
    shown = view | {
        "brand": caller.organisation.name,
        "created_at": when(found.created_at),
        "cards_done_at": when(found.cards_done_at),
        "private_fields": ", ".join(found.private_fields) or "none",
        "on_sale_at_once": "yes" if found.on_sale_at_once else "no",
        "root": _hex(found.root),
        "manifest_hash": _hex(found.manifest_hash),
    }
    cli.screen.facts({name.replace("_", " "): value for name, value in shown.items()})
    return view


def brand_of_batch(cli: Cli, id: str, org: str | None = None) -> Caller:
    """Whoever a batch belongs to; `org`, where given, must be that brand. Raises Unknown."""
    if org is not None:
        return cli.acting_for(org)
    with cli.ledger.store.read() as tx:
        found = tx.batches.get(id)
    if found is None:
        raise Unknown(f"There is no batch “{id[:40]}”. `touchmark batch list --org BRAND` shows those there are.")
    return cli.acting_for(found.organisation)


def _view(ledger: Ledger, tx: Tx, one: Batch) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "number": one.number,
        "count": one.count,
        "state": _state(ledger, tx, one),
        "root": _hex(one.root),
        "manifest_hash": _hex(one.manifest_hash),
        "private_fields": list(one.private_fields),
        "on_sale_at_once": one.on_sale_at_once,
        "statement": one.statement,
        "cards_done_at": one.cards_done_at,
        "created_at": one.created_at,
    }


def _state(ledger: Ledger, tx: Tx, one: Batch) -> str:
    if not one.ready:
        job = job_view(tx, PREPARE, one.id, ledger.now())
        return "failed" if job and job["state"] == "failed" else "preparing"
    if one.cards_done_at is None:
        return "waiting for cards"
    queued = None if one.statement is None else tx.outbox.get(one.statement)
    return "waiting for its signature" if queued is None else progress_of(ledger, tx, [queued])[queued.id].state.value


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()
