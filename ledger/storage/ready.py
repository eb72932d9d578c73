"""Questions that are put to the driver itself: for one row or two, what SQLAlchemy does around a question takes several
times longer than the database does. Each is compiled once, and its rows are what SQLAlchemy would have made of them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import JSON, ColumnElement, Connection, Select, Table, Text, bindparam, type_coerce
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


class Among:
    """A question about those among many names, which is put for some at a time: so it is always the same one."""

    def __init__(self, statement: Select[Any], column: ColumnElement[Any], at_once: int = 20) -> None:
        self._places: Final = tuple(f"name_{place}" for place in range(at_once))
        self._ready = Ready(statement.where(column.in_([bindparam(place) for place in self._places])))

    def all(self, connection: Connection, names: Collection[Any]) -> list[Row]:
        """Every row, of whichever name."""
        wanted, found = list(dict.fromkeys(names)), []
        for start in range(0, len(wanted), len(self._places)):
            run = wanted[start : start + len(self._places)]
            # Where there are fewer, one of them is asked for again.
            run += run[:1] * (len(self._places) - len(run))
            found += self._ready.all(connection, **dict(zip(self._places, run, strict=True)))
        return found


def unread(table: Table) -> list[ColumnElement[Any]]:
    """A table's columns, JSON as the driver has it: for whoever reads it by `read_json` where it is wanted."""
    return [type_coerce(one, Text).label(one.name) if isinstance(one.type, JSON) else one for one in table.columns]


def read_json(column: Any) -> Any:
    """What a JSON column says: PostgreSQL's driver has read it, SQLite's has not, and SQLAlchemy takes long over it."""
    return from_json(column) if isinstance(column, str) else column


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
