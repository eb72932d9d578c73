"""Sending signed transactions, and asking where they are.

A hash in the answer is not acceptance, and an error is not refusal: Anvil takes an old-style
transaction of another chain and drops it later without a word, and every node has its own words
for "I have that one already". So what was sent is asked for by hash, and only that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import rlp
from eth_hash.backends.pysha3 import backend as pysha3
from eth_hash.main import Keccak256
from rlp.exceptions import DecodingError

from ledger.chain.rpc import Rpc, RpcRefused, hex_bytes, quantity
from ledger.domain.errors import Fault, Invalid, Unavailable

keccak: Final = Keccak256(pysha3)
"""Named outright: left to choose, eth-hash takes a backend 4.5 times slower."""


class Place(Enum):
    """Where the node says a transaction is."""

    ABSENT = "absent"
    WAITING = "waiting"
    MINED = "mined"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A transaction and where it is; `block_number` and `block_hash` where it is mined.

    `refusal` is what the node said when it was sent: for the log and for people, never for a decision.
    """

    transaction_hash: bytes
    place: Place
    block_number: int | None = None
    block_hash: bytes | None = None
    refusal: str | None = None


def transaction_hash(raw: bytes) -> bytes:
    """The hash of a signed transaction (EIP-2718)."""
    return keccak(raw)


def chain_id_of(raw: bytes) -> int | None:
    """The chain a signed transaction is for; None for one that names no chain (before EIP-155).

    Types 1 to 4 begin with the chain id (EIP-2930, 1559, 4844, 7702); a legacy one has it in `v`
    (EIP-155). Raises Invalid for anything else.
    """
    try:
        if raw[:1] and 1 <= raw[0] <= 4:
            return int.from_bytes(rlp.decode(raw[1:], strict=True)[0])
        fields = rlp.decode(raw, strict=True)
        if isinstance(fields, list) and len(fields) == 9:
            v = int.from_bytes(fields[6])
            return (v - 35) // 2 if v >= 35 else None
    except (DecodingError, TypeError, IndexError) as error:
        raise Invalid("This is not a signed transaction.") from error
    raise Invalid("This is not a signed transaction of a kind known here.")


def send_raw(rpc: Rpc, raws: Sequence[bytes], *, chain_id: int) -> list[Whereabouts]:
    """Sends signed transactions in order and answers where each is now.

    Refuses them all, before the first is sent, if one is not for `chain_id` (Invalid, naming which).
    Raises Unavailable when the node stops answering: some may have been taken, so send the same
    bytes again. ABSENT means the node does not hold it; `refusal` says what it said, if anything.
    """
    said = hand_over(rpc, raws, chain_id=chain_id)
    found_at = whereabouts(rpc, [transaction_hash(raw) for raw in raws])
    return [
        Whereabouts(
            at.transaction_hash,
            at.place,
            at.block_number,
            at.block_hash,
            answer.message if isinstance(answer, RpcRefused) else None,
        )
        for at, answer in zip(found_at, said, strict=True)
    ]


def hand_over(rpc: Rpc, raws: Sequence[bytes], *, chain_id: int) -> list[Any]:
    """The same without asking where they are, for whoever learns that from blocks: what the node said to each."""
    faults = [
        Fault(f"transaction {at + 1}", f"is signed for chain {found}, not {chain_id}", "Sign it again.")
        for at, raw in enumerate(raws)
        if (found := chain_id_of(raw)) != chain_id
    ]
    if faults:
        raise Invalid(f"{len(faults)} of {len(raws)} transactions are for another chain.", faults=faults[:20])
    return rpc.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws])


def whereabouts(rpc: Rpc, hashes: Sequence[bytes]) -> list[Whereabouts]:
    """Where the node says each transaction is now, in the order of `hashes`. Raises Unavailable."""
    answers = rpc.batch([("eth_getTransactionByHash", ["0x" + each.hex()]) for each in hashes])
    return [_place(each, answer) for each, answer in zip(hashes, answers, strict=True)]


def _place(wanted: bytes, answer: Any) -> Whereabouts:
    if isinstance(answer, RpcRefused):
        raise Unavailable(f"The node would not say where a transaction is: {answer.message}.")
    if answer is None:
        return Whereabouts(wanted, Place.ABSENT)
    if not isinstance(answer, dict) or hex_bytes(answer.get("hash"), "a transaction's hash", 32) != wanted:
        raise Unavailable("The node was asked for one transaction and answered with another.")
    if answer.get("blockHash") is None:
        return Whereabouts(wanted, Place.WAITING)
    return Whereabouts(
        wanted,
        Place.MINED,
        quantity(answer.get("blockNumber"), "a block number"),
        hex_bytes(answer["blockHash"], "a block's hash", 32),
    )
