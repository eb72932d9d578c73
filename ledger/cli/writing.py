"""Files that a command writes: there whole or not at all; secret ones for their user alone, long ones to go on with."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.domain.errors import Conflict, LedgerError, Unavailable


@contextmanager
def whole_file(path: Path, *, secret: bool = False, replace: bool = True) -> Iterator[BinaryIO]:
    """A file to write, in its place only when the block ends well; `secret` gives it mode 600.

    Raises Conflict where it is there already and may not be replaced, Unavailable where it cannot be written.
    """
    if not replace and path.exists():
        raise Conflict(f"{path} is there already and is left as it is. Choose another name.")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            os.link(temporary, path)  # refuses where another was faster
    except FileExistsError:
        raise Conflict(f"{path} is there already and is left as it is. Choose another name.") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def growing_file(path: Path, name: str) -> Iterator[BinaryIO]:
    """A long file that a run cut short leaves beside its place, for the same command to go on with.

    The block gets what is there of the work called `name`, open for reading and writing. In its place only when the
    block ends well; what was refused leaves nothing. Raises Conflict while another command writes it, Unavailable where
    it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{name}.part")
    try:
        file = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644), "r+b")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}).") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(f"{path} is just being written by another command. Wait for it to end.") from None
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except LedgerError as error:
            if not isinstance(error, Unavailable):
                partial.unlink(missing_ok=True)
            raise
        except OSError as error:
            raise Unavailable(f"{path} cannot be written ({error.strerror}).") from error
