"""What one turn of sending goes by: who pays, our tip, what is mined as of it, and the node's price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.chain_view import Block
from ledger.services.ports import Chain, Ledger, Tx

RELAYER: Final = "relayer_key"
OWNER: Final = "owner_key"


@dataclass(frozen=True, slots=True)
class Sender:
    """A kept key that pays for transactions."""

    address: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Terms:
    """`nonces` says by address how many of a sender's transactions are mined as of `tip`; `fee` is price and tip."""

    tip: Block
    relayer: Sender
    owner: Sender
    nonces: dict[str, int]
    fee: tuple[int, int]


def sender(ledger: Ledger, tx: Tx, name: str) -> Sender:
    """The relayer, or the contract's owner, as the operator keeps them."""
    key = ledger.vault.open_key(tx.meta.get(name))
    return Sender(ledger.signing.address_of(key), key)


def terms_of(ledger: Ledger, chain: Chain, at: Block | None = None) -> Terms | None:
    """As of our tip, or of a block that is followed before anything is made ready by them; None while none is followed.

    Raises Unavailable where the node does not answer.
    """
    with ledger.store.read() as tx:
        relayer, owner, tip = sender(ledger, tx, RELAYER), sender(ledger, tx, OWNER), at or tx.chain.tip()
    if tip is None:
        return None
    # As of one block, not the node's newest: what is mined but not followed must not look as if it came to nothing.
    nonces = {each.address: chain.nonce(each.address, tip) for each in (relayer, owner)}
    return Terms(tip, relayer, owner, nonces, chain.fee())


def next_nonce(tx: Tx, address: str, mined: int) -> int:
    """The first nonce that neither the chain nor a kept transaction has."""
    kept = tx.outbox.highest_sent(address)
    return mined if kept is None else max(mined, kept + 1)
