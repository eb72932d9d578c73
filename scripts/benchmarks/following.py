"""Following: events indexed from genesis, beside the slower of a bare download and a bare insert; and `reindex`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.services.reindex import reindex
from ledger.services.views_of_chain import final_height
from scripts.benchmarks.figures import Figure, Plan, seconds
from scripts.benchmarks.house import House, house


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    items, wanted = plan.size(500, 5_000), plan.size(1_000, 20_000)
    with house(plan.folder / "following") as opened:
        batch = opened.register(items)
        plan.say(f"{wanted:,} records …")
        with opened.ledger.store.read() as tx:
            known = tx.batches.items_page(batch.id, -1, items)
        for start in range(0, wanted, 400):
            for place in range(start, min(start + 400, wanted)):
                opened.serve(known[place % items])
            opened.settle()
        before = _rows(opened.settings.data)
        with opened.ledger.store.read() as tx:
            count, final = tx.chain.count(), final_height(tx)
        plan.say(f"indexing {count:,} events from genesis …")
        took, _ = seconds(lambda: reindex(opened.ledger, opened.side.node, final))
        same = _rows(opened.settings.data) == before
        download, insert = _download(opened), _insert(plan.folder / "bare.db", before)
    slower = max(download, insert)
    name = "a bare download (eth_getLogs)" if download >= insert else "a bare insert (executemany)"
    yield Figure(f"reindex of {count:,} events", count / took, "/s", name, count / slower, slower / took, at_least=0.3)
    yield Figure("… bare download", count / download, "/s")
    yield Figure("… bare insert", count / insert, "/s")
    yield Figure("… rows equal to the original's, bit for bit", float(same), "", "", 1.0, float(same), at_least=1)


def _rows(folder: Path) -> dict[str, list[Any]]:
    """Every row that hangs off blocks and carries an event, as the database holds it."""
    (file,) = folder.glob("*.db")
    with sqlite3.connect(file) as db:
        return {
            table: db.execute(f"SELECT * FROM {table} ORDER BY {key}").fetchall()
            for table, key in (("events", "block, log_index"), ("item_versions", "item, block, log_index"))
        }


def _download(opened: House) -> float:
    client = opened.side.node.client
    tip = client.head().number

    def whole() -> int:
        raw = client.rpc.call(
            "eth_getLogs", {"fromBlock": "0x0", "toBlock": hex(tip), "address": client.address}, timeout=120
        )
        return len(raw)

    return seconds(whole)[0]


def _insert(file: Path, rows: dict[str, list[Any]]) -> float:
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        for table, found in rows.items():
            columns = ", ".join(f"c{place}" for place in range(len(found[0])))
            db.execute(f"CREATE TABLE {table} ({columns})")

        def write() -> None:
            for table, found in rows.items():
                marks = ", ".join("?" * len(found[0]))
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            db.commit()

        return seconds(write)[0]
