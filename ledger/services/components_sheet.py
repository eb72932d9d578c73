"""Serials of parts compared while a sheet is filled in; what was found can become part of the opinion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.domain.components import Seen
from ledger.domain.errors import Conflict
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.domain.sheets import SheetState
from ledger.services.components_check import Checked, check_parts
from ledger.services.inspect_sheets import draft_of
from ledger.services.ports import Ledger


def check_for_sheet(ledger: Ledger, caller: Caller, id: str, seen: Sequence[Seen], *, keep: bool) -> Checked:
    """Compare serials for a draft of one's own; with `keep`, what was found is put into the sheet, never a serial.

    Raises Conflict for a thing without a code and for a sheet that is committed; the rest as `check_parts`.
    """
    with ledger.store.read() as tx:
        sheet = draft_of(tx, caller, id)
    if sheet.item is None:
        raise Conflict(said("This thing has no record here, so there are no serials to compare with."))
    found = check_parts(ledger, caller, sheet.gtin, sheet.serial, seen)
    if keep:
        with ledger.store.write() as tx:
            sheet = draft_of(tx, caller, id)
            parts = {**sheet.told.parts, **{one.part: one.found.value for one in found.answers}}
            told = replace(sheet.told, parts=parts)
            tx.sheets.change(replace(sheet, told=told, updated_at=ledger.now()), SheetState.DRAFT)
    return found


def forget_for_sheet(ledger: Ledger, caller: Caller, id: str) -> None:
    """Take what was found of parts off a draft. The questions stay counted and kept."""
    with ledger.store.write() as tx:
        sheet = draft_of(tx, caller, id)
        told = replace(sheet.told, parts={})
        tx.sheets.change(replace(sheet, told=told, updated_at=ledger.now()), SheetState.DRAFT)
