"""Labels of a batch or of one item, each code read back before the file is handed out. A re-print is the same code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from ledger.domain.batches import Batch
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import label_uri
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.files.exports import write_for_printing_house
from ledger.files.labels import Label, label_format
from ledger.files.qr import MASK, checked_symbol, png, svg
from ledger.files.sheets_pdf import write_sheets, write_test_page
from ledger.files.zpl import write_zpl
from ledger.services.ports import Ledger
from ledger.services.read_batch import all_items, own_batch
from ledger.services.views_of_chain import find_listed

Progress = Callable[[int], None]


def write_label_sheets(
    ledger: Ledger,
    caller: Caller,
    batch_id: str,
    form: str,
    target: BinaryIO,
    *,
    first: int = 1,
    last: int | None = None,
    skip_places: int = 0,
    processes: int = 1,
    on_progress: Progress | None = None,
) -> int:
    """A PDF of label sheets; how many labels. Raises Invalid for a format or range that there is none of."""
    batch = _printable(ledger, caller, batch_id)
    return write_sheets(
        target,
        _labels(ledger, batch),
        label_format(form),
        first=first,
        last=last,
        skip_places=skip_places,
        processes=processes,
        on_progress=on_progress,
    )


def write_label_zpl(
    ledger: Ledger,
    caller: Caller,
    batch_id: str,
    form: str,
    dpi: int,
    target: BinaryIO,
    *,
    first: int = 1,
    last: int | None = None,
    kept: int = 0,
    processes: int = 1,
    on_progress: Progress | None = None,
) -> int:
    """ZPL for a label printer; how many labels. The first `kept` of them are in `target` already."""
    batch = _printable(ledger, caller, batch_id)
    return write_zpl(
        target,
        _labels(ledger, batch),
        label_format(form),
        dpi,
        first=first,
        last=last,
        kept=kept,
        processes=processes,
        on_progress=on_progress,
    )


def print_job(ledger: Ledger, caller: Caller, batch_id: str, form: str, dpi: int, first: int, last: int | None) -> str:
    """A name for exactly these labels in ZPL: two runs of one name write the same bytes."""
    batch = _printable(ledger, caller, batch_id)
    told = (batch.id, batch.root, ledger.public_url, label_format(form), dpi, first, last, MASK)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def write_label_csv(
    ledger: Ledger,
    caller: Caller,
    batch_id: str,
    target: BinaryIO,
    *,
    first: int = 1,
    last: int | None = None,
    on_progress: Progress | None = None,
) -> str:
    """A CSV for a printing house, and its SHA-256."""
    labels = islice(_labels(ledger, _printable(ledger, caller, batch_id)), first - 1, last)
    return write_for_printing_house(target, labels, on_progress=on_progress)


def write_label_test_page(ledger: Ledger, caller: Caller, batch_id: str, form: str, target: BinaryIO) -> None:
    """One page to print first: a ruler, the labels' outlines, and three of the batch's codes to scan."""
    batch = _printable(ledger, caller, batch_id)
    write_test_page(target, list(islice(_labels(ledger, batch), 3)), label_format(form))


def item_code(ledger: Ledger, gtin: str, serial: str, kind: str) -> bytes:
    """One item's code as “svg” or “png”. Raises Unknown for an item there is none of."""
    with ledger.store.read() as tx:
        item = find_listed(tx, gtin, serial).item
    matrix = checked_symbol(label_uri(ledger.public_url, check_gtin(item.gtin), item.serial))
    return svg(matrix).encode() if kind == "svg" else png(matrix)


def own_item_code(ledger: Ledger, caller: Caller, gtin: str, serial: str, kind: str) -> bytes:
    """The same for an item of the caller's. Raises Unknown for none, and for somebody else's."""
    caller.need(Scope.LABELS)
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
    if subject.batch.organisation != caller.organisation.id:
        raise Unknown(
            said(
                "You have no item %(gtin)s with serial %(serial)s.", gtin=subject.item.gtin, serial=subject.item.serial
            )
        )
    return item_code(ledger, gtin, serial, kind)


def _printable(ledger: Ledger, caller: Caller, batch_id: str) -> Batch:
    caller.need(Scope.LABELS)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, batch_id)
    if not batch.ready:
        raise Conflict(said("This batch is still being made ready. Its labels can be printed in a moment."))
    return batch


def _labels(ledger: Ledger, batch: Batch) -> Iterator[Label]:
    for item in all_items(ledger, batch.id):
        gtin = check_gtin(item.gtin)
        yield Label(gtin, item.serial, label_uri(ledger.public_url, gtin, item.serial))
