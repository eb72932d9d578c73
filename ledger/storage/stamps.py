"""Two numbers that say whether anything was written that an answer to a scan could rest on.

The first moves with what many answers share (parties, batches, blocks, what is final), the second with what is an
item's own. Whoever has kept an answer reads both, in one question: unchanged, it is still the answer. They move in the
transaction that makes the change, by what was written and not by who wrote it, so that no use case can forget to.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, event, text

from ledger.storage.ready import asked

_OPTION: Final = "touchmark_moves"
"""Of a statement: says what it moves, where its table alone does not."""
_WRITTEN: Final = "touchmark_written"


class Moves(Enum):
    """What a write moves."""

    NOTHING = "nothing"
    ITEMS = "items"
    ALL = "all"


class Stamp(NamedTuple):
    """How often either was moved; and when the worker last heard from a node, which moves neither."""

    shared: int
    items: int
    node_seen: int | None


QUIET: Final = frozenset(
    {
        # Looks arrive with every scan and are compared over days: an answer may be some seconds behind them.
        *("scans", "scan_days", "scan_lines", "scan_salts", "tag_taps", "part_questions"),
        # Written with each comparison, for brands to be told: the page compares by itself.
        "clone_alerts",
        # Work on its way in or out; what comes of it is written elsewhere.
        *("imports", "import_faults", "jobs", "mails", "messages", "idempotency", "api_key_uses", "proven_blocks"),
        *("webhook_endpoints", "webhook_messages", "webhook_deliveries", "webhook_attempts", "stamps"),
        # People and how they sign in. A visitor with a session is always answered anew.
        *("sessions", "email_links", "errands", "passkeys", "invitations", "asks", "shop_items"),
        # What is decided about listings: no verdict on an item rests on it.
        *("sellers", "seller_marks", "seller_sales", "origin_cards", "clues"),
        *("desk_log", "desk_log_head", "notices", "cases", "case_texts", "case_files"),
        # Who wants to be told of an item, and what brands tell each other.
        *("watches", "sharing_policies", "signal_entries", "offenders", "signal_questions", "test_purchases"),
        *("listings", "listing_addresses", "listing_codes", "listing_photos", "photos", "photo_points"),
        *("listing_decisions", "listing_challenges", "authorised_sellers", "rule_packs"),
        *("rights", "right_agents", "design_certificates", "look_up_days", "order_turns"),
        *("proposals", "proposal_approvals", "proposal_subjects", "applications", "application_approvals"),
    }
)
"""Tables that no answer rests on which could be kept."""
OF_ITEMS: Final = frozenset(
    {
        *("items", "activations", "amendments", "statements", "transactions", "transaction_statements", "reports"),
        *("evidence", "sheets", "offers", "attempts", "displays", "entrustments", "escrows"),
        *("told_events", "told_items", "captures", "holdings", "credentials", "new_parts", "part_marks"),
        *("tags", "tag_runs", "tag_masters", "handover_taps"),
    }
)
"""Tables whose rows speak of single items. Whatever is in neither list is shared."""


def moved_by(*, items: bool) -> dict[str, Any]:
    """The execution option of a statement that moves less than its table does: the items, or nothing at all."""
    return {_OPTION: Moves.ITEMS if items else Moves.NOTHING}


def watch(engine: Engine) -> None:
    """From now on note what each writing transaction of this engine writes."""

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Connection, _cursor: Any, sql: str, _given: Any, context: Any, _many: bool) -> None:
        written = connection.get_execution_options().get(_WRITTEN)
        if written is not None and (moves := _moves(context, sql)) is not Moves.NOTHING:
            written.add(moves)


def writing() -> dict[str, Any]:
    """The execution options of a transaction that is watched."""
    return {_WRITTEN: set()}


def settle(connection: Connection) -> None:
    """Move the stamps by what this transaction wrote: its last statement."""
    written = connection.get_execution_options()[_WRITTEN]
    if written:
        connection.execute(_MOVE_ALL if Moves.ALL in written else _MOVE_ITEMS)


def move_all(connection: Connection) -> None:
    """Move both, for a change that nobody watched."""
    connection.execute(_MOVE_ALL)


def read(connection: Connection) -> Stamp:
    """The stamp as of this snapshot."""
    return stamp_of(next(iter(asked(connection, READ)), None))


def stamp_of(row: Any) -> Stamp:
    """The answer to `READ`."""
    shared, items, seen = row or (-1, -1, None)
    # The column is JSON, which PostgreSQL's driver reads and SQLite's does not.
    return Stamp(shared, items, json.loads(seen) if isinstance(seen, str) else seen)


READ: Final = "SELECT shared, items, (SELECT value FROM meta WHERE key = 'node_seen') FROM stamps"
_MOVE_ALL: Final = text("UPDATE stamps SET shared = shared + 1, items = items + 1").execution_options(
    **moved_by(items=False)
)
_MOVE_ITEMS: Final = text("UPDATE stamps SET items = items + 1").execution_options(**moved_by(items=False))


def _moves(context: Any, sql: str) -> Moves:
    if context is not None and (told := context.execution_options.get(_OPTION)) is not None:
        return Moves(told)
    compiled = getattr(context, "compiled", None)
    statement = getattr(compiled, "statement", None)
    if getattr(statement, "is_dml", False):
        # An update by a common table expression or the like would have no table of its own: then it is shared.
        name = getattr(getattr(statement, "table", None), "name", "")
        return Moves.NOTHING if name in QUIET else Moves.ITEMS if name in OF_ITEMS else Moves.ALL
    if statement is not None and getattr(statement, "is_select", False):
        return Moves.NOTHING
    return Moves.ALL if sql.lstrip()[:6].upper() in _WRITES else Moves.NOTHING


_WRITES: Final = frozenset({"INSERT", "UPDATE", "DELETE", "COPY I", "TRUNCA", "WITH R"})
