"""What brands share with each other: each kind switched on and off, what came of it, offenders, and questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.desk.signals import MEMBERS, Act, Kind, Policy
from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.services.desk import signals
from ledger.services.desk.signals import Matched
from ledger.services.desk.signals_view import (
    DAYS,
    newest_signals,
    others,
    questions_of,
    sharing_of,
    upheld_cases,
)
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only, page_number, when
from web.problems import status_of

_PAGE: Final = 25
_CASES: Final = 200
_IDENTIFIERS: Final = 3
_members = only(*MEMBERS)
_chooses = only(Role.BRAND, scope=Scope.NOTICE)
Answer = str | tuple[str, int] | AnyResponse


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a form of the page: which form, and what is wrong or what was answered."""

    form: str = ""
    problem: LedgerError | None = None
    matched: Matched | None = None


@bp.get("/sharing")
@_members
def sharing() -> str:
    """What is shared with whom, and what others share."""
    return _page(Came())


@bp.post("/sharing/<any(clone_alert, stolen, repeat_offender):kind>")
@_chooses
def share_kind(kind: str) -> Answer:
    """Share a kind with all or some, or share it no more."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    try:
        if form.get("do") == "stop":
            signals.unshare(ledger, caller, Kind(kind))
        else:
            to = {"all": None, "some": form.getlist("to")[:500]}
            if form.get("with") not in to:
                raise Invalid(said("Choose with whom it is shared."))
            signals.share(
                ledger, caller, Kind(kind), to=to[form["with"]], named=form.get("named") == "1", since=_since()
            )
    except LedgerError as problem:
        return _page(Came(kind, problem)), status_of(problem)
    return redirect(url_for("console.sharing", _anchor=kind), 303)


@bp.post("/sharing/offenders")
@_chooses
def name_offender() -> Answer:
    """Name a repeat offender by identifiers and cases."""
    form = request.form
    pairs = [(form.get(f"kind{place}", ""), form.get(f"value{place}", "")) for place in range(_IDENTIFIERS)]
    given = [(kind, value[:200]) for kind, value in pairs if value.strip()]
    try:
        if not given:
            raise Invalid(said("Write at least one thing that tells who it is."))
        signals.add_offender(ledger_here(), caller_here(), given, form.getlist("cases")[:50])
    except LedgerError as problem:
        return _page(Came("offenders", problem)), status_of(problem)
    return redirect(url_for("console.sharing", _anchor="offenders"), 303)


@bp.post("/sharing/offenders/<id>/forget")
@_chooses
def forget_offender(id: str) -> Answer:
    """Forget one."""
    try:
        signals.drop_offender(ledger_here(), caller_here(), id)
    except Unknown as problem:
        return _page(Came("offenders", problem)), status_of(problem)
    return redirect(url_for("console.sharing", _anchor="offenders"), 303)


@bp.post("/sharing/ask")
@only(*MEMBERS, scope=Scope.CHECK)
def ask_offender() -> Answer:
    """Ask whether an identifier is that of an offender. The answer is shown and not kept."""
    form = request.form
    try:
        found = signals.ask(ledger_here(), caller_here(), form.get("kind", ""), form.get("value", "")[:201])
    except LedgerError as problem:
        return _page(Came("ask", problem)), status_of(problem)
    return _page(Came("ask", matched=found))


def _page(came: Came) -> str:
    ledger, caller = ledger_here(), caller_here()
    scopes, brand = caller.scopes, caller.organisation.role is Role.BRAND
    if not scopes & {Scope.READ, Scope.CHECK}:
        caller.need(Scope.READ)
    reads, now = Scope.CHECK in scopes, ledger.now()
    sees, chooses = brand and Scope.READ in scopes, brand and Scope.NOTICE in scopes
    shared = sharing_of(ledger, caller) if sees else []
    members = others(ledger, caller) if sees else []
    before = page_number(request.args.get("before"), 2**31) or None
    found = newest_signals(ledger, caller, before, _PAGE + 1) if reads else []
    offenders = signals.offenders_of(ledger, caller, request.args.get("named"), _PAGE + 1) if chooses else []
    return render_template(
        "console/desk/sharing.html",
        kinds=_kinds(),
        rows=[(one, _state(one.policy is not None), _since_words(one.policy, now)) for one in shared],
        others=members,
        chooses=chooses,
        reads=reads,
        feed=[(one, _act(one.entry.act), when(one.entry.at, now)) for one in found[:_PAGE]],
        older=found[_PAGE - 1].entry.number if len(found) > _PAGE else None,
        questions=questions_of(ledger, caller) if reads else None,
        days=DAYS,
        offenders=[(one, when(one.created_at, now)) for one in offenders[:_PAGE]],
        older_named=offenders[_PAGE - 1].id if len(offenders) > _PAGE else None,
        cases=upheld_cases(ledger, caller, _CASES) if chooses and sees else [],
        identifiers=list(_identifiers().items()),
        places=range(_IDENTIFIERS),
        came=came,
        form=request.form if came.problem is not None else {},
        now=now,
    )


def _since() -> int:
    """From when on: all there is, or what comes from now on, or as before."""
    chosen = request.form.get("since", "0")
    if chosen == "now":
        return ledger_here().now()
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= 12):
        raise Invalid(said("Choose from when on it is shared."))
    return int(chosen)


def _kinds() -> dict[Kind, tuple[str, str]]:
    return {
        Kind.CLONE_ALERT: (
            _("Copied codes"),
            _("The code of an item that seems to have been copied. No looks, no places, no counts."),
        ),
        Kind.STOLEN: (_("Thefts"), _("The code of an item that is reported stolen, once that is final.")),
        Kind.REPEAT_OFFENDER: (
            _("Repeat offenders"),
            _("Others may ask about one identifier and are answered yes or no. The list is handed to nobody."),
        ),
    }


def _identifiers() -> dict[str, str]:
    return {
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "payment_account": _("Payment account"),
        "tax_number": _("Tax number"),
        "identity_document": _("Identity document"),
        "device": _("Device"),
    }


def _state(shared: bool) -> Pill:
    return Pill(_("Shared"), "green") if shared else Pill(_("Not shared"), "grey")


def _act(act: Act) -> Pill:
    return {
        Act.SHARED: Pill(_("Shared"), "blue"),
        Act.OVER: Pill(_("Over"), "grey"),
        Act.WITHDRAWN: Pill(_("Withdrawn"), "grey"),
    }[act]


def _since_words(policy: Policy | None, now: int) -> str:
    return "" if policy is None or policy.since <= 0 else when(policy.since, now)
