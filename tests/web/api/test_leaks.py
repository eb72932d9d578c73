"""Two brands on one ledger: whatever one of them keeps, nobody else is answered with it, unless it shares it.

Every table that knows an organisation gets rows of one brand (and of one platform), drawn at random, every text and
every name of bytes in them a canary. Then every GET operation of the interface is asked with those very ids and
references: by another brand, another platform, an agent, an inspector, an authority and anyone. No canary may be in
any answer. A table without a way to fill it, and an operation whose parameters nobody has chosen, fail here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, String, Table, delete, insert, select

from ledger.domain.organisations import FOR_AUTHORITIES, Role
from ledger.domain.watching import Alert
from ledger.services.organisations import add_organisation
from ledger.storage.tables import metadata
from tests.conftest import DATABASES
from tests.web.api.asking import Asking, made
from tests.web.api.conftest import UNHURRIED
from tests.web.stage import Stage, on_each_database

LONG: Final = os.environ.get("TOUCHMARK_LONG") == "1"
OWNERS: Final = ("organisation", "brand", "holder", "notifier", "platform", "reader", "agent", "party", "owner")
"""Columns that say whose a row is."""
PLATFORMS: Final = frozenset({"platform"})
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READERS: Final = ("rival", "market", "proxy", "luxcheck", "customs", "anyone")

NOT_FILLED: Final[dict[str, str]] = {
    "organisations": "who there is: public names",
    "batches": "made through the interface: whole batches with private fields, with the fixture",
    "items": "made with their batch",
    "statements": "signed: what strangers are told of one is tried in test_foreign_things.py",
    "desk_log": "a chain of sealed entries; what it says is shown by cases and the report",
}
"""Tables with an owner that get no random row, and why."""
WORDS: Final[dict[str, Any]] = {
    "role": "brand", "kind": "mark", "language": "en", "currency": "EUR", "territory": "FR", "country": "FR",
    "media_type": "image/png", "gtin": "09521234543213", "decision": "hold", "condition": "new",
}  # fmt: skip
"""Columns that hold one of a few words, in most tables."""
OF_TABLE: Final[dict[tuple[str, str], Any]] = {
    ("sharing_policies", "kind"): "stolen",
    ("sharing_policies", "members"): [],
    ("signal_entries", "kind"): "stolen",
    ("signal_entries", "act"): "shared",
    ("sellers", "kind"): "trader",
    ("sellers", "facts"): {},
    ("cases", "reason"): "other",
    ("cases", "rules"): "eu",
    ("cases", "lane"): "review",
    ("cases", "state"): "received",
    ("listings", "status"): "live",
    ("imports", "state"): "checked",
    ("lines", "words"): {},
    ("rights", "state"): "stated",
    ("clues", "answer"): None,
    ("proposals", "act"): "recall",
    ("webhook_endpoints", "disabled_why"): None,
    ("webhook_deliveries", "state"): "waiting",
    ("orders", "kind"): "tro",
    ("rights", "from_day"): None,
    ("rights", "expires_on"): None,
}

_FILLED: Final = count()

IDS: Final[dict[str, str | None]] = {
    "agents": "right_agents", "batches": None, "cases": "cases", "checklists": "checklists", "clues": "clues",
    "epcis": "captures", "imports": "imports", "keys": "api_keys", "notices": "notices", "offers": None,
    "orders": "orders", "proposals": "proposals", "rights": "rights", "statements": None,
    "webhook-deliveries": "webhook_deliveries", "webhooks": "webhook_endpoints", "designs": "design_certificates",
    "badges": None, "listings": "listings", "watches": "watches", "files": None, "escrows": "escrows",
    "origin-cards": "origin_cards", "authorised-sellers": "authorised_sellers", "signals": "offenders",
}  # fmt: skip
"""Whose id stands in a path, by its resource; None: any will do, since a row needs more than one table can give."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was put in: canaries with the column of each, and ids and references by table."""

    canaries: Mapping[str, str]
    names: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """A whole ledger with one brand and one platform that keep things, and those that must not see them."""

    stage: Stage
    app: Flask
    owners: Mapping[str, str]
    readers: Mapping[str, Asking]
    brand: Asking
    hidden: Mapping[str, Any]
    """An item of a batch that is not on the record, with a private field: its batch and itself."""


@pytest.fixture(scope="module", params=DATABASES if LONG else DATABASES[:1])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with on_each_database(request, tmp_path_factory.mktemp("leaks")) as stage:
        for slug, role in (("market", Role.PLATFORM), ("proxy", Role.AGENT), ("customs", Role.AUTHORITY)):
            add_organisation(stage.ledger, slug=slug, name=slug.title(), role=role, domain=f"{slug}.example")
        add_organisation(
            stage.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952199"]
        )
        stage.follow()
        app = stage.app(pace=UNHURRIED)
        brand = Asking(app, stage.key("maison"))
        batch = made(stage, brand, 1, private_note="canary-of-a-field")
        [item] = brand.get(f"/v1/batches/{batch['id']}/items")["items"]
        with stage.ledger.store.read() as tx:
            known = {slug: tx.organisations.get(slug) for slug in ("maison", "bazar")}
        owners = {slug: one.id for slug, one in known.items() if one is not None}
        readers = {
            slug: Asking(app, stage.key(slug, *(FOR_AUTHORITIES if slug == "customs" else ())))
            for slug in READERS
            if slug != "anyone"
        }
        readers["anyone"] = Asking(app, None)
        yield Place(stage, app, owners, readers, brand, {"batch": batch["id"], **item})


def owned_tables() -> dict[str, Table]:
    """Every table with a column that says whose a row is, with what its rows belong to and what belongs to them."""
    found = {table.name for table in metadata.tables.values() if set(table.c.keys()) & set(OWNERS)}
    grown = True
    while grown:
        ties = {(table.name, key.column.table.name) for table in metadata.tables.values() for key in table.foreign_keys}
        more = {one for tie in ties for one in tie if set(tie) & (found - {"organisations"})}
        grown, found = not more <= found, found | more
    return {table.name: table for table in metadata.sorted_tables if table.name in found}


def value_of(place: Place, table: Table, column: Column[Any], draw: Random, held: dict[str, str]) -> Any:
    """Something for a column: whose it is where it says so, a known word where it needs one, else a canary."""
    where = f"{table.name}.{column.name}"
    if (table.name, column.name) in OF_TABLE:
        return OF_TABLE[table.name, column.name]
    parents = {key.column.table.name for key in column.foreign_keys}
    if parents == {table.name}:
        return None
    if "organisations" in parents or (column.name in OWNERS and isinstance(column.type, String)):
        return place.owners["bazar" if column.name in PLATFORMS else "maison"]
    if column.name in WORDS and isinstance(column.type, String):
        return WORDS[column.name]
    if isinstance(column.type, String) and (column.name == "id" or parents):
        return "ca_" + "".join(draw.choices(CROCKFORD, k=26))
    if isinstance(column.type, Boolean):
        return draw.random() < 0.5
    if isinstance(column.type, Integer):
        return draw.randrange(1, 2**30)
    if isinstance(column.type, LargeBinary):
        name = draw.randbytes(column.type.length or 32)
        held[name.hex()] = where
        return name
    if isinstance(column.type, JSON):
        canary = f"canary{draw.getrandbits(96):024x}"
        held[canary] = where
        return [canary]
    length = getattr(column.type, "length", None) or 60
    canary = f"canary{draw.getrandbits(96):024x}"[:length]
    if len(canary) >= 10:
        held[canary] = where
    return canary


def fill(place: Place, seed: int) -> Held:
    """A row of the brand's, or of the platform's, in every table that knows an owner."""
    # The same seed again is another row: two of one name cannot be kept.
    draw = Random(f"{seed} {next(_FILLED)}")
    canaries: dict[str, str] = {}
    names: dict[str, dict[str, Any]] = {}
    with place.stage.ledger.store.engine.begin() as connection:  # type: ignore[attr-defined]
        for name, table in owned_tables().items():
            if name in NOT_FILLED:
                continue
            own: dict[str, str] = {}
            row = {
                column.name: value_of(place, table, column, draw, own)
                for column in table.columns
                if not (column.primary_key and isinstance(column.type, Integer) and column.autoincrement is True)
            }
            for column in table.columns:
                for key in column.foreign_keys:
                    parent = key.column
                    if parent.table.name not in ("organisations", name):
                        known = names.get(parent.table.name, {}).get(parent.name)
                        row[column.name] = known or connection.execute(select(parent).limit(1)).scalar()
            # Of some things an organisation has one: an earlier draw's gives way.
            connection.execute(
                delete(table).where(*(one == row[one.name] for one in table.primary_key if one.name in row))
            )
            connection.execute(insert(table).values(**row))
            canaries |= own
            names[name] = dict(row)
    return Held(canaries, names)


def operations(app: Flask) -> list[tuple[str, str]]:
    """(name, path) of every GET operation, from the description that is published."""
    spec = Asking(app, None).get("/openapi.json")
    return [(one["get"]["operationId"], path) for path, one in sorted(spec["paths"].items()) if "get" in one]


def address(place: Place, path: str, held: Held) -> str:
    """A path with the brand's own ids in it. Raises KeyError for a parameter that nobody has chosen here."""
    resource = path.split("/")[2]
    chosen = {
        "gtin": place.hidden["gtin"],
        "serial": place.hidden["serial"],
        "sha256": "ab" * 32,
        "day": "2026-11-22",
        "number": "1",
        "format": "json",
        "statement": "1",
    }

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        if name == "id":
            table = IDS[resource]
            if resource == "batches":
                return str(place.hidden["batch"])
            return str(held.names[table]["id"]) if table else "ca_" + "0" * 26
        if name == "ref":
            return str(held.names["sellers" if resource == "sellers" else "listings"]["ref"])
        return quote(str(chosen[name]))

    return re.sub(r"\{(\w+)\}", filled, path)


def test_every_table_with_an_owner_is_filled_or_says_why_not(place: Place) -> None:
    held = fill(place, 0)
    assert set(held.names) == set(owned_tables()) - set(NOT_FILLED)
    assert len(held.canaries) > 100


def test_every_get_operation_has_its_parameters_chosen_here(place: Place) -> None:
    held = fill(place, 1)
    found = operations(place.app)
    assert len(found) > 60
    for name, path in found:
        assert "{" not in address(place, path, held), name


@given(seed=st.integers(2, 2**60))
@settings(
    max_examples=60 if LONG else 2,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_a_brand_or_a_platform_keeps_is_in_any_answer_to_somebody_else(place: Place, seed: int) -> None:
    held = fill(place, seed)
    kept = {**held.canaries, "canary-of-a-field": "items.fields"}
    wrong = []
    for who, reader in place.readers.items():
        for name, path in operations(place.app):
            asked = address(place, path, held)
            response = reader.ask("GET", asked)
            text = response.get_data().decode(errors="replace")
            # What breaks over a row of somebody else's has read it.
            if response.status_code >= 500 and response.status_code != 503:
                wrong.append((who, name, "broke"))
            # What was asked for may be said again: whoever asks knows it.
            wrong += [(who, name, kept[one]) for one in kept if one in text and one not in asked]
    assert wrong == []


def test_the_same_walk_finds_what_it_looks_for_where_it_may_be_seen(place: Place) -> None:
    held = fill(place, 1)
    found = set()
    for _, path in operations(place.app):
        text = place.brand.ask("GET", address(place, path, held)).get_data().decode(errors="replace")
        found |= {held.canaries[one].partition(".")[0] for one in held.canaries if one in text}
    assert {"rights", "clues"} <= found
    assert len(found) >= 5


def test_of_what_a_brand_shares_the_code_alone_crosses_and_to_the_member_it_chose(place: Place) -> None:
    ledger, item = place.stage.ledger, place.hidden
    now = ledger.now()
    with ledger.store.write() as tx:
        known = tx.batches.find(item["gtin"], item["serial"])[0]
        made_alert = Alert(ledger.new_id("alr"), known.item, place.owners["maison"], known.gtin, True, now, now)
        tx.scans.keep_alert(made_alert)
    chosen = place.brand.ask("PUT", "/v1/signals/policies/clone_alert", json={"to": ["rival"]})
    assert chosen.status_code == 200
    told = place.readers["rival"].get("/v1/signals?limit=1000")["items"]
    [shared] = [one for one in told if one["serial"] == item["serial"]]
    assert set(shared) == {"cursor", "signal", "act", "kind", "stands", "gtin", "serial", "source", "at"}
    assert shared["source"] is None
    for who in ("market", "proxy", "luxcheck", "customs", "anyone"):
        assert item["serial"] not in place.readers[who].ask("GET", "/v1/signals").get_data(as_text=True)
