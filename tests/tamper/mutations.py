"""Lies to tell a database: another value in one column, a row more or less, two rows in each other's place."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, LargeBinary, Table, UniqueConstraint

Values = dict[str, Any]


def other_values(column: Column[Any], row: Mapping[str, Any], rows: Sequence[Values], rng: random.Random) -> list[Any]:
    """Different lies about one value: a small change, another row's value, nothing at all, something from nothing."""
    value = row[column.name]
    found: list[Any] = []
    if value is None:
        found.append(_made_up(column, rng))
    else:
        found.append(_changed(column, value, rng))
        if column.nullable:
            found.append(None)
    others = [one[column.name] for one in rows if not _same(one[column.name], value) and one[column.name] is not None]
    if others:
        found.append(rng.choice(others))
    if isinstance(column.type, JSON) and isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        found.append({key: part for key, part in value.items() if key != name})
        found.append(value | {"another": 1})
    return [one for one in found if not _same(one, value)]


def another_row(table: Table, rows: Sequence[Values], rng: random.Random) -> Values:
    """A row like one that is there, under another key, and different where no two rows may be alike."""
    new = dict(rng.choice(rows))
    alike = {column.name for column in table.primary_key}
    alike |= {column.name for column in table.columns if column.unique}
    alike |= {name for group in _unique_groups(table) for name in group[-1:]}
    for name in alike:
        if new[name] is not None:
            new[name] = _changed(table.c[name], new[name], rng)
    return new


def swapped(table: Table, rows: Sequence[Values], rng: random.Random) -> tuple[Values, Values] | None:
    """Two rows with each other's contents under their own keys; None where no two differ."""
    keys = {column.name for column in table.primary_key}
    rest = [column.name for column in table.columns if column.name not in keys]
    if not rest or len(rows) < 2:
        return None
    for _ in range(50):
        one, other = rng.sample(list(rows), 2)
        if any(not _same(one[name], other[name]) for name in rest):
            return one | {name: other[name] for name in rest}, other | {name: one[name] for name in rest}
    return None


def _unique_groups(table: Table) -> Iterator[list[str]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [column.name for column in constraint.columns]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict | list):
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    return type(one) is type(other) and bool(one == other)


def _changed(column: Column[Any], value: Any, rng: random.Random) -> Any:
    if isinstance(column.type, JSON):
        return _changed_json(value, rng)
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, LargeBinary):
        return _flipped(value, rng)
    if isinstance(column.type, Integer | BigInteger):
        return value + rng.choice([1, 2, 1_000, 1_000_000])
    return _retyped(value, rng)


def _made_up(column: Column[Any], rng: random.Random) -> Any:
    if isinstance(column.type, JSON):
        return {"a": 1}
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return rng.randbytes(32)
    if isinstance(column.type, Integer | BigInteger):
        return 7
    return "x7"


def _flipped(value: bytes, rng: random.Random) -> bytes:
    if not value:
        return b"\1"
    place = rng.randrange(len(value))
    return value[:place] + bytes([value[place] ^ 1 << rng.randrange(8)]) + value[place + 1 :]


def _retyped(value: str, rng: random.Random) -> str:
    if not value:
        return "x"
    # After "0x" and "b:" and an id's prefix, so that what is changed still looks like what it was.
    first = 2 if len(value) > 4 else 0
    place = rng.randrange(first, len(value))
    old = value[place]
    new = rng.choice([one for one in ("0123456789" if old.isdigit() else "abcdef") if one != old])
    return value[:place] + new + value[place + 1 :]


def _changed_json(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        return value | {name: _changed_json(value[name], rng)}
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        return [*value[:place], _changed_json(value[place], rng), *value[place + 1 :]]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return _retyped(value, rng)
    return {"a": 1} if value is None else [1] if isinstance(value, list) else {"a": 1}
