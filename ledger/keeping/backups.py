"""A backup: one tar with the database, the kept files, the secrets and the local chain, each with its SHA-256.

Taken while everything runs, in this order, so that what the database speaks of is in it:

1. the files that are there: most of them, and what is destroyed meanwhile;
2. the database, in one snapshot;
3. the files that came since: whoever adds one adds it before its row;
4. the secrets; then the newest whole save of the local chain: nothing is called final before it is saved, so a save
   that is there after the snapshot holds every block that the snapshot calls final.

The list of sums comes last: a backup that was cut short has none, and is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from ledger.domain.errors import Conflict, Invalid, Unavailable
from ledger.keeping.files import sync_folder

FORM: Final = "touchmark-backup/1"
ABOUT: Final = "backup.json"
DATABASE: Final = "database"
_CHUNK: Final = 1 << 20
_MOST_LIST: Final = 1 << 30
_PARTS: Final = ("files", "secrets", "node")
"""Folders of a data folder that a backup may hold, beside the database."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself: `about` as it was made, and its entries by name."""

    about: dict[str, Any]
    sums: dict[str, tuple[int, str]]

    @property
    def size(self) -> int:
        """Bytes of everything in it."""
        return sum(size for size, _ in self.sums.values())


class BackupWriter:
    """Takes files into a backup, one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.sums: dict[str, tuple[int, str]] = {}
        self._as_taken: dict[str, tuple[int, int]] = {}

    def add_tree(self, data: Path, part: str) -> int:
        """Take every finished file of a folder of `data` that is not taken yet, or is another one now; how many."""
        taken = 0
        for path in sorted((data / part).rglob("*")):
            name = path.relative_to(data).as_posix()
            if not path.name.startswith(".") and path.is_file() and self._as_taken.get(name) != _which(path):
                taken += self.add(name, path)
        return taken

    def add(self, name: str, path: Path) -> bool:
        """Take one file; False where it was destroyed meanwhile."""
        try:
            with path.open("rb") as file:
                now = os.fstat(file.fileno())
                self._as_taken[name] = now.st_ino, now.st_mtime_ns
                member = tarfile.TarInfo(name)
                member.size, member.mode, member.mtime = now.st_size, 0o600, int(now.st_mtime)
                counted = _Counted(file)
                self._tar.addfile(member, counted)
        except FileNotFoundError:
            return False
        self.sums[name] = counted.size, counted.digest.hexdigest()
        return True

    def close(self, about: dict[str, Any]) -> None:
        """Write what the backup says of itself, and its list of sums."""
        body = json.dumps({"form": FORM, "about": about, "files": self.sums}, indent=0).encode()
        with tempfile.TemporaryFile() as file:
            file.write(body)
            file.seek(0)
            member = tarfile.TarInfo(ABOUT)
            member.size, member.mode = len(body), 0o600
            self._tar.addfile(member, file)


@contextmanager
def writing_backup(path: Path) -> Iterator[BackupWriter]:
    """A backup to write at `path`, readable by its user alone; in place only when the block ends well.

    Raises Conflict where something is there already, Unavailable where it cannot be written.
    """
    if path.exists():
        raise Conflict(f"{path} is there already and is left as it is. Choose another name.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield BackupWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
        sync_folder(path.resolve().parent)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror or error}). Nothing was kept.") from error
    finally:
        beside.unlink(missing_ok=True)


def unpack(path: Path, folder: Path, on_progress: Callable[[int], None] = lambda _: None) -> Backup:
    """Unpack a backup into a new folder, its user's alone, every byte checked.

    Raises Invalid where it is not whole, Unavailable.
    """
    sums: dict[str, tuple[int, str]] = {}
    told: bytes | None = None
    done = 0
    try:
        folder.mkdir(mode=0o700)
        with tarfile.open(path, mode="r:") as tar:
            for member in tar:
                # A file with holes could be larger than any disk, out of a few bytes.
                content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
                if content is None or told is not None or not _is_ours(member.name):
                    raise Invalid(
                        f"{path} holds {member.name[:200]!r}, which is no part of a backup. Nothing was done."
                    )
                if member.name == ABOUT:
                    told = content.read(_MOST_LIST)
                    continue
                sums[member.name] = _place(content, folder / member.name)
                done += member.size
                on_progress(done)
    except (tarfile.TarError, EOFError) as error:
        raise Invalid(f"{path} is not a whole backup ({error}). Take an earlier one.") from error
    except OSError as error:
        raise Unavailable(f"The backup cannot be unpacked in {folder} ({error.strerror or error}).") from error
    return _checked(path, told, sums)


def _checked(path: Path, told: bytes | None, sums: dict[str, tuple[int, str]]) -> Backup:
    try:
        if told is None:
            raise ValueError("it was cut short")
        plain = json.loads(told)
        if plain["form"] != FORM:
            raise ValueError(f"its form is {plain['form']!r}")
        wanted = {str(name): (int(size), str(sha256)) for name, (size, sha256) in plain["files"].items()}
        about = dict(plain["about"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Invalid(f"{path} is not a whole backup ({error}). Take an earlier one.") from error
    if wanted != sums:
        wrong = sorted(name for name in wanted.keys() | sums.keys() if wanted.get(name) != sums.get(name))
        raise Invalid(f"{path} is damaged: {wrong[0]} is not what was written. Take an earlier one.")
    return Backup(about, sums)


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = len(parts) > 1 and parts[0] in _PARTS and not any(part.startswith(".") for part in parts)
    return name in (ABOUT, DATABASE) or (inside and "/".join(parts) == name)


def _place(content: Any, target: Path) -> tuple[int, str]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    # A file that became another one while the backup was made is in it twice; the later one counts.
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _which(path: Path) -> tuple[int, int] | None:
    """Which file lies there, and as of when; None where it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


class _Counted:
    """A file that hashes what is read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """As files read."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        self.size += len(chunk)
        return chunk
