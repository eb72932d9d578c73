"""Sellers that a brand lets use its marks on a platform: said by the brand, until a day, taken back at any time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.domain.desk.listings import AuthorisedSeller
from ledger.domain.errors import Conflict, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.ports import Ledger

LONGEST: Final = 5 * 366
"""Days that a brand can say so ahead."""
MOST: Final = 1_000
"""Words of a brand that hold at one time; those that ended or are over do not count."""


def authorise_seller(ledger: Ledger, caller: Caller, platform: str, seller: str, until: date) -> AuthorisedSeller:
    """A brand's word for a seller of a platform.

    Raises Unknown, Invalid for the day, Conflict where 1,000 words hold today.
    """
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)
    now = ledger.now()
    today = datetime.fromtimestamp(now, UTC).date()
    if not today <= until <= today + timedelta(days=LONGEST):
        raise Invalid(said("The last day is today or later, and within five years."))
    with ledger.store.write() as tx:
        where = tx.organisations.get(platform)
        if where is None or where.role is not Role.PLATFORM:
            raise Unknown(said("There is no platform of that name here."))
        if tx.listings.authorised_count(caller.organisation.id, today.isoformat()) >= MOST:
            raise Conflict(said("You have named %(most)s sellers, which is the most. End some first.", most=MOST))
        new = AuthorisedSeller(ledger.new_id("lsa"), caller.organisation.id, where.id, seller, until.isoformat(), now)
        tx.listings.authorise(new)
        body = {"id": new.id, "platform": where.id, "until": new.until}
        tx.desk_log.append("screen.seller_authorised", caller.organisation.id, f"seller:{new.id}", body, now)
    return new


def authorised_sellers(
    ledger: Ledger, caller: Caller, after: str | None = None, limit: int = MOST
) -> list[AuthorisedSeller]:
    """A brand's words for sellers, newest first, from beyond an id. Raises Forbidden."""
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        return tx.listings.authorisations(caller.organisation.id, after, limit)


def end_seller(ledger: Ledger, caller: Caller, id: str) -> None:
    """Take a word back; again changes nothing. Raises Unknown, Forbidden."""
    caller.need(Scope.NOTICE)
    caller.need_role(Role.BRAND)
    with ledger.store.write() as tx:
        if tx.listings.authorisation(caller.organisation.id, id) is None:
            raise Unknown(said("You have authorised no seller of that name."))
        if tx.listings.end_authorisation(caller.organisation.id, id, ledger.now()):
            body = {"id": id}
            tx.desk_log.append("screen.seller_ended", caller.organisation.id, f"seller:{id}", body, ledger.now())
