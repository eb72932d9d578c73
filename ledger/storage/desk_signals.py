"""Shared signals: policies of brands, each member's feed, offenders, and questions about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_, update

from ledger.domain.custody import Flag, ItemState
from ledger.domain.desk.signals import Act, Fact, Kind, Policy
from ledger.services.desk.signals_port import Entry, Offender
from ledger.storage.chain_rows import state_of
from ledger.storage.desk_signal_counts import SignalCounts
from ledger.storage.tables import batches, item_versions, items
from ledger.storage.tables_scans import clone_alerts
from ledger.storage.tables_signals import (
    offenders,
    sharing_policies,
    signal_entries,
    signal_questions,
    test_purchases,
)

_THEFT: Final = int(Flag.STOLEN | Flag.BRAND_THEFT | Flag.COUNCIL_THEFT)
_CHUNK: Final = 400


class Signals(SignalCounts):
    """Reads and writes of policies, feeds, offenders and questions about them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def policies(self, organisation: str | None = None) -> list[Policy]:
        """What brands share; of one brand, where named."""
        query = select(sharing_policies).order_by(sharing_policies.c.organisation, sharing_policies.c.kind)
        if organisation is not None:
            query = query.where(sharing_policies.c.organisation == organisation)
        return [
            Policy(
                row.organisation,
                Kind(row.kind),
                None if row.members is None else tuple(row.members),
                row.named,
                row.since,
                row.changed_at,
            )
            for row in self._db.execute(query)
        ]

    def set_policy(self, policy: Policy) -> None:
        """Share so from now on, in place of an earlier policy of the same kind."""
        self.end_policy(policy.organisation, policy.kind)
        self._db.execute(
            insert(sharing_policies).values(
                organisation=policy.organisation,
                kind=policy.kind.value,
                members=None if policy.members is None else list(policy.members),
                named=policy.named,
                since=policy.since,
                changed_at=policy.changed_at,
            )
        )

    def end_policy(self, organisation: str, kind: Kind) -> bool:
        """Share it no more; whether it was shared."""
        mine = (sharing_policies.c.organisation == organisation, sharing_policies.c.kind == kind.value)
        return self._db.execute(delete(sharing_policies).where(*mine)).rowcount > 0

    def suspected(self, organisation: str, since: int, limit: int) -> list[int]:
        """An organisation's items that are suspected to be copied, of alerts from then on, the newest first."""
        query = (
            select(clone_alerts.c.item)
            .where(
                clone_alerts.c.organisation == organisation,
                clone_alerts.c.suspected,
                clone_alerts.c.raised_at >= since,
            )
            .order_by(clone_alerts.c.id.desc())
            .limit(limit)
        )
        return [int.from_bytes(name) for name in self._db.scalars(query)]

    def stolen(self, organisation: str, upto: int, limit: int) -> list[ItemState]:
        """The states as of a block of an organisation's items that carry a theft then."""
        later = item_versions.alias("later")
        newest = (
            ~select(later.c.item)
            .where(
                later.c.item == item_versions.c.item,
                later.c.block <= upto,
                tuple_(later.c.block, later.c.log_index) > tuple_(item_versions.c.block, item_versions.c.log_index),
            )
            .exists()
        )
        query = (
            select(item_versions)
            .join(items, items.c.item == item_versions.c.item)
            .join(batches, batches.c.id == items.c.batch_id)
            .where(
                batches.c.organisation == organisation,
                item_versions.c.block <= upto,
                item_versions.c.flags.bitwise_and(_THEFT) != 0,
                newest,
            )
            .order_by(item_versions.c.block.desc(), item_versions.c.log_index.desc())
            .limit(limit)
        )
        return [state_of(row) for row in self._db.execute(query)]

    def told(self, reader: str) -> dict[Fact, str]:
        """What a member was told and what still stands, with the signals' ids."""
        query = select(signal_entries).where(signal_entries.c.reader == reader, signal_entries.c.stands)
        return {
            Fact(row.organisation, Kind(row.kind), _item(row.item)): row.signal
            for row in self._db.execute(query.where(signal_entries.c.act == Act.SHARED.value))
        }

    def tell(self, reader: str, new: Sequence[tuple[Act, Fact, str]], now: int) -> None:
        """Append to a member's feed (act, fact, id of the signal); what is over or withdrawn loses its code."""
        c = signal_entries.c
        number = self._db.scalar(select(func.max(c.number)).where(c.reader == reader)) or 0
        gone = [signal for act, _, signal in new if act is not Act.SHARED]
        for start in range(0, len(gone), _CHUNK):
            some = gone[start : start + _CHUNK]
            ended = update(signal_entries).where(c.reader == reader, c.signal.in_(some))
            self._db.execute(ended.values(item=None, stands=False))
        rows = [
            {
                "reader": reader,
                "number": place,
                "signal": signal,
                "act": act.value,
                "kind": fact.kind.value,
                "organisation": fact.organisation,
                "item": None if act is not Act.SHARED or fact.item is None else fact.item.to_bytes(32, "big"),
                "at": now,
                "stands": act is Act.SHARED,
            }
            for place, (act, fact, signal) in enumerate(new, number + 1)
        ]
        if rows:
            self._db.execute(insert(signal_entries), rows)

    def feed(self, reader: str, after: int, limit: int) -> list[Entry]:
        """A member's entries beyond a number, in order."""
        c = signal_entries.c
        query = select(signal_entries).where(c.reader == reader, c.number > after).order_by(c.number).limit(limit)
        return [_entry(row) for row in self._db.execute(query)]

    def add_offender(self, organisation: str, id: str, marks: Collection[bytes], now: int) -> None:
        """Keep the identifiers of an offender."""
        rows = [{"id": id, "mark": one, "organisation": organisation, "created_at": now} for one in sorted(set(marks))]
        self._db.execute(insert(offenders), rows)

    def offenders(self, organisation: str, before: str | None, limit: int) -> list[Offender]:
        """A brand's offenders, newest first."""
        c = offenders.c
        query = select(c.id, func.count().label("many"), func.min(c.created_at).label("at")).where(
            c.organisation == organisation
        )
        if before is not None:
            query = query.where(c.id < before)
        rows = self._db.execute(query.group_by(c.id).order_by(c.id.desc()).limit(limit))
        return [Offender(row.id, row.many, row.at) for row in rows]

    def count_offenders(self, organisation: str) -> int:
        """How many a brand keeps here."""
        query = select(func.count(offenders.c.id.distinct())).where(offenders.c.organisation == organisation)
        return self._db.scalar(query) or 0

    def drop_offender(self, organisation: str, id: str) -> bool:
        """Forget one; whether there was one."""
        mine = (offenders.c.organisation == organisation, offenders.c.id == id)
        return self._db.execute(delete(offenders).where(*mine)).rowcount > 0

    def of_mark(self, mark: bytes) -> list[tuple[str, int]]:
        """Which organisations have named an identifier, and when."""
        query = select(offenders.c.organisation, offenders.c.created_at).where(offenders.c.mark == mark)
        return [(row.organisation, row.created_at) for row in self._db.execute(query.distinct())]

    def add_purchase(self, id: str, case: str, organisation: str, body: str, now: int) -> None:
        """Keep a test purchase."""
        row = {"id": id, "case_id": case, "organisation": organisation, "body": body, "created_at": now}
        self._db.execute(insert(test_purchases).values(**row))

    def purchases(self, case: str) -> list[tuple[str, str]]:
        """The test purchases of a case, as (id, body), oldest first."""
        query = select(test_purchases.c.id, test_purchases.c.body).where(test_purchases.c.case_id == case)
        return [(row.id, row.body) for row in self._db.execute(query.order_by(test_purchases.c.id))]

    def question(self, organisation: str, day: int) -> int:
        """Count one more question of a day (days since 1970), and how many that makes; earlier days are forgotten."""
        c = signal_questions.c
        self._db.execute(delete(signal_questions).where(c.organisation == organisation, c.day < day))
        today = (c.organisation == organisation, c.day == day)
        if not self._db.execute(update(signal_questions).where(*today).values(count=c["count"] + 1)).rowcount:
            self._db.execute(insert(signal_questions).values(organisation=organisation, day=day, count=1))
        return self._db.scalar(select(c["count"]).where(*today)) or 0


def _item(name: bytes | None) -> int | None:
    return None if name is None else int.from_bytes(name)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.number, row.signal, Act(row.act), Kind(row.kind), row.organisation, _item(row.item), row.at, row.stands
    )
