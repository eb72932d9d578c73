"""Files by the SHA-256 of their content: uploads, evidence, manifests, trees, print files.

A file is written beside its place, synced and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ledger.domain.errors import TooLarge, Unavailable, Unknown

_CHUNK = 1 << 20


class Files:
    """A folder of shelves (“uploads”, “evidence”, …), each holding files by name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, shelf: str, name: str) -> Path:
        """Where a file lies, or would. Names are hexadecimal or our own ids: nothing a person chose."""
        if not name.replace("_", "").replace(".", "").isalnum() or ".." in name:
            raise Unknown("There is no such file.")
        return self._root / shelf / name[:2] / name

    def read(self, shelf: str, name: str) -> bytes:
        """The whole file. Raises Unknown where there is none."""
        try:
            return self.path(shelf, name).read_bytes()
        except FileNotFoundError:
            raise Unknown(f"The file {name[:12]}… is not kept here (any more).") from None

    def has(self, shelf: str, name: str) -> bool:
        """Whether the file is there."""
        return self.path(shelf, name).exists()

    def names(self, shelf: str) -> list[str]:
        """The names on a shelf, in order; files that are still being written are not among them."""
        return sorted(path.name for path in (self._root / shelf).glob("??/*") if not path.name.startswith("."))

    def add(self, shelf: str, content: bytes) -> str:
        """Keep bytes under their SHA-256; returns it in hexadecimal."""
        name = hashlib.sha256(content).hexdigest()
        if not self.has(shelf, name):
            with self.writing(shelf, name) as file:
                file.write(content)
        return name

    def take(self, shelf: str, stream: BinaryIO, limit: int) -> tuple[str, int]:
        """Keep a stream under its SHA-256; returns that and the size. Raises TooLarge beyond `limit` bytes."""
        digest = hashlib.sha256()
        size = 0
        incoming = f"incoming{secrets.token_hex(8)}"
        with self._writing(shelf, incoming) as (file, temporary):
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooLarge(
                        f"The file is larger than {limit // (1024 * 1024)} MB, which is the most that is taken at "
                        "once. Split it and send the parts."
                    )
                digest.update(chunk)
                file.write(chunk)
            _sync(file)
            name = digest.hexdigest()
            final = self.path(shelf, name)
            _make_folder(final.parent)
            temporary.replace(final)
            sync_folder(final.parent)
        return name, size

    @contextmanager
    def writing(self, shelf: str, name: str) -> Iterator[BinaryIO]:
        """A file to write, in place only when the block ends well."""
        with self._writing(shelf, name) as (file, temporary):
            yield file
            _sync(file)
            final = self.path(shelf, name)
            temporary.replace(final)
            sync_folder(final.parent)

    def rename(self, shelf: str, name: str, new: str) -> None:
        """Give a file another name on its shelf, in place of any other of that name. Raises Unknown."""
        final = self.path(shelf, new)
        _make_folder(final.parent)
        try:
            self.path(shelf, name).replace(final)
        except FileNotFoundError:
            raise Unknown(f"The file {name[:12]}… is not kept here (any more).") from None
        sync_folder(final.parent)

    def remove(self, shelf: str, name: str) -> None:
        """Destroy a file: out of its place first, then overwritten and unlinked. Nothing happens where there is none.

        It is there whole or not at all, also where the process dies meanwhile: `sweep` destroys what that leaves.
        Raises Unavailable where the disk fails.
        """
        path = self.path(shelf, name)
        try:
            going = _beside(path)
            path.replace(going)
            sync_folder(path.parent)
            _destroy(going)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(f"A file could not be destroyed ({error.strerror}). Try again.") from error

    def sweep(self, before: float) -> int:
        """Destroy what writers and removers that died have left since `before` (seconds since 1970); how many files.

        Raises Unavailable where the disk fails.
        """
        swept = 0
        try:
            for path in self._root.glob("*/??/.*"):
                # Another worker may be sweeping, too.
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        _destroy(path)
                        swept += 1
        except OSError as error:
            raise Unavailable(f"What was left half done could not be destroyed ({error.strerror}).") from error
        return swept

    @contextmanager
    def _writing(self, shelf: str, name: str) -> Iterator[tuple[BinaryIO, Path]]:
        final = self.path(shelf, name)
        temporary = _beside(final)
        try:
            _make_folder(final.parent)
            with temporary.open("xb") as file:
                yield file, temporary
        except OSError as error:
            raise Unavailable(f"The file could not be written ({error.strerror}). Nothing was kept.") from error
        finally:
            temporary.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """A name that nobody asks for, in the same folder."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def _destroy(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        # On journaling or copying file systems old blocks may survive; that is why secrets are
        # encrypted before they come here. This only shortens their life.
        for place in range(0, size, _CHUNK):
            file.write(b"\0" * min(_CHUNK, size - place))
        _sync(file)
    path.unlink()
    sync_folder(path.parent)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that their names survive a power cut too."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
