"""Putting items on sale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.domain.errors import TooLarge, Unavailable
from ledger.files.pairs import Named, read_pairs
from ledger.services import activate_items as service

_LARGEST: Final = 32 * 2**20
"""Bytes of a list: 100,000 items with room for other columns."""


@command()
@click.argument("items", nargs=-1, required=True, metavar="FILE | GTIN SERIAL...")
@click.option("--org", required=True, help="The brand, by short name.")
@pass_cli
def activate(cli: Cli, items: tuple[str, ...], org: str) -> dict[str, Any]:
    """Put items on sale: of a CSV file with the columns gtin and serial, or named one by one.

    All of them or, where one is wrong, none.
    """
    caller = cli.acting_for(org)
    done = service.activate(cli.ledger, caller, _from_file(Path(items[0])) if len(items) == 1 else _pairs(items))
    cli.screen.say(f"{done.activated:,} put on sale, {done.already:,} were already.")
    return {"activated": done.activated, "already": done.already}


def _pairs(items: tuple[str, ...]) -> list[Named]:
    if len(items) % 2:
        raise click.UsageError("Name a file, or items as GTIN SERIAL GTIN SERIAL …")
    pairs = zip(items[::2], items[1::2], strict=True)
    return [Named(f"item {place}", gtin, serial) for place, (gtin, serial) in enumerate(pairs, start=1)]


def _from_file(path: Path) -> Iterator[Named]:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > _LARGEST:
        raise TooLarge(f"{path} is larger than {_LARGEST // 2**20} MB. Split it and give the parts.")
    return read_pairs(content)
