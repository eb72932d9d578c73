"""Questions that are put to the driver itself: for one row or two, what SQLAlchemy does around a question takes several
times longer than the database does. Each is compiled once, and its rows are what SQLAlchemy would have made of them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DBAPIError

Row = Any
"""A named tuple of a row's columns."""


class Ready:
    """One question."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._by_dialect: Final[dict[str, _Compiled]] = {}

    def all(self, connection: Connection, **given: Any) -> list[Row]:
        """Every row, with these values in its places."""
        dialect = connection.dialect
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _compiled(self._statement, dialect)
        return [compiled.row(row) for row in asked(connection, compiled.sql, compiled.places(given))]


def asked(connection: Connection, sql: str, given: Any = ()) -> list[Any]:
    """The rows of a question in the driver's own words. Raises what SQLAlchemy makes of its errors."""
    try:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(sql, None, error, base, dialect=connection.dialect) from error


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    places: Callable[[dict[str, Any]], Any]
    row: Callable[[Any], Row]


def _compiled(statement: Select[Any], dialect: Any) -> _Compiled:
    made = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in made.params.items() if value is not None}
    columns = statement.selected_columns
    make: Any = namedtuple  # its names are known only here
    kind = make("Row", [str(column.key) for column in columns])
    read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    to_read = [(place, one) for place, one in enumerate(read) if one is not None]

    def row(found: Any) -> Row:
        values = list(found)
        for place, one in to_read:
            values[place] = one(values[place])
        return kind(*values)

    names = made.positiontup
    if names is None:
        return _Compiled(made.string, lambda given: fixed | given, row)
    return _Compiled(made.string, lambda given: [given[name] if name in given else fixed[name] for name in names], row)
