"""One turn of sending, without mining."""

from __future__ import annotations

from ledger.services.ports import Chain, Ledger
from ledger.services.send_statements import broadcast, make_ready
from ledger.services.send_terms import terms_of


def send(ledger: Ledger, chain: Chain) -> None:
    """Make ready and broadcast what waits."""
    terms = terms_of(ledger, chain)
    assert terms is not None
    make_ready(ledger, chain, terms)
    broadcast(ledger, chain, terms)
