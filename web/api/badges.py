"""Badges: what the record shows of an item, signed for one listing."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from flask import Response
from pydantic import Field, model_validator

from ledger.domain.organisations import Scope
from ledger.services.desk.badges import Badge, issue_badge
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Code, Gtin, In, Out, Serial, Url

bp = blueprint("badges", "A signed badge for a listing, which anybody can check without asking here.")

WIDTH, HEIGHT = 320, 72
"""Of the picture, in CSS pixels."""


class NewBadge(In):
    """Which item, on which listing."""

    code: Code | None = None
    gtin: Gtin | None = None
    serial: Serial | None = None
    listing: Url = Field(description="The address of the one listing that the badge is for.")

    @model_validator(mode="after")
    def _names_one(self) -> NewBadge:
        if (self.code is None) == (self.gtin is None) or (self.gtin is None) != (self.serial is None):
            raise ValueError("give “code”, or “gtin” and “serial”")
        return self


class BadgeOut(Out):
    """A badge."""

    id: str
    token: str = Field(description="The badge itself: a W3C Verifiable Credential 2.0, signed (vc+jwt).")
    says: dict[str, Any] = Field(description="What it says, unsigned, to read.")
    valid_until: datetime
    page: str = Field(description="What is true today, for people.")
    image: str = Field(description="A picture for the listing, which shows what is true today.")
    html: str = Field(description="The picture as a link to the page, to put into the listing. No script, no frame.")


@operation(bp, "POST", "/v1/badges", answers={201: BadgeOut}, scope=Scope.CHECK, once=True, refuses=(404, 409))
def make_badge(body: NewBadge) -> Response:
    """A signed badge for a listing

    For platforms and brands, for items whose verdict carries the tick. Good for a day at most; asked for again, the
    same one is given while it holds for some hours yet. It is revoked when the verdict or the owner changes.

    To check one without asking here: resolve its issuer (`did:web`), verify the signature (ES256) with the key that
    `kid` names, look at `validFrom` and `validUntil`, look its place up in the list that `credentialStatus` names
    (Bitstring Status List 1.0), and compare `credentialSubject.listing` with the address of the page that shows it.
    """
    asked = body.code if body.code is not None else (str(body.gtin), str(body.serial))
    return answer(_shown(here().public_url, issue_badge(here(), caller(), asked, body.listing)), 201)


def _shown(public_url: str, badge: Badge) -> BadgeOut:
    page, says = f"{public_url}/badges/{badge.id}", dict(badge.issued.body)
    words = escape(str(says["credentialSubject"]["answer"]["headline"]))
    html = f'<a href="{page}"><img src="{page}.svg" width="{WIDTH}" height="{HEIGHT}" alt="{words}"></a>'
    return BadgeOut(
        id=badge.id,
        token=badge.issued.token,
        says=says,
        valid_until=says["validUntil"],
        page=page,
        image=page + ".svg",
        html=html,
    )
