"""Bulk checks: what the record shows of up to a thousand codes, one result a line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flask import Response, request
from pydantic import Field, model_validator

from ledger.domain.organisations import Scope
from ledger.domain.standing_headlines import BAD_NEWS, Key
from ledger.services.check_items import check_items
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.api.operation import JSON_BYTES, answer, blueprint, here, operation
from web.api.shapes import Code, Gtin, In, Line, Out, Serial, moment
from web.limits import spend
from web.metrics import count_verdict
from web.scan.page import slowed
from web.scan_json import AsOfOut, api_path, as_of_out, page_address

bp = blueprint("checks", "What the record shows of many codes at once, for platforms.")

MOST: Final = 1_000
GOOD_FOR: Final = timedelta(minutes=10)
"""How long an answer may be relied on."""
_NDJSON: Final = "application/x-ndjson"


class CheckedItem(In):
    """One code, by what was scanned or typed, or by its GTIN and serial."""

    ref: Line | None = Field(None, max_length=120, description="Your own name for it, given back.")
    code: Code | None = Field(None, examples=["https://v.example/01/09521234543213/21/7K3M9QX2TP4W"])
    gtin: Gtin | None = None
    serial: Serial | None = None

    @model_validator(mode="after")
    def _names_one(self) -> CheckedItem:
        if (self.code is None) == (self.gtin is None) or (self.gtin is None) != (self.serial is None):
            raise ValueError("give “code”, or “gtin” and “serial”")
        return self


class Checks(In):
    """The codes."""

    items: list[CheckedItem] = Field(min_length=1, max_length=MOST)


class CheckLinks(Out):
    """Where to read more."""

    page: str
    item: str | None


class CheckResult(Out):
    """The answer to one code."""

    ref: str | None
    gtin: str | None
    serial: str | None
    verdict: str = Field(examples=["held"])
    flags: list[str] = Field(description="All the bad news there is, the verdict's own included.")
    advice: str = Field(description="ok, ask_for_proof, hold, block or no_opinion.", examples=["ask_for_proof"])
    explain: str = Field(description="One sentence or two that can be shown to a seller.")
    problem: str | None = Field(description="Why the code cannot be read, where it cannot.")
    as_of: AsOfOut | None
    valid_until: datetime
    links: CheckLinks


class CheckSummary(Out):
    """How many lines had an answer."""

    ok: int
    problems: int = Field(description="Lines whose code cannot be read, or that came too fast.")


class CheckResults(Out):
    """All answers, in the order of the question."""

    results: list[CheckResult]
    summary: CheckSummary


@operation(
    bp,
    "POST",
    "/v1/checks",
    answers={
        200: {
            "description": "All answers, in order",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/CheckResults"}},
                _NDJSON: {"schema": {"type": "string", "description": "One CheckResult a line."}},
            },
        }
    },
    scope=Scope.CHECK,
    largest=4 * JSON_BYTES,
    counts_itself=True,
    uses=(CheckResults,),
)
def check_many(body: Checks) -> Response:
    """Check up to 1,000 codes

    Every line has a result, even where some fail. It changes nothing, so it needs no Idempotency-Key. Beyond your
    limit, lines are answered `slow_down`, except where the news is bad. `Accept: application/x-ndjson` gives one
    result a line.
    """
    ledger, spent = here(), spend(len(body.items))
    asked = [one.code if one.code is not None else (str(one.gtin), str(one.serial)) for one in body.items]
    scans = check_items(ledger, asked)
    if spent.over:
        now = moment(ledger.now())
        scans = [slowed(scan, spent.resets, now) for scan in scans]
    for scan in scans:
        count_verdict(scan.standing.key.value)
    results = [_result(ledger, one.ref, scan) for one, scan in zip(body.items, scans, strict=True)]
    if request.accept_mimetypes.best_match(["application/json", _NDJSON]) == _NDJSON:
        lines = "".join(one.model_dump_json() + "\n" for one in results)
        response = Response(lines, mimetype=_NDJSON)
    else:
        problems = sum(one.verdict in (Key.BAD_CODE, Key.SLOW_DOWN) for one in results)
        summary = CheckSummary(ok=len(results) - problems, problems=problems)
        response = answer(CheckResults(results=results, summary=summary))
    if spent.over:
        response.headers["Retry-After"] = str(spent.resets)
    return response


def _result(ledger: Ledger, ref: str | None, scan: Scan) -> CheckResult:
    got = scan.standing
    grave = [str(line.key) for line in got.lines if line.grave]
    flags = [got.key.value, *grave] if got.key in BAD_NEWS else grave
    listed = scan.subject is not None and got.key is not Key.UNKNOWN and scan.gtin and scan.serial
    return CheckResult(
        ref=ref,
        gtin=scan.gtin,
        serial=scan.serial,
        verdict=got.key.value,
        flags=list(dict.fromkeys(flags)),
        advice=got.advice.value,
        explain=" ".join(got.sentences[:2]) or got.headline,
        problem=scan.facts.code_problem,
        as_of=as_of_out(got.as_of),
        valid_until=got.at + GOOD_FOR,
        links=CheckLinks(
            page=page_address(ledger, scan.gtin, scan.serial),
            item=ledger.public_url + api_path(str(scan.gtin), str(scan.serial)) if listed else None,
        ),
    )
