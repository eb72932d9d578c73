"""Designs dated by the SHA-256 of their files: the list, the form, and certificates to keep."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import FileStorage

from ledger.domain.desk.designs import MOST_FILES
from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.organisations import Role, Scope
from ledger.domain.outbox import State
from ledger.domain.said import said
from ledger.services.desk.designs import (
    Dated,
    certificate_file,
    certificate_pdf,
    date_design,
    design_certificate,
    designs_of,
)
from web.console import bp
from web.console.pages import PDF, caller_here, ledger_here, only, pill, when
from web.problems import status_of

_PRINT: Final = re.compile(r"([0-9A-Fa-f]{64})[ \t]+\*?(.+)")
"""A line as `sha256sum` prints it."""
_brand = only(Role.BRAND, scope=Scope.NOTICE)
Answer = str | tuple[str, int] | AnyResponse


@bp.get("/designs")
@_brand
def designs() -> str:
    """What was dated, newest first, and the form for more."""
    return _page()


@bp.post("/designs")
@only(Role.BRAND, scope=Scope.SIGN)
def date_files() -> Answer:
    """Date files by their SHA-256; files that are sent are measured and not kept."""
    form = request.form
    try:
        prints = [*_typed(form.get("prints", "")), *map(_measured, _sent())]
        if not prints:
            raise Invalid(said("Choose files, or write a line for each of them."))
        date_design(ledger_here(), caller_here(), form.get("name", ""), prints)
    except LedgerError as problem:
        return _page(problem), status_of(problem)
    return redirect(url_for("console.designs"), 303)


@bp.get("/designs/<id>/certificate.<kind>")
@_brand
def certificate(id: str, kind: str) -> Response:
    """The certificate: the file that proves the date, or a page to print."""
    if kind not in ("json", "pdf"):
        raise Unknown(said("A certificate comes as JSON or PDF."))
    document = design_certificate(ledger_here(), caller_here(), id)
    content = certificate_pdf(document) if kind == "pdf" else certificate_file(document)
    response = Response(content, mimetype=PDF if kind == "pdf" else "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{id}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(problem: LedgerError | None = None) -> str:
    ledger, caller = ledger_here(), caller_here()
    now = ledger.now()
    return render_template(
        "console/desk/designs.html",
        rows=[(one, pill(one.progress), _dated(one, now), one.progress.state is State.FINAL) for one in _all()],
        signs=Scope.SIGN in caller.scopes,
        keeps_key=caller.organisation.keeps_key,
        most=MOST_FILES,
        problem=problem,
        form=request.form if problem is not None else {},
    )


def _all() -> list[Dated]:
    return designs_of(ledger_here(), caller_here())


def _dated(one: Dated, now: int) -> str:
    time = one.progress.time
    return "" if time is None else when(time, now)


def _typed(text: str) -> list[tuple[str, str]]:
    """Lines of a SHA-256 and a name. Raises Invalid for another line."""
    lines = [line.strip() for line in text[:100_000].splitlines() if line.strip()]
    found = [_PRINT.fullmatch(line) for line in lines]
    for place, one in enumerate(found, 1):
        if one is None:
            raise Invalid(said("Line %(number)s is not a SHA-256 of 64 characters, a space and a name.", number=place))
    return [(one[2].strip(), one[1].lower()) for one in found if one is not None]


def _sent() -> list[FileStorage]:
    found = [one for one in request.files.getlist("files") if one.filename]
    if len(found) > MOST_FILES:
        raise Invalid(said("Date %(most)s files at once, and the rest with another certificate.", most=MOST_FILES))
    return found


def _measured(file: FileStorage) -> tuple[str, str]:
    name = str(file.filename).replace("\\", "/").rsplit("/", 1)[-1]
    return name, hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
