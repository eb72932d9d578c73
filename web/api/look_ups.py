"""Look-ups by authorities: one code, or a manifest; and for brands how many there were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from flask import Response, request
from pydantic import Field, ValidationError, model_validator

from ledger.domain.desk.look_ups import LARGEST, MOST_LINES, Line, Purpose, read_manifest
from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.services.desk.look_ups import Contact, LookedUp, look_up, look_ups_of
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.api.operation import answer, blueprint, caller, here, invalid, json_body, operation
from web.api.shapes import Code, Gtin, In, Out, Serial, moment
from web.api.shapes import Line as Text
from web.metrics import count_verdict
from web.scan_json import AsOfOut, as_of_out, page_address

bp = blueprint("look_ups", "Look-ups by authorities, each with a purpose and a reference, each counted.")

_Reference = Annotated[
    Text, Field(max_length=120, description="Of the case or the consignment.", examples=["MRN 26FR00042"])
]


class _Coded(In):
    """A code, or a GTIN with its serial."""

    code: Code | None = None
    gtin: Gtin | None = None
    serial: Serial | None = None

    @model_validator(mode="after")
    def _names_one(self) -> _Coded:
        if (self.code is None) == (self.gtin is None) or (self.gtin is None) != (self.serial is None):
            raise ValueError("give “code”, or “gtin” and “serial”")
        return self


class OneLookUp(_Coded):
    """One code, and why it is looked up."""

    purpose: Purpose
    reference: _Reference


class ManifestLine(_Coded):
    """One line of a manifest."""

    ref: Text | None = Field(None, max_length=120, description="Your own name for it, given back.")


class Manifest(In):
    """Many codes, and why they are looked up."""

    purpose: Purpose
    reference: _Reference
    lines: list[ManifestLine] = Field(min_length=1, max_length=MOST_LINES)


class _Why(In):
    purpose: Purpose
    reference: _Reference


class ContactOut(Out):
    """The brand that can say more."""

    name: str
    domain: str


class LookUpOut(Out):
    """What the ledger shows of one line."""

    line: int = Field(description="Its place in the manifest, from 1.")
    ref: str | None
    gtin: str | None
    serial: str | None
    verdict: str = Field(examples=["reported_stolen"])
    advice: str
    headline: str
    also: list[str] = Field(description="What else stands on the record, in words.")
    risk: int = Field(description="Its place by risk, 1 the riskiest. It is an order to look in, and accuses nobody.")
    brand: ContactOut | None
    page: str


class LookUpsOut(Out):
    """Every line, in the manifest's order."""

    id: str
    results: list[LookUpOut]
    risk_order: list[int] = Field(description="Lines by their number, the riskiest first.")
    as_of: AsOfOut | None
    looked_up_at: datetime


class LookUpDayOut(Out):
    """One day."""

    day: date
    look_ups: int = Field(description="Look-ups that touched your items.")
    lines: int = Field(description="Lines of them that named your items.")


class LookUpDaysOut(Out):
    """Days with look-ups, newest first, of the last 400."""

    items: list[LookUpDayOut]


_TAKES: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Manifest"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "purpose": {"type": "string", "enum": [one.value for one in Purpose]},
                    "reference": Manifest.model_json_schema()["properties"]["reference"],
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "CSV (UTF-8) with a header: code, or gtin and serial; ref. At most 1,000 lines.",
                    },
                },
                "required": ["purpose", "reference", "file"],
            }
        },
    },
}


@operation(bp, "POST", "/v1/look-ups", answers={200: LookUpsOut}, scope=Scope.LOOK_UP)
def look_up_one(body: OneLookUp) -> Response:
    """Look up one code

    For authorities. It changes nothing but the count, and shows nothing of an owner.
    """
    line = Line(None, body.code, body.gtin or "", body.serial or "")
    return _answer(here(), look_up(here(), caller(), body.purpose, body.reference, [line]))


@operation(
    bp,
    "POST",
    "/v1/look-ups/manifest",
    answers={200: LookUpsOut},
    scope=Scope.LOOK_UP,
    takes=_TAKES,
    refuses=(413, 415),
    uses=(Manifest,),
)
def look_up_manifest() -> Response:
    """Look up a manifest of up to 1,000 lines

    As JSON, or as a form with a CSV file. Every line has an answer; `risk_order` says which boxes to open first.
    """
    if request.mimetype == "multipart/form-data":
        why, lines = _from_form()
    else:
        body = json_body(Manifest, LARGEST)
        why = _Why(purpose=body.purpose, reference=body.reference)
        lines = [Line(one.ref, one.code, one.gtin or "", one.serial or "") for one in body.lines]
    return _answer(here(), look_up(here(), caller(), why.purpose, why.reference, lines))


@operation(bp, "GET", "/v1/look-ups/days", answers={200: LookUpDaysOut}, scope=Scope.READ)
def list_look_up_days() -> Response:
    """How many look-ups by authorities touched your items

    By day, for brands. Whose they were is not told.
    """
    found = look_ups_of(here(), caller())
    days = [LookUpDayOut(day=date.fromisoformat(day), look_ups=many, lines=lines) for day, many, lines in found]
    return answer(LookUpDaysOut(items=days))


def _from_form() -> tuple[_Why, list[Line]]:
    request.max_content_length = LARGEST + 64 * 1024
    sent = request.files.get("file")
    try:
        why = _Why.model_validate({name: request.form.get(name) for name in ("purpose", "reference")})
    except ValidationError as error:
        invalid(error)
        raise
    if sent is None:
        raise Invalid("The form has no file in the field “file”.")
    return why, read_manifest(sent.stream.read(LARGEST + 1))


def _answer(ledger: Ledger, found: LookedUp) -> Response:
    places = {place: rank for rank, place in enumerate(found.order, start=1)}
    for scan in found.scans:
        count_verdict(scan.standing.key.value)
    results = [
        _line(ledger, place, line, scan, contact, places[place])
        for place, (line, scan, contact) in enumerate(zip(found.lines, found.scans, found.contacts, strict=True))
    ]
    first = found.scans[0].standing
    return answer(
        LookUpsOut(
            id=found.id,
            results=results,
            risk_order=[place + 1 for place in found.order],
            as_of=as_of_out(first.as_of),
            looked_up_at=moment(ledger.now()),
        )
    )


def _line(ledger: Ledger, place: int, line: Line, scan: Scan, contact: Contact | None, rank: int) -> LookUpOut:
    got = scan.standing
    return LookUpOut(
        line=place + 1,
        ref=line.ref,
        gtin=scan.gtin,
        serial=scan.serial,
        verdict=got.key.value,
        advice=got.advice.value,
        headline=got.headline,
        also=[one.headline for one in got.lines],
        risk=rank,
        brand=None if contact is None else ContactOut(name=contact.name, domain=contact.domain),
        page=page_address(ledger, scan.gtin, scan.serial),
    )
