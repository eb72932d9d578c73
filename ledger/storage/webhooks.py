"""Endpoints, what they are told, and how each delivery went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, tuple_, update

from ledger.domain.chain_view import ChainEvent
from ledger.domain.webhooks import TOLD, Attempt, Delivery, Endpoint, Message, Off, State
from ledger.storage.chain_rows import event_of
from ledger.storage.tables import blocks, events
from ledger.storage.tables_webhooks import webhook_attempts as attempts
from ledger.storage.tables_webhooks import webhook_deliveries as deliveries
from ledger.storage.tables_webhooks import webhook_endpoints as endpoints
from ledger.storage.tables_webhooks import webhook_messages as messages

_NAME: Final = events.c.name + ""
"""Not the column itself: by its index all that is new would be read and sorted again for every piece."""


class Webhooks:
    """Reads and writes of endpoints, messages and deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_endpoint(self, new: Endpoint) -> None:
        """Keep a new endpoint."""
        values = {name: getattr(new, name) for name in Endpoint.__slots__}
        self._db.execute(insert(endpoints).values(**values | {"types": list(new.types)}))

    def endpoint(self, id: str) -> Endpoint | None:
        """By id."""
        row = self._db.execute(select(endpoints).where(endpoints.c.id == id)).first()
        return None if row is None else _endpoint_of(row)

    def endpoints(self, organisation: str | None = None) -> list[Endpoint]:
        """An organisation's endpoints, oldest first; without one, everybody's."""
        query = select(endpoints).order_by(endpoints.c.id)
        if organisation is not None:
            query = query.where(endpoints.c.organisation == organisation)
        return [_endpoint_of(row) for row in self._db.execute(query)]

    def change_endpoint(self, id: str, **values: Any) -> None:
        """Set columns of an endpoint."""
        self._db.execute(update(endpoints).where(endpoints.c.id == id).values(**values))

    def note_failure(self, id: str, at: int) -> None:
        """Count one more failure in a row."""
        self.change_endpoint(
            id, failures=endpoints.c.failures + 1, failing_since=func.coalesce(endpoints.c.failing_since, at)
        )

    def note_success(self, id: str) -> None:
        """Begin counting anew."""
        self.change_endpoint(id, failures=0, failing_since=None)

    def remove_endpoint(self, id: str) -> None:
        """Forget an endpoint and its deliveries."""
        self._db.execute(delete(endpoints).where(endpoints.c.id == id))

    def told(self, source: str) -> bool:
        """Whether there is a message of this source."""
        return self._db.execute(select(messages.c.id).where(messages.c.source == source)).first() is not None

    def told_of(self, sources: Sequence[str]) -> set[str]:
        """Which of some hundreds of sources there are messages of."""
        return set(self._db.scalars(select(messages.c.source).where(messages.c.source.in_(sources))))

    def add_message(self, new: Message) -> None:
        """Keep a message."""
        self._db.execute(insert(messages).values(**{name: getattr(new, name) for name in Message.__slots__}))

    def message(self, id: str) -> Message | None:
        """By id."""
        row = self._db.execute(select(messages).where(messages.c.id == id)).first()
        return None if row is None else Message(**row._mapping)

    def add_deliveries(self, new: Sequence[Delivery]) -> None:
        """Keep deliveries to be made."""
        rows = [{name: getattr(one, name) for name in Delivery.__slots__} for one in new]
        if rows:
            self._db.execute(insert(deliveries), rows)

    def delivery(self, id: str) -> Delivery | None:
        """By id."""
        row = self._db.execute(select(deliveries).where(deliveries.c.id == id)).first()
        return None if row is None else _delivery_of(row)

    def deliveries(self, endpoint: str, state: State | None, before: str | None, limit: int) -> list[Delivery]:
        """An endpoint's deliveries, newest first, older than the cursor."""
        query = select(deliveries).where(deliveries.c.endpoint == endpoint)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if before is not None:
            query = query.where(deliveries.c.id < before)
        query = query.order_by(deliveries.c.id.desc()).limit(limit)
        return [_delivery_of(row) for row in self._db.execute(query)]

    def due(self, now: int, but: Collection[str]) -> Delivery | None:
        """The delivery to an endpoint in use that is due longest, of all organisations but some."""
        query = (
            select(deliveries)
            .join(endpoints, endpoints.c.id == deliveries.c.endpoint)
            .where(
                deliveries.c.state == State.WAITING,
                deliveries.c.next_try_at <= now,
                endpoints.c.disabled_at.is_(None),
                deliveries.c.organisation.not_in(list(but)),
            )
            .order_by(deliveries.c.next_try_at, deliveries.c.id)
            .limit(1)
        )
        row = self._db.execute(query).first()
        return None if row is None else _delivery_of(row)

    def change_delivery(self, id: str, **values: Any) -> None:
        """Set columns of a delivery."""
        self._db.execute(update(deliveries).where(deliveries.c.id == id).values(**values))

    def give_up(self, endpoint: str, at: int) -> None:
        """Let what waits for an endpoint fail, for it is off."""
        waiting = (deliveries.c.endpoint == endpoint) & (deliveries.c.state == State.WAITING)
        self._db.execute(update(deliveries).where(waiting).values(state=State.FAILED, done_at=at))

    def replay(self, endpoint: str, since: int, now: int, limit: int) -> int:
        """Let an endpoint's failed deliveries of messages made since then wait again, oldest first; how many."""
        failed = (
            select(deliveries.c.id)
            .where(
                deliveries.c.endpoint == endpoint,
                deliveries.c.state == State.FAILED,
                deliveries.c.created_at >= since,
            )
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        again = {"state": State.WAITING, "tries": 0, "next_try_at": now, "done_at": None}
        return self._db.execute(
            update(deliveries).where(deliveries.c.id.in_(failed.scalar_subquery())).values(**again)
        ).rowcount

    def add_attempt(self, delivery: str, new: Attempt, keep: int) -> None:
        """Keep a try, and forget those before the last `keep`."""
        old = (attempts.c.delivery == delivery) & (attempts.c.number <= new.number - keep)
        self._db.execute(delete(attempts).where(old))
        values = {name: getattr(new, name) for name in Attempt.__slots__}
        self._db.execute(insert(attempts).values(delivery=delivery, **values))

    def attempts(self, delivery: str) -> list[Attempt]:
        """The tries of a delivery, newest first."""
        columns = [attempts.c[name] for name in Attempt.__slots__]
        query = select(*columns).where(attempts.c.delivery == delivery).order_by(attempts.c.number.desc())
        return [Attempt(**row._mapping) for row in self._db.execute(query)]

    def counts(self, endpoint: str) -> dict[State, int]:
        """How many deliveries of an endpoint are in each state."""
        query = (
            select(deliveries.c.state, func.count())
            .where(deliveries.c.endpoint == endpoint)
            .group_by(deliveries.c.state)
        )
        found = {State(state): count for state, count in self._db.execute(query)}
        return {state: found.get(state, 0) for state in State}

    def health(self, organisation: str | None = None) -> tuple[int, int | None, int, int]:
        """How many deliveries wait, when the oldest of them came, how many endpoints fail now, and how many we shut."""
        waiting = select(func.count(), func.min(deliveries.c.created_at)).where(deliveries.c.state == State.WAITING)
        failing = select(func.count()).where(endpoints.c.failing_since.is_not(None), endpoints.c.disabled_at.is_(None))
        shut = select(func.count()).where(endpoints.c.disabled_why.in_((Off.GONE, Off.FAILING)))
        if organisation is not None:
            waiting = waiting.where(deliveries.c.organisation == organisation)
            failing = failing.where(endpoints.c.organisation == organisation)
            shut = shut.where(endpoints.c.organisation == organisation)
        count, oldest = self._db.execute(waiting).one()
        return count, oldest, self._db.scalar(failing) or 0, self._db.scalar(shut) or 0

    def forget_before(self, at: int) -> None:
        """Forget messages made before `at`, and their deliveries."""
        self._db.execute(delete(messages).where(messages.c.created_at < at))

    def newly_final(self, after: tuple[int, int], upto: int, limit: int) -> list[tuple[ChainEvent, bytes]]:
        """The events that make messages, from beyond (block, log index), up to a block; each with its block's hash."""
        query = (
            select(events, blocks.c.time, blocks.c.hash.label("block_hash"))
            .join(blocks, blocks.c.number == events.c.block)
            .where(_beyond(after), events.c.block <= upto, _NAME.in_(TOLD))
            .order_by(events.c.block, events.c.log_index)
            .limit(limit)
        )
        return [(event_of(row), row.block_hash) for row in self._db.execute(query)]

    def last_final(self, after: tuple[int, int], upto: int) -> tuple[int, int, bytes] | None:
        """The place (block, log index) of the last event up to a block, with its block's hash; None if not beyond."""
        query = (
            select(events.c.block, events.c.log_index, blocks.c.hash)
            .join(blocks, blocks.c.number == events.c.block)
            .where(_beyond(after), events.c.block <= upto)
            .order_by(events.c.block.desc(), events.c.log_index.desc())
            .limit(1)
        )
        row = self._db.execute(query).first()
        return None if row is None else (row.block, row.log_index, row.hash)


def _beyond(after: tuple[int, int]) -> ColumnElement[bool]:
    place = tuple_(events.c.block, events.c.log_index)
    return place > tuple_(*after)


def _endpoint_of(row: Row[Any]) -> Endpoint:
    why = None if row.disabled_why is None else Off(row.disabled_why)
    return Endpoint(**dict(row._mapping) | {"types": tuple(row.types), "disabled_why": why})


def _delivery_of(row: Row[Any]) -> Delivery:
    return Delivery(**dict(row._mapping) | {"state": State(row.state)})
