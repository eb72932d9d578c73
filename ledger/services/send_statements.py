"""Bring what is queued to the chain: late perhaps, never twice.

1. Settle what is final or refused for good; learn which parties the chain has numbered.
2. Bundle what is left, sign, and keep nonce and bytes.
3. Only then broadcast: these, and again, as they are, the bytes of transactions whose nonce is not mined yet. One that
   has waited long gets a higher fee, under the same nonce.

If the process dies after the second step, the third of the next turn sends the very same bytes.

What is bundled is read in one snapshot and kept in a short transaction: everybody who hands something in waits for
whoever writes. In between, nobody else may have moved our copy of the chain or used our nonces; else nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.domain.outbox import Progress, Queued, SentTransaction, State
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.send_acts import MOST_WAIT, act_transactions, settle_acts
from ledger.services.send_bundles import bundled
from ledger.services.send_terms import Terms, next_nonce
from ledger.services.views_of_chain import final_height

MOST_IN_TURN: Final = 2_400
_SETTLED: Final = "settled_height"
_STUCK_AFTER: Final = 60
_LOOK_AGAIN: Final = 3
_LOOK_AT_ACCEPTED: Final = 60
"""Seconds; where blocks are dropped, at once."""
_DEAREST: Final = 10
"""Times the present price: a transaction that is stuck for another reason is not paid for without end."""


@dataclass(slots=True)
class _Plan:
    """What one snapshot asks for: which statements are over, wait, cannot travel yet, wait longer; and the bundles."""

    nonce: int
    more: bool = False
    accepted: bool = False
    over: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    postponed: list[tuple[str, int]] = field(default_factory=list)
    bundles: list[tuple[SentTransaction, list[str]]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.accepted or self.over or self.waiting or self.not_yet or self.postponed or self.bundles)


def make_ready(ledger: Ledger, chain: Chain, terms: Terms) -> bool:
    """Settle, and keep signed what is to be sent; whether more waits than one turn takes. Does not ask the node.

    Does nothing where our tip is not that of the terms.
    """
    with ledger.store.read() as tx:
        if tx.chain.tip() != terms.tip:
            return False
    _note(ledger, terms)
    with ledger.store.read() as tx:
        plan = _planned(ledger, chain, tx, terms)
        acts = bool(tx.outbox.open_acts())
    if plan or acts:
        with ledger.store.write() as tx:
            nonce = next_nonce(tx, terms.relayer.address, terms.nonces[terms.relayer.address])
            if tx.chain.tip() != terms.tip or nonce != plan.nonce:
                # Another worker, or `touchmark reindex`, was here meanwhile: what we read holds no more.
                return False
            _keep(ledger, tx, plan)
            act_transactions(ledger, chain, tx, terms)
    return plan.more


def broadcast(ledger: Ledger, chain: Chain, terms: Terms) -> int:
    """Send what is kept and not mined; returns how many transactions that were. Raises Unavailable."""
    with ledger.store.read() as tx:
        pending = [
            sent for address, nonce in terms.nonces.items() for sent in tx.outbox.transactions_from(address, nonce)
        ]
    pending += _replaced(ledger, chain, pending, terms)
    if pending:
        chain.send([each.raw for each in pending], ask=False)
    return len(pending)


def _note(ledger: Ledger, terms: Terms) -> None:
    """What is known before the statements are looked at; a turn without news leaves everything as it was."""
    with ledger.store.read() as tx:
        final = final_height(tx)
        mined = {"mined_nonce:" + address: nonce for address, nonce in terms.nonces.items()}
        moved = {key: nonce for key, nonce in mined.items() if tx.meta.get(key) != nonce}
        # Among many that wait, those that a block has accepted are looked for when there are more final blocks.
        anew = tx.meta.get(_SETTLED) != final
        settle = tx.outbox.more_wait(0) and (anew or not tx.outbox.more_wait(MOST_IN_TURN))
        acts = bool(tx.outbox.open_acts())
    if moved or settle or acts:
        with ledger.store.write() as tx:
            for key, nonce in moved.items():
                tx.meta.set(key, nonce)
            if settle:
                tx.outbox.settle_accepted(final)
                if anew:
                    tx.meta.set(_SETTLED, final)
            settle_acts(tx)


def _planned(ledger: Ledger, chain: Chain, tx: Tx, terms: Terms) -> _Plan:
    now = ledger.now()
    mined = terms.nonces[terms.relayer.address]
    plan = _Plan(next_nonce(tx, terms.relayer.address, mined))
    candidates = tx.outbox.unsettled(now, MOST_IN_TURN)
    plan.more = len(candidates) == MOST_IN_TURN
    # Where all that is due was looked through, so were those that a block has accepted: not again in every turn.
    plan.accepted = not plan.more and tx.outbox.accepted_due(now)
    ready = _sorted_out(ledger, tx, candidates, plan)
    bundles, plan.not_yet = bundled(ledger, tx, ready)
    for nonce, bundle in enumerate(bundles, plan.nonce):
        data = chain.bundle_data(bundle.calls)
        hash, raw = chain.sign_transaction(terms.relayer.key, nonce=nonce, data=data, gas=bundle.gas, fee=terms.fee)
        sent = SentTransaction(hash, terms.relayer.address, nonce, raw, now, terms.fee[0])
        plan.bundles.append((sent, bundle.ids))
    return plan


def _sorted_out(ledger: Ledger, tx: Tx, candidates: Sequence[Queued], plan: _Plan) -> list[Queued]:
    """What has to be sent now; the plan gets the others."""
    final = final_height(tx)
    carriers = tx.outbox.carriers_of([one.id for one in candidates])
    where = progress_of(ledger, tx, [one for one in candidates if one.id in carriers], carriers)
    ready = []
    for one in candidates:
        at = where.get(one.id)
        if at is None:
            # Never sent, and accepted by no block of ours, or it would not be among them.
            ready.append(one)
        elif _is_over(at, final):
            plan.over.append(one.id)
        elif at.state is not State.QUEUED:
            plan.waiting.append(one.id)
        # Under one nonce only one of a transaction's prices can be mined: they are one try.
        elif one.tries < len({transaction.nonce for transaction, _ in carriers.get(one.id, ())}):
            plan.postponed.append((one.id, one.tries + 1))
        else:
            ready.append(one)
    return ready


def _keep(ledger: Ledger, tx: Tx, plan: _Plan) -> None:
    now = ledger.now()
    tx.outbox.settle(plan.over)
    if plan.accepted:
        tx.outbox.leave_accepted(now, now + _LOOK_AT_ACCEPTED)
    # What only waits steps aside for a moment, or it would stand in the way of what is new.
    tx.outbox.look_again([*plan.waiting, *plan.not_yet], now + _LOOK_AGAIN)
    if plan.more:
        # So does what is sent now, where the next bundles are made before a block has this one; and for as long as
        # what is accepted, since nearly all of it will be: to move tens of thousands of rows twice takes seconds.
        tx.outbox.look_again([id for _, ids in plan.bundles for id in ids], now + _LOOK_AT_ACCEPTED)
    for id, tries in plan.postponed:
        # It came to nothing, but may be taken another day: wait longer each time.
        tx.outbox.postpone(id, tries, now + min(MOST_WAIT, 2**tries))
    for sent, ids in plan.bundles:
        tx.outbox.add_transaction(sent, ids)


def _is_over(at: Progress, final: int) -> bool:
    """Whether nothing can change any more: also a refusal can be undone, as long as its block is not final."""
    return at.state is State.FINAL or (at.state is State.REFUSED and at.block is not None and at.block <= final)


def _replaced(ledger: Ledger, chain: Chain, pending: Sequence[SentTransaction], terms: Terms) -> list[SentTransaction]:
    """For the lowest nonce that has waited long: the same calls under the same nonce for a higher fee."""
    made = []
    for each in (terms.relayer, terms.owner):
        own = [one for one in pending if one.sender == each.address]
        if not own:
            continue
        last = [one for one in own if one.nonce == own[0].nonce][-1]
        if ledger.now() - last.created_at < _STUCK_AFTER:
            continue
        price = max(terms.fee[0], last.fee * 9 // 8 + 1)
        if price > _DEAREST * terms.fee[0]:
            continue
        hash, raw = chain.reprice(each.key, last.raw, (price, max(terms.fee[1], price // 8)))
        sent = SentTransaction(hash, each.address, last.nonce, raw, ledger.now(), price, last.operator_act)
        with ledger.store.write() as tx:
            tx.outbox.add_transaction(sent, tx.outbox.carried_by(last.hash))
        made.append(sent)
    return made
