"""What the parts of an exit kit are added to, and what they are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rfc8785

from ledger.files.kit_lines import packed_lines
from ledger.files.kit_sums import check_name
from ledger.files.kit_writer import KitTarget, file_chunks

Progress = Callable[[int], None]
"""Told how many bytes are done."""


@dataclass(frozen=True, slots=True)
class Save:
    """A local chain's newest whole save: its description, and its state, read and checked as it is given out."""

    generation: int
    block: int
    description: bytes
    state: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Sources:
    """What a kit takes from beside the ledger: files as (name in the kit, file here)."""

    program: Sequence[tuple[str, Path]]
    contracts: Sequence[tuple[str, Path]]
    documents: Sequence[tuple[str, Path]]
    secrets: Sequence[tuple[str, Path]]
    project: bytes
    """The program's pyproject.toml."""
    version: str
    revision: str
    """The form of the database."""
    save: Save | None


@dataclass(slots=True)
class Kit:
    """A kit in the making: every file that is added is hashed and counted as it goes."""

    target: KitTarget
    on_progress: Progress | None = None
    sums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by the first folder of the name."""
    size: int = 0

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file."""
        assert check_name(name) not in self.sums, name
        digest = hashlib.sha256()
        self.target.add(name, self._counted(name, digest.update, chunks))
        self.sums[name] = digest.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> None:
        """A small file."""
        self.add(name, [content])

    def add_json(self, name: str, value: Any) -> None:
        """A small document, canonical JSON."""
        self.add(name, [rfc8785.dumps(value)])

    def add_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """A long table, compressed JSON lines; how many."""
        told = _Counting(rows)
        self.add(name, packed_lines(told))
        return told.count

    def add_file(self, name: str, path: Path) -> None:
        """A file that lies here. Raises Unavailable where it cannot be read."""
        self.add(name, file_chunks(path))

    def _counted(self, name: str, tell: Callable[[bytes], None], chunks: Iterable[bytes]) -> Iterator[bytes]:
        part = name.split("/")[0]
        for chunk in chunks:
            tell(chunk)
            self.size += len(chunk)
            self.sizes[part] = self.sizes.get(part, 0) + len(chunk)
            yield chunk
            if self.on_progress:
                self.on_progress(self.size)


class _Counting:
    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row
