"""Long tables in a kit: JSON lines, compressed; the same rows give the same bytes."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from ledger.domain.errors import Invalid

_PIECE: Final = 1 << 16
_LONGEST: Final = 1 << 26
"""Bytes of one line: the longest call data of a block are far below."""


def packed_lines(rows: Iterable[Any]) -> Iterator[bytes]:
    """gzip (RFC 1952, no name, no time) of one JSON document a line."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    waiting = bytearray()
    for row in rows:
        waiting += json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        if len(waiting) >= _PIECE:
            yield packer.compress(bytes(waiting))
            waiting.clear()
    yield packer.compress(bytes(waiting)) + packer.flush()


def read_lines(source: BinaryIO, name: str) -> Iterator[Any]:
    """The documents again. Raises Invalid, naming the file, where it is something else."""
    try:
        with gzip.GzipFile(fileobj=source, mode="rb") as unpacked:
            while line := unpacked.readline(_LONGEST):
                if not line.endswith(b"\n"):
                    raise Invalid(f"{name} has a line that is cut or too long. Get the kit again.")
                yield json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise Invalid(f"{name} is not what a kit holds under that name. Get the kit again.") from error
