"""Claim cards: written to a file, and their codes destroyed here when the file is in safe hands."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.batch import brand_of_batch
from ledger.cli.sent import report_sent, wait_option
from ledger.cli.writing import whole_file
from ledger.domain.errors import Unavailable
from ledger.domain.organisations import Caller
from ledger.services import hand_out_cards as service


@command()
@click.argument("batch")
@click.option("--org", help="The brand, by short name; by default whose batch it is.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the cards go.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a printing house, instead of a PDF.")
@click.option("--confirm", is_flag=True, help="Then destroy the codes here and register the batch; asks first.")
@click.option("--yes", is_flag=True, help="With --confirm: do not ask.")
@wait_option
@pass_cli
def cards(
    cli: Cli, batch: str, org: str | None, out: Path, as_csv: bool, confirm: bool, yes: bool, wait: bool
) -> dict[str, Any]:
    """Write the claim cards of BATCH; then, with --confirm, destroy the codes and register the batch.

    Until they are destroyed here nothing is lost by a full disk or a misplaced file, and the command can be
    repeated; afterwards nobody but the buyers can claim. With --confirm, cards that OUT holds already are taken
    as they are.
    """
    if confirm and cli.screen.json and not yes:
        raise click.UsageError("With --json nobody can be asked: add --yes.")
    caller = brand_of_batch(cli, batch, org)
    sha256 = _written_before(cli, batch, out) if confirm else None
    if sha256 is None:
        with whole_file(out, secret=True) as target:
            sha256 = service.write_cards(cli.ledger, caller, batch, "csv" if as_csv else "pdf", target)
        cli.screen.say(f"The cards are in {out} (SHA-256 {sha256}).")
        cli.screen.hint("Whoever has this file can claim the items: only its user can read it; keep it so.")
    if confirm:
        return _confirm(cli, caller, batch, out, yes, wait)
    cli.screen.hint(f"Next: `touchmark cards {batch} --out {out} --confirm` destroys the codes here and registers.")
    return {"batch": batch, "file": str(out), "sha256": sha256}


def _written_before(cli: Cli, batch: str, out: Path) -> str | None:
    """The SHA-256 of OUT where it is what was downloaded last, or where the codes are gone already."""
    with cli.ledger.store.read() as tx:
        found = tx.batches.get(batch)
    if found is None or not out.exists():
        return None if found is None or found.cards_done_at is None else found.cards_sha256
    sha256 = _digest(out)
    return sha256 if sha256 == found.cards_sha256 or found.cards_done_at is not None else None


def _digest(out: Path) -> str:
    try:
        with out.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unavailable(f"{out} cannot be read ({error.strerror}). Nothing was destroyed.") from error


def _confirm(cli: Cli, caller: Caller, batch: str, out: Path, yes: bool, wait: bool) -> dict[str, Any]:
    if not yes:
        cli.confirm(
            f"Destroy the codes here? {out} and its copies are then the only place that has them.",
            "Nothing was destroyed, and nothing registered.",
        )
    # Read back from the disk: what is confirmed is the file, not what we meant to write.
    sha256 = _digest(out) if out.exists() else ""
    made = service.confirm_cards(cli.ledger, caller, batch, sha256)
    cli.screen.say("The codes are destroyed here.")
    document = {"batch": batch, "number": made.number, "statement": None}
    if made.statement is None:
        cli.screen.hint("The brand signs with a key of its own: it drafts the registration and submits it.")
        return document
    with cli.ledger.store.read() as tx:
        queued = tx.outbox.get(made.statement)
    assert queued is not None
    return document | {"statement": report_sent(cli, queued, wait=wait)}
