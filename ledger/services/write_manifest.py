"""A batch's manifest: two files, named by their SHA-256, from which, with the keys, everything can be made again.

The public one lists leaves, record hashes and public fields, and no serials: those would be a shopping list for
whoever prints labels. The private one is sealed: serials, all fields, and the batch's secret.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack
from typing import Any

from ledger.domain.batches import Batch
from ledger.files.packed import GzipRuns, combined, deflated
from ledger.files.sealed import Sealer, packed
from ledger.services.make_pieces import Piece
from ledger.services.ports import Ledger

MANIFESTS = "manifests"
_AT_ONCE = 1 << 20


def manifest_hash(ledger: Ledger, public: str, private: str) -> bytes:
    """keccak256 of the two files' SHA-256: one name on the chain for both."""
    return ledger.keccak(bytes.fromhex(public) + bytes.fromhex(private))


class ManifestWriter:
    """Both manifests of a batch, written while its pieces are made: `add` each, then `close`.

    How many items there are is known last and stands first, so what follows it is kept apart until then.
    """

    def __init__(self, ledger: Ledger, mine: str, stack: ExitStack) -> None:
        """`mine` is a name that no other worker at the same batch has; `stack` ends what was begun, well or not."""
        self._ledger = ledger
        self._mine = mine
        self._bodies = stack.enter_context(ExitStack())
        writing = ledger.files.writing
        self._public = self._bodies.enter_context(writing(MANIFESTS, f"{mine}.publicbody"))
        self._private = self._bodies.enter_context(writing(MANIFESTS, f"{mine}.privatebody"))
        stack.callback(self._remove_bodies)
        self._sealer = Sealer(self._private, ledger.vault, "manifest", place=1)
        self._crc, self._size = 0, 0

    def add(self, piece: Piece) -> None:
        """The next items."""
        data, crc, size = piece.public
        self._public.write(data)
        self._crc, self._size = combined(self._crc, crc, size), self._size + size
        self._sealer.add(piece.private)

    def close(self, batch: Batch, secret: bytes, sealed: bytes, count: int) -> tuple[str, str]:
        """The SHA-256s of the public and the private manifest, which are their names."""
        self._sealer.close()
        self._bodies.close()
        head = {"version": 1, "brand": batch.brand, "count": count}
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
        with self._ledger.files.writing(MANIFESTS, f"{self._mine}.public") as file:
            runs = GzipRuns(file)
            runs.add(deflated(json.dumps(head).encode() + b"\n"))
            with self._ledger.files.path(MANIFESTS, f"{self._mine}.publicbody").open("rb") as body:
                runs.add_from(body, self._crc, self._size)
            runs.close()
        with self._ledger.files.writing(MANIFESTS, f"{self._mine}.private") as file:
            first = Sealer(file, self._ledger.vault, "manifest")
            first.add(packed([_line(whole)]))
            first.close_before()
            with self._ledger.files.path(MANIFESTS, f"{self._mine}.privatebody").open("rb") as body:
                shutil.copyfileobj(body, file, _AT_ONCE)
        return (
            _named_by_content(self._ledger, f"{self._mine}.public"),
            _named_by_content(self._ledger, f"{self._mine}.private"),
        )

    def _remove_bodies(self) -> None:
        for kind in ("publicbody", "privatebody"):
            self._ledger.files.remove(MANIFESTS, f"{self._mine}.{kind}")


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _named_by_content(ledger: Ledger, name: str) -> str:
    with ledger.files.path(MANIFESTS, name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ledger.files.rename(MANIFESTS, name, digest)
    return digest
