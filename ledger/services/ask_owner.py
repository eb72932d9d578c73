"""A buyer asks the owner to prove that they have the item: asked here, answered by `errand_ask`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ledger.domain.asks import LASTS, MOST_AN_HOUR, Ask, AskState, make_words
from ledger.domain.errors import Conflict, TooMany, Unknown
from ledger.domain.people import Session
from ledger.domain.said import said
from ledger.services.errands import b64
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import find_listed, listed


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what its link carries; that is shown once, to whoever asked."""

    ask: Ask
    link: str


def ask_owner(ledger: Ledger, session: Session, gtin: str, serial: str) -> Asked:
    """Ask about an item that has an owner. Raises Conflict where it has none, TooMany after ten in an hour."""
    now, secret = ledger.now(), b64(ledger.random(16))
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        if not subject.claimed:
            raise Conflict(said("This item has no registered owner yet, so there is nobody to ask."))
        if tx.asks.asked_since(subject.item.item, now - 3600) >= MOST_AN_HOUR:
            raise TooMany(
                said("This owner was asked %(n)d times in an hour. Try again later.", n=MOST_AN_HOUR), retry_after=900
            )
        ask = Ask(
            id=ledger.new_id("ask"),
            item=subject.item.item,
            session=session.id,
            words=make_words(ledger.random),
            challenge=ledger.random(32),
            link=link_hash(secret),
            created_at=now,
            expires_at=now + LASTS,
        )
        tx.asks.add_ask(ask)
    return Asked(ask, secret)


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
    subject = listed(tx, item)
    for ask in found:
        if ask.counts(now, subject.holder):
            if ask.by is None:
                return ask.answered_at or now, None
            trusted = [one for one in tx.asks.entrustments(item) if one.organisation == ask.by]
            if any(one.holds(now, subject.holder) for one in trusted):
                return ask.answered_at or now, ask.by
    return None
