"""“Release the money?”: advice for platforms that hold it, signed."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field, model_validator

from ledger.domain.desk.releases import Decision, Why
from ledger.domain.organisations import Scope
from ledger.services.desk.releases import Advised, Question, check_release
from web.api.check_shapes import Place
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, Gtin, Id, In, Line, Moment, Out, Serial
from web.scan_json import AsOfOut, as_of_out

bp = blueprint("releases", "Advice for platforms that hold money: release it, or hold it, and why.")


class ReleaseQuestion(In):
    """Which payment: by the handover that names your platform, or by the item and when it was sold."""

    offer: Id | None = Field(None, description="The handover, as `GET /v1/escrows` names it.")
    gtin: Gtin | None = None
    serial: Serial | None = None
    sold_at: Moment | None = Field(None, description="A handover from then on is the one that the money is for.")
    territory: Place | None = Field(None, description="Where you would pay; orders elsewhere then hold nothing.")
    seller: Line | None = Field(None, max_length=120, description="Your own name for the seller.")
    inspection: Flag = Field(False, description="Whether an inspection in hand since the sale has to be passed.")

    @model_validator(mode="after")
    def _names_one(self) -> ReleaseQuestion:
        by_item = (self.gtin, self.serial, self.sold_at)
        if None in by_item if self.offer is None else by_item != (None, None, None):
            raise ValueError("give “offer”, or all of “gtin”, “serial” and “sold_at”")
        return self


class ReleaseHoldOut(Out):
    """One reason to hold."""

    reason: Why
    words: str
    until: datetime = Field(description="When it ends, or when to ask again.")


class ReleaseOut(Out):
    """The advice."""

    id: str
    decision: Decision
    holds: list[ReleaseHoldOut] = Field(description="Every reason to hold; none where the money is released.")
    gtin: str
    serial: str
    verdict: str = Field(examples=["held"])
    as_of: AsOfOut | None
    checked_at: datetime
    valid_until: datetime
    credential: str = Field(description="The same, signed by the ledger (vc+jwt): anyone can verify it.")


@operation(bp, "POST", "/v1/releases/check", answers={200: ReleaseOut}, scope=Scope.CHECK, once=True, refuses=(404,))
def check_one_release(body: ReleaseQuestion) -> Response:
    """Release the money, or hold it?

    `release` only where the handover is final and nothing speaks against it. Every hold has a reason and an end.
    """
    asked = Question(
        offer=body.offer,
        gtin=body.gtin or "",
        serial=body.serial or "",
        sold_at=0 if body.sold_at is None else int(body.sold_at.timestamp()),
        territory=body.territory,
        seller=body.seller,
        inspection=body.inspection,
    )
    return answer(_out(check_release(here(), caller(), asked)))


def _out(advised: Advised) -> ReleaseOut:
    release, standing = advised.release, advised.scan.standing
    return ReleaseOut(
        id=advised.id,
        decision=release.decision,
        holds=[ReleaseHoldOut(reason=one.why, words=one.words, until=one.until) for one in release.holds],
        gtin=advised.gtin,
        serial=advised.serial,
        verdict=standing.key.value,
        as_of=as_of_out(standing.as_of),
        checked_at=release.at,
        valid_until=release.valid_until,
        credential=advised.token,
    )
