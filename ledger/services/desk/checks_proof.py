"""A seller proves to a platform that they have the item: the platform asks, the item's owner answers.

1. The platform opens the question for one of its sellers and shows them the link and the words.
2. Whoever has the item's key answers, as a buyer's question is answered (`ask_owner`); the words, which they sign, name
   the platform, so that a question that was passed on to somebody else's owner says whom the answer is for.
3. The question's id is the seller's proof: good for that platform and that seller alone, for 15 minutes, while the same
   owner holds the item. What a buyer was answered proves nothing to a platform, and the other way round.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.asks import LASTS, MOST_AN_HOUR, Ask, make_words
from ledger.domain.errors import Conflict, TooMany
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.ask_owner import answer_counts, link_hash, link_of
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import find_listed

ASKERS = (Role.PLATFORM, Role.BRAND)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check is told of a seller: whose seller, and the id of the question that they answered."""

    organisation: str
    seller: str
    id: str


def ask_seller(ledger: Ledger, caller: Caller, gtin: str, serial: str, seller: str) -> tuple[Ask, str]:
    """Open a question for a seller; it, and what its link carries.

    Raises Unknown, Invalid, Conflict for an item without an owner, TooMany after ten questions in an hour, Forbidden.
    """
    caller.need(Scope.CHECK)
    caller.need_role(*ASKERS)
    now, id = ledger.now(), ledger.new_id("ask")
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        if not subject.claimed:
            raise Conflict(said("This item has no registered owner yet, so there is nobody to ask."))
        if tx.asks.asked_since(subject.item.item, now - 3600) >= MOST_AN_HOUR:
            raise TooMany(
                said("This owner was asked %(n)d times in an hour. Try again later.", n=MOST_AN_HOUR), retry_after=900
            )
        link = link_of(ledger, id)
        ask = Ask(
            id=id,
            item=subject.item.item,
            session=_session(ledger, caller.organisation.id, seller),
            words=f"{make_words(ledger.random)} · {caller.organisation.name[:_LONGEST_NAME]}",
            challenge=ledger.random(32),
            link=link_hash(link),
            created_at=now,
            expires_at=now + LASTS,
        )
        tx.asks.add_ask(ask)
    return ask, link


def asks_of(tx: Tx, proofs: Iterable[Proof]) -> Mapping[str, Ask]:
    """The questions that proofs name, by id, read at once."""
    ids = {one.id for one in proofs}
    return tx.asks.several(ids) if ids else {}


def proven(
    ledger: Ledger, tx: Tx, proof: Proof, item: int, now: int, asks: Mapping[str, Ask] | None = None
) -> bytes | None:
    """The session that an answer counts for, where this proof is good for this item and seller now; else None.

    `asks` are the questions by id, where those of many proofs were read before.
    """
    ask = (asks_of(tx, [proof]) if asks is None else asks).get(proof.id)
    if ask is None or ask.item != item:
        return None
    if not hmac.compare_digest(ask.session, _session(ledger, proof.organisation, proof.seller)):
        return None
    return ask.session if answer_counts(tx, ask, now) else None


def _session(ledger: Ledger, organisation: str, seller: str) -> bytes:
    """Who asks, in place of a browser's session: a platform for one of its sellers."""
    name = f"{organisation}\0{seller}".encode()
    return hmac.digest(ledger.vault.derive("asks of platforms"), name, hashlib.sha256)
