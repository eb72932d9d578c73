"""A brand's file becomes a batch: checked row by row, shown, asked for, prepared."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.jobs import lines_of, see_through
from ledger.cli.writing import whole_file
from ledger.domain.batches import Batch
from ledger.domain.errors import Conflict
from ledger.domain.imports import Import, ImportState, RowFault
from ledger.domain.organisations import Caller
from ledger.services import import_items as service

_SHOWN: Final = 20
_IN_JSON: Final = 1_000


@command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--org", required=True, help="The brand, by short name.")
@click.option("--dry-run", is_flag=True, help="Check and show only; nothing is registered.")
@click.option("--yes", is_flag=True, help="Do not ask: prepare the rows that are ready.")
@click.option("--name", help="The batch's name; by default the file's.")
@click.option("--on-sale", is_flag=True, help="Put all items on sale at once.")
@click.option("--private", help="Columns that stay private, with commas between; replaces the usual choice.")
@click.option("--bad-rows", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows to mend here (CSV).")
@pass_cli
def import_(
    cli: Cli,
    file: Path,
    org: str,
    dry_run: bool,
    yes: bool,
    name: str | None,
    on_sale: bool,
    private: str | None,
    bad_rows: Path | None,
) -> dict[str, Any]:
    """Check FILE (CSV or XLSX), show what is wrong with it, and prepare a batch of the rows that are ready.

    The same file again goes on where it was left: nothing is registered twice.
    """
    if cli.screen.json and not (yes or dry_run):
        raise click.UsageError("With --json nobody can be asked: add --yes, or --dry-run to check only.")
    caller = cli.acting_for(org)
    found = _checked(cli, caller, file)
    faults = _faults(cli, found)
    document = _view(found, faults)
    if bad_rows is not None and found.faulty:
        with whole_file(bad_rows) as target:
            service.write_bad_rows(cli.ledger, caller, found.id, target)
        cli.screen.hint(f"The rows to mend are in {bad_rows}: mend them there and import that file.")
    if found.state is ImportState.UNREADABLE:
        raise Conflict(found.problem or "The file cannot be read.")
    if dry_run:
        return document
    if found.state is not ImportState.CONFIRMED and found.ready and not yes:
        cli.confirm(
            f"Prepare {found.ready:,} items of {caller.organisation.name}?",
            "Nothing was prepared. The file is kept: the same command begins again.",
        )
    columns = None if private is None else [one.strip() for one in private.split(",") if one.strip()]
    batch = service.confirm(cli.ledger, caller, found.id, name=name, on_sale_at_once=on_sale, private_fields=columns)
    return document | {"batch": _prepared(cli, batch)}


def _checked(cli: Cli, caller: Caller, file: Path) -> Import:
    ledger = cli.ledger
    with file.open("rb") as stream:
        found = service.upload(ledger, caller, file.name, stream)
    if found.state in (ImportState.CHECKED, ImportState.UNREADABLE):
        found = service.check_again(ledger, caller, found.id)
    if found.state is ImportState.CHECKING:
        see_through(cli, service.CHECK, found.id, "Checking", lines_of(file))
    with ledger.store.read() as tx:
        return service.own_import(tx, caller, found.id)


def _faults(cli: Cli, found: Import) -> list[RowFault]:
    with cli.ledger.store.read() as tx:
        faults = [fault for _, fault in tx.imports.faults(found.id, -1, _IN_JSON)]
    screen = cli.screen
    if found.state is ImportState.CONFIRMED:
        screen.say("This file was imported before; nothing in it is registered twice.")
    screen.say(f"{found.ready:,} ready · {found.faulty:,} need fixing · {found.known:,} already registered")
    if faults:
        rows = [(f.row, f.column, f.value[:40], f.what, f.mend) for f in faults[:_SHOWN]]
        screen.table(("ROW", "COLUMN", "VALUE", "WHAT IS WRONG", "HOW TO MEND IT"), rows)
        if len(faults) > _SHOWN:
            screen.hint("There are more; --bad-rows OUT.csv writes every row that needs mending.")
    return faults


def _prepared(cli: Cli, batch: Batch) -> dict[str, Any]:
    see_through(cli, service.PREPARE, batch.id, "Preparing", batch.count)
    with cli.ledger.store.read() as tx:
        made = tx.batches.get(batch.id)
    assert made is not None
    cli.screen.say(f"Batch {made.id} is made ready. Items: {made.count:,}.")
    if made.cards_done_at is None:
        cli.screen.hint(f"Next: the claim cards, before it is registered: `touchmark cards {made.id} --out cards.pdf`.")
    return {"id": made.id, "count": made.count, "name": made.name, "root": made.root, "ready": made.ready}


def _view(found: Import, faults: list[RowFault]) -> dict[str, Any]:
    return {
        "id": found.id,
        "file": found.filename,
        "sha256": found.sha256,
        "state": found.state.value,
        "ready": found.ready,
        "faulty": found.faulty,
        "known": found.known,
        "faults": [
            {"row": f.row, "column": f.column, "value": f.value, "what": f.what, "mend": f.mend} for f in faults
        ],
    }
