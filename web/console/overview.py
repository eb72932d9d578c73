"""The first page after signing in: what there is, and what to do next."""

from __future__ import annotations

from flask import render_template

from ledger.domain.organisations import Role
from web.console import bp
from web.console.batches import batch_rows
from web.console.pages import caller_here, ledger_here
from web.console.statements import statement_rows

_RECENT = 5


@bp.get("/")
def overview() -> str:
    """The organisation at a glance."""
    ledger, caller = ledger_here(), caller_here()
    own = caller.organisation
    with ledger.store.read() as tx:
        batches, items, on_sale = tx.batches.totals(own.id)
        rows = batch_rows(ledger, tx, tx.batches.page(own.id, None, _RECENT)) if own.role is Role.BRAND else []
        said = statement_rows(ledger, tx, tx.outbox.page(own.id, None, _RECENT))
        prefixes = tx.organisations.prefixes(own.id)
    return render_template(
        "console/overview.html",
        totals={"batches": batches, "items": items, "on_sale": on_sale},
        batches=rows,
        statements=said,
        prefixes=prefixes,
    )
