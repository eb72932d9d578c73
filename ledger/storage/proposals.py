"""Acts that need two people: what is proposed, who approved, and what came of each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from ledger.domain.two_people import Act, Approval, Proposal, Subject
from ledger.services.proposals_port import Holder
from ledger.storage.tables import item_versions, items
from ledger.storage.tables_joining import proposal_approvals, proposal_subjects, proposals
from ledger.storage.tables_people import holdings, people

_CHUNK = 400
_MOST_HOLDERS = 100_000
_COUNTED = ("done", "refused", "subjects", "approvals")


class Proposals:
    """Reads and writes of proposals and what they are about."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, one: Proposal, subjects: Sequence[Subject]) -> None:
        """Keep a new proposal with what it is about."""
        values = {field.name: getattr(one, field.name) for field in fields(one) if field.name not in _COUNTED}
        self._db.execute(insert(proposals).values(**values))
        self._db.execute(insert(proposal_subjects), [_subject_row(one.id, subject) for subject in subjects])

    def get(self, id: str) -> Proposal | None:
        """By id, with its approvals and how much of it is done."""
        return self._one(select(proposals).where(proposals.c.id == id))

    def page(self, organisation: str, before: str | None, limit: int) -> list[Proposal]:
        """An organisation's proposals, newest first, older than the cursor."""
        query = select(proposals).where(proposals.c.organisation == organisation).order_by(proposals.c.id.desc())
        if before:
            query = query.where(proposals.c.id < before)
        return [self._proposal(row) for row in self._db.execute(query.limit(limit))]

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a proposal."""
        self._db.execute(update(proposals).where(proposals.c.id == id).values(**values))

    def approve(self, id: str, person: str, at: int) -> None:
        """Note a member's yes."""
        self._db.execute(insert(proposal_approvals).values(proposal=id, person=person, at=at))

    def due(self, approved_before: int) -> Proposal | None:
        """The oldest proposal whose time to be taken back is over, and that is not signed yet."""
        p = proposals.c
        query = select(proposals).where(
            p.approved_at <= approved_before, p.taken_back_at.is_(None), p.signed_at.is_(None)
        )
        return self._one(query.order_by(p.approved_at, p.id).limit(1))

    def untold(self, limit: int) -> list[Proposal]:
        """Signed proposals of which not everybody has been told yet, oldest first."""
        p = proposals.c
        query = select(proposals).where(p.signed_at.is_not(None), p.told_at.is_(None)).order_by(p.signed_at, p.id)
        return [self._proposal(row) for row in self._db.execute(query.limit(limit))]

    def untold_subjects(self, id: str, limit: int) -> list[Subject]:
        """What was signed and nobody was told of yet."""
        s = proposal_subjects.c
        query = select(proposal_subjects).where(s.proposal == id, s.statement.is_not(None), s.told_at.is_(None))
        return [_subject(row) for row in self._db.execute(query.order_by(s.position).limit(limit))]

    def items_of_line(self, batch: str, gtin: str, limit: int) -> list[int]:
        """The items of a batch that have this GTIN."""
        query = select(items.c.item).where(items.c.batch_id == batch, items.c.gtin == gtin)
        found = self._db.scalars(query.order_by(items.c.position).limit(limit))
        return [int.from_bytes(one, "big") for one in found]

    def holders(self, *, batches: Sequence[str] = (), items: Sequence[int] = ()) -> list[Holder]:
        """Who holds items of some batches, or some items, now, and has given an address (at most 100,000)."""
        h, p, v = holdings.c, people.c, item_versions.c
        newest = (
            select(v.holder).where(v.item == h.item).order_by(v.block.desc(), v.log_index.desc()).limit(1)
        ).scalar_subquery()
        told = (
            select(h.item, p.id, p.email, p.language)
            .join(people, p.id == h.person)
            .where(p.email.is_not(None), h.address == newest)
            .order_by(h.item)
            .limit(_MOST_HOLDERS)
        )
        chunks = [told.where(h.item.in_(_of_batches(batches)))] if batches else []
        names = [one.to_bytes(32, "big") for one in items]
        chunks += [told.where(h.item.in_(names[at : at + _CHUNK])) for at in range(0, len(names), _CHUNK)]
        return [
            Holder(int.from_bytes(row.item, "big"), row.id, row.email, row.language)
            for query in chunks
            for row in self._db.execute(query)
        ]

    def subjects(self, id: str, after: int, limit: int) -> list[Subject]:
        """What a proposal is about, in order, from beyond a position."""
        s = proposal_subjects.c
        query = select(proposal_subjects).where(s.proposal == id, s.position > after).order_by(s.position)
        return [_subject(row) for row in self._db.execute(query.limit(limit))]

    def open_subjects(self, id: str, limit: int) -> list[Subject]:
        """Those that are neither signed nor refused."""
        s = proposal_subjects.c
        query = select(proposal_subjects).where(s.proposal == id, s.statement.is_(None), s.problem.is_(None))
        return [_subject(row) for row in self._db.execute(query.order_by(s.position).limit(limit))]

    def change_subject(self, id: str, position: int, **values: Any) -> None:
        """Set columns of one of them."""
        s = proposal_subjects.c
        self._db.execute(update(proposal_subjects).where(s.proposal == id, s.position == position).values(**values))

    def _one(self, query: Any) -> Proposal | None:
        row = self._db.execute(query).first()
        return None if row is None else self._proposal(row)

    def _proposal(self, row: Row[Any]) -> Proposal:
        a, s = proposal_approvals.c, proposal_subjects.c
        yes = self._db.execute(select(a.person, a.at).where(a.proposal == row.id).order_by(a.at))
        count = select(func.count(), func.count(s.statement), func.count(s.problem)).where(s.proposal == row.id)
        total, done, refused = self._db.execute(count).one()
        found = {name: value for name, value in row._mapping.items() if name != "told_at"} | {"act": Act(row.act)}
        approvals = [Approval(one.person, one.at) for one in yes]
        return Proposal(**found, done=done, refused=refused, subjects=total, approvals=approvals)


def _of_batches(batches: Sequence[str]) -> Any:
    return select(items.c.item).where(items.c.batch_id.in_(list(batches)))


def _subject_row(proposal: str, one: Subject) -> dict[str, Any]:
    item = None if one.item is None else one.item.to_bytes(32, "big")
    return {"proposal": proposal, "position": one.position, "item": item, "batch": one.batch}


def _subject(row: Row[Any]) -> Subject:
    item = None if row.item is None else int.from_bytes(row.item, "big")
    return Subject(row.position, item, row.batch, row.statement, row.problem, row.told_at)
