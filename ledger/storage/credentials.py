"""Credential keys, and every credential that was issued."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, union, update

from ledger.domain.credentials import Credential, CredentialKey, CredentialKind
from ledger.domain.status_lists import REVOCATION
from ledger.storage.tables import events
from ledger.storage.tables_credentials import credential_keys as keys
from ledger.storage.tables_credentials import credentials


class Credentials:
    """Reads and writes of credential keys and of what was issued."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def keys(self, issuer: str) -> list[CredentialKey]:
        """An issuer's keys, the newest first."""
        query = (
            select(keys)
            .where(keys.c.issuer == issuer)
            .order_by(keys.c.created_at.desc(), keys.c.retired_at.is_not(None))
        )
        return [
            CredentialKey(row.kid, row.issuer, row.public, row.created_at, row.retired_at, row.stolen_at)
            for row in self._db.execute(query)
        ]

    def sealed(self, kid: str) -> bytes:
        """The encrypted private half of a key."""
        return bytes(self._db.execute(select(keys.c.sealed).where(keys.c.kid == kid)).scalar_one())

    def add_key(self, key: CredentialKey, sealed: bytes) -> None:
        """Keep a new key."""
        values = {"kid": key.kid, "issuer": key.issuer, "public": dict(key.public), "created_at": key.created_at}
        self._db.execute(insert(keys).values(**values, sealed=sealed))

    def end_keys(self, issuer: str, at: int, *, stolen: bool) -> None:
        """Sign no more with an issuer's keys; `stolen` ones are not published any more and all they signed ends."""
        mine = keys.c.issuer == issuer
        self._db.execute(update(keys).where(mine, keys.c.retired_at.is_(None)).values(retired_at=at))
        if stolen:
            self._db.execute(update(keys).where(mine, keys.c.stolen_at.is_(None)).values(stolen_at=at))
            signed = (credentials.c.issuer == issuer, credentials.c.revoked_at.is_(None))
            self._db.execute(update(credentials).where(*signed).values(_ended(at)))

    def add(self, new: Credential) -> None:
        """Keep one that was issued."""
        values = {column.name: getattr(new, column.name) for column in credentials.c}
        values |= {"kind": new.kind.value, "item": new.item.to_bytes(32, "big")}
        self._db.execute(insert(credentials).values(**values))

    def get(self, id: str) -> Credential | None:
        """By id."""
        row = self._db.execute(select(credentials).where(credentials.c.id == id)).first()
        return None if row is None else _credential(row)

    def change(self, id: str, **values: Any) -> None:
        """Set columns of one."""
        self._db.execute(update(credentials).where(credentials.c.id == id).values(**values))

    def revoke(self, id: str, at: int) -> None:
        """End one for good."""
        self._db.execute(update(credentials).where(credentials.c.id == id).values(_ended(at)))

    def live(self, item: int, kind: CredentialKind, statement: bytes | None) -> list[Credential]:
        """Those of an item that are not revoked, the newest first."""
        query = select(credentials).where(
            credentials.c.item == item.to_bytes(32, "big"),
            credentials.c.kind == kind.value,
            credentials.c.revoked_at.is_(None),
        )
        if statement is not None:
            query = query.where(credentials.c.statement == statement)
        order = credentials.c.issued_at.desc(), credentials.c.id
        return [_credential(row) for row in self._db.execute(query.order_by(*order))]

    def newest_pair(self, issuer: str) -> tuple[int, int]:
        """An issuer's newest pair of lists and how many places of it are given out; (1, 0) where there is none."""
        pair = self._db.scalar(select(func.max(credentials.c.pair)).where(credentials.c.issuer == issuer)) or 1
        counted = select(func.count()).where(credentials.c.issuer == issuer, credentials.c.pair == pair)
        return pair, self._db.scalar(counted) or 0

    def taken(self, issuer: str, pair: int, position: int) -> bool:
        """Whether a place is given out."""
        place = (credentials.c.issuer == issuer, credentials.c.pair == pair, credentials.c.position == position)
        return self._db.execute(select(credentials.c.id).where(*place)).first() is not None

    def positions(self, issuer: str, pair: int, purpose: str) -> list[int]:
        """The places that are revoked, or suspended and not revoked."""
        query = select(credentials.c.position).where(credentials.c.issuer == issuer, credentials.c.pair == pair)
        if purpose == REVOCATION:
            query = query.where(credentials.c.revoked_at.is_not(None))
        else:
            query = query.where(credentials.c.suspended_at.is_not(None), credentials.c.revoked_at.is_(None))
        return list(self._db.scalars(query))

    def to_check(self, since: int, now: int, after: str, limit: int) -> list[Credential]:
        """By id, beyond `after`: those that blocks above `since` may have changed, and those that wait."""
        newer = events.c.block > since
        named = select(credentials.c.id)
        # Each part by an index of its own: one condition over all would read every credential at every block.
        concerned = union(
            named.join(events, events.c.item == credentials.c.item).where(newer),
            named.join(events, events.c.batch == credentials.c.batch).where(newer, events.c.item.is_(None)),
            named.join(events, events.c.party == credentials.c.party).where(newer, events.c.name == "KeyCompromised"),
            named.where(credentials.c.unsettled),
            named.where(credentials.c.look_again_at <= now),
        ).subquery()
        query = select(credentials).where(
            credentials.c.id.in_(select(concerned.c.id)), credentials.c.id > after, credentials.c.revoked_at.is_(None)
        )
        return [_credential(row) for row in self._db.execute(query.order_by(credentials.c.id).limit(limit))]

    def due(self, now: int) -> bool:
        """Whether any waits for a time that has come."""
        waiting = (credentials.c.look_again_at <= now, credentials.c.revoked_at.is_(None))
        return self._db.execute(select(credentials.c.id).where(*waiting).limit(1)).first() is not None


def _ended(at: int) -> dict[str, Any]:
    """What is over is not looked at again."""
    return {"revoked_at": at, "unsettled": False, "look_again_at": None}


def _credential(row: Row[Any]) -> Credential:
    values = dict(row._mapping)
    return Credential(**values | {"kind": CredentialKind(row.kind), "item": int.from_bytes(row.item, "big")})
