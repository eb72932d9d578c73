"""Files that a command writes: there whole or not at all, and secret ones readable by their user alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.domain.errors import Conflict, Unavailable


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
