"""Tags that cannot be copied: master keys (sealed), encoders' files, tags, taps, and the taps of handovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from ledger.domain.sun_messages import Mode
from ledger.domain.tags import ANSWERS, Outcome, Run, Tag, TagState, Tap
from ledger.services.tags_port import Master, Needed
from ledger.storage.tables import offers
from ledger.storage.tables_tags import handover_taps, tag_masters, tag_runs, tag_taps, tags

_CHUNK = 400


class Tags:
    """Reads and writes of tags and of everything about them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- keys and files

    def masters(self, organisation: str) -> list[Master]:
        """A brand's master keys, newest version first (at most 50)."""
        query = select(tag_masters).where(tag_masters.c.organisation == organisation)
        rows = self._db.execute(query.order_by(tag_masters.c.version.desc()).limit(50))
        return [Master(**row._mapping) for row in rows]

    def master(self, organisation: str, version: int) -> Master | None:
        """One of them."""
        query = select(tag_masters).where(tag_masters.c.organisation == organisation, tag_masters.c.version == version)
        row = self._db.execute(query).first()
        return None if row is None else Master(**row._mapping)

    def add_master(self, new: Master) -> None:
        """Keep a new version."""
        self._db.execute(insert(tag_masters).values(**_values(new)))

    def add_run(self, run: Run, made: Sequence[Tag]) -> None:
        """Keep that a file for an encoder was made, and the tags in it."""
        self._db.execute(insert(tag_runs).values(**_values(run)))
        if made:
            self._db.execute(insert(tags), [_values(one) for one in made])

    def runs(self, organisation: str, limit: int) -> list[Run]:
        """The files that were made, newest first."""
        query = select(tag_runs).where(tag_runs.c.organisation == organisation)
        rows = self._db.execute(query.order_by(tag_runs.c.id.desc()).limit(limit))
        return [Run(**dict(row._mapping) | {"mode": Mode(row.mode)}) for row in rows]

    # --- tags

    def of_item(self, item: int, limit: int = 4) -> list[Tag]:
        """An item's tags, the newest generation first."""
        query = select(tags).where(tags.c.item == _key(item)).order_by(tags.c.generation.desc()).limit(limit)
        return [_tag(row) for row in self._db.execute(query)]

    def newest_of(self, items: Sequence[int]) -> dict[int, Tag]:
        """The newest tag of each item that has one."""
        found: dict[int, Tag] = {}
        for start in range(0, len(items), _CHUNK):
            names = [_key(item) for item in items[start : start + _CHUNK]]
            query = select(tags).where(tags.c.item.in_(names)).order_by(tags.c.generation)
            found |= {one.item: one for one in map(_tag, self._db.execute(query))}
        return found

    def by_uid(self, uid: bytes) -> Tag | None:
        """The tag in service that has this number."""
        return self._tag(tags.c.uid == uid, tags.c.state == TagState.IN_SERVICE)

    def page(self, organisation: str, before: str | None, limit: int, batch: str | None = None) -> list[Tag]:
        """A brand's tags, newest first, older than the cursor; of one batch, where it is named."""
        query = select(tags).where(tags.c.organisation == organisation)
        if before:
            query = query.where(tags.c.id < before)
        if batch:
            query = query.where(tags.c.run.in_(select(tag_runs.c.id).where(tag_runs.c.batch == batch)))
        return [_tag(row) for row in self._db.execute(query.order_by(tags.c.id.desc()).limit(limit))]

    def count(self, organisation: str) -> dict[str, int]:
        """How many tags a brand has in each state."""
        query = select(tags.c.state, func.count().label("rows")).where(tags.c.organisation == organisation)
        return {row.state: int(row.rows) for row in self._db.execute(query.group_by(tags.c.state))}

    def bind(self, id: str, uid: bytes, now: int) -> None:
        """Put a tag into service: the encoder says which chip it is."""
        values = {"uid": uid, "state": TagState.IN_SERVICE, "bound_at": now}
        self._db.execute(update(tags).where(tags.c.id == id).values(**values))

    def end(self, items: Sequence[int], now: int) -> int:
        """Take the tags of items out of service; how many were not yet ended."""
        ended = 0
        for start in range(0, len(items), _CHUNK):
            names = [_key(item) for item in items[start : start + _CHUNK]]
            query = update(tags).where(tags.c.item.in_(names), tags.c.state != TagState.ENDED)
            ended += self._db.execute(query.values(state=TagState.ENDED, ended_at=now)).rowcount
        return ended

    def advance(self, id: str, counter: int, now: int) -> bool:
        """Raise a tag's counter; False where it was there already or beyond: two at once cannot both do it."""
        query = update(tags).where(tags.c.id == id, tags.c.counter < counter)
        return self._db.execute(query.values(counter=counter, tapped_at=now)).rowcount == 1

    def note_opened(self, id: str, at: int) -> None:
        """The tag's seal is open; the first time counts, for ever."""
        self._db.execute(update(tags).where(tags.c.id == id, tags.c.opened_at.is_(None)).values(opened_at=at))

    # --- taps

    def add_tap(self, tap: Tap) -> None:
        """Keep a tap."""
        self._db.execute(insert(tag_taps).values(**_values(tap)))

    def tap(self, id: str) -> Tap | None:
        """By id."""
        return self._tap(tag_taps.c.id == id)

    def answer_at(self, tag: str, counter: int) -> Tap | None:
        """The tap for which this counter of a tag was counted."""
        return self._tap(tag_taps.c.tag == tag, tag_taps.c.counter == counter, tag_taps.c.outcome.in_(ANSWERS))

    def was_shown_again(self, tag: str, counter: int) -> bool:
        """Whether this counter of a tag was ever brought when it was not news any more."""
        query = select(tag_taps.c.id).where(tag_taps.c.tag == tag, tag_taps.c.counter == counter)
        return self._db.execute(query.where(tag_taps.c.outcome.not_in(ANSWERS)).limit(1)).first() is not None

    def taps_since(self, item: int, since: int) -> int:
        """How many taps of an item were kept since then."""
        query = select(func.count()).where(tag_taps.c.item == _key(item), tag_taps.c.at > since)
        return int(self._db.execute(query).scalar_one())

    def latest_answer(self, item: int, by: bytes, since: int) -> Tap | None:
        """The newest answer of an item's tag that this visitor brought since then."""
        mine = (tag_taps.c.item == _key(item), tag_taps.c.by == by, tag_taps.c.at > since)
        return self._tap(*mine, tag_taps.c.outcome.in_(ANSWERS))

    def sweep(self, before: int) -> int:
        """Forget taps from before then; how many."""
        return self._db.execute(delete(tag_taps).where(tag_taps.c.at < before)).rowcount

    # --- handovers

    def need_tap(self, offer: str, item: int) -> None:
        """The owner wants the tag to answer before this offer is accepted."""
        if self.needed(offer) is None:
            self._db.execute(insert(handover_taps).values(offer=offer, item=_key(item), needed=True))

    def note_handover(self, offer: str, item: int, tap: Tap) -> None:
        """The tag answered to whoever is about to accept; the newest tap counts."""
        values = {"tap": tap.id, "tapped_at": tap.at}
        done = self._db.execute(update(handover_taps).where(handover_taps.c.offer == offer).values(**values))
        if not done.rowcount:
            self._db.execute(insert(handover_taps).values(offer=offer, item=_key(item), needed=False, **values))

    def needed(self, offer: str) -> Needed | None:
        """What is known of an offer's tap."""
        row = self._db.execute(select(handover_taps).where(handover_taps.c.offer == offer)).first()
        return None if row is None else Needed(**dict(row._mapping) | {"item": _int(row.item)})

    def at_handovers(self, item: int) -> dict[bytes, int]:
        """When the tag answered at an item's handovers, by the offers' hashes."""
        query = select(offers.c.hash, handover_taps.c.tapped_at).join(
            handover_taps, handover_taps.c.offer == offers.c.id
        )
        query = query.where(handover_taps.c.item == _key(item), handover_taps.c.tapped_at.is_not(None)).limit(200)
        return {row.hash: row.tapped_at for row in self._db.execute(query)}

    def _tag(self, *where: ColumnElement[bool]) -> Tag | None:
        row = self._db.execute(select(tags).where(*where).limit(1)).first()
        return None if row is None else _tag(row)

    def _tap(self, *where: ColumnElement[bool]) -> Tap | None:
        row = self._db.execute(select(tag_taps).where(*where).order_by(tag_taps.c.at.desc()).limit(1)).first()
        if row is None:
            return None
        return Tap(**dict(row._mapping) | {"item": _int(row.item), "outcome": Outcome(row.outcome)})


def _tag(row: Row[Any]) -> Tag:
    found = dict(row._mapping)
    return Tag(**found | {"item": _int(row.item), "mode": Mode(row.mode), "state": TagState(row.state)})


def _values(one: Any) -> dict[str, Any]:
    found = {field.name: getattr(one, field.name) for field in fields(one)}
    return found | {"item": _key(found["item"])} if "item" in found else found


def _key(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _int(item: bytes) -> int:
    return int.from_bytes(item, "big")
