"""Files of items: sent, checked row by row, and turned into a batch when a person says so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.imports import Import
from ledger.domain.organisations import Scope
from ledger.files.columns import COLUMNS
from ledger.files.exports import write_csv
from ledger.files.template_xlsx import write_template_xlsx
from ledger.services import import_items
from ledger.services.import_items import CHECK, job_view, own_import
from ledger.services.ports import Tx
from web.api.batches import BatchOut, batch_out
from web.api.files import made_file
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, IdPath, In, Out, PageQuery, PlaceQuery, moment, next_cursor, page

bp = blueprint("imports", "Files of items: sent, checked row by row, and registered only when you confirm them.")

_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: Final = {
    "description": "The file itself, or a form with one file in the field “file”.",
    "required": True,
    "content": {
        _CSV: _BINARY,
        _XLSX: _BINARY,
        "application/octet-stream": _BINARY,
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
    },
}


class UploadQuery(In):
    """What a raw upload cannot say by itself."""

    filename: str = Field("items.csv", min_length=1, max_length=200, description="For a file sent as the bare body.")


class JobOut(Out):
    """How far the work on it is."""

    state: str = Field(description="waiting, running, done or failed.")
    done: int
    total: int
    per_second: int | None
    seconds_left: int | None
    problem: str | None


class ImportOut(Out):
    """A file and what its dry run found. Nothing is registered before it is confirmed."""

    id: str
    filename: str
    sha256: str
    size: int
    state: str = Field(description="checking, checked, unreadable (see `problem`) or confirmed.")
    ready: int = Field(description="Rows that can be registered.")
    known: int = Field(description="Rows whose item is registered already; they are passed over.")
    faulty: int = Field(description="Rows that need mending.")
    problem: str | None
    batch: str | None
    created_at: datetime
    work: JobOut | None


class ImportListOut(Out):
    """Imports, newest first."""

    items: list[ImportOut]
    next: str | None = Field(description="The cursor of the next page.")


class FaultRowOut(Out):
    """One thing wrong in one cell."""

    place: int
    row: int = Field(description="The row as your spreadsheet counts.")
    column: str
    value: str
    what: str
    mend: str


class FaultListOut(Out):
    """Faults in the order of the file; the first 10,000 are kept."""

    items: list[FaultRowOut]
    next: int | None


class Confirm(In):
    """What becomes of the rows that are ready."""

    name: str | None = Field(None, min_length=1, max_length=200, examples=["Spring 2026, Lyon"])
    on_sale_at_once: Flag = Field(
        False, description="Whether they can be claimed from the start, without putting them on sale one by one."
    )
    private_fields: list[Annotated[str, Field(max_length=40)]] | None = Field(
        None, max_length=40, description="The columns that nobody else is shown; instead of the columns' own defaults."
    )


@operation(bp, "POST", "/v1/imports", answers={201: ImportOut}, scope=Scope.IMPORT, takes=_UPLOAD, refuses=(413,))
def send_import(query: UploadQuery) -> Response:
    """Send a file of items

    CSV or XLSX, by the template. The dry run begins at once; ask for the import to see what it found. The same
    bytes again give the same import again, so a retry needs no Idempotency-Key.
    """
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise Invalid("The form has no file in the field “file”.")
        filename, stream = sent.filename or query.filename, cast(BinaryIO, sent.stream)
    else:
        filename, stream = query.filename, cast(BinaryIO, request.stream)
    made = import_items.upload(here(), caller(), filename, stream)
    return answer(_shown(made.id), 201, location=f"/v1/imports/{made.id}")


@operation(bp, "GET", "/v1/imports", answers={200: ImportListOut}, scope=Scope.IMPORT)
def list_imports(query: PageQuery) -> Response:
    """Your imports"""
    ledger, asking = here(), caller()
    with ledger.store.read() as tx:
        found = tx.imports.page(asking.organisation.id, query.cursor, query.limit + 1)
        shown = {one.id: _import_out(tx, one, ledger.now()) for one in found}
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(
        found,
        query.limit,
        lambda rows: ImportListOut(items=[shown[one.id] for one in rows], next=following),
        lambda one: one.id,
    )


@operation(bp, "GET", "/v1/imports/<id>", answers={200: ImportOut}, scope=Scope.IMPORT, refuses=(404,))
def get_import(path: IdPath) -> Response:
    """One import, and how far its dry run is"""
    return answer(_shown(path.id))


@operation(bp, "GET", "/v1/imports/<id>/faults", answers={200: FaultListOut}, scope=Scope.IMPORT, refuses=(404,))
def list_faults(path: IdPath, query: PlaceQuery) -> Response:
    """What is wrong in a file, cell by cell"""
    with here().store.read() as tx:
        own_import(tx, caller(), path.id)
        after = -1 if query.cursor is None else query.cursor
        found = tx.imports.faults(path.id, after, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: str(one[0]))
    return page(
        found,
        query.limit,
        lambda rows: FaultListOut(
            items=[
                FaultRowOut(place=at, row=x.row, column=x.column, value=x.value, what=x.what, mend=x.mend)
                for at, x in rows
            ],
            next=None if following is None else int(following),
        ),
        lambda one: str(one[0]),
    )


@operation(
    bp,
    "GET",
    "/v1/imports/<id>/bad-rows.csv",
    answers={200: {"description": "CSV, each row with its error", "content": {_CSV: _BINARY}}},
    scope=Scope.IMPORT,
    refuses=(404,),
)
def bad_rows(path: IdPath) -> Response:
    """Only the rows that need mending

    With a last column that says what is wrong. Mend the rows and send the file as it is: that column is not read.
    """
    ledger, asking = here(), caller()
    write = import_items.write_bad_rows
    return made_file(lambda target: write(ledger, asking, path.id, target), _CSV, "rows-to-mend.csv")[0]


@operation(
    bp, "POST", "/v1/imports/<id>/confirm", answers={201: BatchOut}, scope=Scope.IMPORT, once=True, refuses=(404, 409)
)
def confirm_import(path: IdPath, body: Confirm) -> Response:
    """Make a batch of the rows that are ready

    Confirming twice gives the first batch again. The batch is then made ready: serials, claim cards, commitments.
    """
    ledger = here()
    made = import_items.confirm(
        ledger,
        caller(),
        path.id,
        name=body.name,
        on_sale_at_once=body.on_sale_at_once,
        private_fields=body.private_fields,
    )
    with ledger.store.read() as tx:
        shown = batch_out(ledger, tx, made)
    return answer(shown, 201, location=f"/v1/batches/{made.id}")


@operation(
    bp,
    "GET",
    "/v1/template.csv",
    answers={200: {"description": "The columns", "content": {_CSV: _BINARY}}},
    anyone=True,
)
def template_csv() -> Response:
    """The template as CSV"""
    return made_file(lambda target: write_csv(target, COLUMNS, ()), _CSV, "touchmark-items.csv")[0]


@operation(
    bp,
    "GET",
    "/v1/template.xlsx",
    answers={200: {"description": "The columns, with hints and lists", "content": {_XLSX: _BINARY}}},
    anyone=True,
)
def template_xlsx() -> Response:
    """The template as a workbook"""
    return made_file(write_template_xlsx, _XLSX, "touchmark-items.xlsx")[0]


def _shown(id: str) -> ImportOut:
    ledger = here()
    with ledger.store.read() as tx:
        return _import_out(tx, own_import(tx, caller(), id), ledger.now())


def _import_out(tx: Tx, found: Import, now: int) -> ImportOut:
    work = job_view(tx, CHECK, found.id, now)
    return ImportOut(
        id=found.id,
        filename=found.filename,
        sha256=found.sha256,
        size=found.size,
        state=found.state.value,
        ready=found.ready,
        known=found.known,
        faulty=found.faulty,
        problem=found.problem,
        batch=found.batch_id,
        created_at=moment(found.created_at),
        work=None if work is None else JobOut(**work),
    )
