"""What an archive may be before anything in it is opened (OWASP ASVS 5.0 §5.2.3)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said

MAX_FILE: Final = 64 * 1024 * 1024
MAX_TOTAL: Final = 512 * 1024 * 1024
"""Bytes of all entries unpacked; 100,000 rows of 16 columns take about 90 MB."""
MAX_ENTRIES: Final = 1000
MAX_RATIO: Final = 200
"""Unpacked to packed; spreadsheets of repeated rows reach about 40."""
_RATIO_FROM: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_ARCHIVES: Final = (".zip", ".xlsx", ".xlsm", ".ods", ".jar", ".gz", ".7z", ".rar", ".tar", ".xz", ".bz2")
_RESAVE: Final = said("Open it in your spreadsheet, save it again as XLSX or as CSV UTF-8, and send that.")


def open_checked(stream: BinaryIO) -> zipfile.ZipFile:
    """The archive, after its table of contents was checked; nothing has been unpacked.

    Raises TooLarge for too many bytes or entries or a ratio no spreadsheet has, Invalid for names that
    leave the archive, archives inside, encryption, or a file that is cut off.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_FILE:
        raise TooLarge(
            said(
                "The file has %(mb)s; at most %(mb2)s are read. Save it as CSV UTF-8 instead.",
                mb=_mb(size),
                mb2=_mb(MAX_FILE),
            )
        )
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Invalid(said("The file is cut off or damaged. %(resave)s", resave=_RESAVE)) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(
            said(
                "The file holds %(count)s parts; a spreadsheet has a few dozen. %(resave)s",
                count=f"{len(entries):,}",
                resave=_RESAVE,
            )
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise TooLarge(
            said(
                "The file would unpack to %(mb)s; at most %(mb2)s are read. Save it as CSV UTF-8 instead.",
                mb=_mb(total),
                mb2=_mb(MAX_TOTAL),
            )
        )
    names: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename.casefold() in names:
            raise Invalid(
                said(
                    "The file holds the part “%(filename)s” twice. %(resave)s",
                    filename=entry.filename[:60],
                    resave=_RESAVE,
                )
            )
        names.add(entry.filename.casefold())
    return archive


def read_entry(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The entry's bytes in pieces, never more than the table of contents promised."""
    try:
        with archive.open(name) as entry:
            while piece := entry.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Invalid(said("The file is cut off or damaged. %(resave)s", resave=_RESAVE)) from error
    # The module has zlib without saying so in its types.
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise Invalid(said("The file is cut off or damaged. %(resave)s", resave=_RESAVE)) from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise Invalid(
            said("The file holds a part with the forbidden name “%(name)s”. %(resave)s", name=name[:60], resave=_RESAVE)
        )
    if name.casefold().endswith(_ARCHIVES):
        raise Invalid(
            said("The file holds another archive, “%(name)s”. Delete the embedded file and save again.", name=name[:60])
        )
    if entry.flag_bits & 0x1:
        raise Invalid(said("The file is locked with a password. Take the password away and save it again."))
    if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise TooLarge(
            said(
                "The part “%(name)s” would unpack to %(mb)s from %(mb2)s, which no real spreadsheet does. %(resave)s",
                name=name[:60],
                mb=_mb(entry.file_size),
                mb2=_mb(entry.compress_size),
                resave=_RESAVE,
            )
        )


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
