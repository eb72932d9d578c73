"""Writing an exit kit: a folder, or a tar whose bytes follow from its files alone; there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from ledger.domain.errors import Conflict, Unavailable

TOP: Final = "touchmark-kit"
"""The folder that a tar unpacks to."""
_CHUNK: Final = 1 << 20


class KitTarget(Protocol):
    """Where a kit's files go, one after the other."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Take one file."""
        ...


class Nowhere:
    """Takes everything and keeps nothing: for saying how large a kit would be."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Read the file to its end."""
        del name
        for _ in chunks:
            pass


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            _sync(file)


class _Tar:
    """Owner, mode and time of every file are the same, so that only names and contents make the archive."""

    def __init__(self, tar: tarfile.TarFile, spool: Path) -> None:
        self._tar, self._spool = tar, spool

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        # A tar says a file's size before its bytes; most of what is added is made while it is read.
        with tempfile.TemporaryFile(dir=self._spool) as spool:
            for chunk in chunks:
                spool.write(chunk)
            member = tarfile.TarInfo(f"{TOP}/{name}")
            member.size, member.mode = spool.tell(), 0o644
            spool.seek(0)
            self._tar.addfile(member, spool)


@contextmanager
def writing_kit(path: Path) -> Iterator[KitTarget]:
    """A kit to write at `path`: a tar where its name ends so, else a folder. In place only when the block ends well.

    Raises Conflict where something is there already, Unavailable where it cannot be written.
    """
    if path.exists():
        raise Conflict(f"{path} is there already and is left as it is. Choose another name.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.name.endswith(".tar"):
            with beside.open("xb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                    yield _Tar(tar, beside.parent)
                _sync(file)
        else:
            beside.mkdir()
            yield _Folder(beside)
        beside.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror or error}). Nothing was kept.") from error
    finally:
        if beside.is_dir():
            shutil.rmtree(beside)
        beside.unlink(missing_ok=True)


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time. Raises Unavailable where it cannot be read."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}). Put it back from a backup.") from error


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
