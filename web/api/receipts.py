"""Receipts for programs: what the ledger said, sealed; and whether a file is one, and still holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Response, request
from pydantic import Field

from ledger.domain.errors import TooMany
from ledger.domain.standing_headlines import BAD_NEWS
from ledger.services.receipts import LARGEST, Issued, check_receipt, read_document
from ledger.services.receipts_recorded import receipt_of_statement
from ledger.services.receipts_today import scan_today, today
from ledger.services.scan_item import scan_item
from web.api.operation import answer, blueprint, here, maybe_caller, operation
from web.api.shapes import IdPath, ItemPath, Out, moment
from web.limits import spend
from web.scan.page import slowed
from web.scan_json import AsOfOut, ScanOut, scan_json

bp = blueprint("receipts", "What the ledger said, to keep; and whether a receipt is real and still holds.")

_FILE: Final = {
    "description": "The receipt's file, as it was given.",
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


class ProofOut(Out):
    """What shows that this ledger issued the receipt, with exactly these words."""

    number: str = Field(description="80 bits of the document's SHA-256, in Crockford's base 32.")
    address: str = Field(description="Where anybody sees whether it was issued and still holds; its printed code.")
    seal: str = Field(description="HMAC-SHA-256 over the document without its proof (RFC 8785), by this ledger's key.")


class ReceiptOut(Out):
    """What every receipt has. The answer is the canonical JSON (RFC 8785) of these fields."""

    format: str = Field(examples=["touchmark/check-receipt/1"])
    issued_at: datetime
    time_zone: str = Field(examples=["UTC"])
    proof: ProofOut


class CheckReceiptOut(ReceiptOut):
    """What the ledger said when somebody looked."""

    answer: ScanOut


class ReceiptItemOut(Out):
    """The item a receipt is about, in the brand's public words."""

    gtin: str
    serial: str
    name: str
    maker: str
    detail: str


class RecordedOut(Out):
    """Where it stands in the ledger."""

    block: int
    time: datetime
    final: bool


class WhereOut(Out):
    """The contract that holds it."""

    chain_id: int | None
    contract: str | None


class ClaimOut(Out):
    """A claim: the first owner's pseudonym, which is the same on every receipt of this item."""

    owner: str


class HandoverReceiptOut(Out):
    """A handover: both sides' pseudonyms."""

    from_: str = Field(alias="from")
    to: str


class InspectionReceiptOut(Out):
    """An inspection: who, how, what was examined, the result, and the report's salted hash."""

    by: str
    inspector: str | None
    place: str | None
    on: str
    result: str = Field(examples=["consistent"])
    condition: str | None
    method: str
    persons: int
    points: int
    remarks: list[str]
    number: str
    corrects: str | None
    report: dict[str, Any] | None
    report_hash: str
    evidence: list[str]
    operator_signed: bool
    person_signed: bool


class RecordedReceiptOut(ReceiptOut):
    """What stands in the ledger: exactly one of claim, handover and inspection is there."""

    item: ReceiptItemOut
    statement: str
    recorded: RecordedOut
    as_of: AsOfOut | None
    ledger: WhereOut
    claim: ClaimOut | None = None
    handover: HandoverReceiptOut | None = None
    inspection: InspectionReceiptOut | None = None


class VerifiedOut(Out):
    """Whether a file is what this ledger issued, word for word, and how it stands today."""

    issued: bool = Field(description="False where anything in it was changed, or it was made elsewhere.")
    number: str | None
    format: str | None
    gtin: str | None
    serial: str | None
    issued_at: datetime | None
    holds: str | None = Field(description="yes, changed, gone or cannot_tell; “cannot tell” is never “no”.")
    reasons: list[str]
    then: str | None = Field(description="The verdict, the pseudonyms or the result that the receipt names.")
    today: str | None = Field(description="The verdict on the item today.", examples=["held"])


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/check-receipt",
    answers={200: CheckReceiptOut},
    anyone=True,
    counts_itself=True,
)
def get_check_receipt(path: ItemPath) -> Response:
    """A receipt of what the ledger shows of an item now

    Nothing is kept: the receipt carries its own seal. A code that nobody knows has one, too.
    """
    ledger, spent = here(), spend()
    scan = scan_item(ledger, path.gtin, path.serial)
    if spent.over:
        scan = slowed(scan, spent.resets, moment(ledger.now()))
        if scan.standing.key not in BAD_NEWS:
            raise TooMany(f"Too many items at once. Wait {spent.resets} seconds.", retry_after=spent.resets)
    return _file(check_receipt(ledger, scan, scan_json(ledger, scan)))


@operation(
    bp,
    "GET",
    "/v1/statements/<id>/receipt",
    answers={200: RecordedReceiptOut},
    anyone=True,
    refuses=(404, 409),
)
def get_statement_receipt(path: IdPath) -> Response:
    """The receipt of a claim, a handover or an inspection

    There is one as soon as the statement stands in a block; it says whether that is final. An organisation's is
    shown to that organisation; an owner's to whoever knows its name, and it names owners by pseudonyms alone.
    """
    asking = maybe_caller()
    _, issued = receipt_of_statement(here(), path.id, asking.organisation.id if asking else None)
    return _file(issued)


@operation(
    bp,
    "POST",
    "/v1/receipts/verify",
    answers={200: VerifiedOut},
    anyone=True,
    takes=_FILE,
    refuses=(413,),
)
def verify_receipt() -> Response:
    """Whether a receipt's file is real, and still holds

    The file is read, and not kept.
    """
    ledger = here()
    request.max_content_length = LARGEST + 1
    found = read_document(ledger, request.get_data(cache=False))
    if found is None:
        nothing = dict.fromkeys(VerifiedOut.model_fields)
        return answer(VerifiedOut(**nothing | {"issued": False, "reasons": []}))
    stamp, _ = found
    scan = scan_today(ledger, stamp)
    now = today(ledger, stamp, scan)
    return answer(
        VerifiedOut(
            issued=True,
            number=stamp.number,
            format=stamp.kind.document_format,
            gtin=stamp.gtin,
            serial=stamp.serial,
            issued_at=moment(stamp.issued_at),
            holds=now.holds.value,
            reasons=[str(one) for one in now.reasons],
            then=stamp.says,
            today=scan.standing.key.value,
        )
    )


def _file(issued: Issued) -> Response:
    response = Response(issued.file(), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
