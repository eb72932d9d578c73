"""Acts that need two people: what is proposed, who approved, and what came of each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from ledger.domain.two_people import Act, Approval, Proposal, Subject
from ledger.storage.tables_joining import proposal_approvals, proposal_subjects, proposals

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

    def untold(self) -> Proposal | None:
        """The oldest signed proposal whose owners have not been told yet, later ones first looked at last."""
        p = proposals.c
        query = select(proposals).where(p.signed_at.is_not(None), p.told_at.is_(None)).order_by(p.signed_at, p.id)
        return self._one(query.limit(1))

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


def _subject_row(proposal: str, one: Subject) -> dict[str, Any]:
    item = None if one.item is None else one.item.to_bytes(32, "big")
    return {"proposal": proposal, "position": one.position, "item": item, "batch": one.batch}


def _subject(row: Row[Any]) -> Subject:
    item = None if row.item is None else int.from_bytes(row.item, "big")
    return Subject(row.position, item, row.batch, row.statement, row.problem, row.told_at)
