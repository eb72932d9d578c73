"""Tags of a brand: the file for the encoder, the encoder's answer, each tag's state, and a new master key."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid, LedgerError, TooLarge
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.domain.sun_messages import Mode
from ledger.domain.tags import Tag, TagState
from ledger.services.tag_encode import (
    LARGEST,
    MOST,
    bring_into_service,
    end_tag,
    list_tags,
    make_tags,
    new_master,
    tag_desk,
)
from web.console import bp
from web.console.pages import Pill, caller_here, download, ledger_here, only, when
from web.problems import status_of_form

_PAGE: Final = 25
_STATES: Final = {
    TagState.MADE: (said("Made, not in service yet"), "blue"),
    TagState.IN_SERVICE: (said("In service"), "green"),
    TagState.ENDED: (said("Ended"), "grey"),
}


@bp.get("/tags")
@only(Role.BRAND, scope=Scope.CARDS)
def tags() -> str:
    """The tags, newest first."""
    return _desk()


@bp.post("/batches/<id>/tags")
@only(Role.BRAND, scope=Scope.CARDS)
def make_tag_file(id: str) -> Response | tuple[str, int]:
    """The sealed file, made in this answer and not kept."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    try:
        if form.get("passphrase", "") != form.get("again_passphrase", ""):
            raise Invalid(said("The two passphrases differ. Type the same one twice."))
        mode = Mode.LRP if form.get("mode") == "lrp" else Mode.AES
        return download(
            f"tags-{id[-6:]}.json",
            "application/json",
            lambda file: make_tags(
                ledger,
                caller,
                id,
                form.get("passphrase", ""),
                file,
                mode=mode,
                sealed=form.get("sealed") == "1",
                again=form.get("again") == "1",
            ),
        )
    except LedgerError as refused:
        return _desk(refused, batch=id), status_of_form(refused)


@bp.post("/tags/encoded")
@only(Role.BRAND, scope=Scope.CARDS)
def take_encoded() -> AnyResponse | tuple[str, int]:
    """Which chip carries which item, as the encoder's program wrote it down."""
    file = request.files.get("file")
    try:
        content = b"" if file is None else file.stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise TooLarge(said("An encoder's answer has at most %(n)s tags. Send it in parts.", n=MOST))
        count = bring_into_service(ledger_here(), caller_here(), content)
    except LedgerError as refused:
        return _desk(refused), status_of_form(refused)
    return redirect(url_for("console.tags", done=count), 303)


@bp.post("/tags/end")
@only(Role.BRAND, scope=Scope.CARDS)
def end_one_tag() -> AnyResponse | tuple[str, int]:
    """A tag was lost or came off: it speaks no more."""
    try:
        end_tag(ledger_here(), caller_here(), request.form.get("gtin", ""), request.form.get("serial", ""))
    except LedgerError as refused:
        return _desk(refused), status_of_form(refused)
    return redirect(url_for("console.tags"), 303)


@bp.post("/tags/master")
@only(Role.BRAND, scope=Scope.KEYS)
def new_tag_master() -> AnyResponse:
    """Another master key for the tags to come."""
    new_master(ledger_here(), caller_here())
    return redirect(url_for("console.tags"), 303)


def _desk(problem: LedgerError | None = None, batch: str = "") -> str:
    ledger, caller = ledger_here(), caller_here()
    before = request.args.get("before") or None
    rows = list_tags(ledger, caller, before, _PAGE + 1)
    desk = tag_desk(ledger, caller)
    with ledger.store.read() as tx:
        batches = [one for one in tx.batches.page(caller.organisation.id, None, 100) if one.ready]
    wanted = batch or request.args.get("batch")
    names = {one.id: one.name for one in batches}
    now, done = ledger.now(), request.args.get("done", "")
    told = ""
    if done.isdigit() and len(done) < 6:
        told = ngettext("%(num)s tag is in service now.", "%(num)s tags are in service now.", int(done))
    return render_template(
        "console/tags.html",
        rows=[(one, _state(one.tag), _seen(one.tag, now)) for one in rows[:_PAGE]],
        older=url_for("console.tags", before=rows[_PAGE - 1].tag.id) if len(rows) > _PAGE else "",
        desk=desk,
        runs=[(one, names.get(one.batch, one.batch), when(one.created_at, now)) for one in desk.runs],
        options=[(one.id, f"{one.name} …{one.id[-6:]}") for one in batches],
        batch=next((one for one in batches if one.id == wanted), batches[0] if batches else None),
        problem=problem,
        told=told,
        most=MOST,
        may_rotate=Scope.KEYS in caller.scopes,
    )


def _state(tag: Tag) -> Pill:
    words, tone = _STATES[tag.state]
    return Pill(words, tone)


def _seen(tag: Tag, now: int) -> str:
    if tag.opened_at is not None:
        return str(_("Seal opened, first seen %(when)s", when=when(tag.opened_at, now)))
    if tag.tapped_at is not None:
        return str(_("Last answered %(when)s", when=when(tag.tapped_at, now)))
    return str(_("Has not answered yet"))
