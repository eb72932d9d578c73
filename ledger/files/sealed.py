"""Long secret files, sealed piece by piece: claim codes until they are printed, and private manifests.

A file is a row of pieces: length (4 bytes, big-endian), then a sealed, compressed run of JSON lines. The
piece's place is part of what it is sealed for, so none can be taken out, doubled or moved unseen.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Protocol

from ledger.domain.errors import Unavailable
from ledger.domain.said import said

_LINES = 5_000
_MOST = 64 * 1024 * 1024


class _Seal(Protocol):
    def seal(self, plain: bytes, purpose: str) -> bytes: ...
    def open(self, sealed: bytes, purpose: str) -> bytes: ...


def write_sealed(target: BinaryIO, vault: _Seal, purpose: str, rows: Iterable[Any]) -> None:
    """Write each row (anything JSON can carry) as a line, sealed for `purpose`."""
    place = 0
    waiting: list[bytes] = []

    def flush(last: bool) -> None:
        nonlocal place
        # The last piece says so: a file that lost its end is noticed.
        sealed = vault.seal(zlib.compress(b"\n".join(waiting), 1), f"{purpose}/{place}/{'last' if last else 'more'}")
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        place += 1
        waiting.clear()

    for row in rows:
        if len(waiting) == _LINES:
            flush(last=False)
        waiting.append(json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode())
    flush(last=True)


def read_sealed(source: BinaryIO, vault: _Seal, purpose: str) -> Iterator[Any]:
    """The rows again. Raises Unavailable where the file is damaged or the passphrase another."""
    place = 0
    head = source.read(4)
    if not head:
        raise Unavailable(said("A sealed file of the data folder is empty. Put it back from a backup."))
    while head:
        size = int.from_bytes(head, "big")
        if len(head) < 4 or size > _MOST:
            raise Unavailable(said("A sealed file of the data folder is damaged. Put it back from a backup."))
        piece, head = source.read(size), source.read(4)
        if len(piece) != size:
            raise Unavailable(said("A sealed file of the data folder has lost its end. Put it back from a backup."))
        kind = "more" if head else "last"
        for line in zlib.decompress(vault.open(piece, f"{purpose}/{place}/{kind}")).split(b"\n"):
            if line:
                yield json.loads(line)
        place += 1
