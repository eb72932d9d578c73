"""The public manifest of a registered batch, for whoever wants to rebuild its tree."""

from __future__ import annotations

from ledger.domain.errors import Unknown
from ledger.domain.said import said
from ledger.services.ports import Ledger
from ledger.services.write_manifest import MANIFESTS


def read_manifest(ledger: Ledger, sha256: str) -> bytes:
    """A public manifest by its SHA-256: gzip of JSON lines, a head and then one line an item, in order.

    Raises Unknown for a private one, and for one whose batch is not registered: that is nobody's business yet.
    """
    with ledger.store.read() as tx:
        batch = tx.batches.by_public_file(sha256)
    if batch is None or batch.statement is None:
        raise Unknown(said("There is no such manifest."))
    return ledger.files.read(MANIFESTS, sha256)
