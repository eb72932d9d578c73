"""Reading an exit kit, as a folder or as the tar it came in. Nothing in it is believed, nothing written outside."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from ledger.domain.errors import Fault, Invalid, TooLarge, Unavailable
from ledger.files.kit_sums import SUMS, UNLISTED, check_name, read_sums
from ledger.files.kit_writer import TOP

MOST_FILES: Final = 5_000_000
MOST_SUMS: Final = 1 << 30
"""Bytes of the list of files."""
_CHUNK: Final = 1 << 20
_AGAIN: Final = "Get the kit again."


class OpenKit(Protocol):
    """A kit's files by name."""

    def names(self) -> list[str]:
        """All names, in order."""
        ...

    def size(self, name: str) -> int:
        """Bytes of a file."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file to read and to close. Raises Invalid where there is none."""
        ...

    def read(self, name: str, most: int) -> bytes:
        """A whole small file. Raises Invalid where there is none, TooLarge beyond `most` bytes."""
        ...


class _Kit:
    def __init__(self, sizes: dict[str, int], opener: Callable[[str], BinaryIO]) -> None:
        self._sizes, self._opener = sizes, opener

    def names(self) -> list[str]:
        return sorted(self._sizes)

    def size(self, name: str) -> int:
        return self._sizes.get(name, 0)

    def open(self, name: str) -> BinaryIO:
        if name not in self._sizes:
            raise Invalid(f"{name} is missing from this kit. {_AGAIN}")
        return self._opener(name)

    def read(self, name: str, most: int) -> bytes:
        with self.open(name) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise TooLarge(f"{name} has more than {most:,} bytes, which no kit of ours has there. {_AGAIN}")
        return content


@contextmanager
def opened_kit(path: Path) -> Iterator[OpenKit]:
    """The kit at `path`. Raises Invalid for what is no kit, Unavailable where it cannot be read."""
    try:
        if path.is_dir():
            yield _folder(path)
        else:
            with path.open("rb") as file, _opened_tar(path, file) as tar:
                yield _members(path, tar)
    except tarfile.TarError as error:
        raise Invalid(f"{path} is not a whole tar: {error}. {_AGAIN}") from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror or error}).") from error


def check_files(kit: OpenKit, on_progress: Callable[[int], None] | None = None) -> list[Fault]:
    """Every file that is missing, changed or foreign, by name. Raises Invalid where the list itself is none."""
    listed = read_sums(kit.read(SUMS, MOST_SUMS))
    there = set(kit.names()) - UNLISTED
    faults = [Fault(name, "is missing.", _AGAIN) for name in sorted(listed.keys() - there)]
    faults += [
        Fault(name, f"is not in {SUMS}.", "Do not trust it: take it out.") for name in sorted(there - set(listed))
    ]
    done = 0
    for name in sorted(listed.keys() & there):
        digest = hashlib.sha256()
        with kit.open(name) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
        if digest.hexdigest() != listed[name]:
            faults.append(Fault(name, "is not what it was when the kit was made.", _AGAIN))
        if on_progress:
            on_progress(done)
    return faults


def _folder(root: Path) -> _Kit:
    sizes: dict[str, int] = {}
    for folder, _, files in os.walk(root):
        for file in files:
            path = Path(folder, file)
            name = check_name(path.relative_to(root).as_posix())
            if not path.is_file() or path.is_symlink():
                raise Invalid(f"{name} is a link, not a file: no kit holds one. {_AGAIN}")
            sizes[name] = path.stat().st_size
            _bound(sizes)
    return _Kit(sizes, lambda name: (root / name).open("rb"))


def _opened_tar(path: Path, file: BinaryIO) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=file, mode="r:")
    except tarfile.TarError as error:
        raise Invalid(f"{path} is neither a kit’s folder nor its tar: {error}.") from error


def _members(path: Path, tar: tarfile.TarFile) -> _Kit:
    found: dict[str, tarfile.TarInfo] = {}
    sizes: dict[str, int] = {}
    for member in tar:
        if member.isdir():
            continue
        name = check_name(member.name.removeprefix(f"{TOP}/"))
        if not member.isreg() or name in found:
            raise Invalid(f"{name} in {path.name} is a link or there twice: no kit holds that. {_AGAIN}")
        found[name], sizes[name] = member, member.size
        _bound(sizes)

    def opener(name: str) -> BinaryIO:
        file = tar.extractfile(found[name])
        assert file is not None  # regular files only
        return file  # type: ignore[return-value]

    return _Kit(sizes, opener)


def _bound(sizes: dict[str, int]) -> None:
    if len(sizes) > MOST_FILES:
        raise TooLarge(f"There are more than {MOST_FILES:,} files here, which no kit of ours has.")
