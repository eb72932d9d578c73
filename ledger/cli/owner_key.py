"""An owner's own key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, group, pass_cli


@group(name="owner-key")
def owner_key() -> None:
    """Keys of owners, in encrypted files outside the ledger."""


@owner_key.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@pass_cli
def new(cli: Cli, out: Path) -> dict[str, Any]:
    """Make a key and write it, encrypted, to OUT. Use a fresh one for each item: addresses are public.

    The passphrase is asked for, or taken from TOUCHMARK_OWNER_PASSPHRASE; neither it nor the key is kept here.
    """
    from ledger.cli.owner_file import make_owner_file

    address = make_owner_file(out, cli.settings)
    cli.screen.say(f"The key of {address} is in {out}.")
    cli.screen.hint("Keep the file and its passphrase: without both, only the brand can give the item back to you.")
    return {"address": address, "file": str(out)}


@owner_key.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_cli
def show(cli: Cli, file: Path) -> dict[str, Any]:
    """The address of a key file, to be told to whoever hands an item over to you. Asks for the passphrase."""
    from ledger.chain.signing import address_of
    from ledger.cli.owner_file import open_owner_file

    address = address_of(open_owner_file(file))
    cli.screen.say(address)
    return {"address": address, "file": str(file)}
