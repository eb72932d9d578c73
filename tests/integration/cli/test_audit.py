"""Our own checker: it is content with what is right, and names what is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Executable, Table, delete, insert, select, update

from ledger.storage.engine import Store
from ledger.storage.tables import batches, events, item_versions, items, transaction_statements, transactions
from tests.integration.cli.conftest import Shell, Story


@pytest.fixture(scope="module")
def told(shell: Shell, story: Story) -> Story:
    """Some items of the batch are touched."""
    for item in story.items[:3]:
        shell.run("inspect", item["gtin"], item["serial"], "--org", "luxcheck", "--result", "consistent",
                  "--method", "in-hand")  # fmt: skip
    shell.run("mark", "theft", story.items[0]["gtin"], story.items[0]["serial"], "--org", "maison", "--wait")
    return story


@contextmanager
def _tampered(shell: Shell, table: Table, change: Executable) -> Iterator[None]:
    """The table after `change`; afterwards it is as it was."""
    store = shell.ledger.store
    assert isinstance(store, Store)
    with store.write() as tx:
        before = [dict(row._mapping) for row in tx.connection.execute(select(table))]
        carried = [dict(row._mapping) for row in tx.connection.execute(select(transaction_statements))]
        tx.connection.execute(change)
    try:
        yield
    finally:
        with store.write() as tx:
            if table is batches:
                # Taken out and put back, a batch would take its items along.
                for row in before:
                    tx.connection.execute(update(table).where(table.c.id == row["id"]).values(row))
            else:
                tx.connection.execute(delete(table))
                tx.connection.execute(insert(table), before)
                if table is transactions:
                    # They went with their transactions.
                    tx.connection.execute(insert(transaction_statements), carried)


def _found(shell: Shell, code: int = 0) -> dict[str, Any]:
    return {one["name"]: one for one in shell.json("audit", code=code)["checks"]}


def test_what_fits_together_is_found_to_fit(shell: Shell, told: Story) -> None:
    found = _found(shell)
    assert len(found) == 15
    assert {one["found"] for one in found.values()} == {"ok"}
    assert found["items are leaves"]["words"].startswith("10 items in all")
    assert found["item states equal the contract’s"]["words"].startswith("3 items")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("fields", {"model_ref": "another"}),
        ("record_hash", bytes(32)),
        ("claim_address", "0x" + "11" * 20),
        ("serial", "AAAAAAAAAAAA"),
        ("item", b"\1" * 32),
    ],
)
def test_an_item_that_was_changed_is_no_leaf_any_more(shell: Shell, told: Story, column: str, value: object) -> None:
    with _tampered(shell, items, update(items).where(items.c.position == 4).values({column: value})):
        found = _found(shell, code=1)["items are leaves"]
    assert found["found"] == "attention"
    assert told.batch in found["words"]


def test_an_item_that_was_taken_out_is_missed(shell: Shell, told: Story) -> None:
    with _tampered(shell, items, delete(items).where(items.c.position == 9)):
        assert _found(shell, code=1)["items are leaves"]["found"] == "attention"


def test_a_damaged_tree_is_named(shell: Shell, told: Story) -> None:
    tree = shell.ledger.files.path("trees", told.batch)
    whole = tree.read_bytes()
    try:
        tree.write_bytes(whole[:-32])
        assert "tree is gone or damaged" in _found(shell, code=1)["items are leaves"]["words"]
    finally:
        tree.write_bytes(whole)


def test_a_batch_with_another_manifest_is_not_what_was_registered(shell: Shell, told: Story) -> None:
    with _tampered(shell, batches, update(batches).values(manifest_hash=bytes(32))):
        assert _found(shell, code=1)["roots are on the chain once"]["found"] == "attention"


def test_a_batch_with_another_root_is_not_what_was_registered(shell: Shell, told: Story) -> None:
    with _tampered(shell, batches, update(batches).values(root=bytes(32))):
        assert _found(shell, code=1)["roots are on the chain once"]["found"] == "attention"


def test_an_event_that_was_taken_out_or_changed_differs_from_the_nodes(shell: Shell, told: Story) -> None:
    name = "every event is there once"
    with _tampered(shell, events, delete(events).where(events.c.name == "Marked")):
        found = _found(shell, code=1)
    assert found[name]["found"] == "attention"
    assert "should not be there" in found["item states follow from the events"]["words"]
    with _tampered(shell, events, update(events).where(events.c.name == "Marked").values(transaction_hash=bytes(32))):
        words = _found(shell, code=1)[name]["words"]
    assert "(Marked) is different in transaction_hash." in words


def test_a_state_that_was_changed_follows_neither_from_the_events_nor_the_contract(shell: Shell, told: Story) -> None:
    with _tampered(shell, item_versions, update(item_versions).values(flags=0)):
        found = _found(shell, code=1)
    assert found["item states follow from the events"]["found"] == "attention"
    assert found["item states equal the contract’s"]["found"] == "attention"


def test_a_gap_in_a_senders_nonces_is_named(shell: Shell, told: Story) -> None:
    middle = select(transactions.c.hash).where(transactions.c.nonce == 1).scalar_subquery()
    with _tampered(shell, transactions, delete(transactions).where(transactions.c.hash == middle)):
        assert _found(shell, code=1)["our senders’ nonces are dense"]["found"] == "attention"


def test_without_a_node_the_rest_is_checked_and_the_outcome_is_cannot_tell(shell: Shell, told: Story) -> None:
    away = shell.json("audit", code=3, TOUCHMARK_NODE_URL="http://127.0.0.1:9")
    assert away["outcome"] == "cannot_tell"
    found = {one["name"]: one["found"] for one in away["checks"]}
    assert [name for name, one in found.items() if one == "cannot_tell"] == [
        "every event is there once",
        "item states equal the contract’s",
        "blocks of passports are the node’s",
    ]
