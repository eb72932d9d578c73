"""The sealed part of a kit, for an operator who carries the ledger on and was given the passphrase.

Manifests lie there as they are kept, keys as they are kept, and each table that leaves (`Exits.carried`) in a file
of its own, sealed anew under the same passphrase. Nothing in it names a person.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ledger.files.sealed import write_sealed
from ledger.services.export_kit_parts import Kit, Sources
from ledger.services.export_kit_public import batches_of
from ledger.services.ports import Ledger
from ledger.services.write_manifest import MANIFESTS

TABLES: Final = "private/tables"
SEALED_MANIFESTS: Final = "private/manifests"
SECRETS: Final = "private/secrets"
_CHUNK: Final = 1 << 20


def purpose(table: str) -> str:
    """What a table's file is sealed for."""
    return f"exit-kit/{table}"


def add_private(kit: Kit, ledger: Ledger, sources: Sources) -> dict[str, int]:
    """Add it, in one snapshot; what was counted."""
    manifests: set[str] = set()
    with ledger.store.read() as tx, tempfile.TemporaryFile() as spool:
        for batch in batches_of(tx):
            later = tx.batches.amendments_of(batch.id)
            pairs = [(batch.public_file, batch.private_file), *((one.public_file, one.private_file) for one in later)]
            manifests.update(name for pair in pairs for name in pair if name)
        for table in tx.exits.carried():
            spool.seek(0)
            spool.truncate()
            write_sealed(spool, ledger.vault, purpose(table), tx.exits.rows(table))
            kit.add(f"{TABLES}/{table}.sealed", _again(spool))
    for name in sorted(name for name in manifests if f"manifests/{name}.gz" not in kit.sums):
        kit.add_file(f"{SEALED_MANIFESTS}/{name}", _path(ledger, name))
    for name, path in sources.secrets:
        kit.add_file(name, path)
    return {"sealed manifests": len(manifests)}


def _path(ledger: Ledger, name: str) -> Path:
    return ledger.files.path(MANIFESTS, name)


def _again(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    while chunk := spool.read(_CHUNK):
        yield chunk
