"""A world with every kind of row and file in it, at rest, and a way to lie to its database without harming it."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, Table, delete, insert, select, update

from ledger.chain.node import Node
from ledger.cli.audit import NodeStates
from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import import_items
from ledger.services import record_inspection as records
from ledger.services.amend_item import amend
from ledger.services.audit import audit
from ledger.services.checking import Checked, Found
from ledger.services.hand_out_cards import confirm_cards, write_cards
from ledger.services.ports import Ledger
from ledger.services.store_evidence import store_evidence
from ledger.services.views_of_chain import final_height
from ledger.storage.engine import Store, Tx
from ledger.storage.shared import Shared
from ledger.worker import run_jobs_once
from tests.support.postgres import Postgres
from tests.support.world import GTIN, World, copied_world, person

LONG = os.environ.get("TOUCHMARK_LONG") == "1"
PARTS = "gtin;serial;model_ref;colour;part.movement;part.case\n"


@dataclass
class Tampered:
    """The world with a lie in it, for one audit."""

    connection: Connection

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows, by primary key."""
        query = select(table).order_by(*table.primary_key)
        return [dict(row._mapping) for row in self.connection.execute(query)]

    def put(self, table: Table, row: dict[str, Any]) -> None:
        self.connection.execute(insert(table).values(row))

    def drop(self, table: Table, row: dict[str, Any]) -> None:
        self.connection.execute(delete(table).where(*self._is(table, row)))

    def change(self, table: Table, row: dict[str, Any], column: str, value: Any) -> None:
        self.connection.execute(update(table).where(*self._is(table, row)).values({column: value}))

    def _is(self, table: Table, row: dict[str, Any]) -> list[Any]:
        return [column == row[column.name] for column in table.primary_key]


class OneConnection:
    """A store in which everybody reads what one open transaction says."""

    def __init__(self, connection: Connection) -> None:
        self._tx = Tx(connection, Shared())

    @contextmanager
    def read(self) -> Iterator[Tx]:
        yield self._tx


class Remembering:
    """A node that is asked each question once: it stands still."""

    def __init__(self, node: Node) -> None:
        self.block: Callable[[int], Block | None] = cache(node.block)
        self.events_of: Callable[[Block], list[ChainEvent]] = cache(node.events_of)
        self.history = cache(lambda first, last: list(node.history(first, last)))


@dataclass
class Stage:
    """What the tests of this folder stand on."""

    world: World
    chain: Remembering
    states: Any
    _asked: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        return self.world.ledger

    def items_of(self, items: list[int], block: int) -> Any:
        """As the contract's own word, remembered."""
        key = (tuple(items), block)
        if key not in self._asked:
            self._asked[key] = self.states.items_of(items, block)
        return self._asked[key]

    @contextmanager
    def tampered(self) -> Iterator[Tampered]:
        """A transaction without foreign keys, in which anything can be changed; undone at the end."""
        store = self.ledger.store
        assert isinstance(store, Store)
        with store.engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            assert driver is not None
            sqlite = store.engine.dialect.name == "sqlite"
            if sqlite:
                driver.execute("PRAGMA foreign_keys = OFF")
            try:
                if not sqlite:
                    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                yield Tampered(connection)
            finally:
                connection.rollback()
                if sqlite:
                    driver.execute("PRAGMA foreign_keys = ON")

    def audit(self, lie: Tampered | None = None) -> Iterator[Checked]:
        """The lines of the audit, one by one."""
        ledger = self.ledger if lie is None else replace(self.ledger, store=OneConnection(lie.connection))  # type: ignore[arg-type]
        return audit(ledger, self.chain, self)  # type: ignore[arg-type]

    def named(self, lie: Tampered | None, names: tuple[str, ...]) -> bool:
        """Whether a line that is not well holds one of the names; it stops at the first that does."""
        return any(line.found is not Found.OK and any(name in line.words for name in names) for line in self.audit(lie))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"] if LONG else ["sqlite"])
def stage(
    request: pytest.FixtureRequest,
    sources: Callable[[str], tuple[Path, str | None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The rich world, made once for each database."""
    folder, template = sources(request.param)
    url = None
    if template is not None:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create(template))
    with copied_world(folder, tmp_path_factory.mktemp(f"tamper-{request.param}"), url) as world:
        play(world)
        side = world.side()
        yield Stage(world, Remembering(side.node), NodeStates(side))


def play(world: World) -> None:
    """Something of everything: parts, evidence, amendments, handovers, marks, refusals, a passport's block."""
    ledger, brand, ada, ben = world.ledger, world.caller("maison"), person("ada"), person("ben")
    parts_batch(world, confirmed=True)
    world.settle()
    cards = world.cards()
    for card in cards[:3]:
        world.claim(card, ada)
    world.claim(cards[2], ben)
    photo = io.BytesIO()
    Image.frombytes("RGB", (8, 8), random.Random(1).randbytes(192)).save(photo, "PNG")
    photo.seek(0)
    sha256 = store_evidence(ledger, world.caller("luxcheck"), photo).sha256
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 2)
    for card in cards[4:6]:
        seen = records.inspection(card.gtin, card.serial, facts, {"basis": "Seen."}, [sha256])
        records.record(ledger, world.caller("luxcheck"), seen)
    done = records.service(cards[0].gtin, cards[0].serial, next(iter(Service)), {"what": "Polished."})
    records.record(ledger, brand, done)
    world.settle()
    world.accept(world.offer(cards[0], ada, ben.address), ben)
    world.offer(cards[1], ada, ben.address, code="123456")
    world.own(ada, Kind.OWNER_REPORT, cards[2], kind=int(OwnerReportKind.STOLEN))
    for place, kind in ((3, MarkKind.THEFT), (4, MarkKind.RECALL), (5, MarkKind.DISPUTE)):
        world.say("maison", Kind.MARK, subject=cards[place].item, kind=int(kind))
    world.say("council", Kind.ANCHOR, hash=b"\x07" * 32)
    world.say("maison", Kind.REPLACE_CLAIM, item=cards[6].item, claimAddress=person("new card").address)
    world.settle()
    for colour in ("red", "blue"):
        amend(
            ledger, brand, GTIN, cards[0].serial, {"model_ref": "Sac 0", "colour": colour, "part.case": f"C-{colour}"}
        )
        world.settle()
    world.say("maison", Kind.RETIRE, item=cards[7].item)
    world.settle()
    # A batch whose cards are not confirmed yet, so that its codes are there, and one that is not made ready.
    parts_batch(world, confirmed=False)
    with ledger.store.write() as tx:
        for height in (final_height(tx), final_height(tx) - 1):
            block = tx.chain.block(height)
            if block is not None:
                tx.proven_blocks.note(block.number, block.hash, ledger.now())
        for n in range(4):
            tx.desk_log.append("test.act", brand.organisation.id, f"case {n}", {"n": n}, ledger.now())


def parts_batch(world: World, *, confirmed: bool) -> None:
    """A batch of items with serials of parts."""
    ledger, brand = world.ledger, world.caller("maison")
    mark = "A" if confirmed else "B"
    text = PARTS + "".join(f"{GTIN};;Watch {n};steel;M-{mark}{n};C-{mark}{n}\n" for n in range(3))
    sent = import_items.upload(ledger, brand, "watches.csv", io.BytesIO(text.encode()))
    assert run_jobs_once(ledger)
    batch = import_items.confirm(ledger, brand, sent.id, on_sale_at_once=True)
    assert run_jobs_once(ledger)
    if confirmed:
        confirm_cards(ledger, brand, batch.id, write_cards(ledger, brand, batch.id, "csv", io.BytesIO()))
