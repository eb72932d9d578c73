"""Handing an item over: the owner offers, the new owner accepts, and both signatures go out together."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from ledger.cli.base import Cli, command, group, pass_cli
from ledger.cli.screen import when
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.sign import owner_key_option, submit_signed
from ledger.domain.papers import StoredOffer
from ledger.domain.statements import Kind
from ledger.services import hand_over as service
from ledger.services.draft_statement import draft_statement
from ledger.services.views_of_chain import find_listed, listed

_DAY: Final = 86_400


@group()
def handover() -> None:
    """Change of owner, with both signatures."""


@handover.command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--to", "recipient", required=True, help="The new owner's address: `touchmark owner-key show FILE`.")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="How long it is good.")
@click.option("--code", help="Six digits that have to be told before the offer can be seen.")
@owner_key_option
@pass_cli
def offer(
    cli: Cli, gtin: str, serial: str, recipient: str, days: int, code: str | None, owner_key: Path
) -> dict[str, Any]:
    """Offer GTIN SERIAL. It reserves nothing and moves nothing: the new owner has to accept."""
    from ledger.chain.signing import sign
    from ledger.cli.owner_file import open_owner_file

    ledger = cli.ledger
    draft = service.draft_offer(ledger, gtin, serial, recipient, ledger.now() + days * _DAY)
    signature = sign(open_owner_file(owner_key), draft.needed[0].digest)
    kept = service.submit_offer(ledger, draft.statement.values, signature, code)
    cli.screen.say(f"The offer {kept.id} is good until {when(kept.expires_at)}.")
    cli.screen.hint(f"The new owner runs `touchmark handover accept {kept.id} --owner-key FILE`.")
    return _view(kept)


@handover.command()
@click.argument("offer")
@click.option("--code", help="The six digits, where the owner has set some.")
@owner_key_option
@wait_option
@pass_cli
def accept(cli: Cli, offer: str, code: str | None, owner_key: Path, wait: bool) -> dict[str, Any]:
    """Accept OFFER, for the item's record as it stands now."""
    from ledger.chain.signing import address_of, sign
    from ledger.cli.owner_file import open_owner_file

    key = open_owner_file(owner_key)
    draft = service.draft_acceptance(cli.ledger, offer, address_of(key), code)
    # The first signature is the owner's, on the offer, and is kept with it.
    signatures = [sign(key, needed.digest) for needed in draft.needed[1:]]
    values = draft.statement.values
    head = values["head"]
    assert isinstance(head, bytes)
    queued = service.submit_acceptance(cli.ledger, offer, str(values["newOwner"]), "0x" + head.hex(), signatures, code)
    return report_sent(cli, queued, wait=wait, owner=str(values["newOwner"]))


@handover.command()
@click.argument("gtin")
@click.argument("serial")
@owner_key_option
@wait_option
@pass_cli
def cancel(cli: Cli, gtin: str, serial: str, owner_key: Path, wait: bool) -> dict[str, Any]:
    """End every open offer of GTIN SERIAL, and an open recovery."""
    draft = draft_statement(cli.ledger, Kind.CANCEL, {"gtin": gtin, "serial": serial})
    return report_sent(cli, submit_signed(cli, draft, owner_key), wait=wait)


@command()
@click.argument("gtin")
@click.argument("serial")
@pass_cli
def offers(cli: Cli, gtin: str, serial: str) -> dict[str, Any]:
    """Offers of GTIN SERIAL that have not expired, newest first."""
    ledger = cli.ledger
    with ledger.store.read() as tx:
        item = find_listed(tx, gtin, serial).item.item
        found, sequence = tx.papers.open_offers(item, ledger.now()), listed(tx, item).sequence
    views = [_view(one) | {"good": one.values["sequence"] == sequence} for one in found]
    rows = [(v["id"], v["recipient"], when(v["expires_at"]), "yes" if v["good"] else "no, overtaken") for v in views]
    cli.screen.table(("ID", "TO", "UNTIL", "GOOD"), rows)
    return {"offers": views}


def _view(one: StoredOffer) -> dict[str, Any]:
    return {
        "id": one.id,
        "recipient": one.values["recipient"],
        "expires_at": one.expires_at,
        "needs_code": one.code_hash is not None,
        "created_at": one.created_at,
    }
