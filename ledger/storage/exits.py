"""Leaving: which tables go along, which never do, and their rows as JSON can carry them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, Table, and_, func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError, StatementError

from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Invalid
from ledger.storage.chain_rows import event_of
from ledger.storage.tables import blocks, events, meta, metadata, organisations, reports, transactions

CARRIED: Final[Mapping[str, frozenset[str]]] = {
    "organisations": frozenset(),
    "prefixes": frozenset(),
    "organisation_choices": frozenset(),
    "batches": frozenset(),
    "activations": frozenset(),
    "operator_acts": frozenset(),
    "statements": frozenset(),
    "transactions": frozenset(),
    "transaction_statements": frozenset(),
    "reports": frozenset(),
    "offers": frozenset(),
    "escrows": frozenset(),
    "entrustments": frozenset(),
    "displays": frozenset(),
    "lines": frozenset(),
    "line_photos": frozenset(),
    "checklists": frozenset(),
    "desks": frozenset(),
    "new_parts": frozenset(),
    "credential_keys": frozenset(),
    "credentials": frozenset(),
    "tag_masters": frozenset(),
    "tag_runs": frozenset({"person"}),
    "tags": frozenset(),
    "captures": frozenset(),
    "told_events": frozenset(),
    "told_items": frozenset(),
    "proven_blocks": frozenset(),
    "meta": frozenset(),
    "amendments": frozenset(),
}
"""In the order in which they can be put in again; with each the columns that name a person, which are emptied."""

MADE_ANEW: Final = frozenset({"blocks", "events", "item_versions", "items", "part_marks"})
"""What the chain and the manifests give back."""

STAY: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("people", "passkeys", "sessions", "email_links", "memberships", "invitations", "holdings", "shown_names"),
        "people, and what they hold",
    ),
    **dict.fromkeys(("asks", "errands", "messages", "mails", "part_questions", "shop_items"), "what people did"),
    **dict.fromkeys(("applications", "application_approvals", "trade_marks"), "names the people who applied"),
    **dict.fromkeys(("proposals", "proposal_approvals", "proposal_subjects", "sheets"), "names the people who act"),
    **dict.fromkeys(
        ("scans", "scan_days", "scan_salts", "scan_lines", "clone_alerts", "tag_taps", "handover_taps"),
        "who looked, when and where",
    ),
    **dict.fromkeys(("api_keys", "api_key_uses", "idempotency", "attempts"), "access to a server that is gone"),
    **dict.fromkeys(
        ("webhook_endpoints", "webhook_messages", "webhook_deliveries", "webhook_attempts"),
        "addresses that nobody promised to another operator",
    ),
    **dict.fromkeys(("imports", "import_faults", "jobs"), "work on files that were taken or refused"),
    **dict.fromkeys(
        (
            *("listings", "listing_addresses", "listing_challenges", "listing_codes", "listing_decisions"),
            *("listing_photos", "photos"),
            *("photo_points", "authorised_sellers", "rule_packs", "sellers", "seller_marks", "seller_sales", "watches"),
        ),
        "what platforms told of their listings and sellers: theirs, and a backup keeps it",
    ),
    **dict.fromkeys(
        (
            *("notices", "cases", "case_texts", "case_files", "test_purchases", "rights", "right_agents", "orders"),
            *("order_items", "order_sellers", "order_turns", "look_up_days", "design_certificates"),
            *("desk_log", "desk_log_head"),
        ),
        "business of the desk, which another operator has no part in: case files leave by their own way",
    ),
    **dict.fromkeys(
        ("sharing_policies", "signal_entries", "signal_questions", "offenders"),
        "what brands chose to share through this ledger, and nobody else",
    ),
    **dict.fromkeys(("origin_cards", "clues"), "what people asked, forgotten after ninety days"),
    "evidence": "goes in the open, as a list beside the files",
    "stamps": "begins anew with the database",
}
"""Why each other table never leaves."""

KEPT_FACTS: Final = (
    "deployment",
    "owner_key",
    "relayer_key",
    "council_first_key",
    "council_second_key",
    "checkpoint_key",
    "safe_mode",
)
"""Of the single facts, those that are the ledger's and not this machine's."""
_CONDITIONS: Final = {
    # An owner's own report may say where they were and how to reach them.
    "reports": reports.c.organisation.is_not(None),
    "meta": meta.c.key.in_(KEPT_FACTS),
    "line_photos": metadata.tables["line_photos"].c.removed_at.is_(None),
}
_PAGE: Final = 1_000


class Exits:
    """Whole tables, out and in again, and the chain's copy in its own order."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def events(self, after: tuple[int, int], upto: int, limit: int) -> list[ChainEvent]:
        """Events up to a height, oldest first, from beyond (block, log index)."""
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(tuple_(events.c.block, events.c.log_index) > after, events.c.block <= upto)
            .order_by(events.c.block, events.c.log_index)
            .limit(limit)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def sent(self, transactions_: Sequence[bytes]) -> dict[bytes, bytes]:
        """The signed bytes of those transactions that are ours, by hash."""
        query = select(transactions.c.hash, transactions.c.raw).where(transactions.c.hash.in_(transactions_))
        return {row.hash: row.raw for row in self._db.execute(query)}

    def carried(self) -> tuple[str, ...]:
        """The tables that go with whoever carries the ledger on, each after those it refers to."""
        return tuple(CARRIED)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """A carried table's rows in order, as JSON can carry them; what names a person is left out."""
        of, emptied = _carried(table), CARRIED[table]
        key = list(of.primary_key.columns)
        binary = {column.name for column in of.columns if isinstance(column.type, LargeBinary)}
        after: tuple[Any, ...] | None = None
        while True:
            # By key, a page at a time: neither database has to hold a million rows for one reader.
            bounds = [] if after is None else [tuple_(*key) > after]
            if table in _CONDITIONS:
                bounds.append(_CONDITIONS[table])
            page = self._db.execute(select(of).where(and_(True, *bounds)).order_by(*key).limit(_PAGE)).all()
            for row in page:
                plain = dict(row._mapping)
                yield {name: _plain(name, plain[name], binary, emptied) for name in sorted(plain)}
            if len(page) < _PAGE:
                return
            after = tuple(page[-1]._mapping[column.name] for column in key)

    def put(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Rows of a carried table into an empty one; how many. Raises Invalid where they are none."""
        of = _carried(table)
        binary = {column.name for column in of.columns if isinstance(column.type, LargeBinary)}
        names = {column.name for column in of.columns}
        count = 0
        waiting: list[dict[str, Any]] = []
        try:
            for row in rows:
                if row.keys() - names:
                    raise ValueError("a column that there is none of")
                waiting.append(
                    {
                        name: bytes.fromhex(value) if name in binary and value is not None else value
                        for name, value in row.items()
                    }
                )
                if len(waiting) == _PAGE:
                    self._db.execute(insert(of), waiting)
                    count, waiting = count + _PAGE, []
            if waiting:
                self._db.execute(insert(of), waiting)
        except (IntegrityError, StatementError, ValueError, TypeError, AttributeError) as wrong:
            raise Invalid(
                f"The rows of {table} do not fit this program: {str(wrong).splitlines()[0][:200]}. Use the program "
                "that is in the kit."
            ) from wrong
        return count + len(waiting)

    def is_empty(self) -> bool:
        """Whether nothing was ever kept in this database."""
        return not any(self._db.scalar(select(func.count()).select_from(one)) for one in (organisations, meta))


def _carried(table: str) -> Table:
    if table not in CARRIED:
        raise Invalid(f"“{table[:40]}” is no table that leaves with a ledger.")
    return metadata.tables[table]


def _plain(name: str, value: Any, binary: set[str], emptied: frozenset[str]) -> Any:
    if value is None or name in emptied:
        return None
    return value.hex() if name in binary else value
