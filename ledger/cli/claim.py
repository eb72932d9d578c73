"""Claiming an item with the card's code and a key of one's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.sign import owner_key_option

CODE: Final = "TOUCHMARK_CLAIM_CODE"


@command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--code", help="The card's code; by default TOUCHMARK_CLAIM_CODE, or asked for.")
@owner_key_option
@wait_option
@pass_cli
def claim(cli: Cli, gtin: str, serial: str, code: str | None, owner_key: Path, wait: bool) -> dict[str, Any]:
    """Become the registered owner of GTIN SERIAL.

    The code is worked with here and not kept; options can be seen by other users of this machine, so leave
    --code out to be asked for it.
    """
    from ledger.chain.signing import address_of, sign
    from ledger.cli.owner_file import open_owner_file
    from ledger.domain.claim_codes import check_code, claim_private_key
    from ledger.services.claim_item import draft_claim, submit_claim

    code = check_code(code or os.environ.get(CODE) or asked_code())
    key = open_owner_file(owner_key)
    owner = address_of(key)
    drafted = draft_claim(cli.ledger, gtin, serial, owner)
    claim_key = claim_private_key(code, drafted.activation_half, drafted.item)
    by_code, by_owner = drafted.draft.needed
    queued = submit_claim(cli.ledger, gtin, serial, owner, sign(claim_key, by_code.digest), sign(key, by_owner.digest))
    return report_sent(cli, queued, wait=wait, owner=owner)


def asked_code() -> str:
    """The code, typed unseen."""
    return str(click.prompt("Code on the card", hide_input=True, err=True))
