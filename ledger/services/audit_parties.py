"""Audit: which organisation is which party of the chain, by its key and by the act that made it one."""

from __future__ import annotations

from ledger.services.audit_findings import RUN_REINDEX, Findings
from ledger.services.checking import Checked, many
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import directory


def organisations_are_their_parties(ledger: Ledger) -> Checked:
    """An organisation's address is, or was, a key of its party's."""
    found = Findings("organisations are their parties", RUN_REINDEX)
    with ledger.store.read() as tx:
        parties = directory(tx)
        known = [one for one in tx.organisations.all() if one.party is not None]
        for one in known:
            if parties.key(one.party or 0, one.address) is None:
                found.note(f"organisation {one.id} ({one.slug}) has no key in party {one.party}")
    return found.line(f"{many(len(known), 'organisation')}.")
