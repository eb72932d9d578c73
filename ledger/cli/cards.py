"""Claim cards: written once to a file, and their codes destroyed when the file is in safe hands."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.batch import brand_of_batch
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.writing import whole_file
from ledger.domain.batches import Batch
from ledger.domain.errors import Invalid, Unavailable
from ledger.services import register_batch as service


@command()
@click.argument("batch")
@click.option("--org", help="The brand, by short name; by default whose batch it is.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the cards go.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a printing house, instead of a PDF.")
@click.option("--confirm", is_flag=True, help="The file OUT of an earlier run is in safe hands: destroy the codes here.")
@click.option("--yes", is_flag=True, help="With --confirm: do not ask.")
@wait_option
@pass_cli
def cards(
    cli: Cli, batch: str, org: str | None, out: Path, as_csv: bool, confirm: bool, yes: bool, wait: bool
) -> dict[str, Any]:
    """Write the claim cards of BATCH; then, with --confirm, destroy the codes and register the batch.

    Two steps, because the codes exist nowhere else: until the second nothing is lost by a full disk or a
    misplaced file, and after it nobody but the buyers can claim.
    """
    caller = brand_of_batch(cli, batch, org)
    if confirm:
        return _confirm(cli, caller, batch, out, yes, wait)
    with whole_file(out, secret=True) as target:
        sha256 = service.write_cards(cli.ledger, caller, batch, "csv" if as_csv else "pdf", target)
    cli.screen.say(f"The cards are in {out} (SHA-256 {sha256}).")
    cli.screen.hint("Whoever has this file can claim the items: only its user can read it; keep it so.")
    cli.screen.hint(f"Next: `touchmark cards {batch} --out {out} --confirm` destroys the codes here and registers.")
    return {"batch": batch, "file": str(out), "sha256": sha256}


def _confirm(cli: Cli, caller: Any, batch: str, out: Path, yes: bool, wait: bool) -> dict[str, Any]:
    if not yes:
        if cli.screen.json:
            raise click.UsageError("With --json nobody can be asked: add --yes.")
        question = f"Destroy the codes here? {out} and its copies are then the only place that has them."
        if not click.confirm(question, err=True):
            raise Invalid("Nothing was destroyed, and nothing registered.")
    try:
        with out.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unavailable(f"{out} cannot be read ({error.strerror}). Nothing was destroyed.") from error
    made: Batch = service.confirm_cards(cli.ledger, caller, batch, sha256)
    cli.screen.say("The codes are destroyed here.")
    document = {"batch": batch, "number": made.number, "statement": None}
    if made.statement is None:
        cli.screen.hint("The brand signs with a key of its own: it drafts the registration and submits it.")
        return document
    with cli.ledger.store.read() as tx:
        queued = tx.outbox.get(made.statement)
    assert queued is not None
    return document | {"statement": report_sent(cli, queued, wait=wait)}
