"""A seller's appeal, by the link that the platform passes on to them."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.desk import cases_acts as acts
from ledger.domain.desk.cases import Case, Side
from ledger.domain.desk.cases_acts import Act
from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.services.desk.case_act import on_case
from ledger.services.desk.case_counter import case_behind
from ledger.services.desk.case_write import keep_text
from ledger.services.desk.cases_port import Kept
from ledger.services.ports import Ledger, Tx


def appeal_by_link(ledger: Ledger, secret: str, text: str) -> tuple[Kept, Case]:
    """Ask for another look. Raises Unknown, Conflict, Invalid."""
    if not text.strip():
        raise Invalid(said("Say what was decided wrongly, and why."))
    kept, _case = case_behind(ledger, secret)

    def making(tx: Tx, _kept: Kept, case: Case, now: int) -> Sequence[Act]:
        return acts.appeal(case, now, Side.SELLER, texts=keep_text(tx, kept.id, "appeal_seller", text, now))

    return on_case(ledger, kept.id, "", making, lambda _tx, _kept: True)
