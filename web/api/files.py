"""Files made for one answer: in memory while small, on disk where not, and gone with the answer."""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, TypeVar, cast

from flask import Response, send_file

_MEMORY: Final = 16 * 1024 * 1024

T = TypeVar("T")


def made_file(make: Callable[[BinaryIO], T], media_type: str, name: str) -> tuple[Response, T]:
    """The file that `make` writes, as a download, and what `make` returned. Not kept by any cache."""
    file = SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - a large one is closed by the server, after sending
    target = cast(BinaryIO, file)
    try:
        told = make(target)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    if size <= _MEMORY:
        with file:
            content = io.BytesIO(file.read())
        response = send_file(content, media_type, as_attachment=True, download_name=name, etag=False)
    else:
        response = send_file(target, media_type, as_attachment=True, download_name=name, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response, told
