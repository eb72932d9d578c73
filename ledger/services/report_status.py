"""An owner's report: lost, stolen, found. Signed by the owner alone; the words behind it stay here."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.errors import Conflict
from ledger.domain.said import said
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import find_listed


def draft_report(
    ledger: Ledger, gtin: str, serial: str, kind: OwnerReportKind, words: Mapping[str, str | None]
) -> Draft:
    """The report for the owner to sign and submit. Raises Conflict where the item has no owner, Unknown for none."""
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        if not subject.claimed:
            raise Conflict(said("This item has no owner yet, so nobody can speak for it as its owner. Ask the brand."))
        given = {"item": subject.item.item, "kind": int(kind), "ref": keep_reference(ledger, tx, words)}
        return draft_in(ledger, tx, Kind.OWNER_REPORT, given)
