"""Bulk checks: what the record shows of many codes, one result a line; and the question that proves a seller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import Response, request
from pydantic import Field

from ledger.domain.organisations import Scope
from ledger.domain.standing_headlines import Key
from ledger.services.check_items import check_items
from ledger.services.desk.checks_proof import ask_seller
from ledger.services.desk.orders import judged_in, with_sellers_held
from ledger.services.desk.sandbox_checks import check_sandbox
from ledger.services.scanned import Scan
from web.api.check_lines import JSON_LINES_BYTES, stream_items, stream_lines
from web.api.check_shapes import MOST, CheckedItem, CheckResults, Checks, CheckSummary, result
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, json_body, operation
from web.api.shapes import Gtin, In, Out, Ref, Serial, moment
from web.idempotency import LINES
from web.limits import spend
from web.metrics import count_verdict
from web.scan.page import slowed

bp = blueprint("checks", "What the record shows of many codes at once, for platforms.")

_ANSWERS: Final[dict[int, Any]] = {
    200: {
        "description": "All answers, in order",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/CheckResults"}},
            LINES: {"schema": {"type": "string", "description": "One CheckResult a line."}},
        },
    }
}
_TAKES: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Checks"}},
        LINES: {
            "schema": {
                "type": "string",
                "maxLength": 64 * 1024 * 1024,
                "description": "One CheckedItem a line: at most 100,000 lines, 16 KiB each, 64 MiB in all.",
            },
            "example": '{"ref": "L-881", "gtin": "09521234543213", "serial": "7K3M9QX2TP4W"}\n',
        },
    },
}


class ManyChecks(In):
    """A list that is too long for one JSON answer; its entries are read one by one."""

    items: list[Any] = Field(min_length=1, max_length=100_000)


class NewSellerProof(In):
    """Of which item a seller is to prove that they have it."""

    gtin: Gtin
    serial: Serial
    seller: Ref = Field(description="Your own name for the seller, as in checks.")


class SellerProofOut(Out):
    """A question to an item's owner. Its `id` is the seller's `proof` in checks, once it is answered."""

    id: str
    link: str = Field(description="Where the owner answers, signed in or with the item's key. It works once.")
    words: str = Field(description="Show these to the seller: they stand on the page behind the link, too.")
    expires_at: datetime


@operation(
    bp, "POST", "/v1/checks", answers=_ANSWERS, scope=Scope.CHECK, counts_itself=True, once=True, takes=_TAKES,
    refuses=(413, 415), sandbox=True, uses=(CheckResults, Checks),
)  # fmt: skip
def check_many() -> Response:
    """Check up to 1,000 codes, or 100,000 as lines

    Every line has a result, in order, even where some fail; nothing is changed. `Accept: application/x-ndjson` gives
    one result a line, and then up to 100,000 codes are taken; `Content-Type: application/x-ndjson` takes one
    CheckedItem a line, and answers each while it reads: what cannot be read is answered `bad_line`. Beyond your limit,
    lines are answered `slow_down`, except where the news is bad; long streams wait a while first. With `seller`, an
    item whose owner has not confirmed that seller carries the flag `owner_not_seller`. With `territory`, orders of
    courts elsewhere hold nothing. A sandbox key is answered from the codes of `/v1/sandbox/items`.
    """
    ledger, asking = here(), caller()
    own = asking.organisation.id

    def judge(items: Sequence[CheckedItem]) -> list[Scan]:
        if asking.sandbox:
            scans = check_sandbox(ledger, [one.asked for one in items])
        else:
            scans = check_items(ledger, [one.asked for one in items], [one.proof_to(own) for one in items])
            sellers = [None if one.seller is None else one.seller.ref for one in items]
            scans = with_sellers_held(ledger, own, sellers, scans)
        return [judged_in(scan, one.territory) for scan, one in zip(scans, items, strict=True)]

    if request.mimetype == LINES:
        return stream_lines(ledger, judge)
    as_lines = request.accept_mimetypes.best_match(["application/json", LINES]) == LINES
    if as_lines:
        many = json_body(ManyChecks, JSON_LINES_BYTES).items
        if len(many) > MOST:
            return stream_items(ledger, judge, many)
    body = json_body(Checks, 4 * JSON_BYTES)
    spent = spend(len(body.items))
    scans = judge(body.items)
    if spent.over:
        now = moment(ledger.now())
        scans = [slowed(scan, spent.resets, now) for scan in scans]
    for scan in scans:
        count_verdict(scan.standing.key.value)
    results = [result(ledger, one, scan) for one, scan in zip(body.items, scans, strict=True)]
    if as_lines:
        response = Response("".join(one.model_dump_json() + "\n" for one in results), mimetype=LINES)
    else:
        problems = sum(one.verdict in (Key.BAD_CODE, Key.SLOW_DOWN) for one in results)
        summary = CheckSummary(ok=len(results) - problems, problems=problems)
        response = answer(CheckResults(results=results, summary=summary))
    if spent.over:
        response.headers["Retry-After"] = str(spent.resets)
    return response


@operation(bp, "POST", "/v1/proofs", answers={201: SellerProofOut}, scope=Scope.CHECK, once=True, refuses=(404, 409))
def ask_for_proof(body: NewSellerProof) -> Response:
    """Ask a seller to prove that they have an item

    Show the seller the link and the words. Whoever has the item's key answers behind the link, for you and this
    seller alone. For fifteen minutes after that, while the same owner has the item, a check with this `id` as the
    seller's `proof` gives `owner_confirmed`. Ten questions an hour for one item.
    """
    ledger = here()
    ask, link = ask_seller(ledger, caller(), body.gtin, body.serial, body.seller)
    shown = SellerProofOut(
        id=ask.id, link=f"{ledger.public_url}/prove/{link}", words=ask.words, expires_at=moment(ask.expires_at)
    )
    return answer(shown, 201)
