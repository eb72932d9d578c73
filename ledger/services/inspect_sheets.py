"""Sheets while they are filled in: begun, saved step by step, given photos one by one, and dropped.

A draft is its inspector's alone: what one person thinks must not colour what another sees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.domain.sheet_steps import Form, with_step
from ledger.domain.sheets import MOST_PHOTOS, SEAL_PHOTO, Sheet, SheetPhoto, SheetState
from ledger.services.inspect_settings import offered
from ledger.services.ports import Ledger, Tx
from ledger.services.store_evidence import store_as_sent
from ledger.services.views_of_chain import Listed, find_listed, listed

MOST_DRAFTS = 200


def need_inspector(caller: Caller) -> str:
    """The person who inspects. Raises Forbidden for a program's key, or without the right to sign."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.AUTHENTICATOR)
    if caller.person is None:
        raise Forbidden(said("A sheet is a person’s. Sign in with your passkey, then begin it."))
    return caller.person


def begin_sheet(
    ledger: Ledger, caller: Caller, code: tuple[str, str] | None, checklist: str, *, about: int = 0
) -> Sheet:
    """Begin a sheet for an item, as (gtin, serial), or for a thing without a code.

    `about` is the number of a record of the organisation's that it will correct. Raises Conflict, Invalid, Unknown.
    """
    person = need_inspector(caller)
    with ledger.store.write() as tx:
        subject = find_listed(tx, *code) if code else None
        if about and not tx.chain.nonce_used(caller.organisation.party or 0, about):
            raise Unknown(said("You have no record of that number that could be corrected."))
        drafts = tx.sheets.page(caller.organisation.id, [SheetState.DRAFT], MOST_DRAFTS)
        if len(drafts) >= MOST_DRAFTS:
            raise Conflict(said("Your organisation has %(most)s open drafts. Finish or drop some.", most=MOST_DRAFTS))
        return _begin(ledger, tx, caller, person, subject, checklist, about=about)


def join_case(ledger: Ledger, caller: Caller, first: Sheet, checklist: str) -> Sheet:
    """Begin another person's sheet in a case. `look_again` decides whether they may."""
    person = need_inspector(caller)
    with ledger.store.write() as tx:
        subject = None if first.item is None else listed(tx, first.item)
        made = _begin(ledger, tx, caller, person, subject, checklist, about=first.about, case=first.case)
        told = replace(made.told, purpose=first.told.purpose, description=first.told.description)
        shared = replace(made, told=replace(told, high_value=first.told.high_value))
        tx.sheets.change(shared, SheetState.DRAFT)
        return shared


def _begin(
    ledger: Ledger,
    tx: Tx,
    caller: Caller,
    person: str,
    subject: Listed | None,
    checklist: str,
    *,
    about: int,
    case: str | None = None,
) -> Sheet:
    lists = offered(tx, caller, subject.batch.organisation if subject else None)
    if checklist not in lists:
        raise Invalid(said("Choose what kind of thing it is, so that the right checklist is shown."))
    now, id = ledger.now(), ledger.new_id("sh")
    sheet = Sheet(
        id=id,
        organisation=caller.organisation.id,
        person=person,
        case=case or id,
        checklist=lists[checklist],
        created_at=now,
        updated_at=now,
        item=subject.item.item if subject else None,
        gtin=subject.item.gtin if subject else "",
        serial=subject.item.serial if subject else "",
        about=about,
    )
    tx.sheets.add(sheet)
    return sheet


def own_sheet(tx: Tx, caller: Caller, id: str) -> Sheet:
    """A sheet of the caller's own. Raises Unknown for anybody else's, whatever its state."""
    person = need_inspector(caller)
    sheet = tx.sheets.get(id)
    if sheet is None or sheet.organisation != caller.organisation.id or sheet.person != person:
        raise Unknown(said("You have no such sheet. It may be a colleague’s."))
    return sheet


def draft_of(tx: Tx, caller: Caller, id: str) -> Sheet:
    """A draft of the caller's own. Raises Conflict once it is committed."""
    sheet = own_sheet(tx, caller, id)
    if sheet.state is not SheetState.DRAFT:
        raise Conflict(said("This sheet is committed and stays as it is. To say something else, begin a new one."))
    return sheet


def save_step(ledger: Ledger, caller: Caller, id: str, step: str, form: Form) -> Sheet:
    """Keep one step as it stands. Raises Conflict once the sheet is committed, Invalid for what cannot be right."""
    with ledger.store.write() as tx:
        sheet = draft_of(tx, caller, id)
        return _keep(ledger, tx, replace(sheet, told=with_step(sheet.told, step, form, sheet.checklist)))


def add_photo(ledger: Ledger, caller: Caller, id: str, of: str, stream: BinaryIO, sha256: str | None) -> Sheet:
    """Keep a photo of a draft; the same again changes nothing, so that an upload cut short is sent anew.

    With `sha256`, what the device hashed, the bytes are kept as they came, and refused where they differ or still
    carry a place. Without it, a browser without script sent them: they are cleaned here. Raises Conflict, Invalid.
    """
    with ledger.store.read() as tx:
        _check_place(draft_of(tx, caller, id), of)
    kept = store_as_sent(ledger, caller, stream, sha256)
    with ledger.store.write() as tx:
        sheet = draft_of(tx, caller, id)
        photo = SheetPhoto(kept.sha256, of)
        if photo in sheet.told.photos:
            return sheet
        if len(sheet.told.photos) >= MOST_PHOTOS:
            raise Conflict(said("A sheet has at most %(most)s photos. Remove one first.", most=MOST_PHOTOS))
        photos = (*sheet.told.photos, photo)
        skipped = tuple(one for one in sheet.told.skipped if one != of)
        return _keep(ledger, tx, replace(sheet, told=replace(sheet.told, photos=photos, skipped=skipped)))


def remove_photo(ledger: Ledger, caller: Caller, id: str, sha256: str, of: str) -> Sheet:
    """Take a photo off a draft; removed already, nothing changes."""
    with ledger.store.write() as tx:
        sheet = draft_of(tx, caller, id)
        photos = tuple(one for one in sheet.told.photos if one != SheetPhoto(sha256, of))
        return _keep(ledger, tx, replace(sheet, told=replace(sheet.told, photos=photos)))


def drop_sheet(ledger: Ledger, caller: Caller, id: str) -> None:
    """Throw a draft away. Raises Conflict once it is committed: then it is kept."""
    with ledger.store.write() as tx:
        tx.sheets.drop(draft_of(tx, caller, id).id)


def _keep(ledger: Ledger, tx: Tx, sheet: Sheet) -> Sheet:
    changed = replace(sheet, updated_at=ledger.now())
    tx.sheets.change(changed, SheetState.DRAFT)
    return changed


def _check_place(sheet: Sheet, of: str) -> None:
    places = {"", SEAL_PHOTO} | {one.id for one in sheet.checklist.shots}
    if of not in places | {f"point:{one.id}" for one in sheet.checklist.points}:
        raise Invalid(said("This photo belongs to no place on the sheet. Load the page again."))
