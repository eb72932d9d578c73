"""Screening of listings before they go live: what their words, codes, photos and prices show, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, BinaryIO, Final, Literal, cast

from babel import Locale
from flask import Response, request
from pydantic import Field

from ledger.domain.desk.listings import (
    MOST_CODES,
    MOST_LISTINGS,
    MOST_PHOTOS,
    Condition,
    Kept,
    Listing,
    ListingDecision,
    ListingStatus,
    Price,
    Seller,
)
from ledger.domain.desk.screening_words import about, message
from ledger.domain.organisations import Role, Scope
from ledger.screening.decide import Reason
from ledger.services.desk.listings_change import end_listing, own_listing
from ledger.services.desk.screen_listings import Screened, screen_listings
from ledger.services.desk.screen_photos import send_photo
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, operation
from web.api.shapes import Day, In, Out, Sha256, Territory, moment, page
from web.wording import ENGLISH, translated

bp = blueprint("listings", "Screening of listings, with reasons, and what to tell the seller.")

_PLAIN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: Final = {
    "description": "The photo itself.",
    "required": True,
    "content": {"image/jpeg": _BINARY, "image/png": _BINARY, "image/webp": _BINARY},
}
REF: Final = r"^[!-~]{1,120}$"
_SPOKEN: Final = {"fr": Locale("fr"), "it": Locale("it"), "zh": Locale("zh", script="Hans")}
Ref = Annotated[str, Field(min_length=1, max_length=120, pattern=REF, description="Your own name for it.")]


class PriceIn(In):
    """What is asked for it."""

    amount: int = Field(ge=0, le=2**53 - 1, description="In minor units: 12 euros are 1200.")
    currency: str = Field(pattern="^[A-Z]{3}$", max_length=3, description="ISO 4217.", examples=["EUR"])


class ListingSeller(In):
    """Who sells, by your own pseudonym for them: no name, no e-mail."""

    ref: Ref
    since: Day | None = Field(None, description="The day their shop opened.")
    proof: str | None = Field(
        None, max_length=40, pattern=_PLAIN, description="The id of a question that the owner answered for you."
    )


class ListingIn(In):
    """A listing."""

    ref: Ref
    url: str = Field(pattern=r"^https?://[!-~]{1,1000}$", max_length=1_010, examples=["https://bazar.example/l/1"])
    title: str = Field(min_length=1, max_length=500, pattern=_PLAIN)
    text: str = Field("", max_length=10_000, pattern=_PLAIN)
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", max_length=20)] = "en"
    territory: Territory | None = Field(
        None,
        description="ISO 3166-1 alpha-2, EU, or WO for anywhere: rights and orders elsewhere then count for nothing. "
        "Without one it is judged everywhere.",
    )
    price: PriceIn | None = None
    seller: ListingSeller
    codes: list[Annotated[str, Field(min_length=1, max_length=2_000, pattern=_PLAIN)]] = Field(
        [], max_length=MOST_CODES, description="Codes of the item, as scanned or typed."
    )
    photos: list[Sha256] = Field([], max_length=MOST_PHOTOS, description="SHA-256 of photos that you sent before.")
    condition: Condition = Condition.USED
    status: ListingStatus = ListingStatus.LIVE


class ListingsIn(In):
    """Listings to be screened."""

    listings: list[ListingIn] = Field(min_length=1, max_length=MOST_LISTINGS)


class ReasonOut(Out):
    """Why: `key` names the detector, `evidence` what it saw."""

    key: str = Field(examples=["mark.disguised"])
    words: str
    weight: int
    evidence: dict[str, str | int]


class ScreenedOut(Out):
    """What was decided of one listing."""

    ref: str
    id: str
    decision: ListingDecision
    decision_id: str
    reasons: list[ReasonOut]
    message: list[str] = Field(description="What to tell the seller, in the listing's language where we speak it.")
    photos: Literal["none", "waiting"] = Field(
        description="waiting: they are compared later; if that changes the decision, a webhook tells."
    )
    price: Literal["none", "too_few", "compared"] = Field(
        description="too_few: there are fewer than five live listings of the model, so it was not compared."
    )
    rule_pack: int


class ScreenedAll(Out):
    """All answers, in the order of the question."""

    results: list[ScreenedOut]


class ListingOut(Out):
    """A listing as it is kept."""

    ref: str
    id: str
    url: str
    title: str
    status: ListingStatus
    decision: ListingDecision
    decision_id: str
    created_at: datetime
    screened_at: datetime
    ended_at: datetime | None


class ListingDetail(ListingOut):
    """A listing, and why it was decided so."""

    reasons: list[ReasonOut]
    message: list[str] = Field(description="What to tell the seller, in the listing's language where we speak it.")
    cause: Literal["screened", "photos", "challenge", "order"] = Field(description="What the decision followed.")
    decided_at: datetime
    rule_pack: int


class ListingsOut(Out):
    """A page of your listings, newest first."""

    items: list[ListingOut]


class ListingPhotoOut(Out):
    """A photo that was kept, written anew without the place where it was taken."""

    sha256: str = Field(description="Its name; cite it in a listing.")
    width: int
    height: int
    codes: list[str] = Field(description="What the codes in it say.")


class RefPath(In):
    """A listing, by your own name for it."""

    ref: Ref


class ListingQuery(In):
    """Which page."""

    cursor: str | None = Field(None, max_length=60, pattern=r"^[a-z]{2,4}_[0-9A-HJKMNP-TV-Z]{26}$")
    limit: int = Field(50, ge=1, le=200)
    decision: Literal["any", "allow", "ask_for_code", "hold", "block"] = "any"


@operation(
    bp,
    "POST",
    "/v1/listings/screen",
    answers={200: ScreenedAll},
    scope=Scope.SCREEN,
    once=True,
    largest=16 * JSON_BYTES,
)
def screen_many_listings(body: ListingsIn) -> Response:
    """Screen up to 500 listings

    A listing that was sent before is screened anew as it is now. Every decision names its reasons; none is made by a
    person, and none says that anybody is guilty.
    """
    answers = screen_listings(here(), caller(), [_listing(one) for one in body.listings])
    results = [_screened(one, sent) for one, sent in zip(answers, body.listings, strict=True)]
    return answer(ScreenedAll(results=results))


@operation(
    bp, "POST", "/v1/listings/photos", answers={201: ListingPhotoOut}, scope=Scope.SCREEN, takes=_UPLOAD, refuses=(413,)
)
def send_listing_photo() -> Response:
    """Send a photo of a listing

    A JPEG, PNG or WebP of at most 60 megapixels, judged by its bytes. The same photo again gives the same name.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    kept = send_photo(here(), caller(), cast(BinaryIO, request.stream))
    return answer(
        ListingPhotoOut(sha256=kept.sha256, width=kept.width, height=kept.height, codes=list(kept.codes)), 201
    )


@operation(bp, "GET", "/v1/listings", answers={200: ListingsOut}, scope=Scope.SCREEN)
def list_listings(query: ListingQuery) -> Response:
    """Your listings and what was decided of them"""
    caller().need_role(Role.PLATFORM)
    platform = caller().organisation.id
    wanted = None if query.decision == "any" else query.decision
    with here().store.read() as tx:
        found = tx.listings.page(platform, query.cursor, query.limit + 1, decision=wanted)
    return page(found, query.limit, lambda rows: ListingsOut(items=[_kept(one) for one in rows]), lambda last: last.id)


@operation(bp, "GET", "/v1/listings/<ref>", answers={200: ListingDetail}, scope=Scope.SCREEN, refuses=(404,))
def get_listing(path: RefPath) -> Response:
    """A listing of yours, and why it was decided so"""
    with here().store.read() as tx:
        found = own_listing(tx, caller(), path.ref)
        decided = tx.listings.decision(found.decision_id)
    assert decided is not None  # kept with the listing, in one transaction
    reasons = [Reason(*one) for one in json.loads(decided.reasons)]
    detail = {
        **_kept(found).model_dump(),
        "reasons": [_reason(one) for one in reasons],
        "message": _told(found.decision, reasons, found.language),
        "cause": decided.cause,
        "decided_at": moment(decided.at),
        "rule_pack": decided.pack,
    }
    return answer(ListingDetail.model_validate(detail))


@operation(bp, "DELETE", "/v1/listings/<ref>", answers={200: ListingOut}, scope=Scope.SCREEN, refuses=(404,))
def end_one_listing(path: RefPath) -> Response:
    """Say that a listing has ended

    It counts no more against others at once, and is forgotten 90 days later.
    """
    return answer(_kept(end_listing(here(), caller(), path.ref)))


def _listing(sent: ListingIn) -> Listing:
    return Listing(
        ref=sent.ref,
        url=sent.url,
        title=sent.title,
        text=sent.text,
        language=sent.language,
        territory=sent.territory,
        price=None if sent.price is None else Price(sent.price.amount, sent.price.currency),
        seller=Seller(
            sent.seller.ref, None if sent.seller.since is None else sent.seller.since.isoformat(), sent.seller.proof
        ),
        codes=tuple(sent.codes),
        photos=tuple(dict.fromkeys(sent.photos)),
        condition=sent.condition,
        status=sent.status,
    )


def _screened(one: Screened, sent: ListingIn) -> ScreenedOut:
    outcome = one.outcome
    return ScreenedOut(
        ref=one.ref,
        id=one.listing,
        decision=outcome.decision,
        decision_id=one.decision_id,
        reasons=[_reason(reason) for reason in outcome.reasons],
        message=_told(outcome.decision, outcome.reasons, sent.language),
        photos="waiting" if sent.photos and sent.status is ListingStatus.LIVE else "none",
        price=one.facts["price"]["state"],
        rule_pack=one.pack,
    )


def _reason(one: Reason) -> ReasonOut:
    return ReasonOut(
        key=one.key, words=str(about(one.key, one.evidence)), weight=one.weight, evidence=dict(one.evidence)
    )


def _told(decision: str, reasons: Iterable[Reason], language: str) -> list[str]:
    seller = _SPOKEN.get(language[:2].lower(), ENGLISH)
    lines = message(ListingDecision(decision), [(one.key, one.evidence) for one in reasons])
    return [translated(line, seller) for line in lines]


def _kept(one: Kept) -> ListingOut:
    return ListingOut(
        ref=one.ref,
        id=one.id,
        url=one.url,
        title=one.title,
        status=ListingStatus(one.status),
        decision=ListingDecision(one.decision),
        decision_id=one.decision_id,
        created_at=moment(one.created_at),
        screened_at=moment(one.screened_at),
        ended_at=None if one.ended_at is None else moment(one.ended_at),
    )


# More operations of this resource; they hang themselves on the blueprint above.
from web.api import listings_after  # noqa: E402, F401
