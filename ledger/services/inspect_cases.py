"""Committing an opinion, and what follows from it: earlier opinions become visible, another person may be needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import rfc8785

from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.domain.second_look import Outcome, Seen, Step, may_look, outcome
from ledger.domain.sheets import Sheet, SheetState, gaps, opinion_of, report_of
from ledger.services.inspect_sheets import begin_sheet, draft_of, join_case, need_inspector, own_sheet
from ledger.services.ports import Ledger, Tx

_MOST_REPORT = 32 * 1024
"""Bytes of a report: with everything else it has to fit into the address of the signing page."""
_GIVEN = (SheetState.COMMITTED, SheetState.SIGNED)


@dataclass(frozen=True, slots=True)
class Case:
    """The opinions given on one item by one organisation's people, and what follows from them."""

    sheets: tuple[Sheet, ...]
    """Those that were committed and count, in order."""
    outcome: Outcome
    open: tuple[Sheet, ...] = ()
    """Drafts of people who are looking now."""

    @property
    def signed(self) -> Sheet | None:
        """The sheet whose record says what the case came to."""
        return next((one for one in self.sheets if one.statement_hash is not None), None)


def opinion_hash(ledger: Ledger, sheet: Sheet, salt: bytes) -> bytes:
    """keccak256(salt ‖ canonical JSON of the opinion) (RFC 8785)."""
    return ledger.keccak(salt + rfc8785.dumps(opinion_of(sheet)))


def case_of(tx: Tx, case: str) -> Case:
    """A case as it stands."""
    return _case(tx.sheets.case(case))


def _case(all_sheets: Sequence[Sheet]) -> Case:
    given = sorted((one for one in all_sheets if one.state in _GIVEN), key=lambda one: (one.committed_at or 0, one.id))
    # Whoever had their account deleted stays somebody: another person than the others, under the sheet's own name.
    seen = [Seen(one.person or one.id, one.told.authenticity) for one in given if one.told.authenticity is not None]
    high_value = any(one.told.high_value for one in given)
    drafts = tuple(one for one in all_sheets if one.state is SheetState.DRAFT)
    return Case(tuple(given), outcome(seen, high_value=high_value), drafts)


def commit(ledger: Ledger, caller: Caller, id: str) -> Sheet:
    """Freeze a complete sheet under the salted hash of its opinion.

    Raises Invalid that names every gap, Conflict where it is committed already or the case needs no opinion any more.
    """
    with ledger.store.write() as tx:
        sheet = draft_of(tx, caller, id)
        missing = gaps(sheet)
        if missing:
            faults = [Fault(one.place, one.words) for one in missing]
            raise Invalid(said("The sheet is not complete yet."), faults=faults)
        if len(rfc8785.dumps(report_of(sheet, [bytes(32)] * 3))) > _MOST_REPORT:
            raise Invalid(said("The words of this sheet are too long to be signed. Shorten the longest of them."))
        _need_room(tx, sheet)
        salt = ledger.random(16)
        committed = replace(
            sheet,
            state=SheetState.COMMITTED,
            salt=salt,
            commitment=opinion_hash(ledger, sheet, salt),
            committed_at=ledger.now(),
            updated_at=ledger.now(),
        )
        tx.sheets.change(committed, SheetState.DRAFT)
        return committed


def _need_room(tx: Tx, sheet: Sheet) -> None:
    if sheet.case == sheet.id:
        return
    case = case_of(tx, sheet.case)
    # Where the others have set their opinions aside, this one is the first.
    if case.outcome.step not in (Step.OPINION, Step.SECOND, Step.THIRD):
        raise Conflict(
            said("Colleagues have finished this case meanwhile. Your draft stays; begin another sheet if you wish.")
        )
    if not may_look(sheet.person, [one.person for one in case.sheets]):
        raise Forbidden(said("You have given your opinion on this case. Somebody else has to look."))


def waiting_cases(ledger: Ledger, caller: Caller) -> list[Sheet]:
    """Cases that wait for another person, as the first sheet of each; only those that the caller may look at.

    Whether it is a second or a third person is not told: it would say that two disagree.
    """
    person = need_inspector(caller)
    with ledger.store.read() as tx:
        found = tx.sheets.page(caller.organisation.id, [SheetState.COMMITTED])
        waiting: list[Sheet] = []
        for name in dict.fromkeys(one.case for one in found):
            case = case_of(tx, name)
            looked = [one.person for one in (*case.sheets, *case.open)]
            if case.outcome.step in (Step.SECOND, Step.THIRD) and may_look(person, looked):
                waiting.append(case.sheets[0])
        return waiting


def look_again(ledger: Ledger, caller: Caller, case: str) -> Sheet:
    """Begin the next blind sheet of a case. Raises Forbidden for somebody who has looked, Unknown, Conflict."""
    person = need_inspector(caller)
    with ledger.store.read() as tx:
        found = case_of(tx, case)
        if not found.sheets or found.sheets[0].organisation != caller.organisation.id:
            raise Unknown(said("There is no such case of yours."))
        mine = next((one for one in (*found.open, *found.sheets) if one.person == person), None)
    if mine is not None and mine.state is SheetState.DRAFT:
        return mine
    if not may_look(person, [one.person for one in found.sheets]):
        raise Forbidden(said("You have given your opinion on this case. Somebody else has to look."))
    if found.outcome.step not in (Step.SECOND, Step.THIRD):
        raise Conflict(said("This case waits for nobody any more."))
    first = found.sheets[0]
    owner = first.checklist.owner
    return join_case(ledger, caller, first, f"{owner}/{first.checklist.id}" if owner else first.checklist.id)


def seen_case(ledger: Ledger, caller: Caller, id: str) -> tuple[Sheet, Case]:
    """A committed sheet of the caller's own with the whole case: only now others' opinions are shown to them."""
    with ledger.store.read() as tx:
        sheet = own_sheet(tx, caller, id)
        if sheet.state is SheetState.DRAFT:
            raise Conflict(said("Commit your own opinion first; then the others are shown."))
        return sheet, case_of(tx, sheet.case)


def change_mind(ledger: Ledger, caller: Caller, id: str) -> Sheet:
    """Begin a new sheet instead of a committed one; the old case is kept and signs nothing any more.

    Raises Conflict where the case is signed already: then it takes a correction.
    """
    with ledger.store.write() as tx:
        sheet = own_sheet(tx, caller, id)
        case = case_of(tx, sheet.case)
        if case.signed is not None:
            raise Conflict(said("This is signed already. Correct the record instead; both stay in view."))
        for one in case.sheets:
            tx.sheets.change(replace(one, state=SheetState.SET_ASIDE, updated_at=ledger.now()), SheetState.COMMITTED)
    owner = sheet.checklist.owner
    listing = f"{owner}/{sheet.checklist.id}" if owner else sheet.checklist.id
    return begin_sheet(ledger, caller, (sheet.gtin, sheet.serial) if sheet.item else None, listing, about=sheet.about)
