"""What a database that came out of a backup must forget of the house that it was taken in, and remember of it."""

from __future__ import annotations

from typing import Final

from ledger.services.ports import Ledger

RESTORED: Final = "restored_nonces"
"""For each of our senders the nonces, in order, from which what the old house sent after a backup is missing here."""
_OF_THE_OLD_HOUSE: Final = ("lease", "local_node", "node_seen", "node_height")
"""Its worker, and where and when it heard its node."""


def note_restored(ledger: Ledger) -> None:
    """Done once, before anything runs on the restored database."""
    with ledger.store.write() as tx:
        for name in _OF_THE_OLD_HOUSE:
            tx.meta.remove(name)
        known: dict[str, list[int]] = tx.meta.get(RESTORED, {})
        for sender, (_, highest, _) in tx.audits.nonces().items():
            known[sender] = sorted({*known.get(sender, ()), highest + 1})
        tx.meta.set(RESTORED, known)
