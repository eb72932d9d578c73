"""Letters that go out, and what became of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ledger.domain.mails import KeptMail, Outcome
from ledger.storage.tables_mails import mails


class Mails:
    """Reads and writes of letters that go out."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, new: KeptMail) -> None:
        """Keep a letter to be sent."""
        self._db.execute(insert(mails).values(**{name: getattr(new, name) for name in KeptMail.__slots__}))

    def get(self, id: str) -> KeptMail | None:
        """By id."""
        row = self._db.execute(select(mails).where(mails.c.id == id)).first()
        return None if row is None else _mail_of(row)

    def due(self, now: int) -> KeptMail | None:
        """The letter that has been due longest."""
        query = (
            select(mails)
            .where(mails.c.outcome == Outcome.WAITING, mails.c.next_try_at <= now)
            .order_by(mails.c.next_try_at, mails.c.id)
            .limit(1)
        )
        row = self._db.execute(query).first()
        return None if row is None else _mail_of(row)

    def postpone(self, id: str, tries: int, next_try_at: int) -> None:
        """Note a try, and when the next is due."""
        self._db.execute(update(mails).where(mails.c.id == id).values(tries=tries, next_try_at=next_try_at))

    def note_reply(self, id: str, reply: int | None) -> None:
        """Keep what the mail server last said, as a number."""
        self._db.execute(update(mails).where(mails.c.id == id).values(reply=reply))

    def done(self, id: str, outcome: Outcome, at: int, reply: int | None = None) -> None:
        """Note what became of a letter, and forget what was in it."""
        self._db.execute(
            update(mails).where(mails.c.id == id).values(outcome=outcome, done_at=at, reply=reply, sealed=None)
        )

    def waiting(self) -> tuple[int, int | None]:
        """How many letters wait, and when the oldest of them came."""
        query = select(func.count(), func.min(mails.c.created_at)).where(mails.c.outcome == Outcome.WAITING)
        count, oldest = self._db.execute(query).one()
        return count, oldest

    def failed_since(self, at: int) -> int:
        """How many were refused or given up since `at`."""
        query = select(func.count()).where(
            mails.c.outcome.in_((Outcome.REFUSED, Outcome.GIVEN_UP)), mails.c.done_at >= at
        )
        return self._db.scalar(query) or 0

    def forget_before(self, at: int) -> None:
        """Forget what became of letters that were done before `at`."""
        self._db.execute(delete(mails).where(mails.c.done_at < at))


def _mail_of(row: Row[Any]) -> KeptMail:
    return KeptMail(**dict(row._mapping) | {"outcome": Outcome(row.outcome)})
