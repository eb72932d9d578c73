"""Events and items' states as rows and back. Following a long history spends its time here, so rows are plain tuples.

JSON carries ints to 2^53 and no bytes: larger ones are written as the text `i:…`, bytes as `b:…` in hex.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import JSON, Row, Table

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.storage.ready import read_json

_FAR: Final = 1 << 63
"""Nonces from here up do not fit the column; we never give them out, and take none either."""
EXACT: Final = 1 << 53
_LOOK_DEEPER: Final = (list, tuple)
_CONSTANTS: Final[dict[Any, str]] = {None: "null", True: "true", False: "false"}


def insert_sql(table: Table, dialect: str) -> str:
    """An INSERT for the driver itself: what SQLAlchemy does for each row takes longer than the database does."""
    mark = "?" if dialect == "sqlite" else "%s"
    marks = [
        mark + "::json" if dialect == "postgresql" and isinstance(column.type, JSON) else mark
        for column in table.columns
    ]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join(marks)})'  # noqa: S608 - names of our own tables


def event_row(event: ChainEvent) -> tuple[Any, ...]:
    """A row of `events`, in the order of its columns."""
    args = event.args
    item, nonce, statement = args.get("item"), args.get("nonce"), args.get("statement")
    # Keys that the contract's owner gives or ends use no nonce of the party: their statement is zero.
    counts = isinstance(nonce, int) and nonce < _FAR and statement is not None and any(statement)
    return (
        event.block,
        event.log_index,
        event.transaction,
        event.name,
        statement,
        None if item is None else item.to_bytes(32, "big"),
        args.get("batch"),
        # The nonces that a party has used are kept by whoever speaks: for an accreditation that is `by`.
        args.get("by", args.get("party")),
        nonce if counts else None,
        "{" + ", ".join([f'"{name}": {_text(value)}' for name, value in args.items()]) + "}",
    )


def event_of(row: Row[Any]) -> ChainEvent:
    """A row of `events` with its block's time."""
    args = {name: _value(value) for name, value in row.args.items()}
    return ChainEvent(row.block, row.time, row.log_index, row.transaction_hash, row.name, args)


class Args(Mapping[str, Any]):
    """An event's arguments as a row has them, read when one of them is asked for: most of a long history is not."""

    __slots__ = ("_row",)

    def __init__(self, row: str | Mapping[str, Any]) -> None:
        self._row = row

    def _read(self) -> Mapping[str, Any]:
        if isinstance(self._row, str):
            read: Mapping[str, Any] = from_json(self._row)
            self._row = read
            return read
        return self._row

    def __getitem__(self, name: str) -> Any:
        value = self._read()[name]
        # Most are numbers, and of a long history very many are asked for.
        return value if type(value) is int else _value(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def unread_event_of(row: Any) -> ChainEvent:
    """A row of `events` with its block's time, whose arguments are read when they are asked for."""
    return ChainEvent(row.block, row.time, row.log_index, row.transaction_hash, row.name, Args(row.args))


def state_row(state: ItemState, block: int, log_index: int) -> tuple[Any, ...]:
    """A row of `item_versions`, in the order of its columns."""
    until = ", ".join([f'"{int(flag)}": {time}' for flag, time in state.until.items()])
    more = (
        f'{{"batch": {state.batch}, "head": "{state.head.hex()}", "until": {{{until}}}, '
        f'"owner_since": {_text(state.owner_since)}, "owners": {state.owners}, '
        f'"recovery_due": {_text(state.recovery_due)}, "recovery_address": {_text(state.recovery_address)}, '
        f'"record_hash": "{state.record_hash.hex()}"}}'
    )
    name = state.item.to_bytes(32, "big")
    return name, block, log_index, state.holder, int(state.flags), state.sequence, more


def state_of(row: Any) -> ItemState:
    """A row of `item_versions`; its JSON may be as the database has it."""
    more = read_json(row.state)
    return ItemState(
        item=int.from_bytes(row.item, "big"),
        batch=more["batch"],
        holder=row.holder,
        head=bytes.fromhex(more["head"]),
        sequence=row.sequence,
        flags=Flag(row.flags),
        until={Flag(int(flag)): until for flag, until in more["until"].items()},
        owner_since=more["owner_since"],
        owners=more["owners"],
        recovery_due=more["recovery_due"],
        recovery_address=more["recovery_address"],
        record_hash=bytes.fromhex(more["record_hash"]),
    )


def _text(value: Any) -> str:
    """The JSON of one value, as `json.dumps` writes it."""
    kind = type(value)
    if kind is bytes:
        return f'"b:{value.hex()}"'
    if kind is int:
        return str(value) if value < EXACT else f'"i:{value}"'
    if kind is str:
        return _quoted(value)
    if kind in _LOOK_DEEPER:
        return f"[{', '.join([_text(part) for part in value])}]"
    return _CONSTANTS[value]


def _value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("b:"):
        return bytes.fromhex(value[2:])
    if isinstance(value, str) and value.startswith("i:"):
        return int(value[2:])
    if isinstance(value, list):
        return [_value(part) for part in value]
    return value
