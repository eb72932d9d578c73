"""After an opinion is committed: what others said, who else has to look, and signing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.checklists import in_language
from ledger.domain.organisations import Scope
from ledger.domain.outbox import State
from ledger.domain.second_look import Step
from ledger.domain.sheets import Answer, Sheet, SheetState, facts_of, opinion_of
from ledger.domain.standing_facts import Undone
from ledger.services.inspect_cases import Case, change_mind, seen_case
from ledger.services.inspect_keys import KeyState, key_state
from ledger.services.inspect_sheets import own_sheet
from ledger.services.inspect_sign import begin_anchor, begin_sheet_record
from ledger.services.ports import Ledger
from ledger.services.progress_of import progress_of
from ledger.services.scan_item import scan_item
from web.console import bp
from web.console.inspect_desk import inspector
from web.console.inspect_words import ANSWERS, CONDITIONS, KEYS, METHODS, REMARKS, RESULTS, WAITS
from web.console.pages import caller_here, ledger_here, pill, when
from web.languages import language_of
from web.people.visits import to_signing_page, visit_here


@dataclass(frozen=True, slots=True)
class Earlier:
    """An opinion of somebody else's, as it is shown once one's own is committed."""

    by: str
    result: str
    how: str
    when: str
    words: str = ""
    undone: bool = False


@bp.get("/inspect/sheets/<id>")
@inspector
def committed_sheet(id: str) -> str | Response:
    """What was committed, what others say, and what comes next."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        if own_sheet(tx, caller, id).state is SheetState.DRAFT:
            return redirect(url_for("console.sheet_step", id=id, step="check"), 303)
    sheet, case = seen_case(ledger, caller, id)
    person = visit_here().person
    with ledger.store.read() as tx:
        queued = tx.outbox.get(sheet.statement) if sheet.statement else None
        progress = progress_of(ledger, tx, [queued])[queued.id] if queued else None
        key = key_state(ledger, tx, caller.organisation, person)[0] if person else KeyState.NO_PASSKEY
        names = {one.person: one.name for one in tx.people.members(caller.organisation.id)}
    facts = facts_of(sheet, max(case.outcome.persons, 1))
    language = language_of(request)
    return render_template(
        "console/inspect_done.html",
        sheet=sheet,
        told=sheet.told,
        facts=facts,
        case=case,
        mine=_mine_agrees(sheet, case),
        step=case.outcome.step.value,
        waits=WAITS[case.outcome.step],
        state=pill(progress) if progress else None,
        refused=progress is not None and progress.state is State.REFUSED,
        key=key.value,
        key_words=KEYS[key],
        colleagues=[_colleague(ledger, one, names) for one in case.sheets if one.id != sheet.id],
        earlier=_earlier(ledger, sheet),
        result=RESULTS[facts.authenticity][0],
        method=METHODS[facts.method],
        condition=CONDITIONS.get(facts.condition or ""),
        remarks=[words for remark, words in REMARKS.items() if remark in facts.remarks],
        concerns=[
            (in_language(one.words, language), sheet.told.notes.get(one.id, ""))
            for one in sheet.checklist.points
            if sheet.told.answers.get(one.id) is Answer.CONCERN
        ],
        answers=ANSWERS,
        opinion_json=json.dumps(opinion_of(sheet), ensure_ascii=False, indent=1),
        committed=when(sheet.committed_at or 0, ledger.now()),
        may_manage=Scope.KEYS in caller.scopes,
        needs_two=case.outcome.step in (Step.SECOND, Step.THIRD),
    )


@bp.post("/inspect/sheets/<id>/sign")
@inspector
def sign_sheet(id: str) -> Response:
    """To the signing page, with what was committed and nothing else."""
    to = url_for("console.committed_sheet", id=id)
    return to_signing_page(begin_sheet_record(ledger_here(), visit_here(), caller_here(), id, to))


@bp.post("/inspect/sheets/<id>/date")
@inspector
def date_sheet(id: str) -> Response:
    """To the signing page, with the hash of the opinion, so that it is dated in the ledger."""
    to = url_for("console.committed_sheet", id=id)
    return to_signing_page(begin_anchor(ledger_here(), visit_here(), caller_here(), id, to))


@bp.post("/inspect/sheets/<id>/again")
@inspector
def begin_again(id: str) -> Response:
    """A change of mind: a new sheet; what was committed stays kept."""
    sheet = change_mind(ledger_here(), caller_here(), id)
    return redirect(url_for("console.sheet_step", id=sheet.id, step="item"), 303)


def _mine_agrees(sheet: Sheet, case: Case) -> bool:
    return sheet.id in {case.sheets[place].id for place in case.outcome.agreeing}


def _colleague(ledger: Ledger, sheet: Sheet, names: dict[str, str]) -> Earlier:
    facts = facts_of(sheet)
    by = names.get(sheet.person or "", "")
    at = when(sheet.committed_at or 0, ledger.now())
    return Earlier(by, RESULTS[facts.authenticity][0], METHODS[facts.method], at, sheet.told.basis)


def _earlier(ledger: Ledger, sheet: Sheet) -> list[Earlier]:
    if sheet.item is None:
        return []
    scan = scan_item(ledger, sheet.gtin, sheet.serial)
    return [
        Earlier(
            one.by,
            RESULTS[one.facts.authenticity][0],
            METHODS[one.facts.method],
            when(int(one.recorded_at.timestamp()), ledger.now()),
            str((one.report or {}).get("basis", "")),
            one.undone is not Undone.NO,
        )
        for one in reversed(scan.records)
        if one.facts is not None
    ]
