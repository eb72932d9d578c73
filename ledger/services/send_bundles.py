"""What travels together: statements and their openings, in bundles that the gas of one transaction is sure to carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.errors import LedgerError
from ledger.domain.outbox import Queued
from ledger.domain.statements import Kind, call_data
from ledger.services.open_item import Proofs, kept_proofs, opening_of
from ledger.services.ports import Ledger, Tx
from ledger.services.read_ahead import ReadAhead
from ledger.services.views_of_chain import listed

TRANSACTION_GAS: Final = 16_777_216
"""EIP-7825."""
_STATEMENT_BOUND: Final = 1_100_000
"""The contract's own bound for one statement, with what EIP-150 keeps back."""
_BUNDLE_GAS: Final = _STATEMENT_BOUND + 60_000
_STATEMENT_GAS: Final = 340_000
"""More than any statement takes: a claim with two contract wallets and its opening."""
_USUAL_GAS: Final = {Kind.RECORD: 60_000, Kind.CLAIM: 120_000, Kind.ACCEPT: 120_000, Kind.ANCHOR: 60_000}
"""What those of which there are many take at most with ordinary keys: contracts/GAS.md, and as much again."""
_OPENING_GAS: Final = 120_000
_ORDINARY: Final = 65
"""Bytes of an ordinary key's signature."""

Call = tuple[int, bytes, bytes, tuple[bytes, ...]]
"""Kind, data, opening, signatures."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Statements, by their ids, that one transaction carries, as the contract is called, and the gas it may take."""

    ids: list[str]
    calls: list[Call]
    gas: int


@dataclass(frozen=True, slots=True)
class _Prepared:
    one: Queued
    opening: bytes
    gas: int


def bundled(ledger: Ledger, tx: Tx, ready: Sequence[Queued]) -> tuple[list[Bundle], list[str]]:
    """Bundles of what can travel, and the ids of what cannot yet: its batch is not there, or its proof is lost."""
    prepared, not_yet = _opened(ledger, tx, ready)
    return [_bundle(group) for group in _groups(prepared)], not_yet


def _opened(ledger: Ledger, tx: Tx, ready: Sequence[Queued]) -> tuple[list[_Prepared], list[str]]:
    """An item's first statement carries its opening, and a contest that of the earlier batch that lists the item."""
    touched = tx.many.touched({one.statement.item for one in ready if one.statement.item is not None})
    bare = [
        one.statement.item is None or (one.statement.item in touched and one.statement.kind is not Kind.CONTEST)
        for one in ready
    ]
    ahead = ReadAhead(tx, [one.statement for one, none in zip(ready, bare, strict=True) if not none]).as_tx()
    prepared, not_yet = [], []
    with kept_proofs(ledger) as proof:
        for one, none in zip(ready, bare, strict=True):
            opening = b"" if none else _opening(ledger, ahead, one, proof)
            if opening is None:
                not_yet.append(one.id)
            else:
                prepared.append(_Prepared(one, opening, _gas(one, opening)))
    return prepared, not_yet


def _opening(ledger: Ledger, tx: Tx, one: Queued, proof: Proofs) -> bytes | None:
    try:
        assert one.statement.item is not None
        opening = opening_of(ledger, tx, listed(tx, one.statement.item), proof)
    except (LedgerError, OSError):
        # One item whose proof is lost must not hold up everybody else.
        return None
    return None if opening is None else ledger.encode_opening(opening)


def _groups(prepared: Sequence[_Prepared]) -> list[list[_Prepared]]:
    """What travels together: as many as one transaction's gas is sure to carry."""
    groups: list[list[_Prepared]] = []
    gas = TRANSACTION_GAS
    for each in prepared:
        if each.one.tries:
            continue
        if gas + each.gas > TRANSACTION_GAS:
            groups.append([])
            gas = _BUNDLE_GAS
        groups[-1].append(each)
        gas += each.gas
    # What a bundle refused before travels alone, so that it cannot take its neighbours' gas.
    return [*groups, *([each] for each in prepared if each.one.tries)]


def _bundle(group: Sequence[_Prepared]) -> Bundle:
    return Bundle(
        ids=[each.one.id for each in group],
        calls=[
            (int(each.one.statement.kind), call_data(each.one.statement), each.opening, each.one.signatures)
            for each in group
        ],
        gas=_BUNDLE_GAS + sum(each.gas for each in group),
    )


def _gas(one: Queued, opening: bytes) -> int:
    usual = _USUAL_GAS.get(one.statement.kind)
    if usual is None or {*map(len, one.signatures)} - {_ORDINARY}:
        return _STATEMENT_GAS
    return usual + (_OPENING_GAS if opening else 0)
