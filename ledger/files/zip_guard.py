"""What an archive may be before anything in it is opened (OWASP ASVS 5.0 §5.2.3)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid, TooLarge

MAX_FILE: Final = 64 * 1024 * 1024
MAX_TOTAL: Final = 512 * 1024 * 1024
"""Bytes of all entries unpacked; 100,000 rows of 16 columns take about 90 MB."""
MAX_ENTRIES: Final = 1000
MAX_RATIO: Final = 200
"""Unpacked to packed; spreadsheets of repeated rows reach about 40."""
_RATIO_FROM: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_ARCHIVES: Final = (".zip", ".xlsx", ".xlsm", ".ods", ".jar", ".gz", ".7z", ".rar", ".tar", ".xz", ".bz2")
_RESAVE: Final = "Open it in your spreadsheet, save it again as XLSX or as CSV UTF-8, and send that."


def open_checked(stream: BinaryIO) -> zipfile.ZipFile:
    """The archive, after its table of contents was checked; nothing has been unpacked.

    Raises TooLarge for too many bytes or entries or a ratio no spreadsheet has, Invalid for names that
    leave the archive, archives inside, encryption, or a file that is cut off.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_FILE:
        raise TooLarge(f"The file has {_mb(size)}; at most {_mb(MAX_FILE)} are read. Save it as CSV UTF-8 instead.")
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Invalid(f"The file is cut off or damaged. {_RESAVE}") from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"The file holds {len(entries):,} parts; a spreadsheet has a few dozen. {_RESAVE}")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise TooLarge(
            f"The file would unpack to {_mb(total)}; at most {_mb(MAX_TOTAL)} are read. Save it as CSV UTF-8 instead."
        )
    names: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename.casefold() in names:
            raise Invalid(f"The file holds the part “{entry.filename[:60]}” twice. {_RESAVE}")
        names.add(entry.filename.casefold())
    return archive


def read_entry(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The entry's bytes in pieces, never more than the table of contents promised."""
    try:
        with archive.open(name) as entry:
            while piece := entry.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Invalid(f"The file is cut off or damaged. {_RESAVE}") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise Invalid(f"The file is cut off or damaged. {_RESAVE}") from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise Invalid(f"The file holds a part with the forbidden name “{name[:60]}”. {_RESAVE}")
    if name.casefold().endswith(_ARCHIVES):
        raise Invalid(f"The file holds another archive, “{name[:60]}”. Delete the embedded file and save again.")
    if entry.flag_bits & 0x1:
        raise Invalid("The file is locked with a password. Take the password away and save it again.")
    if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise TooLarge(
            f"The part “{name[:60]}” would unpack to {_mb(entry.file_size)} from "
            f"{_mb(entry.compress_size)}, which no real spreadsheet does. {_RESAVE}"
        )


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
