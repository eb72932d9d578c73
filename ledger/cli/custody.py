"""The end of an item, a new claim code for it, and giving it back to somebody who has lost their key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.claim import CODE, asked_code
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.sign import owner_key_option, submit_signed
from ledger.services.retire_item import draft_retirement

_reason = click.option("--reason", help="Why; kept here.")


@command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--org", required=True, help="The brand, by short name.")
@click.option("--owner-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="If it has an owner.")
@_reason
@wait_option
@pass_cli
def retire(
    cli: Cli, gtin: str, serial: str, org: str, owner_key: Path | None, reason: str | None, wait: bool
) -> dict[str, Any]:
    """Take GTIN SERIAL out of circulation for good, as when it is destroyed. Its owner, if any, signs too."""
    caller = cli.acting_for(org)
    draft = draft_retirement(cli.ledger, caller, gtin, serial, {"reason": reason})
    return report_sent(cli, submit_signed(cli, draft, owner_key, caller), wait=wait)


@command(name="replace-code")
@click.argument("gtin")
@click.argument("serial")
@click.option("--org", required=True, help="The brand; the council where an owner has ended a recovery before.")
@_reason
@wait_option
@pass_cli
def replace_code(cli: Cli, gtin: str, serial: str, org: str, reason: str | None, wait: bool) -> dict[str, Any]:
    """Make a new claim code for GTIN SERIAL and show it, this once. The old card is void then.

    Where the item has an owner, this opens a recovery: they have 14 days to answer, with any statement.
    """
    from ledger.services.replace_claim import replace_claim

    done = replace_claim(cli.ledger, cli.acting_for(org), gtin, serial, {"reason": reason})
    cli.screen.say(done.code, style="bold")
    cli.screen.hint("This is the new code. It is kept nowhere: write it on the new card now.")
    if done.recovery:
        cli.screen.hint("The item has an owner: a recovery opens, and can be completed after 14 days.")
    return {"code": done.code, "claim_address": done.claim_address, "recovery": done.recovery} | report_sent(
        cli, done.queued, wait=wait
    )


@command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--code", help="The new card's code; by default TOUCHMARK_CLAIM_CODE, or asked for.")
@owner_key_option
@wait_option
@pass_cli
def recover(cli: Cli, gtin: str, serial: str, code: str | None, owner_key: Path, wait: bool) -> dict[str, Any]:
    """Complete a recovery of GTIN SERIAL, 14 days after it was opened and not ended by the owner."""
    from ledger.chain.signing import address_of, sign
    from ledger.cli.owner_file import open_owner_file
    from ledger.domain.claim_codes import check_code, claim_private_key
    from ledger.services.replace_claim import draft_recovery
    from ledger.services.submit_statement import submit_statement

    code = check_code(code or os.environ.get(CODE) or asked_code())
    key = open_owner_file(owner_key)
    drafted = draft_recovery(cli.ledger, gtin, serial, address_of(key))
    claim_key = claim_private_key(code, drafted.activation_half, drafted.item)
    by_code, by_owner = drafted.draft.needed
    signatures = [sign(claim_key, by_code.digest), sign(key, by_owner.digest)]
    return report_sent(cli, submit_statement(cli.ledger, drafted.draft.statement, signatures), wait=wait)


@command()
@click.argument("gtin")
@click.argument("serial")
@wait_option
@pass_cli
def contest(cli: Cli, gtin: str, serial: str, wait: bool) -> dict[str, Any]:
    """Show that GTIN SERIAL was opened from a later batch than the first that lists it. Anyone may."""
    from ledger.services.contest_item import contest as show_both

    return report_sent(cli, show_both(cli.ledger, gtin, serial), wait=wait)
