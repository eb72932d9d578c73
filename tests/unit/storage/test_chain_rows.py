"""Rows of the chain's copy, made without a database: the same text whoever writes it, and read back as it was."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import JSON, Row, Table

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.storage.chain_rows import event_of, event_row, insert_sql, state_of, state_row, unread_event_of
from ledger.storage.tables import events, item_versions

ITEM = (1 << 255) + 7
PLAIN = ItemState(ITEM, (5 << 32) + 1, "0x" + "ab" * 20, b"\x01" * 32, record_hash=b"\x02" * 32)
FULL = ItemState(
    ITEM,
    1,
    "0x" + "cd" * 20,
    b"\x03" * 32,
    sequence=4,
    flags=Flag.CLAIMED | Flag.BRAND_THEFT,
    until={Flag.BRAND_THEFT: 2_000_000_000, Flag.REGISTERED_TWICE: 1},
    owner_since=1_900_000_000,
    owners=2,
    recovery_due=1_900_000_001,
    recovery_address="0x" + "ef" * 20,
    record_hash=b"\x04" * 32,
)
ARGS: dict[str, Any] = {
    "item": ITEM,
    "party": 3,
    "nonce": 9,
    "statement": b"\x05" * 32,
    "small": (1 << 53) - 1,
    "large": 1 << 53,
    "yes": True,
    "no": False,
    "none": b"",
    "text": 'quotes " and \\ and é\n',
    "many": (1 << 60, b"\x06", (False, "x")),
}


def by_name(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    """A row as its columns name it, JSON as the values that it holds."""
    pairs = zip(table.columns, row, strict=True)
    return {column.name: json.loads(value) if isinstance(column.type, JSON) else value for column, value in pairs}


def read(table: Table, row: tuple[Any, ...], **more: Any) -> Row[Any]:
    return cast("Row[Any]", SimpleNamespace(**by_name(table, row), **more))


@pytest.mark.parametrize("parsed", [False, True])
def test_an_event_whose_arguments_are_read_late_is_the_same_event(parsed: bool) -> None:
    """As text, which SQLite gives, and as the values that PostgreSQL's driver has read."""
    event = ChainEvent(7, 1_700_000_000, 2, b"\x09" * 32, "Recorded", ARGS)
    row = by_name(events, event_row(event))
    early = event_of(read(events, event_row(event), time=event.time))
    late = unread_event_of(
        SimpleNamespace(**row | {"args": row["args"] if parsed else json.dumps(row["args"]), "time": event.time})
    )
    assert late == early
    assert (list(late.args), len(late.args)) == (list(early.args), len(early.args))
    assert late.args.get("absent") is None
    assert (late.statement, late.item) == (early.statement, early.item)


def test_an_event_is_read_back_as_it_was_written() -> None:
    event = ChainEvent(7, 1_700_000_000, 2, b"\x09" * 32, "Recorded", ARGS)
    found = event_of(read(events, event_row(event), time=event.time))
    assert (found.block, found.time, found.log_index, found.transaction, found.name) == (
        *(event.block, event.time, event.log_index, event.transaction),
        event.name,
    )
    # JSON knows lists alone.
    assert found.args == ARGS | {"many": [1 << 60, b"\x06", [False, "x"]]}


@pytest.mark.parametrize("state", [PLAIN, FULL])
def test_a_state_is_read_back_as_it_was_written(state: ItemState) -> None:
    assert state_of(read(item_versions, state_row(state, 7, 2))) == state


@pytest.mark.parametrize("state", [PLAIN, FULL])
def test_the_json_of_a_state_is_as_the_standard_library_writes_it(state: ItemState) -> None:
    text = state_row(state, 7, 2)[-1]
    assert json.dumps(json.loads(text)) == text


def test_the_json_of_an_event_is_as_the_standard_library_writes_it() -> None:
    text = event_row(ChainEvent(7, 0, 2, bytes(32), "Recorded", ARGS))[-1]
    assert json.dumps(json.loads(text)) == text


def test_rows_have_their_tables_columns_in_order() -> None:
    event = ChainEvent(7, 0, 2, b"\x09" * 32, "Recorded", ARGS | {"batch": 11})
    by = by_name(events, event_row(event))
    assert (by["block"], by["log_index"], by["transaction_hash"], by["name"]) == (7, 2, b"\x09" * 32, "Recorded")
    assert (by["item"], by["batch"], by["party"], by["nonce"]) == (ITEM.to_bytes(32, "big"), 11, 3, 9)
    assert by["statement"] == b"\x05" * 32
    kept = by_name(item_versions, state_row(FULL, 7, 2))
    assert (kept["block"], kept["log_index"], kept["sequence"], kept["flags"]) == (7, 2, 4, int(FULL.flags))


@pytest.mark.parametrize(("statement", "nonce"), [(bytes(32), 9), (None, 9), (b"\x05" * 32, 1 << 63)])
def test_a_number_that_no_statement_used_or_that_is_too_large_is_not_counted(
    statement: bytes | None, nonce: int
) -> None:
    args = ARGS | {"statement": statement, "nonce": nonce}
    if statement is None:
        del args["statement"]
    row = event_row(ChainEvent(7, 0, 2, bytes(32), "KeyAdded", args))
    assert by_name(events, row)["nonce"] is None


def test_who_speaks_is_the_party_whose_number_is_used() -> None:
    row = event_row(ChainEvent(7, 0, 2, bytes(32), "Accredited", {"by": 1, "party": 2, "nonce": 3}))
    assert by_name(events, row)["party"] == 1


def test_each_database_is_spoken_to_in_its_own_marks() -> None:
    assert insert_sql(events, "sqlite").count("?") == len(events.columns)
    assert insert_sql(events, "postgresql").endswith("%s::json)")
