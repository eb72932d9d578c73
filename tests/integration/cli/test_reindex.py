"""The copy of the chain thrown away and made again: the same rows, bit for bit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from ledger.storage.engine import Store
from ledger.storage.tables import CHAIN_DERIVED, batches, blocks, events, item_versions, items
from tests.integration.cli.conftest import Shell, Story
from tests.support.kept_rows import kept_rows

_INSPECT = ("--org", "luxcheck", "--result", "consistent", "--method", "in-hand")


def _store(shell: Shell) -> Store:
    store = shell.ledger.store
    assert isinstance(store, Store)
    return store


def _dump(shell: Shell, *tables: Table) -> dict[str, list[tuple[Any, ...]]]:
    with _store(shell).read() as tx:
        return {table.name: kept_rows(tx.connection, table) for table in tables}


@pytest.fixture(scope="module")
def told(shell: Shell, story: Story) -> Story:
    """Something of each: an inspection, a claim, a mark on an item and one on the batch."""
    name = (story.items[0]["gtin"], story.items[0]["serial"])
    shell.json("owner-key", "new", str(shell.folder / "o.json"), TOUCHMARK_OWNER_PASSPHRASE="long enough")
    shell.run("inspect", *name, *_INSPECT)
    shell.run(
        "claim", *name, "--owner-key", str(shell.folder / "o.json"), "--wait",
        TOUCHMARK_OWNER_PASSPHRASE="long enough", TOUCHMARK_CLAIM_CODE=story.items[0]["claim_code"],
    )  # fmt: skip
    shell.run("mark", "theft", *name, "--org", "maison", "--wait")
    shell.run("mark", "recall", "--batch", story.batch, "--org", "maison", "--wait")
    return story


def test_the_chains_copy_is_made_again_to_the_same_rows(shell: Shell, told: Story) -> None:
    before = _dump(shell, *CHAIN_DERIVED)
    assert all(before.values())
    done = shell.json("reindex")
    assert _dump(shell, *CHAIN_DERIVED) == before
    assert done["events"] >= len(before["events"])


def test_what_was_tampered_with_is_made_right(shell: Shell, told: Story) -> None:
    before = _dump(shell, *CHAIN_DERIVED)
    with _store(shell).write() as tx:
        tx.connection.execute(update(item_versions).values(flags=0))
        tx.connection.execute(delete(events).where(events.c.name == "Marked"))
        tx.connection.execute(update(blocks).values(time=blocks.c.time + 1))
    assert _dump(shell, *CHAIN_DERIVED) != before
    shell.run("reindex")
    assert _dump(shell, *CHAIN_DERIVED) == before


def test_the_worker_goes_on_after_a_reindex(shell: Shell, told: Story) -> None:
    item = told.items[1]
    shell.run("reindex")
    assert shell.json("inspect", item["gtin"], item["serial"], *_INSPECT, "--wait")["state"] == "final"


def test_batches_and_items_are_made_again_from_their_manifests(shell: Shell, told: Story) -> None:
    before = _dump(shell, batches, items)
    with _store(shell).write() as tx:
        tx.connection.execute(update(items).values(claim_address="0x" + "00" * 20, fields={}))
        tx.connection.execute(delete(items).where(items.c.position > 5))
        tx.connection.execute(update(batches).values(root=bytes(32), secret=b"gone", name="other", number=None))
    done = shell.json("reindex", "--from-manifests")
    assert (done["batches"], done["items"]) == (1, 10)
    assert _dump(shell, batches, items) == before


def test_a_batch_whose_row_is_gone_comes_back(shell: Shell, told: Story) -> None:
    before = _dump(shell, batches, items)
    with _store(shell).write() as tx:
        tx.connection.execute(delete(batches))
    assert _dump(shell, items)["items"] == []
    shell.run("reindex", "--from-manifests")
    after = _dump(shell, batches, items)
    assert after["items"] == before["items"]
    kept_only_here = [batches.columns.keys().index(name) for name in ("cards_sha256", "cards_done_at")]
    for old, new in zip(before["batches"], after["batches"], strict=True):
        same = [place for place in range(len(old)) if place not in kept_only_here]
        assert [new[place] for place in same] == [old[place] for place in same]


def test_a_damaged_manifest_changes_nothing_and_is_named(shell: Shell, told: Story) -> None:
    with shell.ledger.store.read() as tx:
        batch = tx.batches.get(told.batch)
    assert batch is not None
    assert batch.private_file is not None
    path = shell.ledger.files.path("manifests", batch.private_file)
    whole = path.read_bytes()
    before = _dump(shell, batches, items)
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        refused = shell.json("reindex", "--from-manifests", code=1)
    finally:
        path.write_bytes(whole)
    assert told.batch in refused["error"]["detail"]
    assert _dump(shell, batches, items) == before


def test_another_chain_is_not_taken_without_being_told(shell: Shell, told: Story) -> None:
    before = _dump(shell, *CHAIN_DERIVED)
    with _store(shell).write() as tx:
        final = tx.meta.get("final_height")
        tx.connection.execute(update(blocks).where(blocks.c.number == final).values(hash=b"\7" * 32))
    refused = shell.json("reindex", code=1)
    assert "--accept-other-chain" in refused["error"]["detail"]
    shell.json("reindex", "--accept-other-chain", code=2)
    shell.json("reindex", "--accept-other-chain", "--yes")
    assert _dump(shell, *CHAIN_DERIVED) == before
