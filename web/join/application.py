"""An application to join: one page that says what is missing, with a form for each thing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, BinaryIO, Final, cast

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.joining import Application, Missing, Programme, Stage, did_document, txt_value
from ledger.domain.organisations import Role
from ledger.domain.said import said
from ledger.services.desk.rights_files import SHELF
from ledger.services.errand_confirm import begin_confirm
from ledger.services.join_application import (
    application_of,
    ask_to_look,
    begin_application,
    change_again,
    change_company,
    send_application,
    set_numbers,
    withdraw_application,
)
from ledger.services.join_marks import add_mark, marks_of, remove_mark
from ledger.services.join_second import invite_second
from web.join import bp
from web.join.words import missing_words, role_words, timeline
from web.people.visits import ledger_here, person_here, signed_in, to_signing_page, visit_here
from web.problems import STATUS

_NOT_HERE: Final = (Role.COUNCIL, Role.AUTHORITY)
"""The council is the operator's own, and authorities are let in by the operator at the command line."""
_LISTED: Final = re.compile(r"[\s,;]+")
_MOST_LINES: Final = 500


@bp.get("/join-brand")
def start() -> str:
    """What joining takes, what one began before, and the first form."""
    return _start({})


@bp.post("/join-brand")
@signed_in
def begin() -> AnyResponse | tuple[str, int]:
    """Begin an application."""
    form = request.form
    try:
        new = begin_application(
            ledger_here(),
            visit_here(),
            name=form.get("name", ""),
            slug=form.get("slug", "").strip().lower(),
            role=_role(form.get("role", "")),
            domain=_domain(form.get("domain", "")),
            own_name=form.get("own_name", ""),
        )
    except LedgerError as problem:
        return _start(form, problem), _status(problem)
    return redirect(url_for("join.application", id=new.id), 303)


@bp.get("/join-brand/<id>")
@signed_in
def application(id: str) -> str:
    """Where the application stands, and what is missing."""
    return _page(id)


@bp.post("/join-brand/<id>/company")
@signed_in
def company(id: str) -> AnyResponse | tuple[str, int]:
    """Change who applies."""
    form = request.form

    def change() -> None:
        change_company(
            ledger_here(),
            visit_here(),
            id,
            name=form.get("name", ""),
            slug=form.get("slug", "").strip().lower(),
            role=_role(form.get("role", "")),
            domain=_domain(form.get("domain", "")),
        )

    return _done(id, "company", change)


@bp.post("/join-brand/<id>/domain")
@signed_in
def domain(id: str) -> AnyResponse | tuple[str, int]:
    """Have the domain looked at now."""
    return _done(id, "domain", lambda: ask_to_look(ledger_here(), visit_here(), id))


@bp.get("/join-brand/<id>/did.json")
@signed_in
def did_file(id: str) -> Response:
    """The file that proves the domain, ready to be put there."""
    with ledger_here().store.read() as tx:
        found = application_of(tx, visit_here(), id)
    body = json.dumps(did_document(found.token, found.domain), indent=2)
    headers = {"Content-Disposition": 'attachment; filename="did.json"'}
    return Response(body, mimetype="application/json", headers=headers)


@bp.post("/join-brand/<id>/numbers")
@signed_in
def numbers(id: str) -> AnyResponse | tuple[str, int]:
    """Keep the prefixes and since when the brand registers."""
    form = request.form

    def change() -> None:
        set_numbers(
            ledger_here(),
            visit_here(),
            id,
            prefixes=[one for one in _LISTED.split(form.get("prefixes", "")) if one],
            programmes=_programmes(form.get("programmes", "")),
            start=form.get("programme_start", "").strip() or None,
        )

    return _done(id, "numbers", change)


@bp.post("/join-brand/<id>/marks")
@signed_in
def marks(id: str) -> AnyResponse | tuple[str, int]:
    """Add a trade mark."""
    form, file = request.form, request.files.get("file")

    def change() -> None:
        add_mark(
            ledger_here(),
            visit_here(),
            id,
            name=form.get("mark_name", ""),
            number=form.get("number", ""),
            office=form.get("office", ""),
            classes=_LISTED.split(form.get("classes", "")),
            territories=_LISTED.split(form.get("territories", "")),
            expires_on=form.get("expires_on", "").strip() or None,
            file=cast(BinaryIO, file.stream) if file is not None and file.filename else None,
        )

    return _done(id, "marks", change)


@bp.post("/join-brand/<id>/marks/<mark>/remove")
@signed_in
def drop_mark(id: str, mark: str) -> AnyResponse | tuple[str, int]:
    """Take a trade mark out."""
    return _done(id, "marks", lambda: remove_mark(ledger_here(), visit_here(), id, mark))


@bp.get("/join-brand/<id>/marks/<mark>/file")
@signed_in
def mark_file(id: str, mark: str) -> Response:
    """The certificate, to download: it is never shown inside a page."""
    found = next((one for one in marks_of(ledger_here(), visit_here(), id) if one.id == mark), None)
    if found is None or found.file is None:
        raise Unknown(said("There is no such file."))
    return certificate(found.file, found.file_type or "application/octet-stream")


@bp.post("/join-brand/<id>/second")
@signed_in
def second(id: str) -> AnyResponse | tuple[str, int]:
    """Ask somebody to be the second admin."""
    form = request.form
    return _done(
        id,
        "second",
        lambda: invite_second(
            ledger_here(), visit_here(), id, name=form.get("second_name", ""), email=form.get("second_email", "")
        ),
    )


@bp.post("/join-brand/<id>/send")
@signed_in
def send(id: str) -> AnyResponse | tuple[str, int]:
    """Hand it in, take it back to change it, or give up."""
    does = {"send": send_application, "change": change_again, "withdraw": withdraw_application}
    chosen = does.get(request.form.get("do", ""), send_application)
    return _done(id, "send", lambda: chosen(ledger_here(), visit_here(), id))


@bp.post("/join-brand/<id>/approve")
@signed_in
def approve(id: str) -> AnyResponse:
    """The second admin approves, with their passkey."""
    ledger, visit = ledger_here(), visit_here()
    with ledger.store.read() as tx:
        found = application_of(tx, visit, id)
    about = [_("You approve that %(name)s joins with the domain %(domain)s.", name=found.name, domain=found.domain)]
    return to_signing_page(begin_confirm(ledger, visit, "second_admin", id, about, f"/join-brand/{id}"))


def certificate(sha256: str, media_type: str) -> Response:
    """A kept certificate as a download."""
    suffix = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}.get(media_type, "bin")
    response = Response(ledger_here().files.read(SHELF, sha256), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="certificate.{suffix}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _start(form: Any, problem: LedgerError | None = None) -> str:
    person, ledger = person_here(), ledger_here()
    began: list[Application] = []
    keys = False
    if person is not None:
        with ledger.store.read() as tx:
            began, keys = tx.joining.of_person(person.id), bool(tx.people.passkeys(person.id))
    return render_template(
        "join/start.html", person=person, keys=keys, began=began, form=form, problem=problem, roles=role_words()
    )


def _page(id: str, at: str = "", problem: LedgerError | None = None) -> str:
    ledger, visit = ledger_here(), visit_here()
    with ledger.store.read() as tx:
        found = application_of(tx, visit, id)
        kept = tx.joining.marks(id)
    mine = found.applicant == visit.known.id
    lines = "\n".join(f"{one['gtin']}; {one['name']}; {one['since']}" for one in found.programmes)
    waiting = found.domain_asked_at is not None and (found.domain_looked_at or 0) < found.domain_asked_at
    return render_template(
        "join/application.html",
        one=found,
        marks=kept,
        mine=mine,
        open=mine and found.stage is Stage.DRAFT,
        missing=missing_words(found),
        Missing=Missing,
        looking=waiting and found.domain_proof is None,
        txt=txt_value(found.token),
        did=json.dumps(did_document(found.token, found.domain), indent=2),
        lines=lines,
        timeline=timeline(found, ledger.now()),
        roles=role_words(),
        at=at,
        problem=problem,
        form=request.form if problem is not None else {},
    )


def _done(id: str, at: str, change: Callable[[], object]) -> AnyResponse | tuple[str, int]:
    """Do it and show the page; refused, the page again with the sentence beside its form and what was typed."""
    try:
        change()
    except Unknown:
        raise
    except LedgerError as problem:
        return _page(id, at, problem), _status(problem)
    return redirect(url_for("join.application", id=id, _anchor=f"at-{at}"), 303)


def _status(problem: LedgerError) -> int:
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)


def _role(text: str) -> Role:
    found = next((role for role in Role if role.value == text and role not in _NOT_HERE), None)
    if found is None:
        raise Invalid(said("Choose what you are: a brand, an authenticator, a repairer, a platform or an agent."))
    return found


def _domain(text: str) -> str:
    """What people paste for their domain: often the address of their front page."""
    bare = text.strip().lower().removeprefix("https://").removeprefix("http://").split("/", 1)[0].rstrip(".")
    try:
        return bare.encode("idna").decode() if bare else bare
    except UnicodeError:
        return bare


def _programmes(text: str) -> list[Programme]:
    found = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in re.split(r"[;\t]", line)]
        if len(cells) != 3:
            raise Invalid(said("Line %(n)d has not three parts: the GTIN; its name; its first day.", n=number))
        found.append(Programme(*cells))
    return found
