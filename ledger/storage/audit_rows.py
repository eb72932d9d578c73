"""Rows as they have to be, said a second time: whoever checks must not use the writer's own words.

JSON carries whole numbers to 2^53 and no bytes: larger ones are the text `i:…`, bytes `b:…` in hexadecimal.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import JSON, Table

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState
from ledger.services.audits_port import Row, sorted_json

_COLUMN: Final = (1 << 63) - 1
"""The highest number that a column holds."""
_EXACT: Final = (1 << 53) - 1


def block_row(block: Block) -> Row:
    """The row that a block has to have."""
    return {"number": block.number, "hash": block.hash, "parent": block.parent, "time": block.time}


def event_row(event: ChainEvent) -> Row:
    """The row that an event has to have: its arguments, and those that are looked up in columns of their own."""
    args = dict(event.args)
    statement, nonce = args.get("statement"), args.get("nonce")
    spoken = statement is not None and statement != bytes(32)
    return {
        "block": event.block,
        "log_index": event.log_index,
        "transaction_hash": event.transaction,
        "name": event.name,
        "statement": statement,
        "item": args["item"].to_bytes(32, "big") if args.get("item") is not None else None,
        "batch": args.get("batch"),
        # Whose nonce it is: an accreditation is spoken by `by` of `party`.
        "party": args["by"] if "by" in args else args.get("party"),
        "nonce": nonce if spoken and isinstance(nonce, int) and nonce <= _COLUMN else None,
        "args": sorted_json({name: _carried(value) for name, value in args.items()}),
    }


def state_row(state: ItemState, block: int, log_index: int) -> Row:
    """The row that a state has to have."""
    more = {
        "batch": state.batch,
        "head": state.head.hex(),
        "until": {str(int(flag)): time for flag, time in state.until.items()},
        "owner_since": state.owner_since,
        "owners": state.owners,
        "recovery_due": state.recovery_due,
        "recovery_address": state.recovery_address,
        "record_hash": state.record_hash.hex(),
    }
    return {
        "item": state.item.to_bytes(32, "big"),
        "block": block,
        "log_index": log_index,
        "holder": state.holder,
        "flags": int(state.flags),
        "sequence": state.sequence,
        "state": sorted_json(more),
    }


def json_columns(table: Table) -> list[str]:
    """The columns that hold JSON."""
    return [column.name for column in table.c if isinstance(column.type, JSON)]


def sorted_text(text: str | None) -> str:
    """The same of what lies in a table; what cannot be read is like nothing else."""
    if text is None:
        return "null"
    try:
        return sorted_json(json.loads(text))
    except ValueError:
        return f"not JSON: {text[:40]}"


def _carried(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"b:{value.hex()}"
    if isinstance(value, list | tuple):
        return [_carried(part) for part in value]
    if isinstance(value, int) and value > _EXACT:
        return f"i:{value}"
    return value
