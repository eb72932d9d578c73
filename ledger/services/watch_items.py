"""What a brand sees of its items from afar: looks, alerts with evidence, unclaimed, stolen, inspectors' findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.clone_signals import clone_signals
from ledger.domain.custody import Flag
from ledger.domain.looks import DAY, LookKind
from ledger.domain.organisations import Caller, Role
from ledger.domain.standing_reading import THEFT
from ledger.domain.watching import Alert, Counted, Evidence, ItemCounted, LineCount
from ledger.services.compare_looks import looked_at
from ledger.services.ports import Ledger, Tx
from ledger.services.read_records import records_of
from ledger.services.scanned import Recorded
from ledger.services.views_of_chain import final_height

MOST_DAYS: Final = 366
MOST_LINES: Final = 500
_STOLEN: Final = sum(int(flag) for flag in THEFT)


@dataclass(frozen=True, slots=True)
class Period:
    """Days since 1970, both included; of one line and one country ("": not known), where they are named."""

    first: int
    last: int
    gtin: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Stolen:
    """An item that is reported stolen: by whom its flags say, and since which sequence of its history."""

    item: int
    gtin: str
    serial: str
    model: str
    by: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspector recorded of an item."""

    item: int
    gtin: str
    serial: str
    model: str
    record: Recorded


def last_days(ledger: Ledger, days: int, gtin: str | None = None) -> Period:
    """The days up to today, between 1 and `MOST_DAYS` of them."""
    today = ledger.now() // DAY
    return Period(today - max(1, min(days, MOST_DAYS)) + 1, today, gtin)


def looks_by_day(ledger: Ledger, caller: Caller, period: Period) -> list[Counted]:
    """Looks at the brand's items by day and country, oldest first."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.scans.by_day(own, period.first, period.last, period.gtin)


def looks_by_item(
    ledger: Ledger, caller: Caller, period: Period, after: tuple[int, int, str] | None, limit: int
) -> list[ItemCounted]:
    """The same for each item, newest day first, from beyond (day, item, country)."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.scans.by_item(own, period.first, period.last, period.gtin, after, limit, period.country)


def alerts(
    ledger: Ledger, caller: Caller, before: str | None, limit: int, gtin: str | None = None, *, suspected: bool = False
) -> list[Evidence]:
    """Items with clone signals, newest first, each with what it rests on as of now."""
    own, now = _own(caller), ledger.now()
    with ledger.store.read() as tx:
        found = tx.scans.alerts(own, before, limit, gtin, suspected=suspected)
        known = {one.item: item for one in found if (item := tx.batches.item(one.item)) is not None}
        many = tx.gathered([(item.gtin, item.serial) for item in known.values()], now)
        return [_evidence(many, one, now) for one in found if one.item in known]


def count_alerts(ledger: Ledger, caller: Caller) -> tuple[int, int]:
    """How many items have clone signals, and how many of them are suspected."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.scans.count_alerts(own)


def lines_of(ledger: Ledger, caller: Caller) -> list[tuple[str, str]]:
    """The brand's lines, as (GTIN, model), at most `MOST_LINES`."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.watching.lines(own, MOST_LINES)


def unclaimed(ledger: Ledger, caller: Caller, gtin: str | None = None) -> list[LineCount]:
    """For each line: items on sale, and how many of those have no owner."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.watching.unclaimed(own, gtin, MOST_LINES)


def unclaimed_items(ledger: Ledger, caller: Caller, gtin: str | None, after: str, limit: int) -> list[Item]:
    """The items behind `unclaimed`, by serial, from beyond a serial and item (`after`, "" at the start)."""
    own = _own(caller)
    with ledger.store.read() as tx:
        return tx.watching.unclaimed_items(own, gtin, after, limit)


def stolen(ledger: Ledger, caller: Caller, gtin: str | None, limit: int) -> list[Stolen]:
    """The brand's items that are reported stolen now, newest first."""
    own, now = _own(caller), ledger.now()
    found = []
    with ledger.store.read() as tx:
        for state in tx.watching.flagged(own, _STOLEN, gtin, limit):
            by = tuple(flag for flag in THEFT if flag in state.flags and state.until.get(flag, now + 1) > now)
            item = tx.batches.item(state.item)
            if by and item is not None:
                model = str(item.fields.get("model_ref") or "")
                found.append(Stolen(item.item, item.gtin, item.serial, model, by))
    return found


def findings(ledger: Ledger, caller: Caller, gtin: str | None, limit: int) -> list[Finding]:
    """What inspectors recorded of the brand's items, newest first; what was taken back is marked."""
    own = _own(caller)
    found = []
    with ledger.store.read() as tx:
        final = final_height(tx)
        seen: dict[int, Sequence[Recorded]] = {}
        for event in tx.watching.recorded(own, gtin, None, limit):
            name = int(event.item or 0)
            item = tx.batches.item(name)
            if item is None:
                continue
            if name not in seen:
                seen[name], _ = records_of(tx, name, (), final)
            place = event.args["party"], event.args["nonce"]
            record = next((one for one in seen[name] if (one.party, one.nonce) == place), None)
            if record is not None and record.facts is not None:
                model = str(item.fields.get("model_ref") or "")
                found.append(Finding(name, item.gtin, item.serial, model, record))
    return found


def _evidence(tx: Tx, alert: Alert, now: int) -> Evidence:
    item = tx.batches.item(alert.item)
    assert item is not None
    state = tx.chain.state(alert.item)
    looked = looked_at(tx, item, None if state is None else state.owner_since, now)
    visits = [one for one in looked.looks if one.kind is LookKind.VISIT]
    countries = Counter(one.country or "" for one in visits)
    visitors = len({one.visitor for one in visits if one.visitor is not None})
    return Evidence(
        alert,
        item.serial,
        str(item.fields.get("model_ref") or ""),
        clone_signals(looked, now),
        tuple(countries.most_common()),
        visitors,
    )


def _own(caller: Caller) -> str:
    caller.need_role(Role.BRAND)
    return caller.organisation.id
