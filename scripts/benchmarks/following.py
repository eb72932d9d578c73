"""Following: events indexed from genesis, beside a bare download and a bare insert of the same; and `reindex`.

The bare insert writes the very rows, in order, through the driver alone, into tables with the same keys and indexes:
a table without them answers nothing. What such a heap would take stands beside it all the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from ledger.services.reindex import reindex
from ledger.services.restore_batches import restore_batches
from ledger.services.submit_many import Signed, submit_many
from ledger.services.views_of_chain import final_height
from scripts.benchmarks.figures import ROOT, Figure, Plan, seconds
from scripts.benchmarks.house import House, house
from scripts.benchmarks.signed import Pen, database, laboratory

_ORDER: Final = {"blocks": "number", "events": "block, log_index", "item_versions": "block, log_index"}
_LISTED: Final = {"items": "item", "batches": "id"}
_AT_ONCE: Final = 400


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    items = 1_000_000 if plan.full else plan.size(500, 5_000)
    wanted = 100_000 if plan.full else plan.size(1_000, 20_000)
    with house(plan.folder / "following") as opened:
        _fill(plan, opened, items, wanted)
        file = database(opened.settings.data)
        before = _sums(file, _ORDER)
        with opened.ledger.store.read() as tx:
            count, final = tx.chain.count(), final_height(tx)
        plan.say(f"indexing {count:,} events from genesis …")
        took = sorted(seconds(lambda: reindex(opened.ledger, opened.side.node, final))[0] for _ in range(3))[1]
        same = _sums(file, _ORDER) == before
        download = sorted(_download(opened) for _ in range(3))[1]
        plan.say("the same rows, bare …")
        bare = {keyed: sorted(_insert(plan.folder, file, keyed) for _ in range(3))[1] for keyed in (True, False)}
        plan.say("touchmark reindex, as a process …")
        peak = _as_a_process(opened)
        same_again = _sums(file, _ORDER) == before
        listed = _restored(plan, opened, file, items) if plan.full else ()
    slower = max(download, bare[True])
    name = "a bare download (eth_getLogs)" if slower == download else "a bare insert into the same tables"
    yield Figure(f"reindex of {count:,} events", count / took, "/s", name, count / slower, slower / took, at_least=0.3)
    yield Figure("… bare download (eth_getLogs)", count / download, "/s")
    yield Figure("… bare insert, keys and indexes as ours", count / bare[True], "/s")
    yield Figure("… bare insert without key or index", count / bare[False], "/s", "", None, bare[False] / took)
    yield Figure("… the whole took", took, "s")
    yield Figure("… peak memory of the process", peak / 2**20, "MB")
    equal = float(same and same_again)
    yield Figure("… rows equal to the original's, bit for bit", equal, "", "", 1.0, equal, at_least=1)
    yield from listed


def _fill(plan: Plan, opened: House, items: int, wanted: int) -> None:
    plan.say(f"{items:,} items …")
    batch, lab = opened.register(items), laboratory(opened)
    # An item's first inspection is two events, for it opens the item, and the others are one.
    opened_first = min(items, wanted // 5)
    signed = wanted - opened_first
    with opened.ledger.store.read() as tx:
        known = tx.batches.items_page(batch.id, -1, opened_first)
    pen = Pen(opened)
    for start in range(0, signed, 3 * _AT_ONCE):
        plan.say(f"{start:,} of {signed:,} inspections …")
        more = pen.signed(lab, known[start % len(known) :] + known, min(3 * _AT_ONCE, signed - start), start + 1)
        for at in range(0, len(more), _AT_ONCE):
            refused = [one for one in _submit(opened, more[at : at + _AT_ONCE]) if isinstance(one, Exception)]
            if refused:
                raise refused[0]
        opened.loop.turn()
    opened.settle()


def _submit(opened: House, signed: list[Signed]) -> list[Any]:
    return list(submit_many(opened.ledger, signed))


def _restored(plan: Plan, opened: House, file: Path, items: int) -> tuple[Figure, ...]:
    plan.say(f"{items:,} items from their manifests …")
    before = _sums(file, _LISTED)
    took, _ = seconds(lambda: restore_batches(opened.ledger))
    equal = float(_sums(file, _LISTED) == before)
    return (
        Figure(f"{items:,} items made again from their manifests", took, "s"),
        Figure("… rows equal to the original's, bit for bit", equal, "", "", 1.0, equal, at_least=1),
    )


def _sums(file: Path, order: dict[str, str]) -> dict[str, str]:
    """What every row of these tables comes to, as the database holds it."""
    found = {}
    with closing(sqlite3.connect(file)) as db:
        for table, key in order.items():
            digest = hashlib.sha256()
            for row in db.execute(f"SELECT * FROM {table} ORDER BY {key}"):
                digest.update(repr(row).encode())
            found[table] = digest.hexdigest()
    return found


def _download(opened: House) -> float:
    client = opened.side.node.client
    tip = client.head().number

    def whole() -> int:
        raw = client.rpc.call(
            "eth_getLogs", {"fromBlock": "0x0", "toBlock": hex(tip), "address": client.address}, timeout=120
        )
        return len(raw)

    return seconds(whole)[0]


def _insert(folder: Path, file: Path, keyed: bool) -> float:
    """Seconds for the same rows, from memory, in one transaction of a new database."""
    new = folder / "bare.db"
    with closing(sqlite3.connect(file)) as db:
        rows = {table: db.execute(f"SELECT * FROM {table} ORDER BY {key}").fetchall() for table, key in _ORDER.items()}
        marks = ", ".join("?" * len(_ORDER))
        query = f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL ORDER BY type DESC"
        schema = [sql for (sql,) in db.execute(query, list(_ORDER))]
    with closing(sqlite3.connect(new)) as db:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            db.execute(f"PRAGMA {pragma}")
        if not keyed:
            schema = [
                f"CREATE TABLE {name} ({', '.join(f'c{n}' for n in range(len(of[0])))})" for name, of in rows.items()
            ]
        for sql in schema:
            db.execute(sql)

        def write() -> None:
            for table, found in rows.items():
                marks = ", ".join("?" * len(found[0]))
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            db.commit()

        took = seconds(write)[0]
    for each in folder.glob("bare.db*"):
        each.unlink()
    return took


def _as_a_process(opened: House) -> int:
    """`touchmark reindex`; the bytes that it held at most."""
    environment = {
        **os.environ,
        "TOUCHMARK_DATA": str(opened.settings.data.resolve()),
        "TOUCHMARK_NODE_URL": opened.node.url,
    }
    line = [sys.executable, "-m", "ledger.cli", "reindex", "--json"]
    # Asked while it runs: what the system tells of a child that has ended counts its parent's memory in.
    peak = 0
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=said, stderr=said) as process:
            while process.poll() is None:
                found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
                peak = max(peak, 1024 * int(found[1]) if found else 0)
                time.sleep(0.02)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"touchmark reindex failed:\n{said.read()[-2000:].decode(errors='replace')}")
    return peak
