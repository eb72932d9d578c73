"""Owners' signatures made at the command line: draft, sign with a key file, submit."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.cli.base import Cli
from ledger.domain.errors import Forbidden
from ledger.domain.organisations import Caller
from ledger.domain.outbox import Queued
from ledger.domain.signers import Who
from ledger.services.draft_statement import Draft
from ledger.services.kept_keys import signing_keys
from ledger.services.submit_statement import submit_statement

owner_key_option = click.option(
    "--owner-key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The owner's key file, as `touchmark owner-key new` makes it.",
)


def submit_signed(cli: Cli, draft: Draft, owner_key: Path | None, caller: Caller | None = None) -> Queued:
    """Sign each part with whose key it is: the owner's from the file, the organisation's from those kept here.

    Raises Forbidden where a part is somebody else's.
    """
    from ledger.chain.signing import sign
    from ledger.cli.owner_file import open_owner_file

    ledger = cli.ledger
    kept: list[bytes] = []
    if caller is not None:
        with ledger.store.read() as tx:
            kept = signing_keys(ledger, tx, caller)
    owned = None if owner_key is None else open_owner_file(owner_key)
    signatures = []
    for needed in draft.needed:
        key = kept.pop(0) if needed.who is Who.PARTY and kept else owned
        if key is None or (needed.who is Who.PARTY and caller is None):
            raise Forbidden("The item has an owner, who has to sign this too: name the owner's key with --owner-key.")
        signatures.append(sign(key, needed.digest))
    organisation = None if caller is None else caller.organisation.id
    return submit_statement(
        ledger, draft.statement, signatures, organisation=organisation, operator_signed=caller is not None
    )
