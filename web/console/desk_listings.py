"""A marketplace's listings: looked through, and one of them with its decisions, photos and challenge."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, Final, cast

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from PIL import Image
from werkzeug import Response as AnyResponse

from ledger.domain.desk.listings import ListingDecision, ListingStatus
from ledger.domain.desk.screening_words import about
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.webhooks import iso
from ledger.files.exports import write_csv
from ledger.services.desk import challenge
from ledger.services.desk.listings_change import end_listing
from ledger.services.desk.listings_find_port import Order, Wanted
from ledger.services.desk.listings_read import (
    all_listings,
    count_listings,
    decide_again,
    find_listings,
    read_listing_photo,
    see_listing,
)
from ledger.services.desk.screen_photos import send_photo
from web.console import bp
from web.console.pages import CSV, caller_here, download, ledger_here, only, page_number, when
from web.desk import listing_words as words
from web.desk.money import price_words
from web.problems import status_of

_PAGE: Final = 50
_MOST_ROWS: Final = 100_000
_screens = only(Role.PLATFORM, scope=Scope.SCREEN)
Answer = str | tuple[str, int] | AnyResponse


@bp.get("/listings")
@_screens
def listings() -> str:
    """Listings by state, decision and words, in three orders."""
    ledger, caller, wanted = ledger_here(), caller_here(), _wanted()
    number = page_number(request.args.get("page"), 2_000)
    found = find_listings(ledger, caller, wanted, number * _PAGE, _PAGE + 1)
    counts = count_listings(ledger, caller)
    now = ledger.now()
    return render_template(
        "console/desk/listings.html",
        rows=[(one, price_words(one.amount, one.currency), when(one.screened_at, now)) for one in found[:_PAGE]],
        count=sum(counts.values()),
        live={one: counts.get((ListingStatus.LIVE.value, one), 0) for one in ListingDecision},
        wanted=wanted,
        here=_query(wanted),
        number=number,
        more=len(found) > _PAGE,
        words=words,
    )


@bp.get("/listings.csv")
@_screens
def listings_csv() -> Response:
    """The same list as a file, with reasons in words; where it has too many lines, the last says how many follow."""
    header = (
        "ref",
        "url",
        "title",
        "seller",
        "state",
        "decision",
        "reasons",
        "words",
        "territory",
        "amount",
        "currency",
        "gtin",
        "first_screened",
        "last_screened",
        "ended",
    )
    rows = _rows(_wanted())
    return download("listings.csv", CSV, lambda file: write_csv(file, header, rows))


@bp.get("/listings/<id>")
@_screens
def listing(id: str) -> str:
    """One listing: what was decided and why, since when, its photos, and the question with three words."""
    return _page(id)


@bp.post("/listings/<id>/end")
@_screens
def listing_ended(id: str) -> Answer:
    """Note that it has ended."""
    return _done(id, lambda ref: end_listing(ledger_here(), caller_here(), ref))


@bp.post("/listings/<id>/challenge")
@_screens
def listing_challenge(id: str) -> Answer:
    """Ask the seller for a photo with three words."""
    return _done(id, lambda ref: challenge.challenge_listing(ledger_here(), caller_here(), ref))


@bp.post("/listings/<id>/challenge/photo")
@_screens
def listing_challenge_photo(id: str) -> Answer:
    """Hand in the seller's photo."""
    ledger, caller = ledger_here(), caller_here()
    request.max_content_length = ledger.limits.evidence_bytes + 64 * 1024

    def hand_in(ref: str) -> None:
        sent = request.files.get("photo")
        if sent is None or not sent.filename:
            raise Invalid(_("Choose a photo first."))
        # Before a photo is kept: whether one is asked for at all.
        challenge.challenge_of(ledger, caller, ref)
        photo = send_photo(ledger, caller, cast(BinaryIO, sent.stream))
        challenge.answer_challenge(ledger, caller, ref, photo.sha256)

    return _done(id, hand_in)


@bp.post("/listings/<id>/challenge/decision")
@only(Role.PLATFORM, scope=Scope.DECIDE)
def listing_challenge_decision(id: str) -> Answer:
    """Say whether the photo shows the item beside the words."""
    choice = request.form.get("accepted", "")

    def decide(ref: str) -> None:
        if choice not in ("yes", "no"):
            raise Invalid(_("Say whether the photo shows the item beside the words."))
        challenge.decide_challenge(ledger_here(), caller_here(), ref, accepted=choice == "yes")

    return _done(id, decide)


@bp.get("/listings/<id>/photos/<sha256>")
@_screens
def listing_photo(id: str, sha256: str) -> Response:
    """A photo of a listing, or of its challenge."""
    content = read_listing_photo(ledger_here(), caller_here(), id, sha256)
    with Image.open(io.BytesIO(content)) as image:
        kind = Image.MIME[str(image.format)]
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/listings/<id>/decisions/<decision>")
@_screens
def listing_again(id: str, decision: str) -> str:
    """One decision made again from what it rested on: by the rules of then, and by those of now."""
    ledger, caller = ledger_here(), caller_here()
    seen, again = see_listing(ledger, caller, id), decide_again(ledger, caller, id, decision)
    before, after = ({one.key for one in some} for some in (again.reasons, again.now.reasons))
    return render_template(
        "console/desk/listing_again.html",
        seen=seen,
        again=again,
        gained=[one for one in again.now.reasons if one.key not in before],
        lost=[one for one in again.reasons if one.key not in after],
        at=when(again.decided.at, ledger.now()),
        words=words,
    )


def _page(id: str, problem: LedgerError | None = None) -> str:
    ledger = ledger_here()
    seen, now = see_listing(ledger, caller_here(), id), ledger.now()
    asked = seen.challenge
    return render_template(
        "console/desk/listing.html",
        seen=seen,
        one=seen.listing,
        decided=seen.decided[0],
        reasons=seen.decided[1],
        price=price_words(seen.listing.amount, seen.listing.currency),
        codes=seen.facts["codes"],
        compared=seen.facts["price"],
        asked=asked,
        asked_day=when(asked.created_at, now) if asked else "",
        open_until=when(asked.expires_at, now) if asked else "",
        over=asked is not None and asked.state == "waiting" and asked.expires_at <= now,
        may_decide=Scope.DECIDE in caller_here().scopes,
        problem=problem,
        moment=lambda at: when(at, now),
        words=words,
    )


def _done(id: str, act: Callable[[str], object]) -> Answer:
    ref = see_listing(ledger_here(), caller_here(), id).listing.ref
    try:
        act(ref)
    except LedgerError as refused:
        return _page(id, refused), status_of(refused)
    return redirect(url_for("console.listing", id=id), 303)


def _wanted() -> Wanted:
    asked = request.args
    return Wanted(
        asked.get("find", "").strip()[:120],
        _one_of(ListingStatus, asked.get("state")),
        _one_of(ListingDecision, asked.get("decision")),
        _one_of(Order, asked.get("sort")) or Order.NEWEST,
    )


def _query(wanted: Wanted) -> dict[str, str | None]:
    """The list as an address names it."""
    return {
        "find": wanted.find or None,
        "state": wanted.status,
        "decision": wanted.decision,
        "sort": None if wanted.order is Order.NEWEST else wanted.order,
    }


def _one_of(kind: Any, value: str | None) -> Any:
    return kind(value) if value in {one.value for one in kind} else None


def _rows(wanted: Wanted) -> Iterator[Sequence[object]]:
    rest = 0
    for one, reasons, left in all_listings(ledger_here(), caller_here(), wanted, _MOST_ROWS):
        told = " ".join(str(about(reason.key, reason.evidence)) for reason in reasons)
        keys = " ".join(reason.key for reason in reasons)
        start = one.ref, one.url, one.title, one.seller, one.status, one.decision, keys, told
        yield *start, one.territory, one.amount, one.currency, one.gtin, *map(_time, _times(one))
        rest = left
    if rest:
        yield (_("And %(count)s more.", count=f"{rest:,}"),)


def _times(one: Any) -> tuple[int | None, int | None, int | None]:
    return one.created_at, one.screened_at, one.ended_at


def _time(at: int | None) -> str:
    return "" if at is None else iso(at)
