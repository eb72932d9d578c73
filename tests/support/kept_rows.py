"""Rows as a database keeps them: JSON as it is spelt, for two spellings of one value are not the same row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Connection, Table, Text, cast, select


def kept_rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    """Every row of a table, by its key."""
    columns = [
        cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column for column in table.columns
    ]
    return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))]
