"""Notices and their cases: rows to find them by; see also `desk_case_papers`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import Row, Select, and_, case, func, insert, select, update

from ledger.domain.desk.cases import Automation, Outcome, State
from ledger.domain.desk.standing import Counts
from ledger.domain.desk.strikes import Strike
from ledger.services.desk.cases_port import Kept, Notice, Wanted
from ledger.storage.desk_case_papers import CasePapers
from ledger.storage.tables_cases import cases, notices

_QUEUE: Final = (State.RECEIVED, State.COUNTERED, State.IN_COURT, State.APPEALED)
"""States in which a reviewer has something to do."""
_MOST_EARLIER: Final = 3_000
_KEPT: Final = tuple(field.name for field in fields(Kept))


class Cases(CasePapers):
    """Reads and writes of notices, cases, and what people wrote and sent to them."""

    def add_notice(self, notice: Notice) -> None:
        """Keep a notice."""
        self._db.execute(insert(notices).values(**asdict(notice)))

    def notice(self, id: str) -> Notice | None:
        """By id."""
        row = self._db.execute(select(notices).where(notices.c.id == id)).first()
        return None if row is None else Notice(**row._mapping)

    def add(self, new: Sequence[Kept]) -> None:
        """Keep cases."""
        if new:
            self._db.execute(insert(cases), [_row(one) for one in new])

    def get(self, id: str) -> Kept | None:
        """By id."""
        row = self._db.execute(select(cases).where(cases.c.id == id)).first()
        return None if row is None else _kept(row)

    def by_link(self, link: bytes) -> Kept | None:
        """The case that a seller's link leads to."""
        row = self._db.execute(select(cases).where(cases.c.link == link)).first()
        return None if row is None else _kept(row)

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a case."""
        self._db.execute(update(cases).where(cases.c.id == id).values(**values))

    def page(self, wanted: Wanted, before: str | None, limit: int) -> list[Kept]:
        """Newest first, older than the cursor."""
        query = select(cases).order_by(cases.c.id.desc()).limit(limit)
        for name in ("platform", "notifier", "holder", "notice", "seller"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(cases.c[name] == value)
        if wanted.listings:
            query = query.where(cases.c.listing.in_(wanted.listings))
        if wanted.holders is not None:
            query = query.where(cases.c.holder.in_(wanted.holders))
        if wanted.states:
            query = query.where(cases.c.state.in_(wanted.states))
        if before is not None:
            query = query.where(cases.c.id < before)
        return [_kept(row) for row in self._db.execute(query)]

    def queue(self, platform: str, limit: int) -> list[Kept]:
        """What waits for a reviewer of a platform, the nearest due time first."""
        mine = and_(cases.c.platform == platform, cases.c.state.in_([one.value for one in _QUEUE]))
        # Those whose day the law names ask nobody: they come last, and so do those that wait for a court.
        query = select(cases).where(mine).order_by(cases.c.due_at.is_(None), cases.c.due_at, cases.c.id).limit(limit)
        return [_kept(row) for row in self._db.execute(query)]

    def due(self, now: int, limit: int) -> list[str]:
        """Cases to which time has something to do, the longest due first."""
        query = select(cases.c.id).where(cases.c.next_at <= now).order_by(cases.c.next_at, cases.c.id).limit(limit)
        return list(self._db.scalars(query))

    def earlier(self, platform: str, names: Collection[str], reason: str, right: str | None) -> list[Kept]:
        """Cases against listings of these names for a reason and on a right, newest first (at most 3,000)."""
        query = select(cases).where(cases.c.platform == platform, cases.c.listing.in_(sorted(set(names))))
        query = query.where(cases.c.reason == reason, cases.c.right_id == right)
        return [_kept(row) for row in self._db.execute(query.order_by(cases.c.id.desc()).limit(_MOST_EARLIER))]

    def held_down(self, platform: str, names: Collection[str], but: str) -> bool:
        """Whether another case than `but` holds the listing of these names down."""
        theirs = and_(cases.c.platform == platform, cases.c.listing.in_(sorted(names)))
        held = and_(theirs, cases.c.is_down, cases.c.id != but)
        return self._db.execute(select(cases.c.id).where(held).limit(1)).first() is not None

    def let_up_by_proof(self, platform: str, item: str, names: Collection[str]) -> list[Kept]:
        """Cases in which a live answer for this item let another listing up than that of these names (at most 50)."""
        proven = and_(cases.c.platform == platform, cases.c.proven_item == item, cases.c.is_down.is_(False))
        query = select(cases).where(proven, cases.c.listing.not_in(sorted(names)))
        return [_kept(row) for row in self._db.execute(query.order_by(cases.c.id.desc()).limit(50))]

    def counts(self, notifier: str, since: int, *, holder: str | None = None, explanation: str | None = None) -> Counts:
        """A notifier's cases decided since then; for one holder, or with one explanation, where named.

        What facts alone upheld counts once its platform has said whose listing it is.
        """
        query = _COUNTED.where(cases.c.notifier == notifier, cases.c.decided_at >= since)
        if holder is not None:
            query = query.where(cases.c.holder == holder)
        if explanation is not None:
            query = query.where(cases.c.explanation == explanation)
        return self._counts(query)

    def closed_counts(self, notifier: str, since: int) -> Counts:
        """A notifier's decided cases that were closed since then."""
        decided = cases.c.decided_at.is_not(None)
        return self._counts(_COUNTED.where(cases.c.notifier == notifier, cases.c.closed_at >= since, decided))

    def _counts(self, query: Select[Any]) -> Counts:
        decided, stands, down, fell = self._db.execute(query).one()
        return Counts(int(decided), int(stands or 0), int(down or 0), int(fell or 0))

    def agents_of(self, holder: str, since: int) -> list[str]:
        """Who else notified for a rights-holder since then (at most 100)."""
        query = select(cases.c.notifier).distinct().where(cases.c.holder == holder, cases.c.notifier != holder)
        return list(self._db.scalars(query.where(cases.c.opened_at >= since).order_by(cases.c.notifier).limit(100)))

    def opened_since(self, notifier: str, since: int) -> int:
        """How many cases a notifier has brought since then."""
        mine = and_(cases.c.notifier == notifier, cases.c.opened_at > since)
        return int(self._db.scalar(select(func.count()).select_from(cases).where(mine)) or 0)

    def by_facts_since(self, notifier: str, since: int) -> int:
        """How many listings a notifier has had taken down since then by facts alone."""
        mine = and_(cases.c.notifier == notifier, cases.c.opened_at > since, cases.c.went_down)
        by_facts = and_(mine, cases.c.automation == Automation.FULL.value)
        return int(self._db.scalar(select(func.count()).select_from(cases).where(by_facts)) or 0)

    def strikes(self, platform: str, seller: str) -> list[Strike]:
        """A seller's strikes, oldest first (at most 1,000)."""
        theirs = and_(cases.c.platform == platform, cases.c.seller == seller, cases.c.struck_at.is_not(None))
        query = select(cases).where(theirs).order_by(cases.c.struck_at, cases.c.id).limit(1_000)
        return [
            Strike(row.id, row.opened_at, row.struck_at, row.strike_until, row.strike_back_at)
            for row in self._db.execute(query)
        ]


def _sum(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


_UPHELD = cases.c.outcome == Outcome.UPHELD.value
_ITS_WORD_ALONE: Final = and_(_UPHELD, cases.c.automation == Automation.FULL.value, cases.c.seller.is_(None))
"""Upheld by facts against a listing that its platform never spoke of: that may be one which does not exist."""
_COUNTED: Final = select(
    func.count(), _sum(_UPHELD), _sum(cases.c.went_down), _sum(and_(cases.c.went_down, ~_UPHELD))
).where(~_ITS_WORD_ALONE)


def _row(one: Kept) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _KEPT}
    return values | {
        "item": None if one.item is None else one.item.to_bytes(32, "big"),
        "territories": list(one.territories),
    }


def _kept(row: Row[Any]) -> Kept:
    values = dict(row._mapping)
    item = values["item"]
    values["item"] = None if item is None else int.from_bytes(item, "big")
    values["territories"] = tuple(values["territories"])
    return Kept(**values)
