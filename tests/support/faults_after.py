"""What has to be true once everything is well again, whatever was killed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from click.testing import CliRunner
from sqlalchemy import func, select

from ledger.cli import root
from ledger.domain.imports import ImportState
from ledger.domain.outbox import State
from ledger.services.hand_out_cards import CARDS
from ledger.services.import_items import UPLOADS
from ledger.services.open_item import TREES
from ledger.services.progress_of import progress_of
from ledger.services.write_manifest import MANIFESTS
from ledger.storage import tables
from tests.support.faults_client import Journal
from tests.support.faults_truth import unsupported_ticks
from tests.support.same_as_contract import expect_same_as_contract
from tests.support.world import Card, World


def audit(world: World) -> dict[str, Any]:
    """`touchmark audit` on the world; fails unless all of it is well."""
    environment = {
        "TOUCHMARK_NODE_URL": world.node.url,
        "TOUCHMARK_DATABASE_URL": world.settings.database_url,
        "TOUCHMARK_DATA": str(world.settings.data),
    }
    result = CliRunner(env=environment).invoke(root, ["--json", "audit"], catch_exceptions=False)
    assert result.exit_code == 0, result.stdout
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def statements(world: World) -> dict[str, bytes]:
    """Every statement that is kept: its hash, by its name."""
    with world.ledger.store.read() as tx:
        rows = tx.connection.execute(select(tables.statements.c.id, tables.statements.c.hash))  # type: ignore[attr-defined]
        return {row.id: row.hash for row in rows}


def expect_whole(world: World, journal: Journal, before: set[str], cards: Sequence[Card]) -> Counter[str]:
    """Every acknowledged statement is there exactly once and final, and nothing is half there.

    `before` are the statements that there were before anything was asked. Returns what was counted.
    """
    found = Counter(acknowledged=0, unknown=len(journal.unknown()), kept_unheard=0)
    kept = statements(world)
    acknowledged = {one.statement for one in journal.acknowledged() if one.statement is not None}
    lost = acknowledged - kept.keys()
    assert not lost, f"acknowledged and lost: {sorted(lost)[:3]}"
    for one in journal.acknowledged():
        if one.statement is not None:
            assert "0x" + kept[one.statement].hex() == one.answer["hash"]
        elif one.path == "/v1/offers":
            with world.ledger.store.read() as tx:
                assert tx.papers.offer(one.answer["id"]) is not None, "an acknowledged offer is gone"
    assert len(set(kept.values())) == len(kept), "a statement is kept twice"
    unheard = kept.keys() - acknowledged - before
    registrations = _registrations(world)
    assert len(unheard - registrations) <= len(journal.unknown()), "statements that nobody has asked for"
    _expect_settled(world, kept, acknowledged)
    expect_files_and_batches(world)
    audit(world)
    looked, wrong = unsupported_ticks(world.ledger, world.loop.side.node, cards)
    assert not wrong, wrong
    assert looked == len(cards), "everything is at rest, so everything can be told"
    expect_same_as_contract(world, list(cards))
    found.update(acknowledged=len(acknowledged), kept_unheard=len(unheard - registrations), verdicts=looked)
    return found


def _registrations(world: World) -> set[str]:
    with world.ledger.store.read() as tx:
        rows = tx.connection.execute(select(tables.batches.c.statement))  # type: ignore[attr-defined]
        return {row.statement for row in rows if row.statement is not None}


def _expect_settled(world: World, kept: dict[str, bytes], acknowledged: set[str | None]) -> None:
    with world.ledger.store.read() as tx:
        events = tables.events.c
        query = select(events.statement, func.count()).where(events.statement.is_not(None), events.name != "Refused")
        rows = tx.connection.execute(query.group_by(events.statement))  # type: ignore[attr-defined]
        told = {row[0]: row[1] for row in rows}
        queued = [one for id in kept if (one := tx.outbox.get(id)) is not None]
        where = progress_of(world.ledger, tx, queued)
    for id, hash in kept.items():
        state, count = where[id].state, told.get(hash, 0)
        wanted = {State.FINAL: 1, State.REFUSED: 0}.get(state)
        assert count == wanted, f"{id} is {state} and stands in {count} events"
        if id in acknowledged:
            assert state is State.FINAL, f"acknowledged and {state}: {where[id]}"


def expect_files_and_batches(world: World) -> None:
    """Imports and batches are whole or absent; no item is of a batch that is not ready."""
    files = world.ledger.files
    with world.ledger.store.read() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        imports = connection.execute(select(tables.imports)).all()
        batches = connection.execute(select(tables.batches)).all()
        counted = connection.execute(select(tables.items.c.batch_id, func.count()).group_by(tables.items.c.batch_id))
        items = {row[0]: row[1] for row in counted}
    for one in imports:
        assert one.state in (ImportState.CHECKED, ImportState.CONFIRMED, ImportState.UNREADABLE), one
        assert files.has(UPLOADS, one.sha256), "an import without its file"
        assert (one.batch_id is None) is (one.state != ImportState.CONFIRMED), one
    for batch in batches:
        assert batch.ready, "a batch that never became ready"
        assert items.pop(batch.id) == batch.count
        assert files.has(TREES, batch.id)
        assert files.has(MANIFESTS, batch.public_file)
        assert files.has(MANIFESTS, batch.private_file)
        assert files.has(CARDS, batch.id) is (batch.cards_done_at is None), "codes are there until they are confirmed"
    assert not items, "items of no batch"
