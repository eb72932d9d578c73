"""Transactions of the contract's owner: parties and prefixes, and what became of them."""

from __future__ import annotations

from typing import Any, Final

from ledger.domain.outbox import OperatorAct, SentTransaction
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.send_terms import Terms, next_nonce
from ledger.services.views_of_chain import final_height

MOST_WAIT: Final = 3_600
"""Seconds between two tries, at most."""
_GAS: Final = 500_000


def act_transactions(ledger: Ledger, chain: Chain, tx: Tx, terms: Terms) -> list[SentTransaction]:
    """Keep a transaction for each act that has none in force."""
    owner = terms.owner
    mined = terms.nonces[owner.address]
    nonce = next_nonce(tx, owner.address, mined)
    made = []
    for act in tx.outbox.open_acts():
        attempts = tx.outbox.transactions_of_act(act.id)
        if any(each.nonce >= mined or tx.chain.transaction_events(each.hash) for each in attempts):
            continue
        tries = len({each.nonce for each in attempts})
        if tries and ledger.now() < attempts[-1].created_at + min(MOST_WAIT, 2**tries):
            continue
        args = _args(tx, act)
        if args is None:
            continue
        data = chain.call_data(act.function, args)
        hash, raw = chain.sign_transaction(owner.key, nonce=nonce, data=data, gas=_GAS, fee=terms.fee)
        sent = SentTransaction(hash, owner.address, nonce, raw, ledger.now(), terms.fee[0], act.id)
        tx.outbox.add_transaction(sent, [])
        made.append(sent)
        nonce += 1
    return made


def settle_acts(tx: Tx) -> None:
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


def _args(tx: Tx, act: OperatorAct) -> tuple[Any, ...] | None:
    """The act's arguments; None while the party it speaks of has no number yet."""
    if act.function != "grantPrefix":
        return act.args
    organisation = tx.organisations.get(str(act.organisation))
    if organisation is None or organisation.party is None:
        return None
    return (str(act.args[0]).encode().ljust(14, b"\0"), organisation.party)
