"""Audit: kept files are what their names say, and every row that names a file finds it.

Files on these shelves are named by their SHA-256, so one changed byte gives another name. Files that only spare
work, and are made again from these, are not looked at: small pictures. Trees and claim cards are looked at with
their batches.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import Final

from ledger.services.audit_findings import FROM_BACKUP, Findings, Progress, pages
from ledger.services.checking import Checked, many
from ledger.services.desk.rights_files import SHELF as MARKS
from ledger.services.import_items import UPLOADS
from ledger.services.ports import Ledger
from ledger.services.store_evidence import EVIDENCE
from ledger.services.write_manifest import MANIFESTS, manifest_hash

SHELVES: Final = (MANIFESTS, EVIDENCE, UPLOADS, MARKS)
"""Shelves of files that are named by their content."""
_MOST_STRAY: Final = 1_000
"""Manifests without a row that are tried in pairs."""


def files_are_what_they_are_called(ledger: Ledger, on_progress: Progress | None) -> Checked:
    """Every byte of manifests, evidence, uploads and marks, and whether what the rows name is there."""
    found = Findings("files are what they are called", FROM_BACKUP)
    looked = 0
    for shelf in SHELVES:
        for name in ledger.files.names(shelf):
            if len(name) != 64:
                continue  # of a preparation that was cut short
            try:
                with ledger.files.path(shelf, name).open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                continue  # taken away while we looked
            if digest != name:
                found.note(f"{shelf} {name} is damaged")
            looked += 1
            if on_progress and looked % 100 == 0:
                on_progress(looked)
    named = _manifests_of_rows(ledger, found)
    _manifests_without_rows(ledger, named, found)
    _evidence(ledger, found)
    return found.line(f"{many(looked, 'file')}, every byte.")


def _manifests_of_rows(ledger: Ledger, found: Findings) -> set[str]:
    named: set[str] = set()
    for table, key in (("batches", ("id",)), ("amendments", ("item", "place"))):
        for page in pages(ledger, table, key):
            for row in page:
                files = {row[column] for column in ("public_file", "private_file") if row[column] is not None}
                gone = [file for file in sorted(files) if not ledger.files.has(MANIFESTS, file)]
                key_words = " ".join(part.hex() if isinstance(part, bytes) else str(part) for part in map(row.get, key))
                found.note_all(f"{MANIFESTS} {file}, of {table} {key_words}, is gone" for file in gone)
                named |= files
    return named


def _manifests_without_rows(ledger: Ledger, named: set[str], found: Findings) -> None:
    """Two files that nobody names, but the chain does, had a row once."""
    with ledger.store.read() as tx:
        told = tx.chain.events_named(["BatchRegistered", "ItemAmended"])
    wanted = {event.args["manifestHash"]: event for event in told}
    stray = [name for name in ledger.files.names(MANIFESTS) if len(name) == 64 and name not in named]
    for public, private in itertools.permutations(stray[:_MOST_STRAY], 2):
        event = wanted.get(manifest_hash(ledger, public, private))
        if event is not None:
            about = f"batch {event.args['batch']}" if event.item is None else f"an amendment of item {event.item:064x}"
            found.note(f"{about} is on the chain and its manifest {private} here, and its row is gone")


def _evidence(ledger: Ledger, found: Findings) -> None:
    for page in pages(ledger, "evidence", ("sha256",)):
        for row in page:
            name = row["sha256"]
            if not ledger.files.has(EVIDENCE, name):
                found.note(f"evidence {name} is gone")
                continue
            path = ledger.files.path(EVIDENCE, name)
            with path.open("rb") as file:
                begin = file.read(12)
            if row["size"] != path.stat().st_size:
                found.note(f"evidence {name} is different in size")
            if row["media_type"] != _media_type(begin):
                found.note(f"evidence {name} is different in media_type")


def _media_type(begin: bytes) -> str | None:
    """What the first twelve bytes say of a kind of file that is taken as evidence."""
    for media_type, magic in (
        ("application/pdf", b"%PDF-"),
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
    ):
        if begin.startswith(magic):
            return media_type
    return "image/webp" if begin[:4] == b"RIFF" and begin[8:] == b"WEBP" else None
