"""Registration: from a brand's file to final, beside its unavoidable cryptography on the same core."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.chain.signing import address_of, keccak
from ledger.domain.claim_codes import claim_private_key, make_code
from ledger.domain.fields import FIELDS, jcs
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Tree, leaf
from ledger.domain.records import RecordHasher
from ledger.domain.serials import make_serial
from ledger.services.open_item import proof_of
from ledger.services.views_of_chain import find_listed
from scripts.benchmarks.figures import Figure, Plan, in_a_process, peak_memory
from scripts.benchmarks.house import GTIN, House, house

_LEAST_MEMORY = 200e6
_MEMORY_AN_ITEM = 300


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    count = plan.size(10_000, 200_000)
    told = _run(plan, "once", count)
    floor = float(in_a_process(__name__, "floor", str(count)))
    yield Figure(
        f"{count:,} items, file to final", told["seconds"], "s", "their cryptography", floor,
        told["seconds"] / floor, at_most=2,
    )  # fmt: skip
    yield Figure("… items a second", count / told["seconds"], "/s")
    for step, took in told["steps"].items():
        yield Figure(f"… of it: {step}", took, "s")
    allowed = _LEAST_MEMORY + _MEMORY_AN_ITEM * count
    yield Figure(
        "… peak memory", told["memory"] / 1e6, "MB", "200 MB + 300 B an item", allowed / 1e6,
        told["memory"] / allowed, at_most=1,
    )  # fmt: skip
    yield Figure("… database, an item", told["database"] / count, "B")
    yield Figure("… manifests, an item", told["manifests"] / count, "B")
    yield Figure("… gas, an item", told["gas"] / count, "gas")
    yield Figure("… proofs checked of items drawn by lot", told["proven"], "")
    if plan.full:
        large = 5 * count
        much = _run(plan, "large", large)
        yield Figure(
            f"{large:,} items, file to final", much["seconds"], "s", "5 × the time above", 5 * told["seconds"],
            much["seconds"] / (5 * told["seconds"]), at_most=1.15,
        )  # fmt: skip
        allowed = _LEAST_MEMORY + _MEMORY_AN_ITEM * large
        yield Figure(
            "… peak memory", much["memory"] / 1e6, "MB", "200 MB + 300 B an item", allowed / 1e6,
            much["memory"] / allowed, at_most=1,
        )  # fmt: skip


def _run(plan: Plan, name: str, count: int) -> dict[str, Any]:
    plan.say(f"registering {count:,} items …")
    return dict(json.loads(in_a_process(__name__, "register", str(plan.folder / name), str(count))))


def _register(folder: Path, count: int) -> dict[str, Any]:
    marks: list[tuple[str, float]] = []
    with house(folder) as opened:
        began = time.perf_counter()
        batch = opened.register(count, lambda step: marks.append((step, time.perf_counter())))
        ended = time.perf_counter()
        steps = {
            step: round(until - since, 3)
            for (step, since), (_, until) in zip(marks, [*marks[1:], ("", ended)], strict=True)
        }
        memory = peak_memory()
        files = opened.settings.data / "files" / "manifests"
        return {
            "seconds": ended - began,
            "steps": steps,
            "memory": memory,
            "database": sum(one.stat().st_size for one in folder.glob("*.db*")),
            "manifests": sum(one.stat().st_size for one in files.rglob("*") if one.is_file()),
            "gas": _gas(opened, batch.number or 0),
            "proven": _proven(opened, batch.id),
        }


def _proven(opened: House, batch_id: str) -> int:
    """Items drawn by lot whose proof leads to the root that the chain has; fails at the first that does not."""
    from ledger.domain.merkle import verify
    from ledger.services.open_item import leaf_of

    count = 0
    with opened.ledger.store.read() as tx:
        batch = tx.batches.get(batch_id)
        assert batch is not None
        assert batch.root is not None
        for _ in range(100):
            (item,) = tx.batches.items_page(batch_id, secrets.randbelow(batch.count) - 1, 1)
            subject = find_listed(tx, item.gtin, item.serial)
            assert verify(batch.root, leaf_of(opened.ledger, subject), proof_of(opened.ledger, subject), keccak)
            count += 1
    return count


def _gas(opened: House, number: int) -> int:
    with opened.ledger.store.read() as tx:
        (registered,) = (one for one in tx.chain.batch_events(number) if one.name == "BatchRegistered")
    receipt = opened.side.node.client.transaction_receipt(registered.transaction)
    assert receipt is not None
    return receipt.gas_used


def _floor(count: int) -> float:
    """What cannot be left out, on one core: path, item, fields, claim key, leaf of each item, and the tree."""
    secret, gtin = secrets.token_bytes(32), check_gtin(GTIN)
    hasher = RecordHasher(secret, FIELDS)
    values = {
        "colour": "black",
        "made_in": "FR",
        "made_on": "2026-03-31",
        "materials": ["calf leather", "brass"],
        "weight_g": "412",
    }
    known = {name: jcs(value) for name, value in values.items()}
    named = [make_serial(secrets.token_bytes) for _ in range(count)]
    codes = [make_code(secrets.token_bytes) for _ in range(count)]
    began = time.perf_counter()
    leaves = []
    for place, (serial, code) in enumerate(zip(named, codes, strict=True)):
        hashed = path_hash(path(gtin, serial), keccak)
        item = item_id(1, hashed, keccak)
        fields = {**known, "model_ref": jcs(f"Sac {place}")}
        record = hasher.record_hash(item, [fields.get(name) for name in hasher.names])
        address = address_of(claim_private_key(code, secret[:16], item))
        leaves.append(leaf(hashed, record, bytes.fromhex(address[2:]), keccak))
    Tree(leaves, keccak)
    return time.perf_counter() - began


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "floor":
        print(_floor(int(given[0])))
    else:
        print(json.dumps(_register(Path(given[0]), int(given[1]))))
