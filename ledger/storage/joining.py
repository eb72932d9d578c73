"""Applications to join, their marks and approvals; and what is noted of an organisation and its shops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from ledger.domain.joining import Application, Approval, Mark, Proof
from ledger.domain.organisations import Role
from ledger.storage.tables import batches, items
from ledger.storage.tables_joining import (
    api_key_uses,
    application_approvals,
    applications,
    organisation_choices,
    shop_items,
    trade_marks,
)


class Joining:
    """Reads and writes of applications, their marks and approvals."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, one: Application) -> None:
        """Keep a new application."""
        values = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "approvals"}
        self._db.execute(insert(applications).values(**values))

    def get(self, id: str) -> Application | None:
        """By id."""
        return self._one(applications.c.id == id)

    def change(self, id: str, **values: Any) -> None:
        """Set columns of an application."""
        self._db.execute(update(applications).where(applications.c.id == id).values(**values))

    def of_person(self, person: str) -> list[Application]:
        """Those that somebody began or is the second person of, newest first (at most 50)."""
        mine = or_(applications.c.applicant == person, applications.c.second == person)
        query = select(applications).where(mine).order_by(applications.c.id.desc()).limit(50)
        return [self._application(row) for row in self._db.execute(query)]

    def open_ones(self, limit: int = 200) -> list[Application]:
        """Those that are sent and not yet live, oldest first."""
        a = applications.c
        query = select(applications).where(a.sent_at.is_not(None), a.live_at.is_(None), a.withdrawn_at.is_(None))
        return [self._application(row) for row in self._db.execute(query.order_by(a.sent_at, a.id).limit(limit))]

    def by_slug(self, slug: str) -> list[Application]:
        """Those with this short name that are not withdrawn, newest first."""
        query = select(applications).where(applications.c.slug == slug, applications.c.withdrawn_at.is_(None))
        return [self._application(row) for row in self._db.execute(query.order_by(applications.c.id.desc()).limit(50))]

    def by_second(self, hash: bytes) -> Application | None:
        """The one whose second admin was sent the link of this hash."""
        return self._one(applications.c.second_hash == hash)

    def began_since(self, person: str, since: int) -> int:
        """How many a person began lately."""
        query = select(func.count()).where(applications.c.applicant == person, applications.c.created_at > since)
        return int(self._db.execute(query).scalar_one())

    def to_look_at(self, asked_before: int) -> Application | None:
        """The application whose domain somebody wants looked at, longest waiting first."""
        a = applications.c
        waiting = or_(a.domain_looked_at.is_(None), a.domain_looked_at < a.domain_asked_at)
        query = select(applications).where(a.domain_asked_at <= asked_before, waiting, a.domain_proof.is_(None))
        row = self._db.execute(query.order_by(a.domain_asked_at).limit(1)).first()
        return None if row is None else self._application(row)

    def approve(self, application: str, by: str, at: int) -> None:
        """Note the operator's yes; the same one again changes nothing."""
        a = application_approvals.c
        known = select(a.by).where(a.application == application, a.by == by)
        if self._db.execute(known).first() is None:
            self._db.execute(insert(application_approvals).values(application=application, by=by, at=at))

    def forget_approvals(self, application: str) -> None:
        """Forget every yes, because what was approved has changed."""
        self._db.execute(delete(application_approvals).where(application_approvals.c.application == application))

    def add_mark(self, mark: Mark) -> None:
        """Keep a trade mark of an application."""
        values = {field.name: getattr(mark, field.name) for field in fields(mark)}
        lists = {"classes": list(mark.classes), "territories": list(mark.territories)}
        self._db.execute(insert(trade_marks).values(**values | lists))

    def marks(self, application: str) -> list[Mark]:
        """An application's marks, oldest first."""
        query = select(trade_marks).where(trade_marks.c.application == application).order_by(trade_marks.c.id)
        return [Mark(**row._mapping) for row in self._db.execute(query)]

    def remove_mark(self, application: str, id: str) -> bool:
        """Take a mark out; whether there was one."""
        query = delete(trade_marks).where(trade_marks.c.application == application, trade_marks.c.id == id)
        return self._db.execute(query).rowcount == 1

    def hand_marks(self, application: str, organisation: str) -> None:
        """The marks are the organisation's from now on."""
        query = update(trade_marks).where(trade_marks.c.application == application)
        self._db.execute(query.values(organisation=organisation))

    def _one(self, condition: Any) -> Application | None:
        row = self._db.execute(select(applications).where(condition)).first()
        return None if row is None else self._application(row)

    def _application(self, row: Row[Any]) -> Application:
        a = application_approvals.c
        query = select(a.by, a.at).where(a.application == row.id).order_by(a.at)
        found = {name: value for name, value in row._mapping.items() if name != "second_hash"}
        found |= {"role": Role(row.role), "domain_proof": None if row.domain_proof is None else Proof(row.domain_proof)}
        return Application(**found, approvals=[Approval(one.by, one.at) for one in self._db.execute(query)])


class Shop:
    """What is noted of an organisation: its choices, its keys' use, and what its shops hold."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def two_people_always(self, organisation: str) -> bool:
        """Whether programs, too, need two people for recalls and the like."""
        query = select(organisation_choices.c.two_people_always)
        return bool(self._db.scalar(query.where(organisation_choices.c.organisation == organisation)))

    def choose_two_people(self, organisation: str, always: bool) -> None:
        """Note that choice."""
        mine = organisation_choices.c.organisation == organisation
        if not self._db.execute(update(organisation_choices).where(mine).values(two_people_always=always)).rowcount:
            self._db.execute(insert(organisation_choices).values(organisation=organisation, two_people_always=always))

    def key_uses(self, keys: Sequence[str]) -> dict[str, int]:
        """When API keys were last used."""
        query = select(api_key_uses).where(api_key_uses.c.key.in_(list(keys)[:500]))
        return {row.key: row.used_at for row in self._db.execute(query)}

    def note_key_use(self, key: str, at: int) -> None:
        """Note that an API key was used."""
        if not self._db.execute(update(api_key_uses).where(api_key_uses.c.key == key).values(used_at=at)).rowcount:
            self._db.execute(insert(api_key_uses).values(key=key, used_at=at))

    def take(self, item: int, address: str, organisation: str, person: str, at: int) -> None:
        """Note that what a member holds is their shop's; the same again changes nothing."""
        name, s = item.to_bytes(32, "big"), shop_items.c
        if self._db.execute(select(s.item).where(s.item == name, s.address == address)).first() is None:
            values = {"item": name, "address": address, "organisation": organisation, "person": person, "taken_at": at}
            self._db.execute(insert(shop_items).values(**values))

    def items_ending(self, organisation: str, end: str, limit: int) -> list[int]:
        """An organisation's items whose serial ends so, by serial."""
        query = select(items.c.item).join(batches, batches.c.id == items.c.batch_id)
        query = query.where(batches.c.organisation == organisation, batches.c.ready)
        query = query.where(items.c.serial.endswith(end, autoescape=True)).order_by(items.c.serial, items.c.item)
        return [int.from_bytes(one, "big") for one in self._db.scalars(query.limit(limit))]

    def taken(self, organisation: str) -> list[tuple[int, str, str, int]]:
        """What a shop has taken: item, holding address, member, when; newest first (at most 500)."""
        query = select(shop_items).where(shop_items.c.organisation == organisation)
        rows = self._db.execute(query.order_by(shop_items.c.taken_at.desc(), shop_items.c.item).limit(500))
        return [(int.from_bytes(row.item, "big"), row.address, row.person, row.taken_at) for row in rows]
