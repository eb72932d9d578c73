"""A batch's manifest: two files, named by their SHA-256, from which, with the keys, everything can be made again.

The public one lists leaves, record hashes and public fields, and no serials: those would be a shopping list for
whoever prints labels. The private one is sealed: serials, all fields, and the batch's secret.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ledger.domain.batches import Batch, Item
from ledger.domain.fields import stays_private
from ledger.files.sealed import write_sealed
from ledger.services.ports import Ledger
from ledger.services.read_batch import PAGE, all_items

MANIFESTS = "manifests"

Progress = Callable[[int], None]


def manifest_hash(ledger: Ledger, public: str, private: str) -> bytes:
    """keccak256 of the two files' SHA-256: one name on the chain for both."""
    return ledger.keccak(bytes.fromhex(public) + bytes.fromhex(private))


def write_manifests(
    ledger: Ledger,
    batch: Batch,
    secret: bytes,
    sealed: bytes,
    leaves: Sequence[bytes],
    on_progress: Progress | None,
) -> tuple[str, str]:
    """Write the public and the private manifest; returns their SHA-256s, which are their names.

    `leaves` are in the order of the items, so that whoever has the public file rebuilds the tree and its root.
    """
    count = len(leaves)
    # Another worker may be at the same batch: each writes under names of its own.
    mine = f"{batch.id}.{sealed[:8].hex()}"
    private_names = set(batch.private_fields)
    head = {"version": 1, "brand": batch.brand, "count": count}
    with (
        ledger.files.writing(MANIFESTS, f"{mine}.public") as file,
        gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed,
    ):
        packed.write(json.dumps(head).encode() + b"\n")
        items = _telling(all_items(ledger, batch.id), count, on_progress)
        for item, leaf in zip(items, leaves, strict=True):
            shown = {name: value for name, value in item.fields.items() if not stays_private(name, private_names)}
            line = {"leaf": leaf.hex(), "record": item.record_hash.hex(), "fields": shown}
            packed.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    whole = head | {
        "name": batch.name,
        "secret": secret.hex(),
        "sealed": sealed.hex(),
        "private_fields": list(batch.private_fields),
        "on_sale_at_once": batch.on_sale_at_once,
        "created_at": batch.created_at,
        "organisation": batch.organisation,
        "id": batch.id,
    }
    with ledger.files.writing(MANIFESTS, f"{mine}.private") as file:
        items = _telling(all_items(ledger, batch.id), count, on_progress)
        rows = ([i.gtin, i.serial, i.claim_address, i.fields] for i in items)
        write_sealed(file, ledger.vault, "manifest", _chain(whole, rows))
    return _named_by_content(ledger, f"{mine}.public"), _named_by_content(ledger, f"{mine}.private")


def _telling(items: Iterator[Item], count: int, on_progress: Progress | None) -> Iterator[Item]:
    """The same items, with a sign of life every now and then: a job without one is given to somebody else."""
    for place, item in enumerate(items):
        if on_progress and place % PAGE == 0:
            on_progress(count)
        yield item


def _chain(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _named_by_content(ledger: Ledger, name: str) -> str:
    with ledger.files.path(MANIFESTS, name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ledger.files.rename(MANIFESTS, name, digest)
    return digest
