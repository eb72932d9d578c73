"""A buyer's check to keep, as a file for programs or on paper: made from the answer that the page gives."""

from __future__ import annotations

from flask import Response

from ledger.files.receipt_sheet import write_receipt_sheet
from ledger.services.ports import Ledger
from ledger.services.receipts import Issued, check_receipt
from ledger.services.scanned import Scan
from web.receipts.printed import printed_check
from web.scan.item import KEEPERS
from web.scan_json import scan_json
from web.scan_view import ScanView


def check_pdf(ledger: Ledger, scan: Scan, view: ScanView) -> Response:
    """The check on paper, in the language of the page."""
    issued = check_receipt(ledger, scan, scan_json(ledger, scan))
    return download(write_receipt_sheet(printed_check(issued, scan, view)), "application/pdf", issued)


def check_file(ledger: Ledger, scan: Scan, _: ScanView) -> Response:
    """The check for programs, sealed."""
    issued = check_receipt(ledger, scan, scan_json(ledger, scan))
    return download(issued.file(), "application/json", issued)


KEEPERS.update(pdf=check_pdf, receipt=check_file)


def download(content: bytes, media_type: str, issued: Issued) -> Response:
    """A receipt as a file, named by its number: nothing of the item is told by its name."""
    response = Response(content, mimetype=media_type)
    ending = "pdf" if media_type == "application/pdf" else "json"
    response.headers.set("Content-Disposition", "attachment", filename=f"receipt-{issued.stamp.number}.{ending}")
    response.headers["Cache-Control"] = "no-store"
    return response
