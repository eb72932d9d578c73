"""Write to an item's owner or its brand without an account: found it, saw it, something is wrong.

Nobody learns an address from it: the owner reads it on their own page and, where they gave an address, is told
by e-mail that there is something to read; whoever writes leaves a contact only if they wish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.asks import Message
from ledger.domain.errors import Conflict, Invalid, TooMany
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.services.errands import Visit, item_name, need_owner
from ledger.services.ports import Ledger
from ledger.services.send_mail import queue_mail
from ledger.services.views_of_chain import Listed, listed

TO_OWNER: Final = ("found_it", "ask_last_owner")
TO_BRAND: Final = ("seen_it", "report", "contest", "already_paid")
LONGEST: Final = 2_000
_MOST_A_DAY: Final = 20


def tell(ledger: Ledger, item: int, kind: str, text: str, contact: str = "") -> None:
    """Keep a message. Raises Invalid, Conflict where there is nobody to read it, TooMany after twenty in a day."""
    said_ = text.strip()
    if kind not in TO_OWNER + TO_BRAND:
        raise Invalid(said("Choose what you want to tell."))
    if not 1 <= len(said_) <= LONGEST or len(contact) > 254 or not contact.isprintable():
        raise Invalid(said("Write between 1 and 2,000 characters, and leave a short contact or none."))
    now = ledger.now()
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        if tx.asks.messages_since(item, now - 86_400) >= _MOST_A_DAY:
            raise TooMany(said("Enough was written about this item today. Try again tomorrow."), retry_after=3600)
        to_owner = kind in TO_OWNER
        holding = tx.people.holding(item, subject.holder) if to_owner else None
        if to_owner and holding is None:
            raise Conflict(said("The owner has no account here, so a message cannot reach them. Write to the brand."))
        organisation = None if to_owner else subject.batch.organisation
        new = Message(ledger.new_id("msg"), item, kind, organisation, said_, contact.strip() or None, now)
        tx.asks.add_message(new)
        person = tx.people.get(holding.person) if holding else None
        if person is not None and person.email is not None:
            link = f"{ledger.public_url}/my/items/{item:064x}"
            text = f"Somebody wrote about your item {item_name(subject)}. Read it here:\n\n{link}\n"
            queue_mail(ledger, tx, person.email, "A message about your item", text)


def messages_for_owner(ledger: Ledger, visit: Visit, item: int) -> list[Message]:
    """What was written to the owner since the item is theirs. Raises Forbidden for anybody else."""
    with ledger.store.read() as tx:
        subject = listed(tx, item)
        need_owner(tx, visit, subject)
        since = (subject.state.owner_since or 0) if subject.state else 0
        return tx.asks.messages_of(item, since - 1, to_owner=True)


@dataclass(frozen=True, slots=True)
class Written:
    """A message to a brand, with its item."""

    message: Message
    subject: Listed


def messages_to(ledger: Ledger, caller: Caller, before: str | None, limit: int) -> list[Written]:
    """What was written to the caller's brand, newest first."""
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        found = tx.asks.messages_to(caller.organisation.id, before, limit)
        return [Written(one, listed(tx, one.item)) for one in found]
