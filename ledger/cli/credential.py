"""Verifiable credentials of items, and the keys that they are signed with."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import click

from ledger.cli.base import Cli, group, pass_cli
from ledger.cli.screen import when
from ledger.domain.credentials import CredentialKey, CredentialKind
from ledger.domain.errors import Invalid
from ledger.services import credential_keys
from ledger.services.credential_issue import issue

_STATEMENT: Final = re.compile("0x[0-9a-fA-F]{64}")


_KINDS: Final = [one.value for one in CredentialKind if one is not CredentialKind.BADGE]
"""A badge is for a listing, and who lists asks for it by the interface."""


@group()
def credential() -> None:
    """Verifiable credentials: what the record says, signed for programs of others."""


@credential.command()
@click.option("--kind", type=click.Choice(_KINDS), default=CredentialKind.PASSPORT.value,
              show_default=True, help="Which of the item's credentials.")  # fmt: skip
@click.option("--statement", help="Of an inspection: the hash of its statement, 0x and 64 digits.")
@click.option("--read", is_flag=True, help="Print what it says instead of the signed text.")
@click.argument("gtin")
@click.argument("serial")
@pass_cli
def show(cli: Cli, gtin: str, serial: str, kind: str, statement: str | None, read: bool) -> dict[str, Any]:
    """An item's credential, signed (vc+jwt); issued where there is none that still holds."""
    wanted = CredentialKind(kind)
    if (wanted is CredentialKind.INSPECTION) is not (statement is not None):
        raise Invalid("An inspection is named by --statement, and nothing else is.")
    if statement is not None and not _STATEMENT.fullmatch(statement):
        raise Invalid("--statement is 0x and 64 hexadecimal digits.")
    found = issue(cli.ledger, gtin, serial, wanted, bytes.fromhex(statement[2:]) if statement else None)
    cli.screen.say(json.dumps(found.body, ensure_ascii=False, indent=2) if read else found.token)
    return {"token": found.token, "credential": found.body}


@credential.command()
@click.option("--org", required=True, help="Whose, by short name; council for the ledger's own.")
@pass_cli
def keys(cli: Cli, org: str) -> dict[str, Any]:
    """The keys that an organisation's credentials are signed with."""
    caller = cli.acting_for(org)
    found = credential_keys.own_keys(cli.ledger, caller)
    rows = [(one.kid, when(one.created_at), _state(one)) for one in found]
    cli.screen.table(("KEY", "SINCE", "STATE"), rows, f"{caller.organisation.name} has issued no credential yet.")
    return {"keys": [_view(one) for one in found]}


@credential.command()
@click.option("--org", required=True, help="Whose, by short name; council for the ledger's own.")
@click.option("--stolen", is_flag=True, help="Somebody else may have the old key: everything it signed ends.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_cli
def change_key(cli: Cli, org: str, stolen: bool, yes: bool) -> dict[str, Any]:
    """Sign an organisation's credentials with a new key from now on."""
    caller = cli.acting_for(org)
    if not yes:
        ends = "Every credential that was signed until now ends." if stolen else "Earlier credentials stay good."
        cli.confirm(f"Make a new key for {caller.organisation.name}? {ends}", "Nothing was changed.")
    made = credential_keys.change_key(cli.ledger, caller, stolen=stolen)
    cli.screen.say(f"{caller.organisation.name} now signs with {made.kid}.")
    return _view(made)


def _state(one: CredentialKey) -> str:
    if one.stolen_at is not None:
        return f"stolen, not published since {when(one.stolen_at)}"
    return "signs" if one.retired_at is None else f"signed until {when(one.retired_at)}"


def _view(one: CredentialKey) -> dict[str, Any]:
    return {
        "kid": one.kid,
        "public": dict(one.public),
        "created_at": one.created_at,
        "retired_at": one.retired_at,
        "stolen_at": one.stolen_at,
    }
