"""An item's statements told again: each one's hash, signer, new head, and the signatures it must carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import NOBODY, RECOVERY_NOTICE, Flag, ItemState, apply, opened
from ledger.domain.statements import Domain, Keccak, Kind, MarkKind, Statement, struct_hash
from ledger.proof.report import Contradicts
from ledger.proof.shapes import Said, kind_of, values_of

LOCK_SECONDS: Final = 90 * 86_400
"""How long a timed flag holds (contracts/TimedFlags.sol)."""

_TIMED_MARKS: Final = frozenset({MarkKind.THEFT, MarkKind.DISPUTE, MarkKind.RENEW_TWICE})
_BY_OWNER: Final = frozenset({Kind.ACCEPT, Kind.CANCEL, Kind.OWNER_REPORT})
_NEW_OWNER: Final = frozenset({Kind.CLAIM, Kind.ACCEPT, Kind.COMPLETE_RECOVERY})
_EVENTS: Final[Mapping[Kind, str]] = {
    Kind.CLAIM: "Claimed",
    Kind.ACCEPT: "HandedOver",
    Kind.CANCEL: "Cancelled",
    Kind.RECORD: "Recorded",
    Kind.OWNER_REPORT: "OwnerReported",
    Kind.MARK: "Marked",
    Kind.RETIRE: "Retired",
    Kind.COMPLETE_RECOVERY: "RecoveryCompleted",
    Kind.AMEND_ITEM: "ItemAmended",
    Kind.CONTEST: "Contested",
}


@dataclass(frozen=True, slots=True)
class Needed:
    """A signature that a statement needs: whose, over which digest; `given` is None where the file has none."""

    signer: str
    digest: bytes
    given: bytes | None


@dataclass(frozen=True, slots=True)
class Told:
    """One statement in its place."""

    place: int
    statement: Statement
    hash: bytes
    signer: str
    time: int
    needed: tuple[Needed, ...]


class Teller:
    """Tells an item's statements one after the other; `state` is the item's after the last one told."""

    def __init__(self, first: ItemState, domain: Domain, keccak: Keccak) -> None:
        self.state = first
        self._domain = domain
        self._keccak = keccak
        self._place = 0

    def signers(self, said: Said) -> list[tuple[str, bytes]]:
        """Who must sign the next statement, in the contract's order, each with the digest. Raises Contradicts."""
        kind = kind_of(said)
        statement = self._statement(said, kind)
        hash = struct_hash(kind, statement.values, self._keccak)
        return self._signers(statement, hash, self._signer(said, statement, self.state))

    def tell(self, said: Said) -> Told:
        """The next statement. Raises Contradicts where it cannot be one of this item's."""
        self._place += 1
        kind, before = kind_of(said), self.state
        statement = self._statement(said, kind)
        hash = struct_hash(kind, statement.values, self._keccak)
        signer = self._signer(said, statement, before)
        if kind is Kind.ACCEPT:
            self._expect_accept(statement, before)
        needed = self._needed(said, self._signers(statement, hash, signer))
        name, args = self._event(statement, signer, said.time, before)
        if Flag.RECOVERY_OPEN in before.flags and (kind in _BY_OWNER or (kind is Kind.RETIRE and before.claimed)):
            before = apply(before, self._as_event("RecoveryEnded", said.time, {}), self._keccak)
        try:
            self.state = apply(before, self._as_event(name, said.time, {**args, "statement": hash}), self._keccak)
        except (KeyError, ValueError) as wrong:
            raise self._wrong(f"is of no kind that the contract knows ({wrong})") from None
        return Told(self._place, statement, hash, signer, said.time, needed)

    def _statement(self, said: Said, kind: Kind) -> Statement:
        try:
            values = values_of(kind, said.values)
            offer = values_of(Kind.OFFER, said.offer) if said.offer is not None else None
        except ValueError as wrong:
            raise self._wrong(f"cannot be read: {wrong}") from None
        if (offer is not None) != (kind is Kind.ACCEPT):
            raise self._wrong("must carry an offer exactly where it accepts one")
        if (said.record is not None) and kind is not Kind.AMEND_ITEM:
            raise self._wrong("carries a record, which only an amendment does")
        statement = Statement(kind, values, offer)
        if statement.item != self.state.item:
            raise self._wrong("speaks of another item", hex(self.state.item), hex(statement.item or 0))
        return statement

    def _signer(self, said: Said, statement: Statement, before: ItemState) -> str:
        kind = statement.kind
        if kind in _NEW_OWNER:
            known: str | None = str(statement.values["newOwner"])
        elif kind in _BY_OWNER:
            known = before.holder
        else:
            known = NOBODY if kind is Kind.CONTEST else None
        if (known is None) != (said.signer is not None):
            raise self._wrong("must name its signer exactly where a party’s key signs it")
        return known or str(said.signer)

    def _expect_accept(self, statement: Statement, before: ItemState) -> None:
        assert statement.offer is not None
        offer = struct_hash(Kind.OFFER, statement.offer, self._keccak)
        if statement.values["offer"] != offer:
            raise self._wrong("accepts another offer", _hex(offer), _hex(statement.values["offer"]))
        if statement.values["head"] != before.head:
            raise self._wrong("was signed for another history", _hex(before.head), _hex(statement.values["head"]))

    def _event(self, statement: Statement, signer: str, time: int, before: ItemState) -> tuple[str, dict[str, Any]]:
        args: dict[str, Any] = {**statement.values, "signer": signer}
        if statement.kind is Kind.REPLACE_CLAIM:
            return (
                ("RecoveryOpened", {**args, "due": time + RECOVERY_NOTICE})
                if before.claimed
                else (
                    "ClaimReplaced",
                    args,
                )
            )
        if statement.kind is Kind.MARK:
            args["until"] = time + LOCK_SECONDS if args["kind"] in _TIMED_MARKS else 0
        elif statement.kind is Kind.CONTEST:
            args["until"] = time + LOCK_SECONDS
        return _EVENTS[statement.kind], args

    def _signers(self, statement: Statement, hash: bytes, signer: str) -> list[tuple[str, bytes]]:
        before, values, kind = self.state, statement.values, statement.kind
        over = self._domain.digest(hash, self._keccak)
        if kind is Kind.CONTEST:
            return []
        if kind is Kind.CLAIM:
            return [(before.holder, over), (signer, over)]
        if kind is Kind.COMPLETE_RECOVERY:
            return [(before.recovery_address or NOBODY, over), (signer, over)]
        if kind is Kind.ACCEPT:
            assert statement.offer is not None
            offer, link = values["offer"], str(statement.offer["recipient"])
            assert isinstance(offer, bytes)
            both = [(before.holder, self._domain.digest(offer, self._keccak)), (signer, over)]
            return both if link == signer else [*both, (link, over)]
        return [(signer, over), *([(before.holder, over)] if kind is Kind.RETIRE and before.claimed else [])]

    def _needed(self, said: Said, signers: list[tuple[str, bytes]]) -> tuple[Needed, ...]:
        if len(said.signatures) != len(signers):
            raise self._wrong("must carry its signatures", str(len(signers)), str(len(said.signatures)))
        given = [None if one is None else bytes.fromhex(one[2:]) for one in said.signatures]
        return tuple(Needed(address, digest, one) for (address, digest), one in zip(signers, given, strict=True))

    def _as_event(self, name: str, time: int, args: dict[str, Any]) -> ChainEvent:
        return ChainEvent(0, time, 0, b"", name, args)

    def _wrong(self, why: str, expected: str = "", found: str = "") -> Contradicts:
        return Contradicts(f"Statement {self._place} {why}.", expected, found)


def first_state(
    item: int, batch: int, claim_address: str, record_hash: bytes, leaf: bytes, keccak: Keccak
) -> ItemState:
    """The state of an item at its first touch."""
    args = {"batch": batch, "item": item, "claimAddress": claim_address, "recordHash": record_hash}
    return opened(ChainEvent(0, 0, 0, b"", "ItemOpened", args), leaf, keccak)


def _hex(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
