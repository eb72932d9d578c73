"""A full disk: writes are refused in a sentence, reads go on, nothing is half kept, and with room all goes on."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import event

from ledger.chain.local_node import LocalNode
from ledger.domain.errors import Unavailable
from ledger.domain.imports import ImportState
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.services import import_items
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.scan_item import scan_item
from ledger.settings import Settings
from ledger.worker import run_jobs_once
from tests.support.faults_after import audit, expect_files_and_batches, statements
from tests.support.faults_full import fill, small_disk
from tests.support.faults_table import figure
from tests.support.faults_truth import unsupported_ticks
from tests.support.world import GTIN, World, person

ROOM = 64 << 20


@contextmanager
def full_disk(world: World) -> Iterator[str]:
    """No byte more: what the world lies on is filled, or its database may not grow."""
    disk = world.settings.data.parent
    if disk.is_mount():
        ballast = fill(disk)
        try:
            yield "a file system without room"
        finally:
            ballast.unlink()
        return
    engine = world.ledger.store.engine  # type: ignore[attr-defined]
    engine.dispose()

    def no_growth(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    event.listen(engine, "connect", no_growth)
    try:
        yield "a database that may not grow"
    finally:
        event.remove(engine, "connect", no_growth)
        engine.dispose()


@pytest.fixture(params=["disk", "database"])
def confined(request: pytest.FixtureRequest, sources: object, tmp_path: Path) -> Iterator[World]:
    """A world that lies on a small disk of its own, or whose database is held to its size."""
    source, _ = sources("sqlite")  # type: ignore[operator]
    with small_disk(tmp_path / "disk", ROOM) if request.param == "disk" else _anywhere() as mounted:
        if request.param == "disk" and not mounted:
            pytest.skip("only root may mount a small disk; the other case is tried")
        data = tmp_path / "disk" / "data"
        shutil.copytree(source, data)
        with LocalNode(data) as node:
            world = World(Settings(data=data, node_url=node.url), node)
            with world.ledger.store.write() as tx:
                tx.meta.set(NODE_SEEN, world.ledger.now())
            yield world
            world.close()


@contextmanager
def _anywhere() -> Iterator[bool]:
    yield False


def test_a_full_disk_refuses_writes_still_serves_reads_and_keeps_no_half(confined: World) -> None:
    world = confined
    cards = world.cards()
    world.loop.turn()
    caller = world.caller("maison")
    text = f"gtin;serial;model_ref\n{GTIN};;Sac\n".encode() + f"{GTIN};;Sac\n".encode() * 5_000
    before = statements(world)
    refused = 0
    with full_disk(world) as how:
        for act in (
            lambda: world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32),
            lambda: world.claim(cards[0], person("ada")),
            lambda: import_items.upload(world.ledger, caller, "a.csv", io.BytesIO(text)),
        ):
            for _ in range(40):
                # What still fits into pages that are free is kept, and that is well; the disk ends all the same.
                try:
                    act()
                except Unavailable:
                    refused += 1
                    break
        kept = statements(world)
        assert before.keys() <= kept.keys()
        for card in cards[:3]:
            assert scan_item(world.ledger, card.gtin, card.serial).standing is not None
        _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, cards[:3])
        assert not wrong, wrong
        for _ in range(3):
            with suppress(Unavailable):
                world.loop.turn()
    assert refused >= 2, "the disk was not full"
    sent = import_items.upload(world.ledger, caller, "a.csv", io.BytesIO(text))
    world.clock.ahead += 61
    while run_jobs_once(world.ledger):
        pass
    with world.ledger.store.read() as tx:
        assert import_items.own_import(tx, caller, sent.id).state is ImportState.CHECKED
    world.settle()
    with world.ledger.store.read() as tx:
        queued = [one for id in statements(world) if (one := tx.outbox.get(id)) is not None]
    for one in queued:
        assert world.progress(one).state is State.FINAL
    expect_files_and_batches(world)
    audit(world)
    figure("full disk (ENOSPC)", f"{how}: refuses in a sentence, serves reads, corrupt 0", refused=refused)
