"""What the contract's `tokenURI` leads to, and telling the contract where that is."""

from __future__ import annotations

from typing import Any, Final

from ledger.domain.errors import Unknown
from ledger.domain.lines import WIDTHS
from ledger.domain.organisations import Organisation
from ledger.domain.outbox import OperatorAct
from ledger.domain.said import said
from ledger.domain.token_metadata import metadata
from ledger.services.amend_item import accepted_amendments
from ledger.services.gather_facts import public_fields
from ledger.services.line_photos import read_photo
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, listed

PATH: Final = "/tokens/"
_SAID: Final = "token_base"


def token_metadata(ledger: Ledger, item: int) -> dict[str, Any]:
    """The metadata of a certificate. Raises Unknown for an item that nobody has claimed: it has no certificate."""
    with ledger.store.read() as tx:
        subject, brand = _certified(tx, item)
        return metadata(
            _shown(tx, subject),
            gtin=subject.item.gtin,
            brand=brand.name,
            image=f"{ledger.public_url}{PATH}{item}/picture",
            site=ledger.public_url + "/",
        )


def token_photo(ledger: Ledger, item: int) -> bytes | None:
    """The brand's first photo of a certificate's model, as WebP; None where there is none. Raises Unknown."""
    with ledger.store.read() as tx:
        subject, brand = _certified(tx, item)
        line = tx.lines.get(subject.item.gtin)
        photos = line.photos if line is not None and line.organisation == brand.id else ()
    return read_photo(ledger, photos[0].sha256, WIDTHS[-1]) if photos else None


def _certified(tx: Tx, item: int) -> tuple[Listed, Organisation]:
    subject = listed(tx, item)
    brand = tx.organisations.by_party(subject.batch.brand)
    if not subject.claimed or brand is None:
        raise Unknown(said("There is no certificate of that number here."))
    return subject, brand


def _shown(tx: Tx, subject: Listed) -> dict[str, Any]:
    later = accepted_amendments(tx, subject.item.item)
    if later:
        return public_fields(later[-1].fields, later[-1].private_fields)
    return public_fields(subject.item.fields, subject.batch.private_fields)


def tell_contract(ledger: Ledger) -> bool:
    """Have the contract name our address for metadata, where it names another; False where it does not have to."""
    base = ledger.public_url + PATH
    with ledger.store.read() as tx:
        if tx.meta.get("deployment") is None or tx.meta.get(_SAID) == base:
            return False
    with ledger.store.write() as tx:
        tx.outbox.add_act(OperatorAct(ledger.new_id("act"), "setBaseURI", (base,), ledger.now()))
        tx.meta.set(_SAID, base)
    return True
