"""Audit: which organisation is which party of the chain, by its key and by the act that made it one."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.organisations import Role
from ledger.domain.parties import COUNCIL
from ledger.services.audit_findings import RUN_REINDEX, Findings, pages
from ledger.services.audits_port import Row
from ledger.services.checking import Checked, many
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import directory, final_height


def organisations_are_their_parties(ledger: Ledger) -> Checked:
    """An organisation's address is, or was, a key of its party's, which is the one that its act has made."""
    found = Findings("organisations are their parties", RUN_REINDEX)
    with ledger.store.read() as tx:
        parties = directory(tx)
        known = {one.id: one.party for one in tx.organisations.all()}
        for one in tx.organisations.all():
            if one.role is Role.COUNCIL and one.party != COUNCIL:
                found.note(f"organisation {one.id} ({one.slug}) is the council, and is not called party {COUNCIL}")
            elif one.party is not None and parties.key(one.party, one.address) is None:
                found.note(f"organisation {one.id} ({one.slug}) has no key in party {one.party}")
    for page in pages(ledger, "operator_acts", ("id",)):
        with ledger.store.read() as tx:
            for row in page:
                organisation = row["organisation"]
                found.note_all(
                    f"organisation {organisation} was made party {party} and is called party {known.get(organisation)}"
                    for party in _made(tx, row)
                    if known.get(organisation) != party
                )
    return found.line(f"{many(len(known), 'organisation')}.")


def _made(tx: Tx, act: Row) -> Iterator[int]:
    """The party that an act of the operator's has made for its organisation, once that is final and was noted."""
    if act["organisation"] is None or not act["settled"]:
        return
    final = final_height(tx)
    for attempt in tx.outbox.transactions_of_act(act["id"]):
        for event in tx.chain.transaction_events(attempt.hash):
            if event.name == "PartyAdded" and event.block <= final:
                yield event.args["party"]
