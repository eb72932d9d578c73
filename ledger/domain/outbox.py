"""The life of a statement in our hands: its state is derived from facts, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.statements import Statement


class State(StrEnum):
    """Where a statement is; see ARCHITECTURE.md, “Life of a statement”."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    FINAL = "final"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Queued:
    """A statement's row in the outbox."""

    id: str
    statement: Statement
    hash: bytes
    signatures: tuple[bytes, ...]
    created_at: int
    organisation: str | None = None
    signer: str | None = None
    operator_signed: bool = False
    tries: int = 0
    next_try_at: int = 0
    settled: bool = False

    @property
    def vouched(self) -> bool:
        """Whether we know that it is by whom it must be. If only the chain can tell, it counts for nothing yet."""
        return self.signer is not None or not self.signatures


@dataclass(frozen=True, slots=True)
class Signed:
    """How a statement of ours was signed: by whose key, whether the operator keeps it, how its signature begins."""

    signer: str | None
    operator_signed: bool
    kind: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """The derived state of a statement: since which block, and why it was refused."""

    state: State
    block: int | None = None
    time: int | None = None
    transaction: bytes | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SentTransaction:
    """A transaction as committed before its first broadcast."""

    hash: bytes
    sender: str
    nonce: int
    raw: bytes
    created_at: int
    fee: int
    operator_act: str | None = None


@dataclass(frozen=True, slots=True)
class OperatorAct:
    """A call by the contract's owner: adding a party, granting a prefix."""

    id: str
    function: str
    args: tuple[object, ...]
    created_at: int
    organisation: str | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The event that shows a statement accepted."""

    block: int
    time: int
    transaction: bytes
    name: str


def progress(
    *,
    acceptance: Acceptance | None,
    final_height: int,
    in_flight: bytes | None,
    refusal: str | None,
    usable: bool,
    refused_in: int | None = None,
    last_sent: bytes | None = None,
) -> Progress:
    """The state of a statement from the facts.

    `in_flight` is the hash of a transaction of ours that carries it and is not mined; `refusal` the
    reason our own bundle gave, in block `refused_in`; `usable` whether we would still send it: its nonce, sequence
    and expiry can be used, and time may mend the reason. What anyone brings to the chain counts, refused here or not.
    """
    if acceptance is not None:
        state = State.FINAL if acceptance.block <= final_height else State.ACCEPTED
        return Progress(state, acceptance.block, acceptance.time, acceptance.transaction)
    if not usable:
        return Progress(State.REFUSED, refused_in, reason=refusal, transaction=last_sent)
    if in_flight is not None:
        return Progress(State.SENT, transaction=in_flight, reason=refusal)
    return Progress(State.QUEUED, reason=refusal)
