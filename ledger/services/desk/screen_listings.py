"""Screen listings: what their words, codes, photos, sellers and prices show, and what the rules make of it.

1. Before anybody waits: the marks in the words, and every code of the request looked up at once.
2. In one transaction: what stands around the listings is read in a few questions, each is decided, and listings,
   decisions and one entry of the desk's log are kept together. Two requests at once cannot miss each other's codes.
3. Photos are compared later, by the worker (`screen_look`): until then nothing is said about them.

Log: `screen.decided` {pack, marks_version, decisions: [{id, listing, decision, before, reasons, facts (SHA-256),
territory, condition, age (seconds since it was first screened)}]}: one for up to 200 listings of a request;
`screen.changed` likewise, by itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.desk.listings import (
    MOST_LISTINGS,
    Decided,
    Kept,
    Listing,
    ListingStatus,
    canonical,
    check_listing,
)
from ledger.domain.errors import Invalid
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.screening.decide import Outcome, decide
from ledger.screening.packs import Pack
from ledger.services.desk.listings_port import Beside, Photo
from ledger.services.desk.orders import holds_on_sellers
from ledger.services.desk.screen_codes import codes_of, placed
from ledger.services.desk.screen_facts import (
    DAY,
    MOST_PRICES,
    Around,
    Draft,
    facts_of,
    marks_in,
    proofs_in,
)
from ledger.services.desk.screen_marks import marks_now
from ledger.services.desk.screen_packs import pack_in_force
from ledger.services.ports import Ledger, Tx

SCREENED: Final = "screened"
_IN_ONE_ENTRY: Final = 200
"""Decisions: so that an entry of the log never grows beyond what it may hold."""


@dataclass(frozen=True, slots=True)
class Screened:
    """The answer for one listing."""

    ref: str
    listing: str
    decision_id: str
    outcome: Outcome
    pack: int
    facts: Mapping[str, Any]


def screen_listings(
    ledger: Ledger, caller: Caller, listings: Sequence[Listing], *, tried: Mapping[str, Photo] | None = None
) -> list[Screened]:
    """Screen up to 500 listings, new ones or changed ones, in order; they are kept with what was decided.

    With `tried`, photos by name that are kept no more than the rest, it is a trial: nothing is kept and nothing logged.

    Raises Forbidden, Invalid for a listing that cannot be right or a photo that was not sent, Unavailable.
    """
    caller.need(Scope.SCREEN)
    caller.need_role(Role.PLATFORM)
    _check(listings)
    platform = caller.organisation.id
    looked = marks_now(ledger)
    found = [marks_in(looked.marks, one) for one in listings]
    codes = codes_of(ledger, listings, tried or {})
    with ledger.store.write() if tried is None else ledger.store.read() as tx:
        known = tx.listings.by_refs(platform, {one.ref for one in listings})
        shown, now = tx.listings.photos_of({one.id for one in known.values()}), ledger.now()
        # In order, so that of two new listings of a request the first is the earlier one.
        new = sorted(ledger.new_id("lst") for _ in listings)
        codes = placed(tx, listings, codes, now)
        drafts = []
        for one, matches, coded, fresh in zip(listings, found, codes, new, strict=True):
            id = known[one.ref].id if one.ref in known else fresh
            since = {name: shown.get(id, {}).get(name, now) for name in one.photos}
            drafts.append(Draft(id, one, matches, coded, since))
        _check_photos(tx, listings, tried or {})
        around = _around(tx, platform, drafts, set(known), now)
        around = replace(around, proven=proofs_in(ledger, tx, platform, drafts, now))
        pack = pack_in_force(tx)
        answers = []
        for draft in drafts:
            facts = facts_of(ledger, draft, around, looked)
            answers.append(
                Screened(draft.listing.ref, draft.id, ledger.new_id("lsd"), decide(pack, facts), pack.version, facts)
            )
        if tried is None:
            _keep(tx, platform, drafts, answers, known, around.now)
            log_decisions(tx, platform, pack, looked.marks.version, answers, known, around.now)
    return answers


def _check(listings: Sequence[Listing]) -> None:
    if not 1 <= len(listings) <= MOST_LISTINGS:
        raise Invalid(said("A request has 1 to %(most)s listings.", most=MOST_LISTINGS))
    for number, one in enumerate(listings):
        check_listing(one, f"listings[{number}]")
    twice = [ref for ref, count in Counter(one.ref for one in listings).items() if count > 1]
    if twice:
        raise Invalid(said("The listing “%(ref)s” is in this request twice. Send it once.", ref=twice[0]))


def _check_photos(tx: Tx, listings: Sequence[Listing], tried: Mapping[str, Photo]) -> None:
    wanted = {name for one in listings for name in one.photos}
    missing = sorted(wanted - set(tried) - set(tx.listings.photos(wanted)))
    if missing:
        raise Invalid(
            said("The photo %(name)s… was not sent yet. Send it first, then the listing.", name=missing[0][:12])
        )


def _around(tx: Tx, platform: str, drafts: Sequence[Draft], known: set[str], now: int) -> Around:
    ours = {one.id for one in drafts}
    sellers = {one.listing.seller.ref for one in drafts}
    names = {code.name for one in drafts for code in one.codes if code.name is not None}
    photos = {name for one in drafts for name in one.listing.photos}
    coded, pictured = tx.listings.same_code(names), tx.listings.same_photo(photos)
    same_code = {name: [one for one in found if one.id not in ours] for name, found in coded.items()}
    same_photo = {name: [one for one in found if one.id not in ours] for name, found in pictured.items()}
    for draft in drafts:
        if draft.listing.status is ListingStatus.LIVE:
            here = Beside(draft.id, platform, draft.listing.seller.ref)
            for code in draft.codes:
                if code.name is not None:
                    same_code.setdefault(code.name, []).append(here)
            for name, since in draft.photos.items():
                same_photo.setdefault(name, []).append(replace(here, since=since))
    priced = {
        (str(code.scan.gtin), one.listing.price.currency)
        for one in drafts
        if one.listing.price is not None
        for code in one.codes
        if code.scan.gtin is not None
    }
    day = ledger_day(now)
    return Around(
        platform=platform,
        now=now,
        same_code=same_code,
        same_photo=same_photo,
        shops=tx.listings.shops(platform, sellers, now - DAY),
        put_up=Counter(one.listing.seller.ref for one in drafts if one.listing.ref not in known),
        prices=tx.listings.prices(priced, MOST_PRICES),
        authorised=tx.listings.authorised(platform, sellers, day),
        catalogue=tx.listings.in_catalogue(photos),
        held=holds_on_sellers(tx, platform, sellers, now),
        challenges=tx.listings.decided_challenges(ours),
    )


def _keep(
    tx: Tx,
    platform: str,
    drafts: Sequence[Draft],
    answers: Sequence[Screened],
    known: Mapping[str, Kept],
    now: int,
) -> None:
    kept, decided = [], []
    for draft, answer in zip(drafts, answers, strict=True):
        one, before = draft.listing, known.get(draft.listing.ref)
        ended = one.status is ListingStatus.ENDED
        kept.append(
            Kept(
                id=draft.id,
                platform=platform,
                ref=one.ref,
                seller=one.seller.ref,
                seller_since=one.seller.since,
                url=one.url,
                title=one.title,
                language=one.language,
                territory=one.territory,
                condition=one.condition.value,
                status=one.status.value,
                gtin=next((code.scan.gtin for code in draft.codes if code.scan.gtin), None),
                amount=None if one.price is None else one.price.amount,
                currency=None if one.price is None else one.price.currency,
                created_at=now if before is None else before.created_at,
                screened_at=now,
                ended_at=None if not ended else now if before is None or before.ended_at is None else before.ended_at,
                decision=answer.outcome.decision.value,
                decision_id=answer.decision_id,
                look_due=now if one.photos and not ended else None,
            )
        )
        decided.append(
            Decided(
                id=answer.decision_id,
                listing=draft.id,
                platform=platform,
                at=now,
                cause=SCREENED,
                decision=answer.outcome.decision.value,
                pack=answer.pack,
                facts=canonical(answer.facts),
                reasons=answer.outcome.told(),
            )
        )
    tx.listings.keep(
        kept,
        {one.id for one in known.values()},
        [(one.id, name) for one in drafts for name in {code.name for code in one.codes} if name is not None],
        [(one.id, name, since) for one in drafts for name, since in one.photos.items()],
        decided,
    )


def log_decisions(
    tx: Tx,
    platform: str,
    pack: Pack,
    marks_version: str,
    answers: Iterable[Screened],
    known: Mapping[str, Kept],
    now: int,
    kind: str = "screen.decided",
) -> None:
    """One entry of the desk's log for all decisions of a transaction. `known` are the listings as they were before."""
    told = []
    for one in answers:
        before = known.get(one.ref)
        told.append(
            {
                "id": one.decision_id,
                "listing": one.listing,
                "decision": one.outcome.decision.value,
                "before": None if before is None else before.decision,
                "reasons": sorted({reason.key for reason in one.outcome.reasons}),
                "facts": hashlib.sha256(canonical(one.facts).encode()).hexdigest(),
                "territory": one.facts["territory"],
                "condition": one.facts["condition"],
                "age": 0 if before is None else now - before.created_at,
            }
        )
    for start in range(0, len(told), _IN_ONE_ENTRY):
        some = told[start : start + _IN_ONE_ENTRY]
        body = {"pack": pack.version, "marks_version": marks_version, "decisions": some}
        tx.desk_log.append(kind, platform, f"screen:{some[0]['id']}", body, now)


def ledger_day(now: int) -> str:
    """The day of a time, in UTC."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()
