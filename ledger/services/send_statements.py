"""Bring what is queued to the chain: late perhaps, never twice.

1. Settle what is final or refused for good; learn which parties the chain has numbered.
2. Send again, as they are, the bytes of transactions whose nonce is not mined yet; raise the fee of one
   that has waited long, under the same nonce.
3. Bundle what is left, sign, commit nonce and bytes, and only then broadcast.

If the process dies after the commit, step 2 of the next turn sends the very same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.errors import LedgerError
from ledger.domain.openings import Opening
from ledger.domain.outbox import OperatorAct, Progress, Queued, SentTransaction, State
from ledger.domain.statements import Kind, call_data
from ledger.services.open_item import opening_of
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.read_ahead import ReadAhead
from ledger.services.views_of_chain import final_height, listed

RELAYER: Final = "relayer_key"
OWNER: Final = "owner_key"
MOST_IN_TURN: Final = 1_200
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
_STUCK_AFTER: Final = 60
_MOST_WAIT: Final = 3_600
_LOOK_AGAIN: Final = 3
_DEAREST: Final = 10
"""Times the present price: a transaction that is stuck for another reason is not paid for without end."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A kept key that pays for transactions."""

    address: str
    key: bytes


def sender(ledger: Ledger, tx: Tx, name: str) -> Sender:
    """The relayer, or the contract's owner, as the operator keeps them."""
    key = ledger.vault.open_key(tx.meta.get(name))
    return Sender(ledger.signing.address_of(key), key)


def send(ledger: Ledger, chain: Chain) -> int:
    """One turn; returns how many transactions were broadcast. Raises Unavailable where the node does not answer."""
    with ledger.store.read() as tx:
        relayer, owner, tip = sender(ledger, tx, RELAYER), sender(ledger, tx, OWNER), tx.chain.tip()
    if tip is None:
        return 0
    # As of our own tip, not the node's: what is mined but not followed yet must not look as if it came to nothing.
    nonces = {each.address: chain.nonce(each.address, tip) for each in (relayer, owner)}
    fee = chain.fee()
    with ledger.store.write() as tx:
        for address, nonce in nonces.items():
            # Only what changed: a turn in which nothing happens leaves every kept answer as it was.
            if tx.meta.get("mined_nonce:" + address) != nonce:
                tx.meta.set("mined_nonce:" + address, nonce)
        _settle_acts(tx)
        ready = _settle(ledger, tx)
        pending = [sent for address, nonce in nonces.items() for sent in tx.outbox.transactions_from(address, nonce)]
        again = _replaced(ledger, chain, tx, pending, (relayer, owner), fee)
        fresh = _act_transactions(ledger, chain, tx, owner, nonces[owner.address], fee)
        fresh += _bundles(ledger, chain, tx, relayer, nonces[relayer.address], fee, ready)
    raws = [each.raw for each in (*pending, *again, *fresh)]
    if raws:
        chain.send(raws, ask=False)
    return len(raws)


def _settle(ledger: Ledger, tx: Tx) -> list[Queued]:
    """Mark what needs nothing more; return what has to be sent now."""
    now = ledger.now()
    final = final_height(tx)
    if tx.outbox.more_wait(0):
        tx.outbox.settle_accepted(final)
    candidates = tx.outbox.unsettled(now, MOST_IN_TURN)
    where = progress_of(ledger, tx, candidates)
    over = {one.id for one in candidates if _is_over(where[one.id], final)}
    tx.outbox.settle(list(over))
    left = [one for one in candidates if one.id not in over]
    # What only waits steps aside for a moment, or it would stand in the way of what is new.
    tx.outbox.look_again([one.id for one in left if where[one.id].state is not State.QUEUED], now + _LOOK_AGAIN)
    queued = [one for one in left if where[one.id].state is State.QUEUED]
    sent = tx.outbox.carriers_of([one.id for one in queued])
    ready = []
    for one in queued:
        # Under one nonce only one of a transaction's prices can be mined: they are one try.
        if one.tries < len({transaction.nonce for transaction, _ in sent.get(one.id, ())}):
            # It came to nothing, but may be taken another day: wait longer each time.
            tries = one.tries + 1
            tx.outbox.postpone(one.id, tries, now + min(_MOST_WAIT, 2**tries))
        else:
            ready.append(one)
    return ready


def _is_over(at: Progress, final: int) -> bool:
    """Whether nothing can change any more: also a refusal can be undone, as long as its block is not final."""
    return at.state is State.FINAL or (at.state is State.REFUSED and at.block is not None and at.block <= final)


def _bundles(
    ledger: Ledger, chain: Chain, tx: Tx, relayer: Sender, mined: int, fee: tuple[int, int], ready: Sequence[Queued]
) -> list[SentTransaction]:
    prepared: list[Prepared] = []
    touched = tx.many.touched({one.statement.item for one in ready if one.statement.item is not None})
    # A contest shows the earlier batch that lists an item which was opened from a later one.
    bare = [each.statement.item in touched and each.statement.kind is not Kind.CONTEST for each in ready]
    ahead = ReadAhead(tx, [one.statement for one, none in zip(ready, bare, strict=True) if not none]).as_tx()
    for one, none in zip(ready, bare, strict=True):
        try:
            opening = None if none else _opening(ledger, ahead, one)
        except (LedgerError, OSError):
            # One item whose proof is lost must not hold up everybody else.
            opening = _NOT_YET
        if opening is _NOT_YET:
            tx.outbox.look_again([one.id], ledger.now() + _LOOK_AGAIN)
        else:
            prepared.append((one, b"" if opening is None else ledger.encode_opening(opening)))
    nonce = _next_nonce(tx, relayer.address, mined)
    made = []
    for group in _groups(prepared):
        calls = [(int(q.statement.kind), call_data(q.statement), opening, q.signatures) for q, opening in group]
        gas = _BUNDLE_GAS + sum(map(_gas, group))
        hash, raw = chain.sign_transaction(relayer.key, nonce=nonce, data=chain.bundle_data(calls), gas=gas, fee=fee)
        sent = SentTransaction(hash, relayer.address, nonce, raw, ledger.now(), fee[0])
        tx.outbox.add_transaction(sent, [one.id for one, _ in group])
        made.append(sent)
        nonce += 1
    return made


Prepared = tuple[Queued, bytes]
"""A statement and its opening, encoded."""


def _groups(prepared: Sequence[Prepared]) -> list[list[Prepared]]:
    """What travels together: as many as one transaction's gas is sure to carry."""
    groups: list[list[Prepared]] = []
    gas = TRANSACTION_GAS
    for each in prepared:
        if each[0].tries:
            continue
        if gas + _gas(each) > TRANSACTION_GAS:
            groups.append([])
            gas = _BUNDLE_GAS
        groups[-1].append(each)
        gas += _gas(each)
    # What a bundle refused before travels alone, so that it cannot take its neighbours' gas.
    return [*groups, *([each] for each in prepared if each[0].tries)]


def _gas(each: Prepared) -> int:
    one, opening = each
    usual = _USUAL_GAS.get(one.statement.kind)
    if usual is None or any(len(signature) != _ORDINARY for signature in one.signatures):
        return _STATEMENT_GAS
    return usual + (_OPENING_GAS if opening else 0)


_NOT_YET: Final = object()


def _opening(ledger: Ledger, tx: Tx, one: Queued) -> Opening | Any | None:
    """What an item's first statement carries; None where it is about no item; _NOT_YET while its batch is not there."""
    if one.statement.item is None:
        return None
    return opening_of(ledger, tx, listed(tx, one.statement.item)) or _NOT_YET


def _next_nonce(tx: Tx, address: str, mined: int) -> int:
    """The first nonce that neither the chain nor a kept transaction has."""
    kept = tx.outbox.transactions_from(address, mined)
    return max([mined, *(each.nonce + 1 for each in kept)])


def _replaced(
    ledger: Ledger,
    chain: Chain,
    tx: Tx,
    pending: Sequence[SentTransaction],
    senders: Sequence[Sender],
    fee: tuple[int, int],
) -> list[SentTransaction]:
    """For the lowest nonce that has waited long: the same calls under the same nonce for a higher fee."""
    made = []
    for each in senders:
        own = [one for one in pending if one.sender == each.address]
        if not own:
            continue
        last = [one for one in own if one.nonce == own[0].nonce][-1]
        if ledger.now() - last.created_at < _STUCK_AFTER:
            continue
        price = max(fee[0], last.fee * 9 // 8 + 1)
        if price > _DEAREST * fee[0]:
            continue
        hash, raw = chain.reprice(each.key, last.raw, (price, max(fee[1], price // 8)))
        sent = SentTransaction(hash, each.address, last.nonce, raw, ledger.now(), price, last.operator_act)
        tx.outbox.add_transaction(sent, tx.outbox.carried_by(last.hash))
        made.append(sent)
    return made


def _act_transactions(
    ledger: Ledger, chain: Chain, tx: Tx, owner: Sender, mined: int, fee: tuple[int, int]
) -> list[SentTransaction]:
    """Transactions for the contract owner's acts that have none in force."""
    nonce = _next_nonce(tx, owner.address, mined)
    made = []
    for act in tx.outbox.open_acts():
        attempts = tx.outbox.transactions_of_act(act.id)
        if any(each.nonce >= mined or tx.chain.transaction_events(each.hash) for each in attempts):
            continue
        tries = len({each.nonce for each in attempts})
        if tries and ledger.now() < attempts[-1].created_at + min(_MOST_WAIT, 2**tries):
            continue
        args = _act_args(tx, act)
        if args is None:
            continue
        data = chain.call_data(act.function, args)
        hash, raw = chain.sign_transaction(owner.key, nonce=nonce, data=data, gas=500_000, fee=fee)
        sent = SentTransaction(hash, owner.address, nonce, raw, ledger.now(), fee[0], act.id)
        tx.outbox.add_transaction(sent, [])
        made.append(sent)
        nonce += 1
    return made


def _act_args(tx: Tx, act: OperatorAct) -> tuple[Any, ...] | None:
    """The act's arguments; None while the party it speaks of has no number yet."""
    if act.function != "grantPrefix":
        return act.args
    organisation = tx.organisations.get(str(act.organisation))
    if organisation is None or organisation.party is None:
        return None
    return (str(act.args[0]).encode().ljust(14, b"\0"), organisation.party)


def _settle_acts(tx: Tx) -> None:
    """Learn the numbers of new parties, and forget acts whose event is final."""
    final = final_height(tx)
    for act in tx.outbox.open_acts():
        for attempt in tx.outbox.transactions_of_act(act.id):
            for event in tx.chain.transaction_events(attempt.hash):
                if event.block > final:
                    continue
                # Only now: in another order of blocks the number could become somebody else's.
                if event.name == "PartyAdded" and act.organisation:
                    tx.organisations.set_party(act.organisation, event.args["party"])
                tx.outbox.settle_act(act.id)
