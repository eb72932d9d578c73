"""Our copy of the chain as plain rows, and a fresh copy made from nothing, to compare the two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ledger.services.follow_chain import follow
from ledger.services.ports import Chain, Ledger
from ledger.storage import tables
from ledger.storage.engine import Store
from ledger.storage.migrate import upgrade


def copy_of(ledger: Ledger) -> dict[str, list[Any]]:
    """Every row that hangs off blocks."""
    with ledger.store.read() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in tables.CHAIN_DERIVED
        }


def fresh_copy(ledger: Ledger, chain: Chain, folder: Path) -> dict[str, list[Any]]:
    """The same rows, read from the chain by a ledger that knows nothing but the deployment and the final height."""
    url = f"sqlite:///{folder / 'fresh.db'}"
    upgrade(url)
    store = Store(url)
    with ledger.store.read() as tx:
        known = {key: tx.meta.get(key) for key in ("deployment", "final_height")}
    with store.write() as tx:
        for key, value in known.items():
            tx.meta.set(key, value)
    fresh = replace(ledger, store=store)
    while follow(fresh, chain):
        pass
    made = copy_of(fresh)
    store.engine.dispose()
    return made
