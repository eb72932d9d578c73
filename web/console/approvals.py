"""Recalls, withdrawals and the like: proposed by one member, approved by another, taken back within 15 minutes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import MultiDict

from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.fields import FIELDS
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.domain.standing_headlines import LANGUAGES
from ledger.domain.two_people import Act, Proposal, Stage, check_approval
from ledger.services.errand_confirm import begin_confirm
from ledger.services.propose_act import DECIDERS, need_decider, own_proposal, preview, proposals_of, propose
from ledger.services.propose_decide import take_back
from ledger.services.propose_find import MOST_FILE, Chosen, Reach
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only, when
from web.people.visits import to_signing_page, visit_here
from web.problems import STATUS

_PAGE: Final = 25
_decides = only(Role.BRAND, scope=Scope.SIGN)
_NAMES: Final = {"en": "English", "fr": "Français", "it": "Italiano", "zh-Hans": "中文"}


def act_words() -> list[tuple[str, str, str]]:
    """What can be proposed, as choices."""
    return [
        (Act.RECALL.value, _("Recall"), _("Owners and buyers are told what to do. It can be ended.")),
        (
            Act.VOID.value,
            _("Withdraw the record"),
            _("It no longer counts as yours. Only items that nobody owns yet, or whole batches."),
        ),
        (Act.RETIRE.value, _("Take out of circulation"), _("For ever. Only items that nobody owns yet.")),
        (Act.AMEND.value, _("Change the description"), _("The old description stays in view beside the new one.")),
        (Act.LIFT_RECALL.value, _("End a recall"), ""),
        (Act.LIFT_VOID.value, _("Put a withdrawn record in force again"), ""),
    ]


@bp.get("/approvals")
@only(Role.BRAND)
def approvals() -> str:
    """What was proposed, newest first, and what waits for somebody."""
    ledger, caller = ledger_here(), caller_here()
    found = proposals_of(ledger, caller, request.args.get("before"), _PAGE + 1)
    now = ledger.now()
    rows = [(one, _label(one.act), _state(one, now), when(one.proposed_at, now)) for one in found[:_PAGE]]
    with ledger.store.read() as tx:
        always = tx.shop.two_people_always(caller.organisation.id)
    return render_template(
        "console/approvals.html",
        rows=rows,
        before=found[_PAGE - 1].id if len(found) > _PAGE else None,
        may=_may(),
        always=always,
    )


@bp.get("/approvals/new")
@_decides
def new_proposal() -> str:
    """The form."""
    return _form(request.args)


@bp.post("/approvals/new")
@_decides
def propose_act() -> str | AnyResponse | tuple[str, int]:
    """First how far it reaches; then, once that was seen, the proposal."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    try:
        act, chosen, words, fields = _act(form), _chosen(form), _words(form), _fields(form)
        if form.get("seen") == "yes":
            made = propose(ledger, caller, act, chosen, words, fields)
            return redirect(url_for("console.approval", id=made.id), 303)
        return _form(form, reach=preview(ledger, caller, act, chosen, words, fields), chosen=chosen)
    except LedgerError as problem:
        return _form(form, problem=problem), _status(problem)


@bp.get("/approvals/<id>")
@only(Role.BRAND)
def approval(id: str) -> str:
    """One proposal: what it would do, who agreed, and what came of it."""
    ledger, caller = ledger_here(), caller_here()
    now = ledger.now()
    with ledger.store.read() as tx:
        one = own_proposal(tx, caller, id)
        subjects = tx.proposals.subjects(id, -1, 50)
        items = [
            (each, tx.batches.item(each.item) if each.item else tx.batches.get(each.batch or "")) for each in subjects
        ]
        people = {part.person: part.name for part in tx.people.members(caller.organisation.id)}
    why_not = _why_not_approve(one, now)
    return render_template(
        "console/approval.html",
        one=one,
        label=_label(one.act),
        state=_state(one, now),
        stage=one.stage(now),
        proposer=people.get(one.proposed_by or "")
        or (_("a program") if one.proposed_by is None else _("somebody who left")),
        proposed=when(one.proposed_at, now),
        approvals=[(people.get(yes.person) or _("somebody who left"), when(yes.at, now)) for yes in one.approvals],
        taken_back_by=people.get(one.taken_back_by or "") or "",
        signs=when(one.signs_at, now) if one.signs_at else None,
        minutes=max(1, ((one.signs_at or now) - now + 59) // 60),
        items=items,
        languages=_NAMES,
        why_not=why_not,
        may=_may(),
    )


@bp.post("/approvals/<id>/approve")
@_decides
def approve(id: str) -> AnyResponse:
    """Approve it, with one's passkey."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        need_decider(tx, caller)
        one = own_proposal(tx, caller, id)
    check_approval(one, caller.person or "", ledger.now())
    about = [
        _("You approve: %(act)s, %(scope)s, %(count)s items.", act=_label(one.act), scope=one.scope, count=one.items)
    ]
    return to_signing_page(begin_confirm(ledger, visit_here(), "proposal", id, about, f"/console/approvals/{id}"))


@bp.post("/approvals/<id>/take-back")
@_decides
def take_back_proposal(id: str) -> AnyResponse:
    """Take it back before it is signed."""
    take_back(ledger_here(), caller_here(), id)
    return redirect(url_for("console.approval", id=id), 303)


@bp.post("/approvals/always")
@only(Role.BRAND, scope=Scope.KEYS)
def two_people_always() -> AnyResponse:
    """Whether programs, too, only propose."""
    with ledger_here().store.write() as tx:
        tx.shop.choose_two_people(caller_here().organisation.id, request.form.get("always") == "1")
    return redirect(url_for("console.approvals"), 303)


def _form(
    form: Mapping[str, str],
    *,
    problem: LedgerError | None = None,
    reach: Reach | None = None,
    chosen: Chosen | None = None,
) -> str:
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        batches = [(one.id, one.name) for one in tx.batches.page(caller.organisation.id, None, 100) if one.number]
    kept = base64.b64encode(chosen.file).decode() if chosen is not None and chosen.file else form.get("kept_file", "")
    return render_template(
        "console/propose.html",
        form=form,
        acts=act_words(),
        batches=batches,
        fields=list(FIELDS),
        languages=[(code, _NAMES[code]) for code in LANGUAGES],
        problem=problem,
        reach=reach,
        label=_label(Act(form["act"])) if reach is not None else "",
        kept_file=kept,
        file_name=chosen.file_name if chosen is not None else form.get("file_name", ""),
        may=_may(),
    )


def _act(form: Mapping[str, str]) -> Act:
    found = next((act for act in Act if act.value == form.get("act")), None)
    if found is None:
        raise Invalid(said("Choose what should happen."))
    return found


def _chosen(form: Mapping[str, str]) -> Chosen:
    """What the form's chosen way names; a file that was seen once comes back in the form itself."""
    match form.get("by"):
        case "code":
            return Chosen(code=form.get("code", "")[:500])
        case "batch":
            return Chosen(batch=form.get("batch", ""))
        case "line":
            return Chosen(line=form.get("line", "").strip())
        case "file":
            sent = request.files.get("file")
            if sent is not None and sent.filename:
                return Chosen(file=sent.stream.read(MOST_FILE + 1), file_name=sent.filename[:120])
            try:
                again = base64.b64decode(form.get("kept_file", ""), validate=True)
            except ValueError:
                again = b""
            if again:
                return Chosen(file=again, file_name=form.get("file_name", "")[:120])
            raise Invalid(said("No file was chosen. Choose a CSV with the columns gtin and serial."))
        case _:
            raise Invalid(said("Say which items: a code, a batch, a line, or a file."))


def _words(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {code: {name: form.get(f"{name}-{code}", "") for name in ("reason", "advice")} for code in LANGUAGES}


def _fields(form: Mapping[str, str]) -> dict[str, Any]:
    many = form if isinstance(form, MultiDict) else MultiDict(form)
    pairs = zip(many.getlist("field"), many.getlist("value"), strict=False)
    return {name: value.strip() for name, value in pairs if name and value.strip()}


def _label(act: Act) -> str:
    return next(words for value, words, _about in act_words() if value == act.value)


def _state(one: Proposal, now: int) -> Pill:
    words = {
        Stage.WAITING: Pill(_("Waits for approval"), "amber"),
        Stage.UNDO: Pill(_("Approved, can still be taken back"), "amber"),
        Stage.SIGNING: Pill(_("Being signed"), "blue"),
        Stage.DONE: Pill(_("Signed"), "green"),
        Stage.TAKEN_BACK: Pill(_("Taken back"), "grey"),
        Stage.LAPSED: Pill(_("Nobody approved it in time"), "grey"),
    }
    return words[one.stage(now)]


def _why_not_approve(one: Proposal, now: int) -> str | None:
    caller = caller_here()
    if caller.person is None or not caller.roles & DECIDERS:
        return said("Another admin or member of operations has to approve this.")
    try:
        check_approval(one, caller.person, now)
    except LedgerError as problem:
        return problem.detail
    return None


def _may() -> bool:
    caller = caller_here()
    return caller.person is not None and bool(caller.roles & DECIDERS) and Scope.SIGN in caller.scopes


def _status(problem: LedgerError) -> int:
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)
