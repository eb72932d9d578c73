"""What a scan shows: the facts as our copy of the chain and the outbox have them, and the verdict over them.

Reads only. A scan never changes an item's facts, and never waits for the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ledger.domain.asks import Ask
from ledger.domain.codes import ProductOnly
from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.lines import Line
from ledger.domain.parties import Directory
from ledger.domain.serials import check_serial
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Asked, Facts
from ledger.domain.tags import Tapped
from ledger.services.desk.checks_proof import Proof, asks_of, proven
from ledger.services.gather_facts import FactReader, as_of, brand_of, holds_on, node_seen
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import directory, find_listed


def scan_item(
    ledger: Ledger,
    gtin: str,
    serial: str,
    *,
    looks_different: bool = False,
    session: bytes | None = None,
    tapped: Tapped | None = None,
    newest: int | None = None,
) -> Scan:
    """What the ledger shows of this code. Never raises for a code it does not know: that is an answer too.

    `session` is the visitor's, who may have asked the owner to prove that they have the item; `tapped` is what its
    tag has just said to them; `newest` is how many records are listed at least, where not all are wanted.
    """
    now = datetime.fromtimestamp(ledger.now(), UTC)
    asked = _checked(gtin, serial)
    with ledger.store.read() as snapshot:
        if isinstance(asked, Invalid):
            return _bad_code_in(snapshot, asked.detail, now)
        tx = snapshot.gathered([asked], ledger.now())
        if not tx.batches.find(*asked):
            return _without_item(tx, *asked, now)
        reader = FactReader(ledger, tx, find_listed(tx, *asked), now)
        return reader.scan(looks_different, session, tapped=tapped, newest=newest)


Meant = tuple[str, str] | ProductOnly | Invalid | None
"""What a code names: a GTIN and serial, a model only, nothing because it cannot be read, or a serial of no item."""


def scan_many(ledger: Ledger, codes: Sequence[Meant], proofs: Sequence[Proof | None] | None = None) -> list[Scan]:
    """The same as `scan_item` for many codes, in order and in one snapshot.

    `proofs`, one for each code, are what sellers say that they have proved to whoever asks.
    """
    now = datetime.fromtimestamp(ledger.now(), UTC)
    checked = [_checked(*one) if isinstance(one, tuple) else _of_model(one) for one in codes]
    shown = proofs or [None] * len(checked)
    with ledger.store.read() as tx:
        # Of a model its brand is told: as of an item that nobody has.
        named = [one for one in checked if isinstance(one, tuple)]
        named += [(one.gtin, "") for one in checked if isinstance(one, ProductOnly)]
        many = tx.gathered(named, ledger.now())
        asks = asks_of(many, [one for one in shown if one is not None])
        parties = directory(many)
        return [
            _one_of_many(ledger, many, one, now, parties, proof, asks)
            for one, proof in zip(checked, shown, strict=True)
        ]


def _of_model(one: ProductOnly | Invalid | None) -> ProductOnly | Invalid | None:
    if not isinstance(one, ProductOnly):
        return one
    try:
        return ProductOnly(check_gtin(one.gtin))
    except Invalid as wrong:
        return wrong


def _checked(gtin: str, serial: str) -> tuple[Gtin, str] | Invalid:
    try:
        checked = check_gtin(gtin)
        check_serial(serial)
    except Invalid as wrong:
        return wrong
    return checked, serial


def _one_of_many(
    ledger: Ledger,
    tx: Tx,
    asked: tuple[Gtin, str] | ProductOnly | Invalid | None,
    now: datetime,
    parties: Directory,
    proof: Proof | None,
    asks: Mapping[str, Ask],
) -> Scan:
    if isinstance(asked, Invalid):
        return _bad_code_in(tx, asked.detail, now)
    if asked is None:
        return _unlisted_in(tx, now)
    if isinstance(asked, ProductOnly):
        return _product_in(tx, asked.gtin, now)
    if not tx.batches.find(*asked):
        return _without_item(tx, *asked, now)
    subject = find_listed(tx, *asked)
    session = None if proof is None else proven(ledger, tx, proof, subject.item.item, ledger.now(), asks)
    return FactReader(ledger, tx, subject, now, parties).scan(looks_different=False, session=session, alone=False)


def scan_product(ledger: Ledger, gtin: str) -> Scan:
    """What the ledger shows of a code that names a model only."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    try:
        checked = check_gtin(gtin)
    except Invalid as wrong:
        return _bad_code(ledger, wrong.detail, now)
    with ledger.store.read() as tx:
        return _product_in(tx, checked, now)


def _product_in(tx: Tx, gtin: Gtin, now: datetime) -> Scan:
    brand = brand_of(tx.organisations.prefix_holder(gtin), _line(tx, gtin, now))
    facts = Facts(Asked.PRODUCT, brand=brand, node_seen_at=node_seen(tx), as_of=as_of(tx))
    return Scan(facts, standing(facts, now), gtin=gtin)


def scan_bad_code(ledger: Ledger, problem: str) -> Scan:
    """The answer to a code that cannot be read."""
    return _bad_code(ledger, problem, datetime.fromtimestamp(ledger.now(), UTC))


def scan_unlisted(ledger: Ledger) -> Scan:
    """The answer to a serial that no item here carries; whose it would be cannot be told."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    with ledger.store.read() as tx:
        return _unlisted_in(tx, now)


def _unlisted_in(tx: Tx, now: datetime) -> Scan:
    facts = Facts(Asked.ITEM, node_seen_at=node_seen(tx), as_of=as_of(tx))
    return Scan(facts, standing(facts, now))


def _bad_code(ledger: Ledger, problem: str, now: datetime) -> Scan:
    with ledger.store.read() as tx:
        return _bad_code_in(tx, problem, now)


def _bad_code_in(tx: Tx, problem: str, now: datetime) -> Scan:
    facts = Facts(Asked.BAD_CODE, code_problem=problem, node_seen_at=node_seen(tx), as_of=as_of(tx))
    return Scan(facts, standing(facts, now))


def _without_item(tx: Tx, gtin: Gtin, serial: str, now: datetime) -> Scan:
    holder = tx.organisations.prefix_holder(gtin)
    brand = brand_of(holder, _line(tx, gtin, now))
    holds = holds_on(tx, gtin, serial, now)
    facts = Facts(Asked.ITEM, brand=brand, node_seen_at=node_seen(tx), as_of=as_of(tx), holds=holds)
    return Scan(facts, standing(facts, now), gtin=gtin, serial=serial)


def _line(tx: Tx, gtin: Gtin, now: datetime) -> Line | None:
    """What the catalogue says of the model, unless its programme has yet to begin: that is the brand's secret."""
    found = tx.lines.get(gtin)
    return found if found is not None and found.public_on(now.date()) else None
