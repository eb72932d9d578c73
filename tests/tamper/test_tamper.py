"""Whatever is changed in what follows from the chain, the manifests or a hash, `touchmark audit` names it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import JSON, Table, literal_column
from sqlalchemy.exc import IntegrityError

from ledger.domain.errors import Unavailable
from ledger.services.audit import audit
from ledger.services.checking import Found
from ledger.storage.tables import metadata
from tests.tamper.classes import CHECKED, OURS
from tests.tamper.conftest import LONG, Stage, Tampered
from tests.tamper.mutations import another_row, other_values, swapped

SEED = int(os.environ.get("TOUCHMARK_SEED", "1"))
ROWS = int(os.environ.get("TOUCHMARK_ROWS", "10" if LONG else "1"))
COLUMNS = [
    (table, column.name)
    for table in CHECKED
    for column in metadata.tables[table].columns
    if column.name not in CHECKED[table]
]
MAY_GO = frozenset({"reports", "offers", "proven_blocks", "organisations"})
"""Rows that may be missing: texts are destroyed on purpose, offers withdrawn, the others are not derived."""


def test_every_column_of_every_table_is_classified() -> None:
    assert {name for name in metadata.tables if name not in CHECKED and name not in OURS} == set()
    assert {name for name in (*CHECKED, *OURS) if name not in metadata.tables} == set()
    assert not CHECKED.keys() & OURS.keys()
    for table, exempt in CHECKED.items():
        assert exempt.keys() <= set(metadata.tables[table].columns.keys()), table
        assert all(exempt.values())


def test_what_nobody_touched_is_found_to_be_well(stage: Stage) -> None:
    lines = list(stage.audit())
    assert [line for line in lines if line.found is not Found.OK] == []
    with stage.tampered() as untouched:
        assert all(line.found is Found.OK for line in stage.audit(untouched))
        for table in CHECKED:
            assert untouched.rows(metadata.tables[table]), f"no {table} to lie about"


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table}.{column}" for table, column in COLUMNS])
def test_a_changed_field_is_named(stage: Stage, table: str, column: str) -> None:
    missed = [lie for lie, found in _changes(stage, metadata.tables[table], column) if not found]
    assert missed == []


def _changes(stage: Stage, table: Table, column: str) -> Iterator[tuple[str, bool]]:
    rng = random.Random(f"{SEED} {table.name} {column}")
    with stage.tampered() as lie:
        rows = lie.rows(table)
        postgresql = lie.connection.dialect.name == "postgresql"
    chosen = rng.sample(rows, min(ROWS, len(rows)))
    told = [row for row in rows if row[column] is not None]
    if told and not LONG:
        chosen = [rng.choice(told)]
    for row in chosen:
        values = other_values(table.c[column], row, rows, rng)
        for value in values if LONG else [rng.choice(values)]:
            if postgresql and isinstance(value, str) and "\0" in value:
                continue
            told_as = f"{table.name} {names_of(table, row)} {column}: {row[column]!r} → {value!r}"
            with stage.tampered() as lie:
                try:
                    lie.change(table, row, column, value)
                except IntegrityError:
                    continue  # the database itself takes no two of them
                names = (*names_of(table, row), *names_of(table, row | {column: value}))
                yield told_as, stage.named(lie, names)


@pytest.mark.parametrize("table", [name for name in CHECKED if name not in MAY_GO])
def test_a_row_that_was_taken_out_is_named(stage: Stage, table: str) -> None:
    for row in _some(stage, table):
        with stage.tampered() as lie:
            lie.drop(metadata.tables[table], row)
            assert stage.named(lie, names_of(metadata.tables[table], row)), row


@pytest.mark.parametrize("table", [name for name in CHECKED if name != "organisations"])
def test_a_row_that_was_put_in_is_named(stage: Stage, table: str) -> None:
    rng = random.Random(f"{SEED} {table}")
    for _ in range(ROWS):
        with stage.tampered() as lie:
            row = another_row(metadata.tables[table], lie.rows(metadata.tables[table]), rng)
            try:
                lie.put(metadata.tables[table], row)
            except IntegrityError:
                continue
            assert stage.named(lie, names_of(metadata.tables[table], row)), row


@pytest.mark.parametrize("table", [name for name in CHECKED if "id" not in CHECKED[name]])
def test_two_rows_in_each_others_place_are_named(stage: Stage, table: str) -> None:
    rng = random.Random(f"{SEED} {table}")
    for _ in range(ROWS):
        with stage.tampered() as lie:
            pair = swapped(metadata.tables[table], lie.rows(metadata.tables[table]), rng)
            if pair is None:
                continue
            for row in pair:
                lie.drop(metadata.tables[table], row)
            for row in pair:
                lie.put(metadata.tables[table], row)
            for row in pair:
                assert stage.named(lie, names_of(metadata.tables[table], row)), pair


@pytest.mark.parametrize("shelf", ["manifests", "trees", "evidence", "uploads", "cards"])
def test_a_changed_byte_of_a_file_is_named(stage: Stage, shelf: str) -> None:
    rng = random.Random(f"{SEED} {shelf}")
    files = stage.ledger.files
    names = files.names(shelf)
    assert names
    for name in names if LONG else names[:2]:
        path = files.path(shelf, name)
        whole = path.read_bytes()
        for place in rng.sample(range(len(whole)), min(len(whole), 40 if LONG else 1)):
            try:
                path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :])
                assert stage.named(None, (name,)), f"byte {place} of {shelf}/{name}"
            finally:
                path.write_bytes(whole)
        try:
            path.unlink()
            gone_unseen = not stage.named(None, (name,))
        finally:
            path.write_bytes(whole)
        # The upload of a batch that was made is needed no more; codes may go before their cards are confirmed.
        assert not gone_unseen or shelf in ("uploads", "cards"), f"{shelf}/{name} was taken away"


def _some(stage: Stage, table: str) -> list[dict[str, Any]]:
    with stage.tampered() as lie:
        rows = lie.rows(metadata.tables[table])
    return random.Random(f"{SEED} {table}").sample(rows, min(ROWS, len(rows)))


def names_of(table: Table, row: dict[str, Any]) -> tuple[str, ...]:
    """What a line may call a row."""
    item = row.get("item")
    by_item = (item.hex(),) if isinstance(item, bytes) else ()
    match table.name:
        case "blocks":
            return (f"block {row['number']}", f"Block {row['number']}")
        case "events":
            return (
                f"event {row['log_index']} of block {row['block']}",
                f"events {row['block']} {row['log_index']} hangs off",
                *by_item,
            )
        case "items":
            return (*by_item, f"{row['gtin']} {row['serial']}")
        case "part_marks" | "amendments" | "item_versions":
            return by_item
        case "transactions":
            return (row["hash"].hex(), *([row["operator_act"]] if row["operator_act"] else []))
        case "transaction_statements":
            return (row["transaction"].hex(), str(row["statement"]))
        case "reports":
            return (row["commitment"].hex(),)
        case "evidence":
            return (str(row["sha256"]),)
        case "proven_blocks":
            return (f"block {row['number']}",)
        case "desk_log_head":
            return ("the desk’s log is",)
        case "desk_log":
            return (f"entry {row['number']} of the desk",)
        case _:
            return (str(row["id"]),)


JSON_COLUMNS = [(table, column) for table, column in COLUMNS if isinstance(metadata.tables[table].c[column].type, JSON)]


@pytest.mark.parametrize(("table", "column"), JSON_COLUMNS)
def test_a_field_that_cannot_even_be_read_is_named(stage: Stage, table: str, column: str) -> None:
    row = random.Random(f"{SEED} {table}").choice(_some(stage, table))
    with stage.tampered() as lie:
        if lie.connection.dialect.name == "postgresql":
            return  # which takes nothing but JSON there
        lie.change(metadata.tables[table], row, column, literal_column("'{'"))
        assert stage.named(lie, names_of(metadata.tables[table], row)), row


def test_a_final_height_that_we_do_not_hold_is_named(stage: Stage) -> None:
    with stage.tampered() as lie:
        _set_final(lie, 1_000_000)
        assert stage.named(lie, ("Block 1000000",))


def test_what_is_called_settled_and_is_not_over_is_named(stage: Stage) -> None:
    with stage.tampered() as lie:
        events, statements = metadata.tables["events"], metadata.tables["statements"]
        told = {row["statement"] for row in lie.rows(events)}
        row = next(row for row in lie.rows(statements) if row["hash"] in told and row["item"] is not None)
        event = next(one for one in lie.rows(events) if one["statement"] == row["hash"])
        lie.drop(events, event)
        assert stage.named(lie, (f"statement {row['id']} is called settled",))


def test_who_signed_cannot_be_said_to_be_somebody_else(stage: Stage) -> None:
    statements = metadata.tables["statements"]
    with stage.tampered() as lie:
        rows = lie.rows(statements)
        for row in rows:
            changed = row["operator_signed"] or row["party"] is None
            if changed:
                lie.change(statements, row, "operator_signed", not row["operator_signed"])
                assert stage.named(lie, (row["id"],)), row
                lie.change(statements, row, "operator_signed", row["operator_signed"])


def _set_final(lie: Tampered, height: int) -> None:
    meta = metadata.tables["meta"]
    row = next(row for row in lie.rows(meta) if row["key"] == "final_height")
    lie.change(meta, row, "value", height)


def test_a_database_that_is_away_is_no_damage(stage: Stage) -> None:
    class Gone:
        @contextmanager
        def read(self) -> Iterator[Any]:
            raise Unavailable("The database does not answer.")
            yield

    ledger = replace(stage.ledger, store=Gone())  # type: ignore[arg-type]
    assert {line.found for line in audit(ledger, None, None)} == {Found.CANNOT_TELL}
