"""The listing challenge: three words and a date, to be shown beside the item in a new photo, within two days.

No comparison of pictures catches somebody who takes a good photo of another's; a photo that shows these words was made
for this question. Whether it shows them a reviewer sees *by eye*: no machine here reads writing in photos. What the
machine does: the photo must be new here, and whatever it tells of place and camera is taken off.

What was decided last counts until the next decision: asking again undoes nothing. An acceptance is for the seller and
the photos that stood in the listing then; with others it says nothing.

Log: `screen.challenged`, `screen.challenge_answered` {photo}, `screen.challenge_decided` {accepted}: each names the
listing in its subject.
"""

from __future__ import annotations

import json
from typing import Final

from ledger.domain.asks import WORDS
from ledger.domain.desk.listings import ListingStatus
from ledger.domain.errors import Conflict, TooMany, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.listings_change import own_listing
from ledger.services.desk.listings_port import Challenge
from ledger.services.desk.screen_facts import shown_by
from ledger.services.desk.screen_look import decide_anew
from ledger.services.ports import Ledger, Tx

LASTS: Final = 48 * 3_600
MOST_A_DAY: Final = 5
"""Challenges of one listing: each photo is an effort, and each guess a try."""


def challenge_listing(ledger: Ledger, caller: Caller, ref: str) -> Challenge:
    """Ask a seller for a photo with three words; asked again while one waits, it is the same.

    Raises Unknown, Conflict for a listing that has ended, TooMany, Forbidden.
    """
    caller.need(Scope.SCREEN)
    now, id = ledger.now(), ledger.new_id("lsc")
    with ledger.store.write() as tx:
        listing = own_listing(tx, caller, ref)
        if listing.status != ListingStatus.LIVE:
            raise Conflict(said("This listing has ended. Send it again as live, then ask for a photo."))
        last = tx.listings.challenges({listing.id}).get(listing.id)
        if last is not None and last.state in ("waiting", "answered") and last.expires_at > now:
            return last
        subject = f"challenge:{listing.id}"
        count, since = tx.papers.tries(subject)
        if since and now - since < 86_400 and count >= MOST_A_DAY:
            raise TooMany(said("This listing was asked for a photo five times today."), retry_after=86_400)
        fresh = not since or now - since >= 86_400
        tx.papers.set_tries(subject, 1 if fresh else count + 1, now if fresh else since)
        new = Challenge(id, listing.id, _words(ledger), now, now + LASTS)
        tx.listings.add_challenge(new)
        tx.desk_log.append("screen.challenged", caller.organisation.id, f"screen:{listing.id}", {"id": id}, now)
    return new


def answer_challenge(ledger: Ledger, caller: Caller, ref: str, photo: str) -> Challenge:
    """Hand in a photo, which was sent before and stands in no listing.

    Raises Unknown, Conflict where nothing was asked, it is over or answered, or the photo was used before.
    """
    caller.need(Scope.SCREEN)
    now = ledger.now()
    with ledger.store.write() as tx:
        listing = own_listing(tx, caller, ref)
        last = _asked(tx, listing.id)
        if last.state != "waiting":
            raise Conflict(said("This photo was handed in already, or was decided on. Ask for new words."))
        if last.expires_at <= now:
            raise Conflict(said("The words are older than two days, so they count no more. Ask for new words."))
        sent = tx.listings.photos({photo}).get(photo)
        if sent is None or sent.platform != caller.organisation.id:
            raise Unknown(said("This photo was not sent yet. Send it first, then hand it in."))
        if sent.created_at <= last.created_at or tx.listings.used(photo):
            raise Conflict(said("This photo was here before the words were given. Take a new one with the words."))
        tx.listings.change_challenge(last.id, photo=photo, answered_at=now, state="answered")
        body = {"id": last.id, "photo": photo}
        tx.desk_log.append("screen.challenge_answered", caller.organisation.id, f"screen:{listing.id}", body, now)
        return _asked(tx, listing.id)


def decide_challenge(ledger: Ledger, caller: Caller, ref: str, *, accepted: bool) -> Challenge:
    """Say, having looked, whether the photo shows the item beside the words; the listing is decided anew.

    Raises Unknown, Conflict where no photo waits to be looked at, Forbidden.
    """
    caller.need(Scope.DECIDE)
    caller.need_role(Role.PLATFORM)
    now = ledger.now()
    with ledger.store.write() as tx:
        listing = own_listing(tx, caller, ref)
        last = _asked(tx, listing.id)
        if last.state != "answered":
            raise Conflict(said("No photo waits to be looked at for this listing."))
        state = "accepted" if accepted else "refused"
        bound = shown_by(listing.seller, tx.listings.photos_of({listing.id}).get(listing.id, ()))
        tx.listings.change_challenge(last.id, state=state, decided_at=now, bound=bound)
        body = {"id": last.id, "accepted": accepted}
        tx.desk_log.append("screen.challenge_decided", caller.organisation.id, f"screen:{listing.id}", body, now)
        before = tx.listings.decision(listing.decision_id)
        if before is not None and listing.status == ListingStatus.LIVE:
            decide_anew(ledger, tx, listing, json.loads(before.facts) | {"at": now, "challenge": state}, "challenge")
        return _asked(tx, listing.id)


def challenge_of(ledger: Ledger, caller: Caller, ref: str) -> Challenge:
    """The newest challenge of a listing. Raises Unknown where there is none."""
    with ledger.store.read() as tx:
        return _asked(tx, own_listing(tx, caller, ref).id)


def _asked(tx: Tx, listing: str) -> Challenge:
    found = tx.listings.challenges({listing}).get(listing)
    if found is None:
        raise Unknown(said("No photo was asked for of this listing."))
    return found


def _words(ledger: Ledger) -> str:
    raw = ledger.random(6)
    return " ".join(WORDS[int.from_bytes(raw[at : at + 2], "big") % len(WORDS)] for at in (0, 2, 4))
