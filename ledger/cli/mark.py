"""What a brand or the council says of an item or of a whole batch."""

from __future__ import annotations

from typing import Any, Final

import click

from ledger.cli.base import Cli, command, pass_cli
from ledger.cli.sent import report_sent, wait_option
from ledger.domain.statements import MarkKind
from ledger.services import set_mark as service

_ITEM: Final = {
    "theft": MarkKind.THEFT,
    "settle-theft": MarkKind.SETTLE_THEFT,
    "dispute": MarkKind.DISPUTE,
    "settle-dispute": MarkKind.SETTLE_DISPUTE,
    "recall": MarkKind.RECALL,
    "lift-recall": MarkKind.LIFT_RECALL,
    "void": MarkKind.VOID,
    "lift-void": MarkKind.LIFT_VOID,
    "renew-twice": MarkKind.RENEW_TWICE,
    "clear-twice": MarkKind.CLEAR_TWICE,
}
_BATCH: Final = {
    "recall": MarkKind.RECALL_BATCH,
    "lift-recall": MarkKind.LIFT_BATCH_RECALL,
    "void": MarkKind.VOID_BATCH,
    "lift-void": MarkKind.LIFT_BATCH_VOID,
}


@command()
@click.argument("what", type=click.Choice(list(_ITEM)))
@click.argument("item", nargs=-1, metavar="[GTIN SERIAL]")
@click.option("--org", required=True, help="Who says it: the brand, or the council.")
@click.option("--batch", help="Mark a whole batch instead of an item; recall and void only.")
@click.option("--reason", help="Why; the page quotes it.")
@click.option("--advice", help="What holders should do; the page quotes it.")
@click.option("--police-reference", help="The police's number of the case; only that there is one is shown.")
@wait_option
@pass_cli
def mark(
    cli: Cli, what: str, item: tuple[str, ...], org: str, batch: str | None, wait: bool, **words: Any
) -> dict[str, Any]:
    """Set or end a mark: on GTIN SERIAL, or on a batch.

    Theft and dispute stop the item for 90 days and end with settle-…; a recall warns and does not stop; void
    withdraws what nobody owns yet. "Registered twice" (renew-twice, clear-twice) is the council's alone.
    """
    caller = cli.acting_for(org)
    if batch is not None:
        if item or what not in _BATCH:
            raise click.UsageError(f"A batch takes {', '.join(_BATCH)}, and no item beside it.")
        return report_sent(cli, service.mark_batch(cli.ledger, caller, _BATCH[what], batch, words), wait=wait)
    if len(item) != 2:
        raise click.UsageError("Name the item as GTIN SERIAL, or a batch with --batch.")
    return report_sent(cli, service.mark_item(cli.ledger, caller, _ITEM[what], *item, words), wait=wait)
