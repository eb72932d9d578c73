"""Origin cards: somebody who sells on a social network shares a link that shows what the record shows today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.domain.desk.clues import LASTS, MOST_OF_ITEM, Card
from ledger.domain.errors import Invalid, TooMany, Unknown
from ledger.domain.said import said
from ledger.files.card_picture import card_picture
from ledger.services.check_items import check_items
from ledger.services.errands import Visit, item_name, need_owner
from ledger.services.ports import Ledger, Tx
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import Listed, listed

MADE: Final = "card.made"
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as of now. `by_owner`: the registered owner made it, and still is the registered owner."""

    card: Card
    scan: Scan
    subject: Listed
    by_owner: bool
    country: str
    year: str


def make_card(ledger: Ledger, code: str) -> Card:
    """A card for a typed or scanned code, by whoever it may be.

    Raises Invalid for what names no registered item, TooMany after twenty of one item in a day.
    """
    (scan,) = check_items(ledger, [code])
    if scan.subject is None:
        raise Invalid(scan.facts.code_problem or said("No item here has this code. Type it as it stands on the item."))
    with ledger.store.write() as tx:
        return _keep(ledger, tx, scan.subject, None)


def make_owners_card(ledger: Ledger, visit: Visit, item: int) -> Card:
    """A card of the registered owner's own item. Raises Forbidden for anybody else, TooMany as `make_card`."""
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        need_owner(tx, visit, subject)
        return _keep(ledger, tx, subject, subject.holder)


def view_card(ledger: Ledger, id: str, *, count: bool = True) -> CardView:
    """A card, with what the record shows today. Raises Unknown for one that is not there, or over."""
    with ledger.store.read() as tx:
        card = _card(ledger, tx, id)
        subject = listed(tx, card.item)
    if count:
        with ledger.store.write() as tx:
            tx.clues.count_look(id)
    scan = scan_item(ledger, subject.item.gtin, subject.item.serial)
    fields: Mapping[str, object] = scan.public_fields or {}
    return CardView(
        card,
        scan,
        subject,
        card.owner is not None and card.owner == subject.holder,
        str(fields.get("made_in") or ""),
        str(fields.get("made_on") or "")[:4],
    )


def picture_of(ledger: Ledger, id: str, address: str) -> bytes:
    """The card's picture, with a code that leads to `address`. Raises Unknown."""
    shown = view_card(ledger, id, count=False)
    brand = shown.scan.facts.brand.name if shown.scan.facts.brand else ""
    return card_picture(item_name(shown.subject), brand, shown.subject.item.serial[-4:], address)


def _keep(ledger: Ledger, tx: Tx, subject: Listed, owner: str | None) -> Card:
    now = ledger.now()
    if tx.clues.of_item_since(subject.item.item, now - _DAY) >= MOST_OF_ITEM:
        raise TooMany(said("Enough cards were made for this item today. Share one of them."), retry_after=3600)
    card = Card(ledger.new_id("crd"), subject.item.item, owner, now, 0)
    tx.clues.add_card(card)
    tx.desk_log.append(MADE, "", card.id, {"brand": subject.batch.organisation, "by_owner": owner is not None}, now)
    return card


def _card(ledger: Ledger, tx: Tx, id: str) -> Card:
    found = tx.clues.card(id)
    if found is None or ledger.now() > found.made_at + LASTS:
        raise Unknown(said("There is no such card, or it is over: a card lasts 90 days. Make another one."))
    return found
