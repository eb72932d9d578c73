"""Organisations, their GS1 prefixes, their API keys and kept signing keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from ledger.domain.organisations import ApiKey, Organisation, Role, Scope
from ledger.storage.tables import api_keys, organisations, prefixes

_CHUNK: Final = 400


class Organisations:
    """Reads and writes of organisations and their keys."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, organisation: Organisation, keystore: dict[str, Any] | None, owned: Iterable[str]) -> None:
        """Keep a new organisation, its encrypted signing key if the operator holds it, and its prefixes."""
        o = organisation
        self._db.execute(
            insert(organisations).values(
                id=o.id,
                slug=o.slug,
                name=o.name,
                role=o.role.value,
                domain=o.domain,
                programme_start=o.programme_start,
                party=o.party,
                address=o.address,
                keystore=keystore,
                created_at=o.created_at,
            )
        )
        rows = [{"prefix": prefix, "organisation": o.id} for prefix in owned]
        if rows:
            self._db.execute(insert(prefixes), rows)

    def get(self, name: str) -> Organisation | None:
        """By id or slug."""
        return self._one((organisations.c.id == name) | (organisations.c.slug == name))

    def by_party(self, party: int) -> Organisation | None:
        """By number on the chain."""
        return self._one(organisations.c.party == party)

    def all(self) -> list[Organisation]:
        """Every organisation, by name."""
        return [_organisation(row) for row in self._db.execute(select(organisations).order_by(organisations.c.name))]

    def set_party(self, id: str, party: int | None) -> None:
        """Note the number the chain gave it."""
        self._db.execute(update(organisations).where(organisations.c.id == id).values(party=party))

    def lock(self, id: str) -> None:
        """Hold the organisation's row until the transaction ends, so that numbers are given out one at a time."""
        self._db.execute(select(organisations.c.id).where(organisations.c.id == id).with_for_update())

    def keystore(self, id: str) -> dict[str, Any] | None:
        """The encrypted signing key (Web3 Secret Storage), if the operator keeps it."""
        row = self._db.execute(select(organisations.c.keystore).where(organisations.c.id == id)).first()
        return None if row is None else row.keystore

    def prefixes(self, id: str) -> list[str]:
        """The GS1 company prefixes it holds."""
        query = select(prefixes.c.prefix).where(prefixes.c.organisation == id).order_by(prefixes.c.prefix)
        return list(self._db.scalars(query))

    def prefix_holder(self, gtin: str) -> Organisation | None:
        """Who holds the longest prefix of a GTIN-14 (after its indicator digit)."""
        candidates = [gtin[1 : 1 + length] for length in range(4, 13)]
        query = (
            select(organisations, prefixes.c.prefix)
            .join(prefixes, prefixes.c.organisation == organisations.c.id)
            .where(prefixes.c.prefix.in_(candidates))
        )
        rows = sorted(self._db.execute(query), key=lambda row: len(row.prefix))
        return _organisation(rows[-1]) if rows else None

    def prefix_holders(self, gtins: Collection[str]) -> dict[str, Organisation | None]:
        """The same of many, by GTIN."""
        begins = {gtin: [gtin[1 : 1 + length] for length in range(12, 3, -1)] for gtin in gtins}
        asked = sorted({prefix for ones in begins.values() for prefix in ones})
        held: dict[str, Organisation] = {}
        for start in range(0, len(asked), _CHUNK):
            query = (
                select(organisations, prefixes.c.prefix)
                .join(prefixes, prefixes.c.organisation == organisations.c.id)
                .where(prefixes.c.prefix.in_(asked[start : start + _CHUNK]))
            )
            held |= {row.prefix: _organisation(row) for row in self._db.execute(query)}
        return {gtin: next((held[one] for one in ones if one in held), None) for gtin, ones in begins.items()}

    def prefixes_within(self, prefix: str) -> list[Organisation]:
        """Who holds a longer prefix that begins with this one (at most 10)."""
        query = (
            select(organisations)
            .join(prefixes, prefixes.c.organisation == organisations.c.id)
            .where(prefixes.c.prefix.startswith(prefix, autoescape=True))
            .limit(10)
        )
        return [_organisation(row) for row in self._db.execute(query)]

    def add_api_key(self, key: ApiKey, hash: bytes) -> None:
        """Keep a key's hash; the secret itself is never stored."""
        self._db.execute(
            insert(api_keys).values(
                id=key.id,
                organisation=key.organisation,
                label=key.label,
                hash=hash,
                last4=key.last4,
                scopes=sorted(key.scopes),
                created_at=key.created_at,
                sandbox=key.sandbox,
            )
        )

    def api_key(self, hash: bytes) -> ApiKey | None:
        """The key in force with this hash."""
        row = self._db.execute(select(api_keys).where(api_keys.c.hash == hash, api_keys.c.revoked_at.is_(None))).first()
        return None if row is None else _api_key(row)

    def api_key_in_force(self, id: str) -> ApiKey | None:
        """The key of this id, unless it was ended."""
        row = self._db.execute(select(api_keys).where(api_keys.c.id == id, api_keys.c.revoked_at.is_(None))).first()
        return None if row is None else _api_key(row)

    def api_keys(self, organisation: str) -> list[ApiKey]:
        """All keys of an organisation, newest first."""
        query = select(api_keys).where(api_keys.c.organisation == organisation).order_by(api_keys.c.id.desc())
        return [_api_key(row) for row in self._db.execute(query)]

    def revoke_api_key(self, organisation: str, id: str, at: int) -> bool:
        """End a key; False where the organisation has no such key in force."""
        changed = self._db.execute(
            update(api_keys)
            .where(api_keys.c.id == id, api_keys.c.organisation == organisation, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return bool(changed.rowcount)

    def _one(self, condition: Any) -> Organisation | None:
        row = self._db.execute(select(organisations).where(condition)).first()
        return None if row is None else _organisation(row)


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(
        id=row.id,
        slug=row.slug,
        name=row.name,
        role=Role(row.role),
        domain=row.domain,
        address=row.address,
        created_at=row.created_at,
        party=row.party,
        programme_start=row.programme_start,
        keeps_key=row.keystore is not None,
    )


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        organisation=row.organisation,
        label=row.label,
        last4=row.last4,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        sandbox=bool(row.sandbox),
    )
