"""A buyer asks the owner to prove that they have the item: asked here, answered by `errand_ask`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from ledger.domain.asks import LASTS, MOST_AN_HOUR, Ask, AskState, Entrustment, make_words
from ledger.domain.errors import Conflict, TooMany, Unknown
from ledger.domain.people import Session
from ledger.domain.said import said
from ledger.services.errands import b64
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, listed

_SAME: Final = 60


def ask_owner(ledger: Ledger, session: Session, item: int) -> Ask:
    """Ask about an item that has an owner. Raises Conflict where it has none, TooMany after ten in an hour.

    Asked twice within a minute by the same session, the question is the same.
    """
    now, id = ledger.now(), ledger.new_id("ask")
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        if not subject.claimed:
            raise Conflict(said("This item has no registered owner yet, so there is nobody to ask."))
        for earlier in tx.asks.asks_by(session.id, item, now - _SAME):
            if earlier.state is AskState.WAITING:
                return earlier
        if tx.asks.asked_since(subject.item.item, now - 3600) >= MOST_AN_HOUR:
            raise TooMany(
                said("This owner was asked %(n)d times in an hour. Try again later.", n=MOST_AN_HOUR), retry_after=900
            )
        ask = Ask(
            id=id,
            item=subject.item.item,
            session=session.id,
            words=make_words(ledger.random),
            challenge=ledger.random(32),
            link=link_hash(link_of(ledger, id)),
            created_at=now,
            expires_at=now + LASTS,
        )
        tx.asks.add_ask(ask)
    return ask


def link_of(ledger: Ledger, id: str) -> str:
    """What the link of a question carries: made anew from the vault each time, so that it is kept nowhere."""
    return b64(hmac.digest(ledger.vault.derive("ask links"), id.encode(), hashlib.sha256)[:16])


def link_hash(secret: str) -> bytes:
    """The name under which a question's link is kept."""
    return hashlib.sha256(b"touchmark/ask/1:" + secret.encode()).digest()


def ask_of_session(ledger: Ledger, session: Session, id: str) -> Ask:
    """A question, for whoever asked it. Raises Unknown for everybody else: the words are theirs."""
    with ledger.store.read() as tx:
        ask = tx.asks.ask(id)
    if ask is None or ask.session != session.id:
        raise Unknown(said("This question was asked in another browser. Only the buyer who asked can see it here."))
    return ask


def ask_behind(ledger: Ledger, secret: str) -> Ask:
    """The question behind a link. Raises Unknown, or Conflict once it was answered or is over."""
    with ledger.store.read() as tx:
        ask = tx.asks.ask_by_link(link_hash(secret))
    if ask is None:
        raise Unknown(said("There is no such question. Ask the buyer to send the link again."))
    if ask.state is not AskState.WAITING:
        raise Conflict(said("This question was answered already. A link works once; the buyer can ask again."))
    if ask.expires_at <= ledger.now():
        raise Conflict(said("This question is older than 15 minutes, so it is over. The buyer can ask again."))
    return ask


def confirmed_at(tx: Tx, session: bytes | None, item: int, now: int) -> tuple[int, str | None] | None:
    """When this item's owner last answered this very session, and which consignee did it for them."""
    if session is None:
        return None
    found = tx.asks.asks_by(session, item, now - 2 * LASTS)
    if not found:
        return None
    for ask in found:
        if answer_counts(tx, ask, now):
            return ask.answered_at or now, ask.by
    return None


def answer_counts(tx: Tx, ask: Ask, now: int) -> bool:
    """Whether an answer still tells something: fresh, by the present owner or by whom they trust now."""
    subject = listed(tx, ask.item)
    return ask.counts(now, subject.holder) and (ask.by is None or trusted_now(tx, subject, ask.by, now))


def trusted_now(tx: Tx, subject: Listed, organisation: str, now: int) -> bool:
    """Whether the present owner lets an organisation answer for them."""
    return trusts(tx.asks.entrustments(subject.item.item), subject.holder, organisation, now)


def trusts(given: Iterable[Entrustment], holder: str, organisation: str, now: int) -> bool:
    """The same of the entrustments of an item, and of whoever holds it."""
    return any(one.organisation == organisation and one.holds(now, holder) for one in given)
