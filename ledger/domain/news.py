"""Which flag a statement or an event raises: what counts as news of an item, before and after it is accepted."""

from __future__ import annotations

from typing import Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind, Statement

_BAD_MARKS: Final = {
    MarkKind.THEFT: Flag.BRAND_THEFT,
    MarkKind.DISPUTE: Flag.BRAND_DISPUTE,
    MarkKind.RECALL: Flag.RECALLED,
    MarkKind.VOID: Flag.VOID,
}
BAD_BATCH_MARKS: Final = {MarkKind.RECALL_BATCH: BatchFlag.RECALLED, MarkKind.VOID_BATCH: BatchFlag.VOID}
_COUNCILS: Final = {Flag.BRAND_THEFT: Flag.COUNCIL_THEFT, Flag.BRAND_DISPUTE: Flag.COUNCIL_DISPUTE}


def flag_of_statement(statement: Statement, *, claimed: bool) -> Flag | None:
    """The flag that a statement under way will raise: bad news counts at once, and a claim makes us wait for it."""
    if statement.kind is Kind.CLAIM:
        return Flag.CLAIMED
    if statement.kind is Kind.MARK:
        flag = _BAD_MARKS.get(MarkKind(int(statement.values["kind"])))
        return _COUNCILS.get(flag, flag) if flag and statement.party == 0 else flag
    if statement.kind is Kind.OWNER_REPORT:
        kind = OwnerReportKind(int(statement.values["kind"]))
        return {OwnerReportKind.LOST: Flag.LOST, OwnerReportKind.STOLEN: Flag.STOLEN}.get(kind)
    if statement.kind is Kind.RETIRE:
        return Flag.RETIRED
    if statement.kind is Kind.REPLACE_CLAIM and claimed:
        return Flag.RECOVERY_OPEN
    if statement.kind is Kind.CONTEST:
        return Flag.REGISTERED_TWICE
    return None


def flag_of_event(event: ChainEvent) -> Flag | None:
    """The flag that an event raised."""
    if event.name == "Marked":
        flag = _BAD_MARKS.get(MarkKind(event.args["kind"]))
        return _COUNCILS.get(flag, flag) if flag and event.args["party"] == 0 else flag
    if event.name == "OwnerReported":
        kind = OwnerReportKind(event.args["kind"])
        return {OwnerReportKind.LOST: Flag.LOST, OwnerReportKind.STOLEN: Flag.STOLEN}.get(kind)
    return {
        "Claimed": Flag.CLAIMED,
        "Retired": Flag.RETIRED,
        "Contested": Flag.REGISTERED_TWICE,
        "RecoveryOpened": Flag.RECOVERY_OPEN,
        "RecoveryCompleted": Flag.RECOVERED,
        "ItemAmended": Flag.AMENDED,
    }.get(event.name)
