"""reindex, audit and doctor on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from ledger.cli import root
from ledger.services import follow_chain
from ledger.services.ports import Tx
from ledger.services.reindex import reindex
from ledger.storage.tables import CHAIN_DERIVED, batches, item_versions, items
from tests.support.kept_rows import kept_rows
from tests.support.world import World, person

ALL = (*CHAIN_DERIVED, batches, items)


def _run(world: World, *line: str, code: int = 0) -> Any:
    environment = {
        "TOUCHMARK_DATA": str(world.settings.data),
        "TOUCHMARK_NODE_URL": world.node.url,
        "TOUCHMARK_DATABASE_URL": world.settings.database_url,
        "TOUCHMARK_FINALITY_DEPTH": None,
    }
    outcome = CliRunner(env=environment).invoke(root, ["--json", *line], catch_exceptions=False)
    assert outcome.exit_code == code, outcome.output
    return json.loads(outcome.stdout)


def _rows(tx: Tx, *tables: Any) -> dict[str, list[tuple[Any, ...]]]:
    connection = tx.connection  # type: ignore[attr-defined]
    return {one.name: kept_rows(connection, one) for one in tables}


def test_everything_derived_is_made_again_to_the_same_rows(world: World) -> None:
    for card in world.cards()[:3]:
        world.claim(card, person("anna"))
    world.settle()
    with world.ledger.store.read() as tx:
        before = _rows(tx, *ALL)
    assert all(before.values())
    with world.ledger.store.write() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        connection.execute(update(item_versions).values(flags=0))
        connection.execute(update(items).values(claim_address="0x" + "00" * 20))
        connection.execute(update(batches).values(root=bytes(32)))
    assert _run(world, "audit", code=1)["outcome"] == "attention"
    done = _run(world, "reindex", "--from-manifests")
    assert done["batches"] >= 1
    with world.ledger.store.read() as tx:
        after = _rows(tx, *ALL)
    assert after == before
    assert _run(world, "audit")["outcome"] == "ok"


def test_a_reader_sees_the_old_copy_or_the_new_one_whole(world: World) -> None:
    """The reader's transaction is open while the copy is thrown away and made again."""
    world.claim(world.cards()[0], person("anna"))
    world.settle()
    with world.ledger.store.read() as tx:
        before = _rows(tx, *CHAIN_DERIVED)
        _run(world, "reindex")
        assert _rows(tx, *CHAIN_DERIVED) == before
    with world.ledger.store.read() as tx:
        assert _rows(tx, *CHAIN_DERIVED) == before


def test_a_worker_that_looked_before_a_reindex_leaves_no_gap_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look at our tip and its write, the copy is made anew from further on."""
    world.claim(world.cards()[0], person("anna"))
    world.settle()
    world.claim(world.cards()[1], person("bruno"))
    look = follow_chain._look
    done = []

    def slowly(*args: Any) -> Any:
        seen = look(*args)
        if seen[2] is not None and not done:
            done.append(reindex(world.ledger, world.side().node, None))
        return seen

    monkeypatch.setattr(follow_chain, "_look", slowly)
    world.settle()
    assert done
    assert _run(world, "audit")["outcome"] == "ok"
