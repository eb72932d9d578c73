"""Long secret files, sealed piece by piece: claim codes until they are printed, and private manifests.

A file is a row of pieces: length (4 bytes, big-endian), then a sealed, compressed run of JSON lines. The
piece's place is part of what it is sealed for, so none can be taken out, doubled or moved unseen.
"""

from __future__ import annotations

import itertools
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


def packed(lines: Iterable[str], level: int = 1) -> bytes:
    """Lines of JSON as a piece that `Sealer` takes; at level 0 as they are, for a file that is soon gone."""
    return zlib.compress("\n".join(lines).encode(), level)


class Sealer:
    """Writes a file piece by piece: `add` each as `packed` gives it, then `close`, without which it has no end."""

    def __init__(self, target: BinaryIO, vault: _Seal, purpose: str, place: int = 0) -> None:
        """`place` is that of the first piece, for a file whose beginning is written last."""
        self._target, self._vault, self._purpose, self._place = target, vault, purpose, place
        self._waiting: bytes | None = None

    def add(self, piece: bytes) -> None:
        """The next piece."""
        if self._waiting is not None:
            self._write(self._waiting, "more")
        self._waiting = piece

    def close(self) -> None:
        """End the file."""
        # The last piece says so: a file that lost its end is noticed.
        self._write(packed(()) if self._waiting is None else self._waiting, "last")

    def close_before(self) -> None:
        """End what stands before other pieces, which were written apart."""
        if self._waiting is not None:
            self._write(self._waiting, "more")

    def _write(self, piece: bytes, kind: str) -> None:
        sealed = self._vault.seal(piece, f"{self._purpose}/{self._place}/{kind}")
        self._target.write(len(sealed).to_bytes(4, "big") + sealed)
        self._place += 1


def write_sealed(target: BinaryIO, vault: _Seal, purpose: str, rows: Iterable[Any]) -> None:
    """Write each row (anything JSON can carry) as a line, sealed for `purpose`."""
    sealer = Sealer(target, vault, purpose)
    lines = (json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows)
    while piece := list(itertools.islice(lines, _LINES)):
        sealer.add(packed(piece))
    sealer.close()


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
        # Lines of JSON have no other line breaks in them; parsed together they take half the time.
        lines = zlib.decompress(vault.open(piece, f"{purpose}/{place}/{kind}")).replace(b"\n", b",")
        yield from json.loads(b"[" + lines + b"]")
        place += 1
