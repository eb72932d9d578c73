"""Notices and cases: a brand or its agent sends and follows them, a marketplace decides what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final, cast

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.desk.cases import Decline, Reason, Side, State
from ledger.domain.desk.clocks import RULES, RuleName
from ledger.domain.desk.notices import MOST_LINES, Line, in_force_in
from ledger.domain.desk.rights import USABLE
from ledger.domain.errors import Fault, Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.services.desk import case_act
from ledger.services.desk.case_act import Ruling, Word
from ledger.services.desk.case_files import keep_case_file, read_case_file
from ledger.services.desk.cases_port import Wanted
from ledger.services.desk.cases_read import (
    list_cases,
    names_of,
    queue_of,
    right_words,
    see_case,
    see_notice,
)
from ledger.services.desk.notices_check import Looked, look_at
from ledger.services.desk.notices_lines import Asked
from ledger.services.desk.notices_send import send_notice
from ledger.services.desk.notices_sheet import lines_of_sheet
from ledger.services.desk.rights import rights_for
from ledger.services.desk.standing_of import shown_standing
from web.console import bp
from web.console.pages import caller_here, ledger_here, only
from web.desk import words
from web.problems import status_of_form

_PAGE: Final = 50
_notifies = only(Role.BRAND, Role.AGENT, scope=Scope.NOTICE)
_decides = only(Role.PLATFORM, scope=Scope.DECIDE)
_concerned = only(Role.BRAND, Role.AGENT, Role.PLATFORM, scope=Scope.READ)


@bp.get("/cases")
@_concerned
def cases() -> str:
    """One's own cases: for a marketplace first what waits for somebody, for others the newest."""
    ledger, caller = ledger_here(), caller_here()
    waiting = caller.organisation.role is Role.PLATFORM and request.args.get("all") is None
    if waiting and Scope.DECIDE in caller.scopes:
        found = queue_of(ledger, caller, _PAGE)
        older = None
    else:
        found = list_cases(ledger, caller, Wanted(), request.args.get("before"), _PAGE + 1)
        older = found[_PAGE - 1].id if len(found) > _PAGE else None
    notifies = Scope.NOTICE in caller.scopes and caller.organisation.role is not Role.PLATFORM
    return render_template(
        "console/desk/cases.html",
        rows=found[:_PAGE],
        names=names_of(ledger, found),
        older=older,
        waiting=waiting,
        standing=shown_standing(ledger, caller) if notifies else None,
        now=ledger.now(),
        words=words,
    )


@bp.get("/notices/new")
@_notifies
def notice_form() -> str:
    """The form, on one page."""
    return _form({}, None)


@bp.post("/notices")
@_notifies
def send_notice_form() -> str | AnyResponse | tuple[str, int]:
    """Look at a notice, or send it; what is wrong comes back with the form as it was filled in."""
    ledger, caller = ledger_here(), caller_here()
    looked: Looked | None = None
    try:
        asked = _asked()
        if request.form.get("do") != "send":
            looked = look_at(ledger, caller, asked)
            return _form(request.form.to_dict(), looked)
        sent = send_notice(ledger, caller, asked)
    except LedgerError as refused:
        return _form(request.form.to_dict(), looked, refused), status_of_form(refused)
    return redirect(url_for("console.notice_page", id=sent.notice.id), 303)


@bp.get("/notices/<id>")
@_notifies
def notice_page(id: str) -> str:
    """A notice that was sent, with its cases."""
    ledger = ledger_here()
    notice, found = see_notice(ledger, caller_here(), id)
    return render_template(
        "console/desk/notice_sent.html", notice=notice, rows=found, names=names_of(ledger, found), words=words
    )


@bp.get("/cases/<id>")
@_concerned
def case_page(id: str) -> str:
    """One case: what was alleged, by whom, what happened, and what can be done now."""
    return _case(id)


@bp.post("/cases/<id>/decision")
@_decides
def case_decision(id: str) -> str | AnyResponse | tuple[str, int]:
    """A reviewer's word."""
    form = request.form

    def decide() -> None:
        word = _one(Word, "decision", _("Choose what is decided."))
        code = Decline(form["code"]) if form.get("code") in set(Decline) and word is Word.DECLINE else None
        ruling = Ruling(form["ruling"]) if form.get("ruling") in set(Ruling) else None
        case_act.decide_case(
            ledger_here(),
            caller_here(),
            id,
            word,
            code=code,
            text=form.get("text", ""),
            seller=form.get("seller", "").strip()[:120] or None,
            ruling=ruling,
        )

    return _done(id, decide)


@bp.post("/cases/<id>/appeal/decision")
@_decides
def case_appeal_decision(id: str) -> str | AnyResponse | tuple[str, int]:
    """Another person's word on an appeal."""
    grant = request.form.get("grant") == "yes"
    text = request.form.get("text", "")
    return _done(id, lambda: case_act.decide_appeal(ledger_here(), caller_here(), id, grant=grant, text=text))


@bp.post("/cases/<id>/more")
@_notifies
def case_more(id: str) -> str | AnyResponse | tuple[str, int]:
    """What the marketplace asked for."""
    return _done(id, lambda: case_act.give_more(ledger_here(), caller_here(), id, _text(), _files()))


@bp.post("/cases/<id>/appeal")
@only(Role.BRAND, Role.AGENT, Role.PLATFORM, scope=Scope.NOTICE)
def case_appeal(id: str) -> str | AnyResponse | tuple[str, int]:
    """Ask for another look."""
    return _done(id, lambda: case_act.appeal(ledger_here(), caller_here(), id, _text(), _files()))


@bp.post("/cases/<id>/withdraw")
@_notifies
def case_withdraw(id: str) -> str | AnyResponse | tuple[str, int]:
    """Take the notice back."""
    return _done(id, lambda: case_act.withdraw(ledger_here(), caller_here(), id, _text()))


@bp.post("/cases/<id>/court")
@_notifies
def case_court(id: str) -> str | AnyResponse | tuple[str, int]:
    """Say that an action was filed."""
    court, number = request.form.get("court", "")[:200], request.form.get("number", "")[:100]
    return _done(id, lambda: case_act.to_court(ledger_here(), caller_here(), id, court, number, _files()))


@bp.get("/cases/<id>/files/<sha256>")
@_concerned
def case_file(id: str, sha256: str) -> Response:
    """A file of the case, to download."""
    seen = see_case(ledger_here(), caller_here(), id)
    subject = next((one.subject for one in seen.files if one.sha256 == sha256), id)
    file, content = read_case_file(ledger_here(), subject, sha256)
    response = Response(content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _case(id: str, fault: str = "") -> str:
    ledger = ledger_here()
    seen = see_case(ledger, caller_here(), id)
    case, now = seen.case, ledger.now()
    mine = Side.SELLER if seen.eye.value == "platform" else Side.NOTIFIER
    against = (State.UPHELD, State.KEPT) if mine is Side.SELLER else (State.DECLINED, State.RESTORED)
    return render_template(
        "console/desk/case.html",
        seen=seen,
        case=case,
        rules=RULES[case.rules],
        right=right_words(seen.right),
        places=in_force_in(seen.kept.territories),
        file_url=lambda sha256: url_for("console.case_file", id=id, sha256=sha256),
        can_appeal=case.state in against and mine not in case.appealed and now < case.appeal_until,
        can_undo=case.self_service and now < case.undo_until,
        fault=fault,
        beside=next((one.body.get("beside") for one in seen.history if one.kind == "case.countered"), None),
        now=now,
        words=words,
        States=State,
    )


def _done(id: str, act: Callable[[], object]) -> str | AnyResponse | tuple[str, int]:
    try:
        act()
    except LedgerError as refused:
        return _case(id, refused.detail), status_of_form(refused, 409)
    return redirect(url_for("console.case_page", id=id), 303)


def _form(filled: dict[str, str], looked: Looked | None, refused: LedgerError | None = None) -> str:
    ledger, caller = ledger_here(), caller_here()
    rights = [one for one in rights_for(ledger, caller) if one.state in USABLE]
    faults = {} if refused is None else {one.where: one for one in refused.faults}
    return render_template(
        "console/desk/notice.html",
        filled=filled,
        rights=[("", _("No right: this is about a code")), *((one.id, right_words(one)) for one in rights)],
        reasons=list(words.reasons().items()),
        rule_sets=[(name.value, f"{RULES[name].title} ({name.value})") for name in (RuleName.HOUSE, *RuleName)][1:],
        agent=caller.organisation.role is Role.AGENT,
        looked=looked,
        refused=refused,
        faults=faults,
        most=MOST_LINES,
        standing=shown_standing(ledger, caller).standing,
        words=words,
    )


def _asked() -> Asked:
    """The notice that the form tells. Raises Invalid for what its fields cannot be."""
    form = request.form
    reason = _one(Reason, "reason", _("Choose what is wrong."))
    lines, codes = _lines()
    return Asked(
        reason=reason,
        lines=lines,
        explanation=form.get("explanation", "")[:2_000],
        name=form.get("name", "")[:200],
        email=form.get("email", "")[:254],
        good_faith=form.get("good_faith") == "1",
        accurate=form.get("accurate") == "1",
        right=form.get("right") or None,
        holder=form.get("holder", "").strip()[:60] or None,
        territories=tuple(form.get("territories", "WO").upper().replace(",", " ").split())[:100] or ("WO",),
        rules=_one(RuleName, "rules", _("Choose the rules.")),
        relation=form.get("relation", "")[:200],
        self_service=form.get("self_service") == "1",
        files=_files() if form.get("do") == "send" else (),
        codes=codes,
    )


def _lines() -> tuple[list[Line], dict[int, str]]:
    """Lines typed into the form, or those of a sheet: an address or “marketplace/reference”, then the code."""
    sheet = request.files.get("sheet")
    if sheet is not None and sheet.filename:
        return lines_of_sheet(cast(BinaryIO, sheet.stream), sheet.filename)
    typed = [line for line in request.form.get("lines", "").splitlines() if line.strip()]
    if len(typed) > MOST_LINES:
        fault = Fault("lines", said("are more than %(n)d.", n=MOST_LINES), said("Send the rest in another."))
        raise Invalid(str(fault), faults=[fault])
    lines, codes = [], {}
    for place, text in enumerate(typed):
        where, *rest = text.split()
        sold_as = rest[1] if len(rest) > 1 else None
        if rest:
            codes[place] = rest[0]
        if where.startswith(("http://", "https://")):
            lines.append(Line(url=where, sold_as=sold_as))
        else:
            platform, _slash, ref = where.partition("/")
            lines.append(Line(platform=platform or None, ref=ref or None, sold_as=sold_as))
    return lines, codes


def _files() -> tuple[str, ...]:
    found = [one for one in request.files.getlist("files") if one.filename]
    return tuple(keep_case_file(ledger_here(), caller_here(), cast(BinaryIO, one.stream)).sha256 for one in found[:10])


def _text() -> str:
    return request.form.get("text", "")[:2_000]


def _one(kind: Any, name: str, fault: str) -> Any:
    value = request.form.get(name, "")
    if value not in {one.value for one in kind}:
        raise Invalid(fault, faults=[Fault(name, fault)])
    return kind(value)
