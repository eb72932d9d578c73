"""Inspection sheets, own checklists, desks and shown names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ledger.domain.checklists import Checklist, read_checklist
from ledger.domain.errors import Invalid
from ledger.domain.inspections import InspectionFacts
from ledger.domain.sheets import Sheet, SheetState, told_from_json, told_to_json
from ledger.domain.statements import RecordKind
from ledger.domain.track_record import Entry
from ledger.services.sheets_port import Desk, SignedSheet
from ledger.storage.chain_rows import event_of
from ledger.storage.ready import Among
from ledger.storage.tables import blocks, events
from ledger.storage.tables_sheets import checklists, desks, sheets, shown_names

_MOST_ENTRIES: Final = 200_000
_PLAIN: Final = (
    "id", "organisation", "person", "case", "gtin", "serial", "about", "salt", "commitment", "nonce", "statement",
    "statement_hash", "created_at", "updated_at", "committed_at", "signed_at",
)  # fmt: skip


_BEHIND: Final = Among(
    select(sheets.c.statement_hash, sheets.c.organisation, sheets.c.person, shown_names.c.name).outerjoin(
        shown_names,
        (shown_names.c.organisation == sheets.c.organisation) & (shown_names.c.person == sheets.c.person),
    ),
    sheets.c.statement_hash,
)


class Sheets:
    """Reads and writes of sheets and what belongs to a desk."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, sheet: Sheet) -> None:
        """Keep a new sheet."""
        self._db.execute(insert(sheets).values(**_values(sheet)))

    def get(self, id: str) -> Sheet | None:
        """By id."""
        row = self._db.execute(select(sheets).where(sheets.c.id == id)).first()
        return None if row is None else _sheet(row)

    def change(self, sheet: Sheet, was: SheetState) -> bool:
        """Keep all of a sheet; False, and nothing kept, where it is not in the state `was` any more."""
        query = update(sheets).where(sheets.c.id == sheet.id, sheets.c.state == was)
        return self._db.execute(query.values(**_values(sheet))).rowcount == 1

    def drop(self, id: str) -> bool:
        """Forget a draft; False where it is none."""
        query = delete(sheets).where(sheets.c.id == id, sheets.c.state == SheetState.DRAFT)
        return self._db.execute(query).rowcount == 1

    def case(self, case: str) -> list[Sheet]:
        """The sheets of a case, in the order in which they were begun."""
        query = select(sheets).where(sheets.c.case == case).order_by(sheets.c.created_at, sheets.c.id)
        return [_sheet(row) for row in self._db.execute(query)]

    def page(self, organisation: str, states: Sequence[SheetState], most: int = 100) -> list[Sheet]:
        """An organisation's sheets in some states, the last changed first."""
        query = (
            select(sheets)
            .where(sheets.c.organisation == organisation, sheets.c.state.in_([str(one) for one in states]))
            .order_by(sheets.c.updated_at.desc(), sheets.c.id.desc())
            .limit(most)
        )
        return [_sheet(row) for row in self._db.execute(query)]

    def highest_nonce(self, organisation: str) -> int:
        """The highest number kept for a record of its sheets, 0 where there is none."""
        query = select(func.max(sheets.c.nonce)).where(sheets.c.organisation == organisation)
        return self._db.scalar(query) or 0

    def behind(self, statement_hash: bytes) -> SignedSheet | None:
        """The sheet whose record a statement is."""
        return self.all_behind([statement_hash]).get(statement_hash)

    def all_behind(self, hashes: Collection[bytes]) -> dict[bytes, SignedSheet]:
        """The same for some hundreds of statements, those that a sheet is behind."""
        return {
            row.statement_hash: SignedSheet(row.organisation, row.person, row.name or "")
            for row in _BEHIND.all(self._db, hashes)
        }

    def keep_checklist(self, organisation: str, checklist: Checklist, now: int) -> None:
        """Keep the newest version of an own list."""
        values = {"version": checklist.version, "body": checklist.as_json(), "updated_at": now}
        mine = (checklists.c.organisation == organisation, checklists.c.id == checklist.id)
        if not self._db.execute(update(checklists).where(*mine).values(**values)).rowcount:
            self._db.execute(insert(checklists).values(organisation=organisation, id=checklist.id, **values))

    def drop_checklist(self, organisation: str, id: str) -> bool:
        """Offer an own list no more; sheets keep their copies."""
        query = delete(checklists).where(checklists.c.organisation == organisation, checklists.c.id == id)
        return self._db.execute(query).rowcount == 1

    def checklists(self, organisation: str) -> list[Checklist]:
        """An organisation's own lists, by id."""
        query = select(checklists.c.body).where(checklists.c.organisation == organisation).order_by(checklists.c.id)
        return [read_checklist(body, organisation) for body in self._db.scalars(query)]

    def desk(self, organisation: str) -> Desk:
        """How its desk is set."""
        row = self._db.execute(select(desks).where(desks.c.organisation == organisation)).first()
        return Desk() if row is None else Desk(row.people_only, row.place)

    def set_desk(self, organisation: str, desk: Desk) -> None:
        """Set it."""
        values = {"people_only": desk.people_only, "place": desk.place}
        if not self._db.execute(update(desks).where(desks.c.organisation == organisation).values(**values)).rowcount:
            self._db.execute(insert(desks).values(organisation=organisation, **values))

    def shown_name(self, organisation: str, person: str) -> str:
        """The name that somebody shows, empty where they show none."""
        mine = (shown_names.c.organisation == organisation, shown_names.c.person == person)
        return self._db.scalar(select(shown_names.c.name).where(*mine)) or ""

    def show_name(self, organisation: str, person: str, name: str) -> None:
        """Show a name; an empty one shows none."""
        mine = (shown_names.c.organisation == organisation, shown_names.c.person == person)
        self._db.execute(delete(shown_names).where(*mine))
        if name:
            self._db.execute(insert(shown_names).values(organisation=organisation, person=person, name=name))

    def entries_of(self, party: int, final: int) -> list[Entry]:
        """Every record, up to a block, of the items that a party has inspected (at most 200,000)."""
        mine = select(events.c.item).where(events.c.party == party, events.c.name == "Recorded").distinct()
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(events.c.name == "Recorded", events.c.block <= final, events.c.item.in_(mine))
            .order_by(events.c.block, events.c.log_index)
            .limit(_MOST_ENTRIES)
        )
        return [_entry(row) for row in self._db.execute(query)]


def _values(sheet: Sheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in _PLAIN} | {
        "checklist": sheet.checklist.as_json(),
        "owner": sheet.checklist.owner,
        "item": None if sheet.item is None else sheet.item.to_bytes(32, "big"),
        "state": str(sheet.state),
        "told": told_to_json(sheet.told),
    }


def _sheet(row: Row[Any]) -> Sheet:
    return Sheet(
        **{name: getattr(row, name) for name in _PLAIN},
        checklist=read_checklist(row.checklist, row.owner),
        item=None if row.item is None else int.from_bytes(row.item, "big"),
        state=SheetState(row.state),
        told=told_from_json(row.told),
    )


def _entry(row: Row[Any]) -> Entry:
    event = event_of(row)
    args, kind = event.args, RecordKind(event.args["kind"])
    facts = None
    if kind in (RecordKind.INSPECTION, RecordKind.CORRECTION):
        try:
            facts = InspectionFacts.unpack(args["facts"])
        except Invalid:
            facts = None
    place = (event.block, event.log_index)
    return Entry(int(event.item or 0), args["party"], args["nonce"], kind, args["about"], place, facts)
