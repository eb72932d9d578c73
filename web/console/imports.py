"""From a file to a batch: template, dry run, what is wrong and how to mend it, options, and the decision."""

from __future__ import annotations

from typing import BinaryIO, Final, cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.components import is_part, parts_in
from ledger.domain.errors import Invalid
from ledger.domain.fields import FIELDS
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.files.columns import HINTS
from ledger.files.exports import write_template_csv
from ledger.files.template_xlsx import write_template_xlsx
from ledger.services.import_items import (
    CHECK,
    MOST_FAULTS,
    check_again,
    confirm,
    job_view,
    own_import,
    upload,
    write_bad_rows,
)
from web.console import bp
from web.console.pages import CSV, XLSX, caller_here, download, ledger_here, need_number, only, page_number, when
from web.part_words import part_list

_PAGE: Final = 50
_LIST: Final = 25

_brand = only(Role.BRAND, scope=Scope.IMPORT)


@bp.get("/imports")
@_brand
def imports() -> str:
    """Template, a place to drop a file, and the files sent before."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        found = tx.imports.page(caller.organisation.id, request.args.get("before"), _LIST + 1)
    now = ledger.now()
    rows = [(one, when(one.created_at, now)) for one in found[:_LIST]]
    before = found[_LIST - 1].id if len(found) > _LIST else None
    limit = ledger.limits.upload_bytes // (1024 * 1024)
    return render_template("console/imports.html", rows=rows, before=before, limit=limit, hints=HINTS)


@bp.get("/imports/template.csv")
@_brand
def template_csv() -> Response:
    """The columns as CSV."""
    return download("touchmark-items.csv", CSV, write_template_csv)


@bp.get("/imports/template.xlsx")
@_brand
def template_xlsx() -> Response:
    """The columns as a workbook with hints and lists."""
    return download("touchmark-items.xlsx", XLSX, write_template_xlsx)


@bp.post("/imports")
@_brand
def send_import() -> AnyResponse:
    """Keep the file and check it beside this request."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(said("No file was chosen. Choose a CSV or Excel file, then send it."))
    need_number(caller_here())
    found = upload(ledger_here(), caller_here(), file.filename, cast(BinaryIO, file.stream))
    return redirect(url_for("console.import_page", id=found.id), 303)


@bp.get("/imports/<id>")
@_brand
def import_page(id: str) -> str:
    """Where the file stands: its progress, what is wrong in it, and what would be registered."""
    ledger, caller = ledger_here(), caller_here()
    after = page_number(request.args.get("after"))
    with ledger.store.read() as tx:
        found = own_import(tx, caller, id)
        job = job_view(tx, CHECK, id, ledger.now())
        faults = tx.imports.faults(id, after - 1, _PAGE + 1)
    return render_template(
        "console/import.html",
        one=found,
        job=job,
        faults=[fault for _, fault in faults[:_PAGE]],
        after=after,
        more=faults[_PAGE][0] if len(faults) > _PAGE else None,
        page=_PAGE,
        most=MOST_FAULTS,
        first=found.options.get("first"),
        fields={name: field for name, field in FIELDS.items() if not is_part(name)},
        parts=part_list(parts) if (parts := parts_in((found.options.get("first") or {}).get("fields", {}))) else "",
    )


@bp.get("/imports/<id>/wrong-rows.csv")
@_brand
def wrong_rows(id: str) -> Response:
    """Only the rows that need mending, with a column that says what is wrong."""
    ledger, caller = ledger_here(), caller_here()
    return download("rows-to-mend.csv", CSV, lambda file: write_bad_rows(ledger, caller, id, file))


@bp.post("/imports/<id>/check")
@_brand
def check_import_again(id: str) -> AnyResponse:
    """Another dry run of the same file."""
    check_again(ledger_here(), caller_here(), id)
    return redirect(url_for("console.import_page", id=id), 303)


@bp.post("/imports/<id>/register")
@_brand
def register_import(id: str) -> AnyResponse:
    """Make a batch of the rows that are ready."""
    form = request.form
    batch = confirm(
        ledger_here(),
        caller_here(),
        id,
        name=form.get("name", "").strip() or None,
        on_sale_at_once=form.get("on_sale") == "now",
        private_fields=form.getlist("private"),
    )
    return redirect(url_for("console.batch_page", id=batch.id), 303)
