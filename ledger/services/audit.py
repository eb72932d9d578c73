"""Our own checker: whether what the database says follows from the files, the events and the contract.

1. Files are what they are called, every byte (`audit_files`).
2. Items are leaves: every row follows from the sealed manifest, down to the batch's root (`audit_batches`).
3. Roots are on the chain once, under the numbers and statements that we keep (`audit_registrations`).
4. Every statement counts once, and no row hangs in the air (`audit_chain`).
5. Every block and event is there once, as the node has it, in every column (`audit_chain`).
6. Our senders' nonces are dense; statements are what was signed; transactions carried them (`audit_outbox`).
7. Item states follow from the events, and equal the contract's own (`audit_states`).
8. Later descriptions, reports and offers are what was hashed; organisations are their parties
   (`audit_papers`, `audit_parties`).
9. The desk's log is whole: every entry as it was sealed, none missing (`audit_desk`).

Nothing is changed. What needs the node is "cannot tell" where none answers. A row or file that is wrong is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ledger.domain.errors import LedgerError, Unavailable
from ledger.services.audit_batches import items_are_leaves
from ledger.services.audit_chain import events_as_the_node_has_them, told_once
from ledger.services.audit_desk import the_desks_log_is_whole
from ledger.services.audit_files import files_are_what_they_are_called
from ledger.services.audit_findings import RUN_REINDEX, Progress, States
from ledger.services.audit_outbox import nonces_are_dense, statements_are_what_was_signed, transactions_carried_them
from ledger.services.audit_papers import (
    amendments_are_their_manifests,
    papers_are_what_was_hashed,
    proven_blocks_are_the_nodes,
)
from ledger.services.audit_parties import organisations_are_their_parties
from ledger.services.audit_registrations import roots_are_on_the_chain
from ledger.services.audit_states import states_equal_the_contracts, states_follow
from ledger.services.checking import Checked, attention, cannot_tell
from ledger.services.ports import Chain, Ledger

_STUMBLES: Final = (LedgerError, LookupError, ValueError, TypeError, ArithmeticError, AssertionError, OSError)
"""What reading rows raises that nobody of ours wrote."""


def audit(
    ledger: Ledger, chain: Chain | None, states: States | None, on_progress: Progress | None = None
) -> Iterator[Checked]:
    """Each check when it is done. `chain` and `states` are None where no node answers."""
    checks: tuple[tuple[str, Callable[[], Checked]], ...] = (
        ("files are what they are called", lambda: files_are_what_they_are_called(ledger, on_progress)),
        ("items are leaves", lambda: items_are_leaves(ledger, on_progress)),
        ("roots are on the chain once", lambda: roots_are_on_the_chain(ledger)),
        ("every statement counts once", lambda: told_once(ledger)),
        ("every event is there once", lambda: events_as_the_node_has_them(ledger, chain)),
        ("our senders’ nonces are dense", lambda: nonces_are_dense(ledger)),
        ("statements are what was signed", lambda: statements_are_what_was_signed(ledger)),
        ("transactions are what we signed", lambda: transactions_carried_them(ledger)),
        ("item states follow from the events", lambda: states_follow(ledger, on_progress)),
        ("item states equal the contract’s", lambda: states_equal_the_contracts(ledger, chain, states, on_progress)),
        ("later descriptions are what was hashed", lambda: amendments_are_their_manifests(ledger)),
        ("reports and offers are what was hashed", lambda: papers_are_what_was_hashed(ledger)),
        ("blocks of passports are the node’s", lambda: proven_blocks_are_the_nodes(ledger, chain)),
        ("organisations are their parties", lambda: organisations_are_their_parties(ledger)),
        ("the desk’s log is whole", lambda: the_desks_log_is_whole(ledger)),
    )
    for name, check in checks:
        try:
            yield check()
        except Unavailable as away:
            yield cannot_tell(name, away.detail)
        except _STUMBLES as problem:
            # A row that cannot even be read is as wrong as one that says something else.
            yield attention(name, f"Something that is kept cannot be read: {problem}", RUN_REINDEX)
