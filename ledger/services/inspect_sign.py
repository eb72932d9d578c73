"""Records that a member signs with their own passkey: an inspection, a correction, a service, a withdrawal.

The server drafts; only the passkey signs. So the server cannot invent what an inspector saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.domain.errors import BadSignature, Conflict, Forbidden
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.outbox import Queued, State
from ledger.domain.people import Errand, ErrandState, scopes_of
from ledger.domain.said import said
from ledger.domain.second_look import Step
from ledger.domain.sheets import Sheet, SheetState, facts_of, report_of
from ledger.domain.statements import Kind, RecordKind, make
from ledger.services.draft_statement import draft_in, next_nonce
from ledger.services.errand_state import words_of
from ledger.services.errands import Visit, begin, item_block, key_blocks, message, signatures_of
from ledger.services.inspect_cases import Case, case_of, opinion_hash
from ledger.services.inspect_keys import need_key
from ledger.services.inspect_sheets import own_sheet
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.record_inspection import Finding, draft_finding
from ledger.services.submit_statement import submit_statement
from ledger.services.views_of_chain import find_listed


def begin_sheet_record(ledger: Ledger, visit: Visit, caller: Caller, id: str, to: str) -> Errand:
    """Sign what was committed, as the one or two people who agree.

    Raises Conflict where the case is not decided, the committed opinion was tampered with, or the member's key does
    not speak for the organisation yet.
    """
    with ledger.store.write() as tx:
        sheet = own_sheet(tx, caller, id)
        case = _ready(ledger, tx, sheet)
        finding = _finding(tx, caller, sheet, case)
        tx.sheets.change(replace(sheet, nonce=finding.nonce), sheet.state)
        return _begin(ledger, tx, visit, caller, finding, {"sheet": sheet.id, "to": to})


def begin_finding(ledger: Ledger, visit: Visit, caller: Caller, finding: Finding, to: str, back: str) -> Errand:
    """Sign a service or a withdrawal. Raises what drafting it raises, and Conflict without a key in force."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND)
    with ledger.store.write() as tx:
        return _begin(ledger, tx, visit, caller, finding, {"to": to, "back": back})


def begin_anchor(ledger: Ledger, visit: Visit, caller: Caller, id: str, to: str) -> Errand:
    """Have the hash of a committed opinion dated in the ledger: proof that it was not made up later.

    Raises Conflict before it is committed, and without a key in force.
    """
    person = visit.known
    with ledger.store.write() as tx:
        sheet = own_sheet(tx, caller, id)
        if sheet.commitment is None:
            raise Conflict(said("Commit your opinion first; then it can be dated."))
        key = need_key(ledger, tx, caller.organisation, person)
        values = draft_in(ledger, tx, Kind.ANCHOR, {"hash": sheet.commitment}, caller).statement.values
        told = message("Anchor", values)
        keys = key_blocks(tx, person, key.blind, key.passkey)
        request = {"act": "sign", "messages": [told], "signer": key.address, "keys": keys}
        keep = {"kind": int(Kind.ANCHOR), "values": told["values"], "organisation": caller.organisation.id, "to": to}
        return begin(ledger, tx, visit, "statement", request, keep)


def _begin(ledger: Ledger, tx: Tx, visit: Visit, caller: Caller, finding: Finding, keep: dict[str, Any]) -> Errand:
    person = visit.known
    if caller.person != person.id:
        raise Forbidden(said("Sign in as the member who signs, then try again."))
    key = need_key(ledger, tx, caller.organisation, person)
    draft = draft_finding(ledger, tx, caller, finding)
    values = draft.statement.values
    told = message("Record", values)
    request = {
        "act": "sign",
        "item": item_block(tx, find_listed(tx, finding.gtin, finding.serial)),
        "messages": [told],
        "signer": key.address,
        "keys": key_blocks(tx, person, key.blind, key.passkey),
        "words": words_of(tx, values["report"]),
    }
    kept = {"values": told["values"], "organisation": caller.organisation.id, "back": keep["to"], **keep}
    return begin(ledger, tx, visit, "record", request, kept)


def finish_record(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Queue what was signed and mark the sheet signed, in one transaction."""
    keep = errand.keep
    result: dict[str, Any] = {"to": keep["to"]}

    def settle(tx: Tx, queued: Queued) -> None:
        if queued.signer != errand.request["signer"]:
            # Any key of the organisation would do for the contract; here only that of the person who saw the item.
            raise BadSignature(said("This was not signed with the passkey of the member who began it. Try again."))
        _still_member(tx, errand)
        if keep.get("sheet"):
            _mark_signed(ledger, tx, keep["sheet"], queued)
        tx.errands.settle(errand.id, ErrandState.DONE, result | {"statement": queued.id})

    statement = make(Kind.RECORD, keep["values"])
    queued = submit_statement(ledger, statement, signatures_of(answer), organisation=keep["organisation"], also=settle)
    return result | {"statement": queued.id}


def _still_member(tx: Tx, errand: Errand) -> None:
    part = tx.people.membership(errand.person or "", errand.keep["organisation"])
    if part is None or Scope.SIGN not in scopes_of(part.roles):
        raise Forbidden(said("You may not sign for this organisation any more. Nothing was sent."))


def _mark_signed(ledger: Ledger, tx: Tx, id: str, queued: Queued) -> None:
    sheet = tx.sheets.get(id)
    if sheet is None or sheet.statement_hash == queued.hash:
        return
    case = _ready(ledger, tx, sheet)
    now = ledger.now()
    agreeing = {case.sheets[place].id for place in case.outcome.agreeing}
    for one in case.sheets:
        mine = one.id == id
        changed = replace(
            one,
            state=SheetState.SIGNED if one.id in agreeing else SheetState.SET_ASIDE,
            statement=queued.id if one.id in agreeing else None,
            statement_hash=queued.hash if mine else None,
            signed_at=now if one.id in agreeing else None,
            updated_at=now,
        )
        tx.sheets.change(changed, one.state)


def _ready(ledger: Ledger, tx: Tx, sheet: Sheet) -> Case:
    case = case_of(tx, sheet.case)
    if sheet.item is None:
        raise Conflict(said("This thing has no record here, so the opinion stays in your files and is not signed."))
    if sheet.state not in (SheetState.COMMITTED, SheetState.SIGNED):
        raise Conflict(said("This sheet is not committed. Commit it first."))
    if case.signed is not None and not _refused(ledger, tx, case.signed):
        raise Conflict(said("This was signed already, here or by the colleague who agrees with you."))
    agreeing = [case.sheets[place].id for place in case.outcome.agreeing]
    if case.outcome.step is not Step.SIGN or sheet.id not in agreeing:
        raise Conflict(said("Another person has to look before this can be signed."))
    for one in case.sheets:
        if one.salt is None or opinion_hash(ledger, one, one.salt) != one.commitment:
            raise Conflict(said("What is kept is not what was committed, so it cannot be signed. Tell the operator."))
    return case


def _refused(ledger: Ledger, tx: Tx, sheet: Sheet) -> bool:
    queued = tx.outbox.get(sheet.statement) if sheet.statement else None
    return queued is not None and progress_of(ledger, tx, [queued])[queued.id].state is State.REFUSED


def _finding(tx: Tx, caller: Caller, sheet: Sheet, case: Case) -> Finding:
    agreeing = [case.sheets[place] for place in case.outcome.agreeing]
    commitments = [one.commitment for one in agreeing if one.commitment is not None]
    return Finding(
        sheet.gtin,
        sheet.serial,
        RecordKind.CORRECTION if sheet.about else RecordKind.INSPECTION,
        facts_of(sheet, case.outcome.persons).pack(),
        report_of(sheet, commitments, case.outcome.dissent),
        tuple(dict.fromkeys(one.sha256 for one in sheet.told.photos)) if sheet.told.show_photos else (),
        about=sheet.about,
        nonce=_free_nonce(tx, caller.organisation),
    )


def _free_nonce(tx: Tx, organisation: Organisation) -> int:
    """Beyond what is promised and what colleagues are signing at this moment."""
    if organisation.party is None:
        raise Conflict(
            said("%(name)s is not in the ledger yet. That takes a minute after joining.", name=organisation.name)
        )
    return max(next_nonce(tx, organisation.party), tx.sheets.highest_nonce(organisation.id) + 1)
