"""The sandbox's thirty codes: invented facts, so that a program can meet every verdict before it meets a real item.

Only the facts are invented. The verdict, the advice and every sentence come from the same rules as for real items
(`domain/standing.py`), at the time of asking. The GTIN is of GS1's range for examples, which nobody may issue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.gtins import Gtin
from ledger.domain.inspections import Authenticity, Method
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

GTIN: Final = Gtin("09520123456788")
BLOCK: Final = 1_000
"""The block that every answer of the sandbox says it is as of."""
BAD_CODE: Final = "7K3M9QX2TP4"
_BRAND: Final = Brand("Maison Démo", "demo.example", date(2024, 1, 1))
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One code of the sandbox. `serial` is None for the two that name no item, whose `code` is to be sent as it is."""

    serial: str | None
    code: str | None
    verdict: Key
    about: str
    facts: Callable[[datetime], Facts]


def _sold(now: datetime, **more: Any) -> Facts:
    """An item with an owner and nothing against it."""
    owned = Custody((Raised(Flag.CLAIMED),), owner_since=now - 100 * _DAY)
    plain = Facts(
        Asked.ITEM,
        known=True,
        brand=_BRAND,
        description="Sac Lune 25, black",
        registration=Registration(Progress.FINAL, now - 200 * _DAY),
        final=owned,
        latest=owned,
        clone_signals=(),
        node_seen_at=now,
        as_of=AsOf(BLOCK, now - timedelta(seconds=5), final=True),
    )
    return replace(plain, **more)


def _new(now: datetime, **more: Any) -> Facts:
    """An item on sale that nobody has claimed."""
    return _sold(now, **{"final": Custody(), "latest": Custody(), **more})


_NO_FLAG: Final = BatchFlag(0)


def _raised(*flags: Raised, batch: BatchFlag = _NO_FLAG, owned: bool = True) -> Callable[[datetime], Facts]:
    """An item that carries flags since a week ago."""

    def facts(now: datetime) -> Facts:
        told = tuple(replace(one, since=now - _WEEK, until=now + 30 * _DAY) for one in flags)
        plain = _sold(now).latest if owned else Custody()
        state = replace(plain, raised=(*plain.raised, *told), batch=batch)
        return _sold(now, final=state, latest=state)

    return facts


def _inspected(now: datetime, method: Method, persons: int) -> Facts:
    on = (now - _WEEK).date()
    found = Inspection(Authenticity.NOT_GENUINE, method, persons, "Demo Inspectors", on, now - _WEEK, final=True)
    return _sold(now, inspections=(found,))


def _copied(*strengths: Strength) -> Callable[[datetime], Facts]:
    words = ("it was looked at in two far places within an hour", "it was looked at by far more people than usual")

    def facts(now: datetime) -> Facts:
        signals = tuple(CloneSignal(one, words[n], "demo", now - _DAY) for n, one in enumerate(strengths))
        return _sold(now, clone_signals=signals)

    return facts


def _under_way(now: datetime, stage: Stage) -> Facts:
    expires = now + _DAY if stage is Stage.OFFERED else None
    return _sold(now, handover=Handover(stage, now - timedelta(hours=1), expires))


def _pending_owner(now: datetime) -> Facts:
    return _new(now, latest=_sold(now).latest)


def _registered_just_now(now: datetime) -> Facts:
    return _new(now, registration=Registration(Progress.ACCEPTED, now), final=None)


def _without_item(now: datetime, asked: Asked = Asked.ITEM, **more: Any) -> Facts:
    plain = _sold(now)
    return Facts(asked, brand=_BRAND, node_seen_at=now, as_of=plain.as_of, **more)


_ITEMS: Final[tuple[tuple[Key, str, Callable[[datetime], Facts]], ...]] = (
    (Key.HELD, "It has an owner, and nothing is said against it.", _sold),
    (Key.HELD, "One inspector, from photos, thinks it is not genuine.", lambda now: _inspected(now, Method.PHOTOS, 1)),
    (Key.HELD, "The brand has changed its description.", _raised(Raised(Flag.AMENDED))),
    (Key.HELD, "The brand withdrew its batch after somebody had claimed it.", _raised(batch=BatchFlag.VOID)),
    (Key.UNCLAIMED, "It is on sale, and nobody has claimed it.", _new),
    (
        Key.OWNER_CONFIRMED,
        "Its owner has proved to you a minute ago that they have it.",
        lambda now: _sold(now, owner_confirmed_at=now - timedelta(minutes=1)),
    ),
    (
        Key.OWNER_CONFIRMED,
        "A shop that its owner has entrusted with it has answered you.",
        lambda now: _sold(now, owner_confirmed_at=now - timedelta(minutes=1), confirmed_by="Demo Dépôt"),
    ),
    (Key.PENDING, "Its registration is in a block that is not final.", _registered_just_now),
    (Key.PENDING, "Somebody has claimed it, and that is not final.", _pending_owner),
    (Key.IN_TRANSFER, "Its owner has offered it to somebody.", lambda now: _under_way(now, Stage.OFFERED)),
    (Key.IN_TRANSFER, "Somebody has accepted it, and that is not final.", lambda now: _under_way(now, Stage.ACCEPTED)),
    (Key.NOT_ON_SALE_YET, "The brand has registered it and not put it on sale.", lambda now: _new(now, on_sale=False)),
    (
        Key.WRONG_ITEM,
        "Whoever looked said that their item looks different.",
        lambda now: _sold(now, looks_different=True),
    ),
    (Key.CLONE_SUSPECTED, "One strong sign that its code was copied.", _copied(Strength.STRONG)),
    (Key.CLONE_SUSPECTED, "Two weak signs that its code was copied.", _copied(Strength.WEAK, Strength.WEAK)),
    (Key.REPORTED_STOLEN, "Its owner reported it stolen.", _raised(Raised(Flag.STOLEN))),
    (
        Key.REPORTED_STOLEN,
        "The brand reported it stolen, with a police reference.",
        _raised(Raised(Flag.BRAND_THEFT, police_reference=True), owned=False),
    ),
    (Key.REPORTED_STOLEN, "It is stolen and recalled.", _raised(Raised(Flag.STOLEN), Raised(Flag.RECALLED))),
    (Key.REPORTED_LOST, "Its owner reported it lost.", _raised(Raised(Flag.LOST))),
    (Key.DISPUTED, "The council has noted a dispute about it.", _raised(Raised(Flag.COUNCIL_DISPUTE))),
    (Key.DISPUTED, "Somebody has asked for it back.", _raised(Raised(Flag.RECOVERY_OPEN))),
    (
        Key.RECALLED,
        "The brand has recalled its batch.",
        lambda now: replace(
            _raised(batch=BatchFlag.RECALLED)(now), recall_reason="The clasp may break", recall_advice="Bring it in"
        ),
    ),
    (Key.REVOKED, "The brand has withdrawn it.", _raised(Raised(Flag.VOID), owned=False)),
    (Key.RETIRED, "It was destroyed.", _raised(Raised(Flag.RETIRED))),
    (Key.COUNTERFEIT_FOUND, "Two inspectors held a counterfeit.", lambda now: _inspected(now, Method.IN_HAND, 2)),
    (
        Key.UNAVAILABLE,
        "The ledger cannot look it up just now. That is never “no”.",
        lambda now: _sold(now, node_seen_at=now - timedelta(minutes=5)),
    ),
    (Key.SLOW_DOWN, "You asked too often.", lambda now: _sold(now, retry_after=30)),
    (Key.UNKNOWN, "Nobody has registered it.", _without_item),
)
_OTHERS: Final = (
    DemoItem(None, GTIN, Key.PRODUCT_ONLY, "A code that names a model.", lambda now: _without_item(now, Asked.PRODUCT)),
    DemoItem(
        None,
        BAD_CODE,
        Key.BAD_CODE,
        "A code with a character missing.",
        lambda now: _without_item(now, Asked.BAD_CODE, code_problem="A character is missing"),
    ),
)
DEMO: Final = (
    *(DemoItem(f"DEMO-{n:02}", None, *one) for n, one in enumerate(_ITEMS, 1)),
    *_OTHERS,
)
"""All of them, in a fixed order."""
BY_SERIAL: Final[Mapping[str, DemoItem]] = {one.serial: one for one in DEMO if one.serial is not None}


def demo_facts(serial: str | None, now: datetime, *, asked: Asked = Asked.ITEM, problem: str | None = None) -> Facts:
    """The facts of a code at `now` (timezone-aware); of one that the sandbox has not, that nobody registered it."""
    if asked is not Asked.ITEM:
        return _without_item(now, asked, code_problem=problem)
    known = BY_SERIAL.get(serial or "")
    return _without_item(now) if known is None else known.facts(now)
