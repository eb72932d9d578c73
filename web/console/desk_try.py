"""A listing tried: what would be decided of it now, with nothing kept; and the rules that decide, played again."""

from __future__ import annotations

from typing import BinaryIO, Final, cast

from flask import render_template, request
from werkzeug.datastructures import FileStorage

from ledger.domain.desk.listings import LANGUAGES, MOST_CODES, Condition, Listing, ListingStatus, Seller
from ledger.domain.desk.screening_words import ABOUT, message
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.screening.packs import MOST_BYTES, read_pack
from ledger.services.desk.listings_read import rules_in_force
from ledger.services.desk.screen_listings import Screened
from ledger.services.desk.screen_replay import Replayed, replay
from ledger.services.desk.screen_try import TRIAL, try_listing
from web.console import bp
from web.console.pages import caller_here, ledger_here, only
from web.desk import listing_words as words
from web.desk.money import price_of
from web.problems import status_of
from web.wording import translated

_screens = only(Role.PLATFORM, scope=Scope.SCREEN)
_PHOTOS: Final = 4
"""Of a trial: each may take a second to be read."""
_MOST_PLAYED: Final = 5_000
"""Decisions that a page makes again; the API does more."""
Answer = str | tuple[str, int]


@bp.get("/listings/try")
@_screens
def try_form() -> str:
    """The form."""
    return _form()


@bp.post("/listings/try")
@_screens
def try_one() -> Answer:
    """Decide what was typed, and keep nothing; what cannot be right comes back with the form."""
    ledger = ledger_here()
    request.max_content_length = (ledger.limits.evidence_bytes + 64 * 1024) * _PHOTOS
    try:
        photos = [one for one in request.files.getlist("photos") if one.filename]
        if len(photos) > _PHOTOS:
            raise Invalid(said("Try a listing with %(most)s photos at most.", most=_PHOTOS))
        listing = _listing()
        found = try_listing(ledger, caller_here(), listing, [cast(BinaryIO, one.stream) for one in photos])
    except LedgerError as problem:
        return _form(problem=problem), status_of(problem)
    return _form(found=found, photos=len(photos))


@bp.get("/listings/rules")
@_screens
def rules() -> str:
    """The rule pack in force."""
    return _rules()


@bp.post("/listings/rules")
@_screens
def rules_again() -> Answer:
    """Make the platform's decisions again, by the rules that made them and by others where they were sent."""
    sent = request.files.get("pack")
    try:
        other = read_pack(_text(sent)) if sent is not None and sent.filename else None
        found = replay(ledger_here(), other, platform=caller_here().organisation.id, most=_MOST_PLAYED)
    except LedgerError as problem:
        return _rules(problem=problem), status_of(problem)
    return _rules(found, compared=other is not None)


def _form(found: Screened | None = None, problem: LedgerError | None = None, photos: int = 0) -> str:
    told: list[str] = []
    if found is not None:
        reasons = [(one.key, one.evidence) for one in found.outcome.reasons]
        told = [translated(one) for one in message(found.outcome.decision, reasons)]
    return render_template(
        "console/desk/listing_try.html",
        form=request.form,
        found=found,
        told=told,
        photos=photos,
        problem=problem,
        most_photos=_PHOTOS,
        most_codes=MOST_CODES,
        words=words,
    )


def _listing() -> Listing:
    """The listing that the form tells. Raises Invalid for what its fields cannot be."""
    form = request.form
    title = form.get("title", "").strip()
    if not 1 <= len(title) <= 500:
        raise Invalid(said("Write the title, in 1 to 500 characters."))
    codes = tuple(line.strip() for line in form.get("codes", "").splitlines() if line.strip())
    if len(codes) > MOST_CODES or any(len(one) > 2_000 for one in codes):
        raise Invalid(said("A listing has %(most)s codes at most, one on each line.", most=MOST_CODES))
    language, condition = form.get("language", ""), form.get("condition", "")
    return Listing(
        ref=TRIAL,
        url=form.get("url", "").strip()[:1_000] or f"https://{caller_here().organisation.domain}/",
        title=title,
        text=form.get("text", "")[:10_000],
        language=language if language in LANGUAGES else "en",
        territory=form.get("territory", "").strip().upper()[:10] or None,
        price=price_of(form.get("amount", ""), form.get("currency", "")),
        seller=Seller(
            form.get("seller", "").strip()[:120] or TRIAL,
            form.get("since", "").strip()[:20] or None,
            form.get("proof", "").strip()[:40] or None,
        ),
        codes=codes,
        photos=(),
        condition=Condition(condition) if condition in set(Condition) else Condition.USED,
        status=ListingStatus.LIVE,
    )


def _rules(found: Replayed | None = None, *, problem: LedgerError | None = None, compared: bool = False) -> str:
    pack = rules_in_force(ledger_here(), caller_here())
    return render_template(
        "console/desk/listing_rules.html",
        pack=pack,
        rows=[(key, ABOUT[key], one) for key, one in pack.detectors.items()],
        found=found,
        compared=compared,
        most=_MOST_PLAYED,
        problem=problem,
        words=words,
    )


def _text(sent: FileStorage) -> bytes:
    return sent.stream.read(MOST_BYTES + 1)
