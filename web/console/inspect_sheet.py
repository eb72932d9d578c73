"""Filling in a sheet: its steps, saved as one goes; photos one by one; and the page that says what misses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from ledger.domain.checklists import in_language
from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.said import said
from ledger.domain.sheets import BASIS_LONGEST, NOTE_LONGEST, SEAL_PHOTO, STEPS, Answer, Sheet, gaps, progress
from ledger.services.inspect_cases import commit
from ledger.services.inspect_sheets import add_photo, draft_of, drop_sheet, own_sheet, remove_photo, save_step
from ledger.services.keep_line import line_of
from web.console import bp
from web.console.inspect_desk import form_lists, inspector
from web.console.inspect_words import (
    ANSWERS,
    CONDITIONS,
    METHODS,
    PURPOSES,
    REMARKS,
    RESULTS,
    STEP_NAMES,
    WHYS,
)
from web.console.pages import caller_here, ledger_here
from web.languages import language_of
from web.scan.photos import photo_href

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for photos: its name, the words over it, the shape to frame by, and what is there."""

    of: str
    words: str
    outline: str
    photos: tuple[str, ...]
    skipped: bool
    may_skip: bool


@bp.get("/inspect/sheets/<id>/<step>")
@inspector
def sheet_step(id: str, step: str) -> str | Response:
    """One step of a draft; committed already, it leads to what came of it."""
    ledger, caller = ledger_here(), caller_here()
    if step not in (*STEPS, "review"):
        raise Unknown(said("There is no such step of a sheet."))
    with ledger.store.read() as tx:
        sheet = own_sheet(tx, caller, id)
    if sheet.state != "draft":
        return redirect(url_for("console.committed_sheet", id=id), 303)
    return _page(sheet, step)


@bp.post("/inspect/sheets/<id>/<any(item, check, photos, result):step>")
@inspector
def save_sheet(id: str, step: str) -> Response | tuple[str, int]:
    """Keep a step as it stands; from the page's script that alone, from its button then on to the next."""
    ledger, caller = ledger_here(), caller_here()
    try:
        sheet = save_step(ledger, caller, id, step, form_lists())
    except Invalid as problem:
        if _by_script():
            raise
        with ledger.store.read() as tx:
            return _page(draft_of(tx, caller, id), step, problem), 422
    if _by_script():
        done, count = progress(sheet)
        return jsonify({"done": done, "count": count, "said": _told(done, count)})
    order = (*STEPS, "review")
    return redirect(url_for("console.sheet_step", id=id, step=order[order.index(step) + 1]), 303)


@bp.post("/inspect/sheets/<id>/photo")
@inspector
def send_photo(id: str) -> Response:
    """Take one photo. With its SHA-256 as the device made it, it is kept byte for byte."""
    ledger = ledger_here()
    request.max_content_length = ledger.limits.evidence_bytes + 64 * 1024
    file, sha256 = request.files.get("photo"), request.form.get("sha256")
    if file is None or not file.filename or (sha256 is not None and not _SHA256.fullmatch(sha256)):
        raise Invalid(_("Choose a photo first."))
    of = request.form.get("of", "")
    add_photo(ledger, caller_here(), id, of, cast(BinaryIO, file.stream), sha256)
    if _by_script():
        return jsonify({"sha256": sha256})
    return redirect(url_for("console.sheet_step", id=id, step="photos", _anchor=_anchor(of)), 303)


@bp.post("/inspect/sheets/<id>/photo/remove")
@inspector
def take_photo_off(id: str) -> Response:
    """Remove a photo from a draft."""
    of = request.form.get("of", "")
    remove_photo(ledger_here(), caller_here(), id, request.form.get("sha256", ""), of)
    return redirect(url_for("console.sheet_step", id=id, step="photos", _anchor=_anchor(of)), 303)


@bp.post("/inspect/sheets/<id>/commit")
@inspector
def commit_sheet(id: str) -> Response | tuple[str, int]:
    """Freeze the opinion; only then are earlier ones shown."""
    ledger, caller = ledger_here(), caller_here()
    try:
        commit(ledger, caller, id)
    except Invalid as problem:
        with ledger.store.read() as tx:
            return _page(draft_of(tx, caller, id), "review", problem), 422
    return redirect(url_for("console.committed_sheet", id=id), 303)


@bp.post("/inspect/sheets/<id>/drop")
@inspector
def drop(id: str) -> Response:
    """Throw a draft away."""
    drop_sheet(ledger_here(), caller_here(), id)
    return redirect(url_for("console.inspect"), 303)


def _page(sheet: Sheet, step: str, problem: LedgerError | None = None) -> str:
    ledger, language = ledger_here(), language_of(request)
    done, count = progress(sheet)
    line = line_of(ledger, sheet.gtin) if sheet.gtin else None
    order = (*STEPS, "review")
    return render_template(
        f"console/inspect_{step}.html",
        sheet=sheet,
        told=sheet.told,
        step=step,
        at=order.index(step) + 1,
        steps=[(url_for("console.sheet_step", id=sheet.id, step=one), STEP_NAMES[one]) for one in order],
        done=done,
        count=count,
        said_progress=_told(done, count),
        problem=problem,
        faults={fault.where: fault.what for fault in problem.faults} if problem else {},
        in_language=lambda words: in_language(words, language),
        points=sheet.checklist.points,
        kind=in_language(sheet.checklist.name, language),
        slots=_slots(sheet, language) if step == "photos" else (),
        gaps=gaps(sheet) if step == "review" else (),
        reference=[(photo_href(one, 320), one.caption(language)) for one in line.photos[:3]] if line else [],
        purposes=list(PURPOSES.items()),
        methods=list(METHODS.items()),
        answers=list(ANSWERS.items()),
        results=RESULTS,
        whys=list(WHYS.items()),
        conditions=list(CONDITIONS.items()),
        remarks=list(REMARKS.items()),
        note_longest=NOTE_LONGEST,
        basis_longest=BASIS_LONGEST,
        anchor=_anchor,
    )


def _slots(sheet: Sheet, language: str) -> list[Slot]:
    told = sheet.told

    def slot(of: str, words: str, outline: str = "close", *, may_skip: bool = False) -> Slot:
        there = tuple(one.sha256 for one in told.photos if one.of == of)
        return Slot(of, words, outline, there, of in told.skipped, may_skip)

    found = [
        slot(one.id, in_language(one.words, language), one.outline, may_skip=True) for one in sheet.checklist.shots
    ]
    for number, point in enumerate(sheet.checklist.points, 1):
        pictured = any(one.of == f"point:{point.id}" for one in told.photos)
        if told.answers.get(point.id) is Answer.CONCERN or pictured:
            words = _("Concern %(number)s: %(point)s", number=number, point=in_language(point.words, language))
            found.append(slot(f"point:{point.id}", words))
    return [*found, slot(SEAL_PHOTO, _("The seal, with its number")), slot("", _("Anything else that tells"))]


def _anchor(of: str) -> str:
    return "photo-" + (of.replace(":", "-") or "other")


def _told(done: int, count: int) -> str:
    return str(_("%(done)s of %(count)s points answered", done=done, count=count))


def _by_script() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
