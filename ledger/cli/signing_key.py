"""The keys that organisations sign with: shown, added, retired, named as compromised."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.cli.sent import report_sent, wait_option
from ledger.domain.statements import Kind
from ledger.services import organisations as service
from ledger.services.kept_keys import sign_and_submit
from ledger.services.views_of_chain import directory

_address = click.argument("address")


@group(name="signing-key")
def signing_key() -> None:
    """Signing keys of organisations, by the address that the chain knows them by."""


@signing_key.command()
@click.option("--org", required=True, help="Whose, by short name.")
@pass_cli
def show(cli: Cli, org: str) -> dict[str, Any]:
    """The organisation's keys as the chain has them, and which one is kept here."""
    owner, party = service.organisation(cli.ledger, org), service.numbered(cli.ledger, org)
    with cli.ledger.store.read() as tx:
        known = directory(tx).parties.get(party)
    keys: list[dict[str, Any]] = [
        {
            "address": address,
            "kept_here": owner.keeps_key and address == owner.address,
            "since": key.interval.start,
            "until": key.interval.end,
            "compromised_since": key.compromised_since,
        }
        for address, key in (known.keys.items() if known else ())
    ]
    rows = [
        (k["address"], "yes" if k["kept_here"] else "no", when(k["since"]), when(k["until"]) or "in force",
         when(k["compromised_since"]))
        for k in keys
    ]  # fmt: skip
    cli.screen.table(("ADDRESS", "KEPT HERE", "SINCE", "UNTIL", "COMPROMISED SINCE"), rows)
    return {"party": party, "keys": keys}


@signing_key.command()
@_address
@click.option("--org", required=True, help="Whose, by short name.")
@wait_option
@pass_cli
def add(cli: Cli, address: str, org: str, wait: bool) -> dict[str, Any]:
    """Let a further key, by its ADDRESS, speak for the organisation. The kept key signs this."""
    return _send(cli, Kind.ADD_KEY, org, {"key": address}, wait)


@signing_key.command()
@_address
@click.option("--org", required=True, help="Whose, by short name.")
@wait_option
@pass_cli
def retire(cli: Cli, address: str, org: str, wait: bool) -> dict[str, Any]:
    """End a key from now on; what it has signed stands."""
    return _send(cli, Kind.RETIRE_KEY, org, {"key": address}, wait)


@signing_key.command()
@_address
@click.option("--org", required=True, help="Whose key, by short name.")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="UTC.")
@click.option("--by", help="Who says so: the organisation itself (the default), or council.")
@wait_option
@pass_cli
def compromised(cli: Cli, address: str, org: str, since: datetime, by: str | None, wait: bool) -> dict[str, Any]:
    """Say that a key was in wrong hands since a moment: what it signed from then on no longer counts."""
    party, speaker = service.numbered(cli.ledger, org), cli.acting_for(by or org)
    given = {"party": party, "key": address, "since": int(since.replace(tzinfo=UTC).timestamp())}
    return report_sent(cli, sign_and_submit(cli.ledger, speaker, Kind.COMPROMISED, given), wait=wait)


def _send(cli: Cli, kind: Kind, org: str, given: dict[str, Any], wait: bool) -> dict[str, Any]:
    return report_sent(cli, sign_and_submit(cli.ledger, cli.acting_for(org), kind, given), wait=wait)
