"""However many lines a platform or an officer sends, the database is asked hardly more often than for a few."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import event

from ledger.domain.crockford import with_check
from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking, registered
from tests.web.api.desk_asking import line, notice, stolen_items
from tests.web.api.test_listings import listing
from tests.web.stage import GTIN, Stage

FEW: Final = 5
MANY: Final = 100
SPARE: Final = 20
"""Statements more for twenty times the lines: names go in packets of some hundreds."""


@pytest.fixture(scope="module")
def police(stage: Stage, app: Flask) -> Asking:
    add_organisation(stage.ledger, slug="police", name="Police", role=Role.AUTHORITY, domain="police.example")
    return Asking(app, stage.key("police", Scope.LOOK_UP))


@pytest.fixture(scope="module")
def known(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    return registered(stage, brand, MANY)


@contextmanager
def counted(stage: Stage) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    engine, asked = stage.ledger.store.engine, list[str]()  # type: ignore[attr-defined]

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def grows_not(stage: Stage, ask: Callable[[int], object]) -> None:
    ask(1)  # What is kept in the process from then on is no part of it.
    counts = []
    for lines in (FEW, MANY):
        with counted(stage) as asked:
            ask(lines)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + SPARE, (counts, [one for one in asked if asked.count(one) > SPARE][:1])


def gtin_of(number: int) -> str:
    """A GTIN of a model that nobody has registered, of one prefix for every number."""
    body = f"0{7_000_000_000_00 + number:012d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def lines_of(kind: str, count: int, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    start = secrets.randbelow(10_000) * 1_000
    return [
        {
            "known": {"code": known[n % len(known)]["page"]},
            "serials": {"code": known[n % len(known)]["serial"].lower()},
            "serials that nobody has": {"code": with_check(f"7K3M9{start + n:06d}"[:11])},
            "models": {"code": gtin_of(start + n)},
            "items of other models": {"gtin": gtin_of(start + n), "serial": f"S{n}"},
            "nonsense": {"code": "☃" * (n % 30 + 1)},
            "proofs of nobody": {
                "gtin": known[n % len(known)]["gtin"],
                "serial": known[n % len(known)]["serial"],
                "seller": {"ref": f"s-{n}", "proof": f"ask_{start + n:026d}"},
            },
            "unknown": {"gtin": GTIN, "serial": f"U{start + n}"},
        }[kind]
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "kind",
    [
        *("known", "serials", "serials that nobody has", "models", "items of other models", "nonsense"),
        *("proofs of nobody", "unknown"),
    ],
)
def test_checks_of_every_kind(stage: Stage, platform: Asking, known: list[dict[str, Any]], kind: str) -> None:
    grows_not(stage, lambda count: platform.post("/v1/checks", {"items": lines_of(kind, count, known)}))


@pytest.mark.parametrize("kind", ["serials", "items of other models", "nonsense"])
def test_look_ups(stage: Stage, police: Asking, known: list[dict[str, Any]], kind: str) -> None:
    asked = {"purpose": "police", "reference": "26/1"}
    grows_not(
        stage, lambda count: police.post("/v1/look-ups/manifest", asked | {"lines": lines_of(kind, count, known)})
    )


@pytest.mark.parametrize("kind", ["known", "items of other models", "nonsense", "serials"])
def test_screens(stage: Stage, platform: Asking, known: list[dict[str, Any]], kind: str) -> None:
    def screen(count: int) -> None:
        lines = lines_of(kind, count, known)
        codes = [one.get("code") or f"(01){one['gtin']}(21){one['serial']}" for one in lines]
        ones = [listing(codes=[code], seller={"ref": f"c-{n}", "proof": "ask_0"}) for n, code in enumerate(codes)]
        platform.post("/v1/listings/screen", {"listings": ones})

    grows_not(stage, screen)


def test_listings_that_are_screened_again(stage: Stage, platform: Asking) -> None:
    kept = [listing(seller={"ref": f"a-{n}"}) for n in range(MANY)]
    platform.post("/v1/listings/screen", {"listings": kept})
    grows_not(stage, lambda count: platform.post("/v1/listings/screen", {"listings": kept[:count]}))


def test_a_page_of_sellers(stage: Stage, platform: Asking) -> None:
    told = {"kind": "trader", "country": "FR", "since": "2020-01-31", "registered": True, "facts": {}}
    for number in range(60):
        marks = [{"kind": "phone", "value": f"+3312345{number // 2:04d}"}]
        response = platform.ask("PUT", f"/v1/sellers/p-{number:03d}", json=told | {"identifiers": marks})
        assert response.status_code < 300, response.get_data(as_text=True)
    grows_not(stage, lambda count: platform.get(f"/v1/sellers?limit={min(count, 200)}"))


def test_the_feed_of_stolen_items(stage: Stage, platform: Asking, brand: Asking, anyone: Asking) -> None:
    stolen_items(stage, brand, anyone, 12)
    counts = []
    for limit in (2, 12):
        with counted(stage) as asked:
            assert len(platform.get(f"/v1/stolen/changes?limit={limit}")["items"]) == limit
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 2, counts


@pytest.mark.parametrize("listed", [False, True])
def test_a_notice(stage: Stage, brand: Asking, platform: Asking, known: list[dict[str, Any]], *, listed: bool) -> None:
    def read(count: int) -> int:
        ones = [listing() for _ in range(count)]
        if listed:
            platform.post("/v1/listings/screen", {"listings": ones})
        lines = [line(item, one["ref"]) for item, one in zip(known, ones, strict=False)]
        with counted(stage) as asked:
            brand.post("/v1/notices", notice(*lines), 201)
        # Every case is an entry of the log and a row of its own; only what is read may not grow.
        return sum(one.startswith("SELECT") for one in asked)

    read(1)
    # Somebody who listens is told of every case.
    for who in (brand, platform):
        hook = {"url": "https://hooks.example/cases", "types": ["case.received", "case.decided", "listing.taken_down"]}
        who.post("/v1/webhooks", hook, 201)
    few, many = read(FEW), read(MANY)
    assert many <= few + SPARE, (few, many)
