"""Batches: how far each has come, and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.batches import Batch
from ledger.domain.organisations import Role, Scope
from ledger.domain.outbox import State
from ledger.domain.said import said
from ledger.files.labels import label_formats
from ledger.services.import_items import PREPARE, job_view
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.read_batch import own_batch
from ledger.services.register_batch import register
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only, page_number, pill, when

_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as a list shows it; `stage` is what comes next: make, cards, sign, wait, done, refused or failed."""

    batch: Batch
    when: str
    state: Pill
    stage: str
    job: dict[str, Any] | None


@bp.get("/batches")
@only(Role.BRAND)
def batches() -> str:
    """All batches, newest first."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        found = tx.batches.page(caller.organisation.id, request.args.get("before"), _PAGE + 1)
        rows = batch_rows(ledger, tx, found[:_PAGE])
    return render_template(
        "console/batches.html", rows=rows, before=found[_PAGE - 1].id if len(found) > _PAGE else None
    )


@bp.get("/batches/<id>")
@only(Role.BRAND)
def batch_page(id: str) -> str:
    """One batch, step by step."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        (row,) = batch_rows(ledger, tx, [own_batch(tx, caller, id)])
        first = tx.batches.items_page(id, -1, 3) if row.batch.ready else []
    return render_template(
        "console/batch.html",
        row=row,
        first=first,
        formats=label_formats().values(),
        dpis=sorted({dpi for form in label_formats().values() for dpi in form.dpi}),
        may_print=Scope.LABELS in caller.scopes,
        may_cards=Scope.CARDS in caller.scopes,
        may_sell=Scope.ACTIVATE in caller.scopes,
        sold=page_number(request.args["on_sale"]) if "on_sale" in request.args else None,
    )


@bp.post("/batches/<id>/register")
@only(Role.BRAND, scope=Scope.CARDS)
def register_again(id: str) -> AnyResponse:
    """Sign the registration of a batch whose cards are done; it may have been cut short."""
    with ledger_here().store.read() as tx:
        batch = own_batch(tx, caller_here(), id)
    if batch.cards_done_at is not None:
        register(ledger_here(), caller_here(), id)
    return redirect(url_for("console.batch_page", id=id), 303)


def batch_rows(ledger: Ledger, tx: Tx, found: Sequence[Batch]) -> list[BatchRow]:
    """Batches with their states, derived anew."""
    queued = [one for batch in found if batch.statement and (one := tx.outbox.get(batch.statement)) is not None]
    progress = progress_of(ledger, tx, queued)
    now = ledger.now()
    rows = []
    for batch in found:
        job = job_view(tx, PREPARE, batch.id, now) if not batch.ready else None
        state, stage = _state(batch, progress.get(batch.statement or ""), job)
        rows.append(BatchRow(batch, when(batch.created_at, now), state, stage, job))
    return rows


def _state(batch: Batch, progress: Any, job: dict[str, Any] | None) -> tuple[Pill, str]:
    if not batch.ready:
        if job and job["state"] == "failed":
            return Pill(said("Could not be made ready"), "red", job["problem"] or ""), "failed"
        return Pill(said("Being made ready"), "blue"), "make"
    if batch.cards_done_at is None:
        return Pill(said("Waiting for its claim cards"), "amber"), "cards"
    if progress is None:
        return Pill(said("Waiting for your signature"), "amber"), "sign"
    if progress.state is State.FINAL:
        return Pill(said("Registered"), "green"), "done"
    return pill(progress), "refused" if progress.state is State.REFUSED else "wait"
