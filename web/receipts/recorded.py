"""Receipts of what stands in the ledger for everyone: a claim, a handover, an inspection, by its statement."""

from __future__ import annotations

from flask import Response

from ledger.files.receipt_sheet import write_receipt_sheet
from ledger.services.receipts_recorded import recorded_receipt
from web.people.visits import ledger_here
from web.receipts import bp
from web.receipts.kept import download
from web.receipts.printed import printed_entry
from web.scan.pace import expect_pace


@bp.get("/receipts/of/<sealed:statement>.<any(pdf, json):kind>")
def recorded(statement: int, kind: str) -> Response:
    """The receipt of a claim, a handover or an inspection."""
    expect_pace()
    entry, issued = recorded_receipt(ledger_here(), statement.to_bytes(32, "big"))
    if kind == "pdf":
        return download(write_receipt_sheet(printed_entry(issued, entry)), "application/pdf", issued)
    return download(issued.file(), "application/json", issued)
