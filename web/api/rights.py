"""The rights vault: marks, designs and works that notices rest on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field

from ledger.domain.desk.rights import Right, RightKind, RightState, in_force
from ledger.domain.organisations import Scope
from ledger.services.desk.rights import (
    Given,
    change_right,
    check_right,
    keep_right_file,
    right_for,
    rights_for,
    state_right,
    today,
    withdraw_right,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Day, Flag, IdPath, In, Line, Moment, Out, Territory, maybe_moment, moment

bp = blueprint("rights", "Marks, designs and works that notices rest on: stated by you, checked by the operator.")

_Class = Annotated[str, Field(pattern=r"^[0-9]{1,2}(-[0-9]{1,2})?$", max_length=5, examples=["25"])]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_DOCUMENT: Final = {
    "description": "The file itself.",
    "required": True,
    "content": {"application/pdf": _BINARY, "image/jpeg": _BINARY, "image/png": _BINARY},
}


class StatedRight(In):
    """A right as you state it."""

    kind: RightKind
    name: Annotated[
        Line, Field(max_length=120, description="The word of a mark, or what the design or the work is called.")
    ]
    number: str = Field("", max_length=40, description="As in the register; a mark has one.", examples=["018123456"])
    office: str = Field("", max_length=40, description="EUIPO, WIPO, USPTO, CNIPA or another.", examples=["EUIPO"])
    classes: list[_Class] = Field([], max_length=60, description="Of Nice for marks, of Locarno for designs.")
    territories: list[Territory] = Field(min_length=1, max_length=200)
    from_day: Day | None = Field(None, description="Its first day.")
    expires_on: Day | None = Field(None, description="Its last day, to its end in UTC.")


class ChangedRight(In):
    """What of a right changes; what is left out stays."""

    name: Line | None = Field(None, max_length=120)
    number: str | None = Field(None, max_length=40)
    office: str | None = Field(None, max_length=40)
    classes: list[_Class] | None = Field(None, max_length=60)
    territories: list[Territory] | None = Field(None, min_length=1, max_length=200)
    from_day: Day | None = None
    expires_on: Day | None = None
    withdraw: Flag = Field(False, description="Nothing rests on it any more; everything else is then left as it is.")


class ComparedRight(In):
    """What the register says."""

    agrees: Flag
    changed_at: Moment | None = Field(
        None, description="That of the right as you read it: refused with 409 where it was changed since."
    )


class RightOut(Out):
    """A right."""

    id: str
    kind: RightKind
    name: str
    number: str
    office: str
    classes: list[str]
    territories: list[str]
    from_day: date | None
    expires_on: date | None
    state: RightState = Field(
        description="stated (by you), checked (against the register), contested (by another's right) or withdrawn."
    )
    in_force: bool = Field(description="Whether a notice may rest on it today.")
    document: str | None = Field(description="SHA-256 of the document that shows it.")
    created_at: datetime
    changed_at: datetime
    checked_at: datetime | None


class RightsOut(Out):
    """All of them."""

    items: list[RightOut]


@operation(bp, "GET", "/v1/rights", answers={200: RightsOut}, scope=Scope.NOTICE)
def list_rights() -> Response:
    """List the rights

    A brand's own; for an agent those that it may act on now; for the operator those that nobody has checked.
    """
    ledger = here()
    return answer(RightsOut(items=rights_out(rights_for(ledger, caller()), today(ledger))))


@operation(bp, "POST", "/v1/rights", answers={201: RightOut}, scope=Scope.NOTICE, once=True)
def add_right(body: StatedRight) -> Response:
    """State a right

    It can be used at once; notices say that it is stated and not checked yet.
    """
    given = Given(
        body.kind, body.name, body.number, body.office, body.classes, body.territories, body.from_day, body.expires_on
    )
    new = state_right(here(), caller(), given)
    return _answer(new, 201)


@operation(bp, "GET", "/v1/rights/<id>", answers={200: RightOut}, scope=Scope.NOTICE, refuses=(404,))
def get_right(path: IdPath) -> Response:
    """One right"""
    return _answer(right_for(here(), caller(), path.id))


@operation(bp, "PATCH", "/v1/rights/<id>", answers={200: RightOut}, scope=Scope.NOTICE, refuses=(404, 409))
def edit_right(path: IdPath, body: ChangedRight) -> Response:
    """Change a right, or withdraw it

    What was checked has to be checked again.
    """
    ledger, asking = here(), caller()
    if body.withdraw:
        return _answer(withdraw_right(ledger, asking, path.id))
    now, new = right_for(ledger, asking, path.id), body.model_fields_set
    given = Given(
        now.kind,
        now.name if body.name is None else body.name,
        now.number if body.number is None else body.number,
        now.office if body.office is None else body.office,
        now.classes if body.classes is None else body.classes,
        now.territories if body.territories is None else body.territories,
        body.from_day if "from_day" in new else now.from_day,
        body.expires_on if "expires_on" in new else now.expires_on,
    )
    return _answer(change_right(ledger, asking, path.id, given))


@operation(
    bp,
    "POST",
    "/v1/rights/<id>/document",
    answers={200: RightOut},
    scope=Scope.NOTICE,
    takes=_DOCUMENT,
    refuses=(404, 413),
)
def send_right_document(path: IdPath) -> Response:
    """Send the document that shows a right

    A PDF, JPEG or PNG, judged by its bytes. It takes the place of the one before. What was checked has to be
    checked again.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    return _answer(keep_right_file(here(), caller(), path.id, cast(BinaryIO, request.stream)))


@operation(
    bp,
    "POST",
    "/v1/rights/<id>/comparison",
    answers={200: RightOut},
    scope=Scope.DECIDE,
    refuses=(404, 409),
)
def compare_right(path: IdPath, body: ComparedRight) -> Response:
    """Say what the register says of a right

    For the operator of this ledger. Where the register does not agree, nothing rests on the right any more.
    """
    read = None if body.changed_at is None else int(body.changed_at.timestamp())
    return _answer(check_right(here(), caller(), path.id, agrees=body.agrees, changed_at=read))


def rights_out(found: Sequence[Right], day: date) -> list[RightOut]:
    """Rights as the API shows them."""
    return [_right_out(one, day) for one in found]


def _answer(right: Right, status: int = 200) -> Response:
    shown = _right_out(right, today(here()))
    return answer(shown, status, location=f"/v1/rights/{right.id}" if status == 201 else None)


def _right_out(right: Right, day: date) -> RightOut:
    return RightOut(
        id=right.id,
        kind=right.kind,
        name=right.name,
        number=right.number,
        office=right.office,
        classes=list(right.classes),
        territories=list(right.territories),
        from_day=right.from_day,
        expires_on=right.expires_on,
        state=right.state,
        in_force=in_force(right, day),
        document=right.file,
        created_at=moment(right.created_at),
        changed_at=moment(right.changed_at),
        checked_at=maybe_moment(right.checked_at),
    )
