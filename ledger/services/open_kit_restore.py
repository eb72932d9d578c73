"""Putting a kit's sealed part back: files into their places, rows into their tables.

The chain is read anew from its node and the items from their manifests (`reindex`, `restore_batches`); here is what
neither of them holds.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from ledger.domain.errors import Conflict, Invalid
from ledger.domain.papers import Evidence
from ledger.domain.said import said
from ledger.files.kit_lines import read_lines
from ledger.files.kit_reader import OpenKit
from ledger.files.sealed import read_sealed
from ledger.services.components_index import index_amendment
from ledger.services.export_kit_chain import DESCRIPTION, STATE
from ledger.services.export_kit_private import SEALED_MANIFESTS, SECRETS, TABLES, purpose
from ledger.services.export_kit_public import EVIDENCE_INDEX, batches_of, evidence_name
from ledger.services.keep_line import PHOTOS
from ledger.services.ports import Ledger
from ledger.services.store_evidence import EVIDENCE
from ledger.services.write_manifest import MANIFESTS

LATE: Final = "amendments"
"""Later descriptions hang off their items, which the manifests give first."""


def place_secrets(kit: OpenKit, folder: Path) -> None:
    """What the passphrase is stretched and tried with. Raises Conflict where the kit has no sealed part."""
    names = [name for name in kit.names() if name.startswith(f"{SECRETS}/")]
    if not names:
        raise Conflict(
            said(
                "This kit was made without its sealed part, so no ledger can be made of it. Ask its maker for one "
                "made with `touchmark export --with-private`."
            )
        )
    for name in names:
        _copy(kit, name, folder / Path(name).name)


def place_save(kit: OpenKit, saves: Path, generation: int) -> None:
    """A local chain's save, so that its node finds it. Its description is written last: without it a save is none."""
    _copy(kit, STATE, saves / f"save-{generation:08}.json")
    _copy(kit, DESCRIPTION, saves / f"save-{generation:08}.meta.json")


def place_files(kit: OpenKit, ledger: Ledger) -> None:
    """Manifests, evidence and photos onto their shelves."""
    for name in kit.names():
        part, _, last = name.rpartition("/")
        if part == SEALED_MANIFESTS:
            _shelve(kit, ledger, name, MANIFESTS, last)
        elif part == "manifests" and last.endswith(".gz") and len(last) == 67:
            _shelve(kit, ledger, name, MANIFESTS, last.removesuffix(".gz"))
        elif part == "photos":
            _shelve(kit, ledger, name, PHOTOS, last)
    for one in _evidence(kit):
        _shelve(kit, ledger, evidence_name(one), EVIDENCE, one.sha256)


def put_rows(kit: OpenKit, ledger: Ledger) -> None:
    """Every table that left, into an empty database, all of it or nothing. Raises Conflict where it is not empty."""
    with ledger.store.write() as tx:
        if not tx.exits.is_empty():
            raise Conflict(said("There is a ledger in this database already. Nothing was changed. Name an empty one."))
        for table in tx.exits.carried():
            if table != LATE:
                _put(kit, ledger, tx.exits.put, table)
        for one in _evidence(kit):
            tx.papers.add_evidence(one)


def put_late_rows(kit: OpenKit, ledger: Ledger) -> None:
    """The later descriptions of items, once the items are there."""
    with ledger.store.write() as tx:
        _put(kit, ledger, tx.exits.put, LATE)
        for batch in batches_of(tx):
            for one in tx.batches.amendments_of(batch.id):
                index_amendment(ledger, tx, batch.brand, one)


def _put(kit: OpenKit, ledger: Ledger, put: Any, table: str) -> None:
    with kit.open(f"{TABLES}/{table}.sealed") as file:
        put(table, _rows(file, ledger, table))


def _rows(file: BinaryIO, ledger: Ledger, table: str) -> Iterator[Mapping[str, Any]]:
    for row in read_sealed(file, ledger.vault, purpose(table)):
        if not isinstance(row, dict):
            raise Invalid(f"The rows of {table} in this kit are none.")
        yield row


def _evidence(kit: OpenKit) -> Iterator[Evidence]:
    with kit.open(EVIDENCE_INDEX) as file:
        for row in itertools.islice(read_lines(file, EVIDENCE_INDEX), len(kit.names())):
            try:
                yield Evidence(**row)
            except TypeError as wrong:
                raise Invalid(f"{EVIDENCE_INDEX} holds a line that names no file.") from wrong


def _shelve(kit: OpenKit, ledger: Ledger, name: str, shelf: str, kept: str) -> None:
    with kit.open(name) as source, ledger.files.writing(shelf, kept) as target:
        shutil.copyfileobj(source, target)


def _copy(kit: OpenKit, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with kit.open(name) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
    path.chmod(0o600)
