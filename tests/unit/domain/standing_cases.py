"""Facts for each verdict, made from one genuine item by changing what makes the difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.standing import standing
from ledger.domain.standing_facts import (
    Asked,
    AsOf,
    Brand,
    CloneSignal,
    Custody,
    Facts,
    Handover,
    Inspection,
    Progress,
    Raised,
    Registration,
    Stage,
    Strength,
)
from ledger.domain.standing_headlines import Key

NOW = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
SOLD = datetime(2025, 3, 14, 10, 0, tzinfo=UTC)
MADE = datetime(2025, 1, 20, 9, 0, tzinfo=UTC)
REPORTED = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)

BRAND = Brand("Maison Exemple", "v.maison-exemple.example", date(2024, 3, 1))
NEW = Facts(
    asked=Asked.ITEM,
    known=True,
    brand=BRAND,
    description="Sac Lune 25, black",
    registration=Registration(Progress.FINAL, MADE),
    final=Custody(),
    latest=Custody(),
    clone_signals=(),
    node_seen_at=NOW - timedelta(seconds=5),
    as_of=AsOf(5853, NOW - timedelta(seconds=7), True),
)
"""A genuine item that nobody has claimed yet."""


def owned(*more: Raised, batch: int = 0, since: datetime = SOLD) -> Custody:
    """A claimed item with more flags raised."""
    return Custody((Raised(Flag.CLAIMED, since), *more), BatchFlag(batch), since)


def held(*more: Raised, **changes: Any) -> Facts:
    """A genuine item with an owner, with these flags final."""
    custody = owned(*more)
    return replace(replace(NEW, final=custody, latest=custody), **changes)


def queued(*more: Raised, **changes: Any) -> Facts:
    """A genuine item with an owner, with these flags only queued."""
    return replace(NEW, final=owned(), latest=owned(*more), **changes)


def seen(result: Authenticity, **changes: Any) -> Inspection:
    """An inspection in hand by two persons, final."""
    at = datetime(2026, 10, 20, 11, 0, tzinfo=UTC)
    whole = Inspection(result, Method.IN_HAND, 2, "Lux Check, Milan", at.date(), at, True)
    return replace(whole, **changes)


FAKE = seen(Authenticity.NOT_GENUINE)
LATER = datetime(2026, 10, 28, 9, 0, tzinfo=UTC)
GENUINE = seen(Authenticity.CONSISTENT, on=LATER.date(), recorded_at=LATER)

STOLEN = Raised(Flag.STOLEN, REPORTED, police_reference=True)
LOST = Raised(Flag.LOST, REPORTED)
DISPUTED = Raised(Flag.COUNCIL_DISPUTE, REPORTED, until=NOW + timedelta(days=30))
RECALLED = Raised(Flag.RECALLED, REPORTED)
RETIRED = Raised(Flag.RETIRED, REPORTED)
VOID = Raised(Flag.VOID, REPORTED)
COPIED = (
    CloneSignal(Strength.STRONG, "Scanned 14 times in 5 countries in the last 24 hours."),
    CloneSignal(Strength.WEAK, "Listed for sale by two sellers at once."),
)
ANSWERED = NOW - timedelta(seconds=40)
OFFER = Handover(Stage.OFFERED, NOW - timedelta(minutes=22), NOW + timedelta(days=7))

CASES: dict[Key, Facts] = {
    Key.COUNTERFEIT_FOUND: held(inspections=(FAKE,)),
    Key.REVOKED: replace(NEW, final=Custody((VOID,)), latest=Custody((VOID,)), void_reason="the label was never used"),
    Key.REPORTED_STOLEN: held(STOLEN),
    Key.DISPUTED: held(DISPUTED),
    Key.REPORTED_LOST: held(LOST),
    Key.RECALLED: held(
        RECALLED,
        recall_reason="The clasp can open under load",
        recall_advice="stop carrying it and bring it to any Maison Exemple shop",
    ),
    Key.CLONE_SUSPECTED: held(clone_signals=COPIED),
    Key.RETIRED: held(RETIRED),
    Key.UNAVAILABLE: held(
        node_seen_at=NOW - timedelta(hours=19), as_of=AsOf(5600, NOW - timedelta(hours=19, minutes=42), True)
    ),
    Key.WRONG_ITEM: held(looks_different=True),
    Key.NOT_ON_SALE_YET: replace(NEW, on_sale=False),
    Key.IN_TRANSFER: held(handover=OFFER),
    Key.PENDING: replace(NEW, registration=Registration(Progress.SENT), final=None),
    Key.OWNER_CONFIRMED: held(owner_confirmed_at=ANSWERED),
    Key.HELD: held(),
    Key.UNCLAIMED: NEW,
    Key.UNKNOWN: Facts(Asked.ITEM, brand=BRAND, node_seen_at=NOW, as_of=NEW.as_of),
    Key.PRODUCT_ONLY: Facts(Asked.PRODUCT, brand=BRAND, description="Sac Lune 25", node_seen_at=NOW, as_of=NEW.as_of),
    Key.BAD_CODE: Facts(Asked.BAD_CODE, node_seen_at=NOW, as_of=NEW.as_of),
    Key.SLOW_DOWN: held(retry_after=30),
}
"""One plain case of every verdict."""

MARKS: dict[Key, dict[str, Any]] = {
    Key.COUNTERFEIT_FOUND: {"inspections": (FAKE,)},
    Key.REVOKED: {"raised": VOID},
    Key.REPORTED_STOLEN: {"raised": STOLEN},
    Key.DISPUTED: {"raised": DISPUTED},
    Key.REPORTED_LOST: {"raised": LOST},
    Key.RECALLED: {"raised": RECALLED},
    Key.CLONE_SUSPECTED: {"clone_signals": COPIED},
    Key.RETIRED: {"raised": RETIRED},
    Key.UNAVAILABLE: {"node_seen_at": None},
    Key.WRONG_ITEM: {"looks_different": True},
    Key.NOT_ON_SALE_YET: {"on_sale": False},
    Key.IN_TRANSFER: {"handover": OFFER},
    Key.PENDING: {"registration": Registration(Progress.ACCEPTED)},
}
"""What alone makes each of these verdicts of a held item; "raised" is a flag."""

FLAG_VERDICTS = [
    (Flag.STOLEN, Key.REPORTED_STOLEN),
    (Flag.BRAND_THEFT, Key.REPORTED_STOLEN),
    (Flag.COUNCIL_THEFT, Key.REPORTED_STOLEN),
    (Flag.BRAND_DISPUTE, Key.DISPUTED),
    (Flag.COUNCIL_DISPUTE, Key.DISPUTED),
    (Flag.REGISTERED_TWICE, Key.DISPUTED),
    (Flag.RECOVERY_OPEN, Key.DISPUTED),
    (Flag.LOST, Key.REPORTED_LOST),
    (Flag.RECALLED, Key.RECALLED),
    (Flag.VOID, Key.REVOKED),
    (Flag.RETIRED, Key.RETIRED),
]
"""Which flag alone makes which verdict."""


def both(*keys: Key) -> Facts:
    """A held item with the marks of several verdicts at once."""
    changes: dict[str, Any] = {}
    flags: list[Raised] = []
    for key in keys:
        mark = dict(MARKS[key])
        if "raised" in mark:
            flags.append(mark.pop("raised"))
        changes.update(mark)
    return held(*flags, **changes)


def verdict(facts: Facts) -> Key:
    return standing(facts, NOW).key


def line_keys(facts: Facts) -> list[str]:
    return [line.key for line in standing(facts, NOW).lines]
