"""The rights vault: rights, and what agents may do with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update

from ledger.domain.desk.rights import REMINDERS, USABLE, Authorisation, Right, RightKind, RightState
from ledger.domain.desk.rights_stating import name_key, number_key
from ledger.storage.tables_rights import right_agents, rights

_LISTS: Final = frozenset({"classes", "territories", "rights", "kinds"})
_DAYS: Final = frozenset({"from_day", "expires_on", "until"})
_KEPT: Final = tuple(field.name for field in fields(Right))


class Rights:
    """Reads and writes of rights, and of what agents may do with them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, right: Right) -> None:
        """Keep a new right."""
        values = _row({name: getattr(right, name) for name in _KEPT})
        self._db.execute(insert(rights).values(**values, **_keys(right.office, right.number, right.name)))

    def get(self, id: str) -> Right | None:
        """By id."""
        row = self._db.execute(select(rights).where(rights.c.id == id)).first()
        return None if row is None else _right(row)

    def several(self, ids: Collection[str]) -> dict[str, Right]:
        """Those of these ids that are known, by id (at most 1,000)."""
        query = select(rights).where(rights.c.id.in_(sorted(set(ids))[:1_000]))
        return {one.id: one for one in self._rights(query)}

    def of(self, organisation: str) -> list[Right]:
        """All rights of an organisation, the withdrawn ones too, oldest first."""
        return self._rights(select(rights).where(rights.c.owner == organisation).order_by(rights.c.id))

    def change(self, id: str, **values: Any) -> None:
        """Set fields of a right, by their names in `Right`."""
        before = self.get(id)
        assert before is not None
        told = {name: values.get(name, getattr(before, name)) for name in ("office", "number", "name")}
        if "changed_at" in values:
            values["changed_at"] = max(values["changed_at"], before.changed_at + 1)
        self._db.execute(update(rights).where(rights.c.id == id).values(**_row(values), **_keys(**told)))

    def numbered(self, kind: RightKind, office: str, number: str) -> list[Right]:
        """Rights that are not withdrawn with this number at this office, however it is written."""
        key = number_key(office, number)
        if not key:
            return []
        standing = rights.c.state != RightState.WITHDRAWN
        query = select(rights).where(rights.c.number_key == key, rights.c.kind == kind, standing)
        return self._rights(query.order_by(rights.c.id).limit(500))

    def named(self, kind: RightKind, name: str) -> list[Right]:
        """Rights that are not withdrawn whose name is this one but for case, spaces and signs (at most 500)."""
        standing = rights.c.state != RightState.WITHDRAWN
        query = select(rights).where(rights.c.name_key == name_key(name), rights.c.kind == kind, standing)
        return self._rights(query.order_by(rights.c.id).limit(500))

    def marks_in_force(self, day: date) -> list[Right]:
        """All trade marks that something may rest on that day, of everybody."""
        return self._rights(select(rights).where(*_marks_on(day)).order_by(rights.c.id))

    def count_marks(self, day: date) -> int:
        """How many those are."""
        return self._db.scalar(select(func.count()).where(*_marks_on(day))) or 0

    def marks_version(self) -> tuple[int, int]:
        """How many rights there are, and the sum of when each was changed, which every change raises."""
        row = self._db.execute(select(func.count(), func.sum(rights.c.changed_at)).select_from(rights)).one()
        return int(row[0]), int(row[1] or 0)

    def to_check(self) -> list[Right]:
        """What nobody has compared with the register yet, contested ones first, then oldest first (at most 500)."""
        open_ = rights.c.state.in_([RightState.CONTESTED, RightState.STATED])
        return self._rights(select(rights).where(open_).order_by(rights.c.state, rights.c.id).limit(500))

    def to_remind(self, day: date) -> list[Right]:
        """Rights in force for which a reminder is due that day, the first to end first (at most 500)."""
        r, told = rights.c, day.isoformat()
        # One of the reminders whose time has come was not sent: the same as `reminder_due` asks of the nearest.
        waiting = [
            and_(r.expires_on <= (day + timedelta(days=days)).isoformat(), or_(r.reminded.is_(None), r.reminded > days))
            for days in REMINDERS
        ]
        begun = or_(r.from_day.is_(None), r.from_day <= told)
        query = select(rights).where(r.expires_on >= told, begun, r.state.in_(sorted(USABLE)), or_(*waiting))
        return self._rights(query.order_by(r.expires_on, r.id).limit(500))

    def add_authorisation(self, new: Authorisation) -> None:
        """Keep what an agent may do."""
        values = {field.name: getattr(new, field.name) for field in fields(new)}
        self._db.execute(insert(right_agents).values(**_row(values)))

    def authorisation(self, id: str) -> Authorisation | None:
        """By id."""
        row = self._db.execute(select(right_agents).where(right_agents.c.id == id)).first()
        return None if row is None else _authorisation(row)

    def authorisations(self, *, owner: str | None = None, agent: str | None = None) -> list[Authorisation]:
        """Those of a rights-holder, of an agent, or of both together, newest first (at most 1,000); ended ones too."""
        query = select(right_agents).order_by(right_agents.c.id.desc()).limit(1_000)
        if owner is not None:
            query = query.where(right_agents.c.owner == owner)
        if agent is not None:
            query = query.where(right_agents.c.agent == agent)
        return [_authorisation(row) for row in self._db.execute(query)]

    def end_authorisation(self, id: str, at: int) -> None:
        """It ends now."""
        standing = right_agents.c.ended_at.is_(None)
        self._db.execute(update(right_agents).where(right_agents.c.id == id, standing).values(ended_at=at))

    def _rights(self, query: Select[Any]) -> list[Right]:
        return [_right(row) for row in self._db.execute(query)]


def _keys(office: str, number: str, name: str) -> dict[str, str]:
    return {"number_key": number_key(office, number), "name_key": name_key(name)[:240]}


def _row(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _cell(name, value) for name, value in values.items()}


def _cell(name: str, value: Any) -> Any:
    if name in _LISTS:
        return [str(one) for one in value]
    return value.isoformat() if name in _DAYS and value is not None else value


def _right(row: Row[Any]) -> Right:
    found = {name: row._mapping[name] for name in _KEPT}
    found |= {"kind": RightKind(row.kind), "state": RightState(row.state)}
    found |= {"classes": tuple(row.classes), "territories": tuple(row.territories)}
    found |= {"from_day": _day(row.from_day), "expires_on": _day(row.expires_on)}
    return Right(**found)


def _authorisation(row: Row[Any]) -> Authorisation:
    found = dict(row._mapping)
    found |= {"rights": tuple(row.rights), "kinds": tuple(RightKind(one) for one in row.kinds)}
    found |= {"territories": tuple(row.territories)}
    found |= {"from_day": date.fromisoformat(row.from_day), "until": date.fromisoformat(row.until)}
    return Authorisation(**found)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _marks_on(day: date) -> tuple[ColumnElement[bool], ...]:
    r, told = rights.c, day.isoformat()
    return (
        r.kind == RightKind.MARK,
        r.state.in_(sorted(USABLE)),
        or_(r.from_day.is_(None), r.from_day <= told),
        or_(r.expires_on.is_(None), r.expires_on >= told),
    )
