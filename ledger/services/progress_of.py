"""Where a statement is: derived, each time anew, from events, transactions and the final height."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.outbox import Progress, Queued, SentTransaction, progress
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import final_height

FOR_GOOD: Final = frozenset(
    {
        "NonceUsed",
        "WrongSequence",
        "WrongHead",
        "Expired",
        "AlreadyClaimed",
        "AlreadyContested",
        "WrongBatchNumber",
        "WrongOffer",
        "KeyKnown",
        "NotABrand",
        "NotEarlier",
        "WrongSigner",
        "UnknownKind",
        "UnknownSubkind",
        "Succeeded",
    }
)
"""Refusals after which the same signed bytes can never be accepted."""
OUTDATED: Final = frozenset(
    {"NotSet", "AlreadyAccredited", "NotEntitled", "OnlyCouncil", "RenewalsUsedUp", "TooManyKeys", "NoRecovery"}
)
"""Refusals that time alone does not mend. To try again later would do, one day, what nobody wants any more: an
accreditation asked for twice would come back after it was ended. So we stop."""
PATIENCE: Final = 86_400
"""Seconds for which a statement is tried again after any other refusal."""

_WORDS: Final = {
    "NonceUsed": "another statement of the same organisation has used its number",
    "WrongSequence": "the owner has made another statement, or the item another owner, since it was signed",
    "WrongHead": "something was added to the item’s record since it was signed",
    "Expired": "the offer has expired",
    "AlreadyClaimed": "the item already has an owner",
    "WrongBatchNumber": "another batch has taken its number",
    "Stopped": "a report on the item stops it for now",
    "NotAccredited": "the organisation is not accredited",
    "NotAKey": "the key that signed it is not in force",
    "NotOpened": "the item’s batch is not in the ledger yet",
    "BatchVoid": "the brand has withdrawn the whole batch",
    "FutureDate": "its date lies in the future",
    "NotSet": "there is nothing of the kind to lift or settle",
    "AlreadyAccredited": "the organisation is accredited already",
    "NotEntitled": "whoever signed it may not say this",
    "OnlyCouncil": "the owner has ended a recovery, so only the council can open another",
    "RenewalsUsedUp": "the brand has renewed this report as often as it may",
    "TooManyKeys": "the organisation has as many keys as it may",
    "KeyKnown": "the key was the organisation’s before",
    "NoRecovery": "no recovery is open",
    "NotClaimed": "the item has no owner yet",
    "NonceNotUsed": "the record it is about is not in the ledger",
    "BadSignature": "a signature does not fit",
    "WrongSigner": "it was not signed by whom it must be",
    "Succeeded": "this ledger was closed in favour of its successor",
}

Explain = Callable[[bytes], tuple[str, str]]
Carriers = Mapping[str, Sequence[tuple[SentTransaction, int]]]


def progress_of(
    ledger: Ledger, tx: Tx, queued: Sequence[Queued], carriers: Carriers | None = None
) -> dict[str, Progress]:
    """The progress of each statement, by its id. `carriers` is `carriers_of` them, for whoever has asked already."""
    final = final_height(tx)
    acceptances = tx.chain.acceptances([one.hash for one in queued])
    if carriers is None:
        carriers = tx.outbox.carriers_of([one.id for one in queued])
    # Neighbours travel together: what became of a bundle is asked once for all that it carried.
    refusals, mined_before = _Refusals(tx), _Mined(tx)
    found = {}
    for one in queued:
        sent = carriers.get(one.id, [])
        refusal = None if one.hash in acceptances else last_refusal(ledger, tx, sent, refusals)
        # A refusal shows that its transaction is mined, also before we have asked for the sender's nonce again.
        mined = -1 if refusal is None else refusal[3].nonce
        waiting = [each for each, _ in sent if each.nonce > mined and not mined_before(each)]
        found[one.id] = progress(
            acceptance=acceptances.get(one.hash),
            final_height=final,
            in_flight=waiting[-1].hash if waiting else None,
            refusal=None if refusal is None else _WORDS.get(refusal[0], refusal[1]),
            usable=refusal is None or _worth_another_try(ledger, tx, one, refusal[0]),
            refused_in=None if refusal is None else refusal[2],
            last_sent=sent[-1][0].hash if sent else None,
        )
    return found


def _worth_another_try(ledger: Ledger, tx: Tx, one: Queued, name: str) -> bool:
    if name in OUTDATED or ledger.now() - one.created_at > PATIENCE:
        return False
    if name == "WrongSequence" and one.statement.sequence is not None and one.statement.item is not None:
        # Ahead of the item's, it waits for the owner's earlier statement, which may still be under way.
        state = tx.chain.state(one.statement.item)
        return state is not None and state.sequence < one.statement.sequence
    if name == "WrongBatchNumber" and one.statement.batch is not None:
        return tx.chain.highest_batch(one.statement.batch >> 32) < one.statement.batch
    return name not in FOR_GOOD


def last_refusal(
    ledger: Ledger, tx: Tx, sent: Sequence[tuple[SentTransaction, int]], known: _Refusals | None = None
) -> tuple[str, str, int, SentTransaction] | None:
    """Why our newest mined bundle refused it: the error's name, its words, block, bundle; None where none did."""
    refusals = _Refusals(tx) if known is None else known
    for transaction, position in reversed(sent):
        event = refusals.of(transaction.hash).get(position)
        if event is not None:
            return *ledger.explain(event.args["reason"]), event.block, transaction
    return None


class _Refusals:
    """The refusals in a transaction by the place of the statement, each transaction asked for once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[bytes, dict[int, ChainEvent]] = {}

    def of(self, transaction: bytes) -> dict[int, ChainEvent]:
        if transaction not in self._known:
            events = self._tx.chain.transaction_events(transaction)
            self._known[transaction] = {one.args["index"]: one for one in events if one.name == "Refused"}
        return self._known[transaction]


class _Mined:
    """Whether a transaction's place in its sender's order is taken, by it or a replacement, as far as we followed."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._nonces: dict[str, int] = {}

    def __call__(self, sent: SentTransaction) -> bool:
        if sent.sender not in self._nonces:
            self._nonces[sent.sender] = int(self._tx.meta.get("mined_nonce:" + sent.sender, 0))
        return sent.nonce < self._nonces[sent.sender]
