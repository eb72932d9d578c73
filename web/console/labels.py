"""Labels of a batch: sheets, printer language, a file for a printing house, and a page to print first."""

from __future__ import annotations

from flask import Response, request

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.files.labels import label_format
from ledger.services.make_labels import write_label_csv, write_label_sheets, write_label_test_page, write_label_zpl
from ledger.services.read_batch import own_batch
from web.console import bp
from web.console.pages import CSV, PDF, caller_here, download, ledger_here, only, page_number

MOST_AT_ONCE = 5_000
"""Labels of one download: each code is drawn and read back first, a few hundred a second."""


@bp.get("/batches/<id>/labels")
@only(Role.BRAND, scope=Scope.LABELS)
def labels(id: str) -> Response:
    """The file that was chosen: `as` is sheets, zpl, csv or test."""
    ledger, caller, asked = ledger_here(), caller_here(), request.args
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
    form, name = asked.get("form", ""), f"labels-{id[-6:]}"
    if asked.get("as") == "csv":
        return download(f"{name}.csv", CSV, lambda file: write_label_csv(ledger, caller, id, file))
    if asked.get("as") == "test":
        return download(
            f"{name}-test.pdf",
            PDF,
            lambda file: write_label_test_page(ledger, caller, id, form, file),
        )
    first = page_number(asked.get("first")) or 1
    last = page_number(asked.get("last")) or batch.count
    if last - first >= MOST_AT_ONCE:
        raise TooLarge(
            said(
                "At most %(most_at_once)s labels are made at once, because each code is read back first. "
                "Print numbers %(first)s to %(first2)s now and the rest after.",
                most_at_once=f"{MOST_AT_ONCE:,}",
                first=f"{first:,}",
                first2=f"{first + MOST_AT_ONCE - 1:,}",
            )
        )
    if label_format(form).dpi:
        dpi = page_number(asked.get("dpi"))
        return download(
            f"{name}-{first}-{min(last, batch.count)}.zpl",
            "application/octet-stream",
            lambda file: write_label_zpl(ledger, caller, id, form, dpi, file, first=first, last=last),
        )
    skip = page_number(asked.get("skip"))
    if last < first:
        raise Invalid(said("The print range is empty. Its first label must not come after its last."))
    return download(
        f"{name}-{first}-{min(last, batch.count)}.pdf",
        PDF,
        lambda file: write_label_sheets(ledger, caller, id, form, file, first=first, last=last, skip_places=skip),
    )
