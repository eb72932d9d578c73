"""Inspections, services, withdrawals and corrections: what authenticators and repairers saw and did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Remark, Service, WithdrawalReason
from ledger.domain.organisations import Scope
from ledger.services.record_inspection import (
    Finding,
    correction,
    draft_record,
    inspection,
    record,
    service,
    withdrawal,
)
from web.api.operation import Answers, answer, blueprint, caller, here, operation
from web.api.shapes import (
    DraftOnly,
    DraftOut,
    Gtin,
    In,
    Moment,
    Number,
    Serial,
    Sha256,
    StatementOut,
    Text,
    draft_out,
    taken,
)

bp = blueprint("records", "What authenticators and repairers saw and did. Nothing is ever deleted, only answered.")

_ReportName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
_ReportValue = Text | int | bool | Annotated[list[Text], Field(max_length=100)]
ReportWords = Annotated[
    dict[_ReportName, _ReportValue],
    Field(
        max_length=40,
        description="The report in words, under names of yours. It is shown with the item.",
        json_schema_extra={"additionalProperties": False},
    ),
]
EvidenceNames = Annotated[list[Sha256], Field(max_length=40, description="Files sent to /v1/evidence before.")]
SIGNED: Answers = {200: DraftOut, 202: StatementOut}


class OfItem(In):
    """Of which item, with which report."""

    gtin: Gtin
    serial: Serial
    report: ReportWords = Field(default={}, examples=[{"basis": "Stitching, stamp and hardware agree."}])
    draft: DraftOnly = False


class OnDay(OfItem):
    """The same, with photos and a time."""

    evidence: EvidenceNames = Field(default=[])
    date: Moment | None = Field(None, description="When it was seen or done, with its offset; now, if left out.")


class Inspected(OnDay):
    """What an inspection found. Authenticity and condition are two questions."""

    authenticity: Literal["consistent", "not_genuine", "inconclusive", "not_supported"]
    method: Literal["in_hand", "photos", "video"]
    persons: int = Field(1, ge=1, le=255, description="How many people looked.")
    condition: Literal["A", "B", "C", "D", "E"] | None = None
    points: int = Field(0, ge=0, le=255, description="How many points were checked.")
    remarks: list[Literal["altered", "parts_replaced", "code_moved"]] = Field(default=[], max_length=3)


class Corrected(Inspected):
    """The inspection as it should have been."""

    about: Number = Field(description="The number of the record that this corrects.")


class Serviced(OnDay):
    """What was done to the item."""

    service: Literal["repair", "part_replaced", "care", "refinished", "checked"]


class Withdrawn(OfItem):
    """Why a record is taken back. It stays visible."""

    about: Number = Field(description="The number of the record that is taken back.")
    reason: Literal["mistake", "wrong_item", "new_evidence", "other"]


@operation(
    bp, "POST", "/v1/inspections", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409), largest=256 * 1024
)
def record_inspection(body: Inspected) -> Response:
    """Record an inspection

    Signed with your key that the operator keeps, in one call; or drafted, for your own key to sign.
    """
    found = inspection(body.gtin, body.serial, _facts(body), body.report, body.evidence)
    return _done(body, _on_day(found, body.date))


@operation(
    bp, "POST", "/v1/services", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409), largest=256 * 1024
)
def record_service(body: Serviced) -> Response:
    """Record a repair or another service"""
    found = service(body.gtin, body.serial, Service[body.service.upper()], body.report, body.evidence)
    return _done(body, _on_day(found, body.date))


@operation(
    bp, "POST", "/v1/withdrawals", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409), largest=256 * 1024
)
def withdraw_record(body: Withdrawn) -> Response:
    """Take back a record of yours; it stays visible, with this beside it"""
    reason = WithdrawalReason[body.reason.upper()]
    return _done(body, withdrawal(body.gtin, body.serial, int(body.about), reason, body.report))


@operation(
    bp, "POST", "/v1/corrections", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409), largest=256 * 1024
)
def correct_record(body: Corrected) -> Response:
    """Correct an inspection of yours; the old one stays visible"""
    found = correction(body.gtin, body.serial, int(body.about), _facts(body), body.report, body.evidence)
    return _done(body, _on_day(found, body.date))


def _facts(body: Inspected) -> InspectionFacts:
    remarks = Remark(0)
    for name in body.remarks:
        remarks |= Remark[name.upper()]
    return InspectionFacts(
        authenticity=Authenticity[body.authenticity.upper()],
        method=Method[body.method.upper()],
        persons=body.persons,
        condition=body.condition,
        remarks=remarks,
        points=body.points,
    )


def _on_day(finding: Finding, date: datetime | None) -> Finding:
    return finding if date is None else replace(finding, date=int(date.timestamp()))


def _done(body: OfItem, finding: Finding) -> Response:
    ledger, asking = here(), caller()
    if body.draft:
        return answer(draft_out(draft_record(ledger, asking, finding)))
    return taken(ledger, record(ledger, asking, finding))
