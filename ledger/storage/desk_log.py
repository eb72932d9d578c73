"""The desk's log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import rfc8785
from sqlalchemy import Connection, Row, insert, select, update

from ledger.domain.desk_log import GENESIS, MOST_BYTES, Entry, sealed
from ledger.domain.errors import Invalid, TooLarge
from ledger.storage.tables_desk import desk_log, desk_log_head


class DeskLog:
    """Appends to the log and reads from it. Writers come one at a time (`engine`), so numbers are dense."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._head: tuple[int, bytes] | None = None
        """What this transaction has appended last: nobody else writes meanwhile."""

    def append(self, kind: str, organisation: str, subject: str, body: Mapping[str, Any], now: int) -> Entry:
        """Seal one more entry. Raises TooLarge beyond `MOST_BYTES`, Invalid for what JSON cannot hold."""
        try:
            text = rfc8785.dumps(dict(body))
        except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
            raise Invalid("This cannot be kept in the desk's log: it holds what JSON has no form for.") from error
        if len(text) > MOST_BYTES:
            raise TooLarge(f"This is too much for one entry of the desk's log: at most {MOST_BYTES:,} bytes.")
        before, previous = self._head or self.head()
        number = before + 1
        entry = sealed(number, now, kind, organisation, subject, text.decode(), previous)
        self._db.execute(
            insert(desk_log).values(
                number=entry.number,
                at=entry.at,
                kind=entry.kind,
                organisation=entry.organisation,
                subject=entry.subject,
                body=entry.body,
                previous=entry.previous,
                hash=entry.hash,
            )
        )
        head = {"number": entry.number, "hash": entry.hash}
        if number == 1:
            self._db.execute(insert(desk_log_head).values(id=1, **head))
        else:
            self._db.execute(update(desk_log_head).values(**head))
        self._head = entry.number, entry.hash
        return entry

    def entries(
        self,
        after: int,
        limit: int,
        *,
        kinds: Collection[str] | None = None,
        subject: str | None = None,
        organisations: Collection[str] | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[Entry]:
        """Entries beyond a number, in order."""
        query = select(desk_log).where(desk_log.c.number > after).order_by(desk_log.c.number).limit(limit)
        if kinds is not None:
            query = query.where(desk_log.c.kind.in_(sorted(kinds)))
        if subject is not None:
            query = query.where(desk_log.c.subject == subject)
        if organisations is not None:
            query = query.where(desk_log.c.organisation.in_(sorted(organisations)))
        if since is not None:
            query = query.where(desk_log.c.at >= since)
        if until is not None:
            query = query.where(desk_log.c.at < until)
        return [_entry(row) for row in self._db.execute(query)]

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest entry; 0 and `GENESIS` of an empty log."""
        row = self._db.execute(select(desk_log_head)).first()
        return (0, GENESIS) if row is None else (row.number, row.hash)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)
