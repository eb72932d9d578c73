"""What the organisation has said, and how far each statement has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template, request

from ledger.domain.batches import Item
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, MarkKind, RecordKind
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, pill, when

_PAGE: Final = 50
_KINDS: Final = {
    Kind.REGISTER_BATCH: said("Registration of a batch"),
    Kind.RETIRE: said("Taken out of circulation"),
    Kind.REPLACE_CLAIM: said("Claim card replaced"),
    Kind.AMEND_ITEM: said("Description changed"),
    Kind.AMEND_BATCH: said("Descriptions of a batch changed"),
    Kind.ACCREDIT: said("Accreditation"),
    Kind.END_ACCREDITATION: said("Accreditation ended"),
    Kind.ADD_KEY: said("Signing key added"),
    Kind.RETIRE_KEY: said("Signing key retired"),
    Kind.COMPROMISED: said("Signing key reported stolen"),
    Kind.CONTEST: said("Registered twice"),
    Kind.ANCHOR: said("Anchored a document"),
}
_RECORDS: Final = {
    RecordKind.INSPECTION: said("Inspection"),
    RecordKind.SERVICE: said("Service"),
    RecordKind.WITHDRAWAL: said("Withdrawal of a record"),
    RecordKind.CORRECTION: said("Correction of a record"),
}
_MARKS: Final = {
    MarkKind.THEFT: said("Report of theft"),
    MarkKind.DISPUTE: said("Report of a dispute"),
    MarkKind.SETTLE_THEFT: said("Report of theft taken back"),
    MarkKind.SETTLE_DISPUTE: said("Dispute settled"),
    MarkKind.RECALL: said("Recall"),
    MarkKind.LIFT_RECALL: said("Recall ended"),
    MarkKind.VOID: said("Record withdrawn"),
    MarkKind.LIFT_VOID: said("Record in force again"),
    MarkKind.RECALL_BATCH: said("Recall of a batch"),
    MarkKind.LIFT_BATCH_RECALL: said("Recall of a batch ended"),
    MarkKind.VOID_BATCH: said("Batch withdrawn"),
    MarkKind.LIFT_BATCH_VOID: said("Batch in force again"),
    MarkKind.RENEW_TWICE: said("Double registration still open"),
    MarkKind.CLEAR_TWICE: said("Double registration settled"),
}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement as the list shows it."""

    id: str
    what: str
    about: str
    item: Item | None
    batch_id: str | None
    when: str
    state: Pill


@bp.get("/statements")
def statements() -> str:
    """Statements, newest first."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        found = tx.outbox.page(caller.organisation.id, request.args.get("before"), _PAGE + 1)
        rows = statement_rows(ledger, tx, found[:_PAGE])
    return render_template(
        "console/statements.html", rows=rows, before=found[_PAGE - 1].id if len(found) > _PAGE else None
    )


def statement_rows(ledger: Ledger, tx: Tx, found: Sequence[Queued]) -> list[StatementRow]:
    """Statements with what they are about and how far they are."""
    progress = progress_of(ledger, tx, found)
    now = ledger.now()
    rows = []
    for one in found:
        item = tx.batches.item(one.statement.item) if one.statement.item is not None else None
        batch = tx.batches.by_number(one.statement.batch) if one.statement.batch is not None else None
        about = said("No. %(serial)s", serial=item.serial) if item else batch.name if batch else ""
        state = pill(progress[one.id])
        rows.append(
            StatementRow(one.id, what(one), about, item, batch.id if batch else None, when(one.created_at, now), state)
        )
    return rows


def what(one: Queued) -> str:
    """What a statement says, in a few words."""
    kind, values = one.statement.kind, one.statement.values
    if kind is Kind.RECORD:
        return _RECORDS[RecordKind(int(values["kind"]))]
    if kind is Kind.MARK:
        return _MARKS[MarkKind(int(values["kind"]))]
    return _KINDS.get(kind, kind.name.replace("_", " ").capitalize())
